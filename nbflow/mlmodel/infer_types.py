"""The types of values and of columns, found by looking at them."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from nbflow.errors import InvalidSchemaError, SchemaInferenceError, UnsupportedValueError, shown
from nbflow.mlmodel.data_types import AnyType, Array, DataType, Object, Property, ValueType
from nbflow.mlmodel.merging import merge_types
from nbflow.mlmodel.nested import is_missing
from nbflow.mlmodel.param_values import is_moment

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["infer_column", "infer_dtype", "infer_items", "infer_value"]


def infer_value(value: Any) -> ValueType | None:
    """Give the type of one value.

    Parameters
    ----------
    value
        A single value, a list, an array, or a dictionary, and so on within.

    Returns
    -------
    type : ValueType or None
        "Any" where it is missing or empty; None for an array of numpy without elements, which tells nothing.

    Raises
    ------
    SchemaInferenceError
        If it has none.

    Examples
    --------
    >>> infer_value({"ids": [1, 2], "name": "x", "note": None})
    {ids: Array(long) (required), name: string (required), note: Any (optional)}
    """
    import numpy as np

    _refuse_pydantic(value)
    if is_missing(value) or (isinstance(value, list | dict) and not value):
        return AnyType()
    if isinstance(value, dict):
        return Object(_property(name, child) for name, child in value.items())
    if isinstance(value, list | np.ndarray):
        if isinstance(value, np.ndarray) and not value.ndim:
            raise SchemaInferenceError("An array of no dimensions is neither a list nor a single value.")
        items = infer_items(value)
        return None if items is None else Array(items)
    return _single(value)


def infer_items(values: Iterable[Any]) -> ValueType | None:
    """Give the type that all values are of; None if none of them tells.

    Raises
    ------
    SchemaInferenceError
        If they have none in common.
    """
    known = list(values)
    classes = set(map(type, known))
    if len(classes) == 1 and not classes & {float, list, dict} and (kind := _of_class(*classes)):
        return kind  # what a column of texts, or any of plain values, is
    kinds = [kind for kind in map(infer_value, known) if kind is not None]
    return functools.reduce(merge_types, kinds) if kinds else None


def infer_column(column: pd.Series[Any]) -> ValueType:
    """Give the type of a column of pandas.

    Raises
    ------
    SchemaInferenceError
        If it has none.
    """
    import pandas as pd

    if column.dtype.kind == "O":
        column = column.infer_objects()
    if column.dtype.kind != "O":
        try:
            return infer_dtype(column.dtype)
        except SchemaInferenceError as exc:
            raise SchemaInferenceError(exc.problem, column.name) from exc
    try:
        kind = infer_items(column.to_list())
    except (SchemaInferenceError, InvalidSchemaError, RecursionError) as exc:
        if pd.api.types.is_string_dtype(column):
            return DataType.string
        problem = exc.problem if isinstance(exc, SchemaInferenceError) else str(exc)
        raise SchemaInferenceError(problem, column.name) from exc
    if kind is not None:
        return kind
    if pd.api.types.is_string_dtype(column):
        return DataType.string
    raise SchemaInferenceError("There is no value in it from which a type could be told.", column.name)


def infer_dtype(dtype: Any) -> DataType:
    """Give the type for a type of numpy or pandas: the one that holds all its values.

    Raises
    ------
    SchemaInferenceError
        If there is none, as for whole numbers of 64 bits without a sign.
    """
    size_bytes = getattr(dtype, "itemsize", sys.maxsize)  # sparse columns do not say
    # A type with a sign holds those without one that are half as long.
    needed = 2 * size_bytes if dtype.kind == "u" else size_bytes
    for largest, kind in _BY_KIND.get(dtype.kind, ()):
        if needed <= largest:
            return kind
    raise SchemaInferenceError(f"The type {dtype} has no counterpart in a signature: convert it first.")


_WHOLE = ((4, DataType.integer), (8, DataType.long))

# By numpy's letter: how many bytes it may have at most, and what it is then.
_BY_KIND: Mapping[str, tuple[tuple[int, DataType], ...]] = {
    "b": ((sys.maxsize, DataType.boolean),),
    "i": _WHOLE,
    "u": _WHOLE,
    "f": ((4, DataType.float), (8, DataType.double)),
    "M": ((sys.maxsize, DataType.datetime),),
    "U": ((sys.maxsize, DataType.string),),
    "S": ((sys.maxsize, DataType.binary),),
}


def _property(name: Any, value: Any) -> Property:
    kind = infer_value(value)
    if kind is None:
        raise SchemaInferenceError(f"Dictionary value must not be an empty numpy array, as {shown(name)} is.")
    if not isinstance(name, str):
        raise SchemaInferenceError(f"The keys of dictionaries must be text; {shown(name)} is not.")
    return Property(name, kind, required=not isinstance(kind, AnyType))


def _single(value: Any) -> DataType:
    kind = _of_class(type(value))
    if kind is None and is_moment(value):
        kind = DataType.datetime
    if kind is None:
        raise SchemaInferenceError(f"{shown(value)} of type {type(value).__name__} is of no type that a signature has.")
    return kind


def _of_class(cls: type) -> DataType | None:
    """Give the type of the values of a class, of the very class only."""
    return _classes().get(cls)


@functools.cache
def _classes() -> Mapping[type, DataType]:
    import numpy as np

    return {
        bool: DataType.boolean,
        np.bool_: DataType.boolean,
        int: DataType.long,
        np.int64: DataType.long,
        np.int32: DataType.integer,
        float: DataType.double,
        np.float64: DataType.double,
        np.float32: DataType.float,
        str: DataType.string,
        np.str_: DataType.string,
        object: DataType.string,
        bytes: DataType.binary,
        np.bytes_: DataType.binary,
        bytearray: DataType.binary,
    }


def _refuse_pydantic(value: Any) -> None:
    pydantic = sys.modules.get("pydantic")  # where it is not imported, nothing is of its classes
    if pydantic is not None and isinstance(value, pydantic.BaseModel):
        expected = "give what its model_dump() gives."
        raise UnsupportedValueError("the example", value, expected)
