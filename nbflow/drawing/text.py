"""Plain text for terminals and for whatever shows no HTML: tables and lists in columns (pure)."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence

from nbflow.drawing.html import cut, visible

__all__ = ["WIDTH", "grid", "in_columns", "line", "width"]

WIDTH = 120
_GAP = "  "


def line(text: str, limit: int = 40) -> str:
    """Make somebody's text safe for a terminal, on one line, cut where it is long."""
    return cut(visible(text), limit)


def width(text: str) -> int:
    """Count the columns of a terminal that a text takes: 2 for East Asian characters and emoji, 0 for marks."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def grid(rows: Sequence[Sequence[str]], right: Collection[int] = ()) -> str:
    """Set out rows in columns.

    Parameters
    ----------
    rows
        The header first; all of one length.
    right
        Which columns are set to the right.

    Returns
    -------
    text : str
        Lines without trailing blanks.
    """
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        _GAP.join(
            _set(text, size, right=i in right) for i, (text, size) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def in_columns(pairs: Sequence[tuple[str, str]], indent: str = "  ") -> str:
    """Set out names and values in two columns, indented."""
    size = max((width(name) for name, _ in pairs), default=0)
    return "\n".join(f"{indent}{_set(name, size)}{_GAP}{value}".rstrip() for name, value in pairs)


def _set(text: str, size: int, *, right: bool = False) -> str:
    blanks = " " * (size - width(text))
    return blanks + text if right else text + blanks


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Me", "Mn"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("F", "W") else 1
