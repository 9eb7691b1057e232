from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nbflow
from nbflow.artifact_store import open_artifacts
from nbflow.errors import InvalidUriError, NewerFormatError, NotAStoreError
from nbflow.uris import RunUri, parse_file_url, parse_run_uri, parse_store_uri

RUN = "0123456789abcdef" * 2

# ---------------------------------------------------------------- stores


@pytest.mark.parametrize("uri", ["nbruns", "./nbruns", "x/../nbruns", Path("nbruns")])
def test_a_path_is_relative_to_the_working_directory(uri: str | Path, tmp_path: Path) -> None:
    assert parse_store_uri(uri) == tmp_path / "nbruns"


def test_a_file_url_is_a_path(tmp_path: Path) -> None:
    root = tmp_path / "my runs ü%"

    assert parse_store_uri(root.as_uri()) == root


def test_a_tilde_is_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))

    assert parse_store_uri("~/nbruns") == tmp_path / "nbruns"


@pytest.mark.parametrize(
    "uri",
    ["", "   ", "\0", "http://127.0.0.1:5000", "sqlite:///mlflow.db", "s3://bucket/x",
     "file://elsewhere/x", "memory://x", "\ud800", None, 5, b"nbruns", ["nbruns"]],
)  # fmt: skip
def test_a_server_a_database_and_nonsense_are_refused(uri: Any) -> None:
    with pytest.raises(InvalidUriError):
        parse_store_uri(uri)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no colon in names")
def test_a_folder_with_a_colon_in_its_name_can_be_a_store(tmp_path: Path) -> None:
    (tmp_path / "my:runs").mkdir()

    assert parse_store_uri("my:runs") == tmp_path / "my:runs"


def test_the_store_is_the_one_set_then_the_variables_then_nbruns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not nbflow.is_tracking_uri_set()
    assert nbflow.get_tracking_uri() == str(tmp_path / "nbruns")

    monkeypatch.setenv("NBFLOW_TRACKING_URI", "from-env")
    assert nbflow.is_tracking_uri_set()
    assert nbflow.get_tracking_uri() == str(tmp_path / "from-env")

    nbflow.set_tracking_uri("chosen")
    assert nbflow.get_tracking_uri() == str(tmp_path / "chosen")

    nbflow.set_tracking_uri("")
    assert not nbflow.is_tracking_uri_set()
    assert nbflow.get_tracking_uri() == str(tmp_path / "nbruns")


def test_changing_the_working_directory_does_not_change_a_store_that_was_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sub").mkdir()
    nbflow.set_tracking_uri("here")

    monkeypatch.chdir("sub")

    assert nbflow.get_tracking_uri() == str(tmp_path / "here")


def test_children_log_to_the_store_that_was_set(tmp_path: Path, python: Callable[..., str]) -> None:
    nbflow.set_tracking_uri(tmp_path / "shared")

    run_id = python("import nbflow\nwith nbflow.start_run() as run: print(run.run_id)")

    assert nbflow.get_run(run_id).status == "FINISHED"


def test_a_refused_uri_changes_nothing() -> None:
    nbflow.set_tracking_uri("good")

    with pytest.raises(InvalidUriError, match="plain directory"):
        nbflow.set_tracking_uri("http://127.0.0.1:5000")

    assert nbflow.get_tracking_uri().endswith("good")


def test_reading_makes_no_store(tmp_path: Path) -> None:
    assert len(nbflow.search_runs()) == 0
    assert nbflow.search_experiments() == []
    assert nbflow.get_experiment_by_name("nope") is None

    assert list(tmp_path.iterdir()) == []


# What is no store is refused, and untouched


def test_a_folder_with_other_files_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "nbruns").mkdir()
    (tmp_path / "nbruns" / "thesis.tex").write_text("...")

    for call in (nbflow.start_run, nbflow.search_runs, lambda: nbflow.create_experiment("x")):
        with pytest.raises(NotAStoreError, match="Nothing was changed"):
            call()

    assert [path.name for path in (tmp_path / "nbruns").iterdir()] == ["thesis.tex"]
    assert nbflow.active_run() is None


def test_a_file_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "nbruns").write_text("text")

    with pytest.raises(NotAStoreError, match="it is a file"):
        nbflow.start_run()

    assert (tmp_path / "nbruns").read_text() == "text"


def test_a_store_of_a_newer_format_is_refused_and_untouched(tmp_path: Path) -> None:
    (tmp_path / "nbruns").mkdir()
    (tmp_path / "nbruns" / "store.json").write_text('{"format": 2}')

    for call in (nbflow.start_run, nbflow.search_runs, nbflow.search_experiments):
        with pytest.raises(NewerFormatError, match="pip install --upgrade"):
            call()

    assert [path.name for path in (tmp_path / "nbruns").iterdir()] == ["store.json"]


# ---------------------------------------------------------------- file:


@pytest.mark.parametrize(
    "url",
    [
        "file:relative",
        "file:",
        "file://host/share",
        "file://[a/b",
        "file:///a#b",
        "file:///a?b",
        "file:///a?",
        "file:///a\nb",
        "file:///a%00b",
        "file:///a\ud800b",
    ],
)
def test_a_file_url_that_names_no_folder_for_sure_is_refused(url: str) -> None:
    for parse in (parse_store_uri, parse_file_url, open_artifacts):
        with pytest.raises(InvalidUriError) as caught:
            parse(url)
        assert caught.value.uri == url


def test_a_scheme_has_no_case(tmp_path: Path) -> None:
    url = tmp_path.as_uri().replace("file:", "FILE:")

    assert parse_store_uri(url) == parse_file_url(url) == tmp_path


@pytest.mark.skipif(os.name == "nt", reason="names are no bytes there")
@given(st.binary(min_size=1).map(lambda name: name.translate(None, b"/\0")))
def test_any_folder_has_a_file_url(name: bytes) -> None:
    folder = Path("/", "a", os.fsdecode(name))

    assert parse_file_url(folder.as_uri()) == folder


# ---------------------------------------------------------------- runs:/


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        (f"runs:/{RUN}", ""),
        (f"runs:/{RUN}/", ""),
        (f"runs:/{RUN}/model", "model"),
        (f"runs:/{RUN}/a b/ü.txt", "a b/ü.txt"),
        (f"runs:///{RUN}/x/", "x"),
    ],
)
def test_a_runs_uri_names_a_run_and_a_path(uri: str, path: str) -> None:
    assert parse_run_uri(uri) == RunUri(RUN, path)


@pytest.mark.parametrize("uri", ["nbruns/x", "/data/x", "s3://bucket/x", "file:///x", "models:/m/1"])
def test_other_uris_name_no_run(uri: str) -> None:
    assert parse_run_uri(uri) is None


@pytest.mark.parametrize(
    "uri", ["runs:", "runs:/", "runs:/abc", "runs:/abc/x", f"runs:/{RUN.upper()}/x", f"runs:/../{RUN}"]
)
def test_a_runs_uri_without_a_run_is_refused(uri: str) -> None:
    with pytest.raises(InvalidUriError, match="runs:/<run_id>/<path>"):
        parse_run_uri(uri)


@given(st.uuids(), st.lists(st.text(st.characters(exclude_characters="/"), min_size=1)))
def test_what_is_put_into_a_runs_uri_is_read_from_it(run: Any, parts: list[str]) -> None:
    path = str(PurePosixPath(*parts)) if parts else ""

    assert parse_run_uri(f"runs:/{run.hex}/{path}") == RunUri(run.hex, path.strip("/"))
