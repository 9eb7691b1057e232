from __future__ import annotations

import contextlib
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.errors import SchemaEnforcementError
from nbflow.mlmodel import Enforcer, enforce_schema
from nbflow.mlmodel.types import AnyType, Array, ColSpec, DataType, Map, Object, Property, Schema, TensorSpec

sparse = pytest.importorskip("scipy.sparse")

TWO = Schema([ColSpec("double", "a"), ColSpec("string", "b")])
TENSOR = Schema([TensorSpec(np.dtype("float64"), (-1, 2))])


def frame(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame(columns)


def refusal(data: Any, *inputs: ColSpec | TensorSpec) -> SchemaEnforcementError:
    with pytest.raises(SchemaEnforcementError) as caught:
        enforce_schema(data, Schema(inputs))
    return caught.value


# What comes back


@pytest.mark.parametrize("data", [None, "x", [1], {"a": 1}, frame(a=[1]), object()])
def test_without_a_schema_data_pass_untouched(data: Any) -> None:
    assert Enforcer(None)(data) is data


@pytest.mark.parametrize(
    "data",
    [
        frame(a=[1.5], b=["x"]),
        frame(b=["x"], a=[1.5]),
        frame(c=[0], a=[1.5], d=["y"], b=["x"]),
        frame(a=pd.Series([1.5], dtype="float32"), b=["x"]),
        {"a": 1.5, "b": "x"},
        {"b": ["x"], "a": [1.5]},
        [{"b": "x", "a": 1.5}],
        {"a": np.array([1.5]), "b": np.array(["x"])},
    ],
)
def test_columns_come_back_in_the_schemas_order_and_types(data: Any) -> None:
    enforced = enforce_schema(data, TWO)

    pd.testing.assert_frame_equal(enforced, frame(a=[1.5], b=["x"]))


@pytest.mark.parametrize("data", [np.array([[1.5, 2.5]]), [[1.5, 2.5]], frame(x=[1.5], y=[2.5], z=[3.5])])
def test_columns_without_names_go_by_position(data: Any) -> None:
    enforced = enforce_schema(data, Schema([ColSpec("double")] * 2))

    assert enforced.to_numpy().tolist() == [[1.5, 2.5]]


def test_an_optional_column_may_be_absent() -> None:
    schema = Schema([ColSpec("double", "a"), ColSpec("string", "b", required=False)])

    assert list(enforce_schema(frame(a=[1.5]), schema)) == ["a"]


@pytest.mark.parametrize(
    "data",
    [
        frame(a=[1.5], b=["x"]),
        frame(b=["x"], a=[1.5]),
        frame(a=pd.Series([1], dtype="int32"), b=["x"]),
        frame(a=[1.5], b=["x"], c=[1]),
    ],
)
def test_what_is_done_to_the_result_is_not_done_to_the_data(data: pd.DataFrame) -> None:
    before = data.copy()

    enforced = enforce_schema(data, TWO)
    enforced["a"] = 0.0
    enforced["new"] = 1

    pd.testing.assert_frame_equal(data, before)


def test_dictionaries_in_cells_stay_as_they_were() -> None:
    cell = {"k": 1}

    enforced = enforce_schema(frame(a=[cell]), Schema([ColSpec(Object([Property("k", "long")]), "a")]))

    assert type(cell["k"]) is int
    assert type(enforced["a"][0]["k"]) is np.int64


def test_the_index_stays() -> None:
    data = frame(b=["x", "y"], a=pd.Series([1, 0])).set_index(pd.Index([7, 7], name="row"))

    assert enforce_schema(data, TWO).index.equals(data.index)


def test_a_subclass_of_dataframe_passes() -> None:
    class Special(pd.DataFrame):
        pass

    assert enforce_schema(Special(frame(a=[1.5], b=["x"])), TWO).to_dict("list") == {"a": [1.5], "b": ["x"]}


def test_tensors_come_back_as_they_are() -> None:
    array, matrix = np.ones((3, 2)), sparse.csr_matrix(np.ones((3, 2)))

    assert enforce_schema(array, TENSOR) is array
    assert enforce_schema(matrix, TENSOR) is matrix


def test_named_tensors_come_back_by_their_names() -> None:
    schema = Schema([TensorSpec(np.dtype("float64"), (-1, 2), "a"), TensorSpec(np.dtype("int64"), (-1,), "b")])

    enforced = enforce_schema(frame(c=[0, 0], b=[3, 4], a=[[1, 2], [3, 4]]), schema)

    assert {name: array.tolist() for name, array in enforced.items()} == {"a": [[1.0, 2.0], [3.0, 4.0]], "b": [3, 4]}


# An Enforcer remembers what passed, and gives every frame its due all the same

DTYPES = ["float64", "float32", "int64", "int32", "bool", "str", "object", "Float64", "datetime64[ns]"]
KINDS = ["double", "float", "long", "boolean", "string"]
AS_THEY_ARE = {DataType.string, DataType.boolean}  # objects among which some are missing
FRAMES = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(DTYPES)), max_size=4, unique_by=lambda one: one[0])


def made(columns: list[tuple[str, Any]], n_rows: int) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series([0] * n_rows).astype(dtype) for name, dtype in columns})


def outcome(enforce: Callable[[Any], Any], data: pd.DataFrame) -> Any:
    try:
        return enforce(data)
    except SchemaEnforcementError as exc:
        return str(exc)


@given(
    st.lists(st.sampled_from(KINDS), min_size=1, max_size=3),
    st.lists(FRAMES, min_size=1, max_size=4),
    st.sampled_from([0, 1, 400]),
)
def test_what_passed_before_changes_nothing(kinds: list[str], frames: list[Any], n_rows: int) -> None:
    schema = Schema([ColSpec(kind, name) for name, kind in zip("abc", kinds, strict=False)])
    enforce = Enforcer(schema)

    for data in [made(columns, n_rows) for columns in frames]:
        again, fresh = outcome(enforce, data), outcome(Enforcer(schema), data)

        if isinstance(fresh, str):
            assert again == fresh
        else:
            pd.testing.assert_frame_equal(again, fresh)
            assert all(
                dtype == spec.type.to_pandas() or (dtype == data[spec.name].dtype and spec.type in AS_THEY_ARE)
                for dtype, spec in zip(fresh.dtypes, schema, strict=True)
                if isinstance(spec.type, DataType)
            )


@pytest.mark.parametrize("dtype", ["double[pyarrow]", "Float64"])
def test_a_single_column_of_another_library_is_cast(dtype: str) -> None:
    enforced = Enforcer(Schema([ColSpec("double", "a")]))(frame(a=pd.Series([1.5], dtype=dtype)))

    assert enforced["a"].dtype == np.dtype("float64")


def test_names_that_are_objects_are_names() -> None:
    data = pd.DataFrame([[1.5, 2.5]], columns=pd.Index(["a", "b"], dtype=object))

    assert list(Enforcer(Schema([ColSpec("double", "a"), ColSpec("double", "b")]))(data)) == ["a", "b"]


# What an error says


def test_an_error_names_the_column_what_came_and_what_was_expected() -> None:
    error = refusal(frame(a=[5]), ColSpec("double", "a"))

    assert (error.column, error.found, error.expected) == ("a", "int64", "double")
    assert error.data == "DataFrame of shape (1, 1)"
    assert str(error) == (
        "Failed to enforce schema of data 'DataFrame of shape (1, 1)' with schema '['a': double (required)]'. Error: "
        "Incompatible input types for column a. Can not safely convert int64 to float64. The model signature has "
        "double there. If no value is lost by it, convert it first: df['a'].astype('float64')."
    )
    assert error.error_code == "INVALID_PARAMETER_VALUE"


def test_an_error_arrives_whole_from_another_process() -> None:
    error = refusal(frame(a=[5]), ColSpec("double", "a"))

    back = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own

    assert (str(back), back.column, back.found, back.expected) == (str(error), "a", "int64", "double")


def test_all_columns_that_do_not_fit_are_named() -> None:
    error = refusal(frame(a=[5], b=[6], c=[1.5]), *(ColSpec("double", name) for name in "abc"))

    assert error.column == "a"
    assert "Nor do these columns fit: b (int64, expected double)." in error.problem


def test_data_are_not_told() -> None:
    error = refusal({"a": ["secret"]}, ColSpec("double", "a"), ColSpec("double", "b"))

    assert "secret" not in str(error)


def test_a_long_schema_is_cut() -> None:
    error = refusal(frame(a=[5]), *(ColSpec("double", f"column {at}") for at in range(1000)))

    assert len(str(error)) < 3000
    assert "and 980 more" in error.problem


@pytest.mark.parametrize(
    ("data", "inputs", "problem"),
    [
        (
            frame(b=[1]),
            [ColSpec("double", "a")],
            r"Model is missing inputs \['a'\]. Note that .* extra inputs: \['b'\].",
        ),
        (frame(ages=[1]), [ColSpec("long", "age")], "Did you mean 'ages'?"),
        (np.ones((3, 2)), [ColSpec("double", "a")], r"Model is missing inputs \['a'\]. .* extra inputs: \[0, 1\]."),
        (np.ones((3, 2)), [ColSpec("double", "a")], r"The columns have no names: give a DataFrame, pd\.DataFrame"),
        ([[1.0]], [ColSpec("double", "a")], "The columns have no names"),
        (pd.Series([1.0]), [ColSpec("double", "a")], "The columns have no names"),
        (np.ones((3, 1)), [ColSpec("double")] * 2, "declares 2 inputs  but the provided value only has 1 inputs"),
        (
            pd.DataFrame([[1.0, 2.0]], columns=["a", "a"]),
            [ColSpec("double", "a")],
            r"\['a'\] are in the data more than",
        ),
        (None, [ColSpec("double", "a")], "Expected input to be DataFrame. Found: NoneType"),
        (sparse.csr_matrix(np.eye(2)), [ColSpec("double", "a")], "Expected input to be DataFrame. Found: csr_matrix"),
        ({"a": [1.5], "b": [1, 2]}, [ColSpec("double", "a")], "error casting the input data to a DataFrame"),
        (np.ones((1, 2, 3)), [ColSpec("double")], "error casting the input data to a DataFrame"),
        (frame(a=["x"]), [ColSpec("double", "a")], "(Can not safely|Failed to) convert (str|object) to float64"),
        (frame(a=[1.0, None]), [ColSpec("long", "a")], "Hint: the type mismatch is likely caused by missing values"),
        (frame(a=pd.array([1, None], "Int64")), [ColSpec("long", "a")], "cannot convert NA to integer.*Hint"),
        (frame(a=pd.array([True, None], "boolean")), [ColSpec("boolean", "a")], r"fill them, .*\.astype\(object\)"),
        (frame(a=["1"]), [ColSpec("long", "a")], r"pd\.to_numeric\(df\['a'\]\)"),
        (frame(a=["2024-05-01"]), [ColSpec("datetime", "a")], r"pd\.to_datetime\(df\['a'\]\)"),
        (frame(a=[1]), [ColSpec("string", "a")], r"df\['a'\]\.astype\(str\)"),
        (frame(a=pd.to_datetime(["2024-05-01"], utc=True)), [ColSpec("datetime", "a")], "timezone-naive datetime"),
        (frame(a=["x"]), [ColSpec(Array("long"), "a")], "'a', row 0: Expected data to be list or numpy array, got str"),
        (frame(a=[[1], ["x"]]), [ColSpec(Array("long"), "a")], "row 1: .*Can not safely convert (str|object) to int64"),
        (frame(a=[np.ones((2, 2))]), [ColSpec(Array("double"), "a")], "Expected a list of double"),
        (frame(a=[[[1]]]), [ColSpec("double", "a")], "Incompatible input types for column a"),
        (frame(a=[{}]), [ColSpec(Object([Property("k", "long")]), "a")], "Missing required properties: {'k'}"),
        (
            frame(a=[{"k": 1, "q": 2}]),
            [ColSpec(Object([Property("k", "long")]), "a")],
            "Invalid properties not defined in the schema found: {'q'}",
        ),
        (
            frame(a=[{"k": {"l": "x"}}]),
            [ColSpec(Object([Property("k", Object([Property("l", "long")]))]), "a")],
            "for key `k`. Expected type object, received type dict. .*key `l`. Expected type long, received type str",
        ),
        (frame(a=[1]), [ColSpec(Object([Property("k", "long")]), "a")], "Expected data to be dictionary, got int"),
        (frame(a=[[1]]), [ColSpec(Map("long"), "a")], "Expected data to be a dict, got list"),
        (frame(a=[{1: 1}]), [ColSpec(Map("long"), "a")], "string type. Others are: {1}"),
        (frame(a=[["x"]]), [ColSpec("double", "a"), ColSpec("long", "b", required=False)], "column a"),
        (np.ones((3, 3)), list(TENSOR), r"Shape of input \(3, 3\) does not match expected shape \(-1, 2\)."),
        (np.ones((3, 2), "float32"), list(TENSOR), "dtype of input float32 does not match expected dtype float64"),
        ([[1.0, 2.0]], list(TENSOR), "an input of type list was found. Give np.asarray"),
        (frame(a=[1.0], b=[2.0], c=[3.0]), list(TENSOR), "had 3 columns and an input shape of"),
        (frame(), list(TENSOR), "Input DataFrame is empty"),
        (frame(a=[1.0]), list(TENSOR), r"requires the shape to be \(-1,\) or \(-1, 1\)"),
        (frame(a=[[1.0], [1.0, 2.0]]), list(TENSOR), "of uniform length, 2"),
        (frame(a=[None]), list(TENSOR), "other types are not supported"),
        (
            {"a": [1.0]},
            [TensorSpec(np.dtype("float64"), (-1,), "a")],
            "a dict with value type <class 'list'> was found: give np.asarray",
        ),
        ({"b": np.ones(1)}, [TensorSpec(np.dtype("float64"), (-1,), "a")], r"Model is missing inputs \['a'\]"),
    ],
)
def test_what_does_not_fit_is_refused(data: Any, inputs: list[Any], problem: str) -> None:
    error = refusal(data, *inputs)

    with pytest.raises(SchemaEnforcementError, match=f"(?s)with schema .*Error: .*{problem}"):
        raise error


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=2),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=1), inner),
    max_leaves=8,
)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # pandas will not always take rows of several lengths
@pytest.mark.parametrize(
    "schema",
    [
        TWO,
        TENSOR,
        Schema([ColSpec("long")]),
        Schema([ColSpec(Array("string"), "a"), ColSpec(Object([Property("k", Map(AnyType()))]), "b", required=False)]),
        Schema([TensorSpec(np.dtype("float64"), (-1,), "a")]),
    ],
)
@given(data=JSON)
def test_whatever_comes_passes_or_is_refused(schema: Schema, data: Any) -> None:
    with contextlib.suppress(SchemaEnforcementError):
        enforce_schema(data, schema)
