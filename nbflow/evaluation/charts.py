"""What predictions look like: Altair charts that hold their own data, reduced to what can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

    import altair as alt
    import pandas as pd

    from nbflow.evaluation.scores import Predictions

__all__ = ["classifier_charts", "importance_chart", "regressor_charts"]

_SIDE = 320
_CURVE_POINTS = 200
_DOTS = 1_000
# Beyond this many classes a curve for each, or a square for each pair, cannot be told from the others.
_MAX_CURVES = 10
_MAX_CLASSES = 50
_MAX_BARS = 30


def classifier_charts(given: Predictions) -> dict[str, alt.Chart | alt.LayerChart]:
    """Draw a classifier's predictions.

    Returns
    -------
    charts : dict of str to Chart
        `confusion_matrix`; with probabilities also `roc_curve`, `precision_recall_curve` and `calibration_curve`: of
        the positive class where there are two, else of each class against the rest, of ten classes at most.
    """
    charts: dict[str, alt.Chart | alt.LayerChart] = {}
    if len(given.classes) <= _MAX_CLASSES:
        charts["confusion_matrix"] = _confusion(given)
    if given.probabilities is None:
        return charts
    curves = list(_curves(given))
    if curves:
        charts["roc_curve"] = _roc(curves)
        charts["precision_recall_curve"] = _precision_recall(curves)
        charts["calibration_curve"] = _calibration(curves)
    return charts


def regressor_charts(given: Predictions) -> dict[str, alt.Chart | alt.LayerChart]:
    """Draw a regressor's predictions.

    Returns
    -------
    charts : dict of str to Chart
        `residuals` over the prediction, and `predicted_actual`; of 1,000 rows at most, evenly chosen.
    """
    import altair as alt
    import numpy as np
    import pandas as pd

    charts: dict[str, alt.Chart | alt.LayerChart] = {}
    rows = _evenly(len(given.targets), _DOTS)
    y, predicted = np.asarray(given.targets, float)[rows], np.asarray(given.predicted, float)[rows]
    frame = pd.DataFrame({"actual": y, "predicted": predicted, "residual": y - predicted})
    title = _title("Residuals", len(rows), len(given.targets))
    dots = alt.Chart(frame, title=title).mark_circle(opacity=0.5, size=24)
    x = alt.X("predicted:Q", scale=alt.Scale(zero=False))
    tip = [alt.Tooltip(f"{name}:Q", format=".4g") for name in frame.columns]
    zero = alt.Chart(pd.DataFrame({"residual": [0.0]})).mark_rule(strokeDash=[4, 3]).encode(y="residual:Q")
    charts["residuals"] = _layered(dots.encode(x=x, y="residual:Q", tooltip=tip), zero, height=_SIDE)
    ends = [float(min(y.min(), predicted.min())), float(max(y.max(), predicted.max()))] if len(rows) else [0.0, 1.0]
    same = pd.DataFrame({"predicted": ends, "actual": ends})
    line = alt.Chart(same).mark_line(strokeDash=[4, 3], color="gray").encode(x="predicted:Q", y="actual:Q")
    against = dots.properties(title=_title("Predicted and actual", len(rows), len(given.targets))).encode(
        x=x, y=alt.Y("actual:Q", scale=alt.Scale(zero=False)), tooltip=tip
    )
    charts["predicted_actual"] = _layered(against, line, height=_SIDE)
    return charts


def importance_chart(importance: pd.DataFrame) -> alt.LayerChart:
    """Draw how much each feature matters.

    Parameters
    ----------
    importance
        Columns `feature`, `importance` and `std`, the most important first; the first 30 are drawn.
    """
    import altair as alt

    shown = importance.head(_MAX_BARS).assign(
        low=lambda frame: frame["importance"] - frame["std"], high=lambda frame: frame["importance"] + frame["std"]
    )
    base = alt.Chart(shown, title=_title("Permutation importance", len(shown), len(importance))).encode(
        y=alt.Y("feature:N", sort=None, title=None)
    )
    bars = base.mark_bar().encode(
        x=alt.X("importance:Q", title="loss of score when the feature is shuffled"),
        tooltip=["feature:N", alt.Tooltip("importance:Q", format=".4g"), alt.Tooltip("std:Q", format=".2g")],
    )
    whiskers = base.mark_rule(color="black").encode(x="low:Q", x2="high:Q")
    return _layered(bars, whiskers)


def _confusion(given: Predictions) -> alt.LayerChart:
    import altair as alt
    import pandas as pd
    from sklearn.metrics import confusion_matrix

    counts = confusion_matrix(given.targets, given.predicted, labels=list(given.classes))
    names = [str(label) for label in given.classes]
    rows = [
        {"actual": actual, "predicted": predicted, "rows": int(counts[i, j]), "share": counts[i, j] / of_class}
        for i, actual in enumerate(names)
        for of_class in [max(int(counts[i].sum()), 1)]
        for j, predicted in enumerate(names)
    ]
    base = alt.Chart(pd.DataFrame(rows), title="Confusion matrix").encode(
        x=alt.X("predicted:N", sort=names), y=alt.Y("actual:N", sort=names)
    )
    color = alt.Color("share:Q", scale=alt.Scale(scheme="blues", domain=[0, 1]), title="share of class")
    squares = base.mark_rect().encode(color=color, tooltip=["actual:N", "predicted:N", "rows:Q"])
    texts = base.mark_text().encode(
        text="rows:Q", color=alt.condition("datum.share > 0.5", alt.value("white"), alt.value("black"))
    )
    side = min(max(len(names) * 44, 120), 640)
    return _layered(squares, texts, width=side, height=side)


def _curves(given: Predictions) -> Iterator[tuple[str, Any, Any]]:
    """Give each curve's name, whether each row is of its class, and the probability that it is."""
    import numpy as np

    classes = list(given.classes)
    named = [given.positive] if given.binary else classes[:_MAX_CURVES]
    for label in named:
        of_class = np.asarray(given.targets) == label
        if of_class.any() and not of_class.all():
            yield str(label), of_class, given.probabilities[:, classes.index(label)]


def _roc(curves: list[tuple[str, Any, Any]]) -> alt.LayerChart:
    from sklearn.metrics import roc_auc_score, roc_curve

    parts = []
    for label, truth, probability in curves:
        x, y, _ = roc_curve(truth, probability)
        parts.append((f"{label} (AUC {roc_auc_score(truth, probability):.3f})", x, y))
    return _lines("ROC curve", "false positive rate", "true positive rate", parts, diagonal=True)


def _precision_recall(curves: list[tuple[str, Any, Any]]) -> alt.LayerChart:
    from sklearn.metrics import average_precision_score, precision_recall_curve

    parts = []
    for label, truth, probability in curves:
        precision, recall, _ = precision_recall_curve(truth, probability)
        parts.append((f"{label} (AP {average_precision_score(truth, probability):.3f})", recall[::-1], precision[::-1]))
    return _lines("Precision and recall", "recall", "precision", parts)


def _calibration(curves: list[tuple[str, Any, Any]]) -> alt.LayerChart:
    from sklearn.calibration import calibration_curve

    parts = []
    for label, truth, probability in curves:
        share, mean = calibration_curve(truth, probability.clip(0, 1), n_bins=10)
        parts.append((label, mean, share))
    return _lines("Calibration", "predicted probability", "share of the class", parts, diagonal=True, dots=True)


def _lines(
    title: str, x: str, y: str, parts: list[tuple[str, Any, Any]], *, diagonal: bool = False, dots: bool = False
) -> alt.LayerChart:
    import altair as alt
    import pandas as pd

    frames = []
    for label, xs, ys in parts:
        chosen = _evenly(len(xs), _CURVE_POINTS)
        frames.append(pd.DataFrame({"class": label, x: xs[chosen], y: ys[chosen], "order": range(len(chosen))}))
    domain = alt.Scale(domain=[0, 1])
    lines = (
        alt.Chart(pd.concat(frames, ignore_index=True), title=title)
        .mark_line(point=dots)
        .encode(
            x=alt.X(f"{x}:Q", scale=domain),
            y=alt.Y(f"{y}:Q", scale=domain),
            color=alt.Color("class:N", title="class"),
            order="order:Q",
        )
    )
    layers = [lines]
    if diagonal:
        ends = pd.DataFrame({x: [0.0, 1.0], y: [0.0, 1.0]})
        chance = alt.Chart(ends).mark_line(strokeDash=[4, 3], color="gray")
        layers.insert(0, chance.encode(x=f"{x}:Q", y=f"{y}:Q"))
    return _layered(*layers, height=_SIDE, title=title)


def _layered(*charts: alt.Chart, **properties: Any) -> alt.LayerChart:
    import altair as alt

    # Altair's types allow for facets among what is layered; there are none here.
    return cast("alt.LayerChart", alt.layer(*charts).properties(**{"width": _SIDE, **properties}))


def _evenly(n: int, most: int) -> Any:
    """Choose rows evenly, the first and the last among them."""
    import numpy as np

    return np.arange(n) if n <= most else np.linspace(0, n - 1, most).round().astype(int)


def _title(text: str, shown: int, there: int) -> str:
    return text if shown == there else f"{text} ({shown:,} of {there:,})"
