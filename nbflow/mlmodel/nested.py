"""Values within a column: lists, dictionaries, and what is in them, held against the types of a signature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbflow.errors import SchemaEnforcementError, shown
from nbflow.mlmodel.casts import cast_column
from nbflow.mlmodel.data_types import AnyType, Array, DataType, Map, Object, ValueType

__all__ = ["enforce_value", "is_missing"]


def enforce_value(value: Any, kind: ValueType, *, required: bool = True) -> Any:
    """Give a value as the signature has it; what it is made of is left as it was.

    Parameters
    ----------
    value
        What came.
    kind
        What it must be.
    required
        Whether it must be there. Where it need not, it may be missing or empty.

    Returns
    -------
    value : object
        A single value is of numpy's class, as an element of a column would be; a list stays a list and an array an
        array.

    Raises
    ------
    SchemaEnforcementError
        If it is something else.

    Examples
    --------
    >>> enforce_value([1.5, None], Array("double"))
    [1.5, nan]
    """
    if isinstance(kind, DataType):
        return _enforce_single(value, kind, required=required)
    if isinstance(kind, Array):
        return _enforce_array(value, kind, required=required)
    if isinstance(kind, Object):
        return _enforce_object(value, kind, required=required)
    if isinstance(kind, Map):
        return _enforce_map(value, kind, required=required)
    return value


def is_missing(value: Any) -> bool:
    """Say whether a single value stands for one that is not there; a list is none."""
    import pandas as pd

    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)  # noqa: PLR0124 - NaN


def _enforce_single(value: Any, kind: DataType, *, required: bool) -> Any:
    import datetime as dt

    import numpy as np
    import pandas as pd

    if not required and is_missing(value):
        return None
    if not (np.isscalar(value) or (kind is DataType.datetime and isinstance(value, dt.date | np.datetime64))):
        raise _other("scalar", value)
    try:
        return cast_column(None, pd.Series([value]), kind).iloc[0]
    except SchemaEnforcementError as exc:
        raise SchemaEnforcementError(
            f"Failed to enforce schema of data {shown(value)} with dtype {kind!r}.",
            found=type(value).__name__,
            expected=kind.name,
        ) from exc


def _enforce_array(value: Any, kind: Array, *, required: bool) -> Any:
    import numpy as np

    is_list = isinstance(value, list | np.ndarray)
    if (not required or isinstance(kind.dtype, AnyType)) and (value is None or (is_list and not len(value))):
        return value
    if not is_list:
        raise _other("list or numpy array", value)
    if not isinstance(kind.dtype, DataType):
        items = [enforce_value(item, kind.dtype, required=required) for item in value]
        return items if isinstance(value, list) else np.array(items)
    return _enforce_items(value, kind.dtype) if len(value) else value


def _enforce_items(values: Any, kind: DataType) -> Any:
    """Enforce a list of single values at once, as a column."""
    import numpy as np
    import pandas as pd

    try:
        items = pd.Series(values)
    except ValueError as exc:  # an array of more dimensions
        raise SchemaEnforcementError(f"Expected a list of {kind!r}. {exc}.", expected=f"Array({kind!r})") from exc
    column = cast_column(None, items, kind)
    # MLflow makes numpy's fixed-width text, bytes and booleans of them, and so cuts what is missing to 'n', False or
    # the like, and turns times into whole numbers. Here what is missing stays missing.
    if kind in {DataType.string, DataType.binary}:
        return _texts(values, kind)
    return column.to_numpy() if isinstance(values, np.ndarray) else column.tolist()


def _texts(values: Any, kind: DataType) -> Any:
    import numpy as np

    items = [item if is_missing(item) else _text(item, kind) for item in values]
    if isinstance(values, list):
        return items
    return np.array(items, dtype=values.dtype if values.dtype.kind in "US" else object)


def _text(item: Any, kind: DataType) -> str | bytes:
    if isinstance(item, str if kind is DataType.string else bytes):
        return item
    return str(item) if kind is DataType.string else str(item).encode()


def _enforce_object(value: Any, kind: Object, *, required: bool) -> Any:
    if not required and _is_empty(value):
        return value
    if not isinstance(value, Mapping):
        raise _other("dictionary", value)
    properties = {one.name: one for one in kind.properties}
    if missing := {name for name, one in properties.items() if one.required and name not in value}:
        raise SchemaEnforcementError(f"Missing required properties: {_set(missing)}", expected=repr(kind))
    if strange := {name for name in value if name not in properties}:
        raise SchemaEnforcementError(
            f"Invalid properties not defined in the schema found: {_set(strange)}", expected=repr(kind)
        )
    enforced = {}
    for name, child in value.items():
        try:
            enforced[name] = enforce_value(child, properties[name].dtype, required=properties[name].required)
        except SchemaEnforcementError as exc:
            expected = properties[name].dtype.to_dict()["type"]
            found = type(child).__name__
            deeper = "" if isinstance(properties[name].dtype, DataType) else f". {exc.problem}"
            problem = f"Failed to enforce schema for key `{name}`. Expected type {expected}, received type {found}"
            raise SchemaEnforcementError(f"{problem}{deeper}", found=found, expected=expected) from exc
    return enforced


def _enforce_map(value: Any, kind: Map, *, required: bool) -> Any:
    if (not required or isinstance(kind.value_type, AnyType)) and _is_empty(value):
        return value
    if not isinstance(value, Mapping):
        raise _other("a dict", value)
    if strange := {key for key in value if not isinstance(key, str)}:
        raise SchemaEnforcementError(
            f"Expected all keys in the map type data are string type. Others are: {_set(strange)}", expected=repr(kind)
        )
    return {key: enforce_value(child, kind.value_type, required=required) for key, child in value.items()}


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, Mapping) and not value)


def _other(expected: str, value: Any) -> SchemaEnforcementError:
    found = type(value).__name__
    return SchemaEnforcementError(f"Expected data to be {expected}, got {found}", found=found, expected=expected)


def _set(names: set[Any]) -> str:
    """Write names as Python writes a set, in an order that stays the same."""
    return "{" + ", ".join(shown(name) for name in sorted(names, key=repr)) + "}"
