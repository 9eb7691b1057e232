"""A table of runs, as HTML without a script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from nbflow.drawing import notes
from nbflow.drawing.cells import left, right
from nbflow.drawing.format import MISSING, count
from nbflow.drawing.html import Html, el, join, unbroken, user_text
from nbflow.drawing.overview import Best, Cell, Column, Overview, Row, overview
from nbflow.drawing.status import status_mark
from nbflow.drawing.style import code_block, page
from nbflow.drawing.table_text import no_runs_text, table_text

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["frame_bundle"]


def frame_bundle(runs: pd.DataFrame, said: Sequence[str] = ()) -> dict[str, str]:
    """Draw a frame of runs.

    Parameters
    ----------
    runs
        A `RunFrame`. Its length hardly matters: only what is shown is drawn.
    said
        What there is to say of the choice of these runs, a sentence each: text of anybody's.

    Returns
    -------
    bundle : dict of str to str
        `text/html` and `text/plain`, which say the same.
    """
    if not len(runs):
        return {"text/plain": no_runs_text(said), "text/html": _no_runs(said)}
    seen = overview(runs)
    return {"text/plain": table_text(seen, said), "text/html": _page(seen, said)}


def _no_runs(said: Sequence[str]) -> Html:
    return page(
        el("div", el("b", "No runs"), class_="nbflow-title"),
        *_said(said),
        el("div", notes.NO_RUNS),
        code_block(notes.FIRST_RUN),
    )


def _page(seen: Overview, said: Sequence[str]) -> Html:
    title, how = count(seen.n_runs, "run"), notes.states(seen)
    return page(
        el("div", el("b", title), el("span", f": {how}", class_="nbflow-soft") if how else None, class_="nbflow-title"),
        *_said(said),
        el("div", _table(seen), class_="nbflow-scroll", role="region", tabindex="0", aria_label=f"Table of {title}"),
        _notes(seen),
    )


def _said(said: Sequence[str]) -> list[Html]:
    return [el("div", user_text(sentence, notes.SAID_LENGTH), class_="nbflow-soft") for sentence in said]


def _table(seen: Overview) -> Html:
    fields = _fields(seen.rows)
    edges = {i for i, column in enumerate(seen.columns) if not i or column.kind != seen.columns[i - 1].kind}
    lines = [
        el(
            "tr",
            *(draw(row) for _, draw in fields),
            *(_cell(column, column.cells[i], edge=j in edges) for j, column in enumerate(seen.columns)),
        )
        for i, row in enumerate(seen.rows)
    ]
    head = _head(seen.columns, [name for name, _ in fields], edges)
    return el("table", el("thead", *head), el("tbody", *lines), class_="nbflow-table")


def _fields(rows: list[Row]) -> list[tuple[str, Callable[[Row], Html]]]:
    """Choose what each row begins with: heads and how to draw them, without what the frame does not have."""
    fields: list[tuple[str, Callable[[Row], Html]]] = [("", _label), ("run", _name)]
    if any(row.status != MISSING for row in rows):
        fields.append(("status", lambda row: left("td", status_mark(row.status))))
    if any(row.started != MISSING for row in rows):
        fields.append(("started (UTC)", lambda row: left("td", unbroken(row.started), nowrap="", class_="nbflow-soft")))
    if any(row.duration != MISSING for row in rows):
        fields.append(("duration", lambda row: right("td", unbroken(row.duration))))
    return fields


def _label(row: Row) -> Html:
    return right("td", user_text(row.label, notes.HEAD_LENGTH), class_="nbflow-soft")


def _name(row: Row) -> Html:
    # Em spaces: they stay where there are no styles.
    branch = el("span", "\u2003" * (row.depth - 1) + "↳ ", class_="nbflow-soft") if row.depth else None
    tip = row.run_id if len(row.name) <= notes.VALUE_LENGTH else f"{row.name} ({row.run_id})"
    name = user_text(row.name, notes.VALUE_LENGTH, title=tip)
    if row.name == row.run_id:
        name = el("span", name, class_="nbflow-soft")
    return left("th", branch, name, scope="row", nowrap="", class_="nbflow-name")


def _head(columns: list[Column], fields: list[str], edges: set[int]) -> list[Html]:
    """Draw the head: the groups (metrics, params) above the names of their columns."""
    spans = "2" if columns else None
    first = [
        (right if name == "duration" else left)(
            "th", name, rowspan=spans, scope="col", class_="nbflow-name" if name == "run" else None
        )
        for name in fields
    ]
    groups = [
        left(
            "th",
            notes.GROUPS[kind],
            colspan=str(len(list(group))),
            scope="colgroup",
            class_="nbflow-group nbflow-edge",
        )
        for kind, group in groupby(columns, key=lambda column: column.kind)
    ]
    names = [_column_head(column, edge=i in edges) for i, column in enumerate(columns)]
    return [el("tr", *first, *groups), *([el("tr", *names)] if names else ())]


def _column_head(column: Column, *, edge: bool) -> Html:
    name = user_text(column.name, notes.HEAD_LENGTH)
    arrow = None
    if column.mode is not None:
        tip = f"the {notes.WORDS[column.mode]} is best"
        arrow = el("span", unbroken(f" {notes.ARROWS[column.mode]}"), title=tip, class_="nbflow-soft")
    return _in_column(column, "th", name, arrow, scope="col", edge=edge)


def _cell(column: Column, cell: Cell, *, edge: bool) -> Html:
    if cell.text == MISSING:
        return _in_column(column, "td", el("span", MISSING, class_="nbflow-soft"), edge=edge)
    value = user_text(cell.text, notes.VALUE_LENGTH, title=cell.exact)
    if cell.best and column.mode is not None:
        star = el("span", unbroken(f"{notes.STAR} "), class_="nbflow-star")
        value = el("b", star, value, title=f"best: the {notes.WORDS[column.mode]}", class_="nbflow-best")
    return _in_column(column, "td", value, edge=edge)


def _in_column(column: Column, tag: str, *children: Html | None, edge: bool, scope: str | None = None) -> Html:
    side = right if column.right else left
    return side(tag, *children, scope=scope, class_="nbflow-edge" if edge else None)


def _notes(seen: Overview) -> Html | None:
    same, n_more = notes.same_in_all(seen)
    lines: list[str | None] = [notes.legend(seen)]
    if seen.best_elsewhere:
        lines.append(
            join("Best of all, not shown: ", *_listed([_best_elsewhere(best) for best in seen.best_elsewhere]))
        )
    if same:
        pairs = [_pair(name, value) for name, value in same]
        lines.append(join("Same in all: ", *_listed(pairs), f" and {n_more:,} more" if n_more else None))
    lines.extend(notes.left_out(seen))
    shown = [el("div", line) for line in lines if line]
    return el("div", *shown, class_="nbflow-notes") if shown else None


def _best_elsewhere(best: Best) -> Html:
    return join(
        _pair(best.metric, best.value),
        " (",
        user_text(best.name, notes.HEAD_LENGTH),
        ", row ",
        user_text(best.label),
        ")",
    )


def _pair(name: str, value: str) -> Html:
    return join(user_text(name, notes.HEAD_LENGTH), " = ", user_text(value, notes.VALUE_LENGTH))


def _listed(pieces: list[Html]) -> list[str]:
    return [part for piece in pieces for part in (", ", piece)][1:]
