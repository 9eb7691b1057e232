"""How well an estimator does on what it learned from: MLflow's metrics, under MLflow's names."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbflow.autologging.inputs import Inputs

__all__ = ["training_metrics"]

Metric = tuple[str, Callable[[], float]]


def training_metrics(estimator: Any, inputs: Inputs, pos_label: Any = None) -> Iterator[Metric]:
    """Give the metrics of a fitted estimator on its training data.

    Parameters
    ----------
    estimator
        A classifier, a regressor, or another estimator with a `score`.
    inputs
        What it was fitted with; without targets there is nothing to measure.
    pos_label
        Which of two classes precision, recall and F1 are about; None averages over all classes, weighted.

    Yields
    ------
    metric
        Its name, and what computes it, which may fail without harm to the others.
    """
    from sklearn.base import is_classifier, is_regressor

    if inputs.targets is None:
        return
    if hasattr(estimator, "predict"):
        if is_classifier(estimator):
            yield from _classifier(estimator, inputs, pos_label)
        elif is_regressor(estimator):
            yield from _regressor(estimator, inputs)
    if hasattr(estimator, "score"):
        yield "training_score", lambda: _score(estimator, inputs)


def _classifier(estimator: Any, inputs: Inputs, pos_label: Any) -> Iterator[Metric]:
    from sklearn import metrics

    y, weights = inputs.targets, inputs.weights
    predicted = _Once(lambda: estimator.predict(inputs.rows))
    how: dict[str, Any] = {"average": "weighted"} if pos_label is None else {"average": "binary"}
    how |= {"pos_label": 1 if pos_label is None else pos_label, "zero_division": 0, "sample_weight": weights}
    for name in ("precision_score", "recall_score", "f1_score"):
        yield f"training_{name}", _measure(getattr(metrics, name), y, predicted, **how)
    yield "training_accuracy_score", _measure(metrics.accuracy_score, y, predicted, sample_weight=weights)
    if not hasattr(estimator, "predict_proba"):
        return
    chances = _Once(lambda: estimator.predict_proba(inputs.rows))
    yield "training_log_loss", _measure(metrics.log_loss, y, chances, sample_weight=weights)
    yield "training_roc_auc", lambda: _roc_auc(y, chances(), weights)


def _roc_auc(y: Any, chances: Any, weights: Any) -> float:
    from sklearn.metrics import roc_auc_score

    if chances.shape[1] == 2:  # noqa: PLR2004 - two classes: the second is the positive one
        return float(roc_auc_score(y, chances[:, 1], average="weighted", sample_weight=weights))
    # Of pairs of classes scikit-learn takes no weights.
    how = "ovo" if weights is None else "ovr"
    return float(roc_auc_score(y, chances, average="weighted", multi_class=how, sample_weight=weights))


def _regressor(estimator: Any, inputs: Inputs) -> Iterator[Metric]:
    from sklearn import metrics

    y, weights = inputs.targets, inputs.weights
    predicted = _Once(lambda: estimator.predict(inputs.rows))
    for name in ("mean_squared_error", "mean_absolute_error", "r2_score", "root_mean_squared_error"):
        yield f"training_{name}", _measure(getattr(metrics, name), y, predicted, sample_weight=weights)


def _measure(metric: Callable[..., float], y: Any, predicted: _Once, **how: Any) -> Callable[[], float]:
    return lambda: metric(y, predicted(), **how)


def _score(estimator: Any, inputs: Inputs) -> float:
    takes_weights = inputs.weights is not None and "sample_weight" in inspect.signature(estimator.score).parameters
    more = {"sample_weight": inputs.weights} if takes_weights else {}
    return float(estimator.score(inputs.rows, inputs.targets, **more))


class _Once:
    """Computes when it is first asked, and keeps what came out: or the error, which is the same each time."""

    def __init__(self, compute: Callable[[], Any]) -> None:
        self._compute = compute
        self._value: Any = None
        self._error: Exception | None = None
        self._done = False

    def __call__(self) -> Any:
        if not self._done:
            try:
                self._value = self._compute()
            except Exception as exc:  # noqa: BLE001 - raised below, each time
                self._error = exc
            self._done = True
        if self._error is not None:
            raise self._error
        return self._value
