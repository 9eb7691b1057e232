"""How good predictions are: the metrics of MLflow's evaluators, by scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

__all__ = ["Predictions", "classifier_metrics", "regressor_metrics"]


class Predictions(Struct):
    """What a model said of rows whose truth is known.

    Parameters
    ----------
    targets, predicted
        The truth and the prediction of each row: arrays of shape (n_rows,).
    probabilities
        The probability of each class, shape (n_rows, n_classes), in the order of `classes`; None where the model gives
        none.
    classes
        The classes, sorted as scikit-learn does; empty for a regressor.
    positive
        Which of two classes is the positive one.
    """

    targets: Any
    predicted: Any
    probabilities: Any = None
    classes: Sequence[Any] = ()
    positive: Any = None

    @property
    def binary(self) -> bool:
        """Whether there are two classes."""
        return len(self.classes) == 2  # noqa: PLR2004

    @property
    def positive_probability(self) -> Any:
        """The probability of the positive class, shape (n_rows,)."""
        return self.probabilities[:, list(self.classes).index(self.positive)]


def classifier_metrics(given: Predictions) -> dict[str, float]:
    """Judge a classifier.

    Returns
    -------
    metrics : dict of str to float
        `example_count`, `accuracy_score`, `precision_score`, `recall_score`, `f1_score`: of the positive class where
        there are two, else weighted by how often each class occurs. With two classes also `true_negatives`,
        `false_positives`, `false_negatives`, `true_positives`. With probabilities `log_loss`, `roc_auc` (one class
        against the rest, weighted, where there are more than two) and, with two, `precision_recall_auc`.
    """
    from sklearn import metrics as sk

    y, predicted = given.targets, given.predicted
    how: dict[str, Any] = {"zero_division": 0}
    how |= {"pos_label": given.positive, "average": "binary"} if given.binary else {"average": "weighted"}
    found = {
        "example_count": float(len(y)),
        "accuracy_score": sk.accuracy_score(y, predicted),
        "precision_score": sk.precision_score(y, predicted, **how),
        "recall_score": sk.recall_score(y, predicted, **how),
        "f1_score": sk.f1_score(y, predicted, **how),
    }
    if given.binary:
        order = [label for label in given.classes if label != given.positive] + [given.positive]
        counts = sk.confusion_matrix(y, predicted, labels=order).ravel()
        names = ("true_negatives", "false_positives", "false_negatives", "true_positives")
        found |= dict(zip(names, counts, strict=True))
    if given.probabilities is not None:
        found |= _probability_metrics(given)
    return {name: float(value) for name, value in found.items()}


def _probability_metrics(given: Predictions) -> dict[str, float]:
    import numpy as np
    from sklearn import metrics as sk

    y, probabilities, classes = given.targets, given.probabilities, list(given.classes)
    found = {"log_loss": sk.log_loss(y, probabilities, labels=classes)}
    there = np.unique(y)
    if given.binary and len(there) == len(classes):
        of_positive = given.positive_probability
        found["roc_auc"] = sk.roc_auc_score(y == given.positive, of_positive)
        found["precision_recall_auc"] = sk.average_precision_score(y == given.positive, of_positive)
    elif len(classes) > 2 and len(there) == len(classes):  # noqa: PLR2004
        found["roc_auc"] = sk.roc_auc_score(y, probabilities, multi_class="ovr", average="weighted", labels=classes)
    return found


def regressor_metrics(given: Predictions) -> dict[str, float]:
    """Judge a regressor.

    Returns
    -------
    metrics : dict of str to float
        `example_count`, `mean_absolute_error`, `mean_squared_error`, `root_mean_squared_error`, `sum_on_target`,
        `mean_on_target`, `r2_score`, `max_error`, `mean_absolute_percentage_error`.
    """
    import numpy as np
    from sklearn import metrics as sk

    y, predicted = given.targets, given.predicted
    squared = sk.mean_squared_error(y, predicted)
    found = {
        "example_count": len(y),
        "mean_absolute_error": sk.mean_absolute_error(y, predicted),
        "mean_squared_error": squared,
        "root_mean_squared_error": np.sqrt(squared),
        "sum_on_target": np.sum(y),
        "mean_on_target": np.mean(y),
        "r2_score": sk.r2_score(y, predicted) if len(y) > 1 else np.nan,
        "max_error": sk.max_error(y, predicted),
        "mean_absolute_percentage_error": sk.mean_absolute_percentage_error(y, predicted),
    }
    return {name: float(value) for name, value in found.items()}
