"""The exact points of a part of a comparison's lines, for who zooms in."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nbflow.charts.arguments import check_smooth, names_of
from nbflow.charts.reduce import least_and_greatest
from nbflow.charts.series import Reader, time_unit, x_axis
from nbflow.charts.smooth import moving_average
from nbflow.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from nbflow.charts.series import Series

__all__ = ["exact_points"]

_ALL_POINTS = 40_000
_FEWEST_POINTS = 200


def exact_points(runs: pd.DataFrame, args: Mapping[str, Any], low: float, high: float) -> dict[str, Any]:
    """Get the points of all runs between two places of the axis, and the one on either side.

    Parameters
    ----------
    runs
        The runs.
    args
        What the chart was made with: `metric`, `x`, `smooth`.
    low, high
        Where the part begins and ends, in what the axis counts.

    Returns
    -------
    points : dict
        `lines`, for each run's label its `x`, `y` and `smooth`, arrays; how many points were there (`n`), and how many
        of them these are (`shown`): all of them up to 40,000.

    Raises
    ------
    InvalidRequestError
        If these are no lines whose points can be read, or the store cannot be.
    """
    if "metric" not in args or args.get("band"):
        raise InvalidRequestError("Only lines of single runs have exact points.")
    names = names_of(args["metric"])
    smooth = check_smooth(args.get("smooth") or 0.0)
    axis = x_axis(runs, args.get("x") or "step")
    reader = Reader(runs, names, axis)
    try:
        series = list(reader.read(range(len(runs))))
    except OSError as exc:
        raise InvalidRequestError(f"The store of these runs cannot be read: {exc}.") from exc
    unit = 1.0
    if axis.kind == "relative":
        _, unit = time_unit(max((float(each.x[-1]) for each in series), default=0.0))
    parts = [(each, *_part(each, unit, low, high)) for each in series]
    n = sum(end - begin for _, begin, end in parts)
    budget = max(_ALL_POINTS // max(len(parts), 1), _FEWEST_POINTS)
    lines, shown = {}, 0
    for each, begin, end in parts:
        chosen = begin + least_and_greatest(each.y[begin:end], budget)
        shown += len(chosen)
        line = {"x": each.x[chosen] / unit, "y": each.y[chosen]}
        if smooth:
            line["smooth"] = moving_average(each.y, smooth)[chosen]
        lines[reader.labels[each.row]] = line
    return {"lines": lines, "n": n, "shown": shown}


def _part(series: Series, unit: float, low: float, high: float) -> tuple[int, int]:
    import numpy as np

    if not (math.isfinite(low) and math.isfinite(high)):
        return 0, len(series.x)
    # Over another metric a line may go back: then the part is from the first point in it to the last.
    inside = np.flatnonzero((series.x >= low * unit) & (series.x <= high * unit))
    if not len(inside):
        at = int(np.searchsorted(series.x, low * unit))
        return max(at - 1, 0), min(at + 1, len(series.x))
    return max(int(inside[0]) - 1, 0), min(int(inside[-1]) + 2, len(series.x))
