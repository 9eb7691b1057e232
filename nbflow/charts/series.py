"""Histories of metrics as series of points: what x is, which points can be drawn, and how many were left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from nbflow.charts.columns import find_column, run_labels
from nbflow.charts.text import clean
from nbflow.errors import InvalidInputError, RunNotFoundError, UnsupportedValueError
from nbflow.tracking.client import Client
from nbflow.tracking.frame import STORE

if TYPE_CHECKING:
    import pandas as pd

    from nbflow.store.history import History

__all__ = ["MOST_LINES", "Axis", "Reader", "Series", "time_unit", "x_axis"]

# More lines than this are a field of one colour, and each costs the reading of its history.
MOST_LINES = 200
# Runs without a value in the frame may still have had one before it became NaN: so many of them are asked.
_MOST_DOUBTFUL = 1_000
_KINDS: tuple[Literal["step", "time", "relative"], ...] = ("step", "time", "relative")
_UNITS = (("hours", 3_600_000.0, 2.0), ("minutes", 60_000.0, 2.0), ("seconds", 1_000.0, 0.0))


class Axis(Struct, frozen=True):
    """What x is: `"step"`, `"time"` or `"relative"`; or `"metric"`, then `metric` is its name."""

    kind: Literal["step", "time", "relative", "metric"]
    metric: str = ""

    @property
    def title(self) -> str:
        """What the axis is called, but for `"relative"`, whose unit depends on the points."""
        return clean(self.metric) or self.kind


class Series(Struct):
    """Points of one metric of one run, in their order, all of them finite.

    Parameters
    ----------
    row
        Which row of the frame the run is.
    metric
        The metric's name.
    x, y
        The points, float64, each of shape (n_points,). Times are in milliseconds: since the epoch, or, where they are
        relative, since the run's start.
    """

    row: int
    metric: str
    x: Any
    y: Any


class Reader:
    """Reads the histories of metrics, one at a time: those of many runs together may be larger than the memory.

    Parameters
    ----------
    runs
        The runs.
    metrics
        The metrics' names, as they were logged; each is in the frame.
    axis
        What x is.

    Raises
    ------
    InvalidInputError
        If the frame has no column `run_id`.
    """

    def __init__(self, runs: pd.DataFrame, metrics: Sequence[str], axis: Axis) -> None:
        import numpy as np

        if "run_id" not in runs.columns:
            raise InvalidInputError("runs", list(runs.columns), "Its column run_id is gone; keep it to draw histories.")
        self.labels = run_labels(runs)
        self.n_not_finite = 0
        self.n_gone = 0
        self.n_read = 0
        self._axis = axis
        self._client = Client(runs.attrs.get(STORE))
        self._ids = [str(run_id) for run_id in runs["run_id"]]
        self._starts = _starts(runs)
        columns = [find_column(runs, metric, ("metric",)) for metric in metrics]
        self._metrics = [column.name for column in columns]
        self._sure = np.array([~np.isnan(column.data) for column in columns]).reshape(len(columns), len(runs))

    @property
    def n_lines(self) -> int:
        """How many series there are, at least: those that have a value in the frame, else all that may have had one."""
        return int(self._sure.sum()) or self._sure.size

    def read(self, rows: Sequence[int]) -> Iterator[Series]:
        """Give the series of some runs which have at least one point that can be drawn, run by run."""
        doubtful = 0
        for row in rows:
            for number, metric in enumerate(self._metrics):
                if not self._sure[number, row]:
                    doubtful += 1
                    if doubtful > _MOST_DOUBTFUL:
                        continue
                if self.n_read >= MOST_LINES:
                    return
                series = self._series(row, metric)
                if series is not None:
                    self.n_read += 1
                    yield series

    def _series(self, row: int, metric: str) -> Series | None:
        import numpy as np

        try:
            history = self._client.get_metric_arrays(self._ids[row], metric)
            x, y = self._points(row, history)
        except RunNotFoundError:
            self.n_gone += 1
            return None
        drawn = np.isfinite(x) & np.isfinite(y)
        n = int(drawn.sum())
        self.n_not_finite += len(drawn) - n
        if not n:
            return None
        return Series(row, metric, x, y) if n == len(drawn) else Series(row, metric, x[drawn], y[drawn])

    def _points(self, row: int, history: History) -> tuple[Any, Any]:
        import numpy as np

        if self._axis.kind == "step":
            # Points stand in the order of time: a step that was logged late belongs at its place.
            in_order = bool((np.diff(history.step) >= 0).all())
            order = slice(None) if in_order else np.argsort(history.step, kind="stable")
            return history.step[order].astype(float), history.value[order]
        if self._axis.kind == "metric":
            return _against(self._client.get_metric_arrays(self._ids[row], self._axis.metric), history)
        times = history.timestamp.astype(float)
        if self._axis.kind == "relative" and len(times):
            # A run may hold points that are older than itself, where their times were given.
            times -= min(self._starts[row], times[0])
        return times, history.value


def x_axis(runs: pd.DataFrame, x: str) -> Axis:
    """Tell what is meant by `x`.

    Raises
    ------
    ColumnNotFoundError
        If it is neither one of the three words nor a metric of the frame.
    UnsupportedValueError
        If it is no text.
    """
    if not isinstance(x, str):
        raise UnsupportedValueError("x", x, "give 'step', 'time', 'relative', or the name of a metric.")
    for kind in _KINDS:
        if x == kind:
            return Axis(kind)
    return Axis("metric", find_column(runs, x, ("metric",)).name)


def time_unit(longest_ms: float) -> tuple[str, float]:
    """Choose a unit for durations: what it is called, and its milliseconds."""
    return next((unit, ms) for unit, ms, least in _UNITS if longest_ms >= least * ms)


def _starts(runs: pd.DataFrame) -> list[float]:
    if "start_time" not in runs.columns:
        return [float("nan")] * len(runs)
    return [float(ms) for ms in find_column(runs, "start_time", ("attribute",)).data]


def _against(other: History, history: History) -> tuple[Any, Any]:
    """Pair the points of two metrics by their steps; of several at one step, the last counts."""
    import numpy as np

    (x_steps, x_values), (y_steps, y_values) = (_last_at_each_step(each) for each in (other, history))
    _, of_x, of_y = np.intersect1d(x_steps, y_steps, assume_unique=True, return_indices=True)
    return x_values[of_x], y_values[of_y]


def _last_at_each_step(history: History) -> tuple[Any, Any]:
    import numpy as np

    # `unique` names the first of equal ones: read backwards, that is the last.
    steps, first = np.unique(history.step[::-1], return_index=True)
    return steps, history.value[::-1][first]
