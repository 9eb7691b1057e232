"""How a metric is spread for each value of a param."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from nbflow.charts.arguments import check_log
from nbflow.charts.columns import Column, check_runs, find_column, run_labels
from nbflow.charts.parts import chart_number, inline, layered, scale_of, title, tooltip, word_chart, y_channel
from nbflow.charts.text import clean, count, spoken
from nbflow.charts.theme import GREY, PALETTE
from nbflow.charts.values import drawable, evenly, left_out

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

__all__ = ["box"]

_MOST_GROUPS = 30
_MOST_VALUES = 12
_BINS = 8
_MOST_DOTS = 1_000
_GROUP, _LOW, _Q1, _MEDIAN, _Q3, _HIGH, _N, _VALUE, _RUN, _SHIFT = (f"c{n}" for n in range(10))
_WHISKER = 1.5
_LETTER = 6  # pixels of a label's letter, about


def box(runs: pd.DataFrame, param: str, metric: str, *, log: bool = False) -> alt.Chart | alt.LayerChart:
    """Draw how a metric is spread, in a box for each value of a param.

    A box goes from the first to the third quartile, with a line at the median; whiskers reach the last value within 1.5
    times the box's height. Each run is a dot.

    Parameters
    ----------
    runs
        The runs, as `nbflow.search_runs()` gives them.
    param
        The param, or anything else that a run has. Numbers of more than 12 kinds are put into 8 groups of as many runs
        each.
    metric
        The metric, or an attribute that is a number.
    log
        Whether the metric's axis is logarithmic.

    Returns
    -------
    chart : LayerChart
        To change and to compose.

    Raises
    ------
    ColumnNotFoundError
        If the frame has nothing of such a name.
    InvalidInputError
        If `log` is no bool.
    UnsupportedValueError
        If `runs` is no frame of runs, or a name is no text.
    """
    check_runs(runs)
    check_log(log)
    text = f"{clean(metric, 60)} by {clean(param, 60)}"
    if not len(runs):
        return word_chart(text, "There are no runs.")
    of_param = find_column(runs, param, ("param", "metric", "attribute", "tag"))
    of_metric = find_column(runs, metric, ("metric", "attribute"))
    if of_metric.type != "number":
        return word_chart(text, "The metric's values are no numbers.")
    drawn = drawable(of_metric, log=bool(log)) & drawable(of_param)
    notes = [left_out([of_metric, of_param], drawn)]
    groups, order = _groups(of_param, drawn)
    rows = np.flatnonzero([group is not None for group in groups])
    if not len(rows):
        return word_chart(text, "No run has both.", notes)
    if len(order) > _MOST_GROUPS:
        sizes = {name: groups.count(name) for name in order}
        kept = set(sorted(order, key=lambda name: -sizes[name])[:_MOST_GROUPS])
        notes.append(f"the {_MOST_GROUPS} most frequent of {count(len(order), 'value')}")
        order = [name for name in order if name in kept]
        rows = np.array([row for row in rows if groups[row] in kept])
    return _draw(runs, of_metric, of_param, (groups, order, rows), (title(text, notes), bool(log)))


def _groups(column: Column, drawn: Any) -> tuple[list[str | None], list[str]]:
    """Give each run's group, None for a run that is not drawn, and the groups in their order."""
    levels = column.levels()
    if column.type == "text" or (column.type == "number" and len(levels) <= _MOST_VALUES):
        texts = [
            clean(text, 40) if text is not None and there else None
            for text, there in zip(column.texts(), drawn, strict=True)
        ]
        return texts, [name for name in dict.fromkeys(clean(level, 40) for level in levels) if name in set(texts)]
    values = column.data[drawn]
    edges = np.unique(np.quantile(values, np.linspace(0, 1, _BINS + 1))) if len(values) else np.zeros(2)
    names = [f"{_edge(column, low)} to {_edge(column, high)}" for low, high in pairwise(edges)]
    names = names or [_edge(column, float(edges[0]))]
    # A value on an edge is in the group that begins there, and the last one in the last.
    at = np.clip(np.searchsorted(edges, np.where(drawn, column.data, edges[0]), side="right") - 1, 0, len(names) - 1)
    return [names[n] if there else None for n, there in zip(at, drawn, strict=True)], list(dict.fromkeys(names))


def _edge(column: Column, value: float) -> str:
    if column.type == "time":
        return str(np.datetime64(round(value), "ms").astype("datetime64[m]")).replace("T", " ")
    return f"{value:.3g}"


def _draw(
    runs: pd.DataFrame,
    metric: Column,
    param: Column,
    grouped: tuple[list[str | None], list[str], Any],
    look: tuple[alt.TitleParams, bool],
) -> alt.LayerChart:
    import altair as alt

    groups, order, rows = grouped
    heading, log = look
    boxes = [_box(name, metric.data[[row for row in rows if groups[row] == name]]) for name in order]
    labels = run_labels(runs)
    dots = [
        {_GROUP: groups[row], _VALUE: chart_number(metric.data[row]), _RUN: labels[row], _SHIFT: (n * 7) % 11 - 5}
        for n, row in enumerate(evenly(rows, _MOST_DOTS).tolist())
    ]
    width = min(max(len(order) * 64, 240), 720)
    few = max(map(len, order)) * _LETTER * len(order) <= width
    axis = alt.Axis(title=clean(param.name), labelAngle=0 if few else -35, labelLimit=150)
    x = alt.X(f"{_GROUP}:N", sort=order, title=spoken(param.name), axis=axis)
    scale = scale_of(log=log, padding=8)

    def y(field: str) -> alt.Y:
        return y_channel(field, metric.name, scale=scale)

    tips = tooltip(
        (_GROUP, "N", param.name),
        (_N, "Q", "runs"),
        (_MEDIAN, "Q", "median"),
        (_Q1, "Q", "first quartile"),
        (_Q3, "Q", "third quartile"),
        (_LOW, "Q", "lower whisker"),
        (_HIGH, "Q", "upper whisker"),
    )
    base = alt.Chart(inline(boxes)).encode(x=x)
    size = {"band": 0.55}
    whiskers = base.mark_rule(color=GREY, aria=False).encode(y=y(_LOW), y2=f"{_HIGH}:Q")
    body = base.mark_bar(color=PALETTE[0], opacity=0.35, width=size).encode(y=y(_Q1), y2=f"{_Q3}:Q", tooltip=tips)
    median = base.mark_tick(color=PALETTE[0], thickness=2.5, width=size, orient="horizontal", aria=False)
    points = alt.Chart(inline(dots)).mark_point(filled=True, size=26, color=GREY, opacity=0.75, aria=False)
    points = points.encode(
        x=x,
        xOffset=alt.XOffset(f"{_SHIFT}:Q", scale=alt.Scale(domain=[-16, 16])),
        y=y(_VALUE),
        tooltip=tooltip((_RUN, "N", "run"), (_GROUP, "N", param.name), (_VALUE, "Q", metric.name)),
    )
    median = median.encode(y=y(_MEDIAN))
    return layered(whiskers, body, median, points, title=heading, width=width, independent=["xOffset"])


def _box(name: str, values: Any) -> dict[str, Any]:
    q1, median, q3 = (chart_number(value) for value in np.quantile(values, [0.25, 0.5, 0.75]))
    reach = _WHISKER * (q3 - q1)
    within = values[(values >= q1 - reach) & (values <= q3 + reach)]
    low, high = (chart_number(within.min()), chart_number(within.max())) if len(within) else (q1, q3)
    return {_GROUP: name, _LOW: low, _Q1: q1, _MEDIAN: median, _Q3: q3, _HIGH: high, _N: len(values)}
