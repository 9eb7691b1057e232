"""`Comparison`: runs side by side, in a table of what differs and in charts in which they are selected."""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from nbflow.drawing.comparison_page import comparison_html, comparison_text
from nbflow.errors import InvalidInputError
from nbflow.widgets.comparison.data import saved_rows
from nbflow.widgets.comparison.pictures import pictures
from nbflow.widgets.comparison.sides import Sides
from nbflow.widgets.keeping import keep
from nbflow.widgets.limits import MAX_SAVED_BYTES, json_text, saved_bytes
from nbflow.widgets.run_table.rows import frame_of_runs, ids_of_runs
from nbflow.widgets.view import View, answers
from nbflow.widgets.wire import to_json

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Comparison", "compare"]

_MAKING_S = 2.5  # for the charts that are shown at once
_ROWS_SHARE = 0.35  # of the notebook's bytes, for the table
_ROOM = 20_000  # bytes, for what is neither


class Comparison(View):
    """Runs side by side: a table of params and metrics that differ, and charts; what is selected in one is in all.

    Parameters
    ----------
    runs
        What `nbflow.search_runs` found, or any part of it; or a list of `Run`, or of ids. Of more than 100 the first
        100 are compared.
    baseline
        The run that the others are compared with, or its id; None is the first.

    Raises
    ------
    InvalidInputError
        If the frame has no column `run_id`, or the baseline is not among the runs.
    RunNotFoundError
        If there is no run of an id that was given.
    UnsupportedValueError
        If `runs` are no runs.

    Examples
    --------
    >>> comparison = nbflow.compare(nbflow.search_runs())  # doctest: +SKIP
    >>> comparison.selected.best("loss")  # doctest: +SKIP
    """

    kind: ClassVar[str] = "compare"

    def __init__(self, runs: object, baseline: object = None) -> None:
        self._sides = Sides(frame_of_runs(_records(runs)))
        self._ids = self._sides.ids
        self._pictures: dict[str, str | None] = {}
        first = {} if baseline is None else {"baseline": self._known(baseline, "baseline")[0]}
        super().__init__(state=first)
        self._sides.make_charts(_MAKING_S, slow=self.comm is None)
        if self.comm is not None:
            keep(self, named=True)
            threading.Thread(target=self._make_rest, name="nbflow-comparison", daemon=True).start()

    def __repr__(self) -> str:
        n = len(self._ids)
        return f"<Comparison of {n:,} run{'' if n == 1 else 's'}>"

    # What a user does with it

    @property
    def runs(self) -> pd.DataFrame:
        """The runs compared: a `RunFrame`, if it was made of one."""
        return self._sides.runs

    @property
    def selected(self) -> pd.DataFrame:
        """The runs selected: a `RunFrame`. Set it to a part of the frame, to runs, or to their ids; None is none."""
        wanted = self.state.get("selected", ())
        chosen = {each for each in wanted if isinstance(each, str)} if isinstance(wanted, list | tuple) else set()
        return self.runs.iloc[np.flatnonzero([run_id in chosen for run_id in self._ids])]

    @selected.setter
    def selected(self, runs: object) -> None:
        self.state = {**self.state, "selected": self._known(runs, "selected")}

    @property
    def baseline(self) -> str | None:
        """The id of the run that the others are compared with. Set it to a run, or to an id; None is the first."""
        told = self.state.get("baseline")
        return told if told in self._ids else self._ids[0] if self._ids else None

    @baseline.setter
    def baseline(self, run: object) -> None:
        self.state = {**self.state, "baseline": self._known(run, "baseline")[0] if run is not None else None}

    def _known(self, runs: object, what: str) -> list[str]:
        wanted = ids_of_runs(runs)
        strange = [run_id for run_id in wanted if run_id not in self._ids]
        if strange or (what == "baseline" and len(wanted) != 1):
            raise InvalidInputError(what, strange or wanted, "It is among the runs that are compared.")
        return wanted

    # What is shown

    @property
    def weight(self) -> int:
        """About how many bytes it keeps in memory."""
        return 200_000 * len(self._sides.charts) + 16 * len(self._ids) * len(self._sides.rows)

    def _data(self) -> dict[str, Any]:
        return self._sides.data()

    def _saved(self) -> dict[str, Any]:
        rows, of_rows = saved_rows(self._sides.rows, int(MAX_SAVED_BYTES * _ROWS_SHARE))
        head = to_json(self._sides.head())
        left = MAX_SAVED_BYTES - _ROOM - saved_bytes(json_text([head, rows]))
        kept = []
        charts = self._sides.charts_in_turn()
        for chart in charts:
            made = to_json(chart.data)
            size = saved_bytes(json_text(made))
            if size <= left:
                left -= size
                kept.append(made)
        reduced: dict[str, list[int]] = {} if of_rows is None else {"rows": of_rows}
        if len(kept) < len(charts):
            reduced["charts"] = [len(kept), len(charts)]
        return {**head, "rows": rows, "charts": kept, "reduced": reduced or None}

    def _static(self) -> dict[str, str]:
        sides = self._sides
        drawn = pictures(sides.charts, self._pictures)
        baseline = self._ids.index(self.baseline) if self.baseline is not None else 0
        return {
            "text/plain": comparison_text(sides.rows, sides.heads, baseline, sides.n_runs),
            "text/html": comparison_html(sides.rows, sides.heads, baseline, sides.n_runs, drawn),
        }

    # Charts

    def _make_rest(self) -> None:
        """Make what a display does not wait for: charts that take seconds, and all pictures of the static form."""
        before = self._sides.n_made, len(self._pictures)
        for _ in self._sides.make_rest():
            if self.comm is None:
                return
        pictures(self._sides.charts, self._pictures, math.inf)
        if before != (self._sides.n_made, len(self._pictures)) and self.comm is not None:
            self.push()

    @answers("chart")
    def _chart(self, kind: Any, args: Any) -> dict[str, Any]:
        before = self._sides.n_made
        found = self._sides.chart(kind, args)
        if self._sides.n_made != before:
            self._renewal.soon()
        return found

    @answers("points")
    def _points(self, args: Any, low: Any, high: Any) -> dict[str, Any]:
        return self._sides.points(args, low, high)


def compare(runs: object, baseline: object = None) -> Comparison:
    """Compare runs: a table of what differs, with the change against a baseline, and charts.

    Parameters
    ----------
    runs
        What `nbflow.search_runs` found, or any part of it; or a list of `Run`, or of ids. Of more than 100 the first
        100 are compared.
    baseline
        The run that the others are compared with, or its id; None is the first.

    Returns
    -------
    comparison : Comparison
        It shows itself; what is selected in it is `comparison.selected`.

    Raises
    ------
    InvalidInputError
        If the frame has no column `run_id`, or the baseline is not among the runs.
    RunNotFoundError
        If there is no run of an id that was given.
    UnsupportedValueError
        If `runs` are no runs.

    Examples
    --------
    >>> nbflow.compare(nbflow.search_runs("metrics.loss < 0.1"))  # doctest: +SKIP
    """
    return Comparison(runs, baseline)


def _records(runs: object) -> object:
    """Give runs for ids, where ids were given."""
    if isinstance(runs, str):
        runs = [runs]
    if not isinstance(runs, list | tuple) or not any(isinstance(each, str) for each in runs):
        return runs
    from nbflow.tracking.client import Client

    client = Client()
    return [client.get_run(each) if isinstance(each, str) else each for each in runs]
