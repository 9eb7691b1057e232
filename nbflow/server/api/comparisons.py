"""Routes about runs side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from nbflow.errors import InvalidRequestError
from nbflow.server.api.runs import TableColumn
from nbflow.server.routing import Call, route

if TYPE_CHECKING:
    from nbflow.widgets.comparison.sides import Sides

__all__ = [
    "ChartChoices",
    "ChartOf",
    "CompareRuns",
    "ComparedRun",
    "Comparison",
    "PointsOf",
    "chart_of_runs",
    "compare_runs",
    "points_of_runs",
]


class CompareRuns(Struct, frozen=True, forbid_unknown_fields=True):
    """Runs by their ids; of more than 100 the first 100 are compared."""

    run_ids: tuple[str, ...]


class ChartOf(Struct, frozen=True, forbid_unknown_fields=True):
    """A chart of runs: `runs.chart.<kind>(**args)`."""

    run_ids: tuple[str, ...]
    kind: str
    args: dict[str, Any] = {}


class PointsOf(Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a chart's lines, by what the chart was made with, and where on its axis it begins and ends."""

    run_ids: tuple[str, ...]
    args: dict[str, Any]
    low: float
    high: float


class ComparedRun(Struct, frozen=True):
    """Who a run is, and how it is marked in table and charts."""

    id: str
    name: str
    label: str
    letter: str
    color: str
    status: str


class ChartChoices(Struct, frozen=True):
    """What charts can be made of."""

    metrics: list[str]
    histories: list[str]
    params: list[str]
    numbers: list[str]


class Comparison(Struct, frozen=True):
    """Runs side by side: each of `rows` has a value for each run."""

    runs: list[ComparedRun]
    all: int
    choices: ChartChoices
    rows: list[TableColumn]
    charts: list[dict[str, Any]]
    reduced: None


@route("POST", "/stores/{store}/comparisons", body=CompareRuns, answer=Comparison, reads=True)
def compare_runs(call: Call) -> dict[str, Any]:
    """Compare runs: what differs, and charts."""
    return _sides(call).data()


@route("POST", "/stores/{store}/comparisons/chart", body=ChartOf, answer=dict[str, Any], reads=True)
def chart_of_runs(call: Call) -> dict[str, Any]:
    """Make a chart of runs."""
    return _sides(call).chart(call.body.kind, call.body.args)


@route("POST", "/stores/{store}/comparisons/points", body=PointsOf, answer=dict[str, Any], reads=True)
def points_of_runs(call: Call) -> dict[str, Any]:
    """Give the exact points of a part of a chart's lines."""
    return _sides(call).points(call.body.args, call.body.low, call.body.high)


def _sides(call: Call) -> Sides:
    from nbflow.widgets.comparison.data import MOST_RUNS

    client, run_ids = call.client, tuple(dict.fromkeys(call.body.run_ids))
    if not run_ids:
        raise InvalidRequestError("Name the runs that are to be compared.")
    runs = [client.get_run(run_id) for run_id in run_ids[:MOST_RUNS]]
    question = (call.identity, run_ids)
    return call.store.comparisons.get(question, runs, client.tracking_uri, len(run_ids))
