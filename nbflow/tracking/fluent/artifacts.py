"""Artifacts of the active run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow.tracking.active import active_run
from nbflow.tracking.client import Client
from nbflow.tracking.fluent.experiments import current_experiment_id
from nbflow.tracking.fluent.runs import get_or_start
from nbflow.tracking.guard import guarded

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    import pandas as pd

__all__ = [
    "get_artifact_uri",
    "load_table",
    "log_artifact",
    "log_artifacts",
    "log_dict",
    "log_figure",
    "log_image",
    "log_table",
    "log_text",
]


def _target(run_id: str | None, artifact_path: str | None = None) -> tuple[Client, str]:
    """Give the run to log to; none is started for a path that will be refused."""
    if run_id is not None:
        return Client(), run_id
    run = active_run()
    if run is None:
        _checked(artifact_path)
        run = get_or_start()
    return run.client, run.run_id


@guarded
def log_artifact(
    local_path: str | os.PathLike[str], artifact_path: str | None = None, run_id: str | None = None
) -> None:
    """Copy a file, or a folder under its own name, into the run's artifacts; see `Client.log_artifact`."""
    client, target = _target(run_id, artifact_path or None)
    client.log_artifact(target, local_path, artifact_path)


@guarded
def log_artifacts(
    local_dir: str | os.PathLike[str], artifact_path: str | None = None, run_id: str | None = None
) -> None:
    """Copy all that is in a folder into the run's artifacts; see `Client.log_artifacts`."""
    client, target = _target(run_id, artifact_path or None)
    client.log_artifacts(target, local_dir, artifact_path)


@guarded
def log_text(text: str, artifact_file: str, run_id: str | None = None) -> None:
    """Write text to an artifact file; see `Client.log_text`."""
    client, target = _target(run_id, artifact_file)
    client.log_text(target, text, artifact_file)


@guarded
def log_dict(dictionary: Mapping[str, Any], artifact_file: str, run_id: str | None = None) -> None:
    """Write a dict to an artifact file, as YAML or JSON by its extension; see `Client.log_dict`."""
    client, target = _target(run_id, artifact_file)
    client.log_dict(target, dictionary, artifact_file)


@guarded
def log_figure(figure: Any, artifact_file: str, *, save_kwargs: Mapping[str, Any] | None = None) -> None:
    """Write a matplotlib, plotly or Altair figure to an artifact file; see `Client.log_figure`."""
    client, target = _target(None, artifact_file)
    client.log_figure(target, figure, artifact_file, save_kwargs=save_kwargs)


@guarded
def log_image(
    image: Any,
    artifact_file: str | None = None,
    key: str | None = None,
    step: int | None = None,
    timestamp: int | None = None,
    synchronous: bool | None = None,
) -> None:
    """Write an image to an artifact file, or as one of a series; see `Client.log_image`."""
    client, target = _target(None, artifact_file)
    client.log_image(target, image, artifact_file, key, step, timestamp, synchronous)


@guarded
def log_table(data: dict[str, Any] | pd.DataFrame, artifact_file: str, run_id: str | None = None) -> None:
    """Write a table to an artifact file, or add its rows to the one there; see `Client.log_table`."""
    client, target = _target(run_id, artifact_file)
    client.log_table(target, data, artifact_file)


def load_table(
    artifact_file: str, run_ids: Sequence[str] | None = None, extra_columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """Read a table of the runs of the current experiment as one; see `Client.load_table`."""
    return Client().load_table(current_experiment_id(), artifact_file, run_ids, extra_columns)


def get_artifact_uri(artifact_path: str | None = None) -> str:
    """Say where the active run's artifacts are, or one of them: a path, or a URL.

    Raises
    ------
    InvalidPathError
        If the artifact path climbs out, or cannot be a path.
    """
    path = _checked(artifact_path or None)
    uri = get_or_start().info.artifact_uri
    return f"{uri}/{path}" if path else uri


def _checked(artifact_path: str | None) -> str | None:
    from nbflow.artifact_store import check_artifact_path

    return None if artifact_path is None else check_artifact_path(artifact_path)
