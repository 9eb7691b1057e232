"""The metrics of a run as its page shows them: what they came to, and their course in few points."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from nbflow.drawing.facts import metric_rows
from nbflow.drawing.surroundings import FAILED
from nbflow.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbflow.entities import Run
    from nbflow.tracking.client import Client

__all__ = ["POINTS", "asked_history", "chosen_points", "exact", "finite_points", "is_system", "metrics_data"]

POINTS = 500
"""As many points a chart is drawn of; of more, the lowest and the highest of each stretch are kept."""

_MOST_POINTS = 20_000  # of the part of a chart that was zoomed to
_SYSTEM = "system/"
_READING_S = 0.5


def is_system(key: str) -> bool:
    """Tell whether a metric is one of the machine: its memory, its processors."""
    return key.startswith(_SYSTEM)


def metrics_data(run: Run, client: Client | None, points: int = POINTS) -> list[dict[str, Any]]:
    """Say what the metrics of a run came to, those of the machine last.

    Parameters
    ----------
    run
        The run.
    client
        Of its store; None where that is gone.
    points
        How many points of each are kept.

    Returns
    -------
    metrics : list of dict
        For each `key`, `system`, `value` and `step` of the latest, and where its history was read within half a second
        `n` points, `min`, `max`, and `series`, if there is more than one point.
    """
    rows = sorted(metric_rows(run), key=lambda row: is_system(row[0]))
    found: list[dict[str, Any]] = [
        {"key": key, "system": is_system(key), "value": value, "step": step} for key, value, step in rows
    ]
    if client is not None:
        _add_histories(found, run, client, points)
    return found


def exact(
    run: Run,
    client: Client,
    key: str,
    axis: str,
    low: float | None = None,
    high: float | None = None,
    points: int = _MOST_POINTS,
) -> dict[str, Any]:
    """Get the course of a metric between two places of an axis.

    Parameters
    ----------
    run
        The run.
    client
        Of its store.
    key
        The metric.
    axis
        `step`, or `time` in milliseconds since the run's start.
    low, high
        Where it begins and ends; None is its end.
    points
        The most that are given.

    Returns
    -------
    series : dict
        `step`, `time`, `value`: all points where there are no more, else reduced; `n` says how many there are.
    """
    step, at, value = _sorted(client.get_metric_arrays(run.run_id, key), run.info.start_time)
    place = at if axis == "time" else step
    chosen = (place >= (-math.inf if low is None else low)) & (place <= (math.inf if high is None else high))
    return _series(step[chosen], at[chosen], value[chosen], points)


def asked_history(run: Run, client: Client, key: Any, axis: Any, low: Any, high: Any, points: Any) -> dict[str, Any]:
    """Answer what a page asks of a metric's course; see `exact`.

    Raises
    ------
    InvalidRequestError
        If it asks for something else.
    """
    if not isinstance(key, str) or axis not in ("step", "time") or not (_is_place(low) and _is_place(high)):
        raise InvalidRequestError("A history is of a metric by name, over 'step' or 'time', between two numbers.")
    limit = min(points, _MOST_POINTS) if isinstance(points, int) and points > 0 else _MOST_POINTS
    return exact(run, client, key, axis, low, high, limit)


def chosen_points(value: Any, points: int) -> Any:
    """Choose the points that a chart is drawn of; of a long series only finite ones, the others having no place."""
    import numpy as np

    from nbflow.charts.reduce import least_and_greatest

    if len(value) <= points:
        return np.arange(len(value))
    known = np.flatnonzero(np.isfinite(value))
    return known[least_and_greatest(value[known], points)]


def finite_points(series: dict[str, Any]) -> tuple[Any, Any]:
    """Give steps and values of a series, without those that are not finite, as float arrays."""
    import numpy as np

    values = np.asarray(series["value"], dtype="f8")
    known = np.isfinite(values)
    return np.asarray(series["step"], dtype="f8")[known], values[known]


def _is_place(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and math.isfinite(value))


def _add_histories(found: Iterable[dict[str, Any]], run: Run, client: Client, points: int) -> None:
    end = time.monotonic() + _READING_S
    for metric in found:
        if time.monotonic() > end:
            return
        try:
            history = client.get_metric_arrays(run.run_id, metric["key"])
        except FAILED:
            return
        metric.update(_summary(history))
        if len(history) > 1:
            metric["series"] = _series(*_sorted(history, run.info.start_time), points)


def _summary(history: Any) -> dict[str, Any]:
    import numpy as np

    known = history.value[~np.isnan(history.value)]
    if not len(known):
        return {"n": len(history), "min": None, "max": None}
    return {"n": len(history), "min": float(known.min()), "max": float(known.max())}


def _sorted(history: Any, start_ms: int) -> tuple[Any, Any, Any]:
    """Give steps, milliseconds since the start, and values, in the order of steps."""
    import numpy as np

    order = np.lexsort((history.timestamp, history.step))
    return history.step[order], history.timestamp[order] - start_ms, history.value[order]


def _series(step: Any, at: Any, value: Any, points: int) -> dict[str, Any]:
    kept = chosen_points(value, points)
    return {"n": len(value), "step": step[kept], "time": at[kept], "value": value[kept]}
