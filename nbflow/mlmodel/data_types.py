"""What a column, or a value in it, can be: MLflow's types, with MLflow's JSON.

::

    {"type": "double"}                                                     DataType
    {"type": "array", "items": {"type": "long"}}                           Array
    {"type": "object", "properties": {"x": {"type": "long", "required": true}}}   Object of Property
    {"type": "map", "values": {"type": "string"}}                          Map, from text to one type
    {"type": "any"}                                                        AnyType
    {"type": "sparkml_vector"}                                             SparkMLVector

All of them are immutable, can be compared and hashed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeAlias

from nbflow.errors import InvalidSchemaError

if TYPE_CHECKING:
    import numpy as np

__all__ = [
    "AnyType",
    "Array",
    "DataType",
    "Map",
    "Object",
    "Property",
    "SparkMLVector",
    "ValueType",
    "as_type",
    "entry",
    "type_from_dict",
]


class DataType(Enum):
    """A type of single values. The member's value is the name that numpy has for it.

    Examples
    --------
    >>> DataType["double"], DataType.double.to_numpy()
    (double, dtype('float64'))
    """

    boolean = "bool"
    integer = "int32"
    long = "int64"
    float = "float32"
    double = "float64"
    string = "str"
    binary = "bytes"
    datetime = "datetime64[ns]"

    def __repr__(self) -> str:
        return self.name

    def to_numpy(self) -> np.dtype[Any]:
        """Give the type of numpy that holds such values."""
        import numpy as np

        return np.dtype(self.value)

    def to_pandas(self) -> np.dtype[Any]:
        """Give the type of a pandas column that holds such values: object for text and bytes."""
        import numpy as np

        return np.dtype(object if self in {DataType.string, DataType.binary} else self.value)

    def to_dict(self) -> dict[str, Any]:
        """Give the type as JSON has it."""
        return {"type": self.name}


@dataclass(frozen=True, init=False, repr=False)
class Array:
    """A list, or an array of one dimension, whose items are all of one type.

    Parameters
    ----------
    dtype
        The items' type, or the name of a `DataType`.

    Examples
    --------
    >>> Array("long").to_dict()
    {'type': 'array', 'items': {'type': 'long'}}
    """

    dtype: ValueType

    def __init__(self, dtype: ValueType | str) -> None:
        object.__setattr__(self, "dtype", as_type(dtype))

    def __repr__(self) -> str:
        return f"Array({self.dtype!r})"

    def to_dict(self) -> dict[str, Any]:
        """Give the type as JSON has it."""
        return {"type": "array", "items": self.dtype.to_dict()}


@dataclass(frozen=True, init=False, repr=False)
class SparkMLVector(Array):
    """Spark's vector of doubles: nbflow only passes on that a model of MLflow has it."""

    def __init__(self) -> None:
        super().__init__(DataType.double)

    def __repr__(self) -> str:
        return "SparkML vector"

    def to_dict(self) -> dict[str, Any]:
        """Give the type as JSON has it."""
        return {"type": "sparkml_vector"}


@dataclass(frozen=True, init=False, repr=False)
class Property:
    """One key of an `Object`.

    Parameters
    ----------
    name
        The key.
    dtype
        What stands there: a type, or the name of a `DataType`.
    required
        Whether the key must be there.
    """

    name: str
    dtype: ValueType
    required: bool

    def __init__(self, name: str, dtype: ValueType | str, required: bool = True) -> None:
        if not isinstance(name, str):
            raise InvalidSchemaError(name, f"A property's name is text, not of type {type(name).__name__}.")
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "dtype", as_type(dtype))
        object.__setattr__(self, "required", bool(required))

    def __repr__(self) -> str:
        return f"{self.name}: {self.dtype!r} ({'required' if self.required else 'optional'})"

    def to_dict(self) -> dict[str, Any]:
        """Give the property as JSON has it, by its name."""
        return {self.name: {**self.dtype.to_dict(), "required": self.required}}


@dataclass(frozen=True, init=False, repr=False)
class Object:
    """A dictionary with known keys, each of a type of its own.

    Parameters
    ----------
    properties
        The keys, at least one, each once. They are kept in the order of their names.

    Examples
    --------
    >>> Object([Property("y", "double"), Property("x", "long", required=False)])
    {x: long (optional), y: double (required)}
    """

    properties: tuple[Property, ...]

    def __init__(self, properties: Iterable[Property]) -> None:
        given = tuple(properties)
        if not given or not all(isinstance(one, Property) for one in given):
            raise InvalidSchemaError(given, "An object has at least one property, each of them a Property.")
        if doubled := [name for name, times in Counter(one.name for one in given).items() if times > 1]:
            raise InvalidSchemaError(doubled, "An object has each property once.")
        object.__setattr__(self, "properties", tuple(sorted(given, key=lambda one: one.name)))

    def __repr__(self) -> str:
        return "{" + ", ".join(map(repr, self.properties)) + "}"

    def to_dict(self) -> dict[str, Any]:
        """Give the type as JSON has it."""
        return {
            "type": "object",
            "properties": {name: of for one in self.properties for name, of in one.to_dict().items()},
        }


@dataclass(frozen=True, init=False, repr=False)
class Map:
    """A dictionary with any keys, which are text, and values that are all of one type.

    Parameters
    ----------
    value_type
        The values' type, or the name of a `DataType`.
    """

    value_type: ValueType

    def __init__(self, value_type: ValueType | str) -> None:
        object.__setattr__(self, "value_type", as_type(value_type))

    def __repr__(self) -> str:
        return f"Map(str -> {self.value_type!r})"

    def to_dict(self) -> dict[str, Any]:
        """Give the type as JSON has it."""
        return {"type": "map", "values": self.value_type.to_dict()}


@dataclass(frozen=True, repr=False)
class AnyType:
    """Anything, missing or not: nothing is checked."""

    def __repr__(self) -> str:
        return "Any"

    def to_dict(self) -> dict[str, Any]:
        """Give the type as JSON has it."""
        return {"type": "any"}


ValueType: TypeAlias = DataType | Array | Object | Map | AnyType


def as_type(given: ValueType | str) -> ValueType:
    """Give a type as it is, or the `DataType` of a name.

    Raises
    ------
    InvalidSchemaError
        If it is neither.
    """
    if isinstance(given, DataType | Array | Object | Map | AnyType):
        return given
    names = [one.name for one in DataType]
    if given in names:
        return DataType[given]
    rule = f"It is a DataType, Array, Object, Map or AnyType, or one of {', '.join(names)}."
    raise InvalidSchemaError(given, f"Unsupported type. {rule}")


def type_from_dict(given: Any) -> ValueType:
    """Read a type from what JSON has; entries that are no part of it are passed over.

    Raises
    ------
    InvalidSchemaError
        If it is none.
    """
    kind = entry(given, "type", "a type")
    if kind == "array":
        return Array(type_from_dict(entry(given, "items", "an array")))
    if kind == "object":
        properties = entry(given, "properties", "an object")
        if not isinstance(properties, Mapping):
            raise InvalidSchemaError(properties, "The properties of an object are a dictionary of types.")
        return Object(
            Property(name, type_from_dict(of), required=bool(of.get("required", True)))
            for name, of in properties.items()
        )
    if kind == "map":
        return Map(type_from_dict(entry(given, "values", "a map")))
    if kind == "any":
        return AnyType()
    return SparkMLVector() if kind == "sparkml_vector" else as_type(kind)


def entry(given: Any, key: str, what: str) -> Any:
    """Give what stands under a key that must be there.

    Raises
    ------
    InvalidSchemaError
        If what is given is no dictionary, or the key is not in it.
    """
    if not isinstance(given, Mapping) or key not in given:
        raise InvalidSchemaError(given, f"The JSON of {what} is a dictionary with the key {key!r}.")
    return given[key]
