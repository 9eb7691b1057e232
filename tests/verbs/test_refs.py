"""A run is named by its id, by the beginning of it, or by its name, where that is one run's alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from nbflow.errors import AmbiguousRunError, ExperimentNotFoundError, NbflowError, RunNotFoundError
from nbflow.verbs.refs import find_experiment, find_run, find_runs

if TYPE_CHECKING:
    from nbflow import Client
    from nbflow.entities import Run

Verb = Callable[..., str]


def beginning(runs: list[Run], run: Run) -> str:
    """Give the shortest beginning of a run's id that no other run's has."""
    return next(
        run.run_id[:length]
        for length in range(4, 33)
        if sum(other.run_id.startswith(run.run_id[:length]) for other in runs) == 1
    )


def test_by_id_by_beginning_and_by_name(client: Client, runs: list[Run]) -> None:
    for run in runs:
        for ref in (run.run_id, beginning(runs, run), run.name):
            assert find_run(client, ref).run_id == run.run_id


def test_a_run_in_the_trash_is_found(client: Client, runs: list[Run]) -> None:
    client.delete_run(runs[0].run_id)

    assert find_run(client, "first").run_id == runs[0].run_id


@pytest.mark.parametrize("ref", ["nope", "", "0000", "f" * 32, "abc", "\udc80", "%", "run_id LIKE '%'"])
@pytest.mark.usefixtures("runs")
def test_what_names_no_run_is_told(client: Client, ref: str) -> None:
    with pytest.raises(RunNotFoundError):
        find_run(client, ref)


def test_a_beginning_of_several_ids_lists_them(client: Client, runs: list[Run]) -> None:
    with pytest.raises(AmbiguousRunError) as caught:
        find_run(client, runs[0].run_id[:4])

    assert {run_id for run_id, _ in caught.value.candidates} == {run.run_id for run in runs}
    assert all(run.run_id in str(caught.value) for run in runs)


def test_three_digits_are_too_few(client: Client, runs: list[Run]) -> None:
    with pytest.raises(RunNotFoundError):
        find_run(client, runs[0].run_id[:3])


def test_a_name_of_several_runs_lists_them(client: Client, runs: list[Run]) -> None:
    client.update_run(runs[1].run_id, name="first")

    with pytest.raises(AmbiguousRunError, match="2 runs have it"):
        find_run(client, "first")


def test_a_name_that_begins_another_runs_id_is_ambiguous(client: Client, runs: list[Run]) -> None:
    client.update_run(runs[1].run_id, name=beginning(runs, runs[0]))

    with pytest.raises(AmbiguousRunError):
        find_run(client, beginning(runs, runs[0]))


def test_many_candidates_are_counted_and_not_all_listed(client: Client, runs: list[Run]) -> None:
    for _ in range(20):
        client.create_run(runs[0].info.experiment_id, run_name="first")

    with pytest.raises(AmbiguousRunError, match="and 11 more"):
        find_run(client, "first")


@pytest.mark.parametrize(
    "name", ["it's", 'a "b"', """it's "both" of 100%""", "a\\b", "back`tick", " blank ", "ü\n", "%"]
)
def test_any_name_can_be_written(client: Client, runs: list[Run], name: str) -> None:
    client.update_run(runs[1].run_id, name=name)

    assert find_run(client, name).run_id == runs[1].run_id


def test_candidates_cannot_move_a_cursor(client: Client, runs: list[Run], hostile: str) -> None:
    for run in runs:
        client.update_run(run.run_id, name=hostile)

    with pytest.raises(AmbiguousRunError) as caught:
        find_run(client, hostile)

    assert all(line.isprintable() for line in str(caught.value).splitlines())


def test_several_are_found_before_anything_is_done(client: Client, runs: list[Run], verb: Verb) -> None:
    with pytest.raises(NbflowError):
        verb("runs", "delete", "first", "nope")

    assert client.get_run(runs[0].run_id).info.lifecycle_stage == "active"


def test_a_run_that_is_named_twice_comes_once(client: Client, runs: list[Run]) -> None:
    assert [run.run_id for run in find_runs(client, ["first", runs[0].run_id])] == [runs[0].run_id]


def test_an_experiment_by_id_and_by_name(client: Client) -> None:
    named_like_an_id = client.create_experiment("123")
    deleted = client.create_experiment("x")
    client.delete_experiment(deleted)

    assert find_experiment(client, "0").name == "Default"
    assert find_experiment(client, "123").experiment_id == named_like_an_id
    assert find_experiment(client, "x").experiment_id == deleted
    with pytest.raises(ExperimentNotFoundError, match="Did you mean 'Default'"):
        find_experiment(client, "default")
