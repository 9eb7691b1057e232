"""`Comparison`: runs side by side, in a table of what differs and in charts in which they are selected."""

from __future__ import annotations

import math
import threading
import time
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from nbflow.drawing.comparison_page import comparison_html, comparison_text
from nbflow.drawing.surroundings import FAILED
from nbflow.errors import InvalidInputError, InvalidRequestError
from nbflow.widgets.comparison.charts import Chart, Plan, choices, make_chart, plans
from nbflow.widgets.comparison.data import compared, rows_of, runs_of, saved_rows
from nbflow.widgets.comparison.pictures import pictures
from nbflow.widgets.comparison.points import exact_points
from nbflow.widgets.keeping import keep
from nbflow.widgets.limits import MAX_SAVED_BYTES, json_text, saved_bytes
from nbflow.widgets.run_table.rows import RUN_ID, frame_of_runs, ids_of_runs
from nbflow.widgets.view import View, answers
from nbflow.widgets.wire import to_json

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Comparison", "compare"]

_MAKING_S = 2.5  # for the charts that are shown at once
_ROWS_SHARE = 0.35  # of the notebook's bytes, for the table
_REMEMBERED = 60  # charts
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
        self._all = frame_of_runs(_records(runs))
        self._runs = compared(self._all)
        self._ids = [str(run_id) for run_id in self._runs[RUN_ID]]
        self._heads = runs_of(self._runs)
        self._rows = rows_of(self._runs)
        self._choices = choices(self._runs, self._rows)
        self._charts: dict[str, Chart] = {}
        self._pictures: dict[str, str | None] = {}
        first = {} if baseline is None else {"baseline": self._known(baseline, "baseline")[0]}
        super().__init__(state=first)
        self._make_charts(slow=self.comm is None)
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
        return self._runs

    @property
    def selected(self) -> pd.DataFrame:
        """The runs selected: a `RunFrame`. Set it to a part of the frame, to runs, or to their ids; None is none."""
        wanted = self.state.get("selected", ())
        chosen = {each for each in wanted if isinstance(each, str)} if isinstance(wanted, list | tuple) else set()
        return self._runs.iloc[np.flatnonzero([run_id in chosen for run_id in self._ids])]

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
        return 200_000 * len(self._charts) + 16 * len(self._ids) * len(self._rows)

    def _data(self) -> dict[str, Any]:
        rows = [column.full() for column in self._rows]
        return {
            **self._head(),
            "rows": rows,
            "charts": [chart.data for chart in self._charts.values()],
            "reduced": None,
        }

    def _saved(self) -> dict[str, Any]:
        rows, of_rows = saved_rows(self._rows, int(MAX_SAVED_BYTES * _ROWS_SHARE))
        head = to_json(self._head())
        left = MAX_SAVED_BYTES - _ROOM - saved_bytes(json_text([head, rows]))
        kept = []
        for chart in self._in_turn():
            made = to_json(chart.data)
            size = saved_bytes(json_text(made))
            if size <= left:
                left -= size
                kept.append(made)
        reduced: dict[str, list[int]] = {} if of_rows is None else {"rows": of_rows}
        if len(kept) < len(self._charts):
            reduced["charts"] = [len(kept), len(self._charts)]
        return {**head, "rows": rows, "charts": kept, "reduced": reduced or None}

    def _head(self) -> dict[str, Any]:
        found = self._choices
        return {
            "runs": self._heads,
            "all": len(self._all),
            "choices": {
                "metrics": found.metrics,
                "histories": found.histories,
                "params": found.params,
                "numbers": found.numbers,
            },
        }

    def _static(self) -> dict[str, str]:
        drawn = pictures(list(self._charts.values()), self._pictures)
        baseline = self._ids.index(self.baseline) if self.baseline is not None else 0
        return {
            "text/plain": comparison_text(self._rows, self._heads, baseline, len(self._all)),
            "text/html": comparison_html(self._rows, self._heads, baseline, len(self._all), drawn),
        }

    # Charts

    def _plans(self) -> list[Plan]:
        return plans(self._runs, self._choices)

    def _in_turn(self) -> list[Chart]:
        """Give the charts, the first of each kind first."""
        turn: dict[str, int] = {}
        placed = []
        for chart in self._charts.values():
            turn[chart.plan.kind] = turn.get(chart.plan.kind, 0) + 1
            placed.append((turn[chart.plan.kind], chart))
        return [chart for _, chart in sorted(placed, key=lambda pair: pair[0])]

    def _make_charts(self, *, slow: bool) -> None:
        """Make the charts that tell most; the first of each kind in any case, others while there is time."""
        end = time.monotonic() + _MAKING_S
        seen: set[str] = set()
        wanted = sorted(self._plans(), key=lambda plan: plan.slow)
        for plan in [*_firsts(wanted), *wanted]:
            late = plan.kind in seen and time.monotonic() > end
            if plan.key in self._charts or late or (plan.slow and not slow):
                continue
            seen.add(plan.key)
            self._try(plan)
            seen.add(plan.kind)

    def _make_rest(self) -> None:
        """Make what a display does not wait for: charts that take seconds, and all pictures of the static form."""
        before = len(self._charts), len(self._pictures)
        for plan in self._plans():
            if plan.key not in self._charts and self.comm is not None:
                self._try(plan)
        pictures(list(self._charts.values()), self._pictures, math.inf)
        if before != (len(self._charts), len(self._pictures)) and self.comm is not None:
            self.push()

    def _try(self, plan: Plan) -> None:
        try:
            chart = make_chart(self._runs, plan, self._labels())
        except FAILED:
            return
        except Exception as exc:  # noqa: BLE001 - one chart less; the table and the others are shown
            warnings.warn(f"A chart of this comparison failed: {plan.kind}: {exc!r}", RuntimeWarning, stacklevel=2)
            return
        with self._lock:
            self._charts[plan.key] = chart

    def _labels(self) -> list[str]:
        return [head["label"] for head in self._heads]

    @answers("chart")
    def _chart(self, kind: Any, args: Any) -> dict[str, Any]:
        if not isinstance(kind, str) or not isinstance(args, Mapping):
            raise InvalidRequestError("A chart is asked for by its kind, and by its arguments as an object.")
        plan = Plan(kind, dict(args))
        known = self._charts.get(plan.key)
        if known is None:
            known = make_chart(self._runs, plan, self._labels())
            while len(self._charts) >= _REMEMBERED:
                del self._charts[list(self._charts)[len(self._plans())]]
            self._charts[plan.key] = known
            self._renewal.soon()
        return known.data

    @answers("points")
    def _points(self, args: Any, low: Any, high: Any) -> dict[str, Any]:
        if not isinstance(args, Mapping) or not all(map(_is_place, (low, high))):
            raise InvalidRequestError("Points are asked for by a chart's arguments, between two numbers.")
        return exact_points(self._runs, args, float(low), float(high))


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


def _firsts(wanted: list[Plan]) -> list[Plan]:
    first: dict[str, Plan] = {}
    for plan in wanted:
        first.setdefault(plan.kind, plan)
    return list(first.values())


def _is_place(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
