"""The parameters of a function or a class, by its signature; nothing is called."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from nbflow.errors import UnsupportedValueError
from nbflow.parameters.docs import parameter_help
from nbflow.parameters.parameter import NO_DEFAULT, Parameter
from nbflow.parameters.types import Type, type_of, type_of_value
from nbflow.parameters.values import Unfit, fitted
from nbflow.parameters.written_types import type_of_text

__all__ = ["from_function", "parameter_of"]

_GATHERED = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_ANNOTATION_LENGTH = 120


def from_function(function: Callable[..., Any]) -> tuple[Parameter, ...]:
    """Read the parameters of a function.

    Parameters
    ----------
    function
        A function, a method or a class. `*args` and `**kwargs` are passed over. What its annotations do not say, its
        defaults do; what is written about a parameter in its docstring is help.

    Returns
    -------
    parameters : tuple of Parameter
        In their order.

    Raises
    ------
    UnsupportedValueError
        If it is none, or has no signature, as some that are written in C.
    """
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError) as exc:
        expected = "give a function or a class whose signature Python knows, or the path of a notebook."
        raise UnsupportedValueError("the function", function, expected) from exc
    documented = parameter_help(inspect.getdoc(function))
    if inspect.isclass(function):
        documented = parameter_help(inspect.getdoc(function.__init__)) | documented
    hints = _hints(function)
    return tuple(
        parameter_of(
            name,
            _type(hints.get(name, each.annotation)),
            NO_DEFAULT if each.default is each.empty else each.default,
            help=documented.get(name, ""),
            annotation=_shown(each.annotation),
        )
        for name, each in signature.parameters.items()
        if each.kind not in _GATHERED
    )


def parameter_of(
    name: str,
    found: Type | None,
    default: Any,
    *,
    help: str = "",  # noqa: A002 - the field of Parameter
    annotation: str = "",
) -> Parameter:
    """Make a parameter of what is known of its type, None for nothing, and its default.

    A default that its type does not allow is believed rather than the type.
    """
    if found is None:
        found = Type() if default is NO_DEFAULT else type_of_value(default)
    made = Parameter(
        name,
        found.kind,
        NO_DEFAULT,
        optional=found.optional,
        help=help or found.help,
        choices=found.choices,
        range=found.range,
        item=found.item,
        is_tuple=found.is_tuple,
        annotation=annotation,
    )
    if default is NO_DEFAULT:
        return made
    if default is None:
        return replace(made, default=None, optional=True)
    try:
        return replace(made, default=fitted(made, default))
    except Unfit:
        other = type_of_value(default)
        return replace(
            made,
            kind=other.kind,
            default=default,
            choices=other.choices,
            range=None,
            item="any",
            is_tuple=other.is_tuple,
        )


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    """Resolve annotations that are texts; where one cannot be, each is read as it is written."""
    target: Any = function.__init__ if inspect.isclass(function) else function
    try:
        return typing.get_type_hints(target, include_extras=True)
    except Exception:  # noqa: BLE001 - resolving runs the user's expressions
        return {}


def _type(annotation: Any) -> Type | None:
    if annotation is inspect.Parameter.empty:
        return None
    if isinstance(annotation, str):
        return type_of_text(annotation) or Type("object")
    return type_of(annotation)


def _shown(annotation: Any) -> str:
    if annotation is inspect.Parameter.empty:
        return ""
    try:
        text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    except Exception:  # noqa: BLE001 - it calls the repr of anything
        return ""
    return text if len(text) <= _ANNOTATION_LENGTH else f"{text[:_ANNOTATION_LENGTH]}…"
