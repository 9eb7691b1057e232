from __future__ import annotations

import datetime as dt
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.errors import InvalidInputError, SchemaInferenceError, UnsupportedValueError
from nbflow.mlmodel import enforce_schema, infer_schema, infer_signature
from nbflow.mlmodel.data_types import AnyType, Array, DataType, Map, Object, Property, ValueType
from nbflow.mlmodel.merging import merge_types
from nbflow.mlmodel.types import Schema

sparse = pytest.importorskip("scipy.sparse")

ANY = Schema.from_json('[{"type": "any", "required": true}]')

# Signatures


def test_a_signature_of_what_goes_in_and_out_and_params() -> None:
    signature = infer_signature(pd.DataFrame({"a": [1.5]}), np.array([1]), {"n": 3})

    assert signature.to_dict() == {
        "inputs": '[{"type": "double", "name": "a", "required": true}]',
        "outputs": '[{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1]}}]',
        "params": '[{"name": "n", "default": 3, "shape": null, "type": "long"}]',
    }


def test_what_has_no_schema_is_anything_with_a_warning_that_says_why() -> None:
    with pytest.warns(UserWarning, match=r"inputs.*type any.*column 'a'.*long and string are among them"):
        signature = infer_signature(pd.DataFrame({"a": [1, "x"]}))

    assert signature.inputs == ANY


def test_nothing_is_no_signature() -> None:
    with pytest.raises(InvalidInputError, match="At least one of inputs, outputs or params"):
        infer_signature()


def test_params_without_a_type_are_refused_and_each_is_named() -> None:
    with pytest.raises(InvalidInputError, match=r"(?s)a: .*1D array or scalar, got NoneType.*b: .*other than binary"):
        infer_signature([1], params={"a": None, "b": b"x", "c": 1})


@pytest.mark.parametrize("wrap", [lambda model: model, lambda model: [model], lambda model: {"a": model}])
def test_pydantic_models_are_refused_with_the_way_out(wrap: Any) -> None:
    pydantic = pytest.importorskip("pydantic", reason="pydantic, whose models are refused, is not installed")
    model = pydantic.create_model("Model", x=(int, 1))()

    with pytest.raises(UnsupportedValueError, match=r"model_dump\(\)"):
        infer_signature(wrap(model))


def test_whole_numbers_need_no_warning() -> None:
    with warnings.catch_warnings(action="error"):
        infer_signature(pd.DataFrame({"a": [1]}))


# Schemas


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (pd.DataFrame({"a": [1], "b": [np.nan]}), "['a': long (required), 'b': double (optional)]"),
        (pd.DataFrame([[1.5]]), "[0: double (required)]"),
        (pd.Series(["x", None], name="a"), "['a': string (optional)]"),
        (np.ones((3, 2), "float32"), "[Tensor('float32', (-1, 2))]"),
        (np.array(["xy"]), "[Tensor('str', (-1,))]"),
        ({"a": np.ones((3, 2)), "b": np.array([1])}, "['a': Tensor('float64', (-1, 2)), 'b': Tensor('int64', (-1,))]"),
        ({"a": 1, "b": [1.5, None]}, "['a': long (required), 'b': Array(double) (optional)]"),
        ([{"a": 1, "b": "x"}, {"a": 2}], "['a': long (required), 'b': string (optional)]"),
        (["x", "y"], "[string (required)]"),
        ([], "[string (required)]"),
        ([[1, 2], [3]], "[Array(long) (required)]"),
        (True, "[boolean (required)]"),
        (dt.date(2024, 5, 1), "[datetime (required)]"),
    ],
)
def test_a_schema_is_made_of(data: Any, shown: str) -> None:
    assert repr(infer_schema(data)) == shown


@pytest.mark.parametrize("kind", ["csr_matrix", "csc_matrix", "csr_array", "csc_array"])
def test_sparse_is_a_tensor(kind: str) -> None:
    assert repr(infer_schema(getattr(sparse, kind)(np.eye(2)))) == "[Tensor('float64', (-1, 2))]"


def test_tuples_name_columns_and_come_back_as_tuples() -> None:
    frame = pd.DataFrame([[1.5, 2.5]], columns=pd.MultiIndex.from_tuples([("a", 1), ("a", 2)]))

    schema = Schema.from_json(infer_schema(frame).to_json())

    assert schema.input_names() == [("a", 1), ("a", 2)]
    pd.testing.assert_frame_equal(enforce_schema(frame[[("a", 2), ("a", 1)]], schema), frame)


@pytest.mark.parametrize(
    ("data", "problem", "column"),
    [
        (pd.DataFrame({"a": [1], "b": np.array([1], "uint64")}), "The type uint64 has no counterpart", "b"),
        (pd.DataFrame({"a": [1, "x"]}), "long and string are among them", "a"),
        (pd.DataFrame([[1, 2]], columns=["a", None]), "NaN or infinite: give the column a name", None),
        (pd.DataFrame({"a": [{1, 2}]}), "of type set is of no type", "a"),
        (pd.DataFrame({"a": [{1: 2}]}), "keys of dictionaries must be text", "a"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "several columns of this name", "a"),
        (pd.DataFrame([[1]], columns=pd.to_datetime(["2024-05-01"])), "rename the column to text", None),
        (pd.DataFrame(), "at least one input", None),
        (pd.Series([1.5, None]), "optional column needs a name", None),
        (np.array(1.5), "no dimensions", None),
        (np.array([(1, 2.5)], dtype="i4,f8"), "no type that numpy knows", None),
        ({"a": np.array([]), "b": 1}, "at least one element", "a"),
        ({1: 2}, "must be text", None),
        ((1, 2), "of type tuple", None),
        (object, "of type type", None),
    ],
)
def test_what_has_no_schema_says_why(data: Any, problem: str, column: Any) -> None:
    with pytest.raises(SchemaInferenceError, match=problem) as caught:
        infer_schema(data)

    assert caught.value.column == column


def test_what_is_nested_without_end_has_no_schema() -> None:
    endless: list[Any] = []
    endless.append(endless)

    with pytest.raises(SchemaInferenceError, match="nested too deep"):
        infer_schema(endless)


# What holds for all data: a schema lets pass what it is made of

SCALARS: list[st.SearchStrategy[Any]] = [
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.booleans(),
    st.text(max_size=3),
    st.binary(max_size=3),
    st.dates(dt.date(1700, 1, 1), dt.date(2200, 1, 1)),
]


def alike(scalars: st.SearchStrategy[Any]) -> st.SearchStrategy[st.SearchStrategy[Any]]:
    """Give strategies of values that have one type."""
    return st.recursive(
        st.just(scalars),
        lambda inner: (
            inner.map(lambda of: st.lists(of, max_size=3))
            | inner.map(lambda of: st.fixed_dictionaries({"k": of}, optional={"l": of}))
        ),
        max_leaves=3,
    )


VALUES = st.sampled_from(SCALARS).flatmap(alike)
COLUMNS = VALUES.flatmap(lambda of: st.lists(of, min_size=2, max_size=2))
FRAMES = st.dictionaries(st.sampled_from("abc"), COLUMNS, min_size=1).map(
    lambda columns: pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})
)
RECORDS = st.fixed_dictionaries({"a": VALUES.flatmap(lambda of: of), "b": st.text()})
ARRAYS = st.sampled_from(["bool", "int16", "float32", "U", "datetime64[s]"]).flatmap(
    lambda dtype: st.lists(st.integers(0, 2), max_size=3).map(lambda items: np.array(items).astype(dtype))
)


@given(FRAMES | st.lists(RECORDS, min_size=1, max_size=1) | RECORDS | ARRAYS)
def test_what_a_schema_is_made_of_passes(data: Any) -> None:
    schema = infer_schema(data)

    enforced = enforce_schema(data, Schema.from_json(schema.to_json()))

    assert len(enforced) == (1 if isinstance(data, dict) else len(data))


# The type that several values have

TYPES: st.SearchStrategy[ValueType] = st.recursive(
    st.sampled_from([DataType.long, DataType.string, AnyType()]),
    lambda types: (
        st.builds(Array, types)
        | st.builds(Map, types)
        | st.dictionaries(st.sampled_from("klm"), st.tuples(types, st.booleans()), min_size=1).map(
            lambda properties: Object(Property(name, kind, needed) for name, (kind, needed) in properties.items())
        )
    ),
    max_leaves=4,
)


def merged(first: ValueType, second: ValueType) -> ValueType | None:
    try:
        return merge_types(first, second)
    except SchemaInferenceError:
        return None


@given(TYPES, TYPES)
def test_the_order_of_values_does_not_matter(first: ValueType, second: ValueType) -> None:
    assert merged(first, second) == merged(second, first)


@given(TYPES)
def test_a_type_merged_with_itself_is_itself(kind: ValueType) -> None:
    assert merge_types(kind, kind) == kind


def test_a_key_that_is_missing_somewhere_is_optional() -> None:
    first = Object([Property("k", "long"), Property("l", "string")])
    second = Object([Property("k", "long"), Property("m", Array(AnyType()))])

    assert repr(merge_types(first, second)) == "{k: long (required), l: string (optional), m: Array(Any) (optional)}"
