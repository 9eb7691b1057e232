"""`runs export`: CSV, JSON and Parquet, to a file or to the standard output."""

from __future__ import annotations

import errno
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pandas as pd
import pytest

from nbflow.errors import InvalidInputError

if TYPE_CHECKING:
    from nbflow import Client
    from nbflow.entities import Run

Verb = Callable[..., str]


def test_csv_is_what_comes_when_nothing_is_said(verb: Verb, client: Client, runs: list[Run]) -> None:
    table = pd.read_csv(io.StringIO(verb("runs", "export")))

    assert list(table["run_id"]) == [run.run_id for run in reversed(runs)]
    assert list(table["metrics.acc"]) == [float("inf"), 0.75, 0.5]
    assert list(table.columns) == list(client.search_frame(None).columns)


def test_json_is_the_document_of_a_list(verb: Verb, runs: list[Run]) -> None:
    text = verb("runs", "export", "--format", "json")

    assert text == verb("runs", "list", "--json", "--limit", "0")
    assert text == verb("runs", "export", "--json")
    assert len(json.loads(text)) == len(runs)


@pytest.mark.parametrize("ending", ["csv", "json", "parquet"])
def test_a_file_gets_the_format_of_its_ending(
    lines: Callable[..., list[list[str]]], runs: list[Run], tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"out.{ending}"

    assert lines("runs", "export", "--output", str(path)) == [[str(path)]]

    read: dict[str, Callable[[Path], Any]] = {"csv": pd.read_csv, "json": pd.read_json, "parquet": pd.read_parquet}
    assert list(read[ending](path)["run_id"]) == [run.run_id for run in reversed(runs)]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["nbruns", path.name]


@pytest.mark.usefixtures("runs")
def test_what_is_exported_can_be_chosen(verb: Verb) -> None:
    text = verb("runs", "export", "metrics.loss < 1", "--order-by", "metrics.loss ASC", "--limit", "1")

    assert list(pd.read_csv(io.StringIO(text))["tags.mlflow.runName"]) == ["second"]


@pytest.mark.usefixtures("runs")
def test_a_program_is_told_what_was_written(document: Callable[..., Any], tmp_path: Path) -> None:
    path = str(tmp_path / "out.csv")

    assert document("runs", "export", "--output", path) == {"path": path, "format": "csv", "n_runs": 3}


def test_cells_of_a_file_are_as_they_were_logged(
    verb: Verb, client: Client, runs: list[Run], hostile: str, tmp_path: Path
) -> None:
    client.set_tag(runs[0].run_id, "h", hostile)

    verb("runs", "export", "-O", str(tmp_path / "out.parquet"))

    assert pd.read_parquet(tmp_path / "out.parquet")["tags.h"].iloc[2] == hostile


def test_a_person_sees_no_control_characters(drawn: Verb, client: Client, runs: list[Run], hostile: str) -> None:
    client.set_tag(runs[0].run_id, "h", hostile)

    assert "\x1b[2J" not in drawn("runs", "export")


@pytest.mark.usefixtures("runs")
def test_parquet_is_not_for_a_terminal(drawn: Verb) -> None:
    with pytest.raises(click.UsageError, match="--output"):
        drawn("runs", "export", "--format", "parquet")


@pytest.mark.usefixtures("runs")
def test_json_and_another_format_contradict_each_other(verb: Verb) -> None:
    with pytest.raises(click.UsageError, match="contradict"):
        verb("runs", "export", "--json", "--format", "csv")


@pytest.mark.usefixtures("runs")
def test_a_place_that_cannot_be_written_is_told(verb: Verb, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="cannot be written"):
        verb("runs", "export", "-O", str(tmp_path / "no" / "folder" / "out.csv"))


@pytest.mark.usefixtures("runs")
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_device_is_written_to_and_not_replaced(verb: Verb) -> None:
    verb("runs", "export", "-O", os.devnull)

    assert not Path(os.devnull).is_file()


@pytest.mark.usefixtures("runs")
@pytest.mark.skipif(os.name == "nt", reason="symlinks need rights there")
@pytest.mark.parametrize("there", [True, False])
def test_what_a_symlink_leads_to_is_written_and_the_link_stays(verb: Verb, tmp_path: Path, there: bool) -> None:
    (tmp_path / "far").mkdir()
    far, link = tmp_path / "far" / "runs.csv", tmp_path / "out.csv"
    link.symlink_to(far)
    if there:
        far.write_text("before")

    verb("runs", "export", "-O", str(link))

    assert link.readlink() == far
    assert far.read_text().startswith("run_id,")


@pytest.mark.usefixtures("runs")
@pytest.mark.skipif(os.name == "nt", reason="symlinks need rights there")
def test_a_symlink_to_itself_is_told(verb: Verb, tmp_path: Path) -> None:
    link = tmp_path / "out.csv"
    link.symlink_to(link)

    with pytest.raises(InvalidInputError, match="cannot be written"):
        verb("runs", "export", "-O", str(link))

    assert link.is_symlink()


@pytest.mark.usefixtures("runs")
@pytest.mark.parametrize("failure", [KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left on device")])
def test_what_was_there_stays_when_writing_is_stopped(
    verb: Verb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    path = tmp_path / "out.csv"
    path.write_text("before")

    def stop(_path: Path, _target: Path) -> None:
        raise failure

    monkeypatch.setattr(Path, "replace", stop)
    with pytest.raises((KeyboardInterrupt, InvalidInputError)):
        verb("runs", "export", "-O", str(path))

    assert path.read_text() == "before"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["nbruns", "out.csv"]


@pytest.mark.usefixtures("runs")
def test_a_file_that_has_the_name_of_a_draft_is_let_be(verb: Verb, tmp_path: Path) -> None:
    mine = tmp_path / ".out.csv.part"
    mine.write_text("mine")

    verb("runs", "export", "-O", str(tmp_path / "out.csv"))

    assert mine.read_text() == "mine"


def test_an_empty_store_exports_a_head(verb: Verb) -> None:
    assert verb("runs", "export").startswith("run_id,")


@pytest.mark.parametrize("name", ["x.csv", "out/X.JSON", "runs.parquet"])
def test_a_file_in_the_place_of_the_filter_is_told_of(verb: Verb, name: str) -> None:
    with pytest.raises(click.UsageError, match=f"-O {name}"):
        verb("runs", "export", name)


@pytest.mark.usefixtures("runs")
def test_an_ending_that_is_no_format_needs_one(verb: Verb, tmp_path: Path) -> None:
    with pytest.raises(click.UsageError, match=r"'\.foo'.*--format"):
        verb("runs", "export", "-O", str(tmp_path / "x.foo"))
    assert not (tmp_path / "x.foo").exists()
    verb("runs", "export", "-O", str(tmp_path / "x.foo"), "-f", "csv")
    verb("runs", "export", "-O", str(tmp_path / "x"))
    assert (tmp_path / "x").read_bytes() == (tmp_path / "x.foo").read_bytes()
