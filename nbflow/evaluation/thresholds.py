"""What a model must reach: thresholds on its metrics, and on its gain over a baseline."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from nbflow.errors import InvalidInputError, ModelValidationError, UnsupportedValueError, did_you_mean
from nbflow.tracking.direction import guess_mode

__all__ = ["MetricThreshold", "check_measured", "check_thresholds", "read_thresholds"]


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
        None goes by what `make_metric` said, or else guesses it from the metric's name: less of an error or a loss is
        better, more of a score.
    """

    threshold: float | None = None
    min_absolute_change: float | None = None
    min_relative_change: float | None = None
    greater_is_better: bool | None = None


def read_thresholds(given: Any, better: Mapping[str, bool | None], *, has_baseline: bool) -> dict[str, MetricThreshold]:
    """Check thresholds, before anything is computed.

    Parameters
    ----------
    given
        For each metric a `MetricThreshold`, or the value that it must reach; None for none.
    better
        For metrics of the user's own: whether greater is better, where that was said.
    has_baseline
        Whether there is something that a change can be from.

    Raises
    ------
    UnsupportedValueError
        If they are no dictionary.
    InvalidInputError
        If one is no number and no `MetricThreshold`, or asks for nothing, or for a change from no baseline.
    """
    if given is not None and not isinstance(given, Mapping):
        expected = "give a dictionary from the names of metrics to what they must reach."
        raise UnsupportedValueError("thresholds", given, expected)
    found = {}
    for metric, wanted in (given or {}).items():
        threshold = wanted if isinstance(wanted, MetricThreshold) else MetricThreshold(wanted)
        asked = [threshold.threshold, threshold.min_absolute_change, threshold.min_relative_change]
        numbers: list[Any] = [value for value in asked if value is not None]
        what = f"the threshold of {metric}"
        if not all(isinstance(n, int | float) and not isinstance(n, bool) and not math.isnan(n) for n in numbers):
            raise InvalidInputError(what, wanted, "It is a number, or an nbflow.models.MetricThreshold of numbers.")
        if not numbers:
            raise InvalidInputError(what, wanted, "It asks for nothing: give a threshold.")
        if _needs_baseline(threshold) and not has_baseline:
            raise InvalidInputError(what, wanted, "A change needs something to change from: give baseline=.")
        known = better.get(metric) if threshold.greater_is_better is None else threshold.greater_is_better
        found[metric] = replace(threshold, greater_is_better=known)
    return found


def check_measured(
    wanted: Mapping[str, MetricThreshold], metrics: Mapping[str, float], baseline: Mapping[str, float]
) -> None:
    """Check that what thresholds are about has been measured.

    Raises
    ------
    InvalidInputError
        If a metric is not there, or, where a change is asked for, is not among the baseline's.
    """
    for metric, threshold in wanted.items():
        of, there = ("", metrics) if metric not in metrics else (" of the baseline", baseline)
        if metric not in metrics or (_needs_baseline(threshold) and metric not in baseline):
            known = f"It is one of {', '.join(sorted(there))}."
            raise InvalidInputError(
                "thresholds", metric, f"There is no such metric{of}.{did_you_mean(metric, there)} {known}"
            )


def check_thresholds(
    wanted: Mapping[str, MetricThreshold], metrics: Mapping[str, float], baseline: Mapping[str, float]
) -> None:
    """Raise an error that lists every threshold that is not reached.

    Parameters
    ----------
    wanted, metrics, baseline
        As `check_measured` let them pass.

    Raises
    ------
    ModelValidationError
        If there is one.
    """
    failures = [
        failure
        for metric, threshold in wanted.items()
        for failure in _failures(metric, threshold, metrics[metric], baseline.get(metric))
    ]
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
