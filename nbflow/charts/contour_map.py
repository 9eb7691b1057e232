"""A metric over two numbers as a map: where it is high, and where nothing was tried."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from nbflow.charts.columns import Column, Kind, check_runs, find_column, run_labels
from nbflow.charts.parts import (
    chart_number,
    inline,
    layered,
    scale_of,
    title,
    tooltip,
    unused_name,
    word_chart,
    x_channel,
    y_channel,
)
from nbflow.charts.text import clean, spoken
from nbflow.charts.theme import RAMP
from nbflow.charts.values import drawable, evenly, left_out

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

__all__ = ["contour"]

_FEWEST = 6
_ROWS = 90
_COLUMNS = 160
_BANDS = 10
_MOST_DOTS = 1_000
_X, _X2, _Y, _Y2, _Z, _RUN = (f"c{n}" for n in range(6))


def contour(runs: pd.DataFrame, x: str, y: str, z: str) -> alt.Chart | alt.LayerChart:
    """Draw a metric over two params as a map with ten steps of height.

    Between the runs it is interpolated linearly, on axes that are logarithmic where the numbers are all above 0 and a
    hundred times apart; beyond them nothing is drawn. Where several runs are at one place, their mean counts.

    Parameters
    ----------
    runs
        The runs, as `nbflow.search_runs()` gives them.
    x, y
        Params, metrics or attributes that are numbers.
    z
        The metric, or another number.

    Returns
    -------
    chart : LayerChart
        To change and to compose; each run is a dot. It is a word where there are fewer than 6 places, or they all lie
        on one line.

    Raises
    ------
    ColumnNotFoundError
        If the frame has nothing of such a name.
    UnsupportedValueError
        If `runs` is no frame of runs, or a name is no text.
    """
    check_runs(runs)
    text = f"{clean(z, 50)} over {clean(x, 40)} and {clean(y, 40)}"
    if not len(runs):
        return word_chart(text, "There are no runs.")
    kinds: tuple[Kind, ...] = ("param", "metric", "attribute", "tag")
    of_x, of_y = find_column(runs, x, kinds), find_column(runs, y, kinds)
    of_z = find_column(runs, z, ("metric", "attribute", "param"))
    columns = (of_x, of_y, of_z)
    if any(column.type != "number" for column in columns):
        names = ", ".join(clean(column.name, 30) for column in columns if column.type != "number")
        return word_chart(text, f"A map needs numbers, which {names} does not have: draw a box, or a scatter.")
    drawn = drawable(of_x) & drawable(of_y) & drawable(of_z)
    notes = [left_out(columns, drawn)]
    rows = np.flatnonzero(drawn)
    places, heights = _places(of_x, of_y, of_z, rows)
    if len(places) < _FEWEST:
        return word_chart(text, f"Too few runs: {len(places)} different places, and a map needs {_FEWEST}.", notes)
    cells = _cells(places, heights, (of_x.wide, of_y.wide))
    if cells is None:
        return word_chart(text, "All runs lie on one line: a map needs both to differ on their own.", notes)
    notes.insert(0, "interpolated between the runs, which are the dots")
    return _draw(runs, columns, rows, cells, title(text, notes))


def _places(x: Column, y: Column, z: Column, rows: Any) -> tuple[Any, Any]:
    """Give the places, each once, and the mean height of each."""
    at = np.column_stack([_as_drawn(x.data[rows], log=x.wide), _as_drawn(y.data[rows], log=y.wide)])
    places, which = np.unique(at, axis=0, return_inverse=True)
    which = which.reshape(-1)
    return places, np.bincount(which, z.data[rows]) / np.maximum(np.bincount(which), 1)


def _as_drawn(values: Any, *, log: bool) -> Any:
    return np.log10(values) if log else np.asarray(values, float)


def _cells(places: Any, heights: Any, logs: tuple[bool, bool]) -> list[dict[str, float]] | None:
    """Give rectangles of the same step of height; None where there is no area between the places."""
    from scipy.interpolate import LinearNDInterpolator
    from scipy.spatial import QhullError

    low, high = places.min(axis=0), places.max(axis=0)
    if not ((high - low) > 0).all() or not np.isfinite(high - low).all():
        return None
    # As parts of the whole, or the triangles would follow the axis with the larger numbers.
    try:
        surface = LinearNDInterpolator((places - low) / (high - low), heights)
    except QhullError:
        return None
    z = surface(*np.meshgrid(*((np.arange(cells) + 0.5) / cells for cells in (_COLUMNS, _ROWS))))
    if np.isnan(z).all():
        return None
    steps = np.linspace(heights.min(), heights.max(), _BANDS + 1)
    step = np.where(np.isnan(z), -1, np.clip(np.searchsorted(steps, z, side="right") - 1, 0, _BANDS - 1))
    ends = [
        [_as_said(low[n] + (high[n] - low[n]) * edge, log=logs[n]) for edge in np.linspace(0, 1, 2 * cells + 1)]
        for n, cells in enumerate((_COLUMNS, _ROWS))
    ]
    # Each reaches a little into its neighbours, which come later and lie upon it: no seams are seen.
    return [
        {
            _X: ends[0][2 * begin],
            _X2: ends[0][min(2 * end + 1, 2 * _COLUMNS)],
            _Y: ends[1][2 * row],
            _Y2: ends[1][min(2 * row + 3, 2 * _ROWS)],
            _Z: float((steps[level] + steps[level + 1]) / 2),
        }
        for row in range(_ROWS)
        for begin, end, level in _stretches(step[row])
    ]


def _as_said(value: float, *, log: bool) -> float:
    return chart_number(float(f"{10**value if log else value:.6g}"))


def _stretches(levels: Any) -> Iterator[tuple[int, int, int]]:
    """Give the stretches of the same level in a row: neighbours are one rectangle."""
    begins = np.flatnonzero(np.diff(levels, prepend=levels[0] - 1))
    for begin, end in zip(begins, [*begins[1:], len(levels)], strict=True):
        if levels[begin] >= 0:
            yield int(begin), int(end), int(levels[begin])


def _draw(
    runs: pd.DataFrame,
    columns: tuple[Column, Column, Column],
    rows: Any,
    cells: list[dict[str, float]],
    heading: alt.TitleParams,
) -> alt.LayerChart:
    import altair as alt

    x, y, z = columns
    labels = run_labels(runs)
    dots = [
        {_X: chart_number(x.data[row]), _Y: chart_number(y.data[row]), _Z: chart_number(z.data[row]), _RUN: labels[row]}
        for row in evenly(rows, _MOST_DOTS).tolist()
    ]
    of_x = x_channel(_X, x.name, scale=scale_of(log=x.wide, padding=10), axis={"grid": False})
    of_y = y_channel(_Y, y.name, scale=scale_of(log=y.wide, padding=10), axis={"grid": False})
    heights = [dot[_Z] for dot in dots] + [cell[_Z] for cell in cells]
    scale = alt.Scale(range=list(RAMP), domain=[min(heights), max(heights)])
    color = alt.Color(f"{_Z}:Q", title=spoken(z.name), scale=scale, legend=alt.Legend(title=clean(z.name)))
    zoom = alt.selection_interval(name=unused_name("zoom"), bind="scales")
    area = alt.Chart(inline(cells)).mark_rect(aria=False, clip=True)
    area = area.encode(x=of_x, x2=f"{_X2}:Q", y=of_y, y2=f"{_Y2}:Q", color=color)
    area = area.encode(tooltip=tooltip((_Z, "Q", f"{z.name}, about")))
    names = ((_RUN, "N", "run"), (_X, "Q", x.name), (_Y, "Q", y.name), (_Z, "Q", z.name))
    points = alt.Chart(inline(dots)).mark_point(
        filled=True, size=44, stroke="white", strokeWidth=1.2, opacity=1, clip=True, aria=False
    )
    points = points.encode(x=of_x, y=of_y, fill=alt.Fill(f"{_Z}:Q", scale=scale, legend=None), tooltip=tooltip(*names))
    return layered(area, points.add_params(zoom), title=heading, independent=["color", "fill"])
