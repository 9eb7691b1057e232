"""The columns of metrics by which versions of models are told apart (pure)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from nbflow.drawing.format import numbers
from nbflow.drawing.sheet import Cell
from nbflow.tracking.direction import is_judged

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nbflow.entities import AliasPolicy, ModelVersion

__all__ = ["metric_columns"]

_METRICS = 4


def metric_columns(
    versions: Sequence[ModelVersion], policies: Iterable[AliasPolicy] = ()
) -> list[tuple[str, list[Cell]]]:
    """Choose metrics by which versions can be told apart: those that policies ask for, then those that most have.

    Parameters
    ----------
    versions
        One for each row.
    policies
        What aliases ask for.

    Returns
    -------
    columns : list of tuple
        The head of each, and its cells.
    """
    required = " ".join(policy.require for policy in policies)
    columns: list[tuple[bool, bool, int, int, str, list[Cell]]] = []
    for label, found in (
        ("{}", [version.metrics for version in versions]),
        ("{} (evaluated)", [version.evaluated for version in versions]),
    ):
        times = Counter(key for metrics in found for key in metrics)
        asked = {key for key in times if key in required}
        for key, n in times.items():
            texts = numbers([metrics.get(key) for metrics in found])
            column = [
                Cell(text, tip=repr(metrics[key]) if key in metrics else None)
                for text, metrics in zip(texts, found, strict=True)
            ]
            columns.append((key not in asked, not is_judged(key), -n, len(columns), label.format(key), column))
    return [(label, column) for *_, label, column in sorted(columns, key=lambda each: each[:4])[:_METRICS]]
