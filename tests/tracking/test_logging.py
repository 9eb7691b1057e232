from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nbflow
from nbflow import ActiveRun, Client
from nbflow.entities import Metric, Param, RunTag
from nbflow.errors import (
    InvalidInputError,
    InvalidNameError,
    LimitExceededError,
    ParamAlreadySetError,
    TagNotFoundError,
    UnsupportedValueError,
)

NAMES = ["a", "a.b", "train/loss", "a b", "a:b", "Größe", "日本語", "a-b_c", "1", "x" * 250]
BAD_NAMES = ["", "a?b", "a\nb", "🎉", "a//b", "a/", "/a", "../a", ".", "x" * 251, None, 5, b"a"]


def points(run: ActiveRun, key: str) -> list[tuple[int, float]]:
    return [(point.step, point.value) for point in nbflow.get_metric_history(run.run_id, key)]


# ---------------------------------------------------------------- metrics


def test_the_history_of_a_metric_is_all_that_was_logged(run: ActiveRun) -> None:
    for step, value in enumerate([0.5, 0.25, 0.125]):
        nbflow.log_metric("loss", value, step=step, timestamp=1000 + step)

    assert nbflow.get_metric_history(run.run_id, "loss") == [
        Metric("loss", 0.5, 1000, 0),
        Metric("loss", 0.25, 1001, 1),
        Metric("loss", 0.125, 1002, 2),
    ]
    assert run.metrics == {"loss": 0.125}


def test_the_history_is_ordered_by_time_then_step_then_value(run: ActiveRun) -> None:
    given_points = [(3.0, 1, 20), (1.0, 5, 10), (2.0, 0, 20), (0.5, 0, 20), (math.nan, 5, 10)]
    for value, step, timestamp in given_points:
        nbflow.log_metric("m", value, step=step, timestamp=timestamp)

    history = nbflow.get_metric_history(run.run_id, "m")

    read = [(point.timestamp, point.step, point.value) for point in history]
    assert read[0] == (10, 5, 1.0)
    assert math.isnan(read[1][2])
    assert read[2:] == [(20, 0, 0.5), (20, 0, 2.0), (20, 1, 3.0)]


@pytest.mark.parametrize(
    ("logged", "latest"),
    [
        ([(1.0, 0, 10), (2.0, 1, 10)], 2.0),  # the highest step
        ([(1.0, 5, 10), (2.0, 1, 99)], 1.0),  # also when it is older
        ([(1.0, 5, 10), (2.0, 5, 9)], 1.0),  # then the latest time
        ([(1.0, 5, 10), (2.0, 5, 10)], 2.0),  # then the highest value
        ([(2.0, 5, 10), (1.0, 5, 10)], 2.0),
        ([(-1.0, 5, 10), (math.nan, 5, 10)], math.nan),  # where NaN counts as 0
        ([(math.nan, 5, 10), (1.0, 5, 10)], 1.0),
        ([(1.0, -3, 10), (2.0, -4, 11)], 1.0),
    ],
)
def test_the_latest_value_is_that_of_the_highest_step_time_and_value(
    logged: list[tuple[float, int, int]], latest: float, run: ActiveRun
) -> None:
    for value, step, timestamp in logged:
        nbflow.log_metric("m", value, step=step, timestamp=timestamp)

    for read in (run.metrics["m"], nbflow.search_runs()["metrics.m"][0], run.data.latest_metrics[0].value):
        assert read == latest or (math.isnan(read) and math.isnan(latest))


SPECIAL = [math.nan, math.inf, -math.inf, -0.0, 5e-324, 1.7976931348623157e308, 0.1]


@pytest.mark.parametrize("value", SPECIAL)
def test_every_float_is_read_back_from_every_reader(value: float, run: ActiveRun) -> None:
    nbflow.log_metric("m", value)
    nbflow.log_metrics({"n": value})

    client = Client()
    frame = nbflow.search_runs()
    (listed,) = nbflow.search_runs(output_format="list")
    for key in ("m", "n"):
        for read in (
            run.metrics[key],
            nbflow.get_run(run.run_id).data.metrics[key],
            nbflow.get_metric_history(run.run_id, key)[0].value,
            float(client.get_metric_arrays(run.run_id, key).value[0]),
            float(frame[f"metrics.{key}"][0]),
            listed.metrics[key],
            listed.data.latest_metrics[0].value,
        ):
            assert read.hex() == value.hex()


def test_what_is_no_float_becomes_one(run: ActiveRun) -> None:
    nbflow.log_metric("np", np.float32(0.5))  # type: ignore[arg-type]
    nbflow.log_metric("array", np.array([2]))  # type: ignore[arg-type]
    nbflow.log_metric("text", "1e3")  # type: ignore[arg-type]
    nbflow.log_metrics({"int": 3, "bool": True, "series": pd.Series([4])})  # type: ignore[dict-item]

    assert run.metrics == {"np": 0.5, "array": 2.0, "text": 1000.0, "int": 3.0, "bool": 1.0, "series": 4.0}


@pytest.mark.parametrize("step", [None, 0, -7, 2**63 - 1, -(2**63), 3.0, np.int64(5), True])
def test_steps_are_whole_numbers_of_64_bits(step: Any, run: ActiveRun) -> None:
    nbflow.log_metric("m", 1.0, step=step)
    nbflow.log_metrics({"n": 1.0}, step=step)

    expected = [(0 if step is None else int(step), 1.0)]
    assert points(run, "m") == points(run, "n") == expected


def test_a_time_is_kept_and_none_or_zero_is_now(run: ActiveRun) -> None:
    start = run.info.start_time
    for timestamp in (17, None, 0):
        nbflow.log_metric("m", 1.0, timestamp=timestamp)

    times = [point.timestamp for point in nbflow.get_metric_history(run.run_id, "m")]
    assert times[0] == 17
    assert start <= times[1] <= times[2]


@pytest.mark.parametrize(
    "arguments",
    [
        {"value": None},
        {"value": "high"},
        {"value": [1.0]},
        {"value": np.ones(2)},
        {"value": 1j},
        {"step": 1.5},
        {"step": "3"},
        {"step": 2**63},
        {"timestamp": -1},
        {"timestamp": "17"},
        {"timestamp": ""},
        {"timestamp": math.nan},
        {"timestamp": 2**63},
    ],
)
def test_of_a_wrong_point_nothing_is_kept(arguments: dict[str, Any], run: ActiveRun) -> None:
    nbflow.log_metric("m", 1.0)
    value, where = arguments.get("value", 2.0), {key: arguments[key] for key in arguments if key != "value"}

    calls: list[Callable[[], object]] = [
        lambda: nbflow.log_metric("m", value, **where),
        lambda: nbflow.log_metric("new", value, **where),
        lambda: nbflow.log_metrics({"m": 2.0, "new": value}, **where),
        lambda: Client().log_metric(run.run_id, "m", value, **where),
    ]
    for call in calls:
        with pytest.raises(InvalidInputError) as caught:
            call()
        assert caught.value.error_code == "INVALID_PARAMETER_VALUE"

    assert run.metrics == {"m": 1.0}
    assert points(run, "m") == [(0, 1.0)]


def test_a_wrong_metric_of_several_is_named(run: ActiveRun) -> None:
    with pytest.raises(UnsupportedValueError, match="metric 'bad'"):
        nbflow.log_metrics({"good": 1.0, "bad": None})  # type: ignore[dict-item]

    assert run.metrics == {}


def test_an_unknown_metric_has_an_empty_history(run: ActiveRun) -> None:
    assert nbflow.get_metric_history(run.run_id, "nothing") == []


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b"]),
            st.floats(width=64),
            st.integers(-(2**63), 2**63 - 1),
            st.integers(1, 2**63 - 1),
        ),
        max_size=30,
    )
)
def test_whatever_was_logged_is_the_history(logged: list[tuple[str, float, int, int]]) -> None:
    with nbflow.start_run() as run:
        for key, value, step, timestamp in logged:
            nbflow.log_metric(key, value, step, timestamp=timestamp)

    for key in ("a", "b"):
        expected = [(time, step, value.hex()) for name, value, step, time in logged if name == key]
        read = [(p.timestamp, p.step, p.value.hex()) for p in nbflow.get_metric_history(run.run_id, key)]
        assert sorted(read) == sorted(expected)
        assert [each[:2] for each in read] == sorted(each[:2] for each in expected)


def test_a_thousand_metrics_in_one_run(run: ActiveRun) -> None:
    nbflow.log_metrics({f"m{number}": number for number in range(1000)})
    for number in range(1000):
        nbflow.log_metric(f"m{number}", number + 0.5, step=1)

    assert run.metrics == {f"m{number}": number + 0.5 for number in range(1000)}
    frame = nbflow.search_runs(filter_string="metrics.m999 > 999 AND metrics.m0.min = 0")
    assert frame.filter(like="metrics.m").iloc[0].tolist() == [number + 0.5 for number in range(1000)]


# ---------------------------------------------------------------- params


def test_params_are_kept_as_text(run: ActiveRun) -> None:
    assert nbflow.log_param("lr", 0.01) == 0.01
    nbflow.log_params({"none": None, "empty": "", "list": [1, "a"], "bool": True, "text": "ü\n'x'"})

    expected = {"lr": "0.01", "none": "None", "empty": "", "list": "[1, 'a']", "bool": "True", "text": "ü\n'x'"}
    assert run.params == expected
    row = nbflow.search_runs().iloc[0]
    assert {key: row[f"params.{key}"] for key in expected} == expected


def test_a_param_may_be_logged_again_with_the_same_value(run: ActiveRun) -> None:
    nbflow.log_param("lr", 0.01)

    nbflow.log_param("lr", "0.01")
    nbflow.log_params({"lr": 0.01, "new": 1})

    assert run.params == {"lr": "0.01", "new": "1"}


def test_another_value_is_refused_and_nothing_of_the_call_is_kept(run: ActiveRun) -> None:
    nbflow.log_param("lr", 1)
    client = Client()

    for call in (
        lambda: nbflow.log_param("lr", 2),
        lambda: nbflow.log_params({"new": 1, "lr": 2}),
        lambda: client.log_param(run.run_id, "lr", 2),
        lambda: client.log_batch(
            run.run_id, [Metric("m", 1.0, 17)], [Param("new", "1"), Param("lr", "2")], [RunTag("t", "1")]
        ),
    ):
        with pytest.raises(ParamAlreadySetError, match=r"'lr'.*is '1'.*'2'") as caught:
            call()
        assert (caught.value.key, caught.value.old, caught.value.new) == ("lr", "1", "2")
        assert caught.value.error_code == "INVALID_PARAMETER_VALUE"

    assert (run.params, run.metrics, run.tags.get("t")) == ({"lr": "1"}, {}, None)


def test_another_value_is_refused_in_a_resumed_run_too(run: ActiveRun) -> None:
    nbflow.log_param("lr", 1)
    nbflow.end_run()

    with nbflow.start_run(run_id=run.run_id), pytest.raises(ParamAlreadySetError):
        nbflow.log_param("lr", 2)


# ---------------------------------------------------------------- tags


def test_a_tag_may_change_and_go(run: ActiveRun) -> None:
    nbflow.set_tag("stage", "a")
    nbflow.set_tags({"stage": "b", "n": 3, "none": None})
    assert (run.tags["stage"], run.tags["n"], run.tags["none"]) == ("b", "3", "None")

    nbflow.delete_tag("stage")

    assert "stage" not in run.tags
    with pytest.raises(TagNotFoundError) as caught:
        nbflow.delete_tag("stage")
    assert (caught.value.key, caught.value.error_code) == ("stage", "RESOURCE_DOES_NOT_EXIST")
    nbflow.set_tag("stage", "c")
    assert run.tags["stage"] == "c"


@pytest.mark.usefixtures("run")
def test_a_tag_that_is_gone_is_gone_from_searches() -> None:
    nbflow.set_tag("stage", "a")
    assert len(nbflow.search_runs(filter_string="tags.stage = 'a'")) == 1

    nbflow.delete_tag("stage")

    assert len(nbflow.search_runs(filter_string="tags.stage = 'a'")) == 0
    assert "tags.stage" not in nbflow.search_runs().columns


# ---------------------------------------------------------------- names and limits

CALLS: list[Callable[[Any], object]] = [
    lambda name: nbflow.log_metric(name, 1.0),
    lambda name: nbflow.log_metrics({"good": 1.0, name: 1.0}),
    lambda name: nbflow.log_param(name, 1),
    lambda name: nbflow.log_params({"good": 1.0, name: 1}),
    lambda name: nbflow.set_tag(name, 1),
    lambda name: nbflow.set_tags({"good": 1, name: 1}),
]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_any_script_are_kept(name: str, run: ActiveRun) -> None:
    for call in CALLS:
        call(name)

    assert run.metrics[name] == 1.0
    assert run.params[name] == "1"
    assert run.tags[name] == "1"
    assert points(run, name)[0] == (0, 1.0)
    for where in (f"metrics.`{name}` = 1", f"params.`{name}` = '1'", f"tags.`{name}` = '1'"):
        assert len(nbflow.search_runs(filter_string=where)) == 1
    row = nbflow.search_runs(order_by=[f"metrics.`{name}` DESC"]).iloc[0]
    assert (row[f"metrics.{name}"], row[f"params.{name}"], row[f"tags.{name}"]) == (1.0, "1", "1")


@pytest.mark.parametrize("name", BAD_NAMES)
@pytest.mark.parametrize("call", CALLS)
def test_other_names_are_refused_and_nothing_is_kept(call: Callable[[Any], object], name: Any, run: ActiveRun) -> None:
    before = run.record

    with pytest.raises((InvalidNameError, LimitExceededError, UnsupportedValueError)):
        call(name)

    assert run.record == before


def test_values_over_the_limit_are_refused_whole(run: ActiveRun) -> None:
    long = "x" * 1_000_001

    for call in (
        lambda: nbflow.log_param("p", long),
        lambda: nbflow.set_tag("t", long),
        lambda: nbflow.log_params({"good": 1, "p": long}),
    ):
        with pytest.raises(LimitExceededError, match="1,000,000"):
            call()
    nbflow.log_param("p", long[:-1])

    assert len(run.params["p"]) == 1_000_000
    assert "good" not in run.params
    assert len(nbflow.search_runs()["params.p"][0]) == 1_000_000


@pytest.mark.parametrize("values", [[1], "text", 5, None, [("a", 1)]])
def test_what_is_no_dict_is_refused(values: Any, run: ActiveRun) -> None:
    before = run.record

    for call in (nbflow.log_metrics, nbflow.log_params, nbflow.set_tags):
        with pytest.raises(UnsupportedValueError, match="give a dict"):
            call(values)

    assert run.record == before


def test_nothing_logged_is_nothing(run: ActiveRun) -> None:
    before = run.record

    nbflow.log_metrics({})
    nbflow.log_params({})
    nbflow.set_tags({})

    assert run.record == before


def test_other_strings_than_str_are_kept(run: ActiveRun) -> None:
    nbflow.log_param(np.str_("p"), np.str_("v"))
    nbflow.set_tag(np.str_("t"), np.str_("v"))
    nbflow.log_metric(np.str_("m"), 1.0)
    nbflow.log_metric(np.str_("m"), 2.0, step=1)

    assert (run.params, run.tags["t"], run.metrics) == ({"p": "v"}, "v", {"m": 2.0})


def test_a_series_of_pandas_is_as_good_as_a_dict(run: ActiveRun) -> None:
    nbflow.log_metrics(pd.Series({"a": 1, "b": 2.5}))  # type: ignore[arg-type]

    assert run.metrics == {"a": 1.0, "b": 2.5}


# ---------------------------------------------------------------- another run than the active one


def test_a_run_id_says_which_run_is_logged_to(run: ActiveRun) -> None:
    other = Client().create_run("0").run_id

    nbflow.log_metric("m", 1.0, step=2, run_id=other)
    nbflow.log_metrics({"n": 1.0}, run_id=other)
    nbflow.log_params({"p": 1}, run_id=other)
    nbflow.set_tags({"t": 1}, run_id=other)
    nbflow.log_text("x", "a.txt", run_id=other)

    record = nbflow.get_run(other)
    assert (record.metrics, record.params, record.tags["t"]) == ({"m": 1.0, "n": 1.0}, {"p": "1"}, "1")
    assert nbflow.get_metric_history(other, "m")[0].step == 2
    assert (run.metrics, run.params) == ({}, {})
    assert nbflow.artifacts.list_artifacts(run_id=run.run_id) == []


def test_without_an_active_run_a_run_id_starts_none() -> None:
    other = Client().create_run("0").run_id

    nbflow.log_metric("m", 1.0, run_id=other)
    nbflow.log_params({"p": 1}, run_id=other)

    assert nbflow.active_run() is None


def test_nothing_heavy_is_needed_to_log(python: Callable[..., str], tmp_path: Path) -> None:
    loaded = python(
        """
        import nbflow, sys
        nbflow.set_experiment("x")
        with nbflow.start_run(tags={"a": 1}) as run:
            nbflow.log_params({"a": 1})
            for step in range(10):
                nbflow.log_metric("m", 1.0, step=step)
            nbflow.log_metrics({"n": 1.0})
        print(*sorted({"pandas", "numpy", "sklearn", "altair", "IPython", "jupyter_core", "lark"} & set(sys.modules)))
        """
    )

    assert loaded == ""
    assert (tmp_path / "nbruns").is_dir()
