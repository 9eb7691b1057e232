"""What a pipe gets: one line for each thing, its cells parted by tabs, as `cut`, `sort` and `xargs` want it (pure).

There is no header and no colour, nothing is cut, and no text can hold a tab, a line end or a control character.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from nbflow.drawing.html import visible
from nbflow.verbs.documents import number_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Cell", "moment_text", "seconds_text", "to_lines"]

Cell = str | int | float | None

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_lines(rows: Iterable[Sequence[Cell]]) -> str:
    r"""Write rows as lines.

    >>> to_lines([("a\tb\n", 0.1, None), ("\x1b[2J", float("inf"), 3)])
    'a b↵\t0.1\t\n\\x1b[2J\tInfinity\t3\n'
    """
    return "".join("\t".join(map(_cell, row)) + "\n" for row in rows)


def moment_text(ms: int | None) -> str | None:
    """Write a time as ISO 8601 in UTC, with milliseconds: `2026-11-23T17:05:09.120Z`; milliseconds themselves else."""
    if ms is None:
        return None
    try:
        moment = _EPOCH + timedelta(milliseconds=ms)
    except OverflowError:  # outside of the years 1 to 9999
        return str(ms)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def seconds_text(ms: int | None) -> str | None:
    """Write a duration in seconds: `12.345`."""
    return None if ms is None else f"{ms / 1000:.3f}"


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    return visible(value) if isinstance(value, str) else number_text(value) if isinstance(value, float) else str(value)
