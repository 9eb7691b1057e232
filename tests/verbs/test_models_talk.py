"""Aliases, their policies, and what people say about versions: from the request to the alias that moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click
import pytest

from nbflow.errors import (
    AliasPolicyError,
    InvalidFilterError,
    InvalidInputError,
    InvalidNameError,
    ModelVersionNotFoundError,
)

if TYPE_CHECKING:
    from nbflow import Client

Verb = Callable[..., str]
Lines = Callable[..., list[list[str]]]
Document = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("fraud")


# Aliases


def test_an_alias_moves_and_goes(lines: Lines, document: Document, drawn: Verb, client: Client) -> None:
    assert lines("models", "alias", "fraud", "best", "2") == [["fraud", "2"]]
    assert document("models", "alias", "fraud", "best", "champion")["aliases"] == ["best", "champion"]
    assert "Alias best of model fraud is version 2 (was 1)." in drawn("models", "alias", "fraud", "best", "latest")
    assert lines("models", "alias", "--remove", "fraud", "best") == [["fraud", "best"]]
    assert "best was no alias of model fraud." in drawn("models", "alias", "--remove", "fraud", "best")
    assert client.get_registered_model("fraud").aliases == {"champion": 1}


@pytest.mark.parametrize("args", [["fraud", "best"], ["fraud", "best", "1", "--remove"], ["fraud/1", "best", "2"]])
def test_an_alias_needs_a_version_or_remove(verb: Verb, args: list[str]) -> None:
    with pytest.raises(click.UsageError):
        verb("models", "alias", *args)


@pytest.mark.parametrize("alias", ["latest", "v3", "a b"])
def test_an_alias_that_may_not_be_called_so_is_refused(verb: Verb, alias: str) -> None:
    with pytest.raises(InvalidNameError):
        verb("models", "alias", "fraud", alias, "1")


# Policies


def test_a_policy_is_set_listed_and_taken_away(lines: Lines, document: Document, drawn: Verb) -> None:
    assert "No alias of model fraud asks for anything." in drawn("models", "policy", "fraud")
    assert lines("models", "policy", "fraud") == []
    set_to = lines("models", "policy", "fraud", "champion", "--approvals", "1", "--require", "metrics.auc >= 0.9")
    assert set_to == [["champion", "1", "metrics.auc >= 0.9"]]
    lines("models", "policy", "fraud", "other", "--require", "metrics.f1 > 0")
    assert lines("models", "policy", "fraud", "champion") == set_to
    assert [each["alias"] for each in document("models", "policy", "fraud")] == ["champion", "other"]
    assert "1 approval and metrics.auc >= 0.9" in drawn("models", "policy", "fraud")
    assert lines("models", "policy", "fraud", "champion", "--remove") == []
    assert "Alias champion of model fraud asks for nothing." in drawn("models", "policy", "fraud", "champion")


@pytest.mark.parametrize(
    "args",
    [
        ["--approvals", "1"],
        ["--remove"],
        ["champion", "--remove", "--approvals", "1"],
        ["champion", "--approvals", "x"],
    ],
)
def test_what_contradicts_itself_is_no_policy(verb: Verb, args: list[str]) -> None:
    with pytest.raises(click.UsageError):
        verb("models", "policy", "fraud", *args)


def test_a_policy_that_asks_for_nothing_is_refused(verb: Verb) -> None:
    with pytest.raises(InvalidInputError):
        verb("models", "policy", "fraud", "champion", "--approvals", "0")
    with pytest.raises(InvalidFilterError):
        verb("models", "policy", "fraud", "champion", "--require", "metrics.auc >> 1")


def test_from_the_request_to_the_alias(
    verb: Verb, lines: Lines, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    verb("models", "policy", "fraud", "champion", "--approvals", "1")
    verb("models", "request-approval", "fraud/2", "--alias", "champion", "--message", "please\nlook")
    with pytest.raises(AliasPolicyError, match="1 approval"):
        verb("models", "alias", "fraud", "champion", "2")
    monkeypatch.setenv("NBFLOW_USER", "eve")
    verb("models", "reject", "fraud/2", "-m", "biased")
    with pytest.raises(AliasPolicyError, match="eve"):
        verb("models", "alias", "fraud", "champion", "2")
    verb("models", "approve", "fraud/2", "-m", "fixed")
    monkeypatch.setenv("NBFLOW_USER", "max")
    verb("models", "alias", "fraud", "champion", "2")

    assert client.get_registered_model("fraud").aliases == {"champion": 2}
    told = [line[1:] for line in lines("models", "history", "fraud/2")]
    assert told[1:] == [
        ["bob", "approval asked", "2", "version 2: approval asked for alias champion: please look"],
        ["eve", "rejected", "2", "version 2: rejected: biased"],
        ["eve", "approved", "2", "version 2: approved: fixed"],
        ["max", "alias set", "2", "alias champion set to 2 (was 1)"],
    ]


# What people say


def test_an_answer_is_what_the_history_has_of_it(lines: Lines, document: Document, drawn: Verb) -> None:
    said = document("models", "comment", "fraud@champion", "nice")

    assert (said["user"], said["action"], said["version"], said["text"]) == (
        "bob",
        "commented",
        1,
        "version 1: commented: nice",
    )
    assert lines("models", "comment", "fraud/2", "too") == [["fraud", "2"]]
    assert "Commented on version 2 of fraud." in drawn("models", "comment", "fraud/2", "x")
    assert "Asked for approval of version 2 of fraud." in drawn("models", "request-approval", "fraud/2")
    assert "Rejected version 2 of fraud." in drawn("models", "reject", "fraud/2")


def test_who_approves_an_own_version_learns_that_it_does_not_count(
    drawn: Verb, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "no policy counts" not in drawn("models", "approve", "fraud/1")
    monkeypatch.setenv("NBFLOW_USER", "ann")

    text = drawn("models", "approve", "fraud/1")

    assert "Approved version 1 of fraud." in text
    assert "ann registered it: no policy counts this approval." in text


@pytest.mark.parametrize("verb_name", ["approve", "reject", "request-approval"])
def test_only_a_version_is_approved(verb: Verb, verb_name: str) -> None:
    with pytest.raises(click.UsageError, match="fraud/VERSION"):
        verb("models", verb_name, "fraud")
    with pytest.raises(ModelVersionNotFoundError):
        verb("models", verb_name, "fraud/9")


def test_a_comment_says_something(verb: Verb) -> None:
    with pytest.raises(InvalidInputError):
        verb("models", "comment", "fraud/1", " ")


# The history


def test_the_history_of_what_is_in_the_trash_is_told(lines: Lines, document: Document, client: Client) -> None:
    client.delete_model_version("fraud", 2)
    client.delete_registered_model("fraud")

    assert lines("models", "history", "fraud")[-1][1:3] == ["bob", "deleted"]
    assert [entry["action"] for entry in document("models", "history", "fraud/2")] == ["registered", "deleted"]


def test_a_person_reads_the_history(drawn: Verb) -> None:
    text = drawn("models", "history", "fraud")

    assert "alias champion set to 1" in text
    assert "ann" in text
