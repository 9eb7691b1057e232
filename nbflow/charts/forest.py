"""How much params matter for a metric: what a small forest loses when one of them is shuffled (numbers only)."""

from __future__ import annotations

from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

__all__ = ["FEWEST_RUNS", "Importance", "importances"]

FEWEST_RUNS = 10
_TREES = 40
_FOLDS = 5
_PARTITIONS = 3
_SHUFFLES = 5


class Importance(Struct, frozen=True):
    """What was found.

    Parameters
    ----------
    mean
        For each column how much of the score is lost without it, float64, shape (n_columns,).
    std
        Its uncertainty, of the same shape: the standard error of the mean over the rows, and how far it differs from
        one partition of the rows to the next.
    score
        R² of the forest for runs that it was not fitted to: 1 is perfect, 0 or less is no better than a guess.
    """

    mean: NDArray[np.float64]
    std: NDArray[np.float64]
    score: float


def importances(table: NDArray[np.float64], target: NDArray[np.float64]) -> Importance:
    """Measure how much each column matters.

    A forest is fitted to four fifths of the rows and predicts the others, until each row was predicted; that is done
    three times. For each column, its values are shuffled among all rows, five times: what is lost of R² is its
    importance. What is predicted is the rank of the target, so that a few runs that diverged do not decide alone.

    Parameters
    ----------
    table
        The columns, float64, shape (n_rows, n_columns), 10 rows at least; NaN is missing.
    target
        The metric, float64, shape (n_rows,); all finite.

    Returns
    -------
    importance : Importance
        The same for the same numbers.
    """
    from scipy.stats import rankdata
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.model_selection import KFold

    ranks = rankdata(target) / len(target)
    random = np.random.default_rng(0)
    n_rows, n_columns = table.shape
    # What is lost at each row, on the average of the shuffles.
    lost = np.zeros((_PARTITIONS, n_columns, n_rows))
    error = np.zeros((_PARTITIONS, n_rows))
    for partition in range(_PARTITIONS):
        shuffled = np.array([random.permutation(n_rows) for _ in range(_SHUFFLES)])
        for train, test in KFold(_FOLDS, shuffle=True, random_state=partition).split(table):
            forest = RandomForestRegressor(_TREES, min_samples_leaf=2, max_features=0.7, random_state=partition)
            forest.fit(table[train], ranks[train])
            error[partition, test] = (forest.predict(table[test]) - ranks[test]) ** 2
            for column in range(n_columns):
                predicted = _without(forest, table, column, shuffled[:, test], test)
                lost[partition, column, test] = ((predicted - ranks[test]) ** 2).mean(axis=0) - error[partition, test]
    spread = ranks.var()
    each = lost.mean(axis=2) / spread
    of_rows = lost.mean(axis=0).std(axis=1, ddof=1) / np.sqrt(n_rows) / spread
    return Importance(each.mean(axis=0), np.hypot(of_rows, each.std(axis=0)), float(1 - error.mean() / spread))


def _without(
    forest: Any, table: NDArray[np.float64], column: int, shuffled: NDArray[np.int64], test: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Predict some rows with one column shuffled, all shuffles at once: asking a forest costs more than each row."""
    rows = np.tile(table[test], (len(shuffled), 1))
    rows[:, column] = table[shuffled.reshape(-1), column]
    predicted: NDArray[np.float64] = forest.predict(rows).reshape(len(shuffled), len(test))
    return predicted
