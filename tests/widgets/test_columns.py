from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.tracking.frame import RunFrame
from nbflow.widgets.columns import named, read_column
from nbflow.widgets.listed import listed
from nbflow.widgets.wire import encode, to_json
from tests.widgets.conftest import cells, decode

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20)


def sent(name: str, values: Any) -> dict[str, Any]:
    """Send a column with all its rows, and read it."""
    frame = pd.DataFrame({name: values})
    message, buffers = encode(read_column(named(frame.columns)[0], frame.iloc[:, 0]).full())
    column: dict[str, Any] = decode(json.loads(json.dumps(message, allow_nan=False)), buffers)
    return column


def saved(name: str, values: Any) -> dict[str, Any]:
    frame = pd.DataFrame({name: values})
    column = read_column(named(frame.columns)[0], frame.iloc[:, 0]).saved(len(frame))
    read: dict[str, Any] = json.loads(json.dumps(column, allow_nan=False))
    return read


def both(name: str, values: Any) -> list[dict[str, Any]]:
    return [sent(name, values), saved(name, values)]


@given(st.lists(texts | st.none(), min_size=1), st.booleans())
def test_texts_arrive_as_they_are(values: list[str | None], many: bool) -> None:
    values = values * (100 if many else 1)

    for column in both("tags.a", pd.array(values, dtype="str")):
        assert column["type"] == "text"
        assert cells(column) == values


@given(st.lists(st.floats(), min_size=1), st.booleans())
def test_numbers_arrive_as_they_are_and_nan_is_missing(values: list[float], many: bool) -> None:
    values = values * (100 if many else 1)

    for column in both("metrics.a", values):
        assert column["type"] == "number"
        assert cells(column) == [None if math.isnan(value) else value for value in values]


@given(st.lists(st.floats() | st.integers(-(2**53), 2**53) | st.none(), min_size=1), st.booleans())
def test_params_that_are_numbers_are_sent_as_numbers(values: list[float | None], many: bool) -> None:
    values = values * (100 if many else 1)
    written = [None if value is None else repr(value) for value in values]

    for column in both("params.a", pd.array(written, dtype="str")):
        if any(value is not None for value in values):
            assert column["type"] == "number"
            np.testing.assert_array_equal(
                [math.pi if each is None else each for each in cells(column)],
                [math.pi if each is None else float(each) for each in values],
            )


@pytest.mark.parametrize("text", ["007", "1_000", "0x10", " 1", "", "1e", "True", "12345678901234567890", "\u0661"])
def test_params_that_a_number_would_change_stay_texts(text: str) -> None:
    for column in both("params.a", pd.array(["1", text], dtype="str")):
        assert column["type"] == "text"
        assert cells(column) == ["1", text]


@given(st.lists(st.datetimes(pd.Timestamp("1700").to_pydatetime(), pd.Timestamp("2200").to_pydatetime()) | st.none()))
def test_times_are_milliseconds_utc(times: list[Any]) -> None:
    for zone in ("UTC", "Asia/Tokyo", None):
        values = pd.Series(times, dtype="datetime64[us]")
        values = values if zone is None else values.dt.tz_localize("UTC").dt.tz_convert(zone)

        for column in both("when", values):
            expected = [None if time is None else pd.Timestamp(time).value / 1e6 for time in times]
            assert column["type"] == "time"
            assert cells(column) == pytest.approx(expected)


def test_metrics_are_best_high_or_low_as_their_names_say() -> None:
    best = [sent(name, [1.0])["best"] for name in ("metrics.loss", "metrics.acc", "metrics.epoch", "params.loss")]

    assert best == ["min", "max", None, None]


class Broken:
    def __str__(self) -> str:
        raise ValueError("no text")


@pytest.mark.parametrize(
    ("values", "kind", "read"),
    [
        ([True, False], "text", ["True", "False"]),
        (pd.array([1, None], dtype="Int64"), "number", [1, None]),
        (pd.array([2**60, None], dtype="Int64"), "text", [str(2**60), None]),
        ([2**60 + 1], "text", [str(2**60 + 1)]),
        (pd.Categorical(["a", None, "a"]), "text", ["a", None, "a"]),
        ([pd.Timedelta(seconds=90), pd.NaT], "duration", [90, None]),
        ([pd.Period("2024-01"), None], "text", ["2024-01", None]),
        ([[1], {"a": 2}, None], "text", ["[1]", "{'a': 2}", None]),
        (pd.Series([1, 2.5, None], dtype=object), "number", [1, 2.5, None]),
        (pd.Series([1, "x", None], dtype=object), "text", ["1", "x", None]),
        (pd.Series([10**400], dtype=object), "text", [str(10**400)]),
        ([1 + 2j], "text", ["(1+2j)"]),
        (pd.arrays.SparseArray([0.0, 1.0]), "number", [0, 1]),
        (pd.Series([Broken()], dtype=object), "text", ["<Broken>"]),
        ([None, None], "text", [None, None]),
        ([b"\xff"], "text", ["b'\\xff'"]),
        (pd.array(["x", None], dtype=pd.StringDtype("python")), "text", ["x", None]),
    ],
)
def test_columns_of_any_type_can_be_shown(values: Any, kind: str, read: list[Any]) -> None:
    for column in both("mine", values):
        assert (column["kind"], column["type"]) == ("other", kind)
        assert cells(column) == read


def test_pyarrow_types_can_be_shown() -> None:
    pa = pytest.importorskip("pyarrow")
    values: Any = [1, None]
    decimals = pd.Series(values, dtype=pd.ArrowDtype(pa.decimal128(5, 2)))
    lists = pd.Series(pd.arrays.ArrowExtensionArray(pa.array([[1, 2], None])))

    assert cells(sent("mine", decimals)) == [1, None]
    assert cells(sent("mine", lists))[1] is None
    assert cells(sent("mine", pd.Series(values, dtype=pd.ArrowDtype(pa.int64())))) == [1, None]


def test_long_texts_are_cut_in_the_notebook() -> None:
    values = ["x" * 2000]

    assert cells(sent("params.a", values)) == values
    assert cells(saved("params.a", values)) == ["x" * 499 + "…"]


def test_columns_have_ids_of_their_own_whatever_their_names() -> None:
    names: list[Any] = ["a", "a", "a (2)", 5, ("x", 1), None, "\ud800", "metrics.a", "metrics.a"]

    columns = named(names)

    assert len({column.id for column in columns}) == len(names)
    assert [column.name for column in columns[-2:]] == ["a", "a (2)"]


def test_whole_numbers_are_saved_without_a_point() -> None:
    assert (
        json.dumps(saved("start_time", pd.to_datetime([1_700_000_000_123], unit="ms"))["values"]) == "[1700000000123]"
    )


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("metrics.loss", [0.5, None, 1.0, 1e300]),
        ("metrics.system/cpu", [1.0, 2.0]),
        ("metrics.m", [math.inf, -math.inf, 2.5]),
        ("params.lr", ["0.1", None, "1e-3", "nan", "-inf"]),
        ("params.depth", ["3", "4"]),
        ("params.id", ["007", "3"]),
        ("params.big", [str(2**60), "1"]),
        ("tags.note", ["é ☃", None, "<b>", "x" * 20_000]),
        ("tags.mlflow.runName", ["first", None]),
        ("start_time", [1_700_000_000_000, 5]),
        ("status", ["RUNNING", "FINISHED"]),
        ("artifact_uri", ["/a", "/b"]),
    ],
)
def test_columns_of_few_runs_are_as_those_of_a_frame(name: str, values: list[Any]) -> None:
    runs = RunFrame.from_columns({"run_id": [f"{n:032x}" for n in range(len(values))], name: values}, "nowhere")
    column = next(each for each in named(runs.columns) if each.id == name)

    assert listed(name, values) == to_json(read_column(column, runs.iloc[:, column.position]).full())


def test_of_few_runs_nan_is_told_from_what_is_missing() -> None:
    assert listed("metrics.loss", [math.nan, None])["values"] == ["NaN", None]
