"""What MLflow infers and accepts, nbflow does, too: the same signatures, verdicts, values and types.

Where nbflow means to differ stands in test_enforce_better.py.
"""

from __future__ import annotations

import copy
import datetime as dt
import decimal
import json
import warnings
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nbflow.errors import NbflowError
from nbflow.mlmodel import enforce_params, enforce_schema, infer_signature
from nbflow.mlmodel.types import ParamSchema, Schema

sparse = pytest.importorskip("scipy.sparse")

# A name, what is given to predict, and the schema that it is held against.
Case = tuple[str, Any, list[dict[str, Any]]]


def column(kind: Any, name: Any = "a", *, required: bool = True) -> dict[str, Any]:
    """Give a column of a schema as JSON has it."""
    base = kind if isinstance(kind, dict) else {"type": kind}
    return {**base, **({} if name is None else {"name": name}), "required": required}


def tensor(dtype: str, *shape: int, name: str | None = None) -> dict[str, Any]:
    spec = {"type": "tensor", "tensor-spec": {"dtype": dtype, "shape": list(shape)}}
    return spec if name is None else {"name": name, **spec}


def array(items: Any) -> dict[str, Any]:
    return {"type": "array", "items": items if isinstance(items, dict) else {"type": items}}


def obj(**properties: Any) -> dict[str, Any]:
    """Give an object of required properties; a name that ends in an underscore is of an optional one."""
    return {
        "type": "object",
        "properties": {
            name.rstrip("_"): {**(of if isinstance(of, dict) else {"type": of}), "required": not name.endswith("_")}
            for name, of in properties.items()
        },
    }


def series(values: Any, dtype: Any) -> pd.DataFrame:
    """Give a frame of one column, in whose index a label stands twice."""
    return pd.DataFrame({"a": pd.Series(values, dtype=dtype, index=[7] * len(values))})


def objects(*values: Any) -> pd.DataFrame:
    return series(list(values), object)


def several() -> pd.DataFrame:
    return pd.DataFrame({"a": [1.5, 2.5], "b": ["x", "y"], "c": [True, False]})


ONE = column("double")
TWO = [column("double"), column("double", "b")]
MIXED = [column("double"), column("string", "b"), column("boolean", "c")]
STAMPS = ["2024-05-01", "2024-05-02"]

SHAPES: list[Case] = [
    ("conforms", several(), MIXED),
    ("another order", several()[["c", "a", "b"]], MIXED),
    ("extra columns", several().assign(d=1), MIXED),
    ("missing column", several().drop(columns="b"), MIXED),
    ("missing and extra columns", several().rename(columns={"b": "bb"}), MIXED),
    ("missing optional column", pd.DataFrame({"a": [1.5]}), [ONE, column("string", "b", required=False)]),
    ("no rows", several().iloc[:0], MIXED),
    ("an index of its own", several().set_index(pd.Index([7, 7])), MIXED),
    ("a doubled column", pd.DataFrame([[1.0, 2.0]], columns=["a", "a"]), [ONE]),
    ("an extra column doubled", pd.DataFrame([[1.0, 2.0, 3.0]], columns=["a", "b", "b"]), [ONE]),
    ("numbers for names", pd.DataFrame([[1.5, 2.5]]), [column("double", 0), column("double", 1)]),
    ("dict of scalars", {"a": 1.5, "b": 2.5}, TWO),
    ("dict of lists", {"a": [1.5, 2.5], "b": [3.5, 4.5]}, TWO),
    ("dict of a scalar and a list", {"a": 1.5, "b": [3.5, 4.5]}, TWO),
    ("dict of lists of several lengths", {"a": [1.5], "b": [3.5, 4.5]}, TWO),
    ("dict of arrays", {"a": np.array([1.5, 2.5]), "b": np.array([3.5, 4.5])}, TWO),
    ("dict of arrays of two dimensions", {"a": np.ones((2, 2)), "b": np.ones(2)}, TWO),
    ("dict of texts", {"a": "x", "b": "y"}, [column("string"), column("string", "b")]),
    ("dict of lists of texts", {"a": ["x", "y"]}, [column("string")]),
    ("dict of arrays that are one text", {"a": np.array("x")}, [column("string")]),
    ("dict of lists, one of which is a value", {"a": [1, 2], "b": 0.5}, [column(array("long")), TWO[1]]),
    ("dict with a key missing", {"a": 1.5}, TWO),
    ("empty dict", {}, TWO),
    ("list of dicts", [{"a": 1.5, "b": 2.5}, {"b": 3.5, "a": 4.5}], TWO),
    ("list of dicts, one without", [{"a": 1.5, "b": 2.5}, {"a": 4.5}], TWO),
    ("list of lists for names", [[1.5, 2.5]], TWO),
    ("array for names", np.ones((3, 2)), TWO),
    ("array, unnamed", np.ones((3, 2)), [column("double", None)] * 2),
    ("array of one dimension, unnamed", np.ones(3), [column("double", None)]),
    ("array of three dimensions, unnamed", np.ones((3, 2, 2)), [column("double", None)] * 2),
    ("list of lists, unnamed", [[1.5, 2.5]], [column("double", None)] * 2),
    ("too few, unnamed", np.ones((3, 1)), [column("double", None)] * 2),
    ("too many, unnamed", np.ones((3, 3)), [column("double", None)] * 2),
    ("DataFrame, unnamed", several(), [column("double", None), column("string", None)]),
    ("list of texts, unnamed", ["x", "y"], [column("string", None)]),
    ("list with None, unnamed", ["x", None], [column("string", None)]),
    ("a text", "x", [column("string", None)]),
    ("a number", 1.5, [column("double", None)]),
    ("a number for text", 1.5, [column("string", None)]),
    ("bytes", b"x", [column("binary", None)]),
    ("a moment", dt.datetime(2024, 5, 1), [column("datetime", None)]),  # noqa: DTZ001 - naive on purpose
    ("a Series by its name", pd.Series([1.5, 2.5], name="a"), [ONE]),
    ("a Series of another name", pd.Series([1.5, 2.5], name="b"), [ONE]),
    ("a Series without a name, unnamed", pd.Series([1.5, 2.5]), [column("double", None)]),
    ("None", None, [ONE]),
    ("sparse", sparse.csr_matrix(np.eye(2)), [ONE]),
    ("a tuple", (1.5, 2.5), [column("double", None)]),
]
EMPTY_OR_LARGE: list[list[Any]] = [[], [2**70]]
CASTS: list[Case] = [
    *(
        (f"{dtype} to {kind}", series(values, dtype), [column(kind)])
        for kind in ("boolean", "integer", "long", "float", "double", "string", "binary", "datetime")
        for dtype, values in {
            "bool": [True, False],
            "boolean": [True, None],
            "int8": [1, 2],
            "int16": [1, 2],
            "int32": [1, 2],
            "int64": [1, 2],
            "uint8": [1, 2],
            "uint32": [1, 2],
            "uint64": [1, 2],
            "Int32": [1, 2],
            "Int64": [1, None],
            "float16": [1.5, np.nan],
            "float32": [1.5, np.nan],
            "float64": [1.5, np.nan],
            "Float64": [1.5, 2.5],
            "Float32": [1.5, None],
            "string": ["x", None],
            "str": ["x", None],
            "datetime64[s]": STAMPS,
            "datetime64[us]": STAMPS,
            "datetime64[ns]": STAMPS,
            "datetime64[ns, UTC]": STAMPS,
            "timedelta64[ns]": [1, 2],
            "complex128": [1j, 2],
            "double[pyarrow]": [1.5, 2.5],
            "int64[pyarrow]": [1, 2],
            ">f8": [1.5, 2.5],
            ">i4": [1, 2],
        }.items()
    ),
    *(
        (f"objects {values} to {kind}", objects(*values), [column(kind)])
        for kind in ("boolean", "integer", "long", "float", "double", "string", "binary", "datetime")
        for values in (
            [None],
            [pd.NA],
            [1, 2],
            [1, None],
            [1, pd.NA],
            [1.5, None],
            [True, None],
            [True, "x"],
            ["x", None],
            ["x", 1],
            ["1.5", 2],
            ["2024-05-01", None],
            [b"x", None],
            [decimal.Decimal("1.5")],
            [dt.date(2024, 5, 1), None],
            [dt.datetime(2024, 5, 1)],  # noqa: DTZ001 - naive on purpose
            ["2024-05-01", dt.date(2024, 5, 2)],
            ["nonsense", dt.date(2024, 5, 2)],
            [[1], [2]],
            [{"k": 1}],
        )
    ),
    *(
        (f"objects {values} to {kind}", objects(*values), [column(kind)])
        for kind in ("boolean", "integer", "long", "float", "string", "binary", "datetime")
        for values in EMPTY_OR_LARGE  # of which MLflow makes columns that are no doubles
    ),
    *(
        (f"int64 {values} to {kind}", series(values, "int64"), [column(kind)])
        for kind in ("double", "float")
        for values in ([0, 1], [1, 1], [0, 2])
    ),
    ("whole floats with one missing to long", series([1.0, np.nan], "float64"), [column("long")]),
    ("infinite floats to long", series([np.inf, np.nan], "float64"), [column("long")]),
]
# A type, and what may stand in a cell of a column of it.
CELLS: list[tuple[Any, tuple[Any, ...]]] = [
    (array("long"), ([1, 2], [], np.array([1, 2]), np.array([1, 2], "int32"), [1.5], ["x"], (1, 2), "x", None)),
    (array("double"), ([1.5, 2.5], [1, 2], [0, 1], [1.5, None], np.array([1.5]), np.array([1.5], "float32"))),
    (array("integer"), ([1, 2], np.array([1, 2], "int16"))),
    (array("boolean"), ([True, False], np.array([True]), [1, 0])),
    (array("string"), (["x", "y"], np.array(["x", "y"]), [1, 2], ["x", 1])),
    (array("binary"), ([b"x", b"yy"], ["x", "y"])),
    (array("datetime"), (["2024-05-01"], [1])),
    (array(array("long")), ([[1], [2, 3]], [[]], [1], np.array([[1, 2], [3, 4]]), [[1.5]])),
    (array({"type": "any"}), ([1, "x", None], [], None, "x")),
    (array(obj(k="long")), ([{"k": 1}, {"k": 2}], [{}], [1])),
    (obj(k="long"), ({"k": 1}, {"k": np.int32(1)}, {"k": 1.5}, {"k": "x"}, {"k": None}, {}, {"k": 1, "l": 2})),
    (obj(k="double"), ({"k": 1.5}, {"k": 1}, {"k": 5}, {"k": np.float32(1.5)}, {"k": True})),
    (obj(k="string"), ({"k": "x"}, {"k": np.str_("x")}, {"k": 1}, {"k": None}, {"k": b"x"})),
    (obj(k="boolean"), ({"k": True}, {"k": 1})),
    (obj(k="binary"), ({"k": b"x"}, {"k": "x"})),
    (obj(k="long", l_="string"), ({"k": 1}, {"k": 1, "l": "x"}, {"k": 1, "l": None}, {"l": "x"}, [1], None)),
    (obj(k=obj(l="long")), ({"k": {"l": 1}}, {"k": {"l": "x"}}, {"k": {}}, {"k": 1})),
    (obj(k={"type": "any"}), ({"k": None}, {"k": [1, "x"]}, {})),
    ({"type": "map", "values": {"type": "long"}}, ({"x": 1, "y": 2}, {"x": "y"}, {1: 1}, {}, [1], None)),
    ({"type": "map", "values": array("string")}, ({"x": ["y"]}, {"x": []})),
    ({"type": "map", "values": {"type": "any"}}, ({"x": None}, {}, None)),
    ({"type": "any"}, ([1, "x"], None)),
]
NESTED: list[Case] = [
    *((f"{cell!r} as {kind}", objects(cell), [column(kind)]) for kind, cells in CELLS for cell in cells),
    *(
        (f"{cell!r} as optional {kind['type']}", objects(cell), [column(kind, required=False)])
        for kind in (array("long"), obj(k="long"), {"type": "map", "values": {"type": "long"}})
        for cell in (None, [], {}, [1], {"k": 1}, np.array([]), np.array([1, 2]))
    ),
    (
        "objects of several kinds",
        pd.DataFrame({"a": [[1], [2, 3]], "b": [{"k": 1}, {"k": 2}]}, index=[5, 6]),
        [column(array("long")), column(obj(k="long"), "b")],
    ),
    ("dict with an object", {"a": {"k": 1}, "b": 0.5}, [column(obj(k="long")), TWO[1]]),
    (
        "dict with a map",
        {"a": [{"x": 1}], "b": [0.5]},
        [column({"type": "map", "values": {"type": "long"}}), TWO[1]],
    ),
]
TENSORS: list[Case] = [
    ("tensor", np.ones((3, 2)), [tensor("float64", -1, 2)]),
    ("tensor of another type", np.ones((3, 2)), [tensor("float32", -1, 2)]),
    ("tensor of another shape", np.ones((3, 3)), [tensor("float64", -1, 2)]),
    ("tensor of fewer dimensions", np.ones(3), [tensor("float64", -1, 2)]),
    ("tensor without rows", np.ones((0, 2)), [tensor("float64", -1, 2)]),
    ("tensor of texts", np.array(["x", "yy"]), [tensor("str", -1)]),
    ("tensor of bytes", np.array([b"x", b"yy"]), [tensor("bytes", -1)]),
    ("tensor of moments", np.array(STAMPS, "datetime64[ns]"), [tensor("datetime64[ns]", -1)]),
    ("ragged", np.array([[1], [1, 2]], dtype=object), [tensor("object", -1)]),
    ("ragged within", np.array([[1], [1, 2]], dtype=object), [tensor("float64", -1, -1)]),
    ("anything of objects", np.ones((3, 3)), [tensor("object", -1)]),
    ("sparse tensor", sparse.csr_matrix(np.eye(2)), [tensor("float64", -1, 2)]),
    ("sparse by columns", sparse.csc_matrix(np.eye(2)), [tensor("float64", -1, 2)]),
    ("sparse of another shape", sparse.csc_matrix(np.eye(3)), [tensor("float64", -1, 2)]),
    ("sparse of another kind", sparse.coo_matrix(np.eye(2)), [tensor("float64", -1, 2)]),
    ("list for a tensor", [[1.0, 2.0]], [tensor("float64", -1, 2)]),
    ("dict for a tensor", {"a": np.ones(2)}, [tensor("float64", -1)]),
    ("text for a tensor", "x", [tensor("str", -1)]),
    ("None for a tensor", None, [tensor("float64", -1)]),
    ("DataFrame for a tensor", pd.DataFrame(np.ones((3, 2))), [tensor("float64", -1, 2)]),
    ("DataFrame of another type", pd.DataFrame(np.ones((3, 2), int)), [tensor("float64", -1, 2)]),
    ("DataFrame of too many columns", pd.DataFrame(np.ones((3, 3))), [tensor("float64", -1, 2)]),
    ("DataFrame for a deeper tensor", pd.DataFrame(np.ones((3, 4))), [tensor("float64", -1, 2, 2)]),
    ("DataFrame without rows", pd.DataFrame(np.ones((0, 2))), [tensor("float64", -1, 2)]),
    ("one column of numbers", pd.DataFrame({"x": [1, 2]}), [tensor("float64", -1)]),
    ("one column of numbers, two dimensions", pd.DataFrame({"x": [1.5, 2]}), [tensor("int64", -1, 1)]),
    ("one column of numbers, wrong shape", pd.DataFrame({"x": [1.5, 2]}), [tensor("float64", -1, 2)]),
    ("one column of lists", pd.DataFrame({"x": [[1, 2, 3, 4]] * 2}), [tensor("float32", -1, 2, 2)]),
    ("one column of lists of several lengths", pd.DataFrame({"x": [[1], [1, 2]]}), [tensor("float32", -1, 2)]),
    ("one column of too long lists", pd.DataFrame({"x": [[1, 2, 3, 4]]}), [tensor("float32", -1, 2)]),
    ("one column of lists of lists", pd.DataFrame({"x": [[[1, 2]]]}), [tensor("float32", -1, 2)]),
    ("one column of arrays", pd.DataFrame({"x": [np.ones(4)] * 2}), [tensor("float64", -1, 2, 2)]),
    ("one column of arrays of another type", pd.DataFrame({"x": [np.ones(4)]}), [tensor("float32", -1, 2, 2)]),
    ("one column, shape of any size", pd.DataFrame({"x": [[1, 2]]}), [tensor("float64", -1, -1)]),
    ("a Series for a tensor", pd.Series([1.5, 2.5]), [tensor("float64", -1)]),
    ("one column of texts for numbers", pd.DataFrame({"x": ["x"]}), [tensor("float64", -1)]),
    *(
        (
            f"named tensors: {name}",
            data,
            [tensor("float64", -1, 2, name="a"), tensor("int64", -1, name="b")],
        )
        for name, data in {
            "arrays": {"b": np.array([1, 2]), "a": np.ones((2, 2)), "c": np.ones(1)},
            "missing": {"a": np.ones((2, 2))},
            "lists": {"a": [[1.0, 2.0]], "b": [1]},
            "of another type": {"a": np.ones((2, 2)), "b": np.array([1.5])},
            "of another shape": {"a": np.ones(2), "b": np.array([1])},
            "DataFrame": pd.DataFrame({"b": [1, 2], "a": [[1, 2], [3, 4]]}),
            "DataFrame without one": pd.DataFrame({"a": [[1, 2], [3, 4]]}),
            "array": np.ones((2, 2)),
            "list": [1, 2],
        }.items()
    ),
    ("array for the only named tensor", np.ones((2, 2)), [tensor("float64", -1, 2, name="a")]),
]
ENFORCED = {"shapes": SHAPES, "casts": CASTS, "nested": NESTED, "tensors": TENSORS}


@pytest.fixture(scope="module")
def mlflow() -> Any:
    """Give the functions of MLflow that nbflow is compared with."""
    with warnings.catch_warnings(action="ignore"):
        pytest.importorskip("mlflow", reason="mlflow, which nbflow is compared with, is not installed")
        from mlflow.models import signature, utils
        from mlflow.types import schema

    return SimpleNamespace(
        infer_signature=signature.infer_signature,
        enforce_schema=utils._enforce_schema,
        enforce_params=utils._enforce_params_schema,
        schema=schema.Schema.from_json,
        params=schema.ParamSchema.from_json,
    )


def verdict(enforce: Callable[..., Any], data: Any, schema: Any, refusals: type[Exception]) -> tuple[str, Any]:
    with warnings.catch_warnings(action="ignore"):
        try:
            return "accepted", enforce(copy.deepcopy(data), schema)
        except refusals as exc:
            return "refused", exc


@pytest.mark.parametrize("cases", [pytest.param(cases, id=name) for name, cases in ENFORCED.items()])
def test_the_same_is_accepted_and_becomes_the_same(cases: list[Case], mlflow: Any) -> None:
    differences = {name: found for name, data, schema in cases if (found := difference(data, schema, mlflow))}

    assert differences == {}


def difference(data: Any, schema: list[dict[str, Any]], mlflow: Any) -> str:
    text = json.dumps(schema)
    ours, got = verdict(enforce_schema, data, Schema.from_json(text), NbflowError)
    theirs, expected = verdict(mlflow.enforce_schema, data, mlflow.schema(text), Exception)
    if ours != theirs:
        return f"{ours}: {got}; {theirs}: {expected}"
    try:
        if ours == "accepted":
            assert_same(got, expected)
    except AssertionError as exc:
        return str(exc)
    return ""


def assert_same(got: Any, expected: Any) -> None:
    assert type(got) is type(expected)
    if isinstance(expected, pd.DataFrame):
        pd.testing.assert_frame_equal(got, expected, check_column_type=False, check_index_type=False)
        for name in expected.columns:
            for ours, theirs in zip(got[name], expected[name], strict=True):
                assert_same(ours, theirs)
    elif isinstance(expected, dict):
        assert list(got) == list(expected)
        for name, value in expected.items():
            assert_same(got[name], value)
    elif isinstance(expected, np.ndarray):
        np.testing.assert_array_equal(got, expected)
        assert got.dtype == expected.dtype
    elif isinstance(expected, list):
        assert [type(item) for item in got] == [type(item) for item in expected]
        assert str(got) == str(expected)
    elif sparse.issparse(expected):
        assert (got != expected).nnz == 0
    else:
        assert str(got) == str(expected)


# What may stand in a column of objects.
OBJECTS: list[list[Any]] = [
    [],
    [None],
    [None, np.nan],
    [pd.NA, 1],
    [1, 2],
    [1, None],
    [1.5, None],
    [True, None],
    ["x", None],
    ["x", 1],
    [b"x", bytearray(b"y")],
    [2**70],
    [decimal.Decimal(1)],
    [dt.date(2024, 5, 1)],
    [dt.datetime(2024, 5, 1), None],  # noqa: DTZ001 - naive on purpose
    [dt.timedelta(1)],
    [np.float32(1)],
    [np.int16(1), "x"],
    [[1, 2], [3]],
    [[1, None], None],
    [[], [1.5]],
    [[], []],
    [[1], ["x"]],
    [[[1]], [[], [2]]],
    [(1, 2)],
    [{1, 2}],
    [{"k": 1}, {"k": 2, "l": "x"}],
    [{"k": 1}, {"k": None}],
    [{"k": 1}, None],
    [{"k": {"l": [1]}}, {"k": {"l": [], "m": 1.5}}],
    [{"k": 1}, {"k": "x"}],
    [{"k": {"l": 1}}, {"k": None}],
    [{"k": [{"l": 1}, {"m": 2}]}],
    [{1: 2}],
    [{}, {"k": 1}],
    [{}],
    [{"k": None}],
    [np.array([1, 2]), np.array([3])],
    [np.array([1, 2], "int32")],
    [np.array([1.5, np.nan])],
    [np.array([[1, 2]])],
    [np.array(["x"])],
    [np.array([])],
    [np.array([]), np.array([1])],
    [np.array([None, "x"], dtype=object)],
    [[np.array([1])], [np.array([2])]],
    [np.array(1)],
    [object()],
]
# A name, and what a signature is made of.
INFERRED: list[tuple[str, Any]] = [
    *(
        (f"{dtype}", series(values, dtype))
        for dtype, values in {
            "bool": [True, False],
            "boolean": [True, None],
            "int8": [1, 2],
            "uint8": [1, 2],
            "int16": [1, 2],
            "uint16": [1, 2],
            "int32": [1, 2],
            "uint32": [1, 2],
            "int64": [1, 2],
            "uint64": [1, 2],
            "Int64": [1, None],
            "UInt8": [1, None],
            "float16": [1.5, 2.5],
            "float32": [1.5, np.nan],
            "float64": [1.5, np.nan],
            "Float64": [1.5, None],
            "str": ["x", "y"],
            "string": ["x", None],
            "datetime64[s]": STAMPS,
            "datetime64[ns]": [*STAMPS, None],
            "datetime64[ns, UTC]": STAMPS,
            "timedelta64[ns]": [1, 2],
            "complex128": [1j],
            "double[pyarrow]": [1.5, None],
            "Sparse[float64]": [1.5, 0],
            "period[D]": STAMPS,
        }.items()
    ),
    *((f"objects {values}", objects(*values)) for values in OBJECTS),
    ("categories of texts", pd.DataFrame({"a": pd.Categorical(["x", None])})),
    ("categories of numbers", pd.DataFrame({"a": pd.Categorical([1, 2])})),
    ("a column without values", series([], "str")),
    ("several columns", several()),
    ("no columns", pd.DataFrame()),
    ("columns of one name", pd.DataFrame([[1, 2]], columns=["a", "a"])),
    ("numbers for names", pd.DataFrame([[1.5, 2.5]])),
    ("tuples for names", pd.DataFrame([[1.5, 2.5]], columns=pd.MultiIndex.from_product([["a"], [1, 2]]))),
    ("a Series", pd.Series([1.5, 2.5], name="a")),
    ("a Series without a name", pd.Series(["x"])),
    ("a Series without a name, a value missing", pd.Series([1.5, None])),
    *(
        (f"array {value.dtype} {value.shape}", value)
        for value in (
            np.ones((3, 2)),
            np.ones(3, "float32"),
            np.ones((0, 2, 2), "uint64"),
            np.array(["x", "yy"]),
            np.array([b"x"]),
            np.array([[1], [1, 2]], dtype=object),
            np.array(STAMPS, "datetime64[ns]"),
            np.array(STAMPS, "datetime64[D]"),
            np.array([True]),
            np.array([1j]),
            np.array(1.5),
        )
    ),
    *(
        (f"sparse {kind.__name__}", kind(np.eye(2, dtype="float32")))
        for kind in (sparse.csr_matrix, sparse.csc_matrix, sparse.coo_matrix)
    ),
    *(
        (f"{data}", data)
        for data in (
            {"a": np.ones((2, 2)), "b": np.array(["x"])},
            {"a": np.ones(2), "b": 1},
            {"a": np.array(1.5)},
            {0: np.ones(2)},
            {"a": 1, "b": 1.5, "c": "x", "d": True, "e": b"x", "f": dt.date(2024, 5, 1)},
            {"a": None, "b": float("nan")},
            {"a": [1, 2], "b": ["x", None], "c": [], "d": [[1], []]},
            {"a": {"k": 1, "l": None}},
            {"a": {}},
            {"a": pd.Series([1])},
            {"a": (1, 2)},
            {"a": [1, "x"]},
            {1: 2},
            {},
            [],
            [{}],
            [1, 2],
            [1.5, None],
            [None],
            ["x", "y"],
            ["x", 1],
            [1, 2.5],
            [True, 1],
            [[1, 2], [3, 4]],
            [[1.5], []],
            [[], []],
            [np.ones(2), np.ones(2)],
            [np.int16(1)],
            [np.float32(1), np.float32(2)],
            [pd.Timestamp("2024-05-01")],
            [dt.datetime(2024, 5, 1)],  # noqa: DTZ001 - naive on purpose
            [{"a": 1, "b": "x"}, {"b": "y", "a": 2}],
            [{"a": 1}, {"b": "y"}],
            [{"a": 1}, {"a": None}],
            [{"a": [1]}, {"a": []}],
            [{"a": {"k": 1}}, {"a": {"l": 1}}],
            [{"a": 1}, {"a": "x"}],
            [{"a": 1}, 2],
            [{0: 1}],
            [{"a": float("nan")}],
            [{"a": np.array([])}],
            1,
            1.5,
            True,
            "x",
            b"x",
            np.int32(1),
            np.float64(1),
            float("nan"),
            dt.datetime(2024, 5, 1),  # noqa: DTZ001 - naive on purpose
            dt.date(2024, 5, 1),
            np.datetime64("2024-05-01"),
            (1, 2),
            {1, 2},
            object(),
            2**70,
        )
    ),
]


def test_the_same_signature_is_inferred(mlflow: Any) -> None:
    differences = {
        name: found
        for name, data in INFERRED
        for what in ("model_input", "model_output")
        if (found := different_signatures({what: data}, mlflow))
    }

    assert differences == {}


def different_signatures(examples: dict[str, Any], mlflow: Any) -> Any:
    """Give both signatures where they are not the same."""
    got, expected = (
        inferred(infer_signature, examples, NbflowError),
        inferred(mlflow.infer_signature, examples, Exception),
    )
    return None if got == expected else (got, expected)


def inferred(infer: Callable[..., Any], examples: dict[str, Any], refusals: type[Exception]) -> Any:
    with warnings.catch_warnings(action="ignore"):
        try:
            return infer(**copy.deepcopy(examples)).to_dict()
        except refusals:
            return "refused"


PARAMS: list[Any] = [
    1,
    1.5,
    True,
    "x",
    b"x",
    None,
    2**70,
    float("inf"),
    1j,
    np.int32(1),
    np.int64(1),
    np.int8(1),
    np.float32(1.5),
    np.float64(1.5),
    np.bool_(1),
    np.str_("x"),
    np.datetime64("2024-05-01"),
    np.datetime64("2024-05-01T12:00:00.000000001"),
    dt.date(2024, 5, 1),
    dt.datetime(2024, 5, 1, 12),  # noqa: DTZ001 - naive on purpose
    pd.Timestamp("2024-05-01"),
    decimal.Decimal(1),
    [1, 2],
    [1, 2.5],
    [1.5, None],
    [True, False],
    [True, 1],
    ["x", "y"],
    ["x", 1],
    [],
    [[1]],
    [[1], 2],
    [dt.date(2024, 5, 1)],
    [{"k": 1}],
    np.array([1, 2]),
    np.array([1.5], "float32"),
    np.array([[1]]),
    np.array(1),
    (1, 2),
    {"k": 1, "l": ["x"]},
    {"k": {"l": 1.5}},
    {"k": None},
    {"k": 1.5, "m": True},
    {"k": "x"},
    {},
    {1: 2},
]


def test_the_same_params_are_inferred(mlflow: Any) -> None:
    differences = {
        repr(value): found for value in PARAMS if (found := different_signatures({"params": {"p": value}}, mlflow))
    }

    assert differences == {}


PARAM_SCHEMAS: list[dict[str, Any]] = [
    {"type": "long", "default": 1, "shape": None},
    {"type": "integer", "default": 1, "shape": None},
    {"type": "float", "default": 1.5, "shape": None},
    {"type": "double", "default": 1.5, "shape": None},
    {"type": "boolean", "default": True, "shape": None},
    {"type": "string", "default": None, "shape": None},
    {"type": "datetime", "default": "2024-05-01T12:00:00", "shape": None},
    {"type": "datetime", "default": "2024-05-01", "shape": None},
    {"type": "long", "default": [1], "shape": [-1]},
    {"type": "double", "default": [1.5], "shape": [-1]},
    {"type": "string", "default": ["x"], "shape": [-1]},
    {"type": "datetime", "default": ["2024-05-01"], "shape": [-1]},
    {**obj(k="long", l_="double"), "default": {"k": 1}, "shape": None},
]


@pytest.mark.parametrize("spec", PARAM_SCHEMAS, ids=lambda spec: f"{spec['type']} {spec['shape']}")
def test_the_same_params_are_accepted_and_become_the_same(spec: dict[str, Any], mlflow: Any) -> None:
    text = json.dumps([{"name": "p", **spec}])
    ours, theirs = ParamSchema.from_json(text), mlflow.params(text)

    differences = {}
    for params in (None, {}, {"q": 1}, 5, {1: 2}, *({"p": value} for value in PARAMS)):
        got = verdict(enforce_params, params, ours, NbflowError)
        expected = verdict(mlflow.enforce_params, params, theirs, Exception)
        if got[0] != expected[0] or (got[0] == "accepted" and not alike(got[1], expected[1])):
            differences[repr(params)] = (got, expected)
    assert differences == {}


def alike(got: Any, expected: Any) -> bool:
    """Compare with types, so that 1 is not True."""
    return repr(got) == repr(expected)


def test_the_json_of_params_is_the_same(mlflow: Any) -> None:
    texts = [json.dumps([{"name": "p", **spec}]) for spec in PARAM_SCHEMAS]

    assert [ParamSchema.from_json(text).to_json() for text in texts] == [
        mlflow.params(text).to_json() for text in texts
    ]
