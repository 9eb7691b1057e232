"""Python lists to pandas arrays of the types that `search_runs` promises, 100,000 values at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from nbflow.store.texts import Texts

__all__ = ["Order", "Values", "numbers", "strings", "times", "without_surrogates"]

Values = Sequence[Any] | np.ndarray[Any, Any] | Texts
Order = np.ndarray[Any, Any] | None

_PANDAS_3 = int(pd.__version__.partition(".")[0]) >= 3  # noqa: PLR2004
_TIME_UNIT = "us" if _PANDAS_3 else "ns"
# What pandas and the standard library can both hold: the years 1 to 9999; in nanoseconds 1678 to 2261.
_FIRST_MS = -62_135_596_800_000 if _PANDAS_3 else -9_214_560_000_000
_LAST_MS = 253_402_300_799_999 if _PANDAS_3 else 9_214_646_400_000
_NAT = np.iinfo(np.int64).min


def strings(values: Values, order: Order = None) -> Any:
    """Make a column of text: `str` on pandas 3, `object` on pandas 2.

    Parameters
    ----------
    values
        `str`, or None for missing; or `Texts`. A lone surrogate, which no file of pandas' could hold, becomes `?`.
    order
        Which of the values stands in each row; None is all, as they are.

    Returns
    -------
    column : ExtensionArray or ndarray of object, shape (n,)
        Missing is NaN in `str`, None in `object`.
    """
    dtype = pd.Series(["a"]).dtype  # what this pandas, with its options, makes of text
    if isinstance(values, Texts):
        if isinstance(dtype, pd.StringDtype) and dtype.storage == "pyarrow":
            return _from_arrow(_arrow(values), order, dtype)
        values = values.to_list()
    if not isinstance(dtype, pd.StringDtype):
        return _ordered(_objects(values), order)
    try:
        return _string_array(values, order, dtype)
    except UnicodeEncodeError:
        clean = [None if value is None else without_surrogates(value) for value in values]
        return _string_array(clean, order, dtype)


def times(values: Values) -> pd.DatetimeIndex:
    """Make a column of times, UTC: microseconds on pandas 3, nanoseconds on pandas 2.

    Parameters
    ----------
    values
        Integer milliseconds since the epoch; missing is None or NaN.

    Returns
    -------
    column : DatetimeIndex, shape (n,)
        Missing is NaT, and so is a time that pandas cannot hold (before the year 1, after 9999).
    """
    ms = _milliseconds(values)
    ms[(ms < _FIRST_MS) | (ms > _LAST_MS)] = _NAT
    return pd.DatetimeIndex(ms.view("datetime64[ms]").astype(f"datetime64[{_TIME_UNIT}]"), tz="UTC")


def numbers(values: Values) -> np.ndarray[Any, Any]:
    """Make a column of numbers.

    Parameters
    ----------
    values
        Numbers, or None for missing.

    Returns
    -------
    column : ndarray of float64, shape (n,)
        Missing is NaN.
    """
    return np.array(values, dtype=np.float64)


def without_surrogates(text: str) -> str:
    """Put `?` for each lone surrogate: pandas' text is UTF-8, which has none."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _objects(values: Values) -> np.ndarray[Any, Any]:
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def _ordered(column: Any, order: Order) -> Any:
    return column if order is None else column[order]


def _string_array(values: Values, order: Order, dtype: pd.StringDtype) -> Any:
    if dtype.storage != "pyarrow":
        return pd.array(_ordered(_objects(values), order), dtype=dtype)
    import pyarrow as pa

    # Three times as fast as pd.array, which looks at each value in Python; and Arrow orders bytes, not objects.
    return _from_arrow(pa.array(values, type=pa.large_string(), from_pandas=True), order, dtype)


def _arrow(texts: Texts) -> Any:
    import pyarrow as pa

    missing = texts.missing
    there = pa.py_buffer(np.packbits(~missing, bitorder="little")) if missing.any() else None
    return pa.LargeStringArray.from_buffers(len(texts), pa.py_buffer(texts.offsets), pa.py_buffer(texts.data), there)


def _from_arrow(column: Any, order: Order, dtype: pd.StringDtype) -> Any:
    make: Any = dtype  # pandas-stubs know nothing of it
    return make.__from_arrow__(column if order is None else column.take(order))


def _milliseconds(values: Values) -> np.ndarray[Any, Any]:
    column = np.array(values)  # a copy: the caller's array stays as it is
    if column.dtype.kind == "i":
        return column.astype(np.int64, copy=False)
    missing = np.asarray(pd.isna(column))
    column[missing] = 0
    ms = column.astype(np.int64)
    ms[missing] = _NAT
    return ms
