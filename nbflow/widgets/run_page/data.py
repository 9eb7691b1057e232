"""What the page of a run holds, all of it, and what of it stays in a notebook."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from nbflow.drawing import facts as say
from nbflow.drawing.format import MISSING
from nbflow.drawing.html import cut
from nbflow.drawing.model_facts import loading_code
from nbflow.widgets.artifacts import ArtifactsOfRun, artifact_tree, saved_tree
from nbflow.widgets.limits import MAX_SAVED_BYTES, saved_size
from nbflow.widgets.run_page.series import chosen_points, metrics_data

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbflow.drawing.surroundings import Surroundings
    from nbflow.entities import Run, RunError
    from nbflow.tracking.client import Client

__all__ = ["PREVIEWS_BYTES", "changes", "first_that_fit", "page_data", "saved_data", "saved_metrics"]

_GIT = {"commit": "mlflow.source.git.commit", "branch": "mlflow.source.git.branch", "repo": "mlflow.source.git.repoURL"}
_SHOWN_APART = ("duration", "git", "source")  # beside the name, and as the source

# Of what is saved; all together less than `MAX_SAVED_BYTES`.
PREVIEWS_BYTES = 300_000
"""As many bytes the previews of artifacts may take up."""

_TEXT_LENGTH = 1_000
_PAIRS_BYTES = {"params": 100_000, "tags": 70_000, "system_tags": 20_000, "inputs": 30_000, "models": 30_000}
_METRICS_BYTES = 100_000
_SERIES_BYTES = 220_000
_TRACE_LENGTH = 20_000
_LEAST_POINTS, _MOST_POINTS = 40, 500
_POINT_BYTES = 26  # of step, time and value, about


def page_data(run: Run, client: Client | None, around: Surroundings) -> dict[str, Any]:
    """Say all that a page shows of a run, as long as a kernel can be asked for what is in its files.

    Parameters
    ----------
    run
        The run.
    client
        Of its store; None where that is gone.
    around
        What its store says about it.

    Returns
    -------
    data : dict
        Plain values and arrays.
    """
    return {
        "run": _run(run, around),
        "description": say.description(run.tags),
        "facts": [
            [fact.name, fact.value, fact.code] for fact in say.run_facts(run, around) if fact.name not in _SHOWN_APART
        ],
        "source": _source(run),
        "params": [[key, value] for key, value in run.params.items()],
        "metrics": metrics_data(run, client),
        "tags": [[key, value] for key, value in say.own_tags(run.tags).items()],
        "system_tags": [[key, value] for key, value in say.system_tags(run.tags).items()],
        "inputs": [list(row) for row in say.input_rows(run)],
        "models": _models(run, around),
        "artifacts": artifact_tree(None if client is None else ArtifactsOfRun(run, client)),
        "previews": {},
        "error": _error(run.error),
        "code": say.loading_code(run),
        "restore": say.restoring_code(run),
        "reduced": None,
    }


def saved_data(data: dict[str, Any], previews: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Choose what of a page's data stays in a notebook (pure).

    Parameters
    ----------
    data
        From `page_data`.
    previews
        From `saved_previews`.

    Returns
    -------
    data : dict
        Plain values, less than 1 MB as JSON. `reduced` says of each part that is not whole how many are shown, and of
        how many.
    """
    reduced: dict[str, list[int]] = {}
    kept = {**data, "reduced": reduced}
    for part, limit_bytes in _PAIRS_BYTES.items():
        kept[part] = first_that_fit(part, data[part], limit_bytes, reduced)
    kept["description"] = _short(data["description"])
    kept["facts"] = [[name, cut(value, say.CODE_LENGTH), code] for name, value, code in data["facts"]]
    kept["source"] = {
        name: _short(value) if isinstance(value, str) else value for name, value in data["source"].items()
    }
    kept["metrics"] = saved_metrics(data["metrics"], reduced)
    kept["artifacts"] = saved_tree(data["artifacts"], reduced)
    kept["previews"] = previews
    if data["error"] is not None:
        trace = data["error"]["traceback"]
        kept["error"] = {
            **{name: _short(value) for name, value in data["error"].items()},
            "traceback": trace[-_TRACE_LENGTH:],
        }
        if len(trace) > _TRACE_LENGTH:
            reduced["traceback"] = [_TRACE_LENGTH, len(trace)]
    if saved_size(kept) > MAX_SAVED_BYTES:  # quotes and controls without end: what can be had again goes
        kept |= {"previews": {}, "metrics": [_without_series(metric) for metric in kept["metrics"]]}
        reduced["charts"] = [0, sum("series" in metric for metric in data["metrics"])]
    if not reduced and any(_texts_cut(data, kept, part) for part in _PAIRS_BYTES):
        reduced["texts"] = [0, 0]  # nothing to count; but a kernel has more to tell
    return kept | {"reduced": reduced or None}


def changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Find what of a page's data is new: whole parts, and of the metrics those that changed.

    Parameters
    ----------
    before, after
        From `page_data`, of the same run.

    Returns
    -------
    patch : dict
        What the view takes in; it never names a metric that is gone, since none ever goes.
    """
    patch = {part: value for part, value in after.items() if part not in ("metrics", "run") and value != before[part]}
    known = {metric["key"]: _told_apart(metric) for metric in before["metrics"]}
    metrics = [metric for metric in after["metrics"] if known.get(metric["key"]) != _told_apart(metric)]
    if metrics:
        patch["metrics"] = metrics
    # When it was looked at is news only beside other news.
    if patch or after["run"] != before["run"] | {"seen_at": after["run"]["seen_at"]}:
        patch["run"] = after["run"]
    return patch


def _told_apart(metric: dict[str, Any]) -> str:
    return repr([metric.get(name) for name in ("value", "step", "n", "min", "max")])  # where NaN is as NaN


def _texts_cut(data: dict[str, Any], kept: dict[str, Any], part: str) -> bool:
    return any(a != b for a, b in zip(data[part], kept[part], strict=False))


def _run(run: Run, around: Surroundings) -> dict[str, Any]:
    info = run.info
    return {
        "run_id": info.run_id,
        "name": run.name,
        "status": info.status,
        "start_time": info.start_time,
        "end_time": info.end_time,
        "experiment": around.experiment or info.experiment_id,
        "deleted": info.lifecycle_stage == "deleted",
        "seen_at": time.time_ns() // 1_000_000,
    }


def _source(run: Run) -> dict[str, Any]:
    tags = run.tags
    found: dict[str, Any] = {name: tags[tag] for name, tag in _GIT.items() if tags.get(tag)}
    found |= {name: tags[f"mlflow.source.{name}"] for name in ("name", "type") if tags.get(f"mlflow.source.{name}")}
    if tags.get("nbflow.source.git.dirty") in ("true", "false"):
        found["dirty"] = tags["nbflow.source.git.dirty"] == "true"
    return found


def _models(run: Run, around: Surroundings) -> list[dict[str, Any]]:
    rows = say.output_rows(run, around)
    return [
        {
            "path": made.path,
            "flavors": ", ".join(made.flavors),
            "size": made.size_bytes or None,
            "registered": registered if registered != MISSING else None,
            "versions": [
                {"name": version.name, "version": version.version, "aliases": list(version.aliases)}
                for version in say.versions_of_output(run, made, around)
            ],
            "code": loading_code(f"runs:/{run.run_id}/{made.path}"),
        }
        for made, (*_, registered) in zip(run.outputs.model_outputs, rows, strict=True)
    ]


def _error(error: RunError | None) -> dict[str, Any] | None:
    if error is None:
        return None
    return {"type": error.type, "message": error.message, "where": error.where, "traceback": error.traceback}


def saved_metrics(metrics: Sequence[dict[str, Any]], reduced: dict[str, list[int]]) -> list[dict[str, Any]]:
    """Choose what of the metrics stays in a notebook, and their charts (pure); `reduced` is told what does not."""
    bare = [_without_series(metric) for metric in metrics]
    kept = first_that_fit("metrics", bare, _METRICS_BYTES, reduced)
    drawn = [at for at, metric in enumerate(metrics[: len(kept)]) if "series" in metric]
    n_unread = sum("n" not in metric for metric in metrics)
    if n_unread:  # there was no time to read them
        reduced["charts"] = [len(drawn), len(drawn) + n_unread]
    if not drawn:
        return kept
    # Many charts of few points rather than few of many; the machine's come last.
    points = max(_LEAST_POINTS, min(_MOST_POINTS, _SERIES_BYTES // (_POINT_BYTES * len(drawn))))
    left = _SERIES_BYTES
    for n_drawn, at in enumerate(drawn):
        series = _saved_series(metrics[at]["series"], points)
        left -= len(series["value"]) * _POINT_BYTES
        if left < 0:
            reduced["charts"] = [n_drawn, len(drawn) + n_unread]
            break
        kept[at]["series"] = series
    return kept


def _without_series(metric: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in metric.items() if name != "series"}


def _saved_series(series: dict[str, Any], points: int) -> dict[str, Any]:
    import numpy as np

    kept = chosen_points(series["value"], points)
    value = series["value"][kept]
    return {
        "n": series["n"],
        "step": series["step"][kept].tolist(),
        "time": series["time"][kept].tolist(),
        # Seven digits are more than a screen has.
        "value": [float(f"{number:.7g}") if np.isfinite(number) else None for number in value.tolist()],
    }


def first_that_fit(part: str, rows: Sequence[Any], limit_bytes: int, reduced: dict[str, list[int]]) -> list[Any]:
    """Take the first rows that fit, with long texts cut (pure); `reduced` is told of the part where not all do."""
    kept: list[Any] = []
    left = limit_bytes
    for row in rows:
        short = [_short(text) for text in row] if isinstance(row, list) else row
        left -= saved_size(short) + 1
        if left < 0:
            reduced[part] = [len(kept), len(rows)]
            break
        kept.append(short)
    return kept


def _short(text: str | None) -> str | None:
    return None if text is None else cut(text, _TEXT_LENGTH)
