"""What a type, as it stands behind a parameter's colon, says about its values (pure)."""

from __future__ import annotations

import datetime as dt
import os
import types
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path, PurePath
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from msgspec import Struct
from msgspec.structs import replace

from nbflow.parameters.parameter import Kind, Range

__all__ = ["Type", "type_of", "type_of_value"]

_PLAIN: dict[Any, Kind] = {
    bool: "bool",
    int: "int",
    float: "float",
    str: "str",
    Path: "path",
    PurePath: "path",
    os.PathLike: "path",
    dt.date: "date",
    dt.datetime: "datetime",
    list: "list",
    tuple: "list",
    Sequence: "list",
    dict: "dict",
    Mapping: "dict",
}
_PAIR = 2
_NUMBERS = ("int", "float")
_ITEMS = ("int", "float", "str", "bool")


class Type(Struct, frozen=True):
    """What a type says; the fields are those of `Parameter`."""

    kind: Kind = "any"
    optional: bool = False
    choices: tuple[Any, ...] = ()
    range: Range | None = None
    item: Kind = "any"
    is_tuple: bool = False
    help: str = ""


def type_of(annotation: Any) -> Type:  # noqa: PLR0911 - one for each form of a type
    """Read a type.

    Parameters
    ----------
    annotation
        What stands behind the colon, as an object: `int`, `Literal["a", "b"]`, `Annotated[float, (0, 1)]`.

    Returns
    -------
    found : Type
        Of the kind `"object"` where it is nothing that can be typed into a form.
    """
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _annotated(type_of(args[0]), args[1:])
    if origin is Union or origin is types.UnionType:
        return _union([type_of(each) for each in args if each is not type(None)], optional=type(None) in args)
    if origin is Literal:
        return Type("choice", optional=None in args, choices=tuple(each for each in args if each is not None))
    if annotation is Any:
        return Type("any", optional=True)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return Type("choice", choices=tuple(annotation))
    bare = annotation if origin is None else origin
    try:
        kind = _PLAIN.get(bare)
    except TypeError:  # something that cannot be looked up
        kind = None
    if kind is None:
        return Type("object")
    return Type(kind, item=_item(kind, args), is_tuple=bare is tuple)


def type_of_value(value: object) -> Type:
    """Tell the type by a value, such as a default."""
    if value is None:
        return Type("any", optional=True)
    if isinstance(value, Enum):
        return Type("choice", choices=tuple(type(value)))
    for cls in (bool, int, float, str, dt.datetime, dt.date, PurePath, list, tuple, dict):
        if isinstance(value, cls):
            return Type(_PLAIN[cls], is_tuple=cls is tuple)
    return Type("object")


def _item(kind: Kind, args: tuple[Any, ...]) -> Kind:
    """Say what is in a list or a dictionary: one kind, or anything."""
    inside = args[1:] if kind == "dict" else tuple(each for each in args if each is not Ellipsis)
    kinds: set[Kind] = {_PLAIN.get(each, "any") if isinstance(each, type) else "any" for each in inside}
    only: Kind = kinds.pop() if len(kinds) == 1 else "any"
    return only if only in _ITEMS else "any"


def _union(members: list[Type], *, optional: bool) -> Type:
    """Make one of several: choices put together, a number that may be whole, a path that may be text; else anything."""
    optional = optional or any(member.optional for member in members)
    kinds = {member.kind for member in members}
    if len(members) == 1:
        return replace(members[0], optional=optional)
    if kinds == {"choice"}:
        return Type("choice", optional=optional, choices=tuple(c for member in members for c in member.choices))
    if kinds <= {"int", "float"}:
        return Type("float", optional=optional)
    if kinds <= {"str", "path"}:
        return Type("path", optional=optional)
    return Type("any" if members and "object" not in kinds else "object", optional=optional)


def _annotated(found: Type, notes: tuple[Any, ...]) -> Type:
    """Add what stands behind the type: ends of a range in the forms of annotated_types, pydantic and nbflow; help."""
    for note in notes:
        if isinstance(note, str):
            found = replace(found, help=note)
            continue
        limits = _range(note)
        if limits is not None and (found.kind in _NUMBERS or found.item in _NUMBERS):
            found = replace(found, range=_narrower(found.range, limits))
    return found


def _range(note: Any) -> Range | None:
    if isinstance(note, Range):
        return note
    if isinstance(note, range) and len(note) and note.step == 1:
        return Range(note.start, note.stop - 1)
    if isinstance(note, tuple):
        fits = len(note) == _PAIR and all(end is None or _is_number(end) for end in note)
        return Range(note[0], note[1]) if fits else None
    # annotated_types' Ge, Gt, Le, Lt, Interval, and pydantic's Field, whose metadata holds these.
    ends = {name: getattr(note, name, None) for name in ("ge", "gt", "le", "lt")}
    known = {name: end for name, end in ends.items() if _is_number(end)}
    if known:
        low, high = known.get("gt", known.get("ge")), known.get("lt", known.get("le"))
        return Range(low, high, low_open="gt" in known, high_open="lt" in known)
    found = None
    inner = getattr(note, "metadata", None)
    for each in inner if isinstance(inner, list | tuple) else ():
        limits = None if each is note else _range(each)
        found = _narrower(found, limits) if limits is not None else found
    return found


def _narrower(one: Range | None, other: Range) -> Range:
    if one is None:
        return other
    low = one if other.low is None or (one.low is not None and one.low > other.low) else other
    high = one if other.high is None or (one.high is not None and one.high < other.high) else other
    return Range(low.low, high.high, low_open=low.low_open, high_open=high.high_open)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value  # noqa: PLR0124 - not NaN
