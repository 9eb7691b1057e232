"""Metrics of the user's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from nbflow.errors import InvalidInputError, UnsupportedValueError
from nbflow.values import metric_value

if TYPE_CHECKING:
    from nbflow.evaluation.scores import Predictions

__all__ = ["EvaluationMetric", "extra_values", "make_metric", "read_extra"]


class EvaluationMetric(Struct, frozen=True):
    """A metric of the user's own, with its name and its better side.

    Parameters
    ----------
    name
        What it is logged as.
    eval_fn
        Called with the predictions and the targets, in this order (MLflow's).
    greater_is_better
        Which side is better.
    """

    name: str
    eval_fn: Callable[[Any, Any], Any]
    greater_is_better: bool = True


def make_metric(
    *, eval_fn: Callable[[Any, Any], Any], greater_is_better: bool, name: str | None = None
) -> EvaluationMetric:
    """Make a metric for `evaluate(extra_metrics=[...])`.

    Parameters
    ----------
    eval_fn
        Called with the predictions and the targets, in this order; gives a number.
    greater_is_better
        Which side is better.
    name
        What it is logged as; None is the function's name.

    Raises
    ------
    InvalidInputError
        If it has no name.
    """
    name = name or getattr(eval_fn, "__name__", "")
    if not name or name == "<lambda>":
        raise InvalidInputError("name", name, "A function without a name needs one: make_metric(name=...).")
    return EvaluationMetric(name, eval_fn, greater_is_better)


def read_extra(given: Iterable[Any] | Mapping[str, Any] | None) -> dict[str, Callable[[Any, Any], Any]]:
    """Give for each name a function of targets and predictions, in this order.

    Parameters
    ----------
    given
        Metrics of `make_metric`, or functions called as scikit-learn's are, with targets and predictions; or the
        latter by name.

    Raises
    ------
    UnsupportedValueError
        If one is neither.
    """
    named = given.items() if isinstance(given, Mapping) else [(None, each) for each in given or ()]
    found: dict[str, Callable[[Any, Any], Any]] = {}
    for name, metric in named:
        if isinstance(metric, EvaluationMetric):
            found[name or metric.name] = lambda y, predicted, m=metric: m.eval_fn(predicted, y)  # type: ignore[misc]
        elif callable(metric):
            found[name or make_metric(eval_fn=metric, greater_is_better=True).name] = metric
        else:
            raise UnsupportedValueError("extra_metrics", metric, "give functions of targets and predictions.")
    return found


def extra_values(extra: Mapping[str, Callable[[Any, Any], Any]], given: Predictions) -> dict[str, float]:
    """Compute metrics of the user's own."""
    return {name: metric_value(f(given.targets, given.predicted), f"metric {name}") for name, f in extra.items()}
