"""What a live display holds, what of it is new, what stays in a notebook, and how it is drawn without a script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow.drawing.format import MISSING, count, duration, number
from nbflow.drawing.html import Html, el, join, user_text, visible
from nbflow.drawing.parts import key_text, page_of, table, title, value_text
from nbflow.drawing.status import status_mark
from nbflow.drawing.style import code_block
from nbflow.widgets.run_page.charts import charts_block
from nbflow.widgets.run_page.data import first_that_fit, saved_metrics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbflow.widgets.live.run import LiveRun

__all__ = ["changes", "drawn", "live_data", "saved_live"]

_POINTS = 6_000  # of all courses together, so that many metrics cost no more than a few
_MOST, _LEAST = 500, 40
_PARAMS_BYTES = 60_000
_NAME_LENGTH = 80
_IN_TEXT = 12
_WIDE = 6
_NOT_TOLD = ("seen_at", "rate")


def live_data(runs: Sequence[LiveRun], n_runs: int, notice: str | None) -> dict[str, Any]:
    """Say all that is shown.

    Parameters
    ----------
    runs
        The runs that are drawn, the first is the one that is shown.
    n_runs
        How many there are.
    notice
        What is wrong, if anything.

    Returns
    -------
    data : dict
        Plain values and arrays.
    """
    n_metrics = sum(len(run.state.metrics) for run in runs)
    most = max(_LEAST, min(_MOST, _POINTS // max(1, n_metrics)))
    n_series = _POINTS // _LEAST // max(1, len(runs))
    return {
        "runs": [run.facts() for run in runs],
        "n_runs": n_runs,
        "metrics": [metric for run in runs for metric in run.metrics(most, n_series)],
        "notice": notice,
        "reduced": None,
    }


def changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Find what is new.

    Parameters
    ----------
    before, after
        From `live_data`. What did not change in the metrics of a run is the same object.

    Returns
    -------
    patch : dict
        Of the runs all but the params that are known; of the metrics those that changed; empty where nothing did.
    """
    patch = {part: after[part] for part in ("n_runs", "notice") if after[part] != before[part]}
    known = {(metric["run"], metric["key"]): metric for metric in before["metrics"]}
    metrics = [metric for metric in after["metrics"] if known.get((metric["run"], metric["key"])) is not metric]
    if metrics:
        patch["metrics"] = metrics
    if patch or list(map(_told, before["runs"])) != list(map(_told, after["runs"])):
        params = {run["run_id"]: run["params"] for run in before["runs"]}
        patch["runs"] = [
            {name: value for name, value in run.items() if name != "params" or params.get(run["run_id"]) != value}
            for run in after["runs"]
        ]
    return patch


def saved_live(data: dict[str, Any]) -> dict[str, Any]:
    """Choose what stays in a notebook: a third of a megabyte at most; `reduced` says what does not."""
    reduced: dict[str, list[int]] = {}
    most = _PARAMS_BYTES // max(1, len(data["runs"]))
    runs = [{**run, "params": first_that_fit("params", run["params"], most, reduced)} for run in data["runs"]]
    kept = {**data, "runs": runs, "metrics": saved_metrics(data["metrics"], reduced)}
    return kept | {"reduced": reduced or None}


def drawn(data: dict[str, Any]) -> dict[str, str]:
    """Draw it as HTML without a script, and as text.

    Parameters
    ----------
    data
        From `live_data`.

    Returns
    -------
    bundle : dict of str to str
        `text/plain` and `text/html`.
    """
    runs, metrics = data["runs"], data["metrics"]
    if not runs:
        text = data["notice"] or "No run was started."
        return {"text/plain": visible(text), "text/html": page_of(el("div", visible(text), class_="nbflow-text"))}
    shown = runs[0]
    of_run = {run["run_id"]: [each for each in metrics if each["run"] == run["run_id"]] for run in runs}
    drawn_run = next((run for run in runs if of_run[run["run_id"]]), shown)
    own = of_run[drawn_run["run_id"]]
    rows = [
        (key_text(each["key"]), _value(each["value"]), _value(_best(each)), _value(each["step"]), _value(each["n"]))
        for each in own
    ]
    params = [(key_text(key), value_text(value)) for key, value in shown["params"]]
    of_which = "" if drawn_run is shown else f" of {visible(drawn_run['name'])}"
    html = page_of(
        title("Run", shown["name"], join(": ", status_mark(shown["status"]))),
        el("div", _pace(shown), class_="nbflow-text"),
        _error(shown["error"]),
        None if data["notice"] is None else el("div", visible(data["notice"]), class_="nbflow-text"),
        el(
            "div",
            table("Params", ("param", "value"), params, "run.params"),
            table(
                f"Metrics{of_which}",
                ("metric", "last", "best", "step", "points"),
                rows,
                "run.metrics",
                numbers=(1, 2, 3, 4),
            ),
            class_="nbflow-columns",
        ),
        charts_block(own),
        _runs_table(runs[1:], of_run, data["n_runs"]),
        code_block(f'run = nbflow.get_run("{shown["run_id"]}")'),
    )
    return {"text/plain": _text(shown, own, data["notice"]), "text/html": html}


def _told(run: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in run.items() if name not in _NOT_TOLD}


def _best(metric: dict[str, Any]) -> float | None:
    return None if metric["best"] is None or metric["n"] < 2 else metric[metric["best"]]  # noqa: PLR2004


def _value(value: float | None) -> Html:
    return join(MISSING if value is None else number(float(value)))


def _pace(run: dict[str, Any]) -> str:
    end = run["end_time"] if run["end_time"] is not None else run["seen_at"]
    took = duration(max(0, end - run["start_time"]))
    rate = run["rate"]
    if rate is None:
        return took
    value = float(f"{rate['value']:.3g}")
    return f"{took}, {number(value)} {rate['unit']} a second"


def _error(error: dict[str, Any] | None) -> Html | None:
    if error is None:
        return None
    said = join(el("b", user_text(error["type"], _NAME_LENGTH)), ": ", user_text(error["message"], _NAME_LENGTH * 3))
    return el("div", said, class_="nbflow-text")


def _runs_table(runs: Sequence[dict[str, Any]], of_run: dict[str, list[dict[str, Any]]], n_runs: int) -> Html | None:
    keys = list(dict.fromkeys(each["key"] for run in runs for each in of_run[run["run_id"]] if not each["system"]))
    keys = keys[:_WIDE]
    rows = []
    for run in runs:
        values = {each["key"]: each["value"] for each in of_run[run["run_id"]]}
        cells = [_value(values.get(key)) for key in keys]
        rows.append((user_text(run["name"], _NAME_LENGTH), status_mark(run["status"]), *cells))
    names = [user_text(key, _NAME_LENGTH // 2) for key in keys]
    numbers = range(2, 2 + len(keys))
    return table("Runs", ("run", "status", *names), rows, "nbflow.search_runs()", numbers=numbers, n_rows=n_runs - 1)


def _text(run: dict[str, Any], metrics: Sequence[dict[str, Any]], notice: str | None) -> str:
    lines = [f"Run {visible(run['name'])}: {run['status'].lower()}, {_pace(run)} ({run['run_id']})"]
    for each in metrics[:_IN_TEXT]:
        best = _best(each)
        said = "" if best is None else f" (best {number(best)})"
        lines.append(f"  {visible(each['key'])}: {number(each['value'])}{said}")
    if len(metrics) > _IN_TEXT:
        lines.append(f"  … and {count(len(metrics) - _IN_TEXT, 'other metric')}")
    return "\n".join([*lines, *([visible(notice)] if notice else [])])
