"""The columns of a list of runs: those that every run has, and `metrics.*`, `params.*` and `tags.*`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nbflow.drawing.format import MISSING, duration, moment, number
from nbflow.verbs.lines import moment_text, seconds_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbflow.entities import Run
    from nbflow.verbs.lines import Cell

__all__ = ["FIELDS", "check_columns", "drawn", "line_cell", "value"]

FIELDS = (
    "run_id",
    "name",
    "status",
    "start_time",
    "end_time",
    "duration",
    "user",
    "experiment",
    "experiment_id",
    "lifecycle_stage",
    "artifact_uri",
)
_KINDS = ("metrics", "params", "tags")


def check_columns(given: Sequence[str]) -> list[str]:
    """Take apart what was given to `--columns`.

    Parameters
    ----------
    given
        Names, or several parted by commas: `run_id,metrics.loss`.

    Raises
    ------
    click.BadParameter
        If there can be no such column.
    """
    names = [name.strip() for text in given for name in text.split(",") if name.strip()]
    for name in names:
        kind, dot, key = name.partition(".")
        if name not in FIELDS and not (kind in _KINDS and dot and key):
            raise click.BadParameter(
                f"There is no column {name!r}. There are {', '.join(FIELDS)}, metrics.NAME, params.NAME and tags.NAME.",
                param_hint="--columns",
            )
    return names


def value(run: Run, name: str, experiments: Mapping[str, str]) -> Any:
    """Give what a run has in a column, as JSON takes it; None where it has nothing.

    Parameters
    ----------
    run
        The run.
    name
        The column. `duration` is in milliseconds here.
    experiments
        The names of experiments by id.
    """
    kind, _, key = name.partition(".")
    if kind in _KINDS:
        return getattr(run, kind).get(key)
    info = run.info
    return {
        "name": info.run_name,
        "user": info.user_id,
        "duration": run.duration_ms,
        "experiment": experiments.get(info.experiment_id),
    }.get(name, getattr(info, name, None))


def line_cell(run: Run, name: str, experiments: Mapping[str, str]) -> Cell:
    """Give what a pipe gets in a column: times as ISO 8601, durations in seconds."""
    found: Cell = value(run, name, experiments)
    if name in ("start_time", "end_time"):
        return moment_text(found)  # type: ignore[arg-type]
    return seconds_text(found) if name == "duration" else found  # type: ignore[arg-type]


def drawn(run: Run, name: str, experiments: Mapping[str, str]) -> str:
    """Give what a person sees in a column."""
    found = value(run, name, experiments)
    if name in ("start_time", "end_time"):
        return moment(found)
    if name == "duration":
        return duration(found)
    if found is None:
        return MISSING
    return number(found) if isinstance(found, float) else str(found)
