"""`access`: who may do what, on the store, an experiment, a registered model."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click
import pytest

from nbflow.entities import Grant
from nbflow.errors import GrantNotFoundError, InvalidNameError, RegisteredModelNotFoundError

if TYPE_CHECKING:
    from nbflow import Client

Verb = Callable[..., str]
Lines = Callable[..., list[list[str]]]
Document = Callable[..., Any]


@pytest.fixture
def places(client: Client) -> str:
    """Make an experiment and a registered model; give the experiment's id."""
    client.create_registered_model("fraud")
    return client.create_experiment("vision")


def test_permissions_are_granted_listed_and_revoked(verb: Verb, lines: Lines, client: Client, places: str) -> None:
    assert lines("access", "grant", "user:ada", "manage") == [["store", "", "user:ada", "MANAGE"]]
    assert lines("access", "grant", "group:lab", "EDIT", "-e", "vision") == [
        ["experiment", places, "group:lab", "EDIT"]
    ]
    verb("access", "grant", "*", "READ", "--model", "fraud")

    assert lines("access") == [
        ["store", "", "user:ada", "MANAGE"],
        ["experiment", places, "group:lab", "EDIT"],
        ["model", "fraud", "*", "READ"],
    ]
    assert lines("access", "list", "-m", "fraud") == [["model", "fraud", "*", "READ"]]
    assert client.list_experiment_permissions(places) == [Grant("group:lab", "EDIT")]
    assert lines("access", "revoke", "group:lab", "-e", places) == [["experiment", places, "group:lab", ""]]
    verb("access", "revoke", "user:ada")
    verb("access", "revoke", "*", "-m", "fraud")
    assert lines("access") == []


@pytest.mark.parametrize("where", [[], ["-e", "vision"], ["-m", "fraud"]])
@pytest.mark.usefixtures("places")
def test_a_default_is_what_everyone_else_has(verb: Verb, document: Document, lines: Lines, where: list[str]) -> None:
    assert document("access", "default", *where)["permission"] is None
    assert document("access", "default", "no_permissions", *where)["permission"] == "NO_PERMISSIONS"
    assert document("access", "default", *where)["permission"] == "NO_PERMISSIONS"
    assert [line[2:] for line in lines("access")] == [["*", "NO_PERMISSIONS"]]
    verb("access", "default", "--remove", *where)
    verb("access", "default", "--remove", *where)
    assert lines("access") == []


def test_a_program_gets_documents(document: Document, places: str) -> None:
    document("access", "grant", "user:ada", "READ", "-e", "vision")

    assert document("access") == [
        {"on": "experiment", "id": places, "name": "vision", "subject": "user:ada", "permission": "READ"}
    ]


@pytest.mark.usefixtures("places")
def test_a_person_is_told_what_was_done(drawn: Verb) -> None:
    assert "Nothing is granted here." in drawn("access")
    assert "user:ada has READ on the store." in drawn("access", "grant", "user:ada", "READ")
    assert "Who is given nothing else has EDIT on experiment vision." in drawn(
        "access", "grant", "*", "EDIT", "-e", "vision"
    )
    assert "Who is given nothing else has EDIT on experiment vision." in drawn("access", "default", "-e", "vision")
    assert "the store's default counts" in drawn("access", "default", "-m", "fraud")
    assert "they may do everything" in drawn("access", "default")
    assert "experiment vision  *         EDIT" in drawn("access")
    assert "Nothing is granted to user:ada on the store any more." in drawn("access", "revoke", "user:ada")


@pytest.mark.usefixtures("places")
def test_names_are_shown_as_what_they_are(drawn: Verb) -> None:
    name = "user:[red]x[/]\u202etxt"

    for text in (drawn("access", "grant", name, "READ"), drawn("access"), drawn("access", "revoke", name)):
        assert "\u202e" not in text
        assert "[red]x[/]\\u202etxt" in text


@pytest.mark.usefixtures("places")
@pytest.mark.parametrize(
    "args",
    [
        ["list", "-e", "vision", "-m", "fraud"],
        ["grant", "user:ada"],
        ["grant", "user:ada", "WRITE"],
        ["default", "READ", "--remove"],
        ["list", "-m", "fraud/1"],
    ],
)
def test_a_mistake_in_what_was_typed_is_told(verb: Verb, args: list[str]) -> None:
    with pytest.raises(click.UsageError):
        verb("access", *args)


@pytest.mark.usefixtures("places")
def test_errors_are_those_of_the_client(verb: Verb) -> None:
    with pytest.raises(InvalidNameError, match="user:<name>"):
        verb("access", "grant", "ada", "READ")
    with pytest.raises(GrantNotFoundError):
        verb("access", "revoke", "user:ada")
    with pytest.raises(RegisteredModelNotFoundError, match="Did you mean 'fraud'"):
        verb("access", "grant", "user:ada", "READ", "-m", "frod")
