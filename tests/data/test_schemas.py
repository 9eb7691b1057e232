from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.data import from_numpy, from_pandas


def column(values: Any, dtype: Any = object) -> dict[str, Any]:
    """Give the schema of one column, without its name."""
    schema = from_pandas(pd.DataFrame({"c": pd.Series(values, dtype=dtype)})).schema
    assert schema is not None
    (spec,) = schema["mlflow_colspec"]
    assert spec.pop("name") == "c"
    return dict(spec)


@pytest.mark.parametrize(
    ("dtype", "kind"),
    [
        ("bool", "boolean"),
        *[(dtype, "integer") for dtype in ("int8", "int16", "int32", "uint8", "uint16")],
        *[(dtype, "long") for dtype in ("int64", "uint32", "Int64", "UInt32")],
        *[(dtype, "float") for dtype in ("float16", "float32", "Float32")],
        *[(dtype, "double") for dtype in ("float64", "Float64", "Sparse[float]")],
        *[(dtype, "any") for dtype in ("uint64", "complex128", "timedelta64[ns]", "longdouble")],
        ("datetime64[ns]", "datetime"),
        ("datetime64[s]", "datetime"),
        ("boolean", "boolean"),
        ("Int8", "integer"),
    ],
)
def test_a_column_of_numbers_or_times_has_mlflows_word(dtype: str, kind: str) -> None:
    assert column([1, 0], dtype) == {"type": kind, "required": True}


@pytest.mark.parametrize(
    ("values", "dtype", "kind"),
    [
        (["x", "y"], "str", "string"),
        (["x", "y"], object, "string"),
        (["x", "y"], "string", "string"),
        (["x", "y"], "category", "string"),
        ([1, 2], "category", "long"),
        ([np.str_("x"), "y"], object, "string"),
        ([b"x"], object, "binary"),
        ([True, False], object, "boolean"),
        ([1, 2.5], object, "double"),
        ([dt.date(2020, 1, 1)], object, "datetime"),
        ([dt.datetime(2020, 1, 1, tzinfo=dt.UTC), pd.Timestamp("2020", tz="UTC")], object, "datetime"),
        ([1, "x"], object, "any"),
        (["x", b"x"], object, "any"),
        ([Decimal(1)], object, "any"),
        ([object()], object, "any"),
        ([1j], object, "any"),
    ],
)
def test_a_column_of_objects_is_what_all_of_them_are(values: Any, dtype: Any, kind: str) -> None:
    assert column(values, dtype) == {"type": kind, "required": True}


@pytest.mark.parametrize(
    ("values", "dtype", "kind"),
    [
        ([1.0, np.nan], "float64", "double"),
        (["x", None], "str", "string"),
        (["x", None], object, "string"),
        ([1, pd.NA], "Int64", "long"),
        ([pd.NaT], "datetime64[ns]", "datetime"),
        ([None, None], object, "any"),
        (["x", None], "category", "string"),
    ],
)
def test_a_column_with_gaps_is_not_required(values: Any, dtype: Any, kind: str) -> None:
    assert column(values, dtype) == {"type": kind, "required": False}


LONG = {"type": "long"}


def array(items: Any) -> dict[str, Any]:
    return {"type": "array", "items": items}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([[1, 2], [3]], array(LONG)),
        ([[1, None], []], array(LONG)),
        ([[[1]], []], array(array(LONG))),
        ([(1, 2)], array(LONG)),
        ([np.array([1.0]), np.array([2.0, np.nan])], array({"type": "double"})),
        ([np.array([[1, 2]])], array(array(LONG))),
        ([["a"], [None]], array({"type": "string"})),
        ([[]], {"type": "any"}),
        ([[1, "x"]], {"type": "any"}),
        ([[1], "x"], {"type": "any"}),
        ([[1], {"x": 1}], {"type": "any"}),
    ],
)
def test_lists_and_arrays_are_arrays_of_what_they_hold(values: Any, expected: dict[str, Any]) -> None:
    assert column(values) == {**expected, "required": True}


@pytest.mark.parametrize(
    ("values", "properties"),
    [
        ([{"x": 1}, {"x": 2}], {"x": {**LONG, "required": True}}),
        (
            [{"x": 1}, {"x": 2, "y": "s"}],
            {"x": {**LONG, "required": True}, "y": {"type": "string", "required": False}},
        ),
        ([{"x": 1}, {"x": None}], {"x": {**LONG, "required": False}}),
        ([{"x": None}], {"x": {"type": "any", "required": False}}),
        ([{"b": 1, "a": 2}], {"a": {**LONG, "required": True}, "b": {**LONG, "required": True}}),
        ([{"x": [1]}], {"x": {**array(LONG), "required": True}}),
        ([{}, {"x": 1}], {"x": {**LONG, "required": False}}),
        ([{1: 2, "1": 3}], {"1": {**LONG, "required": True}}),
        (
            [{"x": {"p": 1}}, {"x": {"q": "s"}}],
            {
                "x": {
                    "type": "object",
                    "properties": {
                        "p": {**LONG, "required": False},
                        "q": {"type": "string", "required": False},
                    },
                    "required": True,
                }
            },
        ),
    ],
)
def test_dictionaries_are_objects_with_what_some_and_all_have(values: Any, properties: dict[str, Any]) -> None:
    assert column(values) == {"type": "object", "properties": properties, "required": True}


def test_a_missing_dictionary_leaves_every_key_optional() -> None:
    assert column([{"x": 1}, None]) == {
        "type": "object",
        "properties": {"x": {**LONG, "required": False}},
        "required": False,
    }


def test_a_list_that_contains_itself_is_anything() -> None:
    endless: list[Any] = []
    endless.append(endless)

    assert column([endless]) == {"type": "any", "required": True}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("ü", "ü"), (3, 3), (1.5, 1.5), (("a", 1), ["a", 1]), (pd.Timestamp("2020"), "2020-01-01 00:00:00")],
)
def test_names_of_columns_are_text_numbers_or_lists_of_them(name: Any, expected: Any) -> None:
    schema = from_pandas(pd.DataFrame([[1]], columns=pd.Index([name], tupleize_cols=False))).schema

    assert schema == {"mlflow_colspec": [{"type": "long", "name": expected, "required": True}]}


def test_a_name_that_is_no_number_is_valid_json() -> None:
    entity = from_pandas(pd.DataFrame([[1, 2]], columns=[np.nan, "a"])).to_entity()

    assert json.loads(entity.schema or "", parse_constant=pytest.fail)


def test_columns_of_one_name_are_both_described() -> None:
    schema = from_pandas(pd.DataFrame([[1, "x"]], columns=["a", "a"])).schema

    assert schema is not None
    assert [spec["type"] for spec in schema["mlflow_colspec"]] == ["long", "string"]


def test_a_frame_without_columns_has_no_schema() -> None:
    assert from_pandas(pd.DataFrame(index=[1, 2])).to_entity().schema is None


cells = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.binary(max_size=2) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=6,
)


@given(st.lists(cells, min_size=1, max_size=4))
def test_any_column_has_a_schema_that_is_json(values: list[Any]) -> None:
    spec = column(values)

    assert json.loads(json.dumps(spec)) == spec
    assert spec["type"] in {"any", "array", "binary", "boolean", "datetime", "double", "long", "object", "string"}


def tensors(text: str) -> Any:
    return [{key: value for key, value in spec.items() if key != "type"} for spec in json.loads(text)]


def test_arrays_are_tensors_of_any_number_of_examples() -> None:
    schema = from_numpy(np.zeros((2, 3), "float32"), targets=np.zeros(2, "int64")).schema

    assert schema == {
        "mlflow_tensorspec": {
            "features": '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 3]}}]',
            "targets": '[{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1]}}]',
        }
    }


def test_arrays_of_a_dictionary_are_named_and_targets_may_be_absent() -> None:
    schema = from_numpy({"b": np.zeros((2, 4, 4)), "a": np.array(["x"])}).schema

    assert schema is not None
    assert schema["mlflow_tensorspec"]["targets"] is None
    assert tensors(schema["mlflow_tensorspec"]["features"]) == [
        {"name": "b", "tensor-spec": {"dtype": "float64", "shape": [-1, 4, 4]}},
        {"name": "a", "tensor-spec": {"dtype": "str", "shape": [-1]}},
    ]


@pytest.mark.parametrize(
    ("array", "dtype"),
    [
        (np.array(["a", "bcd"]), "str"),
        (np.array([b"a"]), "bytes"),
        (np.array([1], ">i4"), "int32"),
        (np.array(["2020"], "M8[s]"), "datetime64[s]"),
        (np.array([{}], object), "object"),
    ],
)
def test_types_of_tensors_are_numpys_without_lengths(array: Any, dtype: str) -> None:
    schema = from_numpy(array).schema

    assert schema is not None
    assert tensors(schema["mlflow_tensorspec"]["features"])[0]["tensor-spec"]["dtype"] == dtype
