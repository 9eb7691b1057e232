"""What a metric's history comes to (pure): latest, first, extremes and mean, kept up to date point by point."""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from nbflow.store import points

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Point", "Series", "add_points"]

Point = tuple[int, int, float]

# Above this many records numpy pays: slow to import, or there already.
_MANY = 8192
_SOME = 128


class Series(Struct, array_like=True):
    """The summary of one metric.

    `last` and `first` are the points of the highest and lowest (step, time, value), where NaN counts as 0 in the
    comparison, as in MLflow. `low`, `high` and the mean leave NaN out, and are NaN when there is nothing else.
    """

    count: int = 0
    last: Point = (0, 0, math.nan)
    first: Point = (0, 0, math.nan)
    low: float = math.nan
    high: float = math.nan
    # For each writer the sum of its values and their number, NaN left out: summed in the order of its file, so that
    # the mean is the same to the last bit however the reading was cut into pieces.
    sums: dict[str, tuple[float, int]] = field(default_factory=dict)

    @property
    def mean(self) -> float:
        """The mean of all values but NaN."""
        number = sum(n for _, n in self.sums.values())
        if not number:
            return math.nan
        # fsum is exact, so that it does not matter which writer came first; of inf - inf it makes an error, not NaN.
        endless = sum(part for part, _ in self.sums.values() if not math.isfinite(part))
        if endless:
            return endless
        parts = [part for part, _ in self.sums.values()]
        try:
            return math.fsum(parts) / number
        except OverflowError:
            return math.fsum(part / number for part in parts)


def add_points(metrics: dict[str, Series], writer: str, keys: Mapping[int, str], data: bytes) -> int:
    """Take in records of one writer.

    Parameters
    ----------
    metrics
        The summaries by metric name, changed in place.
    writer
        The writer's name.
    keys
        What its key numbers mean.
    data
        Whole records, 32 bytes each.

    Returns
    -------
    unknown : int
        Records whose key number was never declared: damage.
    """
    if len(data) > (_SOME if "numpy" in sys.modules else _MANY) * points.SIZE:
        return _add_many(metrics, writer, keys, data)
    unknown = 0
    for step, time, value, number in points.unpack_all(data):
        key = keys.get(number)
        if key is None:
            unknown += 1
            continue
        series = metrics.get(key)
        if series is None:
            # Most metrics of most runs have one point.
            bound = value + 0.0
            sums = {writer: (bound, 1)} if value == value else {}  # noqa: PLR0124 (NaN)
            metrics[key] = Series(1, (step, time, value), (step, time, value), bound, bound, sums)
            continue
        _add(series, writer, (step, time, value))
    return unknown


def _rank(point: Point) -> tuple[int, int, float, float]:
    step, time, value = point
    if value != value:  # noqa: PLR0124 (NaN)
        return (step, time, 0.0, 0.0)
    # 0.0 and -0.0 are equal and not the same: which of them is the last must not depend on who was read first.
    return (step, time, value, math.copysign(1.0, value))


def _add(series: Series, writer: str, point: Point) -> None:
    _span(series, point, point)
    series.count += 1
    value = point[2]
    if value == value:  # noqa: PLR0124 (NaN)
        _bounds(series, value, value)
        total, number = series.sums.get(writer, (0.0, 0))
        series.sums[writer] = (total + value, number + 1)


def _add_many(metrics: dict[str, Series], writer: str, keys: Mapping[int, str], data: bytes) -> int:
    import numpy as np

    records: Any = np.frombuffer(data, points.DTYPE)
    unknown = 0
    for number in np.unique(records["key"]):
        of_key = records[records["key"] == number]
        key = keys.get(int(number))
        if key is None:
            unknown += len(of_key)
            continue
        series = metrics.setdefault(key, Series())
        values = of_key["value"]
        real = ~np.isnan(values)
        order = np.lexsort(
            (np.where(real, np.copysign(1.0, values), 0.0), np.where(real, values, 0.0), of_key["time"], of_key["step"])
        )
        ends = [(int(r["step"]), int(r["time"]), float(r["value"])) for r in of_key[order[[0, -1]]]]
        _span(series, ends[0], ends[1])
        series.count += len(of_key)
        if real.any():
            kept = values[real]
            _bounds(series, float(kept.min()), float(kept.max()))
            total, n = series.sums.get(writer, (0.0, 0))
            with np.errstate(all="ignore"):
                # cumsum adds one after the other, as _add does; sum would not.
                series.sums[writer] = (float(np.cumsum(np.concatenate(([total], kept)))[-1]), n + len(kept))
    return unknown


def _span(series: Series, low: Point, high: Point) -> None:
    if not series.count:
        series.first, series.last = low, high
        return
    if _rank(low) < _rank(series.first):
        series.first = low
    if _rank(high) > _rank(series.last):
        series.last = high


def _bounds(series: Series, low: float, high: float) -> None:
    # Adding 0.0 makes -0.0 to 0.0: a bound of both must not depend on which came first.
    if not series.low <= low:
        series.low = low + 0.0
    if not series.high >= high:
        series.high = high + 0.0
