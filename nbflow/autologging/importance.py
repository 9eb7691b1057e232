"""How much each feature matters to a boosted model: a file of numbers, and a chart of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbflow.autologging.recorder import Recorder

__all__ = ["importance_chart", "log_importance"]

_MAX_BARS = 30


def log_importance(log: Recorder, kind: str, importance: Mapping[str, float]) -> None:
    """Log the importance of features, most important first.

    Parameters
    ----------
    log
        The run.
    kind
        How it is measured: `"gain"`.
    importance
        By feature.
    """
    ordered = dict(sorted(importance.items(), key=lambda item: -item[1]))
    log.json(ordered, f"feature_importance_{kind}.json")
    log.json(importance_chart(kind, ordered), f"feature_importance_{kind}.vl.json")


def importance_chart(kind: str, importance: Mapping[str, float]) -> dict[str, Any]:
    """Draw the importance of the first features.

    Parameters
    ----------
    kind
        How it is measured.
    importance
        By feature, in the order in which they are drawn; the first 30 are.

    Returns
    -------
    chart : dict
        A chart as Altair writes it (`altair.Chart.from_dict` reads it): to import Altair for these bars would take
        longer than many a training.
    """
    shown = list(importance.items())[:_MAX_BARS]
    title = f"Feature importance ({kind})"
    if len(shown) < len(importance):
        title += f", {len(shown)} of {len(importance):,}"
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "title": title,
        "data": {"values": [{"feature": name, "importance": value} for name, value in shown]},
        "mark": "bar",
        "encoding": {
            "x": {"field": "importance", "type": "quantitative", "title": kind},
            "y": {"field": "feature", "type": "nominal", "sort": None, "title": None},
            "tooltip": [
                {"field": "feature", "type": "nominal"},
                {"field": "importance", "type": "quantitative", "format": ".4g"},
            ],
        },
    }
