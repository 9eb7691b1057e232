"""The charts of a comparison: which make sense for what differs, how each is made, and the code that makes it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct

from nbflow.drawing.surroundings import FAILED
from nbflow.errors import InvalidRequestError
from nbflow.tracking.direction import is_judged, is_time
from nbflow.tracking.frame import STORE
from nbflow.widgets.comparison.brush import Brushed, brushed
from nbflow.widgets.comparison.data import differs

if TYPE_CHECKING:
    import pandas as pd

    from nbflow.widgets.columns import Column

__all__ = ["KINDS", "Chart", "Choices", "Plan", "choices", "code_of", "make_chart", "plans"]

# What each takes: by position, and by name.
KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "lines": (("metric",), ("x", "smooth", "band")),
    "scatter": (("x", "y"), ("color", "log")),
    "parallel": ((), ("params", "metric")),
    "bars": (("metric",), ("color",)),
    "box": (("param", "metric"), ()),
    "contour": (("x", "y", "z"), ()),
    "importance": (("metric",), ("params",)),
}

_MOST_NAMES = 500  # in a list to choose from
_LOOKED_AT = 60  # metrics that are asked for a history
_ASKED_RUNS = 3
_LINES, _SCATTERS, _PARALLELS, _BARS, _BOXES = 6, 3, 2, 4, 2
_FEWEST = {"scatter": 2, "parallel": 2, "box": 4, "contour": 6, "importance": 10}
_SLOW = ("contour", "importance")
_AMPLE = 12  # kinds of a number that are still groups
_ANY_SMOOTHING = 0.5


class Plan(Struct, frozen=True):
    """A chart to be made: its kind, and what is given to the function of that name.

    Parameters
    ----------
    kind, args
        `runs.chart.<kind>(**args)`.
    slow
        Whether making it takes seconds.
    """

    kind: str
    args: dict[str, Any]
    slow: bool = False

    @property
    def key(self) -> str:
        """What tells it from all others."""
        return json.dumps([self.kind, self.args], sort_keys=True)


class Choices(Struct, frozen=True):
    """What a user can choose for the charts, names as charts take them.

    Parameters
    ----------
    metrics
        Metrics, what runs are made for first.
    histories
        Those that have a history.
    params
        Params that differ.
    numbers
        Those of them that are numbers.
    """

    metrics: list[str]
    histories: list[str]
    params: list[str]
    numbers: list[str]


class Chart(Struct):
    """A chart that was made: what goes to the page (`data`), and what gives the chart itself, for a static picture."""

    plan: Plan
    data: dict[str, Any]
    draw: Callable[[], Any]


def choices(runs: pd.DataFrame, columns: Sequence[Column]) -> Choices:
    """Tell what charts can be made of."""
    metrics = [column for column in columns if column.kind == "metric" and column.type == "number"]
    metrics.sort(key=_interest)
    # Charts find columns by their names, of which none may be there twice.
    known = set(runs.columns) if runs.columns.is_unique else set()
    names = [column.name for column in metrics if f"metrics.{column.name}" in known][:_MOST_NAMES]
    differing = [
        column for column in columns if column.kind == "param" and differs(column) and f"params.{column.name}" in known
    ]
    params = [_said(column.name, names) for column in differing][:_MOST_NAMES]
    numbers = [_said(column.name, names) for column in differing if column.type == "number"][:_MOST_NAMES]
    return Choices(names, list(_histories(runs, names)), params, numbers)


def plans(runs: pd.DataFrame, found: Choices) -> list[Plan]:
    """Choose the charts that tell most: those that are shown at first, and are kept in the notebook."""
    n = len(runs)
    metrics, params, numbers = found.metrics, found.params, found.numbers
    made = [Plan("lines", {"metric": name}) for name in found.histories[:_LINES]]
    if not metrics:
        return made
    main = metrics[0]
    if n >= _FEWEST["scatter"]:
        made += [Plan("scatter", _scatter(runs, name, main)) for name in numbers[:_SCATTERS]]
        if not numbers and len(metrics) > 1:
            made.append(Plan("scatter", {"x": metrics[1], "y": main}))
    if params and n >= _FEWEST["parallel"]:
        made += [Plan("parallel", {"metric": name}) for name in metrics[:_PARALLELS]]
    made += [Plan("bars", {"metric": name}) for name in metrics[:_BARS]]
    if n >= _FEWEST["box"]:
        made += [Plan("box", {"param": name, "metric": main}) for name in _groups(runs, params)[:_BOXES]]
    if n >= _FEWEST["contour"] and len(numbers) > 1:
        made.append(Plan("contour", {"x": numbers[0], "y": numbers[1], "z": main}, slow=True))
    if n >= _FEWEST["importance"] and params:
        made.append(Plan("importance", {"metric": main}, slow=True))
    return made


def make_chart(runs: pd.DataFrame, plan: Plan, labels: Sequence[str]) -> Chart:
    """Make a chart.

    Raises
    ------
    InvalidRequestError
        If there is no chart of this kind, it takes no such arguments, or the store cannot be read.
    NbflowError
        Whatever the function of this kind raises.
    """
    from nbflow import charts
    from nbflow.charts.static import spec_of

    known = KINDS.get(plan.kind)
    if known is None or not set(plan.args) <= {*known[0], *known[1]}:
        raise InvalidRequestError(f"There is no chart {plan.kind!r} with {', '.join(sorted(plan.args)) or 'nothing'}.")
    args = dict(plan.args)
    is_lines = plan.kind == "lines"
    page_smooths = is_lines and not args.get("smooth") and not args.get("band")
    if page_smooths:
        args["smooth"] = _ANY_SMOOTHING  # so that there is a line which the page can smooth
    draw = getattr(charts, plan.kind)
    try:
        drawn: Any = draw(runs, **args)
    except TypeError as exc:
        raise InvalidRequestError(f"The arguments of the chart do not fit: {exc}.") from exc
    except OSError as exc:
        raise InvalidRequestError(f"The store of these runs cannot be read: {exc}.") from exc
    made = brushed(spec_of(drawn), labels, can_zoom=is_lines)
    notes = [_unsmoothed(note) for note in made.notes] if page_smooths else made.notes
    data: dict[str, Any] = {
        "key": plan.key,
        "kind": plan.kind,
        "args": plan.args,
        "code": code_of(plan),
        "title": made.title,
        "notes": [note for note in notes if note],
        "words": made.words,
        "spec": made.spec,
        "pick": made.pick,
        "brush": made.brush,
        "lines": None,
    }
    if is_lines and made.spec is not None:
        data["lines"] = _lines(made.spec, made, page_smooths=page_smooths)
    return Chart(plan, data, (lambda: draw(runs, **plan.args)) if page_smooths else (lambda: drawn))


def code_of(plan: Plan) -> str:
    """Write the call that makes a chart: `runs.chart.scatter("lr", "accuracy")`."""
    by_position, by_name = KINDS[plan.kind]
    given = [_literal(plan.args[name]) for name in by_position if name in plan.args]
    given += [f"{name}={_literal(plan.args[name])}" for name in by_name if plan.args.get(name) is not None]
    return f"runs.chart.{plan.kind}({', '.join(given)})"


def _literal(value: Any) -> str:
    # A string of JSON is one of Python too.
    return json.dumps(value, ensure_ascii=False) if not isinstance(value, bool) else str(value)


def _unsmoothed(note: str) -> str:
    return " · ".join(part for part in note.split(" · ") if not part.startswith("smoothed by"))


def _lines(spec: Mapping[str, Any], made: Brushed, *, page_smooths: bool) -> dict[str, Any] | None:
    """Say where the points of the lines are: x, y, and y smoothed, which the page does where it can."""
    for name, rows in spec["datasets"].items():
        arrays = [field for field, value in (rows[0] if rows else {}).items() if isinstance(value, list)]
        if len(arrays) < 2:  # noqa: PLR2004 - a line has x and y
            continue
        drawn = [layer["encoding"].get("y", {}).get("field") for layer in spec["layer"]]
        main = next((field for field in reversed(drawn) if field in arrays), arrays[1])
        if page_smooths:
            for row in rows:
                del row[main]
        return {
            "data": name,
            "x": arrays[0],
            "y": arrays[1],
            "smooth": main if main != arrays[1] else None,
            "label": (made.pick or {}).get("field"),
            "zoom": made.zoom,
            "reduced": any("least and greatest" in note for note in made.notes),
        }
    return None


def _interest(column: Column) -> tuple[bool, bool, bool, bool]:
    return not differs(column), not is_judged(column.name), is_time(column.name), column.name.startswith("system/")


def _said(param: str, metrics: Sequence[str]) -> str:
    """Give a param's name so that no metric is meant."""
    return f"params.{param}" if param in metrics else param


def _histories(runs: pd.DataFrame, metrics: Sequence[str]) -> Iterator[str]:
    """Give the metrics of which a run has more than one point."""
    from nbflow.tracking.client import Client

    try:
        client = Client(runs.attrs.get(STORE))
    except FAILED:
        return
    ids = [str(run_id) for run_id in runs["run_id"]]
    for name in metrics[:_LOOKED_AT]:
        there = np.flatnonzero(runs[f"metrics.{name}"].notna().to_numpy())
        if any(_has_history(client, ids[row], name) for row in there[:_ASKED_RUNS].tolist()):
            yield name


def _has_history(client: Any, run_id: str, metric: str) -> bool:
    try:
        return len(client.get_metric_arrays(run_id, metric)) > 1
    except FAILED:
        return False


def _scatter(runs: pd.DataFrame, param: str, metric: str) -> dict[str, Any]:
    """Give the arguments of a scatter: learning rates and the like are a hundred times apart."""
    from nbflow.charts.columns import find_column

    args: dict[str, Any] = {"x": param, "y": metric}
    return {**args, "log": "x"} if find_column(runs, param, ("param",)).wide else args


def _groups(runs: pd.DataFrame, params: Sequence[str]) -> list[str]:
    """Give the params of which several runs share a value."""
    sizes = {name: runs[f"params.{name.removeprefix('params.')}"].nunique() for name in params}
    return [name for name in params if sizes[name] <= min(_AMPLE, len(runs) // 2)]
