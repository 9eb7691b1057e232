"""The one type that two values are of."""

from __future__ import annotations

from nbflow.errors import SchemaInferenceError
from nbflow.mlmodel.data_types import AnyType, Array, Map, Object, Property, ValueType

__all__ = ["merge_types"]


def merge_types(first: ValueType, second: ValueType) -> ValueType:
    """Give the type that both values are of.

    "Any" is what a missing or empty value is of: it goes with everything, and makes the keys of a dictionary
    optional. A key that only one dictionary has is optional, too.

    Raises
    ------
    SchemaInferenceError
        If they have no type in common.

    Examples
    --------
    >>> from nbflow.mlmodel.data_types import DataType
    >>> merge_types(Array("long"), Array(AnyType())), merge_types(AnyType(), DataType.string)
    (Array(long), string)
    """
    if isinstance(first, AnyType) and not isinstance(second, AnyType):
        return merge_types(second, first)
    if isinstance(second, AnyType):
        return Object(_optional(one) for one in first.properties) if isinstance(first, Object) else first
    if first == second:
        return first
    if isinstance(first, Array) and isinstance(second, Array):
        return Array(merge_types(first.dtype, second.dtype))
    if isinstance(first, Map) and isinstance(second, Map):
        return Map(merge_types(first.value_type, second.value_type))
    if isinstance(first, Object) and isinstance(second, Object):
        return _merge_objects(first, second)
    raise SchemaInferenceError(
        f"Expected all values in the list to be of the same type; {first!r} and {second!r} are among them. To let them "
        "be of several types, make the signature by hand, with AnyType() there."
    )


def _merge_objects(first: Object, second: Object) -> Object:
    ours = {one.name: one for one in first.properties}
    theirs = {one.name: one for one in second.properties}
    return Object(
        Property(
            name,
            merge_types(ours[name].dtype, theirs[name].dtype),
            required=ours[name].required and theirs[name].required,
        )
        if name in ours and name in theirs
        else _optional(ours.get(name) or theirs[name])
        for name in {**ours, **theirs}
    )


def _optional(one: Property) -> Property:
    return Property(one.name, one.dtype, required=False)
