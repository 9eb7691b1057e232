from __future__ import annotations

import json
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.errors import InvalidSchemaError
from nbflow.mlmodel.types import (
    AnyType,
    Array,
    ColSpec,
    DataType,
    Map,
    Object,
    ParamSchema,
    ParamSpec,
    Property,
    Schema,
    SparkMLVector,
    TensorSpec,
)

NAMES = st.text(max_size=5)
LEAVES = st.sampled_from([*DataType, AnyType()])
DTYPES = st.sampled_from(
    ["bool", "int8", "uint64", "float32", "complex128", "object", "str", "bytes", "datetime64[ns]"]
)


def objects(types: st.SearchStrategy[Any]) -> st.SearchStrategy[Object]:
    properties = st.lists(st.builds(Property, NAMES, types, st.booleans()), min_size=1, max_size=3, unique_by=name)
    return st.builds(Object, properties)


def name(one: Any) -> Any:
    return one.name


TYPES = st.recursive(
    LEAVES,
    lambda types: st.builds(Array, types) | st.builds(Map, types) | objects(types),
    max_leaves=6,
)
COLUMN_NAMES = NAMES | st.integers(0, 9) | st.tuples(NAMES, st.integers(0, 9))
COLUMNS = st.lists(
    st.builds(ColSpec, TYPES | st.just(SparkMLVector()), COLUMN_NAMES, st.booleans()), min_size=1, max_size=4
)
UNNAMED = st.lists(st.builds(ColSpec, TYPES), min_size=1, max_size=4)
SHAPES = st.lists(st.integers(-1, 9), max_size=4)
TENSORS = st.lists(st.builds(TensorSpec, DTYPES.map(np.dtype), SHAPES, NAMES), min_size=1, max_size=3)
SCHEMAS = st.builds(
    Schema, COLUMNS | UNNAMED | TENSORS | st.builds(TensorSpec, DTYPES.map(np.dtype), SHAPES).map(lambda one: [one])
)


@pytest.fixture(scope="module")
def mlflow() -> Any:
    """Give MLflow's own classes."""
    with warnings.catch_warnings(action="ignore"):
        return pytest.importorskip(
            "mlflow.types.schema", reason="mlflow, which nbflow is compared with, is not installed"
        )


@given(SCHEMAS)
def test_a_schema_comes_back_from_its_json(schema: Schema) -> None:
    back = Schema.from_json(schema.to_json())

    assert back == schema
    assert hash(back) == hash(schema)
    assert back.to_json() == schema.to_json()


@given(schema=SCHEMAS)
def test_mlflow_reads_a_schema_and_writes_the_same(mlflow: Any, schema: Schema) -> None:
    assert mlflow.Schema.from_json(schema.to_json()).to_json() == schema.to_json()


def test_the_json_is_mlflows() -> None:
    schema = Schema(
        [
            ColSpec("double", "a"),
            ColSpec(Array("long"), "b", required=False),
            ColSpec(Object([Property("y", "string", required=False), Property("x", Map("binary"))]), 3),
            ColSpec(AnyType(), "d"),
        ]
    )

    assert schema.to_json() == (
        '[{"type": "double", "name": "a", "required": true}, '
        '{"type": "array", "items": {"type": "long"}, "name": "b", "required": false}, '
        '{"type": "object", "properties": {"x": {"type": "map", "values": {"type": "binary"}, "required": true}, '
        '"y": {"type": "string", "required": false}}, "name": 3, "required": true}, '
        '{"type": "any", "name": "d", "required": true}]'
    )


def test_the_json_of_tensors_is_mlflows() -> None:
    one = Schema([TensorSpec(np.dtype("float32"), (-1, 2))])
    named = Schema([TensorSpec(np.dtype("U"), [-1], "t")])

    assert one.to_json() == '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 2]}}]'
    assert named.to_json() == '[{"name": "t", "type": "tensor", "tensor-spec": {"dtype": "str", "shape": [-1]}}]'


def test_the_spelling_of_older_versions_is_read() -> None:
    schema = Schema.from_json('[{"type": "long", "name": "a", "optional": true}, {"type": "long", "name": "b"}]')

    assert [column.required for column in schema] == [False, True]


def test_what_a_schema_says_of_itself() -> None:
    schema = Schema([ColSpec("double", "a"), ColSpec("string", "b", required=False)])

    assert repr(schema) == "['a': double (required), 'b': string (optional)]"
    assert (schema.input_names(), schema.required_input_names(), schema.optional_input_names()) == (
        ["a", "b"],
        ["a"],
        ["b"],
    )
    assert schema.input_types() == [DataType.double, DataType.string]
    assert schema.input_types_dict() == {"a": DataType.double, "b": DataType.string}
    assert schema.pandas_types() == [np.dtype("float64"), np.dtype("O")]
    assert schema.numpy_types() == [np.dtype("float64"), np.dtype("str")]
    assert (len(schema), schema.is_tensor_spec(), schema.has_input_names()) == (2, False, True)


def test_names_that_are_empty_or_zero_are_names() -> None:
    schema = Schema([ColSpec("double", 5), ColSpec("double", 0), ColSpec("double", "")])

    assert schema.input_names() == [5, 0, ""]


def test_without_names_inputs_are_told_by_position() -> None:
    schema = Schema([ColSpec("double"), ColSpec("long")])

    assert schema.input_names() == [0, 1]
    with pytest.raises(InvalidSchemaError, match="no names"):
        schema.input_dict()


def test_types_of_single_values_have_counterparts() -> None:
    found = {kind.name: (kind.to_numpy().name, kind.to_pandas().name) for kind in DataType}

    assert found["integer"] == ("int32", "int32")
    assert found["float"] == ("float32", "float32")
    assert found["binary"] == ("bytes", "object")
    assert found["datetime"] == ("datetime64[ns]", "datetime64[ns]")


def test_a_column_of_lists_has_no_type_of_pandas() -> None:
    with pytest.raises(InvalidSchemaError, match="no one type of pandas"):
        Schema([ColSpec(Array("long"), "a")]).pandas_types()


def test_names_out_of_numpy_become_plain() -> None:
    column = ColSpec("double", np.int64(3))  # type: ignore[arg-type]

    assert json.dumps(column.to_dict()) == '{"type": "double", "name": 3, "required": true}'


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: Schema([]), "at least one input"),
        (lambda: Schema([ColSpec("double", "a"), ColSpec("double")]), "all inputs of a schema have a name, or none"),
        (lambda: Schema([ColSpec("double", required=False)]), "optional column needs a name"),
        (lambda: Schema([ColSpec("double", "a"), TensorSpec(np.dtype("int8"), (), "b")]), "ColSpec all of them"),
        (lambda: Schema([TensorSpec(np.dtype("int8"), (1,))] * 2), "Several tensors need names"),
        (lambda: Schema(["double"]), "at least one input"),  # type: ignore[list-item]
        (lambda: ColSpec("number", "a"), "one of boolean, integer, long"),
        (lambda: ColSpec("double", pd.Timestamp(0)), "rename the column to text"),  # type: ignore[arg-type]
        (lambda: Array(5), "Unsupported type"),  # type: ignore[arg-type]
        (lambda: Object([]), "at least one property"),
        (lambda: Object([Property("a", "long")] * 2), "each property once"),
        (lambda: Property(1, "long"), "name is text"),  # type: ignore[arg-type]
        (lambda: TensorSpec("float32", (1,)), "one of numpy"),  # type: ignore[arg-type]
        (lambda: TensorSpec(np.dtype("U5"), (1,)), r'np.dtype\("str"\)'),
        (lambda: TensorSpec(np.dtype("int8"), (None,)), "whole numbers"),  # type: ignore[arg-type]
        (lambda: TensorSpec(np.dtype("i4,f8"), (1,)), "no type that numpy knows"),
    ],
)
def test_what_is_no_schema_is_refused(make: Any, reason: str) -> None:
    with pytest.raises(InvalidSchemaError, match=reason):
        make()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "{}",
        "[]",
        "[1]",
        "[{}]",
        '[{"name": "a"}]',
        '[{"type": "nonsense"}]',
        '[{"type": ["double"]}]',
        '[{"type": "array"}]',
        '[{"type": "array", "items": "long"}]',
        '[{"type": "object", "properties": []}]',
        '[{"type": "object", "properties": {}}]',
        '[{"type": "object", "properties": {"a": 1}}]',
        '[{"type": "map", "values": null}]',
        '[{"type": "double", "name": {"a": 1}}]',
        '[{"type": "tensor"}]',
        '[{"type": "tensor", "tensor-spec": {"dtype": "float32"}}]',
        '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": 3}}]',
        '[{"type": "tensor", "tensor-spec": {"dtype": "nonsense", "shape": [1]}}]',
        '[{"type": "tensor", "tensor-spec": {"dtype": "i4,f8", "shape": [1]}}]',
        '[{"type": "tensor", "tensor-spec": {"dtype": null, "shape": [1]}}]',
        '[{"type": "tensor", "tensor-spec": {"dtype": "U9", "shape": [1]}}]',
        pytest.param("[" * 100_000, id="nested without end"),
        pytest.param('[{"type": "array", "items": ' * 5_000, id="cut"),
        pytest.param("[" + '{"type": "array", "items": ' * 20_000 + '{"type": "any"}' + "}" * 20_000 + "]", id="deep"),
    ],
)
def test_json_that_is_no_schema_is_refused(text: str) -> None:
    with pytest.raises(InvalidSchemaError):
        Schema.from_json(text)


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(InvalidSchemaError, match="text of JSON"):
        Schema.from_json([{"type": "double"}])  # type: ignore[arg-type]


# Params

DEFAULTS: dict[DataType, st.SearchStrategy[Any]] = {
    DataType.boolean: st.booleans(),
    DataType.integer: st.integers(-(2**31), 2**31 - 1),
    DataType.long: st.integers(-(2**63), 2**63 - 1),
    DataType.float: st.floats(allow_nan=False, width=32),
    DataType.double: st.floats(allow_nan=False),
    DataType.string: st.text(max_size=5),
    DataType.datetime: st.datetimes() | st.dates(),
}


def params(kind: DataType) -> st.SearchStrategy[ParamSpec]:
    default = DEFAULTS[kind]
    single = st.builds(ParamSpec, NAMES, st.just(kind), default | st.none())
    return single | st.builds(ParamSpec, NAMES, st.just(kind), st.lists(default, max_size=3), st.just((-1,)))


RECORDS = st.builds(
    ParamSpec,
    NAMES,
    st.just(Object([Property("k", "long"), Property("l", Array("string"), required=False)])),
    st.fixed_dictionaries({"k": st.integers(0, 9)}, optional={"l": st.lists(NAMES, max_size=2)}),
)
PARAM_SCHEMAS = st.lists(
    st.sampled_from(sorted(DEFAULTS, key=name)).flatmap(params) | RECORDS, max_size=4, unique_by=name
).map(ParamSchema)


@given(PARAM_SCHEMAS)
def test_params_come_back_from_their_json(schema: ParamSchema) -> None:
    back = ParamSchema.from_json(schema.to_json())

    assert back == schema
    assert back.to_json() == schema.to_json()


@given(schema=PARAM_SCHEMAS)
def test_mlflow_reads_params_and_writes_the_same(mlflow: Any, schema: ParamSchema) -> None:
    # Of a time that is missing, MLflow asks for its text all the same.
    written = json.dumps([one for one in schema.to_dict() if one["type"] != "datetime" or one["default"] is not None])

    assert mlflow.ParamSchema.from_json(written).to_json() == written


def test_the_json_of_params_is_mlflows() -> None:
    schema = ParamSchema([ParamSpec("n", "double", 1), ParamSpec("stop", "string", ["."], (-1,))])

    assert schema.to_json() == (
        '[{"name": "n", "default": 1.0, "shape": null, "type": "double"}, '
        '{"name": "stop", "default": ["."], "shape": [-1], "type": "string"}]'
    )


def test_the_first_spelling_of_params_is_read() -> None:
    schema = ParamSchema.from_json('[{"name": "n", "dtype": "long", "default": 1}]')

    assert schema == ParamSchema([ParamSpec("n", "long", 1)])


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: ParamSpec("p", "long", "x"), "no default of the param 'p'. Can not safely convert str to long"),
        (lambda: ParamSpec("p", "long", [1]), "must be a scalar"),
        (lambda: ParamSpec("p", "long", 1, (-1,)), "1D array"),
        (lambda: ParamSpec("p", "long", [[1], [1, 2]], (-1,)), "1D array"),
        (lambda: ParamSpec("p", "long", [1], (2,)), "Shape must be"),
        (lambda: ParamSpec("p", "binary", b"x"), "other than binary"),
        (lambda: ParamSpec("p", "datetime", "yesterday"), "Failed to convert 'yesterday' of type str to datetime"),
        (lambda: ParamSpec("p", Object([Property("k", "long")]), {"k": "x"}), "key `k`"),
        (lambda: ParamSchema([ParamSpec("p", "long", 1)] * 2), "Duplicated"),
        (lambda: ParamSchema(["p"]), "made of ParamSpec"),  # type: ignore[list-item]
        (lambda: ParamSchema.from_json("{}"), "is a list"),
        (lambda: ParamSchema.from_json('[{"name": "p", "type": "long"}]'), "'default'"),
        (lambda: ParamSchema.from_json('[{"name": "p", "default": 1}]'), "'dtype'"),
        (lambda: ParamSchema.from_json('[{"name": "p", "type": "any", "default": 1}]'), "no type of a param"),
        (lambda: ParamSchema.from_json('[{"name": "p", "type": "long", "default": 1, "shape": 5}]'), "null or a list"),
    ],
)
def test_what_is_no_param_is_refused(make: Any, reason: str) -> None:
    with pytest.raises(InvalidSchemaError, match=reason):
        make()


def test_a_default_is_a_copy() -> None:
    stops = ["."]
    spec = ParamSpec("stop", "string", stops, (-1,))

    stops.append("!")

    assert spec.default == ["."]
