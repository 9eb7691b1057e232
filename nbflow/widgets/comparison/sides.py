"""Runs side by side, for whoever shows them: the widget of a notebook, or a server's page."""

from __future__ import annotations

import math
import threading
import time
import warnings
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from nbflow.drawing.surroundings import FAILED
from nbflow.errors import InvalidRequestError
from nbflow.widgets.comparison.charts import Chart, Plan, choices, make_chart, plans
from nbflow.widgets.comparison.data import compared, rows_of, runs_of
from nbflow.widgets.comparison.points import exact_points
from nbflow.widgets.run_table.rows import RUN_ID

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Sides"]

_REMEMBERED = 60  # charts


class Sides:
    """What a comparison of runs knows: who they are, what they have, and the charts that were made of them.

    Parameters
    ----------
    runs
        A frame of them, of which the first 100 are compared. Histories for charts are read from its store, without
        asking anybody: who may not see a run must not be given it here.
    n_runs
        Of how many these are the first; None is as many as there are in the frame.

    Attributes
    ----------
    n_made
        How many charts were made so far.
    """

    def __init__(self, runs: pd.DataFrame, n_runs: int | None = None) -> None:
        self.n_runs = len(runs) if n_runs is None else n_runs
        self.runs = compared(runs)
        self.ids = [str(run_id) for run_id in self.runs[RUN_ID]]
        self.heads = runs_of(self.runs)
        self.rows = rows_of(self.runs)
        self.choices = choices(self.runs, self.rows)
        self.n_made = 0
        self._lock = threading.RLock()
        self._charts: dict[str, Chart] = {}

    @property
    def charts(self) -> list[Chart]:
        """The charts that were made, in that order."""
        with self._lock:
            return list(self._charts.values())

    def data(self) -> dict[str, Any]:
        """Give all of it, for a page that can be sent buffers."""
        rows = [column.full() for column in self.rows]
        return {**self.head(), "rows": rows, "charts": [chart.data for chart in self.charts], "reduced": None}

    def head(self) -> dict[str, Any]:
        """Give who the runs are, and what can be chosen for charts."""
        found = self.choices
        return {
            "runs": self.heads,
            "all": self.n_runs,
            "choices": {
                "metrics": found.metrics,
                "histories": found.histories,
                "params": found.params,
                "numbers": found.numbers,
            },
        }

    def charts_in_turn(self) -> list[Chart]:
        """Give the charts, the first of each kind first."""
        turn: dict[str, int] = {}
        placed = []
        for chart in self.charts:
            turn[chart.plan.kind] = turn.get(chart.plan.kind, 0) + 1
            placed.append((turn[chart.plan.kind], chart))
        return [chart for _, chart in sorted(placed, key=lambda pair: pair[0])]

    def make_charts(self, seconds: float, *, slow: bool) -> None:
        """Make the charts that tell most; the first of each kind in any case, others while there is time.

        Parameters
        ----------
        seconds
            How much there is.
        slow
            Whether those are made, too, that take seconds themselves.
        """
        end = time.monotonic() + seconds
        seen: set[str] = set()
        wanted = sorted(plans(self.runs, self.choices), key=lambda plan: plan.slow)
        for plan in [*_firsts(wanted), *wanted]:
            late = plan.kind in seen and time.monotonic() > end
            if plan.key in self._charts or late or (plan.slow and not slow):
                continue
            seen.add(plan.key)
            self._try(plan)
            seen.add(plan.kind)

    def make_rest(self) -> Iterator[None]:
        """Make the charts that are missing, one at each step."""
        for plan in plans(self.runs, self.choices):
            if plan.key not in self._charts:
                self._try(plan)
                yield

    def chart(self, kind: Any, args: Any) -> dict[str, Any]:
        """Give a chart that somebody asks for.

        Raises
        ------
        InvalidRequestError
            If there is no such chart.
        NbflowError
            If it cannot be made.
        """
        if not isinstance(kind, str) or not isinstance(args, Mapping):
            raise InvalidRequestError("A chart is asked for by its kind, and by its arguments as an object.")
        plan = Plan(kind, dict(args))
        with self._lock:
            known = self._charts.get(plan.key)
            if known is None:
                known = make_chart(self.runs, plan, self._labels())
                while len(self._charts) >= _REMEMBERED:
                    del self._charts[list(self._charts)[len(plans(self.runs, self.choices))]]
                self._keep(known)
            return known.data

    def points(self, args: Any, low: Any, high: Any) -> dict[str, Any]:
        """Give the exact points of a part of a chart's lines: see `exact_points`.

        Raises
        ------
        InvalidRequestError
            If these are no lines, or no places on their axis.
        """
        if not isinstance(args, Mapping) or not all(map(_is_place, (low, high))):
            raise InvalidRequestError("Points are asked for by a chart's arguments, between two numbers.")
        return exact_points(self.runs, args, float(low), float(high))

    def _try(self, plan: Plan) -> None:
        try:
            chart = make_chart(self.runs, plan, self._labels())
        except FAILED:
            return
        except Exception as exc:  # noqa: BLE001 - one chart less; the table and the others are shown
            warnings.warn(f"A chart of this comparison failed: {plan.kind}: {exc!r}", RuntimeWarning, stacklevel=2)
            return
        self._keep(chart)

    def _keep(self, chart: Chart) -> None:
        with self._lock:
            self._charts[chart.plan.key] = chart
            self.n_made += 1

    def _labels(self) -> list[str]:
        return [head["label"] for head in self.heads]


def _firsts(wanted: list[Plan]) -> list[Plan]:
    first: dict[str, Plan] = {}
    for plan in wanted:
        first.setdefault(plan.kind, plan)
    return list(first.values())


def _is_place(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
