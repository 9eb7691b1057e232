"""`invoke` runs a verb in a process that goes on, and raises instead of ending it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from io import StringIO
from typing import TYPE_CHECKING

import click
import pytest
from rich.console import Console

from nbflow.errors import InvalidFilterError, NotAStoreError, RunNotFoundError
from nbflow.verbs import group, invoke

if TYPE_CHECKING:
    from pathlib import Path

    from nbflow import Client

Verb = Callable[..., str]
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def test_the_group_has_the_verbs_and_nothing_of_a_process() -> None:
    verbs = {"runs", "experiments", "artifacts", "models", "access", "status", "doctor", "gc", "merge", "ui"}
    assert set(group.commands) == verbs
    assert {name for parameter in group.params for name in parameter.opts} == {"--store", "--json"}


@pytest.mark.usefixtures("runs")
def test_an_error_of_ours_is_raised(client: Client) -> None:
    with pytest.raises(RunNotFoundError):
        invoke(["runs", "show", "nope", "--store", client.tracking_uri])
    with pytest.raises(InvalidFilterError):
        invoke(["runs", "metrics.loss >> 1", "--store", client.tracking_uri])


@pytest.mark.parametrize("args", [["nope"], ["runs", "lst"], ["runs", "show"], ["runs", "list", "--nope"], []])
def test_a_mistake_in_what_was_typed_is_raised(args: list[str]) -> None:
    with pytest.raises(click.UsageError):
        invoke(args)


def test_help_is_shown_and_is_no_error(verb: Verb) -> None:
    assert "Usage: nbflow runs" in verb("runs", "--help")


def test_the_status_of_a_verb_is_returned(verb: Verb) -> None:
    verb("doctor", status=2)


@pytest.mark.usefixtures("runs")
def test_a_console_gets_the_answer(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(file=StringIO(), width=120)

    invoke(["runs", "--store", client.tracking_uri], console=console)

    assert isinstance(console.file, StringIO)
    assert "third" in console.file.getvalue()
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("runs")
def test_a_console_gets_json_without_colour(client: Client) -> None:
    console = Console(file=StringIO(), force_terminal=True)

    invoke(["runs", "--json", "--store", client.tracking_uri], console=console)

    assert isinstance(console.file, StringIO)
    assert len(json.loads(console.file.getvalue())) == 3


@pytest.mark.usefixtures("runs")
def test_the_store_in_use_is_taken_when_none_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    invoke(["runs", "list"])  # ./nbruns

    assert len(capsys.readouterr().out.splitlines()) == 3


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.usefixtures("runs")
def test_store_and_json_stand_anywhere(client: Client, capsys: pytest.CaptureFixture[str], place: int) -> None:
    args = ["runs", "list"]
    args[place:place] = ["--json", "--store", client.tracking_uri]

    invoke(args)

    assert len(json.loads(capsys.readouterr().out)) == 3


def test_what_is_no_store_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("…")

    with pytest.raises(NotAStoreError):
        invoke(["runs", "--store", str(tmp_path)])


@pytest.mark.usefixtures("capsys")
def test_reading_makes_no_store(tmp_path: Path) -> None:
    for args in (["runs"], ["experiments"], ["models"], ["access"], ["status"]):
        invoke([*args, "--store", str(tmp_path / "new")])

    assert not (tmp_path / "new").exists()
