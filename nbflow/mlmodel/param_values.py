"""The values of params: what a value must be to stand for a param of a signature, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nbflow.errors import SchemaEnforcementError, shown
from nbflow.mlmodel.data_types import DataType, Object
from nbflow.mlmodel.nested import enforce_value

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["is_moment", "param_value"]


def param_value(value: Any, dtype: DataType | Object, shape: tuple[int, ...] | None) -> Any:
    """Check the value of a param, and make it a value of plain Python.

    Whole numbers may stand for any number that is as wide, floats for doubles, and whatever numpy takes for a moment
    of time may stand for one.

    Parameters
    ----------
    value
        The value; None is of every type.
    dtype
        What it must be: of an `Object`, it is checked and given back as it is.
    shape
        None for one value, (-1,) for a list of any length.

    Raises
    ------
    SchemaEnforcementError
        If it is something else.
    """
    if shape not in {None, (-1,)}:
        raise SchemaEnforcementError(
            f"Shape must be None for scalar or dictionary value, or (-1,) for 1D array value, not {shape}."
        )
    if shape is not None:
        return [_single(item, dtype) for item in _items(value)]
    if isinstance(dtype, Object):
        enforce_value(value, dtype)
        return value
    return _single(value, dtype)


def is_moment(value: Any) -> bool:
    """Say whether a value is a date or a time, of Python or numpy."""
    import datetime as dt

    import numpy as np

    return type(value) in {dt.date, dt.datetime, np.datetime64}


def _items(value: Any) -> Sequence[Any]:
    import numpy as np

    dimensions = 0
    if isinstance(value, list | np.ndarray):
        try:
            dimensions = np.array(value).ndim
        except ValueError:  # lists of several lengths within
            dimensions = 2
    if dimensions != 1:
        found = type(value).__name__
        raise SchemaEnforcementError(
            f"Value must be a 1D array with shape (-1,), received {found} with ndim {dimensions}.",
            found=found,
            expected="list",
        )
    items: Sequence[Any] = value
    return items


def _single(value: Any, dtype: Any) -> Any:
    import numpy as np

    if value is None:
        return None
    if dtype is DataType.datetime:
        return _moment(value)
    found = type(value)
    # Told by the very class: True is no whole number, and np.float64 no float of 32 bits.
    if np.isscalar(value) and found in _accepted().get(dtype, {}):
        return _PYTHON[dtype](value)
    problem = f"Can not safely convert {found.__name__} to {dtype!r} for value {shown(value)}."
    if not np.isscalar(value):
        problem = f"Value must be a scalar for type {dtype!r}, got {shown(value)}."
    raise SchemaEnforcementError(problem, found=found.__name__, expected=repr(dtype))


def _moment(value: Any) -> Any:
    import numpy as np

    cause: Exception | None = None
    try:
        moment = np.datetime64(value).item()
    except (TypeError, ValueError) as exc:
        moment, cause = 0, exc
    if isinstance(moment, int):  # nanoseconds, too, for which Python has no class
        raise SchemaEnforcementError(
            f"Failed to convert {shown(value)} of type {type(value).__name__} to datetime. "
            "Give a date, a datetime, or a text such as '2024-05-01T12:00:00'.",
            found=type(value).__name__,
            expected="datetime",
        ) from cause
    return moment


_PYTHON: Mapping[DataType, type] = {
    DataType.boolean: bool,
    DataType.integer: int,
    DataType.long: int,
    DataType.float: float,
    DataType.double: float,
    DataType.string: str,
}


def _accepted() -> Mapping[DataType, set[type]]:
    """Give the classes whose values may stand for each type."""
    import numpy as np

    whole: set[type] = {int, np.int32, np.int64}
    return {
        DataType.boolean: {bool, np.bool_},
        DataType.integer: {int, np.int32},
        DataType.long: whole,
        DataType.float: {float, np.float32, *whole},
        DataType.double: {float, np.float32, np.float64, *whole},
        DataType.string: {str, np.str_},
    }
