"""Params side by side, with a line through the values of each run: which combinations do well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct

from nbflow.charts.arguments import names_of
from nbflow.charts.columns import Column, check_runs, column_names, find_column, run_labels
from nbflow.charts.parts import inline, layered, title, unused_name, word_chart
from nbflow.charts.text import clean, spoken
from nbflow.charts.theme import GREY, RAMP
from nbflow.charts.values import drawable, evenly, left_out, plain

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

__all__ = ["parallel"]

_MOST_RUNS = 500
_MOST_AXES = 12
_MOST_LEVELS = 20
_FEW_LEVELS = 6
_AXIS_WIDTH = 130
_FEW_RUNS = 60
_LEVEL_LENGTH = 18
_SHARED = 5
_APART = 0.05  # of an axis, which is some 260 pixels: a label's height
_AXIS, _PLACE, _RUN, _METRIC, _LABEL, _TOP = (f"c{n}" for n in range(6))
_FIRST_VALUE = 10


class _Scale(Struct):
    """An axis: where each run stands on it, from 0 to 1 (NaN for nowhere), and its ticks."""

    column: Column
    places: Any
    ticks: list[tuple[float, str]]


def parallel(
    runs: pd.DataFrame, params: str | Sequence[str] | None = None, metric: str | None = None
) -> alt.Chart | alt.LayerChart:
    """Draw each run as a line through its params, coloured by a metric, which is the last axis.

    Parameters
    ----------
    runs
        The runs, as `nbflow.search_runs()` gives them.
    params
        The axes, from left to right: params, or anything else that a run has; None for all params that differ. Numbers
        that are all above 0 and a hundred times apart have a logarithmic axis.
    metric
        The metric; None for none, and one colour.

    Returns
    -------
    chart : LayerChart
        To change and to compose. Of more than 500 runs so many are drawn, evenly chosen.

    Raises
    ------
    ColumnNotFoundError
        If the frame has nothing of such a name.
    UnsupportedValueError
        If `runs` is no frame of runs, or a name is no text.
    """
    check_runs(runs)
    text = "Params of runs" if metric is None else f"{clean(metric)} by params"
    if not len(runs):
        return word_chart(text, "There are no runs.")
    columns = _axes(runs, params)
    of_metric = None if metric is None else find_column(runs, metric, ("metric", "attribute"))
    if of_metric is not None:
        columns.append(of_metric)
    if len(columns) < (1 if params is not None else 2):
        return word_chart(text, "No param differs from run to run.")
    drawn = np.ones(len(runs), bool) if of_metric is None else drawable(of_metric)
    there = np.flatnonzero(drawn)
    rows = evenly(there, _MOST_RUNS)
    notes = [] if of_metric is None else [left_out([of_metric], drawn)]
    if len(rows) < len(there):
        notes.append(f"{len(rows):,} of {len(there):,} runs, evenly chosen")
    if len(columns) > _MOST_AXES:
        notes.append(f"the first {_MOST_AXES} of {len(columns)} axes")
        columns = [*columns[: _MOST_AXES - 1], columns[-1]]
    if not len(rows):
        return word_chart(text, "No run has a finite value of the metric.", notes)
    scales = [_scale(column, rows) for column in columns]
    return _draw(runs, scales, rows, of_metric, title(text, notes))


def _axes(runs: pd.DataFrame, params: str | Sequence[str] | None) -> list[Column]:
    if params is not None:
        return [find_column(runs, name, ("param", "metric", "attribute", "tag")) for name in names_of(params, "param")]
    columns = [find_column(runs, name, ("param",)) for name in column_names(runs, "param")]
    return [column for column in columns if len(set(column.texts())) > 1]


def _scale(column: Column, rows: Any) -> _Scale:
    if column.type == "text":
        return _of_texts(column, rows)
    values = np.asarray(column.data, float)[rows]
    there = np.isfinite(values)
    if not there.any():
        return _Scale(column, np.full(len(rows), np.nan), [])
    log = column.wide
    numbers = np.log10(np.where(there, values, 1)) if log else values
    low, high = float(numbers[there].min()), float(numbers[there].max())
    # Halved first: the distance of the largest numbers that there are is still a number.
    span = (high / 2 - low / 2) or 0.5
    places = np.where(there, (numbers / 2 - low / 2) / span if high > low else 0.5, np.nan)
    levels = np.unique(places[there])
    # The values themselves where they are few: nobody trained with a depth of 9.5.
    at = levels if len(levels) <= _FEW_LEVELS else np.linspace(0, 1, 5)
    ticks = [
        (float(place), _tick(column, low + (high - low) * float(place if high > low else 0), log=log)) for place in at
    ]
    return _Scale(column, places, _apart(ticks))


def _apart(ticks: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """Leave out ticks, in rising order, whose labels would lie on others; the ends stay, they say the range."""
    kept: list[tuple[float, str]] = []
    for tick in ticks[:-1]:
        if (not kept or tick[0] - kept[-1][0] >= _APART) and (not kept or ticks[-1][0] - tick[0] >= _APART):
            kept.append(tick)
    return [*kept, *ticks[-1:]]


def _of_texts(column: Column, rows: Any) -> _Scale:
    levels = sorted({column.data[row] for row in rows if column.data[row] is not None})
    place = {level: n / (len(levels) - 1) if len(levels) > 1 else 0.5 for n, level in enumerate(levels)}
    places = np.array([place.get(column.data[row], np.nan) for row in rows], float)
    ticks = list(zip(place.values(), _short(levels), strict=True))
    return _Scale(column, places, ticks if len(ticks) <= _MOST_LEVELS else [ticks[0], ticks[-1]])


def _short(levels: list[str]) -> list[str]:
    """Cut sorted texts to where they differ: long ones often begin alike."""
    begin = 0
    if any(len(level) > _LEVEL_LENGTH for level in levels):
        alike = zip(levels[0], levels[-1], strict=False)  # what the first and the last share, all share
        begin = max(next((n for n, (a, b) in enumerate(alike) if a != b), len(levels[0])) - _SHARED, 0)
    return [clean(f"…{level[begin:]}" if begin else level, _LEVEL_LENGTH) for level in levels]


def _tick(column: Column, value: float, *, log: bool) -> str:
    if column.type == "time":
        return str(np.datetime64(round(value), "ms").astype("datetime64[m]")).replace("T", " ")
    return f"{10**value if log else value:.3g}"


def _draw(
    runs: pd.DataFrame, scales: list[_Scale], rows: Any, metric: Column | None, heading: alt.TitleParams
) -> alt.LayerChart:
    import altair as alt

    ends = [-0.35, len(scales) - 0.65]
    place = {
        "x": alt.X(f"{_AXIS}:Q", title=None, scale=alt.Scale(domain=ends, nice=False, zero=False), axis=None),
        "y": alt.Y(f"{_PLACE}:Q", title=None, scale=alt.Scale(domain=[-0.04, 1.12], nice=False), axis=None),
    }
    hover = alt.selection_point(
        name=unused_name("hover"), fields=[_RUN], on="pointerover", clear="pointerout", empty=False
    )
    tips = [alt.Tooltip(f"{_RUN}:N", title="run")] + [
        alt.Tooltip(f"c{_FIRST_VALUE + n}:N", title=spoken(scale.column.name)) for n, scale in enumerate(scales)
    ]
    lines: Any = alt.Chart(inline(_lines(runs, scales, rows, metric)))
    strokes = lines.mark_line(aria=False, interpolate="monotone", strokeJoin="round").encode(
        **place,
        detail=f"{_RUN}:N",
        color=alt.value(RAMP[1]) if metric is None else _color(metric),
        tooltip=tips,
        strokeWidth=alt.condition(hover, alt.value(4), alt.value(1.6)),
        opacity=alt.condition(hover, alt.value(1), alt.value(0.7 if len(rows) <= _FEW_RUNS else 0.4)),
    )
    width = max(_AXIS_WIDTH * len(scales), 260)
    poles, *texts = _frame(scales, place)
    marks = (poles, strokes.add_params(hover), *texts)
    return layered(*marks, title=heading, width=width, independent=["color"])


def _color(metric: Column) -> alt.Color:
    import altair as alt

    kind = "T" if metric.type == "time" else "Q"
    scale = alt.Scale(range=list(RAMP)) if kind == "T" else alt.Scale(range=list(RAMP), zero=False)
    legend = alt.Legend(title=clean(metric.name))
    return alt.Color(f"{_METRIC}:{kind}", title=spoken(metric.name), scale=scale, legend=legend)


def _frame(scales: list[_Scale], place: dict[str, Any]) -> tuple[Any, Any, Any]:
    """Draw the axes themselves, their ticks, and their names."""
    import altair as alt

    poles: Any = alt.Chart(inline([{_AXIS: n, _PLACE: 0.0, _TOP: 1.0} for n in range(len(scales))]))
    heads = [{_AXIS: n, _PLACE: 1.09, _LABEL: clean(scale.column.name, 24)} for n, scale in enumerate(scales)]
    names: Any = alt.Chart(inline(heads)).encode(**place, text=f"{_LABEL}:N")
    marks = [{_AXIS: n, _PLACE: at, _LABEL: label} for n, scale in enumerate(scales) for at, label in scale.ticks]
    ticks: Any = alt.Chart(inline(marks)).encode(**place, text=f"{_LABEL}:N")
    room = alt.expr(f"max(width / {len(scales)} - 8, 40)")  # as much as there is to the next axis
    return (
        poles.mark_rule(color=GREY, aria=False).encode(**place, y2=f"{_TOP}:Q"),
        ticks.mark_text(align="right", dx=-5, dy=-7, color=GREY, fontSize=10, aria=False, limit=room),
        names.mark_text(color=GREY, fontSize=11, fontWeight="bold", limit=room),
    )


def _lines(runs: pd.DataFrame, scales: list[_Scale], rows: Any, metric: Column | None) -> list[dict[str, Any]]:
    labels = run_labels(runs)
    lines = []
    for n, row in enumerate(rows.tolist()):
        common: dict[str, Any] = {_RUN: labels[row]}
        if metric is not None:
            common[_METRIC] = plain(metric, row)
        for number, scale in enumerate(scales):
            common[f"c{_FIRST_VALUE + number}"] = _value(scale.column, row)
        lines += [
            {**common, _AXIS: number, _PLACE: round(float(scale.places[n]), 5)}
            for number, scale in enumerate(scales)
            if np.isfinite(scale.places[n])
        ]
    return lines


def _value(column: Column, row: int) -> str:
    value = plain(column, row)
    if value is None:
        return "none"
    if column.type == "time":
        return _tick(column, float(value), log=False)
    return value if isinstance(value, str) else f"{value:.6g}"
