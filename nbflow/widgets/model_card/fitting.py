"""What of a card a notebook keeps: within the limit, and saying what was left out (pure)."""

from __future__ import annotations

from typing import Any

from nbflow.widgets.artifacts import saved_tree
from nbflow.widgets.limits import MAX_SAVED_BYTES, saved_size

__all__ = ["fitted_to_save"]

_FEW = 50


def fitted_to_save(data: dict[str, Any], limit: int = MAX_SAVED_BYTES) -> dict[str, Any]:
    """Leave out of a card what does not fit into the notebook: charts first, the largest of them, then long lists.

    Parameters
    ----------
    data
        All of it.
    limit
        The most bytes.

    Returns
    -------
    data : dict
        `reduced` says of each noun how many are there, and how many there were.
    """
    kept = dict(data)
    reduced = dict(data.get("reduced") or {})
    if data.get("artifacts") is not None:
        kept["artifacts"] = saved_tree(data["artifacts"], reduced)
    kept["reduced"] = reduced
    size = saved_size(kept)
    if size <= limit:
        return kept
    charts, n_charts = list(data["charts"]), len(data["charts"])
    while charts and size > limit:
        largest = max(charts, key=saved_size)
        charts.remove(largest)
        size -= saved_size(largest)
        reduced["charts"] = [len(charts), n_charts]
    kept["charts"] = charts
    for noun in ("history", "tags", "metrics"):
        if size > limit and len(kept[noun]) > _FEW:
            reduced[noun] = [_FEW, len(kept[noun])]
            kept[noun] = kept[noun][:_FEW]
            size = saved_size(kept)
    for noun in ("inputs", "outputs"):
        if size > limit and kept[noun] is not None and len(kept[noun]["rows"]) > _FEW:
            reduced[noun] = [_FEW, kept[noun]["n_rows"]]
            kept[noun] = {**kept[noun], "rows": kept[noun]["rows"][:_FEW]}
            size = saved_size(kept)
    if size > limit and len(kept["trial"]["fields"]) > _FEW:
        kept["trial"] = {
            "fields": [],
            "params": [],
            "reason": "It takes many columns, which the notebook did not keep.",
        }
    kept["reduced"] = reduced
    return kept
