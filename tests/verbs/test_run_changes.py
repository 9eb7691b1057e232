"""`runs delete`, `restore` and `move`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from nbflow.errors import ExperimentDeletedError

if TYPE_CHECKING:
    from nbflow import Client
    from nbflow.entities import Run

Verb = Callable[..., str]


def test_runs_go_into_the_trash_and_out_again(
    lines: Callable[..., list[list[str]]], client: Client, runs: list[Run]
) -> None:
    ids = [[runs[0].run_id], [runs[1].run_id]]

    assert lines("runs", "delete", "first", "second") == ids
    assert [run.run_id for run in client.search_runs(None)] == [runs[2].run_id]
    assert lines("runs", "restore", "first", "second") == ids
    assert len(client.search_runs(None)) == 3


@pytest.mark.usefixtures("runs")
def test_a_program_gets_the_runs_as_they_are_now(document: Callable[..., Any]) -> None:
    (found,) = document("runs", "delete", "first")

    assert found["lifecycle_stage"] == "deleted"


@pytest.mark.usefixtures("runs")
def test_runs_are_moved_to_another_experiment(verb: Verb, client: Client) -> None:
    other = client.create_experiment("other")

    verb("runs", "move", "first", "third", "--to", "other")

    assert {run.name for run in client.search_runs([other])} == {"first", "third"}


@pytest.mark.usefixtures("runs")
def test_nothing_is_moved_to_a_deleted_experiment(verb: Verb, client: Client) -> None:
    client.delete_experiment(client.create_experiment("other"))

    with pytest.raises(ExperimentDeletedError):
        verb("runs", "move", "first", "--to", "other")


def test_a_person_is_told(drawn: Verb, client: Client, runs: list[Run], hostile: str) -> None:
    client.update_run(runs[0].run_id, name=hostile)

    text = drawn("runs", "delete", runs[0].run_id)

    assert "into the trash" in text
    assert "\x1b[2J" not in text
    assert "Moved 2 runs" in drawn("runs", "restore", "second", "third")


def test_a_run_whose_experiment_is_in_the_trash_is_not_restored(verb: Verb, client: Client, runs: list[Run]) -> None:
    client.delete_experiment(runs[0].info.experiment_id)

    with pytest.raises(ExperimentDeletedError, match=r"its experiment 'vision' is in the trash: .* restore vision"):
        verb("runs", "restore", "first")


def test_the_experiment_to_restore_is_named_by_what_finds_it(verb: Verb, client: Client, runs: list[Run]) -> None:
    first = runs[0].info.experiment_id
    client.delete_experiment(first)
    client.delete_experiment(client.create_experiment("vision"))

    with pytest.raises(ExperimentDeletedError, match=f"restore {first}"):
        verb("runs", "restore", "first")
