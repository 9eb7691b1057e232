from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from nbflow.names import MAX_TAG
from nbflow.provenance import context_tags

Git = Callable[..., str]


@pytest.fixture(autouse=True)
def plain_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    monkeypatch.setenv("NBFLOW_USER", "ada")
    monkeypatch.setattr(sys, "argv", ["train.py"])


def test_outside_a_repository(git: Git) -> None:
    del git

    assert context_tags() == {
        "mlflow.user": "ada",
        "mlflow.source.name": "train.py",
        "mlflow.source.type": "LOCAL",
    }


def test_in_a_repository(repo: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    git("remote", "add", "origin", "https://ada:s3cret@example.org/a.git", at=repo)
    monkeypatch.chdir(repo)

    assert context_tags() == {
        "mlflow.user": "ada",
        "mlflow.source.name": "train.py",
        "mlflow.source.type": "LOCAL",
        "mlflow.source.git.commit": git("rev-parse", "HEAD", at=repo),
        "mlflow.source.git.branch": "main",
        "mlflow.source.git.repoURL": "https://example.org/a.git",
        "nbflow.source.git.dirty": "false",
    }


def test_the_repository_is_the_scripts_not_the_working_directorys(
    repo: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [str(repo / "train.py")])

    assert context_tags()["mlflow.source.git.commit"] == git("rev-parse", "HEAD", at=repo)


def test_a_changed_tree_is_dirty(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repo / "train.py").write_text("print(2)\n")
    monkeypatch.chdir(repo)

    assert context_tags()["nbflow.source.git.dirty"] == "true"


def test_what_git_cannot_tell_is_absent(repo: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    git("checkout", "--quiet", "--detach", at=repo)
    monkeypatch.chdir(repo)
    monkeypatch.setenv("PATH", "")

    tags = context_tags()

    assert "mlflow.source.git.commit" in tags
    assert tags.keys() & {"mlflow.source.git.branch", "mlflow.source.git.repoURL", "nbflow.source.git.dirty"} == set()


def test_values_are_cut_to_what_a_tag_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBFLOW_USER", "u" * 10_000)
    monkeypatch.setattr(sys, "argv", ["n" * 10_000])

    tags = context_tags()

    assert {len(tags["mlflow.user"]), len(tags["mlflow.source.name"])} == {MAX_TAG}


def test_a_name_that_is_no_text_can_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["caf\udce9.py"])

    assert msgspec.json.decode(msgspec.json.encode(context_tags()))["mlflow.source.name"].startswith("caf")


@pytest.mark.skipif(sys.platform == "win32", reason="a folder in use cannot be deleted there")
def test_a_deleted_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()

    assert context_tags()["mlflow.source.name"] == "train.py"

    os.chdir(tmp_path)
