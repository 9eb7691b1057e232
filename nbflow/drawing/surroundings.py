"""What a run's store says about it that its record does not hold: names, files, and what its models are registered as.

A page is drawn whatever happened to the store since: what cannot be read is left out, and nothing is written.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from nbflow.entities import FileInfo, ModelVersion
from nbflow.errors import NbflowError
from nbflow.tracking.client import Client
from nbflow.uris import parse_file_url, scheme_of

if TYPE_CHECKING:
    from nbflow.entities import Run

__all__ = ["FAILED", "Surroundings", "local_folder", "look_around", "look_around_in", "owner_of", "versions_of_run"]

FAILED = (NbflowError, OSError, ValueError)  # ValueError: a path with a NUL, or with what no file system can hold
_ARTIFACTS = "artifacts"
_PARENT = "mlflow.parentRunId"
_NETWORK = ("//", "\\\\")


class Surroundings(Struct, frozen=True):
    """What was found; None and empty where it was not.

    `experiment` and `parent` are names; `artifacts` are the files and folders at the top, sorted; `versions` those that
    the run's models are registered as.
    """

    experiment: str | None = None
    parent: str | None = None
    artifacts: tuple[FileInfo, ...] = ()
    versions: tuple[ModelVersion, ...] = ()


def look_around(run: Run) -> Surroundings:
    """Look a run up in its store: the one its artifacts lie in, else the one in use.

    Parameters
    ----------
    run
        The run, from any store.

    Returns
    -------
    found : Surroundings
        Nothing where the run is in neither store. Of artifacts that are not on this machine, none.
    """
    found = owner_of(run)
    return Surroundings() if found is None else look_around_in(*found)


def look_around_in(client: Client, run: Run) -> Surroundings:
    """Look a run up in a store, by a client who may not be let see all of it.

    Parameters
    ----------
    client
        Of its store.
    run
        The run as it is there.
    """
    return Surroundings(
        _experiment(client, run.info.experiment_id),
        _parent(client, run),
        _artifacts(client, run),
        tuple(versions_of_run(client, run.run_id)) if run.outputs.model_outputs else (),
    )


def versions_of_run(client: Client, run_id: str) -> list[ModelVersion]:
    """List what the models of a run are registered as, in the order of names and numbers."""
    if not run_id.isalnum():  # a filter could not name it, and it is of no run
        return []
    try:
        found = client.search_model_versions(f"run_id = '{run_id}'", None)
    except FAILED:
        return []
    return sorted(found, key=lambda version: (version.name, version.version))


def owner_of(run: Run) -> tuple[Client, Run] | None:
    """Find the store of a run, and what it says of it now.

    Returns
    -------
    found : tuple of Client and Run, or None
        None where the run is neither in the store that its artifacts lie in, nor in the one in use.
    """
    for own in (True, False):
        try:
            root = _root(run) if own else None
            if root is not None or not own:
                client = Client(root)
                return client, client.get_run(run.run_id)
        except FAILED:
            continue
    return None


def _root(run: Run) -> Path | None:
    """Give the folder that is the run's store, if its artifacts lie where a store puts them."""
    folder = local_folder(run.info.artifact_uri)
    if folder is None or folder.name != _ARTIFACTS or folder.parent.name != run.run_id:
        return None
    return folder.parents[2]


def local_folder(uri: str) -> Path | None:
    """Give the folder that a URI names; None where it is on another machine, or depends on the working directory.

    Raises
    ------
    InvalidUriError
        If it is a `file:` URL that names none.
    """
    scheme = scheme_of(uri)
    if scheme not in ("", "file"):
        return None
    folder = parse_file_url(uri) if scheme else Path(uri)
    return folder if folder.is_absolute() and not str(folder).startswith(_NETWORK) else None


def _experiment(client: Client, experiment_id: str) -> str | None:
    try:
        return client.get_experiment(experiment_id).name
    except FAILED:
        return None


def _parent(client: Client, run: Run) -> str | None:
    parent = run.tags.get(_PARENT)
    if parent is None:
        return None
    try:
        return client.get_run(parent).name
    except FAILED:
        return None


def _artifacts(client: Client, run: Run) -> tuple[FileInfo, ...]:
    try:
        if local_folder(run.info.artifact_uri) is None:
            return ()
        return tuple(client.list_artifacts(run.run_id))
    except FAILED:
        return ()
