"""How good a model is: `evaluate`, its metrics and charts, and thresholds that a model must reach."""

from __future__ import annotations

from nbflow.evaluation.evaluating import evaluate
from nbflow.evaluation.extra import EvaluationMetric, make_metric
from nbflow.evaluation.result import EvaluationResult
from nbflow.evaluation.thresholds import MetricThreshold

__all__ = ["EvaluationMetric", "EvaluationResult", "MetricThreshold", "evaluate", "make_metric"]
