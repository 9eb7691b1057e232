"""A table of runs, as plain text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from nbflow.drawing import notes
from nbflow.drawing.format import MISSING, count
from nbflow.drawing.status import icon
from nbflow.drawing.text import WIDTH, grid, line, width

if TYPE_CHECKING:
    from nbflow.drawing.overview import Best, Column, Overview, Row

__all__ = ["no_runs_text", "table_text"]

_NAME_LENGTH = 32
_VALUE_LENGTH = 24
_GAP = 2


def no_runs_text(said: Sequence[str] = ()) -> str:
    """Say that there are no runs, how these were chosen, and what to do."""
    code = notes.FIRST_RUN.replace("\n", "\n  ")
    return f"{' '.join(['No runs.', *_said(said), notes.NO_RUNS])}\n\n  {code}"


def table_text(seen: Overview, said: Sequence[str] = ()) -> str:
    """Write a table of runs, no wider than a terminal.

    Parameters
    ----------
    seen
        What the table shows.
    said
        What there is to say of the choice of its runs.

    Returns
    -------
    text : str
        What the HTML says, with as many params and metrics as fit.
    """
    fields = _fields(seen.rows)
    seen = replace(seen, columns=_fitting(seen.columns, sum(map(_width, fields))))
    columns = [*fields, *map(_column, seen.columns)]
    right = {0, *(i for i, column in enumerate(seen.columns, len(fields)) if column.right)}
    right.update(i for i, field in enumerate(fields) if field[0] == "duration")
    how = notes.states(seen)
    title = "\n".join([count(seen.n_runs, "run") + (f": {how}" if how else ""), *_said(said)])
    table = grid(list(zip(*columns, strict=True)), right)
    return "\n\n".join(part for part in (title, table, "\n".join(_notes(seen))) if part)


def _said(said: Sequence[str]) -> list[str]:
    return [line(sentence, notes.SAID_LENGTH) for sentence in said]


def _fields(rows: list[Row]) -> list[list[str]]:
    """Write what each row begins with, by column, each under its head."""
    fields = [
        ["", *(line(row.label, _VALUE_LENGTH) for row in rows)],
        ["run", *(_name(row) for row in rows)],
        ["status", *(f"{icon(row.status)} {line(row.status).lower()}" for row in rows)],
        ["started (UTC)", *(row.started for row in rows)],
        ["duration", *(row.duration for row in rows)],
    ]
    known = any(row.status != MISSING for row in rows)
    return [field for field in fields if any(text != MISSING for text in field[1:]) and (known or field[0] != "status")]


def _name(row: Row) -> str:
    branch = "  " * (row.depth - 1) + "↳ " if row.depth else ""
    return branch + line(row.name, _NAME_LENGTH)


def _column(column: Column) -> list[str]:
    arrow = f" {notes.ARROWS[column.mode]}" if column.mode else ""
    cells = (f"{notes.STAR} {cell.text}" if cell.best else line(cell.text, _VALUE_LENGTH) for cell in column.cells)
    return [line(column.name, _VALUE_LENGTH) + arrow, *cells]


def _width(texts: list[str]) -> int:
    return max(map(width, texts)) + _GAP


def _fitting(columns: list[Column], taken: int) -> list[Column]:
    """Take what fits beside what each row begins with: of each kind in turn, but what is too wide."""
    room = WIDTH + _GAP - taken
    places: Counter[str] = Counter()
    turns: list[tuple[int, int]] = []
    for i, column in enumerate(columns):
        turns.append((places[column.kind], i))
        places[column.kind] += 1
    kept: set[int] = set()
    for _, i in sorted(turns):
        size = _width(_column(columns[i]))
        if size <= room:
            kept.add(i)
            room -= size
    return [columns[i] for i in sorted(kept)]


def _notes(seen: Overview) -> list[str]:
    lines = [notes.legend(seen)]
    if seen.best_elsewhere:
        lines.append(f"Best of all, not shown: {', '.join(map(_best_elsewhere, seen.best_elsewhere))}")
    same, n_more = notes.same_in_all(seen)
    if same:
        pairs = ", ".join(f"{line(name, notes.HEAD_LENGTH)} = {line(value)}" for name, value in same)
        lines.append(f"Same in all: {pairs}" + (f" and {n_more:,} more" if n_more else ""))
    return [text for text in (*lines, *notes.left_out(seen)) if text]


def _best_elsewhere(best: Best) -> str:
    return f"{line(best.metric)} = {best.value} ({line(best.name)}, row {line(best.label)})"
