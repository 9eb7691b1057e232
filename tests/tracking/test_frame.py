from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.errors import InvalidInputError, MetricNotFoundError, RunNotFoundError, UnsupportedValueError
from nbflow.tracking.columns import strings, times
from nbflow.tracking.frame import BASE_COLUMNS, RunFrame, best_row

if TYPE_CHECKING:
    from nbflow import Client

PANDAS_3 = int(pd.__version__.partition(".")[0]) >= 3
TEXT = "str" if PANDAS_3 else "object"
TIME = "datetime64[us, UTC]" if PANDAS_3 else "datetime64[ns, UTC]"


def make(n: int = 4, **columns: Any) -> RunFrame:
    base: dict[str, Any] = {
        "run_id": [f"{i:032x}" for i in range(n)],
        "experiment_id": ["7"] * n,
        "status": ["FINISHED"] * n,
        "artifact_uri": [f"7/{i:032x}/artifacts" for i in range(n)],
        "start_time": [1_700_000_000_000 - i for i in range(n)],
        "end_time": [None if i == 0 else 1_700_000_000_500 for i in range(n)],
    }
    named = {name.replace("__", "."): values for name, values in columns.items()}
    return RunFrame.from_columns({**base, **named}, "/data/nbruns")


# ---------------------------------------------------------------- columns and types


def test_columns_have_the_types_of_the_contract() -> None:
    runs = make(2, metrics__loss=[0.5, None], params__lr=["0.1", None], tags__team=[None, "a"])

    assert {name: str(dtype) for name, dtype in runs.dtypes.items()} == {
        "run_id": TEXT,
        "experiment_id": TEXT,
        "status": TEXT,
        "artifact_uri": TEXT,
        "start_time": TIME,
        "end_time": TIME,
        "metrics.loss": "float64",
        "params.lr": TEXT,
        "tags.team": TEXT,
    }
    assert isinstance(runs.index, pd.RangeIndex)


def test_what_is_missing_is_missing() -> None:
    runs = make(2, metrics__loss=[0.5, None], params__lr=["0.1", None])

    assert runs["end_time"].isna().tolist() == [True, False]
    assert runs["metrics.loss"].isna().tolist() == [False, True]
    assert runs["params.lr"].isna().tolist() == [False, True]


def test_values_are_those_given() -> None:
    runs = make(1, metrics__loss=[float("inf")], params__lr=["0.1 ü"])

    assert runs["metrics.loss"][0] == float("inf")
    assert runs["params.lr"][0] == "0.1 ü"
    assert runs["start_time"][0] == pd.Timestamp(1_700_000_000_000, unit="ms", tz="UTC")


def test_the_base_columns_come_first_and_are_always_there() -> None:
    runs = RunFrame.from_columns({"metrics.a": [1.0], "end_time": [5], "run_id": ["0" * 32]}, "s")

    assert tuple(runs.columns) == (*BASE_COLUMNS, "metrics.a")
    assert runs["status"].isna().all()


def test_no_runs_make_an_empty_frame_with_the_base_columns() -> None:
    runs = RunFrame.from_columns({}, "s")

    assert tuple(runs.columns) == BASE_COLUMNS
    assert len(runs) == 0
    assert str(runs["run_id"].dtype) == TEXT
    assert str(runs["start_time"].dtype) == TIME


@pytest.mark.parametrize(
    "values",
    [
        [5, None, 7],
        np.array([5, None, 7], dtype=object),
        np.array([5, np.nan, 7]),
    ],
    ids=["list", "objects", "floats"],
)
def test_times_may_be_missing_in_any_form(values: Any) -> None:
    made = times(values)

    assert made.isna().tolist() == [False, True, False]
    assert made[2] == pd.Timestamp(7, unit="ms", tz="UTC")


def test_times_leave_the_array_given_as_it_is() -> None:
    given_times = np.array([5, 10**18])

    made = times(given_times)

    assert made.isna().tolist() == [False, True]
    assert given_times.tolist() == [5, 10**18]


@pytest.mark.parametrize("ms", [-(2**63), -(10**17), 10**17, 2**63 - 1])
def test_a_time_no_calendar_has_is_missing(ms: int) -> None:
    assert times([ms]).isna().all()


@given(st.lists(st.none() | st.integers(-9_000_000_000_000, 9_000_000_000_000)))
def test_times_read_back_to_the_millisecond(values: list[int | None]) -> None:
    made = times(values)

    assert [
        None if gone else ms for ms, gone in zip(made.as_unit("ms").asi8.tolist(), made.isna(), strict=True)
    ] == values


@given(st.lists(st.none() | st.text()))
def test_text_reads_back(values: list[str | None]) -> None:
    series = pd.Series(strings(values))

    assert [None if gone else text for text, gone in zip(series, series.isna(), strict=True)] == values


@pytest.mark.skipif(not PANDAS_3, reason="pandas 2 has one type of text unless asked for another")
@pytest.mark.parametrize("storage", ["python", "pyarrow"])
def test_text_is_kept_as_pandas_is_set_to(storage: Literal["python", "pyarrow"]) -> None:
    pytest.importorskip("pyarrow")

    with pd.option_context("mode.string_storage", storage):
        series = pd.Series(strings(["a", None]))

    assert series.dtype == pd.StringDtype(storage, na_value=np.nan)
    assert series[0] == "a"
    assert series.isna().tolist() == [False, True]


def test_a_lone_surrogate_does_not_stop_the_other_rows() -> None:
    series = pd.Series(strings(["a", "\ud800", None]))

    assert series[0] == "a"
    assert series.isna().tolist() == [False, False, True]


# ---------------------------------------------------------------- as a DataFrame


def test_a_cell_a_column_and_a_row_are_reached_as_in_pandas() -> None:
    runs = make()

    assert runs["run_id"][0] == f"{0:032x}"
    assert type(runs["run_id"]) is pd.Series
    assert runs.iloc[1]["run_id"] == f"{1:032x}"
    assert runs.loc[2, "status"] == "FINISHED"


SLICES: dict[str, Callable[[RunFrame], pd.DataFrame]] = {
    "filter": lambda runs: runs[runs["metrics.a"] > 1],
    "nothing left": lambda runs: runs[runs["metrics.a"] > 100],
    "query": lambda runs: runs.query("status == 'FINISHED'"),
    "sort": lambda runs: runs.sort_values("metrics.a", ascending=False),
    "iloc": lambda runs: runs.iloc[1:3],
    "head": lambda runs: runs.head(2),
    "columns with run_id": lambda runs: runs[["run_id", "metrics.a"]],
    "drop": lambda runs: runs.drop(columns="status"),
    "reset_index": lambda runs: runs.iloc[2:].reset_index(drop=True),
    "assign": lambda runs: runs.assign(double=2.0),
    "rename": lambda runs: runs.rename(columns={"metrics.a": "a"}),
    "copy": lambda runs: runs.copy(),
    "deepcopy": copy.deepcopy,
    "pickle": lambda runs: pickle.loads(pickle.dumps(runs)),  # noqa: S301
    "concat": lambda runs: pd.concat([runs.iloc[:1], runs.iloc[2:]]),
    "groups": lambda runs: runs.groupby("params.b").head(1),
    "merge": lambda runs: runs.merge(pd.DataFrame({"params.b": ["x"], "more": [1]}), on="params.b"),
}


@pytest.mark.parametrize("name", SLICES)
def test_what_has_a_run_on_each_row_stays_a_run_frame(name: str) -> None:
    runs = make(metrics__a=[1.0, 2.0, 3.0, None], params__b=["x", "y", "x", "y"])

    assert type(SLICES[name](runs)) is RunFrame


@pytest.mark.parametrize("name", [name for name in SLICES if name != "merge"])
def test_the_store_travels_along(name: str) -> None:
    runs = make(metrics__a=[1.0, 2.0, 3.0, None], params__b=["x", "y", "x", "y"])

    assert SLICES[name](runs).attrs["nbflow.store"] == "/data/nbruns"


OTHERS: dict[str, Callable[[RunFrame], pd.DataFrame]] = {
    "one metric": lambda runs: runs[["metrics.a"]],
    "describe": lambda runs: runs.describe(),
    "describe all": lambda runs: runs.describe(include="all"),
    "isna": lambda runs: runs.isna(),
    "mean of groups": lambda runs: runs.groupby("params.b")[["metrics.a"]].mean(),
    "first of groups": lambda runs: runs.groupby("params.b").first(),
    "count of groups": lambda runs: runs.groupby("params.b").count(),
    "count of groups, by number": lambda runs: runs.groupby("params.b", as_index=False).count(),
    "agg": lambda runs: runs.agg(["min", "max"]),
    "transpose": lambda runs: runs.T,
    "pivot": lambda runs: runs.pivot_table(index="params.b", values="metrics.a"),
    "two levels": lambda runs: pd.concat([runs, runs], axis=1, keys=["run_id", "b"]),
    "twice the columns": lambda runs: runs[["run_id", "run_id"]],
}


@pytest.mark.parametrize("name", OTHERS)
def test_anything_else_is_a_plain_data_frame(name: str) -> None:
    runs = make(metrics__a=[1.0, 2.0, 3.0, None], params__b=["x", "y", "x", "y"])

    assert type(OTHERS[name](runs)) is pd.DataFrame


def test_frames_of_two_stores_put_together_belong_to_neither() -> None:
    one, two = make(1), make(1)
    two.attrs["nbflow.store"] = "/elsewhere"

    both = pd.concat([one, two], ignore_index=True)

    assert type(both) is RunFrame
    assert "nbflow.store" not in both.attrs


# ---------------------------------------------------------------- the best


@pytest.mark.parametrize(
    ("metric", "mode", "row"),
    [
        ("accuracy", None, 2),
        ("metrics.accuracy", None, 2),
        ("accuracy", "min", 1),
        ("val_loss", None, 1),
        ("val_loss", "max", 3),
    ],
)
def test_best_is_the_highest_or_the_lowest(metric: str, mode: Literal["max", "min"] | None, row: int) -> None:
    runs = make(metrics__accuracy=[0.5, 0.1, 0.9, None], metrics__val_loss=[float("nan"), 0.1, 0.5, 0.7])

    assert best_row(runs, metric, mode) == row


def test_the_first_of_equals_is_the_best() -> None:
    assert best_row(make(metrics__a=[None, 1.0, 1.0, 0.5]), "a") == 1


@pytest.mark.parametrize("mode", ["max", "min"])
def test_missing_values_never_win(mode: Literal["max", "min"]) -> None:
    assert best_row(make(metrics__a=[None, float("nan"), 3.0, None]), "a", mode) == 2


def test_infinity_is_a_value() -> None:
    assert best_row(make(metrics__a=[1.0, float("inf"), 2.0, float("-inf")]), "a", "max") == 1


def test_a_metric_may_be_called_metrics_something() -> None:
    runs = make(2, **{"metrics.metrics.a": [1.0, 2.0], "metrics.a": [2.0, 1.0]})

    assert best_row(runs, "metrics.a") == 1


def test_a_column_that_was_added_can_be_judged() -> None:
    assert best_row(make().assign(score=[1, 5, 2, 3]), "score") == 1


def test_best_is_taken_from_the_rows_that_are_left() -> None:
    runs = make(metrics__a=[1.0, 2.0, 3.0, 4.0])

    assert best_row(runs[runs["metrics.a"] < 3], "a") == 1


def test_an_unknown_metric_is_named_with_those_alike() -> None:
    with pytest.raises(MetricNotFoundError, match="'accuracy'") as caught:
        best_row(make(metrics__accuracy=[1.0] * 4), "acuracy")

    assert caught.value.metric == "acuracy"


def test_an_unknown_metric_is_answered_with_those_there_are() -> None:
    with pytest.raises(MetricNotFoundError, match="'loss', 'auc'"):
        best_row(make(metrics__loss=[1.0] * 4, metrics__auc=[1.0] * 4), "zzz")


@pytest.mark.parametrize("name", ["status", "start_time", "flag"])
def test_what_is_not_a_number_is_no_metric(name: str) -> None:
    with pytest.raises(MetricNotFoundError):
        best_row(make().assign(flag=True), name)


def test_a_metric_without_a_value_has_no_best() -> None:
    with pytest.raises(MetricNotFoundError, match="none of the 4 runs"):
        best_row(make(metrics__a=[None, float("nan"), None, None]), "a")


def test_no_runs_have_no_best() -> None:
    with pytest.raises(MetricNotFoundError, match="there are no runs"):
        best_row(RunFrame.from_columns({}, "s"), "accuracy")


def test_a_wrong_mode_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="'max', 'min'"):
        best_row(make(metrics__a=[1.0] * 4), "a", "largest")  # type: ignore[arg-type]


@pytest.mark.parametrize("metric", [5, None, ["accuracy"], b"accuracy"])
def test_a_metric_of_another_type_is_refused(metric: Any) -> None:
    with pytest.raises(UnsupportedValueError, match="'accuracy'"):
        best_row(make(metrics__accuracy=[1.0] * 4), metric)


def test_best_gives_the_run(client: Client) -> None:
    for value in (0.3, 0.9, 0.5):
        run = client.create_run("0")
        client.log_metric(run.run_id, "accuracy", value)
    runs = client.search_frame(["0"])

    best = runs.best("metrics.accuracy")

    assert best.metrics == {"accuracy": 0.9}


def test_best_of_a_run_that_is_gone_says_so(client: Client) -> None:
    runs = make(metrics__a=[1.0] * 4)
    runs.attrs["nbflow.store"] = client.tracking_uri
    client.create_run("0")

    with pytest.raises(RunNotFoundError):
        runs.best("a")


def test_best_needs_the_run_ids() -> None:
    runs = make(metrics__a=[1.0] * 4)
    del runs["run_id"]

    with pytest.raises(InvalidInputError, match="run_id"):
        runs.best("a")


# ---------------------------------------------------------------- shown


def test_a_frame_shows_itself_as_html_and_text() -> None:
    runs = make(metrics__a=[1.0, 2.0, 3.0, 4.0])

    drawn = runs._repr_mimebundle_()

    assert set(drawn) == {"text/html", "text/plain", "application/vnd.nbflow.runs.v1+json"}
    assert runs._repr_html_() == drawn["text/html"]


def test_a_frame_and_its_parts_know_the_search_that_found_them(client: Client) -> None:
    client.create_run("0")
    runs = client.search_frame(["0"], "status = 'RUNNING'", order_by=["start_time ASC"])

    for frame in (runs, runs[:0], runs.sort_values("run_id"), runs.copy(), pickle.loads(pickle.dumps(runs))):  # noqa: S301
        assert frame.found_by is not None
        assert frame.found_by.filter_string == "status = 'RUNNING'"
        assert (frame.found_by.experiment_ids, frame.found_by.n_runs) == (["0"], 1)


def test_frames_of_different_searches_put_together_keep_their_store(client: Client) -> None:
    client.create_run("0")

    both = pd.concat([client.search_frame(["0"]), client.search_frame(["0"], "status = 'RUNNING'")], ignore_index=True)

    assert isinstance(both, RunFrame)
    assert both.attrs == {"nbflow.store": client.tracking_uri}
    assert both.found_by is None


def test_printed_it_is_a_data_frame() -> None:
    runs = make()

    assert repr(runs) == repr(pd.DataFrame(runs))
