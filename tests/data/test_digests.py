"""Fingerprints are those of MLflow: the ones here were given by MLflow 3.17.2 to the same data."""

from __future__ import annotations

import re
import tracemalloc
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.datasets import load_iris

from nbflow.data import from_numpy, from_pandas


def large() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "x": rng.normal(size=25_000),
            "y": rng.integers(0, 9, 25_000),
            "s": [f"s{number % 77}" for number in range(25_000)],
        }
    )


def large_with_a_gap() -> pd.DataFrame:
    frame = large()
    frame.loc[20_000, "s"] = None
    return frame


FRAMES: list[tuple[str, pd.DataFrame]] = [
    ("7dea362b", pd.DataFrame({})),
    ("7c0e46dc", pd.DataFrame(index=[1, 2])),
    ("c90e33b7", pd.DataFrame({"a": []})),
    ("c9931463", pd.DataFrame([[1, 2], [3, 4]])),
    ("1a620c9d", pd.DataFrame({"a": ["x"], 0: [1], "b": [2.0], 1: ["y"]})),
    ("ef8febe1", pd.DataFrame({"a": [1.0, np.nan]})),
    ("defee322", pd.DataFrame({"a": ["x", None]})),
    ("27d62c2e", pd.DataFrame({"a": pd.Categorical(["x", "y"])})),
    ("defee322", pd.DataFrame({"a": pd.Categorical(["x", None])})),
    ("a17ca048", pd.DataFrame({"a": pd.to_datetime(["2020-01-01"])})),
    ("d0ca2a63", pd.DataFrame({"a": pd.to_timedelta([1])})),
    ("ccc45373", pd.DataFrame({"a": pd.array([1, None], dtype="Int64")})),
    ("defee322", pd.DataFrame({"a": [{"x": 1}, {"x": 2}]})),
    ("b0b3a100", pd.DataFrame([[1, 2]], columns=["a", "a"])),
    ("1d5a0277", pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "b"), ("a", "c")]))),
    ("c3730d43", pd.DataFrame({"a": [1]}, index=["q"])),
    ("8cd96937", pd.DataFrame({"a": [1, 2]}, index=pd.date_range("2020", periods=2))),
    ("8f9eb48c", load_iris(as_frame=True).frame),
    ("d8f7371d", large()),
    ("71d1beec", large_with_a_gap()),
]


@pytest.mark.parametrize(("digest", "frame"), FRAMES)
def test_a_frame_has_the_digest_that_mlflow_gives_it(digest: str, frame: pd.DataFrame) -> None:
    assert from_pandas(frame).digest == digest


ARRAYS: list[tuple[str, Any, Any]] = [
    ("bade85fd", np.arange(6).reshape(2, 3), None),
    ("b45bdc02", np.arange(6.0).reshape(2, 3), np.array([0, 1])),
    ("f471aa71", {"b": np.arange(2), "a": np.arange(3)}, {"t": np.arange(2)}),
    ("ba511fca", np.array(1.0), None),
    ("6da7309b", np.array(["a", "bc"]), None),
    ("44ff7d04", np.array([b"a"]), None),
    ("9d310509", np.array([{}, 1], dtype=object), None),
    ("a3548949", np.array(["x", 1], dtype=object), None),
    ("c5ea6808", np.array(["2020"], dtype="M8[ns]"), None),
    ("ae4ee70e", np.array([1j]), None),
    ("db49489a", np.zeros(2, dtype=[("a", "i4")]), None),
    ("d81bba40", np.asfortranarray(np.arange(6.0).reshape(2, 3)), None),
    ("ed6b199d", np.array([True]), None),
    ("ff0f5718", np.array([1], dtype="f2"), None),
    ("2eaef453", np.array([1], dtype=">i4"), None),
    ("503e83c0", np.zeros((0, 3)), None),
    ("b0f2df41", np.ma.masked_array([1, 2], [False, True]), None),
]


@pytest.mark.parametrize(("digest", "features", "targets"), ARRAYS)
def test_arrays_have_the_digest_that_mlflow_gives_them(digest: str, features: Any, targets: Any) -> None:
    assert from_numpy(features, targets=targets).digest == digest


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": pd.arrays.SparseArray([0, 1])}),
        pd.DataFrame({"a": np.array([1], dtype="longdouble")}),
        pd.DataFrame({"a": pd.Series([], dtype=str), "b": pd.Series([], dtype="datetime64[ns]")}),
        pd.DataFrame({"\ud800" if pd.__version__ < "3" else "a": [1]}),
        pd.DataFrame({"a": [1]}, index=pd.Index([(1, "x")], tupleize_cols=False)),
        pd.DataFrame({"a": [[1], {2}, object]}),
    ],
)
def test_what_mlflow_cannot_fingerprint_has_a_digest_too(frame: pd.DataFrame) -> None:
    digest = from_pandas(frame).digest

    assert re.fullmatch(r"[0-9a-f]{8}", digest)
    assert digest == from_pandas(frame.copy()).digest


@given(hnp.arrays(hnp.scalar_dtypes(), hnp.array_shapes(max_dims=3, max_side=4)))
def test_any_array_has_a_digest_that_does_not_depend_on_its_layout(array: Any) -> None:
    assert from_numpy(array).digest == from_numpy(np.asfortranarray(array)).digest


@given(st.lists(st.floats(allow_nan=False), min_size=1), st.integers(0, 1000))
def test_another_value_has_another_digest(values: list[float], at: int) -> None:
    frame = pd.DataFrame({"x": values})
    other = frame.copy()
    other.loc[at % len(values), "x"] = values[at % len(values)] + 1 or 1.5
    changed = not frame.equals(other)

    assert (from_pandas(frame).digest != from_pandas(other).digest) == changed


def test_a_million_rows_take_little_memory() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(1_000_000, 5)), columns=list("abcde"))
    array = np.asfortranarray(rng.normal(size=(1_000_000, 5)))
    from_numpy(array[:1], targets=from_pandas(frame[:1]).df.to_numpy())  # what is imported does not count

    tracemalloc.start()
    try:
        from_pandas(frame)
        from_numpy(array, targets=array[::-1])
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak_bytes < 10_000_000  # the data have 80 million


def test_no_warning_about_names_without_an_order() -> None:
    assert from_pandas(pd.DataFrame({1: ["x"], "a": [2], (1, 2): [3.0]})).digest
