"""Input examples: what is saved is loaded, for every kind of data; and files that hold something else are refused."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.errors import InvalidInputError, LimitExceededError, ModelFormatError, StoreReadError, UnsupportedValueError
from nbflow.mlmodel.document import Model
from nbflow.mlmodel.example import (
    encode_example,
    load_example,
    load_example_params,
    load_serving_example,
    save_example,
    split_example,
)
from nbflow.mlmodel.infer import infer_schema, infer_signature
from nbflow.mlmodel.types import ColSpec, Schema

sparse = pytest.importorskip("scipy.sparse")

FRAMES = {
    "floats": pd.DataFrame({"a": [1.5, float("nan")], "b": [0.0, float("inf")]}),
    "narrow": pd.DataFrame({"a": np.array([1, 2], "int32"), "b": np.array([1.5, 2], "float32")}),
    "words": pd.DataFrame({"ä b": ["x", "y"], "": ["", "\u2028"]}),
    "flags": pd.DataFrame({"a": [True, False]}),
    "times": pd.DataFrame({"t": [pd.Timestamp("2026-01-02 03:04:05.678"), pd.Timestamp("1999-12-31")]}).astype(
        "datetime64[ns]"
    ),
    "bytes": pd.DataFrame({"a": pd.Series([b"\x00\xff", b""], dtype=object)}),
    "numbered": pd.DataFrame([[1.0, 2.0], [3.0, 4.0]]),
    "other numbers": pd.DataFrame([[1.0, 2.0]], columns=[5, 6]),
    "names of two levels": pd.DataFrame([[1.0, 2.0, 3.0]], columns=pd.MultiIndex.from_product([["a"], ["x", "y", 3]])),
    "lists": pd.DataFrame({"a": [[1, 2], [3]]}),
    "dictionaries": pd.DataFrame({"a": [{"x": 1.5}, {"x": 2.5}]}),
    "no rows": pd.DataFrame({"a": pd.Series([], dtype="float64")}),
}
ARRAYS = {
    "doubles": np.array([[1.5, float("nan")], [0, float("inf")]]),
    "floats": np.array([1.5, 2], "float32"),
    "bytes of ints": np.array([[[1], [2]]], "uint8"),
    "flags": np.array([True, False]),
    "words": np.array(["a", "ü"]),
    "bytes": np.array([b"\x01\xff", b"b"]),
    "days": np.array(["2026-01-02"], "datetime64[D]"),
    "nanoseconds": np.array(["2026-01-02T03:04:05.123456789"], "datetime64[ns]"),
    "none": np.zeros((0, 3)),
}
JSON = [
    {"a": 1, "b": [1.5, None]},
    [1, 2],
    [{"a": "x"}],
    "text",
    5,
    1.5,
    True,
    {},
    [],
    {"messages": [{"content": "x"}]},
]


def saved(example: Any, folder: Path) -> dict[str, Any]:
    info = save_example(folder, example)
    assert sorted(path.name for path in folder.iterdir()) == ["input_example.json", "serving_input_example.json"]
    return info


@pytest.mark.parametrize("frame", [pytest.param(frame, id=name) for name, frame in FRAMES.items()])
def test_a_table_comes_back_with_its_types(frame: pd.DataFrame, tmp_path: Path) -> None:
    info = saved(frame, tmp_path)

    # A table without rows says nothing of its types.
    schema = infer_schema(frame) if len(frame) else Schema([ColSpec("double", "a")])
    pd.testing.assert_frame_equal(load_example(tmp_path, info, schema), frame, check_column_type=False)


@pytest.mark.parametrize("array", [pytest.param(array, id=name) for name, array in ARRAYS.items()])
def test_an_array_comes_back_with_its_type(array: Any, tmp_path: Path) -> None:
    info = saved(array, tmp_path)

    loaded = load_example(tmp_path, info, infer_schema(array))

    np.testing.assert_array_equal(loaded, array)
    assert loaded.dtype == array.dtype


def test_arrays_by_name_come_back_each_with_its_type(tmp_path: Path) -> None:
    example = {"a": np.array([[1.5]], "float32"), "b": np.array(["x"])}

    loaded = load_example(tmp_path, saved(example, tmp_path), infer_schema(example))

    assert {name: (array.dtype, array.tolist()) for name, array in loaded.items()} == {
        "a": (np.dtype("float32"), [[1.5]]),
        "b": (np.dtype("<U1"), ["x"]),
    }


@pytest.mark.parametrize("layout", [sparse.csr_matrix, sparse.csc_matrix])
def test_a_sparse_matrix_comes_back(layout: Any, tmp_path: Path) -> None:
    matrix = layout(np.array([[0, 1.5, 0], [2.5, 0, 0]]))

    loaded = load_example(tmp_path, saved(matrix, tmp_path))

    assert isinstance(loaded, layout)
    np.testing.assert_array_equal(loaded.toarray(), matrix.toarray())


@pytest.mark.parametrize("value", JSON, ids=repr)
def test_what_json_holds_comes_back(value: Any, tmp_path: Path) -> None:
    assert load_example(tmp_path, saved(value, tmp_path)) == value


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), json_values, max_size=3) | st.lists(json_values, max_size=3))
def test_any_json_comes_back(value: Any) -> None:
    assert load_example(".", save_example(".", value)) == value


@pytest.mark.parametrize("example", [FRAMES["floats"], ARRAYS["floats"], {"a": 1}, [1], 5, {"prompt": "x"}], ids=type)
def test_params_come_back_beside_the_data(example: Any, tmp_path: Path) -> None:
    info = saved((example, {"t": 0.5, "stop": ["."]}), tmp_path)

    assert load_example_params(tmp_path, info) == {"t": 0.5, "stop": ["."]}
    np.testing.assert_array_equal(load_example(tmp_path, info), load_example(tmp_path, saved(example, tmp_path)))


def test_no_params_are_as_if_they_were_not_given(tmp_path: Path) -> None:
    info = saved(({"a": 1}, {}), tmp_path)

    assert load_example(tmp_path, info) == {"a": 1}
    assert load_example_params(tmp_path, info) is None


def test_a_tuple_of_anything_else_is_no_example_with_params() -> None:
    assert split_example(([1], {"t": 1})) == ([1], {"t": 1})
    assert split_example(([1], [2])) == (([1], [2]), None)
    assert split_example([[1], {"t": 1}]) == ([[1], {"t": 1}], None)


def test_the_serving_example_is_the_body_of_a_request(tmp_path: Path) -> None:
    example = (pd.DataFrame({"a": [1.5]}), {"t": 1})

    info = saved(example, tmp_path)

    body = load_serving_example(tmp_path, info)
    assert body == encode_example(example).serving
    assert json.loads(body or "") == {"dataframe_split": {"columns": ["a"], "data": [[1.5]]}, "params": {"t": 1}}


def test_what_is_encoded_is_not_what_was_given_and_neither_is_changed() -> None:
    given_one = {"messages": [{"content": "x"}]}

    encoded = encode_example((given_one, {"t": 1}))

    assert given_one == encoded.data == {"messages": [{"content": "x"}]}
    encoded.data["messages"].clear()
    assert given_one == {"messages": [{"content": "x"}]}


def test_an_encoded_example_is_saved_as_it_is(tmp_path: Path) -> None:
    encoded = encode_example([1, 2])

    assert save_example(tmp_path, encoded) == encoded.info
    assert load_example(tmp_path, encoded.info) == [1, 2]


def test_an_example_that_is_too_large_to_be_read_again_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(LimitExceededError, match="input example"):
        save_example(tmp_path, "x" * (65 << 20))

    assert list(tmp_path.iterdir()) == []


def test_a_model_gives_its_example(tmp_path: Path) -> None:
    table = pd.DataFrame({"a": np.array([1, 2], "int32")})
    model = Model(signature=infer_signature(table), saved_input_example_info=saved((table, {"t": 1}), tmp_path))

    pd.testing.assert_frame_equal(model.load_input_example(tmp_path), table)
    assert model.load_input_example_params(tmp_path) == {"t": 1}
    assert json.loads(model.get_serving_input(tmp_path) or "")["dataframe_split"]["data"] == [[1], [2]]


def test_a_model_without_an_example_has_none(tmp_path: Path) -> None:
    assert load_example(tmp_path, None) is None
    assert load_example_params(tmp_path, None) is None
    assert load_serving_example(tmp_path, None) is None
    assert load_serving_example(tmp_path, {"type": "ndarray"}) is None


@pytest.mark.parametrize(
    "example",
    [
        None,
        {1, 2},
        object(),
        (1, 2, 3),
        dt.date(2026, 1, 1),
        pd.Series([1, 2]),
        {"a": np.zeros(1), "b": 1},
        [np.zeros(1)],
        [[{"a": np.zeros(1)}]],
        [1j],
        np.array([1j]),
        {"a": object()},
        {(1, 2): 3},
        sparse.coo_matrix([[1.0]]),
    ],
    ids=lambda value: re.sub(" at 0x[0-9a-f]*", "", f"{type(value).__name__} {value!r:.60}"),
)
def test_what_cannot_be_kept_is_refused_before_anything_is_written(example: Any, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedValueError):
        save_example(tmp_path, example)

    assert list(tmp_path.iterdir()) == []


def test_an_example_that_contains_itself_is_refused() -> None:
    around: list[Any] = []
    around.append(around)

    with pytest.raises(UnsupportedValueError):
        encode_example(around)


# Files from elsewhere


def written(folder: Path, text: str, **info: Any) -> dict[str, Any]:
    (folder / "input_example.json").write_text(text, encoding="utf-8")
    return {"artifact_path": "input_example.json", "type": "json_object"} | info


@pytest.mark.parametrize(
    ("text", "info"),
    [
        pytest.param("{", {}, id="torn"),
        pytest.param("[" * 100_000, {}, id="deep"),
        pytest.param("9" * 10_000, {}, id="endless number"),
        pytest.param("1", {"type": "future"}, id="unknown kind"),
        pytest.param("1", {"type": None}, id="no kind"),
        pytest.param("1", {"type": ["json_object"]}, id="kind of another type"),
        pytest.param("1", {"artifact_path": None}, id="no path"),
        pytest.param("1", {"artifact_path": "../other.json"}, id="climbs"),
        pytest.param("1", {"artifact_path": "/etc/passwd"}, id="absolute"),
        pytest.param("[1]", {"type": "dataframe"}, id="list for a table"),
        pytest.param('{"columns": ["a"]}', {"type": "dataframe"}, id="table without data"),
        pytest.param('{"data": [], "schema": 1}', {"type": "dataframe"}, id="table with more"),
        pytest.param('{"columns": ["a"], "data": [[1, 2]]}', {"type": "dataframe"}, id="more values than columns"),
        pytest.param('{"columns": ["b"], "data": 5}', {"type": "dataframe"}, id="number for rows"),
        pytest.param("[[1], [1, 2]]", {"type": "ndarray"}, id="ragged"),
        pytest.param('{"data": [1]}', {"type": "sparse_matrix_csr"}, id="sparse without indices"),
        pytest.param("5", {"type": "sparse_matrix_csr"}, id="number for a matrix"),
        pytest.param(
            '{"data": [1.0], "indices": [99], "indptr": [0, 1], "shape": [1, 2]}',
            {"type": "sparse_matrix_csr"},
            id="index outside",
        ),
        pytest.param(
            '{"data": [1.0], "indices": [-1], "indptr": [0, 1], "shape": [1, 2]}',
            {"type": "sparse_matrix_csc"},
            id="negative index",
        ),
        pytest.param(
            '{"data": [1.0], "indices": [0], "indptr": [0, 99], "shape": [1, 2]}',
            {"type": "sparse_matrix_csr"},
            id="pointer outside",
        ),
        pytest.param("[1]", {"params": "true"}, id="params in a list"),
        pytest.param('{"params": {}}', {"params": "true"}, id="params without data"),
    ],
)
def test_a_file_that_is_no_example_is_refused(text: str, info: dict[str, Any], tmp_path: Path) -> None:
    full = written(tmp_path, text, **info)

    with pytest.raises(ModelFormatError):
        load_example(tmp_path, full)


@pytest.mark.parametrize("text", ['{"inputs": 1}', '{"inputs": 1, "params": 5}', "[1]"])
def test_params_that_are_none_are_refused(text: str, tmp_path: Path) -> None:
    info = written(tmp_path, text, params="true")

    with pytest.raises(ModelFormatError):
        load_example_params(tmp_path, info)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreReadError, match=r"input_example\.json"):
        load_example(tmp_path, {"artifact_path": "input_example.json", "type": "json_object"})


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ('"x"', "long"),
        ('"x"', "datetime"),
        ('"x"', "binary"),
        ('{"a": 1}', "long"),
        ("[[1]]", "datetime"),
        ("[1]", "double"),
    ],
)
def test_a_table_with_other_values_than_its_signature_says_is_refused_by_name(
    value: str, kind: str, tmp_path: Path
) -> None:
    info = written(tmp_path, f'{{"columns": ["a"], "data": [[{value}]]}}', type="dataframe")

    with pytest.raises(ModelFormatError, match="column a to type") as caught:
        load_example(tmp_path, info, Schema([ColSpec(kind, "a")]))

    assert isinstance(caught.value.__cause__, InvalidInputError)
