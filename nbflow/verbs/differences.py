"""What tells runs apart: the params and metrics that differ, and which run has the best value (pure)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, Protocol

from msgspec import Struct

from nbflow.tracking.direction import Mode, guess_mode, is_judged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Difference", "HasValues", "Kind", "Measured", "differences", "text_differences"]

Kind = Literal["params", "metrics", "evaluated", "flavors", "requirements", "signature"]


class HasValues(Protocol):
    """What is compared: a run, or a version of a model."""

    @property
    def metrics(self) -> Mapping[str, float]:
        """Its metrics."""

    @property
    def params(self) -> Mapping[str, str]:
        """Its params."""


class Measured(Struct, frozen=True):
    """The metrics and params of what is no run."""

    metrics: dict[str, float] = {}
    params: dict[str, str] = {}


class Difference(Struct, frozen=True):
    """A param or a metric of several runs, or something else of several versions of a model.

    Parameters
    ----------
    kind
        What it is.
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

    kind: Kind
    key: str
    values: tuple[str | float | None, ...]
    same: bool
    mode: Mode | None = None
    best: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """The name of its column: `metrics.loss`."""
        return f"{self.kind}.{self.key}"


def differences(runs: Sequence[HasValues], *, everything: bool = False) -> list[Difference]:
    """Find what tells runs apart.

    Parameters
    ----------
    runs
        The runs, or what else has params and metrics.
    everything
        Whether to give the params and metrics that are the same in all of them, too.

    Returns
    -------
    found : list of Difference
        Metrics that say how good a run is, then params, then other metrics; each in the order of the first run.
    """
    metrics = [_metric(key, runs) for key in dict.fromkeys(key for run in runs for key in run.metrics)]
    params = text_differences("params", [run.params for run in runs], everything=True)
    found = [
        *(metric for metric in metrics if metric.mode is not None),
        *params,
        *(metric for metric in metrics if metric.mode is None),
    ]
    return [each for each in found if everything or not each.same]


def text_differences(kind: Kind, tables: Sequence[Mapping[str, str]], *, everything: bool = False) -> list[Difference]:
    """Find where tables of texts differ.

    Parameters
    ----------
    kind
        What the tables hold.
    tables
        One for each thing that is compared.
    everything
        Whether to give what is the same in all of them, too.

    Returns
    -------
    found : list of Difference
        In the order of the first table.
    """
    found = []
    for key in dict.fromkeys(key for each in tables for key in each):
        values = tuple(each.get(key) for each in tables)
        found.append(Difference(kind, key, values, len(set(values)) == 1))
    return [each for each in found if everything or not each.same]


def _metric(key: str, runs: Sequence[HasValues]) -> Difference:
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
