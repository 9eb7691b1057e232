"""From a location, as a run or a user gives it, to the artifacts there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from nbflow.artifact_store.local import LocalArtifacts
from nbflow.artifact_store.remote import RemoteArtifacts
from nbflow.errors import InvalidUriError, UnsupportedValueError
from nbflow.uris import parse_file_url, scheme_of

if TYPE_CHECKING:
    from nbflow.artifact_store.protocol import ArtifactStore, LocalPath

__all__ = ["open_artifacts"]


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
    scheme = scheme_of(text) if isinstance(location, str) else ""
    if scheme and scheme != "file":
        return RemoteArtifacts(text)
    return LocalArtifacts(parse_file_url(text) if scheme else text, within=within)
