"""The course of a metric while it grows: in bounded memory, with its lowest and highest values kept."""

from __future__ import annotations

from typing import Any

import numpy as np

from nbflow.store import points
from nbflow.widgets.run_page.series import chosen_points

__all__ = ["Course", "by_key"]

# When there are more points than the first, they become as few as the second.
_MOST, _KEPT = 16_384, 4_096
_COLUMNS = ("step", "time", "value")


class Course:
    """Points of one metric. What is more than a few thousand is reduced as it comes: no peak is lost by that."""

    def __init__(self) -> None:
        self._parts: list[tuple[Any, ...]] = []
        self._n = 0

    def add(self, records: Any) -> None:
        """Take in points, as they stand in a `.metrics` file."""
        self._parts.append(tuple(records[name].copy() for name in _COLUMNS))
        self._n += len(records)
        if self._n > _MOST:
            kept = self._chosen(_KEPT)
            self._parts = [kept]
            self._n = len(kept[0])

    def series(self, n: int, start_ms: int, most: int) -> dict[str, Any]:
        """Give the course as a chart draws it.

        Parameters
        ----------
        n
            How many points were logged.
        start_ms
            When the run began.
        most
            As many points are given.

        Returns
        -------
        series : dict
            `n`, and `step`, `time` in milliseconds since the start, and `value`, in the order of steps.
        """
        step, time, value = self._chosen(most)
        return {"n": n, "step": step, "time": time - start_ms, "value": value}

    def _chosen(self, most: int) -> tuple[Any, ...]:
        step, time, value = (np.concatenate(each) for each in zip(*self._parts, strict=True))
        if len(self._parts) > 1:
            self._parts = [(step, time, value)]  # the next look need not put together what this one did
        if not _in_order(step, time):
            order = np.lexsort((time, step))
            step, time, value = step[order], time[order], value[order]
        kept = chosen_points(value, most)
        return step[kept], time[kept], value[kept]


def by_key(data: bytes) -> dict[int, Any]:
    """Part records of a `.metrics` file by the numbers of their keys."""
    records: Any = np.frombuffer(data, points.DTYPE)
    numbers = records["key"]
    if not len(records) or (numbers == numbers[0]).all():
        return {int(numbers[0]): records} if len(records) else {}
    order = np.argsort(numbers, kind="stable")
    records = records[order]
    first = np.flatnonzero(np.diff(records["key"], prepend=records["key"][0] + np.uint32(1)))
    return {int(part["key"][0]): part for part in np.split(records, first[1:])}


def _in_order(step: Any, time: Any) -> bool:
    later = step[1:] > step[:-1]
    return bool((later | ((step[1:] == step[:-1]) & (time[1:] >= time[:-1]))).all())
