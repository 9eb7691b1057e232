"""What is still known where git cannot be asked: it is not installed, it refuses, or it takes too long."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from nbflow.provenance.git import GitState, git_state

Git = Callable[..., str]


@pytest.fixture
def hide_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[], None]:
    """Leave nothing on the PATH, once the repository is made."""
    empty = tmp_path / "no programs"
    empty.mkdir()
    return lambda: monkeypatch.setenv("PATH", str(empty))


def test_a_branch(repo: Path, git: Git, hide_git: Callable[[], None]) -> None:
    commit = git("rev-parse", "HEAD", at=repo)
    hide_git()

    assert git_state(repo) == GitState(commit=commit, branch="main")


def test_a_detached_head(repo: Path, git: Git, hide_git: Callable[[], None]) -> None:
    commit = git("rev-parse", "HEAD", at=repo)
    git("checkout", "--quiet", "--detach", at=repo)
    hide_git()

    assert git_state(repo) == GitState(commit=commit)


def test_packed_refs(repo: Path, git: Git, hide_git: Callable[[], None]) -> None:
    commit = git("rev-parse", "HEAD", at=repo)
    git("checkout", "--quiet", "-b", "deep/main", at=repo)  # ends as `main` does
    git("commit", "--quiet", "--allow-empty", "--message=second", at=repo)
    git("checkout", "--quiet", "main", at=repo)
    git("pack-refs", "--all", at=repo)
    hide_git()

    assert git_state(repo) == GitState(commit=commit, branch="main")


def test_a_linked_worktree(repo: Path, git: Git, hide_git: Callable[[], None]) -> None:
    linked = repo.with_name("linked")
    git("worktree", "add", "--quiet", "-b", "other", linked, at=repo)
    commit = git("rev-parse", "HEAD", at=repo)
    hide_git()

    assert git_state(linked) == GitState(commit=commit, branch="other")


def test_no_commit_yet(tmp_path: Path, git: Git, hide_git: Callable[[], None]) -> None:
    git("init", "--quiet", at=tmp_path)
    hide_git()

    assert git_state(tmp_path) is None


@pytest.mark.parametrize("head", ["", "ref: ", "ref: refs/heads/../../../secret", "ref: a\0b", "zzz", "0" * 39])
def test_a_head_that_says_nothing(repo: Path, hide_git: Callable[[], None], head: str) -> None:
    (repo.parent / "secret").write_text("not a commit\n")
    (repo / ".git" / "HEAD").write_text(head)
    hide_git()

    assert git_state(repo) is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_head_that_nobody_writes_to_is_not_waited_for(repo: Path, hide_git: Callable[[], None]) -> None:
    (repo / ".git" / "HEAD").unlink()
    os.mkfifo(repo / ".git" / "HEAD")
    hide_git()

    assert git_state(repo) is None


def test_above_a_ceiling_nothing_is_looked_for(
    repo: Path, hide_git: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = repo / "inside"
    inside.mkdir()
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(repo))
    hide_git()

    assert git_state(inside) is None


@pytest.mark.skipif(os.name == "nt", reason="needs a shell script")
def test_a_git_that_takes_too_long(repo: Path, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit = git("rev-parse", "HEAD", at=repo)
    slow = tmp_path / "programs" / "git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}{os.pathsep}{os.environ['PATH']}")
    began = time.monotonic()

    state = git_state(repo)

    assert time.monotonic() - began < 10
    assert state == GitState(commit=commit, branch="main")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a folder away")
def test_a_repository_of_another_user(repo: Path, git: Git) -> None:
    commit = git("rev-parse", "HEAD", at=repo)
    for path in (repo, repo / ".git"):
        os.chown(path, 12345, 12345)

    assert git_state(repo) == GitState(commit=commit, branch="main")
