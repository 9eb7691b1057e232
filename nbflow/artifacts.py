"""Artifacts of any run, by run and path or by URI."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from nbflow.artifact_store import open_artifacts
from nbflow.artifact_store.media import decode_dict, decode_image
from nbflow.errors import InvalidInputError, InvalidUriError, UnsupportedValueError
from nbflow.tracking.artifact_calls import bring
from nbflow.tracking.client import Client
from nbflow.uris import parse_run_uri

if TYPE_CHECKING:
    from PIL.Image import Image

    from nbflow.artifact_store import ArtifactStore
    from nbflow.entities import FileInfo

__all__ = ["download_artifacts", "list_artifacts", "load_dict", "load_image", "load_text"]


def download_artifacts(
    artifact_uri: str | os.PathLike[str] | None = None,
    run_id: str | None = None,
    artifact_path: str | None = None,
    dst_path: str | None = None,
    tracking_uri: str | None = None,
) -> str:
    """Copy artifacts to a folder of this machine.

    Parameters
    ----------
    artifact_uri
        `runs:/<run_id>/<path>`, a path, or an fsspec URL; or else `run_id`.
    run_id, artifact_path
        A run and a path in its artifacts; None is all of them.
    dst_path
        Where to; None makes a temporary folder, which is the caller's to delete.
    tracking_uri
        The store of the run; None is the one in use.

    Returns
    -------
    path : str
        What was downloaded, absolute.

    Raises
    ------
    InvalidInputError
        If both or neither of a URI and a run are given.
    RunNotFoundError
        If there is no such run.
    ArtifactNotFoundError
        If nothing is there.
    """
    client, run, path = _named(artifact_uri, run_id, artifact_path, tracking_uri)
    if run is not None:
        return client.download_artifacts(run, path, dst_path)
    files, name = _elsewhere(artifact_uri)
    return bring(files, name, dst_path)


def list_artifacts(
    artifact_uri: str | os.PathLike[str] | None = None,
    run_id: str | None = None,
    artifact_path: str | None = None,
    tracking_uri: str | None = None,
) -> list[FileInfo]:
    """List one folder of artifacts, sorted; a file, and what is not there, list nothing.

    Parameters
    ----------
    artifact_uri, run_id, artifact_path, tracking_uri
        As in `download_artifacts`.

    Raises
    ------
    InvalidInputError
        If both or neither of a URI and a run are given.
    RunNotFoundError
        If there is no such run.
    """
    client, run, path = _named(artifact_uri, run_id, artifact_path, tracking_uri)
    if run is not None:
        return client.list_artifacts(run, path)
    return open_artifacts(_text(artifact_uri)).list()


def load_text(artifact_uri: str | os.PathLike[str]) -> str:
    """Read a text artifact.

    Raises
    ------
    ArtifactNotFoundError
        If nothing is there.
    InvalidInputError
        If it is no text in UTF-8.
    """
    try:
        return _read(artifact_uri).decode()
    except UnicodeDecodeError as exc:
        raise InvalidInputError("the artifact", artifact_uri, f"It cannot be read as text: {exc}.") from exc


def load_dict(artifact_uri: str | os.PathLike[str]) -> dict[str, Any]:
    """Read a JSON or YAML artifact, by its extension.

    Raises
    ------
    ArtifactNotFoundError
        If nothing is there.
    InvalidInputError
        If it is no such file.
    """
    content: dict[str, Any] = decode_dict(_read(artifact_uri), _text(artifact_uri))
    return content


def load_image(artifact_uri: str | os.PathLike[str]) -> Image:
    """Read an image artifact.

    Raises
    ------
    ArtifactNotFoundError
        If nothing is there.
    InvalidInputError
        If it is no image.
    """
    return decode_image(_read(artifact_uri), _text(artifact_uri))


def _read(uri: str | os.PathLike[str]) -> bytes:
    client, run, path = _named(uri, None, None, None)
    if run is not None:
        return client.read_artifact(run, path or "")
    files, name = _elsewhere(uri)
    return files.read_bytes(name)


def _named(
    artifact_uri: str | os.PathLike[str] | None, run_id: str | None, artifact_path: str | None, tracking_uri: str | None
) -> tuple[Client, str | None, str | None]:
    if (artifact_uri is None) == (run_id is None):
        raise InvalidInputError("artifact_uri and run_id", (artifact_uri, run_id), "Give one of them.")
    client = Client(tracking_uri)
    if artifact_uri is None:
        return client, run_id, artifact_path
    if artifact_path is not None:
        raise InvalidInputError("artifact_path", artifact_path, "It goes with run_id; put it into the URI.")
    named = parse_run_uri(_text(artifact_uri))
    return (client, None, None) if named is None else (client, named.run_id, named.path or None)


def _elsewhere(uri: object) -> tuple[ArtifactStore, str]:
    """Open the folder of a path or URL that is no run's, and give the name in it."""
    text = _text(uri).replace(os.sep, "/")
    folder, slash, name = text.rstrip("/").rpartition("/")
    if not name:
        raise InvalidUriError(uri, "It names no file or folder.")
    return open_artifacts(folder or slash or "."), name


def _text(uri: Any) -> str:
    text = os.fspath(uri) if isinstance(uri, str | os.PathLike) else None
    if not isinstance(text, str):
        raise UnsupportedValueError("artifact_uri", uri, "it is a path or a URI such as 'runs:/<run_id>/<path>'.")
    return text
