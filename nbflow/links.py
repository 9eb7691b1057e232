"""Where a path really lies, found with fewer looks than `os.path.realpath` takes: hardly any has a symlink in it."""

from __future__ import annotations

import os
import stat

__all__ = ["is_below", "real_below", "real_folder"]

_MOST_KNOWN = 1000

_Identity = tuple[int, int]

# What folders were found to be: the real path, with the device and the inode that it had.
_known: dict[str, tuple[str, _Identity]] = {}


def real_folder(folder: str | os.PathLike[str]) -> str:
    """Give the real path of a folder, which need not exist.

    What was found once is found again by two looks: the path leads to the same folder still, and so does the real one.

    Parameters
    ----------
    folder
        The folder.
    """
    path = os.fspath(folder)
    if not os.path.isabs(path) or ".." in path:  # noqa: PTH117
        return os.path.realpath(path)
    known = _known.get(path)
    if known is not None and known[1] == _identity(path) == _identity(known[0], follow=False):
        return known[0]
    real = os.path.realpath(path)
    identity = _identity(real, follow=False)
    if identity is not None:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        _known[path] = real, identity
    return real


def real_below(root: str, relative: str) -> str:
    """Follow a path below a folder to where it really lies.

    Parameters
    ----------
    root
        A real path.
    relative
        A path that does not climb with `..`, with `/` between its parts; `""` is the root.

    Returns
    -------
    path : str
        The real path; it need not exist. It lies outside of the root where a symlink leads out.
    """
    path = os.path.join(root, relative)  # noqa: PTH118 - Path would be built twice
    if os.name == "nt":  # where links are of several kinds
        return os.path.realpath(path)
    found = root
    for part in relative.split("/"):
        if part in ("", "."):
            continue
        found = f"{found}/{part}" if found != "/" else f"/{part}"
        try:
            is_link = stat.S_ISLNK(os.lstat(found).st_mode)
        except FileNotFoundError:  # nor is there anything below it
            return os.path.normpath(path)
        except OSError:
            is_link = True
        if is_link:
            return os.path.realpath(path)
    return found


def is_below(path: str, root: str) -> bool:
    """Tell whether a real path is a folder or lies in it."""
    path, root = os.path.normcase(path), os.path.normcase(root)
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)


def _identity(path: str, *, follow: bool = True) -> _Identity | None:
    """Say which folder is at a path; None where that is not known."""
    try:
        status = os.stat(path, follow_symlinks=follow)  # noqa: PTH116 - Path takes as long again
    except (OSError, ValueError):
        return None
    # Windows gives no inode on some file systems.
    return (status.st_dev, status.st_ino) if status.st_ino and stat.S_ISDIR(status.st_mode) else None
