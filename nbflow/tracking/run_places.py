"""Whose a place is: which run's artifacts a path or a URL lies in."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from nbflow.errors import RunNotFoundError
from nbflow.store.layout import is_run_id
from nbflow.uris import parse_file_url, scheme_of

if TYPE_CHECKING:
    from nbflow.store.filestore import FileStore

__all__ = ["run_at"]


def run_at(store: FileStore, place: str) -> str | None:
    """Find the run of a store that a place belongs to.

    Parameters
    ----------
    store
        The store.
    place
        A path, symlinks and all, or a URL.

    Returns
    -------
    run_id : str or None
        None where it is no run's: also where a symlink leads out of the run's artifacts, or a URL climbs.
    """
    there = _real(place)
    if there is None:
        return None
    parts = there.replace(os.sep, "/").split("/")
    for run_id in filter(is_run_id, parts):
        try:
            artifacts = _real(store.run(run_id).info.artifact_uri)
        except RunNotFoundError:
            continue
        if artifacts is not None and (there == artifacts or there.startswith(artifacts + _separator(artifacts))):
            return run_id
    return None


def _real(place: str) -> str | None:
    """Give the one way to write a place: an absolute path without symlinks, or a URL that does not climb."""
    scheme = scheme_of(place)
    if scheme in ("", "file"):
        path = parse_file_url(place) if scheme else os.path.expanduser(place)  # noqa: PTH111 - as it will be read
        # First without `..`, as whoever reads it writes it: behind a symlink, realpath takes that for another folder.
        return os.path.realpath(os.path.abspath(path))
    url = place.rstrip("/")
    return None if ".." in url or "%" in url else url


def _separator(place: str) -> str:
    return "/" if scheme_of(place) else os.sep
