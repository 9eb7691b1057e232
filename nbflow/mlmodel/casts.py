"""Which columns of pandas may stand for a column of a signature, and what becomes of them.

What is safe is done without a word: a narrower type for a wider one of the same kind, whole numbers of 32 bits for
doubles, any precision of time. What would change values is refused: 64 bits of whole number for a double (unless all
of them are 0 or 1), a double for a float, any float for a whole number, text for a number, a time with a zone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nbflow.errors import SchemaEnforcementError
from nbflow.mlmodel.data_types import DataType

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

__all__ = ["CONVERSION_ERRORS", "cast_column", "fits", "is_objects"]

# What numpy and pandas raise over values that they cannot convert.
CONVERSION_ERRORS = (ArithmeticError, AttributeError, LookupError, NotImplementedError, TypeError, ValueError)

# Of whole numbers that are longer than this, a double does not hold all. MLflow's bound: there are none of 6 bytes.
_BYTES_IN_A_DOUBLE = 6


def fits(dtype: Any, kind: DataType) -> bool:
    """Say whether a column of pandas's `dtype` stands for a column of the signature as it is, whatever it holds."""
    import pandas as pd

    if kind in {DataType.string, DataType.binary}:
        texts = isinstance(dtype, pd.StringDtype) or is_objects(dtype)
        return texts or (kind is DataType.binary and dtype.kind == "S")
    return bool(dtype == kind.to_numpy())


def is_objects(dtype: Any) -> bool:
    """Say whether a column of pandas's `dtype` holds objects of Python, of any class."""
    import numpy as np

    return isinstance(dtype, np.dtype) and dtype.kind == "O"


def cast_column(name: object, column: pd.Series[Any], kind: DataType) -> pd.Series[Any]:
    """Give a column as the signature has it.

    Parameters
    ----------
    name
        The column's name, for messages; None where it is no column but values within one.
    column
        What came.
    kind
        What the signature says of it.

    Returns
    -------
    column : Series
        The same one where nothing has to be done.

    Raises
    ------
    SchemaEnforcementError
        If it cannot be had without changing values.
    """
    import pandas as pd

    if kind not in {DataType.string, DataType.binary} and is_objects(column.dtype):
        column = column.infer_objects()
    dtype: Any = column.dtype
    # A signature made from categories says what they are, not that they are categories; the model may need those.
    if fits(dtype.categories.infer_objects().dtype if isinstance(dtype, pd.CategoricalDtype) else dtype, kind):
        return column
    why = "Can not safely convert"
    cause: Exception | None = None
    try:
        if is_objects(dtype) and kind in _FROM_OBJECTS:
            return _FROM_OBJECTS[kind](column)
        if _is_safe(column, kind):
            return column.astype(kind.to_numpy())
    except CONVERSION_ERRORS as exc:
        why, cause = "Failed to convert", exc
    raise SchemaEnforcementError(
        f"Incompatible input types{'' if name is None else f' for column {name}'}. {why} {dtype} to {kind.to_numpy()}"
        f"{'' if cause is None else f': {cause}'}. The model signature has {kind!r} there.{_hint(name, column, kind)}",
        column=name,
        found=str(dtype),
        expected=kind.name,
    ) from cause


def _objects_to_numbers(column: pd.Series[Any]) -> pd.Series[Any]:
    """Take numbers out of objects such as Decimal, or whole numbers beside None."""
    import pandas as pd

    return pd.to_numeric(column, errors="raise").astype("float64")


def _objects_to_times(column: pd.Series[Any]) -> pd.Series[Any]:
    return column.astype(DataType.datetime.to_numpy())


def _as_they_are(column: pd.Series[Any]) -> pd.Series[Any]:
    return column


# True and None stay as they are: as booleans, what is missing would be False.
_FROM_OBJECTS: dict[DataType, Callable[[pd.Series[Any]], pd.Series[Any]]] = {
    DataType.boolean: _as_they_are,
    DataType.datetime: _objects_to_times,
    DataType.double: _objects_to_numbers,
}


def _is_safe(column: pd.Series[Any], kind: DataType) -> bool:
    """Say whether no value changes with the type."""
    import pandas as pd

    dtype: Any = column.dtype
    target = kind.to_numpy()
    if target.kind == "M":
        return bool(dtype.kind == "M") and not isinstance(dtype, pd.DatetimeTZDtype)
    if dtype.kind == target.kind:
        return bool(dtype.itemsize <= target.itemsize)
    if dtype.kind == "u" and target.kind == "i":
        return bool(dtype.itemsize < target.itemsize)
    if target.kind != "f" or dtype.kind not in "iu":
        return False
    if kind is DataType.double and dtype.itemsize <= _BYTES_IN_A_DOUBLE:
        return True
    return bool(dtype == "int64" and column.isin([0, 1]).all())


def _hint(name: object, column: pd.Series[Any], kind: DataType) -> str:
    """Say what to do about it, where that is known."""
    import pandas as pd

    dtype: Any = column.dtype
    target = kind.to_numpy()
    if isinstance(dtype, pd.DatetimeTZDtype) and kind is DataType.datetime:
        return (
            " Please ensure that the input data of datetime column only contains timezone-naive datetime objects: "
            ".dt.tz_convert('UTC').dt.tz_localize(None) of it are the same moments."
        )
    if isinstance(dtype, pd.CategoricalDtype) or name is None:
        return ""
    place = f"df[{name!r}]"
    if isinstance(dtype, pd.StringDtype) and target.kind in "fiM":
        return f" Read the text first: pd.{'to_datetime' if target.kind == 'M' else 'to_numeric'}({place})."
    if kind is DataType.string:
        return f" If it is text that was read as something else, make it text again: {place}.astype(str)."
    return _number_hint(place, column, target) if {dtype.kind, target.kind} <= set("biuf") else ""


def _number_hint(place: str, column: pd.Series[Any], target: np.dtype[Any]) -> str:
    known = column.dropna()
    if len(known) == len(column):
        return f" If no value is lost by it, convert it first: {place}.astype({str(target)!r})."
    if target.kind == column.dtype.kind == "b":
        return f" Booleans of numpy cannot be missing: fill them, or give them as objects: {place}.astype(object)."
    if target.kind == "i" and bool((known % 1 == 0).all()):
        return (
            " Hint: the type mismatch is likely caused by missing values. Integer columns can not represent missing "
            "values and are therefore encoded as floats. Fill them, or save the model with a signature in which the "
            "column is double: infer it from data in which values are missing."
        )
    return ""
