"""What a run table tells its view: which runs pass a filter, how metrics went, which layouts are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nbflow.charts.reduce import least_and_greatest
from nbflow.errors import InvalidRequestError, NbflowError
from nbflow.tracking.client import Client
from nbflow.tracking.search_calls import ids_of
from nbflow.tracking.stores import open_store
from nbflow.widgets.run_table.layouts import Layouts
from nbflow.widgets.run_table.rows import RUN_ID
from nbflow.widgets.view import View, answers

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TableAsks"]

_POINTS = 60
_MAX_LINES = 5000


class TableAsks(View):
    """The part of `RunTable` that answers without changing a run."""

    _runs: pd.DataFrame
    _store: str

    @answers("filter")
    def _filter(self, filter: Any) -> dict[str, Any]:  # noqa: A002 - the view's word
        """Give the runs of the table that pass a filter of the search grammar, in no order."""
        if not isinstance(filter, str):
            raise InvalidRequestError("A filter is a text.")
        found = set(ids_of(open_store(self._store), self._experiment_ids(), filter))
        return {"run_ids": [run_id for run_id in map(str, self._runs[RUN_ID]) if run_id in found]}

    def _experiment_ids(self) -> list[str] | None:
        if "experiment_id" not in self._runs.columns:
            return None
        ids = {str(each) for each in self._runs["experiment_id"].dropna().unique()}
        return sorted(ids) if all(each.isascii() and each.isdecimal() for each in ids) else None

    @answers("sparklines")
    def _sparklines(self, run_ids: Sequence[str], metrics: Sequence[str]) -> dict[str, Any]:
        """Give some runs' values of metrics in the order of time: at most 60, the lowest and highest among them."""
        if len(run_ids) * len(metrics) > _MAX_LINES:
            raise InvalidRequestError(f"Ask for no more than {_MAX_LINES:,} lines at once.")
        known = self._runs.drop_duplicates(RUN_ID).set_index(RUN_ID)
        client = Client(self._store)
        lines: dict[str, dict[str, Any]] = {}
        for metric in metrics:
            column = f"metrics.{metric}"
            if list(known.columns).count(column) != 1:
                continue
            there = known[column].reindex(list(run_ids)).notna()
            for run_id in there[there].index:
                values = _history(client, run_id, metric)
                if len(values) > 1:
                    lines.setdefault(run_id, {})[metric] = values
        return {"lines": lines}

    @answers("layouts")
    def _layouts(self) -> dict[str, Any]:
        layouts = Layouts()
        return {"layouts": layouts.all(), "last": layouts.last}

    @answers("save_layout")
    def _save_layout(self, name: Any, layout: Any) -> dict[str, Any]:
        if not isinstance(name, str) or not isinstance(layout, dict):
            raise InvalidRequestError("A layout is an object, and has a text for a name.")
        Layouts().save(name, layout)
        return self._layouts()

    @answers("use_layout")
    def _use_layout(self, name: str | None = None) -> dict[str, Any]:
        """Note which layout the next table begins with; None is none."""
        Layouts().use(name)
        return self._layouts()

    @answers("delete_layout")
    def _delete_layout(self, name: str) -> dict[str, Any]:
        Layouts().delete(name)
        return self._layouts()


def _history(client: Client, run_id: str, metric: str) -> Any:
    try:
        values = client.get_metric_arrays(run_id, metric).value
    except (NbflowError, OSError):  # a run that is gone, among others that are not
        return np.empty(0)
    values = values[np.isfinite(values)]
    return values[least_and_greatest(values, _POINTS)]
