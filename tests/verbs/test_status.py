"""`status`: the store, what is in it, what is running."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbflow import Client
    from nbflow.entities import Run

Verb = Callable[..., str]


def test_a_program_gets_counts_and_what_is_running(
    document: Callable[..., Any], client: Client, runs: list[Run]
) -> None:
    client.delete_run(runs[0].run_id)
    client.delete_experiment(client.create_experiment("gone"))
    running = client.create_run(runs[0].info.experiment_id, run_name="busy")

    found = document("status")

    assert found["store"] == client.tracking_uri
    assert found["exists"]
    assert found["experiments"] == {"active": 2, "deleted": 1}
    assert found["runs"] == {"active": 3, "deleted": 1}
    assert [run["run_id"] for run in found["running"]] == [running.run_id]


def test_a_pipe_gets_names_and_values(lines: Callable[..., list[list[str]]], client: Client, runs: list[Run]) -> None:
    running = client.create_run(runs[0].info.experiment_id, run_name="busy")

    found = lines("status")

    assert ["runs.active", "4"] in found
    assert ["exists", "true"] in found
    assert found[-1] == ["running", running.run_id, "busy", "vision"]


def test_a_person_is_told_that_there_is_nothing_yet(drawn: Verb) -> None:
    assert "nothing there yet" in drawn("status")


def test_models_are_counted_where_there_are_any(document: Callable[..., Any], drawn: Verb, client: Client) -> None:
    client.create_experiment("a")
    assert "model" not in drawn("status").partition("\n")[2]
    for name in ("one", "two", "three"):
        client.create_registered_model(name)
    client.delete_registered_model("three")

    assert document("status")["models"] == {"active": 2, "deleted": 1}
    assert "2 registered models (and 1 in the trash)" in drawn("status")


def test_a_person_sees_what_is_running(drawn: Verb, client: Client, runs: list[Run], hostile: str) -> None:
    client.create_run(runs[0].info.experiment_id, run_name=hostile)

    text = drawn("status")

    assert "2 experiments, 4 runs" in text
    assert "[bold red]x[/]" in text
    assert "\x1b[2J" not in text
