"""`runs compare`: what differs, and which run is best at what."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click
import pytest

from nbflow.verbs.differences import differences

if TYPE_CHECKING:
    from nbflow import Client
    from nbflow.entities import Run

Verb = Callable[..., str]


def test_only_what_differs_is_found_metrics_first(runs: list[Run]) -> None:
    assert [each.name for each in differences(runs)] == ["metrics.loss", "metrics.acc", "params.lr"]
    assert "params.same" in [each.name for each in differences(runs, everything=True)]


def test_the_best_is_the_lowest_loss_and_the_highest_accuracy(runs: list[Run]) -> None:
    loss, acc, _ = differences(runs)

    assert (loss.mode, loss.best) == ("min", (1,))
    assert (acc.mode, acc.best) == ("max", (2,))


def test_nan_is_never_the_best_and_ties_share_it(client: Client, runs: list[Run]) -> None:
    client.log_metric(runs[0].run_id, "acc", math.nan, step=1)
    client.log_metric(runs[2].run_id, "acc", 0.75, step=1)
    other = client.create_run(runs[0].info.experiment_id)
    client.log_metric(other.run_id, "acc", 0.1)

    found = differences([client.get_run(run.run_id) for run in (*runs, other)])

    assert {each.key: each.best for each in found}["acc"] == (1, 2)


def test_what_says_where_a_run_was_has_no_best(client: Client, runs: list[Run]) -> None:
    for step, run in enumerate(runs):
        client.log_metric(run.run_id, "epoch", step)

    found = {each.key: each for each in differences([client.get_run(run.run_id) for run in runs])}

    assert (found["epoch"].mode, found["epoch"].best) == (None, ())


def test_a_param_that_one_run_lacks_differs(client: Client, runs: list[Run]) -> None:
    client.log_param(runs[0].run_id, "extra", "1")

    found = {each.key: each.values for each in differences([client.get_run(run.run_id) for run in runs])}

    assert found["extra"] == ("1", None, None)


def test_all_nan_is_the_same(client: Client) -> None:
    made = [client.create_run(client.create_experiment(name)) for name in "ab"]
    for run in made:
        client.log_metric(run.run_id, "m", math.nan)

    assert differences([client.get_run(run.run_id) for run in made]) == []


def test_a_pipe_gets_a_line_for_each_and_who_is_best(lines: Callable[..., list[list[str]]], runs: list[Run]) -> None:
    found = lines("runs", "compare", "first", "second")

    assert found == [
        ["run_id", runs[0].run_id, runs[1].run_id, ""],
        ["name", "first", "second", ""],
        ["metrics.loss", "0.5", "0.25", runs[1].run_id],
        ["metrics.acc", "0.5", "0.75", runs[1].run_id],
        ["params.lr", "1.0", "0.1", ""],
    ]


def test_a_program_gets_values_and_the_best(document: Callable[..., Any], runs: list[Run]) -> None:
    found = document("runs", "compare", "second", "third", "--all")

    assert [run["run_name"] for run in found["runs"]] == ["second", "third"]
    assert found["metrics"]["acc"] == {"values": [0.75, "Infinity"], "mode": "max", "best": [runs[2].run_id]}
    assert found["params"]["same"] == ["s", "s"]


@pytest.mark.usefixtures("runs")
def test_a_person_sees_the_best_marked(drawn: Verb) -> None:
    text = drawn("runs", "compare", "first", "second")

    assert re.search(r"loss ↓.*★ 0\.25", text)
    assert "same" not in text


def test_a_person_sees_values_as_what_they_are(drawn: Verb, client: Client, runs: list[Run], hostile: str) -> None:
    client.log_param(runs[0].run_id, "h", hostile)

    text = drawn("runs", "compare", "first", "second")

    assert "[bold red]x[/]" in text
    assert not re.search("\x1b\\[2J|\r|\u202e", text)


@pytest.mark.usefixtures("runs")
@pytest.mark.parametrize("refs", [["first"], ["first", "first"]])
def test_one_run_is_too_few(verb: Verb, refs: list[str]) -> None:
    with pytest.raises(click.UsageError, match="two runs or more"):
        verb("runs", "compare", *refs)


@pytest.mark.usefixtures("runs")
def test_a_run_is_not_compared_with_itself(verb: Callable[..., str]) -> None:
    with pytest.raises(click.UsageError, match="They are the same run"):
        verb("runs", "compare", "first", "first")
