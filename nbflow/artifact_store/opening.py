"""From a location, as a run or a user gives it, to the artifacts there."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

from nbflow.artifact_store.local import LocalArtifacts
from nbflow.artifact_store.remote import RemoteArtifacts
from nbflow.errors import InvalidUriError, UnsupportedValueError

if TYPE_CHECKING:
    from nbflow.artifact_store.protocol import ArtifactStore, LocalPath

__all__ = ["open_artifacts"]

# Two characters at least: "C:" is a drive.
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]+:")


def open_artifacts(location: LocalPath, *, within: LocalPath | None = None) -> ArtifactStore:
    """Open the artifacts at a location.

    Parameters
    ----------
    location
        A folder, a `file:` URL, or another URL that fsspec knows.
    within
        For a folder: one that it must not lead out of by a symlink, such as the store it lies in.

    Returns
    -------
    store : ArtifactStore
        Nothing is made or read yet.

    Raises
    ------
    UnsupportedValueError
        If the location is neither text nor a path.
    InvalidUriError
        If it is a URL that nothing can be kept at.
    MissingDependencyError
        If the package for its protocol is not installed.
    """
    if not isinstance(location, (str, os.PathLike)):
        raise UnsupportedValueError("the artifact location", location, "locations are folders or URLs.")
    text = os.fspath(location)
    if not text or "\0" in text:
        raise InvalidUriError(text, "It must be a folder or a URL such as 's3://bucket/runs'.")
    if not isinstance(location, str) or not _SCHEME.match(text):
        return LocalArtifacts(text, within=within)
    if urlsplit(text).scheme == "file":
        return LocalArtifacts(_file_path(text), within=within)
    return RemoteArtifacts(text)


def _file_path(url: str) -> Path:
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost"):
        raise InvalidUriError(url, "A file: URL names this machine, so it has three slashes: 'file:///folder'.")
    if parts.query or parts.fragment:
        raise InvalidUriError(url, "In a file: URL '?' is written %3F and '#' is written %23.")
    path = Path(url2pathname(parts.path))
    if not path.is_absolute():
        raise InvalidUriError(url, "A file: URL is absolute: 'file:///folder'. Give a relative folder as a path.")
    return path
