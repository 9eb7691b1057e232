"""What `--json` gives: the documents that the verbs make of records, and their text (pure).

Keys are stable: new ones may come, none goes or changes its meaning. Times are integer milliseconds since the epoch,
UTC. JSON has no NaN and no infinity: they are the strings "NaN", "Infinity" and "-Infinity".
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.entities import Experiment, FileInfo, Run

__all__ = ["artifact_document", "experiment_document", "number_text", "run_document", "to_json", "whole_run_document"]


def to_json(document: object) -> str:
    r"""Write a document: ASCII only, so that nothing in it moves a terminal's cursor, and every encoding can hold it.

    >>> print(to_json({"loss": float("nan"), "name": "\x1b[2J"}), end="")
    {
      "loss": "NaN",
      "name": "\u001b[2J"
    }
    """
    return json.dumps(_plain(document), indent=2, allow_nan=False) + "\n"


def number_text(value: float) -> str:
    """Write a number so that it reads back as it was: `0.1`, `3.0`, `NaN`, `-Infinity`."""
    if math.isfinite(value):
        return repr(value)
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def run_document(run: Run) -> dict[str, Any]:
    """Make the document of a run in a list."""
    info = run.info
    return {
        "run_id": info.run_id,
        "run_name": info.run_name,
        "experiment_id": info.experiment_id,
        "status": info.status,
        "lifecycle_stage": info.lifecycle_stage,
        "user_id": info.user_id,
        "start_time": info.start_time,
        "end_time": info.end_time,
        "duration_ms": run.duration_ms,
        "artifact_uri": info.artifact_uri,
        "params": run.params,
        "metrics": run.metrics,
        "tags": run.tags,
    }


def whole_run_document(run: Run) -> dict[str, Any]:
    """Make the document of a run that is shown by itself, with all that is known of it."""
    return {
        **run_document(run),
        "latest_metrics": [msgspec.to_builtins(metric) for metric in run.data.latest_metrics],
        "inputs": [msgspec.to_builtins(used) for used in run.inputs.dataset_inputs],
        "error": None if run.error is None else msgspec.to_builtins(run.error),
    }


def experiment_document(experiment: Experiment, *, counts: Mapping[str, int] | None = None) -> dict[str, Any]:
    """Make the document of an experiment."""
    return {**msgspec.to_builtins(experiment), **(counts or {})}


def artifact_document(info: FileInfo) -> dict[str, Any]:
    """Make the document of an artifact."""
    return {"path": info.path, "is_dir": info.is_dir, "file_size": info.file_size}


def _plain(thing: Any) -> Any:
    if isinstance(thing, float):
        return thing if math.isfinite(thing) else number_text(thing)
    if isinstance(thing, dict):
        return {str(key): _plain(value) for key, value in thing.items()}
    if isinstance(thing, list | tuple):
        return [_plain(value) for value in thing]
    return _plain(msgspec.to_builtins(thing)) if isinstance(thing, msgspec.Struct) else thing
