"""A page written as plain text, no wider than a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nbflow.drawing.facts import CODE_LENGTH
from nbflow.drawing.html import cut, visible
from nbflow.drawing.sheet import Block, Folded, Picture, Table
from nbflow.drawing.text import WIDTH, grid, in_columns, line, width

if TYPE_CHECKING:
    from nbflow.drawing.facts import Fact
    from nbflow.drawing.sheet import Part, Sheet, Stack

__all__ = ["sheet_text"]

_NAME_LENGTH = 80
_VALUE_LENGTH = 80
_LEAST = 8  # no column is cut to less
_ROWS = 20
_ABOUT_LENGTH = 1_000
_BLOCK_LENGTH = 1_000
_INDENT, _GAP = "  ", 2
_PAIR = 2


def sheet_text(sheet: Sheet) -> str:
    """Write a page.

    Parameters
    ----------
    sheet
        What it says.

    Returns
    -------
    text : str
        What the HTML says, but for pictures.
    """
    name = " ".join(part for part in (line(sheet.name, _NAME_LENGTH), sheet.number) if part)
    marks = "".join(f" {line(badge, _NAME_LENGTH)}" for badge in sheet.badges)
    about = visible(cut(sheet.about.strip(), _ABOUT_LENGTH), keep_lines=True)
    parts = [
        f"{sheet.kind} {name}".rstrip() + marks,
        f"In the trash. {visible(sheet.trash)} brings it back." if sheet.trash else "",
        about,
        _facts(sheet.facts),
        *map(_part, sheet.parts),
        _indented(visible(cut(sheet.code, CODE_LENGTH), keep_lines=True)),
    ]
    return "\n\n".join(part for part in parts if part)


def _facts(facts: Sequence[Fact]) -> str:
    # What is to be copied, an id or a path, is never cut.
    return in_columns([(fact.name, line(fact.value, CODE_LENGTH if fact.code else _VALUE_LENGTH)) for fact in facts])


def _part(part: Part | Stack) -> str:
    if isinstance(part, Table):
        return _table(part)
    if isinstance(part, Block):
        return f"{part.caption}\n{_indented(visible(cut(part.text, _BLOCK_LENGTH), keep_lines=True))}"
    if isinstance(part, Picture):
        return ""
    if isinstance(part, Folded):
        more = [f"… and {len(part.lines) - _ROWS:,} more"] if len(part.lines) > _ROWS else []
        shown = [line(each, _VALUE_LENGTH) for each in part.lines[:_ROWS]]
        return f"{line(part.summary, _VALUE_LENGTH)}\n{_indented(chr(10).join([*shown, *more]))}" if shown else ""
    return "\n\n".join(text for text in map(_part, part.tables) if text)


def _table(part: Table) -> str:
    if not part.rows:
        return ""
    shown = [[line(cell.text, _VALUE_LENGTH) for cell in row] for row in part.rows[:_ROWS]]
    n_rows = len(part.rows) if part.n_rows is None else part.n_rows
    more = f"\n{_INDENT}… and {n_rows - len(shown):,} more" if n_rows > len(shown) else ""
    # What two columns are goes without saying.
    rows = shown if len(part.head) <= _PAIR else [[line(name, _VALUE_LENGTH) for name in part.head], *shown]
    drawn = _indented(grid(_fitted(rows), part.numbers if len(part.head) > _PAIR else ()))
    return f"{part.caption}\n{drawn}{more}" if part.caption else f"{drawn}{more}"


def _fitted(rows: list[list[str]]) -> list[list[str]]:
    """Cut what is in the widest columns until all fit side by side."""
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    room = WIDTH - len(_INDENT) - _GAP * (len(widths) - 1)
    limits = list(widths)
    while sum(limits) > room and max(limits) > _LEAST:
        widest = max(limits)
        next_one = max((each for each in limits if each < widest), default=0)
        at = [i for i, each in enumerate(limits) if each == widest]
        less = max(-(-(sum(limits) - room) // len(at)), 1)
        for i in at:
            limits[i] = max(widest - less, next_one, _LEAST)
    return [[cut(text, limit) for text, limit in zip(row, limits, strict=True)] for row in rows]


def _indented(text: str) -> str:
    return "\n".join(f"{_INDENT}{each}".rstrip() for each in text.split("\n")) if text else ""
