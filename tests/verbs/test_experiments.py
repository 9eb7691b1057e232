"""`experiments`: list, show, create, rename, tag, delete and restore."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click
import pytest

from nbflow.errors import ExperimentExistsError, ExperimentNotFoundError, TagNotFoundError
from tests.clock import next_millisecond

if TYPE_CHECKING:
    from nbflow import Client
    from nbflow.entities import Run

Verb = Callable[..., str]
Lines = Callable[..., list[list[str]]]


def test_a_pipe_gets_id_name_runs_and_creation(lines: Lines, runs: list[Run]) -> None:
    default, vision = sorted(lines("experiments"), key=lambda line: line[1])

    assert vision[:3] == [runs[0].info.experiment_id, "vision", "3"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", vision[3])
    assert default[:3] == ["0", "Default", "0"]


def test_the_latest_comes_first(lines: Lines, client: Client) -> None:
    for name in ("b", "a", "c"):
        client.create_experiment(name)
        next_millisecond()

    assert [line[1] for line in lines("experiments", "list", "name != 'Default'")] == ["c", "a", "b"]


@pytest.mark.usefixtures("runs")
def test_experiments_are_filtered_and_ordered(lines: Lines) -> None:
    assert [line[1] for line in lines("experiments", "list", "name LIKE 'vis%'")] == ["vision"]
    assert [line[1] for line in lines("experiments", "--order-by", "name")] == ["Default", "vision"]


def test_what_is_in_the_trash_is_listed_with_its_runs(lines: Lines, client: Client, runs: list[Run]) -> None:
    client.delete_experiment(runs[0].info.experiment_id)

    assert [line[1:3] for line in lines("experiments", "list", "--deleted")] == [["vision", "3"]]


def test_a_program_gets_documents(document: Callable[..., Any], runs: list[Run]) -> None:
    vision = next(each for each in document("experiments") if each["name"] == "vision")

    assert set(vision) == {
        "experiment_id",
        "name",
        "artifact_location",
        "lifecycle_stage",
        "creation_time",
        "last_update_time",
        "tags",
        "n_runs",
    }
    assert vision["n_runs"] == len(runs)


def test_the_life_of_an_experiment(verb: Verb, lines: Lines, client: Client) -> None:
    ((experiment_id,),) = lines("experiments", "create", "a", "--tag", "team=x=y", "--artifact-location", "/data")

    verb("experiments", "rename", "a", "b")
    verb("experiments", "tag", "b", "k=v", "n=", "--remove", "team")
    verb("experiments", "delete", "b")
    deleted = client.get_experiment(experiment_id)
    verb("experiments", "restore", "b")

    restored = client.get_experiment(experiment_id)
    assert (deleted.lifecycle_stage, restored.lifecycle_stage) == ("deleted", "active")
    assert (restored.name, restored.tags, restored.artifact_location) == ("b", {"k": "v", "n": ""}, "/data")
    shown = dict(lines("experiments", "show", "b"))
    assert (shown["experiment_id"], shown["tags.k"], shown["n_runs"]) == (experiment_id, "v", "0")


def test_errors_are_those_of_the_client(verb: Verb, client: Client) -> None:
    client.create_experiment("a")

    with pytest.raises(ExperimentExistsError):
        verb("experiments", "create", "a")
    with pytest.raises(ExperimentNotFoundError):
        verb("experiments", "delete", "nope")
    with pytest.raises(ExperimentNotFoundError):
        verb("experiments", "restore", "a")
    with pytest.raises(TagNotFoundError):
        verb("experiments", "tag", "a", "--remove", "nope")


@pytest.mark.parametrize("args", [["a"], ["a", "novalue"], ["a", "=v"]])
def test_tags_are_pairs(verb: Verb, client: Client, args: list[str]) -> None:
    client.create_experiment("a")

    with pytest.raises(click.UsageError):
        verb("experiments", "tag", *args)


@pytest.mark.parametrize("name", ["[bold red]x[/]", "\u202etxt.exe", "a 'b' \"c\"", "[/]", "{task}", ":smile:"])
@pytest.mark.usefixtures("verb")
def test_any_name_is_shown_as_what_it_is(drawn: Verb, client: Client, name: str) -> None:
    said = drawn("experiments", "create", name)
    listed = drawn("experiments")
    page = drawn("experiments", "show", name)

    for text in (said, listed, page):
        assert "\u202e" not in text
        assert name.replace("\u202e", "\\u202e") in text
    assert drawn("experiments", "delete", name).startswith("Moved")
    assert client.get_experiment_by_name(name) is not None


def test_a_deleted_experiment_whose_name_is_used_again_is_the_one_that_is_restored(verb: Verb, client: Client) -> None:
    old = client.create_experiment("a")
    client.delete_experiment(old)
    new = client.create_experiment("a")

    with pytest.raises(ExperimentExistsError, match=f"held by {new}: rename that one, then restore this one") as caught:
        verb("experiments", "restore", "a")
    assert "set_experiment" not in str(caught.value)
    verb("experiments", "rename", new, "b")
    verb("experiments", "restore", "a")
    assert client.get_experiment(old).lifecycle_stage == "active"
