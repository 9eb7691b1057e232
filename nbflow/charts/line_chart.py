"""How metrics went: a line for each run, or the mean of runs that differ in their seed only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct, field

from nbflow.charts.arguments import check_log, check_points, check_smooth, names_of
from nbflow.charts.bands import groups_of, mean_and_spread
from nbflow.charts.columns import Column, check_runs, find_column
from nbflow.charts.line_drawing import draw_lines
from nbflow.charts.parts import NOTHING, by_ramp, title, word_chart
from nbflow.charts.reduce import least_and_greatest
from nbflow.charts.series import MOST_LINES, Axis, Reader, Series, time_unit, x_axis
from nbflow.charts.smooth import moving_average
from nbflow.charts.text import clean, count
from nbflow.charts.values import MISSING, color_values
from nbflow.errors import InvalidInputError

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

__all__ = ["LINE_POINTS", "Line", "Lines", "lines"]

LINE_POINTS = 500
# Of all lines together: about half a megabyte, which a notebook can bear, and a browser draws at once.
_ALL_POINTS = 20_000
_FEWEST_POINTS = 60


class Line(Struct):
    """A line as it is drawn.

    Parameters
    ----------
    label
        The run, or the group of runs.
    metric
        The metric.
    color
        The value by which it is coloured; None where it has none.
    arrays
        Arrays of the same length by what they are: `x`, `y`; `smooth`; `low`, `high` and `n`; `order`, where it is not
        that of `x`.
    run_id
        The run's id; empty for a group.
    """

    label: str
    metric: str
    color: float | str | None
    arrays: dict[str, Any]
    run_id: str = ""


class Lines(Struct):
    """All that a chart of lines shows, and what is to be said of it."""

    metrics: list[str]
    axis: Axis
    log: bool | str
    color: Column | None
    colors: list[float | str | None]
    smooth: float = 0.0
    band: str = ""
    lines: list[Line] = field(default_factory=list)
    x_title: str = ""
    n_shown: int = 0
    n_points: int = 0
    n_not_positive: int = 0


def lines(
    runs: pd.DataFrame,
    metric: str | Sequence[str],
    *,
    x: str = "step",
    smooth: float = 0.0,
    log: bool | str = False,
    band: str | None = None,
    color: str | None = None,
    points: int | None = LINE_POINTS,
) -> alt.Chart | alt.LayerChart:
    """Draw how a metric went in each run.

    Parameters
    ----------
    runs
        The runs, as `nbflow.search_runs()` gives them.
    metric
        The metric's name, or several, which are drawn on one axis and told apart by dashes.
    x
        `"step"`; `"time"`; `"relative"`, the time since each run's start; or the name of another metric: then the
        points of both that have the same step are paired.
    smooth
        How much each line is smoothed, from 0 (not) to less than 1: the weight of an exponential moving average with
        its beginning corrected, as in TensorBoard. The line as it was logged shows through.
    log
        Whether y is logarithmic; or the letters of the axes that are: `"x"`, `"y"`, `"xy"`. Points at or below 0
        are left out, and counted.
    band
        A param, such as `"seed"`: runs that have the same values of all others are drawn as one line, their mean, with
        a band of one standard deviation on either side.
    color
        A param, a metric, a tag or an attribute (`"status"`, `"start_time"`) by which lines are coloured; None colours
        each run, or each group, by itself.
    points
        How many points of a line are drawn at most; of longer ones the least and the greatest of each stretch are kept.
        Many lines get fewer: all together have 20,000. None draws all points.

    Returns
    -------
    chart : LayerChart
        To change and to compose: `chart.properties(width=800)`, `chart | other`.

    Raises
    ------
    ColumnNotFoundError
        If the frame has no such metric, param or other column.
    InvalidInputError
        If an argument is none of the above, or `band` is to be drawn over `"time"` or over another metric.
    UnsupportedValueError
        If `runs` is no frame of runs, or a name is no text.
    """
    check_runs(runs)
    names = names_of(metric)
    smooth, points = check_smooth(smooth), check_points(points)
    check_log(log)
    text = f"{', '.join(map(clean, names))}"
    if not len(runs):
        return word_chart(text, "There are no runs.")
    axis = x_axis(runs, x)
    if band is not None and axis.kind not in ("step", "relative"):
        raise InvalidInputError("x", x, "With a band it is 'step' or 'relative', which several runs can share.")
    reader = Reader(runs, names, axis)
    of_color = None if color is None else find_column(runs, color)
    colors = [] if of_color is None else color_values(of_color)
    shown = Lines(names, axis, log, of_color, colors, smooth, band or "")
    budget = points and _budget(points, min(reader.n_lines, MOST_LINES), twice=bool(smooth or band))
    if band is None:
        _one_by_one(shown, reader, runs, budget)
    else:
        _in_groups(shown, reader, runs, band, budget)
    _use_unit(shown)
    notes = _notes(shown, reader)
    if not shown.lines:
        return word_chart(text, _nothing(shown, reader), notes)
    return draw_lines(shown, title(text, notes))


def _budget(points: int, n_lines: int, *, twice: bool) -> int:
    """Tell how many points each line may have, so that all are not too many; `twice`: they are more than x and y."""
    share = _ALL_POINTS // (3 if twice else 1) // max(n_lines, 1)
    return min(points, max(share, _FEWEST_POINTS))


def _one_by_one(shown: Lines, reader: Reader, runs: pd.DataFrame, budget: int | None) -> None:
    ids = [str(run_id) for run_id in runs["run_id"]]
    for series in reader.read(range(len(runs))):
        x, y = _on_axes(shown, series)
        if not len(x):
            continue
        arrays = {"x": x, "y": y}
        if shown.axis.kind == "metric":  # over another metric, a line may go back
            arrays["order"] = np.arange(len(x))
        if shown.smooth:
            arrays["smooth"] = moving_average(y, shown.smooth)
        color = _color(shown, [series.row])
        _add(shown, Line(reader.labels[series.row], series.metric, color, arrays, ids[series.row]), budget)


def _in_groups(shown: Lines, reader: Reader, runs: pd.DataFrame, band: str, budget: int | None) -> None:
    for group in groups_of(runs, band):
        of_metric: dict[str, list[Series]] = {}
        for series in reader.read(group.rows):
            series.x, series.y = _on_axes(shown, series)
            if len(series.x):
                of_metric.setdefault(series.metric, []).append(series)
        for metric, members in of_metric.items():
            found = mean_and_spread(members)
            low, high = found.mean - found.std, found.mean + found.std
            if "y" in _log_axes(shown.log):
                low = low.clip(min=float(found.mean.min()))
            arrays = {"x": found.x, "y": found.mean, "low": low, "high": high, "n": found.n}
            if shown.smooth:
                smoothed = {name: moving_average(arrays[name], shown.smooth) for name in ("y", "low", "high")}
                arrays |= smoothed
            _add(shown, Line(group.label, metric, _color(shown, group.rows), arrays), budget)


def _on_axes(shown: Lines, series: Series) -> tuple[Any, Any]:
    """Give the points that a logarithmic axis can show, and count the others."""
    axes = _log_axes(shown.log)
    if not axes:
        return series.x, series.y
    drawn = np.ones(len(series.x), bool)
    for name in axes:
        drawn &= getattr(series, name) >= NOTHING
    shown.n_not_positive += len(drawn) - int(drawn.sum())
    return series.x[drawn], series.y[drawn]


def _add(shown: Lines, line: Line, budget: int | None) -> None:
    chosen = least_and_greatest(line.arrays["y"], budget)
    shown.n_points += len(line.arrays["y"])
    shown.n_shown += len(chosen)
    line.arrays = {name: array[chosen] for name, array in line.arrays.items()}
    shown.lines.append(line)


def _color(shown: Lines, rows: Sequence[int]) -> float | str | None:
    """Give the value by which a line is coloured: that of its runs, if they have the same."""
    if shown.color is None:
        return None
    values = {shown.colors[row] for row in rows}
    return values.pop() if len(values) == 1 else None if by_ramp(shown.color) else MISSING


def _use_unit(shown: Lines) -> None:
    shown.x_title = shown.axis.title
    if shown.axis.kind == "relative":
        unit, ms = time_unit(max((float(line.arrays["x"][-1]) for line in shown.lines), default=0.0))
        shown.x_title = f"{unit} since the run's start"
        for line in shown.lines:
            line.arrays["x"] = line.arrays["x"] / ms


def _log_axes(log: bool | str) -> str:
    return log if isinstance(log, str) else "y" if log else ""


def _notes(shown: Lines, reader: Reader) -> list[str]:
    said = []
    if shown.band:
        said.append(f"mean ± std of runs that differ in {clean(shown.band, 30)} only")
    if shown.smooth:
        said.append(f"smoothed by {shown.smooth:g}")
    if shown.n_shown < shown.n_points:
        said.append(f"{shown.n_shown:,} of {shown.n_points:,} points: least and greatest of each stretch")
    if reader.n_not_finite:
        said.append(f"{count(reader.n_not_finite, 'point')} left out (NaN or infinite)")
    if shown.n_not_positive:
        said.append(f"{count(shown.n_not_positive, 'point')} at or below 0 left out")
    if reader.n_read >= MOST_LINES and reader.n_lines > MOST_LINES:
        said.append(f"the first {MOST_LINES} of {reader.n_lines:,} lines")
    if reader.n_gone:
        said.append(f"{count(reader.n_gone, 'line')} left out: the run is no longer in the store")
    return said


def _nothing(shown: Lines, reader: Reader) -> str:
    if shown.n_not_positive:
        return "No point is above 0, as a logarithmic axis needs them."
    if reader.n_not_finite:
        return "All points are NaN or infinite."
    if shown.axis.kind == "metric":
        return f"No run has points of both at the same step: {clean(shown.axis.metric)} and this metric."
    return "No run has a point."
