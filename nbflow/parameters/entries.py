"""What is typed into a field, and what is meant by it (pure).

An entry is what JSON can carry without loss between a field and Python: the text of a number, a date, a path, a list or
a dictionary; the truth of a check box; the place of a choice; None for None. So a whole number of 400 digits and NaN
come through a browser as they are.
"""

from __future__ import annotations

import ast
import datetime as dt
import json
import re
from typing import Any, TypeAlias

from nbflow.parameters.parameter import Parameter, rule
from nbflow.parameters.values import Unfit, fitted

__all__ = ["Entry", "enter", "read_entry", "unfit_of"]

Entry: TypeAlias = str | bool | int | None

_WHOLE = re.compile(r"[+-]?\d+(_\d+)*", re.ASCII)
_NUMBER = re.compile(
    r"[+-]?(\d+(_\d+)*\.?(\d+(_\d+)*)?|\.\d+(_\d+)*)(e[+-]?\d+)?|[+-]?inf(inity)?|nan",
    re.ASCII | re.IGNORECASE,
)
_MAX_LENGTH = 1_000_000
_MAX_DIGITS = 4_000  # Python reads no longer ones
_BROKEN = (ValueError, TypeError, SyntaxError, RecursionError, MemoryError)


def enter(parameter: Parameter, value: Any) -> Entry:  # noqa: PLR0911 - one for each kind
    """Give the entry that means a value.

    Parameters
    ----------
    parameter
        The parameter.
    value
        A value that fits it: from `checked`.

    Raises
    ------
    Unfit
        If no entry can mean it: an object, or a list that holds one.
    """
    if value is None:
        return None
    kind = parameter.kind
    if kind == "bool":
        return bool(value)
    if kind == "choice":
        return next(i for i, each in enumerate(parameter.choices) if each is value or _same(each, value))
    if kind in ("list", "dict"):
        text = _written(list(value) if kind == "list" else value)
        if text is None:
            raise Unfit("It holds what cannot be written as JSON. Give it in code, not in the form.")
        return text
    if kind == "any":
        return _entered_any(value)
    if kind == "object":
        raise Unfit("It is an object that no field can show. Give it in code.")
    if isinstance(value, dt.datetime):
        return value.isoformat(" ")
    return repr(value) if kind in ("int", "float") else str(value)


def read_entry(parameter: Parameter, entry: Any) -> Any:
    """Give the value that an entry means.

    Parameters
    ----------
    parameter
        The parameter.
    entry
        What came from a field, or from anybody.

    Returns
    -------
    value : object
        A value that fits.

    Raises
    ------
    Unfit
        If it means none.
    """
    kind = parameter.kind
    if entry is None or kind == "object":
        return fitted(parameter, None)
    if kind == "bool":
        return fitted(parameter, entry)
    if kind == "choice":
        if isinstance(entry, bool) or not isinstance(entry, int) or not 0 <= entry < len(parameter.choices):
            raise Unfit(f"It is {rule(parameter)}.")
        return parameter.choices[entry]
    if not isinstance(entry, str):
        raise Unfit(f"It is {rule(parameter)}.")
    if len(entry) > _MAX_LENGTH:
        raise Unfit(f"It has {len(entry):,} characters; a field takes {_MAX_LENGTH:,}. Give it in code.")
    return fitted(parameter, _meant(parameter, entry))


def unfit_of(parameter: Parameter, entry: Any) -> str | None:
    """Say what is wrong with an entry, as a sentence; None for nothing."""
    try:
        read_entry(parameter, entry)
    except Unfit as exc:
        return str(exc)
    return None


def _meant(parameter: Parameter, text: str) -> Any:
    kind, bare = parameter.kind, text.strip()
    if kind == "int":
        if not _WHOLE.fullmatch(bare):
            raise Unfit(f"It is {rule(parameter)}.")
        if len(bare) > _MAX_DIGITS:
            raise Unfit(f"It has more than {_MAX_DIGITS:,} digits. Give it in code.")
        return int(bare)
    if kind == "float":
        if not _NUMBER.fullmatch(bare):
            raise Unfit(f"It is {rule(parameter)}.")
        found = float(bare)
        if found in (float("inf"), float("-inf")) and bare[-1].isdigit():
            raise Unfit("It is larger than a number of Python's float can be, about 1.8e308.")
        return found
    if kind in ("date", "datetime"):
        return bare
    if kind in ("list", "dict"):
        return _parsed(parameter, bare)
    return _any(text) if kind == "any" else text


def _parsed(parameter: Parameter, text: str) -> Any:
    try:
        return json.loads(text)
    except _BROKEN as exc:
        where = ""
        if isinstance(exc, json.JSONDecodeError):
            where = f" It is no JSON at line {exc.lineno}, character {exc.colno}."
        raise Unfit(f"It is {rule(parameter)}, as JSON.{where}") from None


def _any(text: str) -> Any:
    try:
        return ast.literal_eval(text.strip())
    except _BROKEN:
        return text


def _entered_any(value: Any) -> str:
    if isinstance(value, str) and _any(value) == value and isinstance(_any(value), str):
        return value
    text = repr(value)
    try:
        if _same(ast.literal_eval(text), value):
            return text
    except _BROKEN:
        pass
    raise Unfit("It is no literal of Python. Give it in code, not in the form.")


def _written(value: Any) -> str | None:
    """Write JSON that says the same; None where none does."""
    try:
        text = json.dumps(value, ensure_ascii=False)
        return text if _same(json.loads(text), value) else None
    except _BROKEN:
        return None


def _same(one: Any, other: Any) -> bool:
    """Say whether two values are the same, NaN too, and True not 1; a tuple within is taken for a list."""
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(_same(one[key], other[key]) for key in one)
    return type(one) is type(other) and (one == other or (one != one and other != other))  # noqa: PLR0124
