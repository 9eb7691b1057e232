"""A dot for each run: one value of it against another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow.charts.arguments import check_log
from nbflow.charts.columns import Column, check_runs, find_column, run_labels
from nbflow.charts.parts import (
    MOST_LEGEND,
    by_ramp,
    color_channel,
    inline,
    layered,
    log_of,
    title,
    tooltip,
    unused_name,
    word_chart,
    x_channel,
    y_channel,
)
from nbflow.charts.text import clean
from nbflow.charts.theme import PALETTE
from nbflow.charts.values import axis_words, color_levels, color_values, drawable, evenly, left_out, plain

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

__all__ = ["scatter"]

_OPACITY = 0.85
_SPOKEN = 100  # dots that screen readers are told one by one
_X, _Y, _COLOR, _RUN, _ID = (f"c{n}" for n in range(5))


def scatter(
    runs: pd.DataFrame, x: str, y: str, color: str | None = None, *, log: bool | str = False
) -> alt.Chart | alt.LayerChart:
    """Draw a dot for each run.

    Parameters
    ----------
    runs
        The runs, as `nbflow.search_runs()` gives them.
    x, y
        What is drawn: a metric, a param, an attribute (`"duration"`, `"start_time"`) or a tag. A name that several of
        these have is said with what is meant: `"params.loss"`. Texts have a place each.
    color
        The same, for the colour of the dots; None is one colour.
    log
        Whether y is logarithmic; or the letters of the axes that are: `"x"`, `"y"`, `"xy"`.

    Returns
    -------
    chart : Chart
        To change and to compose. Of more than 5,000 runs so many are drawn, evenly chosen.

    Raises
    ------
    ColumnNotFoundError
        If the frame has nothing of such a name.
    InvalidInputError
        If `log` is none of the above.
    UnsupportedValueError
        If `runs` is no frame of runs, or a name is no text.
    """
    import altair as alt
    import numpy as np

    check_runs(runs)
    check_log(log)
    text = f"{clean(y, 60)} over {clean(x, 60)}"
    if not len(runs):
        return word_chart(text, "There are no runs.")
    of_x, of_y = find_column(runs, x), find_column(runs, y)
    of_color = None if color is None else find_column(runs, color)
    drawn = drawable(of_x, log=log_of(log, "x")) & drawable(of_y, log=log_of(log, "y"))
    there = np.flatnonzero(drawn)
    rows = evenly(there)
    notes = [left_out([of_x, of_y], drawn)]
    if len(rows) < len(there):
        notes.append(f"{len(rows):,} of {len(there):,} runs, evenly chosen")
    if not len(rows):
        return word_chart(text, "No run has both.", notes)
    colors = None if of_color is None else color_values(of_color)
    labels = run_labels(runs)
    data = []
    for row in rows.tolist():
        dot = {_X: plain(of_x, row), _Y: plain(of_y, row), _RUN: labels[row]}
        if colors is not None:
            dot[_COLOR] = colors[row]
        if "run_id" in runs.columns:
            dot[_ID] = str(runs["run_id"].iloc[row])
        data.append(dot)
    dots: Any = alt.Chart(inline(data)).mark_point(filled=True, size=70, opacity=_OPACITY, aria=len(data) <= _SPOKEN)
    dots = dots.encode(
        x=x_channel(_X, of_x.name, **axis_words(of_x, log=log_of(log, "x"))),
        y=y_channel(_Y, of_y.name, **axis_words(of_y, log=log_of(log, "y"))),
        tooltip=_tooltip(of_x, of_y, of_color),
    )
    # A place for each text cannot be zoomed.
    zoomed: list[Any] = [name for name, column in (("x", of_x), ("y", of_y)) if column.type != "text"]
    if zoomed:
        dots = dots.add_params(alt.selection_interval(name=unused_name("zoom"), bind="scales", encodings=zoomed))
    dots = _colored(dots, of_color, [dot[_COLOR] for dot in data] if of_color is not None else [])
    # A layer, alone as it is, keeps its colours to itself where charts are put side by side.
    return layered(dots, title=title(text, notes), independent=["color"])


def _colored(dots: Any, column: Column | None, values: list[Any]) -> Any:
    import altair as alt

    if column is None:
        return dots.encode(color=alt.value(PALETTE[0]))
    levels = color_levels(column, values)
    colored = dots.encode(color=color_channel(_COLOR, column, column.name, levels))
    if by_ramp(column) or len(levels) > MOST_LEGEND:
        return colored
    chosen = alt.selection_point(name=unused_name("legend"), fields=[_COLOR], bind="legend")
    return colored.encode(opacity=alt.condition(chosen, alt.value(_OPACITY), alt.value(0.1))).add_params(chosen)


def _tooltip(x: Column, y: Column, color: Column | None) -> list[Any]:
    kinds = {"number": "Q", "time": "T", "text": "N"}
    fields = [(_RUN, "N", "run"), (_X, kinds[x.type], x.name), (_Y, kinds[y.type], y.name)]
    if color is not None:
        kind = kinds[color.type] if by_ramp(color) else "N"
        fields.append((_COLOR, kind, color.name))
    return tooltip(*fields)
