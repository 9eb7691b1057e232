"""A bar for each run: which is the best."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nbflow.charts.columns import check_runs, find_column, run_labels
from nbflow.charts.parts import (
    by_ramp,
    chart_number,
    color_channel,
    inline,
    layered,
    title,
    tooltip,
    word_chart,
    x_channel,
)
from nbflow.charts.text import clean
from nbflow.charts.theme import GREY, PALETTE
from nbflow.charts.values import color_levels, color_values, drawable, left_out
from nbflow.tracking.direction import guess_mode

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

__all__ = ["bars"]

_MOST = 50
_ROW_HEIGHT = 20
_ROOM = 0.26  # of half the length of all
_VALUE, _RUN, _COLOR, _ID = (f"c{n}" for n in range(4))


def bars(runs: pd.DataFrame, metric: str, color: str | None = None) -> alt.Chart | alt.LayerChart:
    """Draw a bar for each run, the best first.

    Parameters
    ----------
    runs
        The runs, as `nbflow.search_runs()` gives them.
    metric
        The metric, by its latest value; or an attribute that is a number: `"duration"`, in seconds.
    color
        A metric, a param, an attribute or a tag for the colour of the bars; None is one colour.

    Returns
    -------
    chart : LayerChart
        To change and to compose; with the 50 best runs. Whether less is better is guessed from the metric's name.

    Raises
    ------
    ColumnNotFoundError
        If the frame has no such metric, or nothing of the name that is given for the colour.
    UnsupportedValueError
        If `runs` is no frame of runs, or a name is no text.
    """
    import altair as alt
    import numpy as np

    check_runs(runs)
    text = clean(metric)
    if not len(runs):
        return word_chart(text, "There are no runs.")
    column = find_column(runs, metric, ("metric", "attribute"))
    if column.type != "number":
        return word_chart(text, "Its values are no numbers: a bar has no length for them.")
    of_color = None if color is None else find_column(runs, color)
    drawn = drawable(column)
    there = np.flatnonzero(drawn)
    notes = [left_out([column], drawn)]
    if not len(there):
        return word_chart(text, "No run has a finite value.", notes)
    sign = 1 if column.kind == "attribute" or guess_mode(column.name) == "min" else -1
    rows = there[np.argsort(sign * column.data[there], kind="stable")][:_MOST]
    if len(rows) < len(there):
        notes.append(f"the best {len(rows):,} of {len(there):,} runs")
    labels = run_labels(runs)
    data: list[dict[str, Any]] = [{_VALUE: chart_number(column.data[row]), _RUN: labels[row]} for row in rows.tolist()]
    encoding: dict[str, Any] = {"color": alt.value(PALETTE[0])}
    tips = [(_RUN, "N", "run"), (_VALUE, "Q", column.name)]
    if of_color is not None:
        colors = color_values(of_color)
        for bar, row in zip(data, rows.tolist(), strict=True):
            bar[_COLOR] = colors[row]
        levels = color_levels(of_color, [bar[_COLOR] for bar in data])
        encoding["color"] = color_channel(_COLOR, of_color, of_color.name, levels, symbol="square")
        kind = ("T" if of_color.type == "time" else "Q") if by_ramp(of_color) else "N"
        tips.append((_COLOR, kind, of_color.name))
    encoding["tooltip"] = tooltip(*tips)
    return _draw(data, column.name, encoding, title(text, notes))


def _draw(data: list[dict[str, Any]], name: str, encoding: dict[str, Any], heading: alt.TitleParams) -> alt.LayerChart:
    import altair as alt

    order = [bar[_RUN] for bar in data]
    base = alt.Chart(inline(data)).encode(y=alt.Y(f"{_RUN}:N", sort=order, title=None, axis=alt.Axis(labelLimit=200)))
    length = x_channel(_VALUE, name, scale=_with_room([bar[_VALUE] for bar in data]))
    marks = base.mark_bar(cornerRadiusEnd=2, height={"band": 0.72}).encode(x=length, **encoding)
    texts: Any = base.encode(x=length, text=alt.Text(f"{_VALUE}:Q", format=".4~g"))
    look = {"color": GREY, "fontSize": 10, "aria": False}
    right = texts.transform_filter(f"datum.{_VALUE} >= 0").mark_text(align="left", dx=4, **look)
    left = texts.transform_filter(f"datum.{_VALUE} < 0").mark_text(align="right", dx=-4, **look)
    height = max(len(data) * _ROW_HEIGHT, 40)
    return layered(marks, right, left, title=heading, height=height, independent=["color"])


def _with_room(values: list[float]) -> alt.Scale:
    """Give a scale from 0 that has room for the number behind each bar."""
    import altair as alt

    low, high = min(0.0, *values), max(0.0, *values)
    room = _ROOM * (high / 2 - low / 2)
    ends = [low - room if low < 0 else 0.0, high + room if high > 0 else 0.0]
    if low == high or not all(map(math.isfinite, ends)):
        return alt.Scale()
    return alt.Scale(domain=ends, nice=False)
