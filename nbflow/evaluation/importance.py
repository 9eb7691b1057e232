"""Which features matter: the loss of score when one is shuffled (Breiman, 2001), by scikit-learn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow.evaluation.scores import Predictions, classifier_metrics, regressor_metrics

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

__all__ = ["permutation_table"]

# 5 x 100 predictions of 1,000 rows at most: seconds, not minutes.
_ROWS = 1_000
_FEATURES = 100
_REPEATS = 5


def permutation_table(
    predict: Callable[[Any], Any], features: Any, targets: Any, *, classify: bool
) -> pd.DataFrame | None:
    """Measure how much each feature matters.

    Parameters
    ----------
    predict
        From features to predictions.
    features
        A DataFrame or array of shape (n_rows, n_features); a thousand rows of it are used, evenly chosen.
    targets
        Shape (n_rows,).
    classify
        Whether accuracy is lost, else R².

    Returns
    -------
    table : DataFrame or None
        Columns `feature`, `importance` (the mean loss over five shuffles) and `std`, the most important first; None
        for more than 100 features or fewer than two rows.
    """
    import numpy as np
    import pandas as pd
    from sklearn.inspection import permutation_importance

    n_rows, n_features = features.shape[0], features.shape[1] if features.ndim > 1 else 0
    if not 0 < n_features <= _FEATURES or n_rows < 2:  # noqa: PLR2004
        return None
    rows = np.linspace(0, n_rows - 1, min(n_rows, _ROWS)).round().astype(int)
    chosen = features.iloc[rows] if isinstance(features, pd.DataFrame) else features[rows]

    def score(_estimator: Any, x: Any, y: Any) -> float:
        given = Predictions(y, np.asarray(predict(x)).reshape(len(y)))
        return classifier_metrics(given)["accuracy_score"] if classify else regressor_metrics(given)["r2_score"]

    found = permutation_importance(_Fitted(), chosen, targets[rows], scoring=score, n_repeats=_REPEATS, random_state=0)
    names = chosen.columns if isinstance(chosen, pd.DataFrame) else [f"feature {i}" for i in range(n_features)]
    table = pd.DataFrame(
        {"feature": [str(name) for name in names], "importance": found.importances_mean, "std": found.importances_std}
    )
    return table.sort_values("importance", ascending=False, ignore_index=True)


class _Fitted:
    """Stands for a fitted estimator: scikit-learn asks only whether it has these."""

    def fit(self) -> None: ...

    def predict(self) -> None: ...
