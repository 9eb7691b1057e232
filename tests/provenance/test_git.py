from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.provenance.git import GitState, _without_credentials, git_state

Git = Callable[..., str]


def look(folder: Path) -> GitState | None:
    """Ask git anew."""
    return git_state(folder, max_age_s=0)


def test_commit_and_branch(repo: Path, git: Git) -> None:
    commit = git("rev-parse", "HEAD", at=repo)

    assert look(repo) == GitState(commit=commit, branch="main", repo_url=None, dirty=False)


def test_from_a_folder_deep_inside(repo: Path) -> None:
    deep = repo / "a" / "b c"
    deep.mkdir(parents=True)

    assert look(deep) == look(repo) is not None


def test_the_working_directory(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repo)

    assert look(Path()) == look(repo) is not None


def test_a_changed_file_is_dirty(repo: Path) -> None:
    (repo / "train.py").write_text("print(2)\n")

    state = look(repo)

    assert state is not None
    assert state.dirty is True


def test_a_staged_change_is_dirty(repo: Path, git: Git) -> None:
    (repo / "new.py").touch()
    git("add", "new.py", at=repo)

    state = look(repo)

    assert state is not None
    assert state.dirty is True


def test_an_untracked_file_is_not_dirty(repo: Path) -> None:
    (repo / "data.csv").touch()

    state = look(repo)

    assert state is not None
    assert state.dirty is False


def test_a_detached_head_has_no_branch(repo: Path, git: Git) -> None:
    git("checkout", "--quiet", "--detach", at=repo)

    state = look(repo)

    assert state is not None
    assert state.branch is None


@pytest.mark.parametrize("branch", ["feature/ü x".replace(" ", "-"), "a/b/c", "ref", "line\u2028separator"])
def test_any_branch_name(repo: Path, git: Git, branch: str) -> None:
    git("checkout", "--quiet", "-b", branch, at=repo)

    state = look(repo)

    assert state is not None
    assert state.branch == branch


def test_no_commit_yet(tmp_path: Path, git: Git) -> None:
    git("init", "--quiet", at=tmp_path)

    assert look(tmp_path) is None


def test_no_repository(tmp_path: Path, git: Git) -> None:
    del git

    assert look(tmp_path) is None


@pytest.mark.parametrize("content", [None, "", "gitdir: nowhere\n", "nonsense\n"])
def test_a_dot_git_that_is_no_repository(tmp_path: Path, git: Git, content: str | None) -> None:
    del git
    if content is None:
        (tmp_path / ".git").mkdir()
    else:
        (tmp_path / ".git").write_text(content)

    assert look(tmp_path) is None


def test_a_linked_worktree_has_its_own_branch(repo: Path, git: Git) -> None:
    linked = repo.with_name("linked")
    git("worktree", "add", "--quiet", "-b", "other", linked, at=repo)

    state = look(linked)

    assert state is not None
    assert (state.branch, state.dirty) == ("other", False)


def test_a_submodule_is_a_repository_of_its_own(repo: Path, git: Git) -> None:
    outer = repo.with_name("outer")
    outer.mkdir()
    git("init", "--quiet", "--initial-branch=outer", at=outer)
    git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(repo), "inner", at=outer)
    git("commit", "--quiet", "--message=with a submodule", at=outer)

    inner_state, outer_state = look(outer / "inner"), look(outer)

    assert inner_state is not None
    assert outer_state is not None
    assert inner_state.commit == git("rev-parse", "HEAD", at=repo)
    assert outer_state.commit == git("rev-parse", "HEAD", at=outer)


def test_a_git_hooks_environment_does_not_lead_elsewhere(
    repo: Path, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git("init", "--quiet", at=other)
    expected = look(repo)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / "index"))

    assert look(repo) == expected is not None


def test_an_answer_is_kept_for_a_while(repo: Path, git: Git) -> None:
    first = git_state(repo)
    git("checkout", "--quiet", "-b", "other", at=repo)

    again, anew = git_state(repo), git_state(repo, max_age_s=0)

    assert again is first
    assert anew is not None
    assert anew.branch == "other"


def test_the_remote(repo: Path, git: Git) -> None:
    git("remote", "add", "origin", "https://ada:s3cret@example.org/team/repo.git", at=repo)
    git("remote", "add", "backup", "https://example.org/backup.git", at=repo)

    state = look(repo)

    assert state is not None
    assert state.repo_url == "https://example.org/team/repo.git"


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://example.org/a/b.git", "https://example.org/a/b.git"),
        ("https://token@example.org/a.git", "https://example.org/a.git"),
        ("https://user:pass@word@example.org:8443/a.git", "https://example.org:8443/a.git"),
        ("HTTPS://user:@example.org/@scope/a.git", "HTTPS://example.org/@scope/a.git"),
        ("ssh://git@example.org/a.git", "ssh://git@example.org/a.git"),
        ("ssh://git:secret@example.org/a.git", "ssh://git@example.org/a.git"),
        ("ssh://:secret@example.org/a.git", "ssh://example.org/a.git"),
        ("git@example.org:team/a.git", "git@example.org:team/a.git"),
        ("helper::https://user:secret@example.org/a.git", "helper::https://example.org/a.git"),
        ("/srv/git/a@b.git", "/srv/git/a@b.git"),
        ("../a.git", "../a.git"),
        ("", ""),
    ],
)
def test_credentials_do_not_stay_in_a_url(url: str, kept: str) -> None:
    assert _without_credentials(url) == kept


WORD = st.text(st.characters(exclude_characters="/?#", exclude_categories=["Cs", "Cc", "Z"]), max_size=12)


@given(scheme=st.sampled_from(["https", "http", "ssh", "ftp", "git+ssh"]), user=WORD, secret=WORD)
def test_no_password_stays_in_a_url(scheme: str, user: str, secret: str) -> None:
    kept = _without_credentials(f"{scheme}://{user}:☢{secret}☢@host/path")

    assert "☢" not in kept
    assert kept.endswith("host/path")


def test_git_is_not_looked_for_in_the_working_directory(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = repo / "git"
    found.write_text(f"#!/bin/sh\ntouch '{repo / 'ran'}'\n")
    found.chmod(0o755)
    monkeypatch.chdir(repo)
    monkeypatch.setenv("PATH", os.pathsep.join([".", "", os.environ["PATH"]]))

    state = look(repo)

    assert state is not None
    assert state.dirty is False
    assert not (repo / "ran").exists()
