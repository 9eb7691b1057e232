"""The commit that the code is at, and whether it was changed since.

The repository may be anybody's, so git is asked in a way that runs nothing the repository brings: no hook, no
fsmonitor, no filter, no fetch of missing objects, no look into the work trees of submodules. It takes no lock, never
prompts, and has two seconds.
"""

from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path

from msgspec import Struct

from nbflow.provenance._git_files import find_dot_git, read_head

__all__ = ["GitState", "git_state"]

_LIMIT_S = 2.0
_CACHE_S = 30.0
_CACHE_SIZE = 64

# What would lead git to another repository than the folder's: set, for one, while a git hook runs.
_REDIRECTIONS = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_CONFIG",
        "GIT_DIR",
        "GIT_INDEX_FILE",
        "GIT_NAMESPACE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_WORK_TREE",
    }
)
_GUARDS = {
    "GIT_ALLOW_PROTOCOL": "none",  # a partial clone would fetch what it lacks, by a command its config names
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}
_CONFIG = (
    "config",
    "--null",
    "--show-scope",
    "--get-regexp",
    r"^(remote\.origin\.url|filter\..*\.(clean|process))$",
)
_STATUS = (
    "status",
    "--porcelain=v2",
    "--branch",
    "--no-ahead-behind",
    "--no-renames",
    "--untracked-files=no",
    "--ignore-submodules=dirty",
)
_USERINFO = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*)://([^/?#]*)@")


class GitState(Struct, frozen=True):
    """What git says of a work tree.

    Parameters
    ----------
    commit
        The commit it is at: 40 or 64 hex digits.
    branch
        None if the head is detached.
    repo_url
        Where `origin` is, without credentials; None if there is no such remote, or git could not be asked.
    dirty
        Whether a tracked file differs from the commit; None if git could not be asked, or took too long.
    """

    commit: str
    branch: str | None = None
    repo_url: str | None = None
    dirty: bool | None = None


_known: dict[Path, tuple[float, GitState | None]] = {}


def git_state(folder: Path, *, max_age_s: float = _CACHE_S) -> GitState | None:
    """Ask git about the work tree that a folder lies in.

    Parameters
    ----------
    folder
        A folder, not a file.
    max_age_s
        How old an answer may be to be given again, in seconds: a sweep asks for each of its runs.

    Returns
    -------
    state : GitState or None
        None outside a repository, and before its first commit.
    """
    folder = folder.absolute()
    known = _known.get(folder)
    if known is not None and time.monotonic() - known[0] < max_age_s:
        return known[1]
    state = _look(folder)
    if len(_known) >= _CACHE_SIZE:
        _known.clear()
    _known[folder] = (time.monotonic(), state)
    return state


def _look(folder: Path) -> GitState | None:
    dot_git = find_dot_git(folder)
    if dot_git is None:  # the usual case outside a repository: no process is started
        return None
    repo_url, status = _ask_git(folder)
    if status is None:
        commit, branch = read_head(dot_git)
        dirty = None
    else:
        commit, branch, dirty = _parse_status(status)
    return None if commit is None else GitState(commit, branch, repo_url, dirty)


def _ask_git(folder: Path) -> tuple[str | None, bytes | None]:
    """Give the remote's URL and what `git status` prints; None for what git did not answer."""
    deadline = time.monotonic() + _LIMIT_S
    config = _run_git(folder, _CONFIG, deadline)
    if config is None:
        return None, None
    repo_url, filters = _parse_config(config)
    if any("=" in name for name in filters):  # -c cannot name such a filter, so it cannot be switched off
        return repo_url, None
    off = ["core.fsmonitor=", f"core.hooksPath={os.devnull}"]
    for name in filters:
        # A file whose time has changed and whose content has not counts as dirty then. That is the price.
        off += [f"filter.{name}.clean=", f"filter.{name}.process=", f"filter.{name}.required=false"]
    switches = [part for setting in off for part in ("-c", setting)]
    return repo_url, _run_git(folder, (*switches, *_STATUS), deadline)


def _run_git(folder: Path, arguments: tuple[str, ...], deadline: float) -> bytes | None:
    import subprocess

    program = _program()
    if program is None:
        return None
    environment = {name: value for name, value in os.environ.items() if name not in _REDIRECTIONS}
    try:
        done = subprocess.run(  # noqa: S603 (an absolute path, and no shell)
            [program, "-C", folder, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=max(deadline - time.monotonic(), 0.01),
            env=environment | _GUARDS,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # Windows would flash a console
            check=False,
        )
    except (OSError, ValueError, RuntimeError, subprocess.TimeoutExpired):
        # Cannot be started; a NUL in the path; the interpreter is shutting down; too slow.
        return None
    nothing_found = arguments[0] == "config" and done.returncode == 1
    return done.stdout if done.returncode == 0 or nothing_found else None


def _program() -> str | None:
    """Find git on the PATH, and only there: Windows would look in the working directory first."""
    name = "git.exe" if sys.platform == "win32" else "git"
    for folder in os.get_exec_path():
        program = os.path.join(folder, name)  # noqa: PTH118 (half the cost, on the way to the first run)
        if os.path.isabs(folder) and os.access(program, os.X_OK):  # noqa: PTH117
            return program
    return None


def _parse_config(text: bytes) -> tuple[str | None, set[str]]:
    """Read `scope NUL key NEWLINE value NUL`: the last URL, and the filters the repository defines itself."""
    repo_url, filters = None, set()
    parts = os.fsdecode(text).split("\0")
    for scope, setting in zip(parts[::2], parts[1::2], strict=False):
        key, _, value = setting.partition("\n")
        if key == "remote.origin.url":
            repo_url = _without_credentials(value) or None
        elif scope in ("local", "worktree"):
            filters.add(key.partition(".")[2].rpartition(".")[0])
    return repo_url, filters


def _parse_status(text: bytes) -> tuple[str | None, str | None, bool]:
    lines = [line for line in os.fsdecode(text).split("\n") if line]
    headers = dict(line[2:].split(" ", 1) for line in lines if line.startswith("# branch."))
    commit, branch = headers.get("branch.oid"), headers.get("branch.head")
    dirty = any(not line.startswith("# ") for line in lines)
    return (None if commit == "(initial)" else commit), (None if branch == "(detached)" else branch), dirty


def _without_credentials(url: str) -> str:
    """Drop user and password from a URL; ssh keeps the user, which names the service and is no secret."""

    def keep(found: re.Match[str]) -> str:
        scheme, user = found[1], found[2].partition(":")[0]
        return f"{scheme}://{user}@" if "ssh" in scheme.lower() and user else f"{scheme}://"

    return _USERINFO.sub(keep, url)
