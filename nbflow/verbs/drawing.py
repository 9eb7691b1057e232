"""What a person sees: tables of text that somebody else wrote, on a terminal or in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from nbflow.drawing.format import MISSING, number
from nbflow.drawing.html import visible
from nbflow.drawing.notes import ARROWS, STAR
from nbflow.drawing.status import icon
from nbflow.drawing.text import line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from nbflow.verbs.differences import Difference

__all__ = ["bold", "difference", "plain", "status_text", "table"]

_COLOURS = {"FINISHED": "green", "FAILED": "red", "KILLED": "yellow", "RUNNING": "cyan", "SCHEDULED": "cyan"}
_CELL = 60


def table(
    head: Sequence[str],
    rows: Iterable[Sequence[str | Text]],
    *,
    right: Collection[int] = (),
    whole: Collection[int] = (),
) -> Table:
    """Set out rows in columns, with a head.

    Parameters
    ----------
    head
        The names of the columns.
    rows
        Texts of nbflow's own making as `Text`; any other as `str`, which is made safe and cut where it is long.
    right
        Which columns are set to the right.
    whole
        Which columns are never cut where the others can give way: ids and paths, which people copy.
    """
    drawn = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for i, name in enumerate(head):
        drawn.add_column(
            _cell(name, whole=i in whole),
            justify="right" if i in right else "left",
            no_wrap=i in whole,  # rich narrows the columns that can be wrapped first: the cells themselves never are
            overflow="fold" if i in whole else "ellipsis",
        )
    for row in rows:
        drawn.add_row(
            *(cell if isinstance(cell, Text) else _cell(cell, whole=i in whole) for i, cell in enumerate(row))
        )
    return drawn


def _cell(text: str, *, whole: bool) -> Text:
    return Text(visible(text)) if whole else Text(line(text, _CELL), no_wrap=True, overflow="ellipsis")


def plain(text: str, style: str = "") -> Text:
    """Take somebody's text as it is: no markup, no control characters."""
    return Text(visible(text, keep_lines=True), style=style)


def bold(text: str) -> Text:
    """Take somebody's text as it is, in bold."""
    return plain(text, "bold")


def difference(row: Difference) -> list[str | Text]:
    """Set out what differs: its name, whether more or less of it is better, and the values, the best ones marked."""
    arrow = f" {ARROWS[row.mode]}" if row.best and row.mode else ""
    values: list[str | Text] = [
        MISSING if value is None else number(value) if isinstance(value, float) else value for value in row.values
    ]
    for place in row.best:
        values[place] = plain(f"{STAR} {values[place]}", "bold green")
    return [plain(line(row.name) + arrow), *values]


def status_text(status: str) -> Text:
    """Show a status: its icon and its name, in its colour."""
    return plain(f"{icon(status)} {status.lower()}", _COLOURS.get(status, ""))
