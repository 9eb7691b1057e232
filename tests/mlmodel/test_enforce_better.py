"""Where nbflow means to do better than MLflow: it takes what a signature was made of, and changes no value.

Everything that MLflow takes, nbflow takes, too (test_mlflow_parity.py).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nbflow.mlmodel import enforce_schema, infer_schema, infer_signature
from nbflow.mlmodel.types import AnyType, Array, ColSpec, Object, Property, Schema, TensorSpec

sparse = pytest.importorskip("scipy.sparse")


def passed(cell: Any, kind: Any) -> Any:
    return enforce_schema(pd.DataFrame({"a": [cell]}), Schema([ColSpec(kind, "a")]))["a"][0]


# What a signature was made of passes


@pytest.mark.parametrize("values", [["x", None], [1, 2], [1.5, None]])
def test_categories_pass_and_stay_categories(values: list[Any]) -> None:
    frame = pd.DataFrame({"a": pd.Categorical(values)})

    pd.testing.assert_frame_equal(enforce_schema(frame, infer_schema(frame)), frame)


def test_what_no_schema_could_be_made_of_passes_whole() -> None:
    frame = pd.DataFrame({"a": [1, "x"], "b": [1, 2]})
    with pytest.warns(UserWarning, match="type any"):
        signature = infer_signature(frame)

    pd.testing.assert_frame_equal(enforce_schema(frame, signature.inputs), frame)


def test_numbers_name_columns_in_any_order() -> None:
    frame = pd.DataFrame([[1.5, 2.5]], columns=[5, 0])

    pd.testing.assert_frame_equal(enforce_schema(frame, infer_schema(frame)), frame)


def test_lists_are_the_values_of_an_only_column_of_lists() -> None:
    data = [[1, 2], [3]]

    assert enforce_schema(data, infer_schema(data))[0].tolist() == data


def test_times_in_dictionaries_pass() -> None:
    data = [{"a": {"k": dt.date(2024, 5, 1)}}]

    assert enforce_schema(data, infer_schema(data))["a"][0] == {"k": pd.Timestamp("2024-05-01")}


def test_a_row_with_times_passes() -> None:
    data = {"a": dt.date(2024, 5, 1), "b": "x"}

    assert enforce_schema(data, infer_schema(data)).to_dict("records") == [{"a": pd.Timestamp("2024-05-01"), "b": "x"}]


@pytest.mark.parametrize("kind", ["csr_array", "csc_array"])
def test_sparse_arrays_are_tensors_as_matrices_are(kind: str) -> None:
    data = getattr(sparse, kind)(np.eye(2))

    assert enforce_schema(data, infer_schema(data)) is data


@pytest.mark.parametrize("index", [[3, 4], ["x", "y"]])
def test_a_column_for_a_tensor_may_have_any_index(index: list[Any]) -> None:
    schema = Schema([TensorSpec(np.dtype("float64"), (-1, 2))])

    assert enforce_schema(pd.DataFrame({"a": [[1, 2], [3, 4]]}, index=index), schema).tolist() == [
        [1.0, 2.0],
        [3.0, 4.0],
    ]


# No value changes


def test_what_is_missing_in_a_list_stays_missing() -> None:
    assert passed(["a", None], Array("string")) == ["a", None]
    assert passed([True, None], Array("boolean")) == [True, None]
    assert passed([b"a", None], Array("binary")) == [b"a", None]
    assert passed(np.array(["a", None], dtype=object), Array("string")).tolist() == ["a", None]


def test_times_in_a_list_stay_times() -> None:
    assert passed([dt.date(2024, 5, 1), None], Array("datetime")) == [pd.Timestamp("2024-05-01"), pd.NaT]


def test_bytes_in_a_list_keep_their_zeros() -> None:
    assert passed([b"a\0"], Array("binary")) == [b"a\0"]


def test_anything_stays_what_it_is() -> None:
    frame = pd.DataFrame({"a": pd.Series([1, 2], dtype=object), "b": pd.array([1, None], "Int64")})

    enforced = enforce_schema(frame, Schema([ColSpec(AnyType(), "a"), ColSpec(AnyType(), "b")]))

    pd.testing.assert_frame_equal(enforced, frame)


@pytest.mark.parametrize("values", [[], [2**70], [None, 1]])
def test_numbers_among_objects_become_doubles_whatever_they_are(values: list[Any]) -> None:
    frame = pd.DataFrame({"a": pd.Series(values, dtype=object)})

    assert enforce_schema(frame, Schema([ColSpec("double", "a")]))["a"].dtype == np.dtype("float64")


def test_rows_are_counted_without_columns_too() -> None:
    frame = pd.DataFrame({"z": [1, 2]})

    assert enforce_schema(frame, Schema([ColSpec("double", "a", required=False)])).shape == (2, 0)


def test_dictionaries_of_whoever_calls_are_left_alone() -> None:
    cell = {"k": [0, 1]}

    passed(cell, Object([Property("k", Array("double"))]))

    assert cell == {"k": [0, 1]}
    assert [type(item) for item in cell["k"]] == [int, int]
