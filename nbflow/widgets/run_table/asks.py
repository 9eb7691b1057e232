"""What a run table tells its view: which runs pass a filter, how metrics went, which layouts are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nbflow.entities import ViewType
from nbflow.errors import InvalidRequestError
from nbflow.tracking.client import Client
from nbflow.widgets.run_table.layouts import Layouts
from nbflow.widgets.run_table.rows import RUN_ID, client_of
from nbflow.widgets.run_table.sparklines import sparklines
from nbflow.widgets.view import View, answers

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TableAsks"]


class TableAsks(View):
    """The part of `RunTable` that answers without changing a run."""

    _runs: pd.DataFrame
    _store: str

    @answers("filter")
    def _filter(self, filter: Any) -> dict[str, Any]:  # noqa: A002 - the view's word
        """Give the runs of the table that pass a filter of the search grammar, in no order."""
        if not isinstance(filter, str):
            raise InvalidRequestError("A filter is a text.")
        found = self._passing(filter)
        return {"run_ids": [run_id for run_id in map(str, self._runs[RUN_ID]) if run_id in found]}

    def _passing(self, filter: str) -> set[str]:  # noqa: A002 - as above
        return set(client_of(self._store).search_run_ids(self._experiment_ids(), filter, ViewType.ALL))

    def _experiment_ids(self) -> list[str] | None:
        if "experiment_id" not in self._runs.columns:
            return None
        ids = {str(each) for each in self._runs["experiment_id"].dropna().unique()}
        return sorted(ids) if all(each.isascii() and each.isdecimal() for each in ids) else None

    @answers("sparklines")
    def _sparklines(self, run_ids: Sequence[str], metrics: Sequence[str]) -> dict[str, Any]:
        """Give some runs' values of metrics: see `sparklines`."""
        known = self._runs.drop_duplicates(RUN_ID).set_index(RUN_ID)
        there = {name: known[name].notna() for name in map(_column, metrics) if list(known.columns).count(name) == 1}

        def has(run_id: str, metric: str) -> bool:
            column = there.get(_column(metric))
            return column is not None and bool(column.get(run_id, default=False))

        return sparklines(Client(self._store), run_ids, metrics, has)

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


def _column(metric: str) -> str:
    return f"metrics.{metric}"
