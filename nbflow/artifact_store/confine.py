"""Where a path really leads: nothing below a root may lead out of it by a symlink, since the store may be anybody's.

What is checked is what is there at the time. Against somebody who changes the folders at the same moment, only
their permissions help.
"""

from __future__ import annotations

import os
from pathlib import Path

from nbflow.errors import InvalidPathError
from nbflow.links import is_below, real_below, real_folder

__all__ = ["locate", "place", "real_root"]


def real_root(root: Path, within: Path | None) -> str:
    """Give the real path of a root.

    Parameters
    ----------
    root
        The root; it need not exist.
    within
        A folder that the root itself must not lead out of; None when the root is the caller's own choice.

    Raises
    ------
    InvalidPathError
        If a symlink above the root leads out of `within`.
    """
    if within is None:
        return real_folder(root)
    real_within = real_folder(within)
    # Below it each part is looked at, always.
    below = root.relative_to(within).as_posix() if root.is_relative_to(within) else None
    real = os.path.realpath(root) if below is None or ".." in below else real_below(real_within, below)
    if not is_below(real, real_within):
        raise InvalidPathError(
            str(root), f"A symlink leads from it out of {str(within)!r}. Replace the symlink by a folder of its own."
        )
    return real


def locate(root: str, path: str) -> Path:
    """Follow a path to where it really lies.

    Parameters
    ----------
    root
        A real path, from `real_root`.
    path
        A checked artifact path, or the empty one for the root itself.

    Raises
    ------
    InvalidPathError
        If a symlink on the way leads out of the root, or in a circle.
    """
    real = real_below(root, path)
    # realpath leaves a link unresolved only when it leads in a circle. (Path.is_symlink raises for long paths.)
    if not is_below(real, root) or os.path.islink(real):  # noqa: PTH114
        raise InvalidPathError(
            path,
            f"A symlink on its way leads out of {root!r}, or in a circle. Remove it, or use another path.",
        )
    return Path(real)


def place(root: str, path: str) -> Path:
    """Find where a file of this path is to be written or deleted: its folder real, its own name as it is.

    A symlink of that name is not followed: replacing or deleting a file replaces or deletes the link.
    """
    parent, _, name = path.rpartition("/")
    return locate(root, parent) / name
