"""How metrics went, in the cells of a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nbflow.charts.reduce import least_and_greatest
from nbflow.errors import InvalidRequestError, NbflowError

if TYPE_CHECKING:
    from nbflow.tracking.client import Client

__all__ = ["MAX_LINES", "sparklines"]

MAX_LINES = 5000
"""So many lines can be asked for at once."""

_POINTS = 60


def sparklines(
    client: Client,
    run_ids: Sequence[str],
    metrics: Sequence[str],
    has: Callable[[str, str], bool] = lambda _run_id, _metric: True,
) -> dict[str, Any]:
    """Give runs' values of metrics in the order of time: at most 60, the lowest and highest among them.

    Parameters
    ----------
    client
        Reads them. What it does not find, or may not see, has no line.
    run_ids, metrics
        Of which runs, and of which metrics.
    has
        Tells whether a run has a metric, where that is known: reading nothing takes time, too.

    Returns
    -------
    answer : dict
        `lines`, by run and metric, an array of float64 each.

    Raises
    ------
    InvalidRequestError
        If there would be too many.
    """
    if len(run_ids) * len(metrics) > MAX_LINES:
        raise InvalidRequestError(f"Ask for no more than {MAX_LINES:,} lines at once.")
    lines: dict[str, dict[str, Any]] = {}
    for metric in metrics:
        for run_id in run_ids:
            values = _history(client, run_id, metric) if has(run_id, metric) else ()
            if len(values) > 1:
                lines.setdefault(run_id, {})[metric] = values
    return {"lines": lines}


def _history(client: Client, run_id: str, metric: str) -> Any:
    try:
        values = client.get_metric_arrays(run_id, metric).value
    except (NbflowError, OSError):  # a run that is gone, among others that are not
        return ()
    values = values[np.isfinite(values)]
    return values[least_and_greatest(values, _POINTS)]
