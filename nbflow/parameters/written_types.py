"""A type that is only written, in a notebook's cell or where its names are not known: read, never run (pure)."""

from __future__ import annotations

import ast
import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any, Literal, Optional, Union

from nbflow.parameters.types import Type, type_of

__all__ = ["type_of_text"]

_NAMES: dict[str, Any] = {
    "Annotated": Annotated,
    "Any": Any,
    "Dict": dict,
    "List": list,
    "Literal": Literal,
    "Mapping": Mapping,
    "Optional": Optional,
    "Path": Path,
    "PathLike": Path,
    "Sequence": Sequence,
    "Tuple": tuple,
    "Union": Union,
    "bool": bool,
    "date": dt.date,
    "datetime": dt.datetime,
    "dict": dict,
    "float": float,
    "int": int,
    "list": list,
    "str": str,
    "tuple": tuple,
}
_ENDS = ("ge", "gt", "le", "lt")
_MAX_LENGTH = 10_000


def type_of_text(text: str) -> Type | None:
    """Read a written type.

    Parameters
    ----------
    text
        What stands behind the colon: `Optional[int]`, `Literal["a", "b"]`, `Annotated[float, Interval(ge=0, le=1)]`.

    Returns
    -------
    found : Type
        None where it says nothing that is known.
    """
    if len(text) > _MAX_LENGTH:
        return None
    try:
        return type_of(_built(ast.parse(text.strip(), mode="eval").body))
    except (SyntaxError, ValueError, TypeError, LookupError, RecursionError, MemoryError):
        return None


def _built(node: ast.expr) -> Any:
    """Build the type of names that are known and literals; anything else is a LookupError."""
    if isinstance(node, ast.Name | ast.Attribute):
        # The last part of a dotted name says what is meant: typing.Literal, dt.date.
        return _NAMES[node.id if isinstance(node, ast.Name) else node.attr]
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):  # a type in quotes
            return _built(ast.parse(node.value.strip(), mode="eval").body)
        if node.value is None or node.value is Ellipsis:
            return node.value
        raise LookupError
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return Union[_built(node.left), _built(node.right)]  # noqa: UP007 - made, not written
    if isinstance(node, ast.Subscript):
        return _subscripted(node)
    raise LookupError


def _subscripted(node: ast.Subscript) -> Any:
    outer = _built(node.value)
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if outer is Literal:
        return Literal[tuple(ast.literal_eval(part) for part in parts)]
    if outer is Annotated:
        first, *notes = parts
        return Annotated[(_built(first), *map(_note, notes))]
    inner = tuple(map(_built, parts))
    return outer[inner if len(inner) > 1 else inner[0]]


def _note(node: ast.expr) -> Any:
    """Give a note behind a type: a literal, or the ends of a range that a call such as `Ge(1)` has; else nothing."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
        called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        ends = {word.arg: _literal(word.value) for word in node.keywords if word.arg in _ENDS}
        if called.lower() in _ENDS and node.args:
            ends[called.lower()] = _literal(node.args[0])
        if called == "Range":  # nbflow's own
            ends |= dict(zip(("ge", "le"), map(_literal, node.args), strict=False))
        return SimpleNamespace(**ends)
    return _literal(node)


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError):
        return None
