"""Routes about one run: its page, the course of its metrics, and its files as lists and previews."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from msgspec import Struct

from nbflow.drawing.surroundings import look_around_in
from nbflow.provenance.tags import CELL_TAG, KERNEL_TAG
from nbflow.server.routing import Call, route
from nbflow.widgets.artifacts import ArtifactsOfRun, list_folder, preview_of
from nbflow.widgets.run_page.data import page_data
from nbflow.widgets.run_page.series import asked_history

if TYPE_CHECKING:
    from nbflow.entities import Run

__all__ = [
    "Entries",
    "Entry",
    "FolderQuery",
    "History",
    "HistoryQuery",
    "PathQuery",
    "Preview",
    "RunPage",
    "Where",
    "list_artifacts",
    "preview_artifact",
    "run_history",
    "run_page",
]

_RUN = "/stores/{store}/runs/{run_id}"
_NO_NOTEBOOK = "ipykernel_launcher.py"  # what runs where no front end told the notebook


class HistoryQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which stretch of a metric's course is wanted.

    Parameters
    ----------
    key
        The metric.
    axis
        What `low` and `high` are of; times are in milliseconds since the run's start.
    low, high
        Where it begins and ends; None is its end.
    points
        The most that are given; None is 20,000.
    """

    key: str
    axis: Literal["step", "time"] = "step"
    low: float | None = None
    high: float | None = None
    points: int | None = None


class PathQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """A file or folder among artifacts."""

    path: str


class FolderQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """A folder among artifacts; `""` is all of them."""

    path: str = ""


class Where(TypedDict):
    """Where a run came from: the notebook, by its path below the server's root, and the cell and kernel if known."""

    notebook: str
    cell_id: str | None
    kernel_id: str | None


class RunPage(TypedDict):
    """A run as the view of run pages draws it, and what only a server knows."""

    permission: str
    experiment_id: str
    where: Where | None
    server: bool
    run: dict[str, Any]
    description: str | None
    facts: list[list[Any]]
    source: dict[str, Any]
    params: list[list[str]]
    metrics: list[dict[str, Any]]
    tags: list[list[str]]
    system_tags: list[list[str]]
    inputs: list[list[Any]]
    models: list[dict[str, Any]]
    artifacts: dict[str, Any]
    previews: dict[str, Any]
    error: dict[str, Any] | None
    code: str
    restore: str | None


class History(TypedDict):
    """Points of a metric's course: arrays of one length; `n` is how many there are in that stretch."""

    n: int
    step: list[int]
    time: list[int]
    value: list[float | None]


class Entry(TypedDict):
    """A file or folder; `size` is in bytes, and None for a folder."""

    path: str
    is_dir: bool
    size: int | None


class Entries(TypedDict):
    """What is in a folder: its first 2,000 entries, folders first."""

    entries: list[Entry]


class Preview(TypedDict):
    """What can be seen of a file; what else there is goes by its kind."""

    kind: Literal["chart", "html", "image", "none", "plotly", "table", "text"]
    size: int


@route("GET", _RUN, answer=RunPage)
def run_page(call: Call) -> dict[str, Any]:
    """Give all that the page of a run shows."""
    client = call.client
    run = client.get_run(call.path["run_id"])
    page = page_data(run, client, look_around_in(client, run))
    del page["run"]["seen_at"]  # else no answer is like the one before, and none is marked as unchanged
    return {
        **page,
        "permission": call.permission(experiment_id=run.info.experiment_id),
        "experiment_id": run.info.experiment_id,
        "where": _where(run, call.server.root_dir),
        "server": True,
    }


@route("GET", f"{_RUN}/history", query=HistoryQuery, answer=History)
def run_history(call: Call) -> dict[str, Any]:
    """Give the course of a metric, or a stretch of it, in as many points as are wanted."""
    asked: HistoryQuery = call.query
    run = call.client.get_run(call.path["run_id"])
    return asked_history(run, call.client, asked.key, asked.axis, asked.low, asked.high, asked.points)


@route("GET", f"{_RUN}/artifacts", query=FolderQuery, answer=Entries)
def list_artifacts(call: Call) -> dict[str, Any]:
    """List a folder of a run's artifacts."""
    return {"entries": list_folder(_files(call), call.query.path)}


@route("GET", f"{_RUN}/preview", query=PathQuery, answer=Preview)
def preview_artifact(call: Call) -> dict[str, Any]:
    """Show what is in a file of a run."""
    return preview_of(_files(call), call.query.path)


def _files(call: Call) -> ArtifactsOfRun:
    return ArtifactsOfRun(call.client.get_run(call.path["run_id"]), call.client)


def _where(run: Run, root_dir: Path | None) -> Where | None:
    """Say which notebook of the server made a run; None where none of its did."""
    name = run.tags.get("mlflow.source.name", "")
    if root_dir is None or run.tags.get("mlflow.source.type") != "NOTEBOOK" or "\0" in name:
        return None
    if not Path(name).is_absolute() or name.endswith(_NO_NOTEBOOK):
        return None
    # As it is written: anybody can write such a tag, and where the path leads may be a disk that hangs.
    path = Path(os.path.normpath(name))
    for root in (root_dir, Path(os.path.realpath(root_dir))):
        if path.is_relative_to(root):
            notebook = path.relative_to(root).as_posix()
            return {"notebook": notebook, "cell_id": run.tags.get(CELL_TAG), "kernel_id": run.tags.get(KERNEL_TAG)}
    return None
