"""What a model must reach: thresholds on its metrics, and on its gain over a baseline."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from nbflow.errors import InvalidInputError, ModelValidationError, did_you_mean
from nbflow.tracking.direction import guess_mode

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MetricThreshold", "check_thresholds", "read_thresholds"]


class MetricThreshold(Struct, frozen=True):
    """What one metric must reach.

    Parameters
    ----------
    threshold
        The value that it must reach: at least where greater is better, else at most.
    min_absolute_change
        By how much it must be better than the baseline's.
    min_relative_change
        By which share of the baseline's it must be better: 0.05 is five percent.
    greater_is_better
        None guesses it from the metric's name: less of an error or a loss is better, more of a score.
    """

    threshold: float | None = None
    min_absolute_change: float | None = None
    min_relative_change: float | None = None
    greater_is_better: bool | None = None


def read_thresholds(given: Mapping[str, MetricThreshold | float] | None) -> dict[str, MetricThreshold]:
    """Check thresholds, before anything is computed.

    Parameters
    ----------
    given
        For each metric a `MetricThreshold`, or the value that it must reach.

    Raises
    ------
    InvalidInputError
        If one is neither.
    """
    found = {}
    for metric, wanted in (given or {}).items():
        if isinstance(wanted, bool) or not isinstance(wanted, MetricThreshold | int | float):
            raise InvalidInputError(
                f"the threshold of {metric}", wanted, "It is a number, or an nbflow.models.MetricThreshold."
            )
        threshold = wanted if isinstance(wanted, MetricThreshold) else MetricThreshold(float(wanted))
        if threshold.threshold is None and not _needs_baseline(threshold):
            raise InvalidInputError(f"the threshold of {metric}", wanted, "It asks for nothing: give a threshold.")
        found[metric] = threshold
    return found


def check_thresholds(
    wanted: Mapping[str, MetricThreshold], metrics: Mapping[str, float], baseline: Mapping[str, float] | None
) -> None:
    """Raise an error that lists every threshold that is not reached.

    Raises
    ------
    ModelValidationError
        If there is one.
    InvalidInputError
        If a metric is not there, or a change is asked for and no baseline was given.
    """
    failures = []
    for metric, threshold in wanted.items():
        if metric not in metrics:
            raise InvalidInputError(
                "thresholds",
                metric,
                f"There is no such metric.{did_you_mean(metric, metrics)} It is one of {', '.join(sorted(metrics))}.",
            )
        if _needs_baseline(threshold) and (baseline is None or metric not in baseline):
            raise InvalidInputError("thresholds", metric, "A change needs something to change from: give baseline=.")
        failures += _failures(metric, threshold, metrics[metric], (baseline or {}).get(metric))
    if failures:
        raise ModelValidationError(failures)


def _needs_baseline(threshold: MetricThreshold) -> bool:
    return threshold.min_absolute_change is not None or threshold.min_relative_change is not None


def _failures(metric: str, wanted: MetricThreshold, value: float, before: float | None) -> list[str]:
    greater = wanted.greater_is_better
    if greater is None:
        greater = guess_mode(metric) == "max"
    sign = 1.0 if greater else -1.0
    found = []
    limit = wanted.threshold
    # Written so that NaN, which is neither more nor less, fails.
    if limit is not None and not sign * value >= sign * limit:
        found.append(f"{metric} is {_text(value)}, and must be {'at least' if greater else 'at most'} {_text(limit)}")
    if before is None:
        return found
    gain = sign * (value - before)
    change = wanted.min_absolute_change
    told = f"{metric} is {_text(value)}, the baseline's {_text(before)}"
    if change is not None and not gain >= change:
        found.append(f"{told}: it must be better by {_text(change)}, and is by {_text(gain)}")
    share = wanted.min_relative_change
    if share is not None and not gain >= share * abs(before):
        relative = gain / abs(before) if before else math.nan
        found.append(f"{told}: it must be better by {share:.4g} of that, and is by {relative:.4g}")
    return found


def _text(value: Any) -> str:
    return f"{value:.6g}"
