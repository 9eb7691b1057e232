"""What a user's own file or folder becomes as artifacts: checked, whole, before anything is written."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from nbflow.artifact_store.paths import check_artifact_path
from nbflow.errors import InvalidInputError, LocalFileNotFoundError

__all__ = ["check_local_file", "plan_tree"]

_SPECIAL = "It is a pipe, a socket or a device: only regular files and folders can be kept. Leave it out."


def check_local_file(path: str | os.PathLike[str]) -> Path:
    """Check that a path is a regular file; a symlink counts as what it leads to.

    Raises
    ------
    LocalFileNotFoundError
        If nothing is there.
    InvalidInputError
        If it is a folder, something that is no regular file, or a symlink that leads in a circle.
    """
    mode = _follow(Path(path)).st_mode
    if stat.S_ISDIR(mode):
        raise InvalidInputError("the local file", str(path), "It is a folder: log it with nbflow.log_artifacts.")
    if not stat.S_ISREG(mode):
        raise InvalidInputError("the local file", str(path), _SPECIAL)
    return Path(path)


def plan_tree(local_dir: str | os.PathLike[str], prefix: str | None) -> list[tuple[str, Path]]:
    """List the files of a folder with the artifact paths they get.

    Symlinks are followed: what they lead to is what is kept.

    Parameters
    ----------
    local_dir
        The folder.
    prefix
        A checked artifact path that the files go below; None for the root.

    Returns
    -------
    plan : list of (str, Path)
        Artifact path and local file, in the order of the paths.

    Raises
    ------
    LocalFileNotFoundError
        If the folder, or what a symlink in it leads to, is not there.
    InvalidInputError
        If it is no folder, a symlink makes it contain itself, or something in it is neither file nor folder.
    InvalidPathError
        If a name in it cannot be an artifact's.
    """
    top = Path(local_dir)
    status = _follow(top)
    if not stat.S_ISDIR(status.st_mode):
        raise InvalidInputError("the local folder", str(top), "It is not a folder: log it with nbflow.log_artifact.")
    plan: list[tuple[str, Path]] = []
    pending = [(prefix or "", top, frozenset([(status.st_dev, status.st_ino)]))]
    while pending:
        path, folder, above = pending.pop()
        for name in os.listdir(folder):  # noqa: PTH208 - names are what is wanted
            child = folder / name
            child_path = check_artifact_path(f"{path}/{name}" if path else name)
            status = _follow(child)
            if stat.S_ISREG(status.st_mode):
                plan.append((child_path, child))
            elif not stat.S_ISDIR(status.st_mode):
                raise InvalidInputError("the local file", str(child), _SPECIAL)
            elif (status.st_dev, status.st_ino) in above:
                raise InvalidInputError("the local folder", str(child), _CIRCLE)
            else:
                pending.append((child_path, child, above | {(status.st_dev, status.st_ino)}))
    return sorted(plan)


_CIRCLE = "It is a symlink that leads in a circle. Remove the symlink, or log what it should lead to."


def _follow(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError) as exc:
        raise LocalFileNotFoundError(str(path)) from exc
    except OSError as exc:
        if exc.errno == errno.ELOOP:
            raise InvalidInputError("the local file", str(path), _CIRCLE) from exc
        raise
