from __future__ import annotations

import datetime as dt
import io
import json
import math
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from nbflow.artifact_store.media import append_table, decode_table, encode_table, to_frame
from nbflow.errors import InvalidInputError, InvalidPathError, UnsupportedValueError

FORMATS = pytest.mark.parametrize("name", ["t.json", "d/t.parquet"])

column_kinds = st.sampled_from(
    [
        st.integers(-(2**63), 2**63 - 1),
        st.floats(allow_nan=False),
        st.booleans(),
        st.text(),
    ]
)


@st.composite
def tables(draw: st.DrawFn) -> dict[str, list[Any]]:
    rows = draw(st.integers(1, 5))
    names = draw(st.lists(st.text(min_size=1), min_size=1, max_size=4, unique=True))
    return {name: draw(st.lists(draw(column_kinds), min_size=rows, max_size=rows)) for name in names}


def rows(frame: pd.DataFrame) -> dict[Any, list[Any]]:
    return {name: column.tolist() for name, column in frame.items()}


@FORMATS
@given(table=tables())
def test_numbers_text_and_booleans_come_back_as_they_were(name: str, table: dict[str, list[Any]]) -> None:
    read = rows(decode_table(encode_table(table, name), name))

    assert read == table
    assert [[type(cell) for cell in column] for column in read.values()] == [
        [type(cell) for cell in column] for column in table.values()
    ]


@FORMATS
@given(values=st.lists(st.floats() | st.none(), min_size=1))
def test_floats_keep_every_digit_infinity_and_nan(name: str, values: list[float | None]) -> None:
    frame = pd.DataFrame({"x": pd.Series(values, dtype="float64")})

    read = decode_table(encode_table(frame, name), name)

    np.testing.assert_array_equal(read["x"].astype("float64").to_numpy(), frame["x"].to_numpy())


@given(st.text(st.characters(categories=["Cc", "Zl", "Zp", "Cf", "L"])))
def test_any_text_survives_json(text: str) -> None:
    assert rows(decode_table(encode_table({text: [text]}, "t.json"), "t.json")) == {text: [text]}


def test_json_is_pandas_split_without_an_index() -> None:
    data = encode_table(pd.DataFrame({"a": [1, 2], "b": ["x", "ü"]}, index=[7, 9]), "t.json")

    assert json.loads(data) == {"columns": ["a", "b"], "data": [[1, "x"], [2, "ü"]]}
    frame = pd.read_json(io.BytesIO(data), orient="split")
    assert rows(frame) == {"a": [1, 2], "b": ["x", "ü"]}


def test_json_is_valid_where_values_are_not_finite_and_pandas_reads_them() -> None:
    data = encode_table({"x": [math.nan, math.inf, -math.inf, 1.5]}, "t.json")

    json.loads(data, parse_constant=pytest.fail)  # NaN and Infinity are no JSON
    frame = pd.read_json(io.BytesIO(data), orient="split")
    np.testing.assert_array_equal(frame["x"], [math.nan, math.inf, -math.inf, 1.5])


def test_text_that_looks_like_numbers_or_dates_stays_text() -> None:
    table = {"zip": ["00123", "1e5"], "date": ["2020-01-01", "x"], "timestamp": ["1", "2"]}

    assert rows(decode_table(encode_table(table, "t.json"), "t.json")) == table


def test_cells_of_many_types_in_json() -> None:
    cells: list[Any] = [
        None,
        pd.NA,
        pd.NaT,
        np.nan,
        True,
        1,
        2**70,
        "ü",
        [1, [math.nan, None]],
        {"a": {"b": np.int64(1)}, 2: math.inf},
        np.float32(0.5),
        np.datetime64("2020-01-02T03:04:05"),
        pd.Timestamp("2020-01-02", tz="UTC"),
        dt.date(2020, 1, 2),
        dt.time(3, 4),
        pd.Timedelta(1, "h"),
        Decimal("1.10"),
    ]

    read = decode_table(encode_table({"c": cells}, "t.json"), "t.json")["c"].tolist()

    assert read == [
        None,
        None,
        None,
        None,
        True,
        1,
        2**70,
        "ü",
        [1, [None, None]],
        {"a": {"b": 1}, "2": math.inf},
        0.5,
        "2020-01-02T03:04:05",
        "2020-01-02T00:00:00+00:00",
        "2020-01-02",
        "03:04:00",
        "P0DT1H0M0S",
        "1.10",
    ]


def test_columns_of_many_dtypes_in_json() -> None:
    frame = pd.DataFrame(
        {
            "time": pd.to_datetime(["2020-01-02 03:04:05.123456", "NaT"], format="ISO8601"),
            "category": pd.Categorical(["a", "b"]),
            "nullable": pd.array([1, None], dtype="Int64"),
            "flag": pd.array([True, None], dtype="boolean"),
            "single": np.array([0.1, np.nan], dtype="float32"),
            "text": pd.array(["x", None], dtype="string"),
        }
    )

    read = json.loads(encode_table(frame, "t.json"))

    assert read["data"] == [
        ["2020-01-02T03:04:05.123456", "a", 1, True, 0.10000000149011612, "x"],
        [None, "b", None, None, None, None],
    ]


# pyarrow 25, which MLflow holds back to, asks pandas for something in a way that is to go.
@pytest.mark.filterwarnings("ignore:Series.values returning")
def test_parquet_keeps_every_dtype() -> None:
    frame = pd.DataFrame(
        {
            "time": pd.to_datetime(["2020-01-02 03:04:05.123456789", "NaT"], format="ISO8601"),
            "zone": pd.to_datetime(["2020-01-02", "NaT"]).tz_localize("Europe/Berlin"),
            "span": pd.to_timedelta([1, None], unit="h"),
            "category": pd.Categorical(["a", None]),
            "nullable": pd.array([1, None], dtype="Int64"),
            "single": np.array([0.1, np.nan], dtype="float32"),
            "bytes": [b"\xff", None],
            "date": [dt.date(2020, 1, 2), None],
            "decimal": [Decimal("1.10"), None],
        }
    )

    read = decode_table(encode_table(frame, "t.parquet"), "t.parquet")

    pd.testing.assert_frame_equal(read, frame)


@FORMATS
def test_lists_and_dictionaries_in_cells_come_back(name: str) -> None:
    table = {
        "l": [[1, 2], [], None],
        "n": [[["a"]], [["b", "c"]], []],
        "d": [{"x": 1, "y": "z"}, {"x": 2, "y": "w"}, None],
    }

    frame = decode_table(encode_table(table, name), name)

    assert rows(frame) == table
    assert rows(decode_table(encode_table(frame, name), name)) == table


@FORMATS
@pytest.mark.parametrize("cell", [np.zeros(3), Image.new("RGB", (1, 1)), np.zeros((2, 2))])
def test_images_and_arrays_in_cells_are_refused_with_what_to_do(name: str, cell: object) -> None:
    with pytest.raises(UnsupportedValueError, match="log_image") as caught:
        encode_table({"ok": [1, 2], "images": [None, cell]}, name)

    assert "'images'" in str(caught.value)


@pytest.mark.parametrize("cell", [b"x", [b"x"], [np.zeros(2)], {"a": bytearray(b"x")}])
def test_bytes_and_nested_arrays_are_refused_in_json(cell: object) -> None:
    with pytest.raises(UnsupportedValueError):
        encode_table({"c": [cell]}, "t.json")


def test_parquet_refuses_a_column_of_mixed_types_and_says_so() -> None:
    with pytest.raises(InvalidInputError, match=r"\.json") as caught:
        encode_table({"mixed": [1, "x", [2]]}, "t.parquet")

    assert "mixed" in str(caught.value)


@FORMATS
def test_single_values_make_one_row_and_stand_in_every_row_beside_lists(name: str) -> None:
    assert rows(decode_table(encode_table({"a": 1, "b": "text"}, name), name)) == {"a": [1], "b": ["text"]}
    assert rows(decode_table(encode_table({"a": [1, 2], "b": "x"}, name), name)) == {"a": [1, 2], "b": ["x", "x"]}


@FORMATS
def test_tables_without_rows_keep_their_columns(name: str) -> None:
    read = decode_table(encode_table({"a": [], "b": []}, name), name)

    assert (list(read.columns), len(read)) == (["a", "b"], 0)
    assert decode_table(encode_table({}, name), name).empty


def test_names_that_are_no_text_stay_in_json_and_become_text_in_parquet() -> None:
    frame = pd.DataFrame([[1, 2]], columns=[0, "a"])

    assert list(decode_table(encode_table(frame, "t.json"), "t.json").columns) == [0, "a"]
    assert list(decode_table(encode_table(frame, "t.parquet"), "t.parquet").columns) == ["0", "a"]


def test_names_of_several_levels_come_back_in_json() -> None:
    frame = pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")]))

    pd.testing.assert_frame_equal(decode_table(encode_table(frame, "t.json"), "t.json"), frame)


@FORMATS
def test_columns_of_one_name_are_refused(name: str) -> None:
    with pytest.raises(InvalidInputError, match="'a' is there twice"):
        encode_table(pd.DataFrame([[1, 2]], columns=["a", "a"]), name)
    with pytest.raises(InvalidInputError, match="twice"):
        encode_table(pd.DataFrame([[1, 2]], columns=[1, "1"]), "t.parquet")


@FORMATS
def test_columns_of_different_lengths_are_refused(name: str) -> None:
    with pytest.raises(InvalidInputError, match="length"):
        encode_table({"a": [1, 2], "b": [1]}, name)


@pytest.mark.parametrize("data", [[{"a": 1}], "text", None, np.zeros((2, 2)), pd.Series([1])])
def test_what_is_no_table_is_refused(data: object) -> None:
    with pytest.raises(UnsupportedValueError, match="DataFrames and dictionaries"):
        encode_table(data, "t.json")


@pytest.mark.parametrize("name", ["t", "t.csv", "t.json.gz", ".json"])
def test_other_extensions_are_refused(name: str) -> None:
    with pytest.raises(InvalidPathError, match=r"\.parquet"):
        encode_table({"a": [1]}, name)
    with pytest.raises(InvalidPathError, match=r"\.parquet"):
        decode_table(b"", name)


@FORMATS
def test_the_callers_frame_is_not_changed(name: str) -> None:
    frame = pd.DataFrame([[1, "x"]], columns=[0, "a"], index=["row"])
    before = frame.copy()

    encode_table(frame, name)

    pd.testing.assert_frame_equal(frame, before)


@FORMATS
@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b"PAR1", b'{"columns":["a"],"data":[[1,2]]}', b"\xff"])
def test_what_is_no_table_is_not_read(data: bytes, name: str) -> None:
    with pytest.raises(InvalidInputError, match=name):
        decode_table(data, name)


@pytest.mark.parametrize("data", [b'{"columns":3,"data":[]}', b'{"columns":["a"],"data":[3]}', b"[" * 100_000])
def test_json_of_another_shape_is_not_read(data: bytes) -> None:
    with pytest.raises(InvalidInputError, match="columns"):
        decode_table(data, "t.json")


@FORMATS
def test_rows_are_appended(name: str) -> None:
    old = decode_table(encode_table({"a": [1], "b": ["x"]}, name), name)

    both = append_table(old, {"a": [2], "c": [0.5]})

    assert list(both.columns) == ["a", "b", "c"]
    assert both["a"].tolist() == [1, 2]
    assert both["a"].dtype == "int64"
    assert both.isna().sum().tolist() == [0, 1, 1]
    assert list(both.index) == [0, 1]
    assert len(decode_table(encode_table(both, name), name)) == 2


def test_appending_to_or_from_nothing_keeps_types_and_columns() -> None:
    empty = pd.DataFrame({"b": []})

    assert rows(append_table({"a": [1]}, {})) == {"a": [1]}
    assert rows(append_table({}, {"a": [1]})) == {"a": [1]}
    assert append_table({"a": [1]}, empty).columns.tolist() == ["a", "b"]
    assert append_table(empty, {"a": [1]})["a"].dtype == "int64"
    assert append_table(empty, empty).columns.tolist() == ["b"]


def test_a_frame_is_passed_through() -> None:
    frame = pd.DataFrame({"a": [1]})

    assert to_frame(frame) is frame
