"""Runs side by side, as HTML without a script and as plain text: what differs, and the change against a baseline."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct

from nbflow.drawing import notes
from nbflow.drawing.cells import left, right
from nbflow.drawing.comparison import best_value
from nbflow.drawing.format import MISSING, count, duration, moments, number, numbers
from nbflow.drawing.html import Html, cut, el, unbroken, user_text, visible
from nbflow.drawing.status import icon, status_mark
from nbflow.drawing.style import page

if TYPE_CHECKING:
    import numpy as np

__all__ = ["MOST_COLUMNS", "MOST_ROWS", "Row", "change_text", "comparison_html", "comparison_text"]

MOST_COLUMNS = 12
MOST_ROWS = 40
_TEXT_COLUMNS = 5
_TEXT_LENGTH = 24
_NAME_LENGTH = 24
_MARKS = {"better": "▲", "worse": "▼"}


class Row(Protocol):
    """A param, a metric or another thing that runs have, with its values: `nbflow.widgets.columns.Column`."""

    kind: Any
    name: str
    type: Any
    best: Any
    numbers: np.ndarray[Any, Any] | None
    codes: np.ndarray[Any, Any] | None
    texts: list[str]


class _Line(Struct):
    name: str
    kind: str
    best: str | None
    texts: list[str]
    changes: list[tuple[str, str]]  # the change against the baseline, and "better", "worse" or ""
    is_best: list[bool]
    is_other: list[bool]  # than the baseline's
    right: bool


def comparison_html(
    rows: Sequence[Row],
    heads: Sequence[Mapping[str, str]],
    baseline: int,
    n_runs: int,
    pictures: Sequence[Html] = (),
) -> Html:
    """Draw a comparison.

    Parameters
    ----------
    rows
        What is compared.
    heads
        The runs: `name`, `letter`, `color`, `status`.
    baseline
        Which of them the others are compared with.
    n_runs
        How many there are, where these are not all.
    pictures
        Of charts.
    """
    said = _said(heads, n_runs)
    if not heads:
        return page(el("div", el("b", "No runs to compare"), class_="nbflow-title"), el("div", said))
    shown = _columns(len(heads), baseline)
    lines, same = _lines(rows, baseline)
    head = [left("th", "", scope="col"), *(_head(heads[n], is_baseline=n == baseline) for n in shown)]
    body = [_row(line, shown) for line in lines[:MOST_ROWS]]
    table = el("table", el("thead", el("tr", *head)), el("tbody", *body), class_="nbflow-table")
    told = [el("div", text) for text in _notes(lines, same, len(shown), len(heads))]
    title = el("div", el("b", f"Comparison of {count(len(heads), 'run')}"), class_="nbflow-title")
    return page(
        title,
        el("div", said) if said else None,
        el("div", table, class_="nbflow-scroll", role="region", tabindex="0", aria_label="What differs")
        if body
        else None,
        el("div", *told, class_="nbflow-notes") if told else None,
        el("div", *pictures, class_="nbflow-columns") if pictures else None,
    )


def comparison_text(rows: Sequence[Row], heads: Sequence[Mapping[str, str]], baseline: int, n_runs: int) -> str:
    """Write a comparison as text: see `comparison_html`."""
    said = _said(heads, n_runs)
    if not heads:
        return f"No runs to compare. {said}".strip()
    shown = _columns(len(heads), baseline, _TEXT_COLUMNS)
    lines, same = _lines(rows, baseline)
    grid = [["", *(_text_head(heads[n], is_baseline=n == baseline) for n in shown)]]
    for line in lines[:MOST_ROWS]:
        cells = [f"{'* ' if line.is_best[n] else ''}{cut(visible(line.texts[n]), _TEXT_LENGTH)}" for n in shown]
        grid.append([cut(visible(line.name), _TEXT_LENGTH), *cells])
    widths = [max(len(row[n]) for row in grid) for n in range(len(grid[0]))]
    drawn = ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in grid]
    told = _notes(lines, same, len(shown), len(heads), star="*")
    return "\n".join([f"Comparison of {count(len(heads), 'run')}", *([said] if said else []), *drawn, *told])


def change_text(value: float, base: float) -> str:
    """Say how a number differs from another, absolutely and in percent: `+0.02 (+2.1 %)`."""
    change = value - base
    if not math.isfinite(change):
        return ""
    if not change:
        return "±0"
    text = f"{change:+.3g}"
    share = change / abs(base) * 100 if base else math.inf
    if not math.isfinite(share):
        return text
    percent = f"{share:+.3g}" if abs(share) < 1000 else f"{share:+,.0f}"  # noqa: PLR2004
    return f"{text} ({percent} %)"


def _said(heads: Sequence[Mapping[str, str]], n_runs: int) -> str:
    if not heads:
        return "None match, or none were logged yet."
    if len(heads) < n_runs:
        return f"The first {len(heads)} of {count(n_runs, 'run')}; filter, sort or slice the frame to compare others."
    return "One run alone differs from nothing: give two or more." if len(heads) == 1 else ""


def _columns(n: int, baseline: int, most: int = MOST_COLUMNS) -> list[int]:
    """Choose the runs that are drawn: the baseline is one of them."""
    shown = list(range(min(n, most)))
    return shown if baseline in shown else [baseline, *shown[:-1]]


def _lines(rows: Sequence[Row], baseline: int) -> tuple[list[_Line], int]:
    """Give the rows that differ, and how many are the same in all runs; of one run all are given."""
    drawn = [_line(row, baseline) for row in rows]
    if drawn and len(drawn[0].texts) == 1:
        return drawn, 0
    differing = [line for line in drawn if len(set(line.texts)) > 1]
    return differing, len(drawn) - len(differing)


def _line(row: Row, baseline: int) -> _Line:
    if row.numbers is None:
        texts = [
            MISSING if code < 0 else row.texts[code] for code in (row.codes.tolist() if row.codes is not None else ())
        ]
        other = [text != texts[baseline] for text in texts]
        n = len(texts)
        return _Line(row.name, row.kind, None, texts, [("", "")] * n, [False] * n, other, right=False)
    values = [None if math.isnan(value) else value for value in row.numbers.tolist()]
    nans = getattr(row, "nans", None)
    if nans is not None:
        values = [math.nan if is_nan else value for value, is_nan in zip(values, nans.tolist(), strict=True)]
    texts = _written(row, values)
    base = values[baseline]
    best = best_value(row.numbers, row.best) if row.best else None
    is_measured = row.kind == "metric" or row.type == "duration"
    changes = [
        _change(value, base, row) if is_measured and n != baseline else ("", "") for n, value in enumerate(values)
    ]
    other = [not _is_same(value, base) for value in values]
    return _Line(
        row.name,
        row.kind,
        row.best,
        texts,
        changes,
        [best is not None and value == best for value in values],
        other,
        right=True,
    )


def _written(row: Row, values: Sequence[float | None]) -> list[str]:
    if row.type == "time":
        return moments([None if value is None else round(value) for value in values])
    if row.type == "duration":
        return [
            duration(None if value is None or not math.isfinite(value) else round(value * 1000)) for value in values
        ]
    if row.kind == "metric":
        return numbers(values)
    return [MISSING if value is None else number(value) for value in values]


def _change(value: float | None, base: float | None, row: Row) -> tuple[str, str]:
    if value is None or base is None or row.type != "number":
        return "", ""
    text = change_text(value, base)
    if not text or row.best is None or value == base:
        return text, ""
    return text, "better" if (value > base) == (row.best == "max") else "worse"


def _is_same(value: float | None, other: float | None) -> bool:
    if value is None or other is None:
        return value is other
    return value == other or (math.isnan(value) and math.isnan(other))


def _head(head: Mapping[str, str], *, is_baseline: bool) -> Html:
    swatch = el("span", "●", style=f"color:{head['color']}", aria_hidden="true")
    return left(
        "th",
        el("div", swatch, unbroken(f" {head['letter']} "), user_text(head["name"], _NAME_LENGTH)),
        el("div", status_mark(head["status"]), class_="nbflow-soft") if head["status"] else None,
        el("div", "baseline", class_="nbflow-soft") if is_baseline else None,
        scope="col",
        nowrap="",
    )


def _row(line: _Line, shown: Sequence[int]) -> Html:
    arrow = el("span", unbroken(f" {notes.ARROWS[line.best]}"), class_="nbflow-soft") if line.best else None
    name = left("th", user_text(line.name, notes.HEAD_LENGTH), arrow, scope="row", nowrap="", class_="nbflow-name")
    return el("tr", name, *(_cell(line, n) for n in shown))


def _cell(line: _Line, n: int) -> Html:
    value = user_text(line.texts[n], notes.VALUE_LENGTH)
    if line.is_best[n]:
        star = el("span", unbroken(f"{notes.STAR} "), class_="nbflow-star")
        value = el("b", star, value, class_="nbflow-best")
    elif line.is_other[n] and not line.changes[n][0]:
        value = el("b", value)
    text, how = line.changes[n]
    change = None
    if text:
        tone = {"better": "nbflow-finished", "worse": "nbflow-failed"}.get(how, "nbflow-soft")
        words = f"{_MARKS[how]} {text} {how}" if how else text
        change = el("div", el("span", unbroken(words), class_=tone))
    return (right if line.right else left)("td", value, change)


def _text_head(head: Mapping[str, str], *, is_baseline: bool) -> str:
    name = cut(visible(head["name"]), _TEXT_LENGTH)
    status = f" {icon(head['status'])}" if head["status"] else ""
    return f"{head['letter']} {name}{status}{' (baseline)' if is_baseline else ''}"


def _notes(lines: Sequence[_Line], same: int, n_shown: int, n_runs: int, star: str = notes.STAR) -> list[str]:
    told = []
    if any(any(line.is_best) for line in lines):
        told.append(f"{star} best value: ↑ highest, ↓ lowest")
    if n_shown < n_runs:
        told.append(f"{n_shown} of {count(n_runs, 'run')} shown.")
    if len(lines) > MOST_ROWS:
        told.append(f"{MOST_ROWS} of {len(lines):,} rows that differ shown.")
    if not lines and n_runs > 1:
        told.append("No param or metric differs between these runs.")
    if same:
        told.append(f"{count(same, 'row')} {'is' if same == 1 else 'are'} the same in all runs.")
    return told
