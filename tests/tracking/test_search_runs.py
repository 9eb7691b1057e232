from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

import nbflow
from nbflow import Client
from nbflow.data import from_pandas
from nbflow.entities import Metric, Param, Run, RunTag, ViewType
from nbflow.errors import (
    ExperimentNotFoundError,
    InvalidFilterError,
    InvalidInputError,
    InvalidOrderError,
    LimitExceededError,
    UnsupportedValueError,
)
from nbflow.tracking.frame import RunFrame

NAN, INF = math.nan, math.inf
BASE = ["run_id", "experiment_id", "status", "artifact_uri", "start_time", "end_time"]
TEXT = "str" if int(pd.__version__.partition(".")[0]) >= 3 else "object"


class Store:
    """A store with runs r0, r1 ..., each a millisecond after the other."""

    def __init__(self) -> None:
        self.client = Client()
        self.count = 0

    def add(
        self,
        metrics: Mapping[str, float | Sequence[float]] | None = None,
        params: dict[str, Any] | None = None,
        tags: dict[str, Any] | None = None,
        *,
        status: str | None = "FINISHED",
        took_ms: int = 1000,
        experiment_id: str = "0",
    ) -> str:
        start = 1_700_000_000_000 + self.count
        run_id = self.client.create_run(experiment_id, start, tags, f"r{self.count}").run_id
        histories = {
            key: values if isinstance(values, Sequence) else [values] for key, values in (metrics or {}).items()
        }
        points = [Metric(k, v, start, step) for k, values in histories.items() for step, v in enumerate(values)]
        self.client.log_batch(run_id, points, [Param(key, str(value)) for key, value in (params or {}).items()])
        if status is not None:
            self.client.set_terminated(run_id, status, start + took_ms)
        self.count += 1
        return run_id


@pytest.fixture
def store() -> Store:
    return Store()


def names(found: pd.DataFrame | list[Run]) -> list[str]:
    if isinstance(found, list):
        return [run.name for run in found]
    return found["tags.mlflow.runName"].tolist() if len(found) else []


def find(filter_string: str = "", **arguments: Any) -> list[str]:
    """Give the names of the runs found, oldest first unless another order is asked for."""
    order = arguments.pop("order_by", ["start_time"])
    framed = names(nbflow.search_runs(filter_string=filter_string, order_by=order, **arguments))
    listed = names(nbflow.search_runs(filter_string=filter_string, order_by=order, output_format="list", **arguments))
    assert framed == listed
    return framed


# ---------------------------------------------------------------- the frame


def test_a_frame_has_mlflows_columns_in_their_order(store: Store) -> None:
    run_id = store.add({"loss": 0.5}, {"lr": 0.1}, {"team": "a"})

    frame = nbflow.search_runs()

    assert isinstance(frame, RunFrame)
    assert list(frame.columns) == [*BASE, "metrics.loss", "params.lr", "tags.team", "tags.mlflow.runName"]
    assert {column: str(dtype) for column, dtype in frame.dtypes.items() if "time" not in str(column)} == {
        **dict.fromkeys(["run_id", "experiment_id", "status", "artifact_uri"], TEXT),
        "metrics.loss": "float64",
        **dict.fromkeys(["params.lr", "tags.team", "tags.mlflow.runName"], TEXT),
    }
    assert [str(frame[column].dt.tz) for column in ("start_time", "end_time")] == ["UTC", "UTC"]
    assert isinstance(frame.index, pd.RangeIndex)
    row = frame.iloc[0]
    assert (row["run_id"], row["experiment_id"], row["status"]) == (run_id, "0", "FINISHED")
    assert row["artifact_uri"] == nbflow.get_run(run_id).info.artifact_uri
    assert row["start_time"] == pd.Timestamp(1_700_000_000_000, unit="ms", tz="UTC")
    assert row["end_time"] - row["start_time"] == pd.Timedelta("1s")


def test_the_frame_works_as_the_first_user_uses_it(store: Store) -> None:
    store.add({"accuracy": 0.5})
    best = store.add({"accuracy": 0.95})

    runs = nbflow.search_runs(experiment_ids=["0"])

    assert runs["run_id"][0] == best
    assert len(runs.iloc[:1]) == 1
    assert names(runs[runs["metrics.accuracy"] > 0.9]) == ["r1"]
    assert runs.best("metrics.accuracy").run_id == best


def test_what_is_absent_is_missing(store: Store) -> None:
    store.add({"a": 1.0}, {"p": "x"}, {"t": "y"}, status=None)
    store.add()

    frame = nbflow.search_runs(order_by=["start_time"])

    assert frame["metrics.a"].isna().tolist() == [False, True]
    assert frame["params.p"].isna().tolist() == [False, True]
    assert frame["tags.t"].isna().tolist() == [False, True]
    assert frame["end_time"].isna().tolist() == [True, False]


def test_only_what_the_runs_found_have_is_a_column(store: Store) -> None:
    store.add({"a": 1.0}, {"p": "x"})
    store.add({"b": 1.0}, {"q": "x"})

    frame = nbflow.search_runs(filter_string="metrics.a = 1")

    assert list(frame.columns) == [*BASE, "metrics.a", "params.p", "tags.mlflow.runName"]


def test_a_frame_has_the_texts_of_the_runs_whatever_is_in_them(store: Store) -> None:
    texts = ["plain", "a\x1fb", "\x1f", None, "", "ü\0\x1e", "x" * 100_000]
    for text in texts:
        store.add(tags={"other": "y"} | ({} if text is None else {"t": text}))

    found = nbflow.search_runs(order_by=["start_time ASC"])["tags.t"]

    assert [None if pd.isna(text) else text for text in found] == texts


@pytest.mark.parametrize("key", ["metrics.m", "params.m"])
def test_a_comparison_that_no_run_passed_finds_the_run_that_does(store: Store, key: str) -> None:
    def found(clause: str) -> int:
        return len(nbflow.search_runs(filter_string=f"{key} {clause}"))

    clauses = ["> 2", ">= 2.5", "= 3", "< -2", "<= -2.5", "= -3"]
    for value in (1.0, NAN):
        store.add({"m": value}, {"m": value})
    assert [found(clause) for clause in clauses] == [0] * 6
    assert found("< 2 OR metrics.other > 2") == 1
    assert len(nbflow.search_runs(filter_string=f"NOT {key} > 2")) == 2

    store.add({"m": 3.0}, {"m": 3.0})
    store.add({"m": -3.0}, {"m": -3.0})

    assert [found(clause) for clause in clauses] == [1] * 6
    assert found("> 3") == found("< -3") == 0
    assert found(">= 3") == found("<= -3") == 1


def test_a_frame_keeps_a_metric_that_is_nan_and_leaves_out_what_no_run_has(store: Store) -> None:
    store.add({"odd": NAN})
    store.add({"other": 1.0})

    found = nbflow.search_runs(filter_string="metrics.odd IS NOT NULL")
    assert [name for name in map(str, found) if name.startswith("metrics.")] == ["metrics.odd"]
    assert found["metrics.odd"].isna().all()


@pytest.mark.parametrize("filter_string", ["", "metrics.a > 1", "params.p = 'x'", "tags.t IS NULL"])
def test_an_empty_store_gives_an_empty_frame(filter_string: str) -> None:
    frame = nbflow.search_runs(filter_string=filter_string)

    assert list(frame.columns) == BASE
    assert len(frame) == 0
    assert nbflow.search_runs(filter_string=filter_string, output_format="list") == []
    assert Client().search_runs(["0"], filter_string) == []


def test_a_list_holds_whole_runs(store: Store) -> None:
    run_id = store.add({"loss": [0.5, 0.25]}, {"lr": 0.1}, {"team": "a"}, status="FAILED")

    (run,) = nbflow.search_runs(output_format="list")

    assert run == nbflow.get_run(run_id)
    assert run.metrics == {"loss": 0.25}


def test_special_values_are_read_back(store: Store) -> None:
    values = {"nan": NAN, "inf": INF, "neg": -INF, "zero": -0.0, "tiny": 5e-324}
    store.add(values)

    row = nbflow.search_runs().iloc[0]

    assert {key: float(row[f"metrics.{key}"]).hex() for key in values} == {k: v.hex() for k, v in values.items()}


# ---------------------------------------------------------------- filters

ROWS: list[tuple[dict[str, float | Sequence[float]], dict[str, Any], dict[str, Any]]] = [
    ({"acc": 0.9}, {"lr": "0.1", "opt": "Adam"}, {"team": "a"}),
    ({"acc": 0.5}, {"lr": "0.01", "opt": "adam"}, {"team": "b"}),
    ({"acc": NAN}, {"lr": "10"}, {}),
    ({}, {}, {}),
    ({"acc": INF}, {"lr": "1e-3", "opt": "sgd"}, {"team": ""}),
    ({"acc": -INF}, {"lr": "text", "opt": "50%_x"}, {"team": "A"}),
]


@pytest.fixture
def six(store: Store) -> Store:
    """Give a store with the six runs above."""
    for metrics, params, tags in ROWS:
        store.add(metrics, params, tags)
    return store


@pytest.mark.parametrize(
    ("filter_string", "found"),
    [
        # A clause on what is absent is false, whatever the comparator; so is every one on NaN but `!=`.
        ("metrics.acc > 0.5", "0 4"),
        ("metrics.acc >= 0.5", "0 1 4"),
        ("metrics.acc < 0.6", "1 5"),
        ("metrics.acc <= 0.9", "0 1 5"),
        ("metrics.acc = 0.9", "0"),
        ("metrics.acc != 0.9", "1 2 4 5"),
        ("metrics.acc > -1e308", "0 1 4"),
        ("metrics.acc < 1e308", "0 1 5"),
        ("metrics.nowhere = 1", ""),
        ("metrics.nowhere != 1", ""),
        ("metrics.acc IS NULL", "3"),
        ("metrics.acc IS NOT NULL", "0 1 2 4 5"),
        ("metrics.acc BETWEEN 0.5 AND 0.9", "0 1"),
        ("metrics.acc NOT BETWEEN 0.6 AND 1", "1 2 4 5"),
        ("metrics.acc IN (0.5, 0.9, 3)", "0 1"),
        ("metrics.acc NOT IN (0.5)", "0 2 4 5"),
        # NOT turns a clause around, and what is absent made it false.
        ("NOT metrics.acc > 0.5", "1 2 3 5"),
        ("NOT (metrics.nowhere = 1)", "0 1 2 3 4 5"),
        ("params.lr = '0.1'", "0"),
        ("params.lr != '0.1'", "1 2 4 5"),
        ("params.opt LIKE 'a%'", "1"),
        ("params.opt ILIKE 'a%'", "0 1"),
        ("params.opt LIKE '_d_m'", "0 1"),
        ("params.opt LIKE '50%'", "5"),
        ("params.opt IS NULL", "2 3"),
        ("params.opt IS NOT NULL", "0 1 4 5"),
        ("params.nowhere IS NULL", "0 1 2 3 4 5"),
        ("params.opt IN ('sgd', 'Adam')", "0 4"),
        ("params.opt NOT IN ('sgd', 'Adam')", "1 5"),
        # Params compare as numbers with numbers, and what is none does not.
        ("params.lr > 0.05", "0 2"),
        ("params.lr < 0.05", "1 4"),
        ("params.lr = 0.10", "0"),
        ("params.lr BETWEEN 0.001 AND 0.1", "0 1 4"),
        ("params.lr != 10", "0 1 4"),
        ("tags.team = ''", "4"),
        ("tags.team != 'a'", "1 4 5"),
        ("tags.team IS NULL", "2 3"),
        ("run_name = 'r3'", "3"),
        ("run_name IN ('r1', 'r2', 'x')", "1 2"),
        ("tags.mlflow.runName = 'r3'", "3"),
        ("metrics.acc > 0.4 AND params.opt ILIKE 'adam'", "0 1"),
        ("metrics.acc = 0.9 OR params.opt = 'sgd'", "0 4"),
        ("(metrics.acc = 0.9 OR params.opt = 'sgd') AND tags.team = 'a'", "0"),
        ("metrics.acc = 0.9 OR params.opt = 'sgd' AND tags.team = 'nobody'", "0"),
        ("NOT (metrics.acc = 0.9 OR params.opt = 'sgd')", "1 2 3 5"),
        ("NOT NOT metrics.acc = 0.9", "0"),
        ("", "0 1 2 3 4 5"),
    ],
)
@pytest.mark.usefixtures("six")
def test_a_filter_finds(filter_string: str, found: str) -> None:
    assert find(filter_string) == [f"r{number}" for number in found.split()]


def test_no_filter_is_all(six: Store) -> None:
    assert find(None) == [f"r{number}" for number in range(six.count)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("filter_string", "found"),
    [
        ("attributes.status = 'FAILED'", "1"),
        ("status != 'FAILED'", "0 2 3"),
        ("status IN ('KILLED', 'FAILED')", "1 2"),
        ("status = 'RUNNING'", "3"),
        ("user_id = 'me'", "0"),
        ("end_time IS NULL", "3"),
        ("end_time >= 1700000002000", "2"),
        ("start_time <= 1700000000001", "0 1"),
        ("start_time > '2023-11-14' AND start_time < '2023-11-15'", "0 1 2 3"),
        ("created = 1700000000002", "2"),
        ("duration > 1", "2"),
        ("duration <= 0.5", "0 1"),
        ("duration IS NULL", "3"),
        ("artifact_uri LIKE '%artifacts'", "0 1 2 3"),
        ("experiment_id = '0'", "0 1 2 3"),
    ],
)
def test_attributes_are_searched(filter_string: str, found: str, store: Store) -> None:
    store.add(tags={"mlflow.user": "me"}, took_ms=0)
    store.add(status="FAILED", took_ms=500)
    store.add(status="KILLED", took_ms=2500)
    store.add(status=None)

    if filter_string.startswith("duration IS"):
        assert find("NOT duration >= 0") == [f"r{number}" for number in found.split()]
    else:
        assert find(filter_string) == [f"r{number}" for number in found.split()]


def test_runs_are_found_by_id(store: Store) -> None:
    ids = [store.add() for _ in range(4)]

    assert find(f"run_id = '{ids[2]}'") == ["r2"]
    assert find(f"attributes.run_id IN ('{ids[3]}', '{ids[1]}')") == ["r1", "r3"]
    assert find(f"run_id != '{ids[0]}'") == ["r1", "r2", "r3"]


def test_aggregates_of_a_history(store: Store) -> None:
    store.add({"loss": [3.0, 1.0, 2.0]})
    store.add({"loss": [5.0, 4.0, NAN, 6.0]})
    store.add({"loss": 2.0})
    store.add()

    assert find("metrics.loss = 2") == ["r0", "r2"]
    assert find("metrics.loss.min = 1") == ["r0"]
    assert find("metrics.loss.max >= 3") == ["r0", "r1"]
    assert find("metrics.loss.first = 5") == ["r1"]
    assert find("metrics.loss.last = 6") == ["r1"]
    assert find("metrics.loss.mean = 5") == ["r1"]
    assert find("metrics.loss.mean <= 2") == ["r0", "r2"]
    assert find("metrics.loss.min != 0") == ["r0", "r1", "r2"]
    assert find(order_by=["metrics.loss.min DESC"]) == ["r1", "r2", "r0", "r3"]


def test_a_metric_whose_own_name_is_that_of_an_aggregate_wins_in_each_run_that_has_it(store: Store) -> None:
    store.add({"loss": [3.0, 1.0]})
    assert find("metrics.loss.min = 1") == ["r0"]

    store.add({"loss": [3.0, 1.0], "loss.min": 7.0})

    assert find("metrics.loss.min = 1") == ["r0"]
    assert find("metrics.loss.min = 7") == ["r1"]
    assert find("metrics.loss.min.max = 7") == ["r1"]
    assert find(order_by=["metrics.loss.min DESC"]) == ["r1", "r0"]


def test_data_sets_are_searched(store: Store) -> None:
    for number, (name, context) in enumerate([("iris", "train"), ("wine", "test"), ("Iris", "train")]):
        run_id = store.add()
        with nbflow.start_run(run_id=run_id):
            nbflow.log_input(from_pandas(pd.DataFrame({"x": [number]}), name=name), context=context)
    store.add()

    assert find("dataset.name = 'iris'") == ["r0"]
    assert find("datasets.name ILIKE 'iris'") == ["r0", "r2"]
    assert find("dataset.context = 'train' AND dataset.name != 'iris'") == ["r2"]
    assert find("dataset.name != 'iris'") == ["r1", "r2"]
    assert find("NOT dataset.name = 'iris'") == ["r1", "r2", "r3"]


KEYS = ["größe", "日本 語", "a/b", "a.b.c", "a-b", "a:b", "x y z", "min", "select", "1", "a" * 250]


@pytest.mark.parametrize("key", KEYS)
def test_keys_of_any_script_are_found(key: str, store: Store) -> None:
    store.add({key: 0.5}, {key: "ü"}, {key: "it's"})
    store.add({key: 1.5}, {key: "2"}, {key: '"quoted"'})

    assert find(f"metrics.`{key}` < 1") == ["r0"]
    assert find(f"params.\"{key}\" = 'ü'") == ["r0"]
    assert find(f"params.`{key}` > 1") == ["r1"]
    assert find(f'tags.`{key}` = "it\'s"') == ["r0"]
    assert find(f"tags.`{key}` = '\"quoted\"'") == ["r1"]
    assert find(order_by=[f"metrics.`{key}` DESC"]) == ["r1", "r0"]


@pytest.mark.parametrize("value", ["'; DROP TABLE runs; --", "%", "_", "\\", "?", "a\nb", "\x1f", "🎉", "*[x]*"])
def test_values_are_bound_and_taken_literally(value: str, store: Store) -> None:
    store.add(params={"p": value})
    store.add(params={"p": "other"})

    quote = '"' if "'" in value else "'"
    assert find(f"params.p = {quote}{value}{quote}") == ["r0"]
    assert find(f"params.p IN ({quote}{value}{quote})") == ["r0"]
    assert find(f"params.p != {quote}{value}{quote}") == ["r1"]


def test_like_takes_only_its_own_wildcards(store: Store) -> None:
    for value in ("a*b", "axb", "a[x]b", "A*B"):
        store.add(params={"p": value})

    assert find("params.p LIKE 'a*b'") == ["r0"]
    assert find("params.p LIKE 'a[x]b'") == ["r2"]
    assert find("params.p ILIKE 'a*b'") == ["r0", "r3"]
    assert find("params.p LIKE 'a_b'") == ["r0", "r1"]


# ---------------------------------------------------------------- orders


@pytest.mark.parametrize(
    ("order_by", "found"),
    [
        # Numbers, then NaN, then what is absent: in both directions.
        (["metrics.acc"], "5 1 0 4 2 3"),
        (["metrics.acc ASC"], "5 1 0 4 2 3"),
        (["metrics.acc DESC"], "4 0 1 5 2 3"),
        (["metrics.nowhere DESC"], "5 4 3 2 1 0"),
        (["params.opt"], "5 0 1 4 3 2"),
        (["params.opt DESC"], "4 1 0 5 3 2"),
        (["tags.team"], "4 5 0 1 3 2"),
        (["start_time"], "0 1 2 3 4 5"),
        (["start_time DESC"], "5 4 3 2 1 0"),
        (["attributes.end_time desc"], "5 4 3 2 1 0"),
        (["run_name DESC"], "5 4 3 2 1 0"),
        (["status", "run_name"], "0 1 2 3 4 5"),
        ([], "5 4 3 2 1 0"),
        (None, "5 4 3 2 1 0"),
        (("tags.team DESC", "metrics.acc"), "1 0 5 4 2 3"),
    ],
)
@pytest.mark.usefixtures("six")
def test_an_order_sorts(order_by: Any, found: str) -> None:
    assert find(order_by=order_by) == [f"r{number}" for number in found.split()]


def test_an_order_holds_over_a_filter(six: Store) -> None:
    assert find("metrics.acc > 0", order_by=["metrics.acc DESC"]) == ["r4", "r0", "r1"]
    assert find("metrics.acc != 0.5", order_by=["metrics.acc"]) == ["r5", "r0", "r4", "r2"]
    assert six.count == 6


def test_ties_go_to_the_latest_start_then_to_the_id(store: Store) -> None:
    ids = [store.client.create_run("0", start_time=17).run_id for _ in range(4)]
    late = store.client.create_run("0", start_time=18).run_id

    found = nbflow.search_runs(order_by=["metrics.nothing"])["run_id"].tolist()

    assert found == [late, *sorted(ids)]


def test_an_order_has_up_to_20_keys(store: Store) -> None:
    store.add({f"m{number}": number for number in range(20)})

    assert find(order_by=[f"metrics.m{number}" for number in range(20)]) == ["r0"]
    with pytest.raises(LimitExceededError, match="order_by"):
        nbflow.search_runs(order_by=[f"metrics.m{number}" for number in range(21)])


# ---------------------------------------------------------------- which runs


@pytest.mark.parametrize(
    ("view_type", "found"),
    [(ViewType.ACTIVE_ONLY, ["r0"]), (ViewType.DELETED_ONLY, ["r1"]), (ViewType.ALL, ["r0", "r1"])],
)
def test_a_view_shows_active_or_deleted_runs(view_type: int, found: list[str], store: Store) -> None:
    store.add()
    nbflow.delete_run(store.add())

    assert find(run_view_type=view_type) == found


@pytest.fixture
def two(store: Store) -> dict[str, str]:
    """Make experiments `one` and `two ü` with a run each, beside one in Default; give their ids."""
    ids = {name: nbflow.create_experiment(name) for name in ("one", "two ü")}
    store.add()
    for experiment_id in ids.values():
        store.add(experiment_id=experiment_id)
    return ids


def test_experiments_are_named_by_id_or_by_name(two: dict[str, str]) -> None:
    one, other = two.values()

    assert find() == ["r0"]
    assert find(experiment_ids=[one]) == ["r1"]
    assert find(experiment_ids=[one, other]) == ["r1", "r2"]
    assert find(experiment_ids=(one,)) == ["r1"]
    assert find(experiment_ids=np.array([one, other])) == ["r1", "r2"]
    assert find(experiment_ids=pd.Series([other])) == ["r2"]
    assert find(experiment_ids=[int(one)]) == ["r1"]
    assert find(experiment_ids=one) == ["r1"]
    assert find(experiment_names=["two ü"]) == ["r2"]
    assert find(experiment_names="two ü") == ["r2"]
    assert find(experiment_names=("one", "Default")) == ["r0", "r1"]


def test_the_experiment_in_use_is_searched_when_none_is_named(two: dict[str, str]) -> None:
    nbflow.set_experiment(experiment_id=two["one"])

    assert find() == ["r1"]


def test_all_experiments_are_searched_on_demand(two: dict[str, str]) -> None:
    assert find(search_all_experiments=True) == ["r0", "r1", "r2"]
    assert find(search_all_experiments=True, experiment_ids=[]) == ["r0", "r1", "r2"]
    assert find(search_all_experiments=True, experiment_ids=[two["one"]]) == ["r1"]


@pytest.mark.usefixtures("two")
def test_no_experiments_have_no_runs() -> None:
    assert find(experiment_ids=[]) == []
    assert find(experiment_ids=()) == []
    assert find(experiment_names=[]) == []
    assert find(experiment_ids=["123456"]) == []


def test_names_that_nobody_has_are_left_out_with_a_warning(two: dict[str, str]) -> None:
    with pytest.warns(UserWarning, match="'nobody'") as caught:
        found = nbflow.search_runs(experiment_names=["one", "nobody"])

    assert names(found) == ["r1"]
    assert caught[0].filename == __file__
    with pytest.warns(UserWarning, match="'nobody'"):
        assert len(nbflow.search_runs(experiment_names=["nobody"])) == 0
    assert len(two) == 2


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"experiment_ids": ["0"], "experiment_names": ["one"]}, InvalidInputError),
        ({"experiment_ids": ["abc"]}, InvalidInputError),
        ({"experiment_ids": ["0", "-1"]}, InvalidInputError),
        ({"experiment_ids": ["٣"]}, InvalidInputError),
        ({"experiment_ids": ["1" * 19]}, InvalidInputError),
        ({"experiment_ids": [1.5]}, UnsupportedValueError),
        ({"experiment_ids": [None]}, UnsupportedValueError),
        ({"experiment_ids": [True]}, InvalidInputError),
        ({"experiment_ids": 1.5}, UnsupportedValueError),
        ({"experiment_names": [5]}, UnsupportedValueError),
        ({"experiment_names": 1.5}, UnsupportedValueError),
        ({"filter_string": 5}, UnsupportedValueError),
        ({"filter_string": ["a"]}, UnsupportedValueError),
        ({"order_by": "metrics.a"}, UnsupportedValueError),
        ({"order_by": [5]}, UnsupportedValueError),
        ({"run_view_type": 0}, InvalidInputError),
        ({"run_view_type": 4}, InvalidInputError),
        ({"run_view_type": "1"}, InvalidInputError),
        ({"run_view_type": [1]}, InvalidInputError),
        ({"max_results": 0}, InvalidInputError),
        ({"max_results": -5}, InvalidInputError),
        ({"max_results": 1.5}, InvalidInputError),
        ({"max_results": "5"}, InvalidInputError),
        ({"output_format": "json"}, InvalidInputError),
        ({"output_format": None}, InvalidInputError),
    ],
)
@pytest.mark.usefixtures("two")
def test_wrong_arguments_are_refused(arguments: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        nbflow.search_runs(**arguments)

    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("filter_string", "position"),
    [
        ("metrics.acc >", 13),
        ("metrics.acc > 'x'", 14),
        ("metrics.acc >> 1", 12),
        ("foo = 'x'", 0),
        ("bogus.x = 'y'", 0),
        ("metrics.acc > 1 AND", 19),
        ("params.p = x", 11),
        ("(metrics.acc > 1", 0),
        ("   ", 3),
    ],
)
@pytest.mark.parametrize("output_format", ["pandas", "list"])
def test_a_wrong_filter_shows_the_place(filter_string: str, position: int, output_format: Any, store: Store) -> None:
    store.add()

    with pytest.raises(InvalidFilterError) as caught:
        nbflow.search_runs(filter_string=filter_string, output_format=output_format)

    if filter_string.strip():
        assert caught.value.position == position
    assert caught.value.text == filter_string
    assert caught.value.expected
    assert f"at character {caught.value.position + 1}" in str(caught.value)
    with pytest.raises(InvalidFilterError):
        store.client.search_runs(["0"], filter_string)


@pytest.mark.parametrize("order", ["foo", "metrics.a SIDEWAYS", "metrics.a, metrics.b", "", "metrics."])
def test_a_wrong_order_shows_the_place(order: str) -> None:
    with pytest.raises(InvalidOrderError, match="Invalid order_by at character"):
        nbflow.search_runs(order_by=[order])


def test_an_unknown_experiment_in_the_variable_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBFLOW_EXPERIMENT_ID", "999")

    with pytest.raises(ExperimentNotFoundError):
        nbflow.search_runs()


# ---------------------------------------------------------------- how many


@pytest.mark.parametrize(("max_results", "n"), [(1, 1), (3, 3), (5, 5), (100, 5), (60_000, 5), (2**70, 5), (None, 5)])
def test_no_more_than_asked_for(max_results: int | None, n: int, store: Store) -> None:
    for _ in range(5):
        store.add()

    assert find(max_results=max_results, order_by=["start_time DESC"]) == [
        f"r{number}" for number in range(4, 4 - n, -1)
    ]


def test_a_run_with_a_thousand_metrics_is_as_wide(store: Store) -> None:
    wide: dict[str, float | Sequence[float]] = {f"metric {number}": float(number) for number in range(1000)}
    store.add(wide)
    store.add({"metric 7": 1.0, "other": 2.0})

    frame = nbflow.search_runs(order_by=["start_time"])

    assert frame.shape == (2, 6 + 1001 + 1)
    assert [frame[f"metrics.{key}"][0] for key in wide] == list(wide.values())
    assert frame.iloc[1].filter(like="metrics.").notna().sum() == 2
    where = " AND ".join(f"metrics.`metric {number}` = {number}" for number in range(0, 1000, 10))
    assert find(where) == ["r0"]
    assert find(f"NOT ({where})") == ["r1"]


# ---------------------------------------------------------------- always up to date


def test_a_search_sees_what_was_just_written(store: Store) -> None:
    run_id = store.add({"a": 1.0}, status=None)
    assert find("metrics.a = 1") == ["r0"]

    changes: list[tuple[Callable[[], object], str]] = [
        (lambda: store.client.log_metric(run_id, "a", 2.0, step=1), "metrics.a = 2"),
        (lambda: store.client.log_param(run_id, "p", 1), "params.p = 1"),
        (lambda: store.client.set_tag(run_id, "t", "x"), "tags.t = 'x'"),
        (lambda: store.client.delete_tag(run_id, "t"), "tags.t IS NULL"),
        (lambda: store.client.set_terminated(run_id, "FAILED"), "status = 'FAILED'"),
        (lambda: store.client.log_metric(run_id, "late", 1.0), "metrics.late = 1"),
        (lambda: store.client.set_tag(run_id, "mlflow.runName", "r0 again"), "run_name = 'r0 again'"),
    ]
    for change, where in changes:
        assert len(nbflow.search_runs(filter_string=where)) == 0, where
        change()
        assert len(nbflow.search_runs(filter_string=where)) == 1, where


def test_a_running_run_is_seen_with_what_it_has_so_far() -> None:
    with nbflow.start_run(run_name="r0"):
        for step in range(3):
            nbflow.log_metric("loss", step, step=step)
            assert find(f"metrics.loss = {step} AND status = 'RUNNING'") == ["r0"]
    assert find("status = 'FINISHED'") == ["r0"]


def test_another_process_is_seen(python: Callable[..., str], store: Store) -> None:
    run_id = store.add(status=None)
    assert find() == ["r0"]

    python(
        f"""
        import nbflow
        nbflow.log_metric("a", 1.0, run_id={run_id!r})
        with nbflow.start_run(run_name="r1"):
            nbflow.log_metric("a", 2.0)
        """
    )

    assert find("metrics.a >= 1") == ["r0", "r1"]


def test_searches_in_threads_while_runs_are_logged(store: Store) -> None:
    store.add({"a": 1.0})
    wrong: list[object] = []
    end = time.monotonic() + 0.5

    def search() -> None:
        while time.monotonic() < end:
            found = nbflow.search_runs(["0"], "metrics.a >= 1", order_by=["start_time"])
            if names(found)[:1] != ["r0"]:
                wrong.append(found)

    threads = [threading.Thread(target=search) for _ in range(2)]
    for thread in threads:
        thread.start()
    while time.monotonic() < end:
        store.add({"a": 1.0})
    for thread in threads:
        thread.join()

    assert wrong == []
    assert len(nbflow.search_runs(["0"])) == store.count


def test_tags_of_mlflow_are_columns_of_fluent_runs() -> None:
    with nbflow.start_run(run_name="r0", tags={"n": RunTag("a", "b")}):
        pass

    frame = nbflow.search_runs()

    assert {"tags.mlflow.user", "tags.mlflow.source.name", "tags.mlflow.source.type", "tags.n"} <= set(frame.columns)
