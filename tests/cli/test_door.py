"""What the command line has beyond the verbs: `--version`, completion, and the group that documentation reads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from nbflow.cli import main
from nbflow.verbs import group

if TYPE_CHECKING:
    from nbflow import Client


@pytest.fixture
def runner() -> CliRunner:
    return CliRunner()


def test_it_is_a_group_with_all_verbs() -> None:
    assert isinstance(main, click.Group)
    assert set(main.commands) == {*group.commands, "completion"}


def test_every_verb_explains_itself() -> None:
    def walk(command: click.Command, path: list[str]) -> None:
        assert command.help, path
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, (path, parameter.name)
        for name, inner in getattr(command, "commands", {}).items():
            walk(inner, [*path, name])

    walk(main, ["nbflow"])


def test_every_verb_takes_store_and_json() -> None:
    def walk(command: click.Command, path: list[str]) -> None:
        options = {name for parameter in command.params for name in parameter.opts}
        assert {"--store", "--json"} <= options, path
        for name, inner in getattr(command, "commands", {}).items():
            walk(inner, [*path, name])

    walk(group, ["nbflow"])


def test_a_verb_runs(runner: CliRunner, client: Client) -> None:
    client.create_run(client.create_experiment("x"))

    result = runner.invoke(main, ["runs", "list", "--json"])

    assert result.exit_code == 0
    assert len(json.loads(result.stdout)) == 1


def test_status_of_a_verb_is_that_of_the_process(runner: CliRunner) -> None:
    assert runner.invoke(main, ["doctor"]).exit_code == 2
    assert runner.invoke(main, ["runs", "show", "nope"]).exit_code == 1
    assert runner.invoke(main, ["nope"]).exit_code == 2


def test_without_arguments_the_verbs_are_listed(runner: CliRunner) -> None:
    result = runner.invoke(main, [])

    assert "experiments" in result.output


@pytest.mark.parametrize(
    ("shell", "mark"), [("bash", "complete -o nosort"), ("zsh", "#compdef nbflow"), ("fish", "complete --no-files")]
)
def test_the_script_for_a_shell(runner: CliRunner, shell: str, mark: str) -> None:
    result = runner.invoke(main, ["completion", shell])

    assert result.exit_code == 0
    assert mark in result.stdout
    assert "_NBFLOW_COMPLETE" in result.stdout


def completed(runner: CliRunner, words: str) -> list[str]:
    """Ask as bash does."""
    count = len(words.split(" ")) - 1
    environment = {"_NBFLOW_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(count)}
    result = runner.invoke(main, [], prog_name="nbflow", env=environment)
    return [line.partition(",")[2] for line in result.stdout.splitlines() if line]


def test_verbs_options_names_and_ids_are_completed(runner: CliRunner, client: Client) -> None:
    run = client.create_run(client.create_experiment("vision"), run_name="brave-otter")

    assert completed(runner, "nbflow ru") == ["runs"]
    assert completed(runner, "nbflow runs ex") == ["export"]
    assert "--order-by" in completed(runner, "nbflow runs list --or")
    assert completed(runner, "nbflow runs list --experiment vi") == ["vision"]
    assert completed(runner, "nbflow runs show br") == ["brave-otter"]
    assert completed(runner, f"nbflow runs show {run.run_id[:5]}") == [run.run_id]
    assert completed(runner, "nbflow experiments delete v") == ["vision"]


def test_completion_reads_the_store_that_is_named(runner: CliRunner, client: Client) -> None:
    client.create_experiment("vision")

    assert completed(runner, f"nbflow --store {client.tracking_uri} runs list -e v") == ["vision"]
    assert completed(runner, "nbflow --store nothing runs list -e v") == []
