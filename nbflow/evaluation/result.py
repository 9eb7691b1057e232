"""What an evaluation found."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from nbflow import display
from nbflow.evaluation.thresholds import MetricThreshold

__all__ = ["EvaluationResult"]


class EvaluationResult(Struct, frozen=True):
    """What an evaluation found.

    Parameters
    ----------
    metrics
        By name.
    baseline_metrics
        Those of the baseline, on the same rows; empty without one.
    charts
        Altair charts by name, to be shown, changed and composed.
    tables
        DataFrames by name: `per_class_metrics`, `feature_importance`.
    artifacts
        Where each chart and table is among the run's artifacts.
    run_id
        The run that it was logged to; None where it was not.
    thresholds
        What was asked of the metrics, and is reached.
    model
        What was judged: the URI that it was given by, or the name of its class or function.
    dataset
        What it was judged by: name and digest.
    """

    metrics: dict[str, float]
    baseline_metrics: dict[str, float] = field(default_factory=dict)
    charts: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, Any] = field(default_factory=dict)
    artifacts: dict[str, str] = field(default_factory=dict)
    run_id: str | None = None
    thresholds: dict[str, MetricThreshold] = field(default_factory=dict)
    model: str = ""
    dataset: str = ""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return display.bundle(self)
