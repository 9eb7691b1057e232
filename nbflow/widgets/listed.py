"""What columns of runs are, by their names, and those of a few runs as lists; without pandas, which is long to load.

What there is of many runs is in `nbflow.widgets.columns`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any, Literal

from nbflow.tracking.direction import guess_mode, is_judged
from nbflow.widgets.wire import clean_text

__all__ = ["ATTRIBUTES", "EXACT", "MAX_TEXT", "Kind", "Type", "cut", "is_number", "kind_of", "listed", "said"]

Kind = Literal["attribute", "param", "metric", "tag", "other"]
Type = Literal["number", "text", "time", "duration", "status"]

MAX_TEXT = 10_000
"""Longer texts are cut."""

EXACT = 2**53
"""Larger whole numbers are others as a float."""

# What a float says and is no id: no leading zeros, no underscores, no hex.
_NUMBER = re.compile(
    r"[+-]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?(?:nan|inf|infinity)", re.IGNORECASE
)

# What a run has by itself, in the order in which it is told: what people call it, and what it is.
ATTRIBUTES: dict[str, tuple[str, Type]] = {
    "tags.mlflow.runName": ("name", "text"),
    "status": ("status", "status"),
    "start_time": ("started", "time"),
    "end_time": ("ended", "time"),
    "duration": ("duration", "duration"),
    "experiment_id": ("experiment", "text"),
    "tags.mlflow.user": ("user", "text"),
    "run_id": ("run id", "text"),
}
_KINDS: dict[str, Kind] = {"params": "param", "metrics": "metric", "tags": "tag"}


def kind_of(name: str) -> tuple[Kind, str]:
    """Tell what a column of this name says of a run, and what people call it."""
    if name in ATTRIBUTES:
        return "attribute", ATTRIBUTES[name][0]
    head, dot, rest = name.partition(".")
    kind = _KINDS.get(head) if dot else None
    return ("other", name) if kind is None else (kind, rest)


def is_number(text: str) -> bool:
    """Tell whether a param's text is a number, and no id or the like."""
    if _NUMBER.fullmatch(text) is None:
        return False
    return not text.lstrip("+-").isdecimal() or abs(int(text)) <= EXACT


def cut(text: str, longest: int) -> str:
    """Shorten a text that is too long."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def said(number: float) -> float | str:
    """Give a number for JSON, which has no word for some."""
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def listed(name: str, values: Sequence[Any]) -> dict[str, Any]:
    """Give a column of a few runs as JSON, in the form of `nbflow.widgets.columns.Column.full`.

    Parameters
    ----------
    name
        The column's name, of which there is one.
    values
        As `Client.search_columns` gives them. Params are numbers where all of them are written as numbers.
    """
    text = clean_text(name)
    kind, title = kind_of(text)
    kept: Type = ATTRIBUTES[text][1] if text in ATTRIBUTES else "number" if kind == "metric" else "text"
    there = [value for value in values if value is not None]
    shown: list[Any]
    if kept in ("number", "time", "duration"):
        shown = [said(value) if isinstance(value, float) else value for value in values]
    elif kind == "param" and there and all(map(is_number, there)):
        kept = "number"
        shown = [None if value is None else said(float(value)) for value in values]
    else:
        shown = [None if value is None else cut(clean_text(value), MAX_TEXT) for value in values]
    best = guess_mode(title) if kind == "metric" and is_judged(title) else None
    return {"id": text, "kind": kind, "name": title, "type": kept, "best": best, "values": shown}
