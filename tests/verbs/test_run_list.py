"""`runs list`: which runs, in which columns, for a pipe, for a program, for a person."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest
from rich.console import Console

import nbflow
from nbflow.errors import ExperimentNotFoundError
from nbflow.verbs import invoke

if TYPE_CHECKING:
    from nbflow import Client
    from nbflow.entities import Run

Verb = Callable[..., str]
Lines = Callable[..., list[list[str]]]
Document = Callable[..., Any]


def names(lines: list[list[str]]) -> list[str]:
    return [line[1] for line in lines]


# Which


@pytest.mark.usefixtures("runs")
def test_all_runs_the_latest_first(lines: Lines) -> None:
    assert names(lines("runs", "list")) == ["third", "second", "first"]


@pytest.mark.usefixtures("runs")
def test_without_a_verb_runs_are_listed(lines: Lines) -> None:
    assert lines("runs") == lines("runs", "list")
    assert names(lines("runs", "metrics.loss < 0.4")) == ["second"]
    assert names(lines("runs", "-n", "1")) == ["third"]


@pytest.mark.usefixtures("runs")
def test_a_filter_and_an_order(lines: Lines) -> None:
    found = lines("runs", "list", "params.lr >= 0.1", "--order-by", "metrics.loss ASC")

    assert names(found) == ["second", "first"]


@pytest.mark.usefixtures("runs")
def test_of_experiments_by_name_and_by_id(lines: Lines, client: Client) -> None:
    other = client.create_experiment("12")  # a name like an id
    client.create_run(other, run_name="other")

    assert names(lines("runs", "list", "--experiment", "12")) == ["other"]
    assert names(lines("runs", "list", "--experiment", other)) == ["other"]
    assert len(lines("runs", "list", "-e", "vision", "-e", "12")) == 4
    with pytest.raises(ExperimentNotFoundError, match="Did you mean 'vision'"):
        lines("runs", "list", "--experiment", "visoin")


@pytest.mark.usefixtures("runs")
def test_the_experiment_in_use_is_meant_when_one_was_chosen(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    nbflow.set_tracking_uri(client.tracking_uri)
    nbflow.set_experiment("other")
    invoke(["runs", "list"])
    of_it = capsys.readouterr().out
    invoke(["runs", "list", "--all-experiments"])

    assert of_it == ""
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_some_and_all_experiments_contradict_each_other(verb: Verb) -> None:
    with pytest.raises(click.UsageError, match="contradict"):
        verb("runs", "list", "-e", "vision", "-a")


def test_the_trash_instead(lines: Lines, client: Client, runs: list[Run]) -> None:
    client.delete_run(runs[0].run_id)

    assert names(lines("runs", "list", "--deleted")) == ["first"]
    assert names(lines("runs", "list")) == ["third", "second"]


@pytest.mark.usefixtures("runs")
def test_a_limit_says_that_there_are_more(verb: Verb, client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    invoke(["runs", "-n", "2", "--store", client.tracking_uri])

    captured = capsys.readouterr()
    assert len(captured.out.splitlines()) == 2
    assert "--limit 0 shows all" in captured.err
    assert len(verb("runs", "-n", "0").splitlines()) == 3


# What a pipe gets


def test_a_line_has_the_whole_id_an_iso_time_and_seconds(lines: Lines, runs: list[Run]) -> None:
    assert lines("runs", "list", "-n", "1", "--order-by", "start_time") == [
        [runs[0].run_id, "first", "FINISHED", "2023-11-14T22:13:20.000Z", "1.500"]
    ]


@pytest.mark.usefixtures("runs")
def test_columns_are_chosen(lines: Lines) -> None:
    found = lines("runs", "--columns", "name,metrics.loss", "-c", "params.lr,tags.nope,experiment")

    assert found[0] == ["third", "NaN", "0.01", "", "vision"]
    assert found[1] == ["second", "0.25", "0.1", "", "vision"]


@pytest.mark.parametrize("column", ["nope", "metrics.", "metric.loss"])
def test_a_column_that_there_cannot_be_is_a_mistake(verb: Verb, column: str) -> None:
    with pytest.raises(click.BadParameter, match="There is no column"):
        verb("runs", "--columns", column)


def test_a_hostile_name_stays_on_its_line_and_in_its_cell(
    verb: Verb, client: Client, runs: list[Run], hostile: str
) -> None:
    client.update_run(runs[0].run_id, name=f"{hostile}\ta tab")

    text = verb("runs", "-c", "run_id,name")

    assert len(text.splitlines()) == 3
    assert all(line.count("\t") == 1 for line in text.splitlines())
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)
    assert "[bold red]x[/]" in text


# What a program gets


@pytest.mark.usefixtures("runs")
def test_json_has_stable_keys(document: Document) -> None:
    (*_, first) = document("runs")

    assert set(first) == {
        "run_id",
        "run_name",
        "experiment_id",
        "status",
        "lifecycle_stage",
        "user_id",
        "start_time",
        "end_time",
        "duration_ms",
        "artifact_uri",
        "params",
        "metrics",
        "tags",
    }
    assert (first["start_time"], first["duration_ms"], first["params"]) == (
        1_700_000_000_000,
        1500,
        {"lr": "1.0", "same": "s"},
    )


@pytest.mark.usefixtures("runs")
def test_json_writes_nan_and_infinity_as_strings(document: Document) -> None:
    assert document("runs")[0]["metrics"] == {"loss": "NaN", "acc": "Infinity"}


@pytest.mark.usefixtures("runs")
def test_json_has_the_columns_asked_for(document: Document) -> None:
    assert document("runs", "-c", "name,metrics.acc,duration", "-n", "1") == [
        {"name": "third", "metrics.acc": "Infinity", "duration": 1500}
    ]


@pytest.mark.usefixtures("client")
def test_json_of_nothing_is_an_empty_list(document: Document) -> None:
    assert document("runs") == []


def test_json_cannot_move_a_cursor(verb: Verb, client: Client, runs: list[Run], hostile: str) -> None:
    client.update_run(runs[0].run_id, name=hostile)

    text = verb("runs", "--json")

    assert text.isascii()
    assert text.replace("\n", "").isprintable()


# What a person sees


@pytest.mark.usefixtures("runs")
def test_a_person_sees_what_differs_and_what_is_best(drawn: Verb) -> None:
    text = drawn("runs")

    assert "lr" in text
    assert "same" not in text
    assert re.search(r"★ 0\.25", text)
    assert "✗ failed" in text


@pytest.mark.usefixtures("runs")
def test_a_person_sees_beginnings_of_ids_that_find_the_runs(drawn: Verb, lines: Lines) -> None:
    text = drawn("runs")

    beginnings = re.findall(r"\b[0-9a-f]{12,}\b", text)
    assert len(beginnings) == 3
    assert [lines("runs", "show", each)[1][1] for each in beginnings] == ["third", "second", "first"]


def test_a_person_sees_markup_and_controls_as_what_they_are(
    drawn: Verb, client: Client, runs: list[Run], hostile: str
) -> None:
    client.update_run(runs[0].run_id, name=hostile)

    text = drawn("runs")

    assert "[bold red]x[/]" in text
    assert "\\x1" in text
    assert not re.search("\x1b\\[2J|\r|\u202e", text)


def test_no_line_is_wider_than_the_terminal(drawn: Verb, client: Client, runs: list[Run]) -> None:
    for i in range(30):
        client.log_metric(runs[0].run_id, f"a metric with a long name {i}", i)

    text = re.sub(r"\x1b\[[0-9;]*m", "", drawn("runs"))

    assert max(map(len, text.splitlines())) <= 120
    assert "not shown; --columns takes any" in text


@pytest.mark.usefixtures("client")
def test_a_person_is_told_that_there_is_nothing(drawn: Verb) -> None:
    assert "No runs." in drawn("runs")


# Where there is no store, or no such experiment


def test_a_place_without_a_store_is_told_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for what in ("runs", "experiments"):
        assert invoke([what, "list", "--store", str(tmp_path / "nowhere")]) == 0

        captured = capsys.readouterr()
        assert captured.out == ""
        assert f"There is no store at {tmp_path / 'nowhere'}" in captured.err


@pytest.mark.usefixtures("runs")
def test_an_experiment_of_the_environment_that_is_not_there_is_not_made(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    nbflow.set_tracking_uri(client.tracking_uri)
    monkeypatch.setenv("NBFLOW_EXPERIMENT_NAME", "nope")

    with pytest.raises(ExperimentNotFoundError, match="'nope'"):
        invoke(["runs", "list"])
    assert client.get_experiment_by_name("nope") is None


# On a narrow terminal


def on_terminal(client: Client, width: int, *args: str) -> str:
    console = Console(file=StringIO(), force_terminal=True, width=width, color_system=None)
    assert invoke(["--store", client.tracking_uri, "runs", *args], console=console) == 0
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_long_name_leaves_ids_whole_and_a_metric(client: Client, runs: list[Run], width: int) -> None:
    client.update_run(runs[0].run_id, name="n" * 300)

    head, *rows = on_terminal(client, width).splitlines()

    assert {"id", "status"} <= set(head.split())
    assert {"loss", "acc"} & set(head.split())
    found = [re.search(r"\b[0-9a-f]{8,}\b", row) for row in rows[:3]]
    ids = [each[0] for each in found if each]
    assert len(set(ids)) == 3
    assert [run.run_id for run in reversed(runs)] == [
        next(run.run_id for run in runs if run.run_id.startswith(each)) for each in ids
    ]
    assert all("finished" in row or "failed" in row for row in rows[:3])
    assert max(map(len, [head, *rows])) <= width


def test_a_long_name_leaves_the_ids_of_chosen_columns_whole(client: Client, runs: list[Run]) -> None:
    client.update_run(runs[0].run_id, name="n" * 300)

    text = on_terminal(client, 60, "-c", "name,run_id,user,start_time")

    assert all(run.run_id in text for run in runs)


def test_a_metric_is_seen_also_where_none_differs(client: Client, runs: list[Run]) -> None:
    head = on_terminal(client, 80, f"run_id = '{runs[0].run_id}'").splitlines()[0]

    assert {"loss", "acc"} & set(head.split())


def test_what_most_runs_have_is_shown_first_and_what_does_not_fit_is_skipped(client: Client, runs: list[Run]) -> None:
    for i in range(12):
        client.log_metric(runs[0].run_id, f"of one run {i}", i)
    client.log_param(runs[0].run_id, "a_param_with_a_long_name_0", "x" * 24)
    client.log_param(runs[1].run_id, "a_param_with_a_long_name_0", "y" * 24)

    head = on_terminal(client, 100).splitlines()[0]

    assert all(re.search(rf"\b{name}\b", head) for name in ("loss", "acc", "lr"))
    assert "a_param" not in head
    assert "of one run" in head
