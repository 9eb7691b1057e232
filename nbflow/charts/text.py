"""Names and values as texts of a chart: of a bearable length, without what no SVG may hold, and never as code.

A name stands nowhere but in a title or in a value: fields are called c0, c1 ... Vega-Lite writes the titles of channels
into expressions of its own (for tooltips and for screen readers) and quotes the quotation marks in them, but not the
backslashes: those are doubled here. A title of an axis or a legend is text in any case.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence

__all__ = ["clean", "count", "distinct", "spoken"]

_TITLE = 80
# Control characters, lone surrogates, and what ends a line of JavaScript.
_UNSHOWN = frozenset({"Cc", "Cs", "Zl", "Zp"})
# What every object of JavaScript has: as a title, Vega takes such a word for an operator of its own, and draws nothing.
_TAKEN = frozenset(
    {
        "__defineGetter__",
        "__defineSetter__",
        "__lookupGetter__",
        "__lookupSetter__",
        "__proto__",
        "constructor",
        "hasOwnProperty",
        "isPrototypeOf",
        "propertyIsEnumerable",
        "toLocaleString",
        "toString",
        "valueOf",
    }
)


def clean(text: object, limit: int = _TITLE) -> str:
    """Give a text as it can stand in a chart: on one line, with no control characters, cut to a length."""
    line = str(text)[: limit + 1]
    line = "".join(" " if unicodedata.category(c) in _UNSHOWN or c in "\ufffe\uffff" else c for c in line)
    if line in _TAKEN:
        return f"{line} "
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def spoken(title: object) -> str:
    """Give a title for a channel or a tooltip, as which Vega-Lite makes it part of an expression."""
    return clean(title).replace("\\", "\\\\")


def distinct(names: Sequence[str], ids: Sequence[str], limit: int = 40) -> list[str]:
    """Give names that differ: what several are called, or are cut to, gets the end of an id behind it."""
    short = [clean(name, limit) for name in names]
    often = Counter(short)
    return [name if often[name] == 1 else f"{name} · {_end(ident)}" for name, ident in zip(short, ids, strict=True)]


def count(n: int, noun: str, plural: str | None = None) -> str:
    """Give `"1 run"`, `"2 runs"`, `"1,200 runs"`."""
    return f"{n:,} {noun if n == 1 else plural or f'{noun}s'}"


def _end(ident: str) -> str:
    # The beginning of an id is the time: runs that were started together share it.
    return ident[-8:]
