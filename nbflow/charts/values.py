"""Values of runs on axes: as numbers, times or groups, and which runs have what an axis can show."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nbflow.charts.parts import NOTHING, by_ramp, chart_number, scale_of
from nbflow.charts.text import clean, count

if TYPE_CHECKING:
    import altair as alt

    from nbflow.charts.columns import Column

__all__ = [
    "MISSING",
    "axis_words",
    "color_levels",
    "color_values",
    "drawable",
    "evenly",
    "left_out",
    "padded_time",
    "plain",
]

MISSING = "none"
_MOST_ROWS = 5_000
_TEXT = 40
_PADDING = 12
_UPRIGHT = 8
_SHORT = 10


def axis_words(column: Column, *, log: bool) -> dict[str, Any]:
    """Give what a channel x or y needs to know of a column: its type, and its scale."""
    if column.type == "text":
        levels = [clean(level, _TEXT) for level in column.levels()]
        upright = len(levels) <= _UPRIGHT and max(map(len, levels), default=0) <= _SHORT
        return {"kind": "N", "sort": levels, "axis": {"labelAngle": 0, "grid": True} if upright else {"grid": True}}
    if column.type == "time":
        return {"kind": "T", "scale": padded_time()}
    return {"kind": "Q", "scale": scale_of(log=log, padding=_PADDING)}


def padded_time() -> alt.Scale:
    """Give the scale of times, with some room on either side."""
    import altair as alt

    return alt.Scale(nice=False, padding=_PADDING)


def plain(column: Column, row: int) -> float | str | None:
    """Give a value as a chart's data hold it."""
    value = column.data[row]
    if column.type == "text":
        return None if value is None else clean(value, _TEXT)
    if not math.isfinite(value):
        return None
    return chart_number(value)


def drawable(column: Column, *, log: bool = False) -> Any:
    """Tell which runs have a value that an axis can show, as an array of bool, shape (n_runs,)."""
    import numpy as np

    if column.type == "text":
        return np.array([value is not None for value in column.data], bool)
    shown = np.isfinite(column.data)
    return shown & (column.data >= NOTHING) if log else shown


def left_out(columns: Sequence[Column], drawn: Any) -> str:
    """Say how many runs are left out, and why; nothing where there are none."""
    import numpy as np

    missing = int((~drawn).sum())
    if not missing:
        return ""
    bad = sum(int(np.isinf(column.data).sum()) for column in columns if column.type == "number")
    why = "NaN, infinite, or none" if bad else "no value, or NaN"
    return f"{count(missing, 'run')} left out ({why})"


def evenly(rows: Any, most: int = _MOST_ROWS) -> Any:
    """Choose rows evenly, the first and the last among them."""
    import numpy as np

    return rows if len(rows) <= most else rows[np.linspace(0, len(rows) - 1, most).round().astype(int)]


def color_values(column: Column) -> list[float | str | None]:
    """Give each run's value as a colour's: a number for a ramp, or the text of its group."""
    if by_ramp(column):
        return [plain(column, row) for row in range(len(column.data))]
    return [MISSING if text is None else clean(text, _TEXT) for text in column.texts()]


def color_levels(column: Column, values: Sequence[float | str | None]) -> list[Any]:
    """Give the groups that occur among such values, in their order; for a ramp the least and the greatest number."""
    if by_ramp(column):
        numbers = [value for value in values if isinstance(value, int | float)]
        return [min(numbers, default=0), max(numbers, default=1)]
    there = {str(value) for value in values}
    order = [clean(level, _TEXT) for level in column.levels()]
    return [level for level in dict.fromkeys(order) if level in there] + [MISSING] * (MISSING in there - set(order))
