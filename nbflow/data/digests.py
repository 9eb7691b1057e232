"""Short fingerprints of data: the same as MLflow 3 gives to the same data, so that runs of both can be compared.

A fingerprint sees the first 10,000 rows and the number of all, so it is quick for any size. Of a DataFrame it sees
the index, the names of all columns, and the columns of numbers and of text; of arrays their first elements and
their shapes.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

__all__ = ["numpy_digest", "pandas_digest"]

_MAX_ROWS = 10_000
_DIGITS = 8
_SHORTER = {"g": "d", "G": "D"}


def pandas_digest(frame: pd.DataFrame) -> str:
    """Fingerprint a DataFrame.

    Returns
    -------
    digest : str
        8 hex digits.
    """
    import pandas as pd

    kept = _text_and_numbers(frame)
    try:
        rows = pd.util.hash_pandas_object(kept)
    except (TypeError, ValueError):  # sparse columns and extended precision have no hash in pandas
        rows = pd.util.hash_pandas_object(kept.astype(str))
    names = (str(name).encode("utf-8", "surrogatepass") for name in frame.columns)
    return _digest([_bytes(rows.to_numpy()), _integer(len(frame)), *names])


def numpy_digest(features: Any, targets: Any = None) -> str:
    """Fingerprint arrays.

    Parameters
    ----------
    features, targets
        An array or a mapping of names to arrays; targets may be None.

    Returns
    -------
    digest : str
        8 hex digits.
    """
    parts: list[bytes] = []
    for arrays in (features, targets):
        if arrays is None:
            continue
        members = [arrays[name] for name in sorted(arrays)] if isinstance(arrays, Mapping) else [arrays]
        for array in members:
            parts.append(_array(array))
            parts.extend(_integer(length) for length in array.shape)
    return _digest(parts)


def _digest(parts: Iterable[bytes]) -> str:
    md5 = hashlib.md5(usedforsecurity=False)
    for part in parts:
        md5.update(part)
    return md5.hexdigest()[:_DIGITS]


def _text_and_numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """Take the first rows of the columns that are text in every row, or numbers, in MLflow's order."""
    import numpy as np

    head = frame.head(_MAX_ROWS)
    text = head.columns[[_is_text(frame.iloc[:, at]) for at in range(frame.shape[1])]]
    numbers = head.select_dtypes(include=[np.number]).columns
    with warnings.catch_warnings():
        # Names of mixed types have no order, and pandas would say so to somebody who never asked for one.
        warnings.simplefilter("ignore", RuntimeWarning)
        return head[text.union(numbers)]


def _is_text(column: pd.Series[Any]) -> bool:
    """Tell whether every value is a `str`; so, as in MLflow, are the values of a column without rows."""
    import pandas as pd

    dtype = column.dtype
    if column.empty:
        return True
    if isinstance(dtype, pd.StringDtype):
        return not column.hasnans
    if isinstance(dtype, pd.CategoricalDtype):
        return not column.hasnans and _is_text(pd.Series(dtype.categories))
    # The first value tells of most columns; the others are asked as plain objects, which is fast.
    return dtype.kind in "OU" and type(column.iloc[0]) is str and set(map(type, column.to_numpy(dtype=object))) == {str}


def _array(array: npt.NDArray[Any]) -> bytes:
    import numpy as np
    import pandas as pd

    # Not flatten(), which copies all of it. What is masked counts as masked; other subclasses are arrays.
    first = (array if isinstance(array, np.ma.MaskedArray) else np.asarray(array)).flat[:_MAX_ROWS]
    if first.dtype.char in _SHORTER:  # extended precision, which pandas does not hash
        first = first.astype(_SHORTER[first.dtype.char])
    try:
        return _bytes(np.asarray(pd.util.hash_array(first)))
    except TypeError:  # records, for one
        return _integer(first.size)


def _bytes(hashes: npt.NDArray[np.integer[Any]]) -> bytes:
    return hashes.astype("<u8").tobytes()


def _integer(value: int) -> bytes:
    return value.to_bytes(8, "little", signed=True)
