"""Metrics of the user's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

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
        Which side is better; None guesses it from the name, where it matters.
    """

    name: str
    eval_fn: Callable[[Any, Any], Any]
    greater_is_better: bool | None = None


def make_metric(
    *, eval_fn: Callable[[Any, Any], Any], greater_is_better: bool, name: str | None = None
) -> EvaluationMetric:
    """Make a metric for `evaluate(extra_metrics=[...])`.

    Parameters
    ----------
    eval_fn
        Called with the predictions and the targets, in this order; gives a number.
    greater_is_better
        Which side is better; thresholds go by it.
    name
        What it is logged as; None is the function's name.

    Raises
    ------
    InvalidInputError
        If it has no name.
    """
    return EvaluationMetric(name or _name_of(eval_fn), eval_fn, greater_is_better)


def read_extra(given: Iterable[Any] | Mapping[str, Any] | None) -> dict[str, EvaluationMetric]:
    """Give metrics of the user's own by their names.

    Parameters
    ----------
    given
        Metrics of `make_metric`, or functions called as scikit-learn's are, with targets and predictions; or either of
        them by name.

    Raises
    ------
    UnsupportedValueError
        If one is neither.
    InvalidInputError
        If a function has no name.
    """
    expected = "give a list of functions of targets and predictions."
    if given is not None and (isinstance(given, str) or not isinstance(given, Iterable)):
        raise UnsupportedValueError("extra_metrics", given, expected)
    named = given.items() if isinstance(given, Mapping) else [(None, each) for each in given or ()]
    found: dict[str, EvaluationMetric] = {}
    for name, metric in named:
        if isinstance(metric, EvaluationMetric):
            one = replace(metric, name=name or metric.name)
        elif callable(metric):
            one = EvaluationMetric(name or _name_of(metric), lambda predicted, y, m=metric: m(y, predicted))  # type: ignore[misc]
        else:
            raise UnsupportedValueError("extra_metrics", metric, expected)
        found[one.name] = one
    return found


def extra_values(extra: Mapping[str, EvaluationMetric], given: Predictions) -> dict[str, float]:
    """Compute metrics of the user's own."""
    return {
        name: metric_value(metric.eval_fn(given.predicted, given.targets), f"metric {name}")
        for name, metric in extra.items()
    }


def _name_of(function: Callable[..., Any]) -> str:
    name = getattr(function, "__name__", "")
    if not name or name == "<lambda>":
        raise InvalidInputError("name", name, "A function without a name needs one: make_metric(name=...).")
    return str(name)
