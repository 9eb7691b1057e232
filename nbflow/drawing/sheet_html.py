"""A page drawn as HTML without a script."""

from __future__ import annotations

import base64
from itertools import groupby
from typing import TYPE_CHECKING

from nbflow.drawing.facts import CODE_LENGTH
from nbflow.drawing.html import Html, cut, el, join, user_text, visible
from nbflow.drawing.parts import (
    NAME_LENGTH,
    VALUE_LENGTH,
    badge,
    facts_table,
    key_text,
    page_of,
    prose,
    table,
    title,
    trash,
)
from nbflow.drawing.sheet import Block, Columns, Picture, Stack, Table
from nbflow.drawing.style import code_block

if TYPE_CHECKING:
    from nbflow.drawing.sheet import Cell, Part, Sheet

__all__ = ["sheet_html"]

_TONES = {"good": "nbflow-finished", "bad": "nbflow-failed", "soft": "nbflow-soft"}
_BLOCK_LENGTH = 8_000


def sheet_html(sheet: Sheet) -> Html:
    """Draw a page.

    Parameters
    ----------
    sheet
        What it says.

    Returns
    -------
    page : Html
        All in one element.
    """
    parts: list[Html | None] = []
    for pictures, some in groupby(sheet.parts, lambda part: isinstance(part, Picture)):
        drawn = [_part(part) for part in some]
        parts += [el("div", *drawn, class_="nbflow-columns")] if pictures else drawn
    return page_of(
        _title(sheet),
        trash(sheet.trash),
        prose(sheet.about),
        facts_table(sheet.facts) if sheet.facts else None,
        *parts,
        code_block(cut(sheet.code, CODE_LENGTH)) if sheet.code else None,
    )


def _title(sheet: Sheet) -> Html:
    name = join(
        user_text(sheet.name, NAME_LENGTH) if sheet.name else None,
        f" {sheet.number}" if sheet.number else None,
    )
    return title(sheet.kind, name, *map(badge, sheet.badges))


def _part(part: Part) -> Html | None:
    if isinstance(part, Table):
        return _table(part)
    if isinstance(part, Columns):
        drawn = [one for one in map(_column, part.tables) if one is not None]
        return el("div", *drawn, class_="nbflow-columns") if drawn else None
    if isinstance(part, Block):
        return _block(part)
    if isinstance(part, Picture):
        return _picture(part)
    if not part.lines:
        return None
    return el(
        "details",
        el("summary", key_text(part.summary)),
        el("pre", _lines("\n".join(part.lines)), class_="nbflow-block"),
    )


def _column(column: Table | Stack) -> Html | None:
    if isinstance(column, Table):
        return _table(column)
    drawn = [one for one in map(_table, column.tables) if one is not None]
    return el("div", *drawn) if drawn else None


def _table(part: Table) -> Html | None:
    rows = [[_cell(cell, name=not i) for i, cell in enumerate(row)] for row in part.rows]
    head = [key_text(name) for name in part.head]
    return table(part.caption, head, rows, part.where, part.numbers, first=part.first, n_rows=part.n_rows)


def _cell(cell: Cell, *, name: bool) -> Html:
    limit = NAME_LENGTH if name else VALUE_LENGTH
    tip = cell.tip if cell.tip != cell.text else None
    shown = user_text(cell.text, limit, title=tip) if tip is not None or not name else key_text(cell.text)
    return shown if cell.tone is None else el("span", shown, class_=_TONES[cell.tone])


def _block(part: Block) -> Html:
    caption = el("div", el("b", part.caption), class_="nbflow-caption")
    return el("div", caption, el("pre", _lines(part.text), class_="nbflow-block"))


def _lines(text: str) -> str:
    return visible(cut(text, _BLOCK_LENGTH), keep_lines=True)


def _picture(part: Picture) -> Html:
    # As an image, no script in it runs, and nothing is fetched.
    source = f"data:image/svg+xml;base64,{base64.b64encode(part.svg).decode()}"
    drawn = el("img", src=source, alt=cut(visible(part.name), NAME_LENGTH), class_="nbflow-picture")
    return el("div", Html(drawn.removesuffix("</img>")))  # it has no end tag
