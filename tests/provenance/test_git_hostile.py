"""A repository that would run something when git looks at it: each way works on plain git, and not on us."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from nbflow.provenance.git import git_state

Git = Callable[..., str]
Trap = Callable[..., Path]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs shell scripts")


@pytest.fixture
def trap(tmp_path: Path) -> Trap:
    """Make a script that leaves a file named `sprung`, and does something after that."""

    def make(then: str = "cat") -> Path:
        script = tmp_path / "trap.sh"
        script.write_text(f"#!/bin/sh\ntouch '{tmp_path / 'sprung'}'\n{then}\n")
        script.chmod(0o755)
        return script

    return make


def sprung_by(action: Callable[[], object], folder: Path) -> bool:
    mark = folder / "sprung"
    mark.unlink(missing_ok=True)
    action()
    return mark.exists()


def touch(path: Path) -> None:
    """Change a file's time, and not its content, so that git reads it again."""
    os.utime(path, (1, 1))


def plain_status(folder: Path) -> None:
    status = ["git", "-C", str(folder), "status"]
    subprocess.run(status, check=False, capture_output=True, stdin=subprocess.DEVNULL, timeout=20)


def test_an_fsmonitor(repo: Path, git: Git, trap: Trap, tmp_path: Path) -> None:
    git("config", "core.fsmonitor", trap(), at=repo)

    assert not sprung_by(lambda: git_state(repo), tmp_path)
    assert sprung_by(lambda: plain_status(repo), tmp_path)


def test_a_hook(repo: Path, git: Git, trap: Trap, tmp_path: Path) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    trap().rename(hooks / "post-index-change")
    git("config", "core.hooksPath", hooks, at=repo)
    touch(repo / "train.py")

    assert not sprung_by(lambda: git_state(repo, max_age_s=0), tmp_path)
    assert sprung_by(lambda: plain_status(repo), tmp_path)


@pytest.mark.parametrize("name", ["evil", "e.v.i l", "EvIl", "ä\"'", "x=y"])
@pytest.mark.parametrize("kind", ["clean", "process"])
def test_a_filter(repo: Path, trap: Trap, tmp_path: Path, name: str, kind: str) -> None:
    config = repo / ".git" / "config"
    quoted = name.replace('"', '\\"')
    config.write_text(f'{config.read_text()}[filter "{quoted}"]\n  {kind} = {trap()}\n  required = true\n')
    attributes = repo / ".git" / "info" / "attributes"
    attributes.parent.mkdir(exist_ok=True)
    # A name with a space cannot stand in attributes: its filter is never run, and must not confuse us.
    attributes.write_text(f"*.py filter={name}\n")
    touch(repo / "train.py")

    assert not sprung_by(lambda: git_state(repo), tmp_path)
    assert sprung_by(lambda: plain_status(repo), tmp_path) or " " in name
    state = git_state(repo)
    assert state is not None
    assert state.branch == "main"


def test_a_filter_from_an_included_file(repo: Path, git: Git, trap: Trap, tmp_path: Path) -> None:
    (repo / "more").write_text(f'[filter "evil"]\n  clean = {trap()}\n')
    git("config", "include.path", "../more", at=repo)
    (repo / ".gitattributes").write_text("*.py filter=evil\n")
    touch(repo / "train.py")

    assert not sprung_by(lambda: git_state(repo), tmp_path)
    assert sprung_by(lambda: plain_status(repo), tmp_path)


def test_a_submodule(repo: Path, git: Git, trap: Trap, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    git("init", "--quiet", at=outer)
    git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(repo), "inner", at=outer)
    git("commit", "--quiet", "--message=with a submodule", at=outer)
    git("config", "filter.evil.clean", trap(), at=outer / "inner")
    (outer / ".git" / "modules" / "inner" / "info" / "attributes").write_text("*.py filter=evil\n")
    touch(outer / "inner" / "train.py")

    assert not sprung_by(lambda: git_state(outer), tmp_path)
    assert sprung_by(lambda: plain_status(outer), tmp_path)


def test_a_fetch_of_missing_objects(repo: Path, git: Git, trap: Trap, tmp_path: Path) -> None:
    # A partial clone lacks the tree that the index is compared with; its remote is a command.
    git("config", "extensions.partialClone", "origin", at=repo)
    git("config", "core.repositoryFormatVersion", "1", at=repo)
    git("config", "remote.origin.promisor", "true", at=repo)
    git("config", "remote.origin.url", f"ext::{trap(then='exit 1')}", at=repo)
    git("config", "protocol.ext.allow", "always", at=repo)
    tree = git("rev-parse", "HEAD^{tree}", at=repo)
    (repo / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    git("add", "train.py", at=repo)

    assert not sprung_by(lambda: git_state(repo), tmp_path)
    assert sprung_by(lambda: plain_status(repo), tmp_path)


def test_the_index_is_not_written(repo: Path) -> None:
    touch(repo / "train.py")
    before = (repo / ".git" / "index").read_bytes()

    git_state(repo)

    assert (repo / ".git" / "index").read_bytes() == before
    assert not (repo / ".git" / "index.lock").exists()


def test_a_filter_of_the_users_own_is_kept(
    repo: Path, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As git-lfs has it: what lies in the folder is not what lies in the commit, and the filter knows why.
    settings = tmp_path / "gitconfig"
    settings.write_text('[filter "upper"]\n  clean = "tr a-z A-Z"\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    (repo / ".gitattributes").write_text("*.txt filter=upper\n")
    (repo / "data.txt").write_text("abc\n")
    git("add", ".", at=repo)
    git("commit", "--quiet", "--message=filtered", at=repo)
    touch(repo / "data.txt")

    state = git_state(repo)

    assert state is not None
    assert state.dirty is False
