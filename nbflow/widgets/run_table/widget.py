"""`RunTable`: runs as a table that sorts, filters, selects and follows its store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nbflow.drawing import table as drawing
from nbflow.errors import InvalidInputError
from nbflow.tracking.client import Client
from nbflow.widgets.bundles import shown
from nbflow.widgets.keeping import keep
from nbflow.widgets.run_table.actions import TableActions
from nbflow.widgets.run_table.arranged import ARRANGES, arranged
from nbflow.widgets.run_table.asks import TableAsks
from nbflow.widgets.run_table.data import TableData
from nbflow.widgets.run_table.layouts import Layouts
from nbflow.widgets.run_table.live import Follower, Watch
from nbflow.widgets.run_table.patch import is_same, patch
from nbflow.widgets.run_table.rows import RUN_ID, experiment_names, frame_of_runs, ids_of_runs, store_of
from nbflow.widgets.wire import Ready

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RunTable", "frame_bundle"]


class RunTable(TableAsks, TableActions):
    """Runs as a table: what a frame of runs is shown as, with what is selected in it.

    Sorting, filtering, grouping, choosing columns and layouts are the view's own; they work while the kernel trains.

    Parameters
    ----------
    runs
        What `nbflow.search_runs` found, or any part of it, with columns added or not; or a list of `Run`.
    live
        Whether new runs of the same search come into the table, and changes of those that are there, about once a
        second. It ends when the table is closed, or its cell is run again.
    layout
        The name of a saved layout of columns; None is the one used last, if there is one.

    Raises
    ------
    InvalidInputError
        If there is no such layout, or the frame has no column `run_id`.
    UnsupportedValueError
        If `runs` are no runs.

    Examples
    --------
    >>> table = nbflow.RunTable(nbflow.search_runs(), live=True)  # doctest: +SKIP
    >>> table.selected.best("loss")  # doctest: +SKIP
    """

    kind = "runs"

    def __init__(self, runs: object, live: bool = False, layout: str | None = None) -> None:
        self._runs = frame_of_runs(runs)
        self._store = store_of(self._runs)
        self._notice: str | None = None
        self._watch: Watch | None = None
        self._table = TableData(self._runs, experiment_names(Client(self._store)))
        self._is_live = live
        super().__init__(state=_first_state(layout))
        self.observe(self._arranged_anew, "state")
        if live and self.comm is not None:
            self._watch = Watch(Follower(self._runs, self._store), lambda: self._runs, self._take)
            self._watch.start()
        keep(self, named=True)

    def __repr__(self) -> str:
        n = len(self._runs)
        return f"<RunTable: {n:,} run{'' if n == 1 else 's'}{', live' if self._is_live else ''}>"

    def close(self) -> None:
        """End the table: it is shown with its newest data, and follows its store no longer."""
        watch = getattr(self, "_watch", None)
        if watch is not None:
            watch.stop()
        super().close()

    # What a user does with it

    @property
    def runs(self) -> pd.DataFrame:
        """The runs shown, in the order in which they were given: a `RunFrame`, if it was made of one."""
        return self._runs

    @property
    def selected(self) -> pd.DataFrame:
        """The runs selected: a `RunFrame`. Set it to a part of the frame, to runs, or to their ids; None is none.

        Raises
        ------
        InvalidInputError
            If what it is set to is not in the table.
        UnsupportedValueError
            If it is set to something else than runs.
        """
        wanted = set(self._selected_ids())
        runs = self._runs  # taken once: the next moment a live table may have others, in other places
        return runs.iloc[np.flatnonzero([str(run_id) in wanted for run_id in runs[RUN_ID]])]

    @selected.setter
    def selected(self, runs: object) -> None:
        self._select(runs)

    def _select(self, runs: object) -> None:
        wanted = ids_of_runs(runs)
        known = set(self._table.run_ids())
        strange = [run_id for run_id in wanted if run_id not in known]
        if strange:
            raise InvalidInputError("selected", strange, "Only runs of this table can be selected in it.")
        self.state = {**self.state, "selected": wanted}

    def _selected_ids(self) -> Sequence[str]:
        ids = self.state.get("selected", ())
        return [each for each in ids if isinstance(each, str)] if isinstance(ids, list | tuple) else []

    # What is shown

    @property
    def weight(self) -> int:
        """About how many bytes it keeps in memory."""
        return len(self._runs) * len(self._runs.columns) * 16

    def _data(self) -> dict[str, Any]:
        data = {"columns": self._table.full(), "reduced": None, **self._rest()}
        self._table.forget()
        return data

    def _saved(self) -> dict[str, Any]:
        columns, reduced = self._table.saved()
        self._table.forget()
        return {"columns": Ready(columns), "reduced": reduced, **self._rest()}

    def _rest(self) -> dict[str, Any]:
        return {"notice": self._notice, "live": self._is_live}

    def _static(self) -> dict[str, str]:
        found = arranged(self._table, self.state, self._passing)
        runs = self._runs if found.rows is None else self._runs.iloc[found.rows]
        return dict(drawing.frame_bundle(runs, found.notes))

    def _arranged_anew(self, change: Any) -> None:
        """Have the table of who has no view show the same runs as the view does."""
        if any(change["old"].get(key) != change["new"].get(key) for key in ARRANGES):
            self._renew_soon()

    # Changes

    def _show(self, runs: pd.DataFrame) -> None:
        self._take(runs, self._notice)

    def _take(self, runs: pd.DataFrame | None, notice: str | None) -> None:
        with self._lock:
            told = notice != self._notice
            self._notice = notice
            found: dict[str, Any] | None = {}
            if runs is not None:
                new = TableData(runs, experiment_names(Client(self._store)))
                found = patch(self._table, new)
                if found is not None and is_same(self._table, found):
                    found = {}
                self._table.forget()
                self._runs, self._table = runs, new
            if found is None:
                self.push()
            elif found or told:
                self.push({**found, "rest": self._rest()})
            self._table.forget()


def frame_bundle(runs: pd.DataFrame) -> dict[str, Any]:
    """Show a frame of runs: with a live table in a kernel, else with the data of one.

    Parameters
    ----------
    runs
        A `RunFrame`.

    Returns
    -------
    bundle : dict of str to object
        MIME type to content.
    """
    return shown(lambda: RunTable(runs), lambda: drawing.frame_bundle(runs))


def _first_state(layout: str | None) -> dict[str, Any]:
    layouts = Layouts()
    if layout is None:
        last = layouts.last
        return {} if last is None else {**layouts.get(last), "layout": last}
    found = layouts.get(layout)
    layouts.use(layout)
    return {**found, "layout": layout}
