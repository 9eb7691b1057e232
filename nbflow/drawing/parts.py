"""The parts that pages are put together of, as HTML without a script (pure)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from nbflow.drawing.cells import left, right
from nbflow.drawing.facts import CODE_LENGTH
from nbflow.drawing.html import Html, cut, el, join, user_text, visible
from nbflow.drawing.style import page

if TYPE_CHECKING:
    from nbflow.drawing.facts import Fact

__all__ = [
    "NAME_LENGTH",
    "ROWS",
    "VALUE_LENGTH",
    "badge",
    "facts_table",
    "key_text",
    "page_of",
    "prose",
    "table",
    "tags_table",
    "title",
    "trash",
    "value_text",
]

NAME_LENGTH = 80
VALUE_LENGTH = 240
ROWS = 50
_DESCRIPTION_LENGTH = 2_000
_SHORT = 28
_TAG = re.compile("<[^>]*>")


def page_of(*parts: Html | None) -> Html:
    """Put a page together, of what there is."""
    return page(el("div", *parts, class_="nbflow-page"))


def title(kind: str, name: str | Html, *marks: Html | None) -> Html:
    """Say what is shown.

    Parameters
    ----------
    kind
        What it is, in words of nbflow: `"Run"`.
    name
        Its name, somebody's text unless it is `Html`.
    *marks
        What stands behind the name.
    """
    # Not a heading: JupyterLab's table of contents lists the headings of outputs.
    shown = name if isinstance(name, Html) else user_text(name, NAME_LENGTH)
    named = (el("span", f"{kind} ", class_="nbflow-soft"), el("b", shown)) if shown else (el("b", kind),)
    return el("div", *named, *marks, class_="nbflow-title")


def badge(text: str) -> Html:
    """Show a short mark behind a name: an alias, a stage."""
    return join(" ", el("span", user_text(text, NAME_LENGTH), class_="nbflow-badge"))


def trash(code: str | None) -> Html | None:
    """Say that something is in the trash, and which code brings it back; None where it is not."""
    if code is None:
        return None
    shown = el("code", visible(code), class_="nbflow-code")
    return el("div", "In the trash. ", shown, " brings it back.", class_="nbflow-text")


def prose(text: str | None) -> Html | None:
    """Show what somebody wrote, line by line; None where nobody did."""
    if not text or not text.strip():
        return None
    lines = visible(cut(text.strip(), _DESCRIPTION_LENGTH), keep_lines=True).split("\n")
    return el("div", *(el("div", el("bdi", line or "\u00a0")) for line in lines), class_="nbflow-text")


def facts_table(found: Sequence[Fact]) -> Html:
    """Show names and values."""
    lines = [
        el(
            "tr",
            left("th", fact.name, scope="row", class_="nbflow-soft"),
            left(
                "td",
                el("code", user_text(fact.value, CODE_LENGTH), class_="nbflow-code")
                if fact.code
                else value_text(fact.value),
                class_="nbflow-long",
            ),
        )
        for fact in found
    ]
    return el("table", el("tbody", *lines), class_="nbflow-facts")


def table(
    caption: str,
    head: Sequence[str | Html],
    rows: Sequence[Sequence[Html]],
    where: str,
    numbers: Sequence[int] = (),
    *,
    first: int | None = None,
    n_rows: int | None = None,
) -> Html | None:
    """Draw a table whose first column names its rows.

    Parameters
    ----------
    caption
        Its name; `""` for none.
    head
        The names of the columns.
    rows
        Its cells.
    where
        Which code has what is cut off.
    numbers
        Which columns are set to the right.
    first
        How many rows stand in view where not all do; a click shows the others. None shows 50, and says of the others
        where they are.
    n_rows
        How many rows there are, where `rows` are not all.

    Returns
    -------
    table : Html or None
        None if there are no rows.
    """
    if not rows:
        return None
    most = ROWS if first is None else ROWS * 10
    # A row or two are not worth a click.
    in_view = most if first is None or len(rows) <= first + 2 else first
    shown, folded = rows[: min(in_view, most)], rows[in_view:most]
    parts = [_grid(caption, head, shown, numbers)]
    if folded:
        parts.append(el("details", el("summary", f"{len(folded):,} more"), _grid("", (), folded, numbers)))
    total = len(rows) if n_rows is None else n_rows
    if total > min(len(rows), most):
        note = f"{min(len(rows), most)} of {total:,} shown; all are in {where}."
        parts.append(el("div", note, class_="nbflow-notes"))
    return el("div", *parts, class_="nbflow-scroll")


def tags_table(caption: str, tags: Mapping[str, str], where: str) -> Html | None:
    """Draw tags, by name; None if there are none."""
    return table(caption, ("tag", "value"), [(key_text(key), value_text(tags[key])) for key in tags], where)


def key_text(key: str) -> Html:
    """Show a name, cut where it is long."""
    return user_text(key, NAME_LENGTH)


def value_text(value: str) -> Html:
    """Show a value, cut where it is long."""
    return user_text(value, VALUE_LENGTH)


def _grid(caption: str, head: Sequence[str | Html], rows: Sequence[Sequence[Html]], numbers: Sequence[int]) -> Html:
    def cell(tag: str, i: int, content: Html | str, scope: str | None = None) -> Html:
        if i in numbers:
            return right(tag, content, scope=scope)
        text = _TAG.sub("", content)
        if len(text) > _SHORT:
            return left(tag, content, scope=scope, class_="nbflow-long")
        # What is short stays on its line, however narrow the page, and also where there are no styles.
        return left(tag, content, scope=scope, nowrap="" if " " in text else None)

    names = [cell("th", i, name, "col") for i, name in enumerate(head)]
    lines = [
        el("tr", cell("th", 0, row[0], "row"), *(cell("td", i, value) for i, value in enumerate(row[1:], 1)))
        for row in rows
    ]
    return el(
        "table",
        left("caption", el("b", caption)) if caption else None,
        el("thead", el("tr", *names)) if names else None,
        el("tbody", *lines),
        class_="nbflow-table",
    )
