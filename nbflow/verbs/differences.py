"""What tells runs apart: the params and metrics that differ, and which run has the best value (pure)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from nbflow.tracking.direction import Mode, guess_mode, is_judged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbflow.entities import Run

__all__ = ["Difference", "differences"]


class Difference(Struct, frozen=True):
    """A param or a metric of several runs.

    Parameters
    ----------
    kind
        Which of both.
    key
        Its name.
    values
        A text or a number for each run, in their order; None where a run has none.
    same
        Whether all runs have it, with one value.
    mode
        Whether the highest or the lowest value is best; None where that cannot be said.
    best
        The places of the runs with the best value; empty where no run is better than another.
    """

    kind: Literal["params", "metrics"]
    key: str
    values: tuple[str | float | None, ...]
    same: bool
    mode: Mode | None = None
    best: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """The name of its column: `metrics.loss`."""
        return f"{self.kind}.{self.key}"


def differences(runs: Sequence[Run], *, everything: bool = False) -> list[Difference]:
    """Find what tells runs apart.

    Parameters
    ----------
    runs
        The runs.
    everything
        Whether to give the params and metrics that are the same in all of them, too.

    Returns
    -------
    found : list of Difference
        Metrics that say how good a run is, then params, then other metrics; each in the order of the first run.
    """
    metrics = [_metric(key, runs) for key in dict.fromkeys(key for run in runs for key in run.metrics)]
    params = [_param(key, runs) for key in dict.fromkeys(key for run in runs for key in run.params)]
    found = [
        *(metric for metric in metrics if metric.mode is not None),
        *params,
        *(metric for metric in metrics if metric.mode is None),
    ]
    return [each for each in found if everything or not each.same]


def _param(key: str, runs: Sequence[Run]) -> Difference:
    values = tuple(run.params.get(key) for run in runs)
    return Difference("params", key, values, len(set(values)) == 1)


def _metric(key: str, runs: Sequence[Run]) -> Difference:
    values = tuple(run.metrics.get(key) for run in runs)
    real = [value for value in values if value is not None and not math.isnan(value)]
    # All of them NaN is one value, too.
    same = None not in values and (not real or (len(real) == len(values) and len(set(real)) == 1))
    mode = guess_mode(key) if is_judged(key) else None
    best: tuple[int, ...] = ()
    if mode is not None and len(set(real)) > 1:
        winner = min(real) if mode == "min" else max(real)
        best = tuple(place for place, value in enumerate(values) if value == winner)
    return Difference("metrics", key, values, same, mode, best)
