"""What can be read of a git repository without git: where it is, and the commit it is at.

Used where git is not installed, refuses the folder (a repository of another user), or takes too long.
The layout is that of gitrepository-layout(5); refs kept as reftables are not understood.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

__all__ = ["find_dot_git", "read_head"]

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_MAX_LINE = 4096


def find_dot_git(folder: Path) -> Path | None:
    """Walk up to the nearest `.git`, stopping where `GIT_CEILING_DIRECTORIES` tells git to.

    Parameters
    ----------
    folder
        An absolute path.

    Returns
    -------
    dot_git : Path or None
        The `.git` folder, or the file of that name in a linked worktree or a submodule; None outside a repository.
    """
    ceilings = os.environ.get("GIT_CEILING_DIRECTORIES", "").split(os.pathsep)
    for at in (folder, *folder.parents):
        if at != folder and str(at) in ceilings:
            return None
        if os.path.exists(at / ".git"):  # noqa: PTH110 (Path.exists raises where a folder may not be read)
            return at / ".git"
    return None


def read_head(dot_git: Path) -> tuple[str | None, str | None]:
    """Read the commit and the branch that a repository is at.

    Parameters
    ----------
    dot_git
        What `find_dot_git` found.

    Returns
    -------
    commit : str or None
        Hex digits; None if there is no commit yet, or this is no repository that can be read.
    branch : str or None
        None if the head is detached.
    """
    git_dir = dot_git
    pointer = _first_line(dot_git)
    if pointer.startswith("gitdir: "):
        git_dir = dot_git.parent / pointer.removeprefix("gitdir: ")
    head = _first_line(git_dir / "HEAD")
    if not head.startswith("ref: "):
        return (head if _COMMIT.fullmatch(head) else None), None
    ref = head.removeprefix("ref: ")
    shared = git_dir / (_first_line(git_dir / "commondir") or ".")
    commit = _first_line(git_dir / ref) or _first_line(shared / ref) or _packed(shared / "packed-refs", ref)
    return (commit if _COMMIT.fullmatch(commit) else None), ref.removeprefix("refs/heads/")


def _first_line(path: Path) -> str:
    if not os.path.isfile(path):  # noqa: PTH113 (also keeps from a pipe, whose opening would wait for ever)
        return ""
    try:
        with path.open("rb") as file:
            return os.fsdecode(file.readline(_MAX_LINE)).strip()
    except OSError:
        return ""


def _packed(path: Path, ref: str) -> str:
    if not os.path.isfile(path):  # noqa: PTH113 (as above)
        return ""
    end = b" " + os.fsencode(ref)
    try:
        with path.open("rb") as file:
            found = next((line for line in file if line.rstrip().endswith(end)), b"")
    except OSError:
        return ""
    return os.fsdecode(found.split(b" ")[0])
