"""Values held against parameters (pure)."""

from __future__ import annotations

import datetime as dt
import operator
import os
import re
from collections.abc import Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from nbflow.errors import InvalidInputError, InvalidParametersError, did_you_mean
from nbflow.parameters.parameter import Parameter, rule

__all__ = ["Unfit", "checked", "fitted", "with_defaults"]

_HALF = re.compile("[\ud800-\udfff]")
_DEPTH = 50


class Unfit(Exception):  # noqa: N818 - never leaves the package
    """A value does not fit; the text says what it must be, as a whole sentence."""


def checked(parameter: Parameter, value: Any) -> Any:
    """Hold a value against a parameter.

    Parameters
    ----------
    parameter
        What it must be.
    value
        A value of Python. numpy's numbers are taken for Python's, whole numbers for numbers, text for a path, a date or
        a member of an enum.

    Returns
    -------
    value : object
        The value as the parameter has it.

    Raises
    ------
    InvalidParametersError
        If it does not fit.
    """
    try:
        return fitted(parameter, value)
    except Unfit as exc:
        raise InvalidParametersError({parameter.name: (value, str(exc))}) from None


def with_defaults(
    parameters: Iterable[Parameter], defaults: Mapping[str, Any], what: str = "the parameters"
) -> tuple[Parameter, ...]:
    """Give parameters other defaults.

    Parameters
    ----------
    parameters
        The parameters.
    defaults
        Values by name.
    what
        Whose parameters they are, for messages.

    Raises
    ------
    InvalidInputError
        If there is no parameter of a name.
    InvalidParametersError
        If values do not fit; it names all of them.
    """
    known = {each.name: each for each in parameters}
    problems = {}
    for name, value in defaults.items():
        if name not in known:
            names = ", ".join(list(known)[:20]) or "none"
            said = f"{what[0].upper()}{what[1:]} have no parameter of that name{did_you_mean(name, known) or '.'}"
            raise InvalidInputError("the name of a parameter", name, f"{said} There are: {names}.")
        try:
            known[name] = replace(known[name], default=fitted(known[name], value))
        except Unfit as exc:
            problems[name] = (value, str(exc))
    if problems:
        raise InvalidParametersError(problems)
    return tuple(known.values())


def fitted(parameter: Parameter, value: Any) -> Any:
    """Give a value as a parameter has it.

    Raises
    ------
    Unfit
        If it does not fit.
    """
    if value is None:
        if parameter.optional or parameter.kind in ("any", "object"):
            return None
        raise _unfit(parameter)
    if parameter.kind == "choice":
        return _chosen(parameter, value)
    found = _of_kind(parameter.kind, parameter, value)
    if parameter.kind == "list":
        found = [_of_item(parameter, each) for each in found]
        return tuple(found) if parameter.is_tuple else found
    if parameter.kind == "dict" and parameter.item != "any":
        return {key: _of_kind(parameter.item, parameter, each) for key, each in found.items()}
    if parameter.range is not None and parameter.kind in ("int", "float") and not parameter.range.holds(found):
        raise _unfit(parameter)
    return found


def _of_item(parameter: Parameter, value: Any) -> Any:
    found = _of_kind(parameter.item, parameter, value)
    numbers = parameter.item in ("int", "float")
    if numbers and parameter.range is not None and not parameter.range.holds(found):
        raise _unfit(parameter)
    return found


def _of_kind(kind: str, parameter: Parameter, value: Any) -> Any:  # noqa: C901, PLR0911 - one for each kind
    if kind == "bool" and (isinstance(value, bool) or type(value).__name__ in ("bool_", "bool")):
        return bool(value)
    if kind in ("int", "float") and not isinstance(value, bool):
        return _whole(parameter, value) if kind == "int" else _number(parameter, value)
    if kind == "str" and isinstance(value, str):
        if _HALF.search(value):
            raise Unfit("It holds half of a character, which no file and no browser can.")
        return str(value)
    if kind == "path" and isinstance(value, str | os.PathLike):
        return _path(parameter, value)
    if kind == "datetime":
        return _moment(parameter, value)
    if kind == "date":
        return _day(parameter, value)
    if kind == "list" and isinstance(value, list | tuple):
        return list(value)
    if kind == "dict" and isinstance(value, Mapping):
        return dict(value)
    if kind in ("any", "object"):
        return value
    raise _unfit(parameter)


def _whole(parameter: Parameter, value: Any) -> int:
    try:
        return operator.index(value)
    except TypeError:
        raise _unfit(parameter) from None


def _number(parameter: Parameter, value: Any) -> float:
    # numpy's numbers have __float__, as text has not; arrays have it too, and a shape.
    if getattr(value, "shape", ()) != () or not hasattr(type(value), "__float__"):
        try:
            value = operator.index(value)
        except TypeError:
            raise _unfit(parameter) from None
    try:
        return float(value)
    except OverflowError:
        raise Unfit("It is larger than a number of Python's float can be, about 1.8e308.") from None
    except (TypeError, ValueError):
        raise _unfit(parameter) from None


def _path(parameter: Parameter, value: Any) -> Path:
    text = os.fspath(value)
    if not isinstance(text, str) or not text:
        raise _unfit(parameter)
    if "\0" in text or _HALF.search(text):
        raise Unfit("It holds a character that no path can have.")
    return value if isinstance(value, Path) else Path(text)


def _day(parameter: Parameter, value: Any) -> dt.date:
    try:
        found = dt.date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise _unfit(parameter) from None
    if not isinstance(found, dt.date) or isinstance(found, dt.datetime):
        raise _unfit(parameter)
    return found


def _moment(parameter: Parameter, value: Any) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise _unfit(parameter) from None
    if not isinstance(found, dt.datetime):
        raise _unfit(parameter)
    return found


def _chosen(parameter: Parameter, value: Any) -> Any:
    """Find a choice: the value itself; of an enum also its name, or its value. True is not 1."""
    for choice in parameter.choices:
        if type(choice) is type(value) and choice == value:
            return choice
    for attribute in ("name", "value"):
        for choice in parameter.choices:
            if isinstance(choice, Enum):
                own = getattr(choice, attribute)
                if type(own) is type(value) and own == value:
                    return choice
    raise _unfit(parameter)


def _unfit(parameter: Parameter) -> Unfit:
    return Unfit(f"It is {rule(parameter)}.")
