"""Bringing artifacts to a folder of this machine, from wherever they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from nbflow.artifact_store.local import LocalArtifacts
from nbflow.artifact_store.paths import check_artifact_path
from nbflow.artifact_store.writing import make_folder
from nbflow.errors import ArtifactNotFoundError

if TYPE_CHECKING:
    from nbflow.artifact_store.protocol import ArtifactStore, LocalPath

__all__ = ["Progress", "download"]

Progress = Callable[[int, int], None]

_CHUNK_BYTES = 1 << 22


def download(store: ArtifactStore, path: str | None, dst_dir: LocalPath, *, progress: Progress | None = None) -> Path:
    """Copy a file, a folder or everything to a folder of this machine.

    Parameters
    ----------
    store
        Where the artifacts are. Its names are not trusted: nothing is written outside of `dst_dir`.
    path
        The file or folder; None for everything.
    dst_dir
        Where it goes, under its own last name (as MLflow does); everything goes into it directly. It is made.
    progress
        Called with the bytes copied so far and the bytes there are, at the start and as they grow.

    Returns
    -------
    path : Path
        What was downloaded, on this machine.

    Raises
    ------
    ArtifactNotFoundError
        If nothing is there.
    InvalidPathError
        If the path is not an artifact's, or a name cannot be a file on this machine.
    StoreWriteError
        If this machine's disk refuses.
    """
    above, _, name = ("" if path is None else check_artifact_path(path)).rpartition("/")
    files = list(store.walk(path))
    if path is not None and not files and not store.exists(path):
        raise ArtifactNotFoundError(path, store.location)
    target = LocalArtifacts(dst_dir)
    if not files:  # an empty folder is one here too
        make_folder(target.root / name)
    total = sum(info.file_size or 0 for info in files)
    done = 0
    if progress is not None:
        progress(done, total)
    for info in files:
        relative = info.path.removeprefix(f"{above}/") if above else info.path
        with store.open(info.path) as source, target.open_new(relative) as copy:
            while chunk := source.read(_CHUNK_BYTES):
                copy.write(chunk)
                done += len(chunk)
                if progress is not None:
                    progress(done, total)
    return target.root / name
