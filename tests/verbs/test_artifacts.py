"""`artifacts`: list, download and log the files of a run."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nbflow.errors import ArtifactNotFoundError, InvalidPathError, LocalFileNotFoundError

if TYPE_CHECKING:
    from nbflow import Client
    from nbflow.entities import Run

Verb = Callable[..., str]
Lines = Callable[..., list[list[str]]]


@pytest.fixture
def run(client: Client, runs: list[Run]) -> Run:
    client.log_text(runs[0].run_id, "top", "top.txt")
    client.log_text(runs[0].run_id, "deep", "a/b/deep.txt")
    return runs[0]


@pytest.mark.usefixtures("run")
def test_a_pipe_gets_paths_and_sizes(lines: Lines) -> None:
    assert lines("artifacts", "list", "first") == [["a/", ""], ["top.txt", "3"]]
    assert lines("artifacts", "list", "first", "a") == [["a/b/", ""]]
    assert lines("artifacts", "list", "first", "-r") == [["top.txt", "3"], ["a/b/deep.txt", "4"]]


@pytest.mark.usefixtures("run")
def test_a_program_gets_documents(document: Callable[..., Any]) -> None:
    assert document("artifacts", "list", "first", "a/b") == [
        {"path": "a/b/deep.txt", "is_dir": False, "file_size": 4},
    ]


@pytest.mark.usefixtures("run")
def test_a_path_that_is_not_there_is_told(verb: Verb, lines: Lines) -> None:
    with pytest.raises(ArtifactNotFoundError):
        verb("artifacts", "list", "first", "nope")
    with pytest.raises(ArtifactNotFoundError):
        verb("artifacts", "download", "first", "nope")
    assert lines("artifacts", "list", "first", "top.txt") == []


@pytest.mark.usefixtures("run")
def test_one_file_comes_into_this_folder(lines: Lines, tmp_path: Path) -> None:
    ((path,),) = lines("artifacts", "download", "first", "a/b/deep.txt")

    assert Path(path) == tmp_path / "deep.txt"
    assert Path(path).read_text() == "deep"


def test_all_files_come_into_a_folder_of_their_own(lines: Lines, run: Run, tmp_path: Path) -> None:
    ((path,),) = lines("artifacts", "download", "first")

    assert Path(path) == tmp_path / run.run_id
    assert (tmp_path / run.run_id / "a" / "b" / "deep.txt").read_text() == "deep"


@pytest.mark.usefixtures("run")
def test_a_folder_comes_where_it_is_told(document: Callable[..., Any], tmp_path: Path) -> None:
    found = document("artifacts", "download", "first", "a", "--to", str(tmp_path / "to"))

    assert found["path"] == str(tmp_path / "to" / "a")
    assert (tmp_path / "to" / "a" / "b" / "deep.txt").exists()


def test_files_and_folders_are_logged(lines: Lines, client: Client, run: Run, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "in.txt").write_text("in")
    (tmp_path / "file.txt").write_text("file")

    assert lines("artifacts", "log", "first", "file.txt", "folder", "--to", "x/y") == [
        ["x/y/file.txt"],
        ["x/y/folder"],
    ]

    paths = {info.path for info in client.walk_artifacts(run.run_id, "x")}
    assert paths == {"x/y/file.txt", "x/y/folder/in.txt"}


@pytest.mark.usefixtures("run")
def test_what_cannot_be_logged_is_told(verb: Verb, tmp_path: Path) -> None:
    (tmp_path / "file.txt").write_text("file")

    with pytest.raises(LocalFileNotFoundError):
        verb("artifacts", "log", "first", "nope.txt")
    with pytest.raises(InvalidPathError):
        verb("artifacts", "log", "first", "file.txt", "--to", "../..")


@pytest.mark.skipif(os.name == "nt", reason="no such names there")
def test_hostile_names_are_shown_as_what_they_are(drawn: Verb, client: Client, run: Run) -> None:
    client.log_text(run.run_id, "x", "[red]\u202etxt.exe")

    text = drawn("artifacts", "list", "first")

    assert "[red]\\u202etxt.exe" in text
