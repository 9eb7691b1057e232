"""Git repositories in a folder of their own, and kernels that are none."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

Git = Callable[..., str]
PretendKernel = Callable[..., dict[str, Any]]


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """Run git, for nobody in particular and deaf to the configuration of this machine."""
    for name, value in {
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.org",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str | Path, at: Path) -> str:
        done = subprocess.run(["git", "-C", at, *arguments], check=True, capture_output=True, text=True)  # noqa: S607
        return done.stdout.strip()

    return run


@pytest.fixture
def repo(tmp_path: Path, git: Git) -> Path:
    """Make a repository on branch `main` with one commit of `train.py`."""
    folder = tmp_path / "repo"
    folder.mkdir()
    git("init", "--quiet", "--initial-branch=main", at=folder)
    (folder / "train.py").write_text("print(1)\n")
    git("add", "train.py", at=folder)
    git("commit", "--quiet", "--message=first", at=folder)
    return folder


@pytest.fixture
def pretend_kernel(monkeypatch: pytest.MonkeyPatch) -> PretendKernel:
    """Put an IPython in place whose shell belongs to a kernel; gives the user's namespace."""
    for name in ("IPYNB_FILE", "JPY_SESSION_NAME", "JPY_PARENT_PID"):
        monkeypatch.delenv(name, raising=False)

    def pretend(*, start: Path, kernel: object = "a kernel") -> dict[str, Any]:
        names: dict[str, Any] = {"_dh": [str(start)]}
        shell = SimpleNamespace(kernel=kernel, user_ns=names)
        ipython = ModuleType("IPython")
        ipython.get_ipython = lambda: shell  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "IPython", ipython)
        return names

    return pretend
