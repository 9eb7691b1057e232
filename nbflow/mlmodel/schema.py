"""What goes into a model or comes out of it: columns of a table, or tensors, with MLflow's JSON.

::

    [{"type": "double", "name": "a", "required": true}, ...]                            columns
    [{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 2]}}]         one tensor
    [{"name": "x", "type": "tensor", "tensor-spec": {...}}, ...]                        several
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import index
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from nbflow import display
from nbflow.errors import InvalidSchemaError
from nbflow.mlmodel.data_types import DataType, ValueType, as_type, entry, type_from_dict

if TYPE_CHECKING:
    import numpy as np

__all__ = ["ColSpec", "Name", "Schema", "TensorSpec", "read_json"]

# Columns of pandas are named by text, by numbers, or by tuples of these. JSON has lists in place of tuples.
Name: TypeAlias = str | int | float | bool | tuple[Any, ...]

_T = TypeVar("_T")


@dataclass(frozen=True, init=False, repr=False)
class ColSpec:
    """A column: its type, its name, and whether it must be there.

    Parameters
    ----------
    type
        A type, or the name of a `DataType`.
    name
        The column's name; None where columns are told by their position.
    required
        Whether it must be there, and no value of it missing.

    Examples
    --------
    >>> ColSpec("double", "sepal length"), ColSpec("long", "age", required=False)
    ('sepal length': double (required), 'age': long (optional))
    """

    type: ValueType
    name: Name | None
    required: bool

    def __init__(self, type: ValueType | str, name: Name | None = None, required: bool = True) -> None:  # noqa: A002 - MLflow's
        object.__setattr__(self, "type", as_type(type))
        object.__setattr__(self, "name", _name(name))
        object.__setattr__(self, "required", bool(required))

    def __repr__(self) -> str:
        named = "" if self.name is None else f"{self.name!r}: "
        return f"{named}{self.type!r} ({'required' if self.required else 'optional'})"

    def to_dict(self) -> dict[str, Any]:
        """Give the column as JSON has it."""
        named = {} if self.name is None else {"name": self.name}
        return {**self.type.to_dict(), **named, "required": self.required}

    @classmethod
    def from_dict(cls, given: Any) -> ColSpec:
        """Read a column from what JSON has.

        Raises
        ------
        InvalidSchemaError
            If it is none.
        """
        kind = type_from_dict(given)
        # Before 2.7, MLflow said what is optional.
        return cls(kind, given.get("name"), required=given.get("required", not given.get("optional", False)))


@dataclass(frozen=True, init=False, repr=False)
class TensorSpec:
    """A tensor: the type and the shape of an array.

    Parameters
    ----------
    type
        The type that numpy knows it by; of text and bytes without their length.
    shape
        How long each dimension is; -1 where it may be any length, as for the examples, which are the first.
    name
        The tensor's name, needed where there are several.

    Examples
    --------
    >>> import numpy as np
    >>> TensorSpec(np.dtype("float32"), (-1, 28, 28))
    Tensor('float32', (-1, 28, 28))
    """

    type: np.dtype[Any]
    shape: tuple[int, ...]
    name: Name | None

    def __init__(self, type: np.dtype[Any], shape: Sequence[int], name: Name | None = None) -> None:  # noqa: A002 - MLflow's
        object.__setattr__(self, "type", _tensor_type(type))
        object.__setattr__(self, "shape", _shape(shape))
        object.__setattr__(self, "name", _name(name))

    @property
    def required(self) -> bool:
        """Whether it must be there: always."""
        return True

    def __repr__(self) -> str:
        named = "" if self.name is None else f"{self.name!r}: "
        return f"{named}Tensor({self.type.name!r}, {self.shape!r})"

    def to_dict(self) -> dict[str, Any]:
        """Give the tensor as JSON has it."""
        named = {} if self.name is None else {"name": self.name}
        return {**named, "type": "tensor", "tensor-spec": {"dtype": self.type.name, "shape": self.shape}}

    @classmethod
    def from_dict(cls, given: Any) -> TensorSpec:
        """Read a tensor from what JSON has.

        Raises
        ------
        InvalidSchemaError
            If it is none.
        """
        spec = entry(given, "tensor-spec", "a tensor")
        dtype = _numpy_type(entry(spec, "dtype", "a tensor-spec"))
        return cls(dtype, entry(spec, "shape", "a tensor-spec"), given.get("name"))


@dataclass(frozen=True, init=False, repr=False)
class Schema:
    """The columns of a table, or the tensors, that a model takes or gives.

    Parameters
    ----------
    inputs
        At least one; all of them columns or all tensors; all with a name or all without. Without names, there may be
        one tensor only, and no column may be optional.

    Examples
    --------
    >>> schema = Schema([ColSpec("double", "a"), ColSpec("string", "b", required=False)])
    >>> schema
    ['a': double (required), 'b': string (optional)]
    >>> Schema.from_json(schema.to_json()) == schema
    True
    """

    inputs: tuple[ColSpec | TensorSpec, ...]

    def __init__(self, inputs: Iterable[ColSpec | TensorSpec]) -> None:
        object.__setattr__(self, "inputs", _checked(tuple(inputs)))

    def __len__(self) -> int:
        return len(self.inputs)

    def __iter__(self) -> Iterator[ColSpec | TensorSpec]:
        return iter(self.inputs)

    def __repr__(self) -> str:
        return repr(list(self.inputs))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return display.bundle(self)

    def is_tensor_spec(self) -> bool:
        """Say whether it is tensors that are described."""
        return isinstance(self.inputs[0], TensorSpec)

    def has_input_names(self) -> bool:
        """Say whether the inputs have names."""
        return self.inputs[0].name is not None

    def input_names(self) -> list[Name]:
        """Give the inputs' names; their positions where they have none."""
        return [_called(one, at) for at, one in enumerate(self.inputs)]

    def required_input_names(self) -> list[Name]:
        """Give the names, or positions, of the inputs that must be there."""
        return [_called(one, at) for at, one in enumerate(self.inputs) if one.required]

    def optional_input_names(self) -> list[Name]:
        """Give the names of the inputs that need not be there."""
        return [_called(one, at) for at, one in enumerate(self.inputs) if not one.required]

    def input_types(self) -> list[ValueType | np.dtype[Any]]:
        """Give the inputs' types."""
        return [one.type for one in self.inputs]

    def input_types_dict(self) -> dict[Name, ValueType | np.dtype[Any]]:
        """Give the inputs' types by their names.

        Raises
        ------
        InvalidSchemaError
            If they have none.
        """
        return {name: one.type for name, one in self.input_dict().items()}

    def input_dict(self) -> dict[Name, ColSpec | TensorSpec]:
        """Give the inputs by their names.

        Raises
        ------
        InvalidSchemaError
            If they have none.
        """
        if not self.has_input_names():
            raise InvalidSchemaError(self, "Its inputs have no names; `inputs` gives them in their order.")
        return {one.name: one for one in self.inputs if one.name is not None}

    def numpy_types(self) -> list[np.dtype[Any]]:
        """Give the types of numpy that hold the inputs.

        Raises
        ------
        InvalidSchemaError
            If one is a column of lists or dictionaries.
        """
        return [one.type if isinstance(one, TensorSpec) else _single(one).to_numpy() for one in self.inputs]

    def pandas_types(self) -> list[np.dtype[Any]]:
        """Give the types of pandas that hold the columns.

        Raises
        ------
        InvalidSchemaError
            If it is tensors that are described, or one is a column of lists or dictionaries.
        """
        return [_single(one).to_pandas() for one in self.inputs]

    def to_dict(self) -> list[dict[str, Any]]:
        """Give the schema as JSON has it."""
        return [one.to_dict() for one in self.inputs]

    def to_json(self) -> str:
        """Give the schema as JSON, as MLflow writes it."""
        return json.dumps(self.to_dict())

    @classmethod
    def from_dict(cls, given: Any) -> Schema:
        """Read a schema from what JSON has.

        Raises
        ------
        InvalidSchemaError
            If it is none.
        """
        if not isinstance(given, list):
            raise InvalidSchemaError(given, "The JSON of a schema is a list of columns or tensors.")
        return cls(
            TensorSpec.from_dict(one) if entry(one, "type", "an input") == "tensor" else ColSpec.from_dict(one)
            for one in given
        )

    @classmethod
    def from_json(cls, text: str) -> Schema:
        """Read a schema from JSON, as MLflow writes it.

        Raises
        ------
        InvalidSchemaError
            If it is none.
        """
        return read_json(text, cls.from_dict)


def read_json(text: str, read: Callable[[Any], _T]) -> _T:
    """Read something from JSON that anybody may have written.

    Raises
    ------
    InvalidSchemaError
        If it is no text, no JSON, or nested without end.
    """
    if not isinstance(text, str):
        raise InvalidSchemaError(text, "It is a text of JSON, as to_json gives it.")
    try:
        return read(json.loads(text))
    except InvalidSchemaError:
        raise
    except ValueError as exc:
        raise InvalidSchemaError(text, f"It is no JSON: {exc}.") from exc
    except RecursionError as exc:
        raise InvalidSchemaError(text, "It is nested too deep.") from exc


def _checked(inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    kinds = {type(one) for one in inputs}
    if len(kinds) != 1 or not kinds <= {ColSpec, TensorSpec}:
        raise InvalidSchemaError(inputs, "A schema has at least one input: ColSpec all of them, or TensorSpec.")
    unnamed = [one for one in inputs if one.name is None]
    if unnamed and len(unnamed) < len(inputs):
        raise InvalidSchemaError(inputs, "Either all inputs of a schema have a name, or none.")
    if unnamed and kinds == {TensorSpec} and len(inputs) > 1:
        raise InvalidSchemaError(inputs, "Several tensors need names.")
    if any(not one.required for one in unnamed):
        raise InvalidSchemaError(inputs, "An optional column needs a name: name all of them, or make all required.")
    return inputs


def _called(one: ColSpec | TensorSpec, at: int) -> Name:
    return at if one.name is None else one.name


def _single(one: ColSpec | TensorSpec) -> DataType:
    if not isinstance(one.type, DataType):
        raise InvalidSchemaError(one, "There is no one type of pandas for it: it is no column of single values.")
    return one.type


def _name(given: Any) -> Name | None:
    """Check a name, and take it out of numpy's types and JSON's lists."""
    if isinstance(given, tuple | list):
        return tuple(_name(part) for part in given)
    plain = given.item() if type(given).__module__ == "numpy" and hasattr(given, "item") else given
    if isinstance(plain, float) and not math.isfinite(plain):
        raise InvalidSchemaError(given, "JSON has no names that are NaN or infinite: give the column a name.")
    if plain is None or isinstance(plain, str | int | float):
        return plain
    raise InvalidSchemaError(given, f"JSON has no names of type {type(given).__name__}: rename the column to text.")


def _numpy_type(name: Any) -> np.dtype[Any]:
    import numpy as np

    # numpy reads much more than names: lists of fields, shapes, None.
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z]\w*(\[\w+\])?", name):
        raise InvalidSchemaError(name, "It is no name of a type of numpy.")
    try:
        return np.dtype(name)
    except (TypeError, ValueError) as exc:
        raise InvalidSchemaError(name, "It is no type that numpy knows.") from exc


def _tensor_type(given: Any) -> np.dtype[Any]:
    import numpy as np

    if not isinstance(given, np.dtype):
        raise InvalidSchemaError(given, 'The type of a tensor is one of numpy: np.dtype("float32").')
    if given.kind in "US" and given.itemsize:
        bare = "str" if given.kind == "U" else "bytes"
        raise InvalidSchemaError(given, f'A tensor of text or bytes has no length: use np.dtype("{bare}").')
    _numpy_type(given.name)  # what JSON could not bring back is refused now
    return given


def _shape(given: Any) -> tuple[int, ...]:
    try:
        return tuple(index(length) for length in given)
    except TypeError as exc:
        rule = "The shape of a tensor is a tuple of whole numbers, -1 for any length."
        raise InvalidSchemaError(given, rule) from exc
