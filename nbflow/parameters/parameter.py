"""A parameter: its name, what its value may be, and what it is without one (pure)."""

from __future__ import annotations

from enum import Enum
from typing import Any, Final, Literal, TypeAlias

from msgspec import Struct

__all__ = ["NO_DEFAULT", "Computed", "Kind", "Parameter", "Range", "label", "rule"]

Kind: TypeAlias = Literal[
    "int", "float", "str", "bool", "path", "date", "datetime", "list", "dict", "choice", "any", "object"
]

_LISTED = 12
_LABEL_LENGTH = 80


class _NoDefault(Enum):
    NO_DEFAULT = "NO_DEFAULT"

    def __repr__(self) -> str:
        return "NO_DEFAULT"


NO_DEFAULT: Final = _NoDefault.NO_DEFAULT
"""Stands where a parameter has no default: None is one."""

_WORDS: dict[str, str] = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "True or False",
    "path": "a path",
    "date": "a date such as 2026-11-24",
    "datetime": "a date and time such as 2026-11-24 13:05",
    "list": "a list, such as [1, 2]",
    "dict": 'a dictionary, such as {"a": 1}',
    "any": "a literal of Python, or else text",
    "object": "an object of Python",
}
_ITEMS = {
    "int": "a list of whole numbers, such as [1, 2]",
    "float": "a list of numbers, such as [0.1, 2]",
    "str": 'a list of texts, such as ["a", "b"]',
    "bool": "a list of truths, such as [true, false]",
}


class Computed(Struct, frozen=True):
    """The default of a notebook's parameter that only running its cell would tell: the code."""

    code: str

    def __repr__(self) -> str:
        return self.code


class Range(Struct, frozen=True):
    """How small and how large a number may be.

    Parameters
    ----------
    low, high
        The ends; None for none.
    low_open, high_open
        Whether the end itself is outside.
    """

    low: int | float | None = None
    high: int | float | None = None
    low_open: bool = False
    high_open: bool = False

    def holds(self, value: float) -> bool:
        """Say whether a number is in it; NaN is in no range."""
        above = self.low is None or (value > self.low if self.low_open else value >= self.low)
        below = self.high is None or (value < self.high if self.high_open else value <= self.high)
        return above and below

    def __str__(self) -> str:
        low = None if self.low is None else f"{'above' if self.low_open else 'at least'} {self.low}"
        high = None if self.high is None else f"{'below' if self.high_open else 'at most'} {self.high}"
        if low and high and not self.low_open and not self.high_open:
            return f"from {self.low} to {self.high}"
        return " and ".join(part for part in (low, high) if part)


class Parameter(Struct, frozen=True):
    """A parameter.

    Parameters
    ----------
    name
        Its name.
    kind
        What its value is: `"choice"` is one of `choices`; `"any"` a literal or text, where nothing is said of its
        type; `"object"` what only Python can give.
    default
        Its value where none is given; `NO_DEFAULT` where one must be given.
    optional
        Whether None is a value of it.
    help
        What somebody wrote about it.
    choices
        The values of a choice: anything, enum members among them.
    range
        How small and large a number, or each number of a list, may be; None for any.
    item
        What the items of a list, or the values of a dictionary, are.
    is_tuple
        Whether a list is given as a tuple.
    annotation
        What the source says of its type, to be shown; `""` for nothing.
    """

    name: str
    kind: Kind = "any"
    default: Any = NO_DEFAULT
    optional: bool = False
    help: str = ""
    choices: tuple[Any, ...] = ()
    range: Range | None = None
    item: Kind = "any"
    is_tuple: bool = False
    annotation: str = ""

    @property
    def required(self) -> bool:
        """Whether a value must be given."""
        return self.default is NO_DEFAULT


def rule(parameter: Parameter) -> str:
    """Say what a parameter's value is: `"a whole number from 1 to 20"`."""
    if parameter.kind == "choice":
        labels = [label(choice) for choice in parameter.choices]
        more = f" and {len(labels) - _LISTED:,} more" if len(labels) > _LISTED else ""
        words = f"one of {', '.join(labels[:_LISTED])}{more}"
    elif parameter.kind == "list" and parameter.item in _ITEMS:
        words = _ITEMS[parameter.item]
    else:
        words = _WORDS[parameter.kind]
    if parameter.range is not None:
        inside = str(parameter.range)
        words = f"{words}, each {inside}" if parameter.kind == "list" else f"{words} {inside}"
    return f"{words}, or None" if parameter.optional and parameter.kind != "bool" else words


def label(choice: object) -> str:
    """Name a choice: texts as they are, members of an enum by their name, others as Python writes them."""
    text = choice.name if isinstance(choice, Enum) else choice if isinstance(choice, str) else repr(choice)
    return text if len(text) <= _LABEL_LENGTH else f"{text[:_LABEL_LENGTH]}…"
