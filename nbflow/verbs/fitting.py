"""Which columns of a list of runs a terminal has room for (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from nbflow.drawing.format import MISSING, numbers
from nbflow.drawing.notes import ARROWS, STAR
from nbflow.drawing.text import line, width
from nbflow.verbs.differences import differences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbflow.verbs.differences import Difference, HasValues

__all__ = ["Column", "fit"]

_GAP = 2
_HEAD, _CELL = 28, 24
_LEAST_NAME, _LEAST_HEAD = 10, 6
_NARROWEST = 3
# What a narrow terminal does without, so that a metric is seen: in this order.
_GIVES_WAY = ("started (UTC)", "duration", "experiment", "registered (UTC)", "by")


class Column(Struct, frozen=True):
    """A column: its head, a text for each run, and whether it is set to the right."""

    head: str
    cells: tuple[str, ...]
    right: bool = False

    @property
    def taken(self) -> int:
        """How much of a line it takes, with the gap before it."""
        return max(map(width, (self.head, *self.cells))) + _GAP


def fit(runs: Sequence[HasValues], usual: Sequence[Column], room: int) -> tuple[list[Column], int]:
    """Choose columns.

    Parameters
    ----------
    runs
        The runs.
    usual
        The columns that every run has. The first one, the name, is narrowed by whoever draws it; it comes first.
    room
        How wide the terminal is.

    Returns
    -------
    columns : list of Column
        Those of `usual` that leave room for a metric, then the params and metrics that differ and that fit, where
        those that most runs have, and of these the ones with short names, are taken first.
    n_left : int
        How many that differ are not among them.
    """
    name, *others = usual
    differing = differences(runs)
    first = _first_metric(differing) or _first_metric(differences(runs, everything=True))
    metric = None if first is None else _column(first)
    least = min(name.taken - _GAP, _LEAST_NAME) + (metric.taken if metric else 0)
    for head in _GIVES_WAY:
        if least + _taken(others) <= room:
            break
        others = [each for each in others if each.head != head]
    if metric is not None and (over := least + _taken(others) - room) > 0:
        metric = _column(first, max(width(metric.head) - over, _LEAST_HEAD)) if first else None
    room -= _taken(others) + (metric.taken if metric else 0)
    chosen = {} if first is None or metric is None else {first.name: metric}
    chosen |= _fitting([each for each in differing if each.name not in chosen], room - (name.taken - _GAP))
    named = {each.name for each in differing}
    in_order = [each.name for each in differing if each.name in chosen] + [each for each in chosen if each not in named]
    return [name, *others, *(chosen[each] for each in in_order)], len(named - set(chosen))


def _ranked(found: Sequence[Difference]) -> list[Difference]:
    return sorted(found, key=lambda each: (each.values.count(None), len(each.key)))


def _first_metric(found: Sequence[Difference]) -> Difference | None:
    return next((each for each in _ranked(found) if each.kind == "metrics"), None)


def _fitting(found: Sequence[Difference], room: int) -> dict[str, Column]:
    chosen = {}
    for each in _ranked(found):
        if room < _NARROWEST:
            break
        column = _column(each)
        if column.taken <= room:
            chosen[each.name] = column
            room -= column.taken
    return chosen


def _taken(columns: Sequence[Column]) -> int:
    return sum(each.taken for each in columns)


def _column(difference: Difference, limit: int = _HEAD) -> Column:
    arrow = f" {ARROWS[difference.mode]}" if difference.best and difference.mode else ""
    if difference.kind == "metrics":
        texts = numbers([value if isinstance(value, float) else None for value in difference.values])
    else:
        texts = [MISSING if value is None else line(str(value), _CELL) for value in difference.values]
    for place in difference.best:
        texts[place] = f"{STAR} {texts[place]}"
    return Column(line(difference.key, limit) + arrow, tuple(texts), right=True)
