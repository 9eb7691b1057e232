"""Giving, taking back and listing permissions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from nbflow import Client
from nbflow.access import Permission
from nbflow.entities import Grant, Identity
from nbflow.errors import (
    ExperimentNotFoundError,
    GrantNotFoundError,
    InvalidInputError,
    InvalidNameError,
    NotAStoreError,
    PermissionDeniedError,
    RegisteredModelNotFoundError,
    UnsupportedValueError,
)

Calls = tuple[Callable[..., None], Callable[..., None], Callable[[], list[Grant]], Callable[..., str]]


@pytest.fixture(params=["experiment", "model", "store"])
def calls(client: Client, request: pytest.FixtureRequest) -> Calls:
    """Give what sets, deletes, lists and tells permissions on each kind of resource."""
    experiment_id = client.create_experiment("e")
    client.create_registered_model("m")
    return calls_of(client, request.param, experiment_id)


def calls_of(client: Client, kind: str, experiment_id: str) -> Calls:
    if kind == "store":
        return (
            client.set_store_permission,
            client.delete_store_permission,
            client.list_store_permissions,
            client.get_permission,
        )
    named: Any = {"experiment_id": experiment_id} if kind == "experiment" else {"name": "m"}
    what = "experiment" if kind == "experiment" else "registered_model"

    def method(name: str) -> Callable[..., Any]:
        return lambda *given: getattr(client, name)(*named.values(), *given)

    return (
        method(f"set_{what}_permission"),
        method(f"delete_{what}_permission"),
        method(f"list_{what}_permissions"),
        lambda identity: client.get_permission(identity, **named),
    )


def test_what_is_given_is_listed_and_counts(calls: Calls) -> None:
    give, _, granted, permission = calls

    give("user:ada", "EDIT")
    give("group:lab", Permission.READ)
    give("*", "NO_PERMISSIONS")

    assert granted() == [Grant("*", "NO_PERMISSIONS"), Grant("group:lab", "READ"), Grant("user:ada", "EDIT")]
    assert [permission(who) for who in ("ada", Identity("bob", ("lab",)), "carl")] == ["EDIT", "READ", "NO_PERMISSIONS"]


def test_the_last_word_counts(calls: Calls) -> None:
    give, _, granted, permission = calls

    for word in ("READ", "MANAGE", "NO_PERMISSIONS", "READ"):
        give("user:ada", word)

    assert granted() == [Grant("user:ada", "READ")]
    assert permission("ada") == "READ"


def test_what_is_taken_back_counts_no_more(calls: Calls) -> None:
    give, take_back, granted, permission = calls
    give("user:ada", "READ")

    take_back("user:ada")

    assert granted() == []
    assert permission("ada") == "MANAGE"
    give("user:ada", "EDIT")
    assert permission("ada") == "EDIT"


def test_what_was_never_given_cannot_be_taken_back(calls: Calls) -> None:
    give, take_back, _, _ = calls
    give("user:ada", "READ")
    take_back("user:ada")

    for subject in ("user:ada", "user:bob", "group:ada", "*"):
        with pytest.raises(GrantNotFoundError, match="Nothing was changed"):
            take_back(subject)


@pytest.mark.parametrize("subject", ["ada", "user:", "", "role:x", "user:a\nb"])
def test_a_wrong_subject_is_refused(calls: Calls, subject: str) -> None:
    give, take_back, granted, _ = calls

    with pytest.raises(InvalidNameError):
        give(subject, "READ")
    with pytest.raises(InvalidNameError):
        take_back(subject)
    assert granted() == []


@pytest.mark.parametrize("permission", ["", "read", "OWN", None, 1])
def test_a_wrong_permission_is_refused(calls: Calls, permission: object) -> None:
    give, _, granted, _ = calls

    with pytest.raises(InvalidInputError, match="NO_PERMISSIONS, READ, EDIT, MANAGE"):
        give("user:ada", permission)
    assert granted() == []


def test_another_client_sees_it_at_once(client: Client) -> None:
    made = client.create_experiment("e")
    ada = Client(client.tracking_uri, identity="ada")
    assert ada.get_experiment(made).name == "e"

    client.set_experiment_permission(made, "user:ada", "NO_PERMISSIONS")

    with pytest.raises(ExperimentNotFoundError):
        ada.get_experiment(made)


def test_what_is_not_there_has_no_permissions(client: Client) -> None:
    with pytest.raises(ExperimentNotFoundError):
        client.set_experiment_permission("123456", "user:ada", "READ")
    with pytest.raises(ExperimentNotFoundError):
        client.list_experiment_permissions("../0")
    with pytest.raises(ExperimentNotFoundError):
        client.get_permission("ada", "123456")
    with pytest.raises(RegisteredModelNotFoundError):
        client.set_registered_model_permission("m", "user:ada", "READ")
    with pytest.raises(RegisteredModelNotFoundError):
        client.get_permission("ada", name="m")
    with pytest.raises(GrantNotFoundError):
        client.delete_store_permission("user:ada")
    assert client.list_store_permissions() == []
    assert client.get_permission("ada") == "MANAGE"


def test_reading_permissions_makes_no_store(client: Client, tmp_path: Any) -> None:
    client.list_store_permissions()
    client.get_permission("ada")
    Client(client.tracking_uri, identity="ada").search_experiments()

    assert list(tmp_path.iterdir()) == []


def test_the_first_permission_makes_the_store(client: Client) -> None:
    Client(client.tracking_uri, identity="ada").set_store_permission("user:ada", "MANAGE")

    assert client.list_store_permissions() == [Grant("user:ada", "MANAGE")]
    assert client.get_experiment("0").name == "Default"


def test_the_first_run_of_somebody_makes_the_store(client: Client) -> None:
    ada = Client(client.tracking_uri, identity="ada")

    run = ada.create_run("0")

    assert ada.get_run(run.info.run_id).info.experiment_id == "0"


def test_what_is_no_store_is_refused_as_ever(tmp_path: Any) -> None:
    (tmp_path / "file").write_text("something else")

    ada = Client(tmp_path, identity="ada")

    with pytest.raises(NotAStoreError):
        ada.get_experiment("0")
    with pytest.raises(NotAStoreError):
        ada.search_runs(None)


def test_what_is_in_the_trash_keeps_its_permissions_and_can_be_given_others(client: Client) -> None:
    made = client.create_experiment("e")
    client.create_registered_model("m")
    client.delete_experiment(made)
    client.delete_registered_model("m")

    client.set_experiment_permission(made, "user:ada", "READ")
    client.set_registered_model_permission("m", "user:ada", "EDIT")

    client.restore_experiment(made)
    client.restore_registered_model("m")
    assert client.get_permission("ada", made) == "READ"
    assert client.get_permission("ada", name="m") == "EDIT"


def test_an_experiment_and_a_model_at_once_are_one_too_many(client: Client) -> None:
    made = client.create_experiment("e")
    client.create_registered_model("m")

    with pytest.raises(InvalidInputError, match="Give one of them"):
        client.get_permission("ada", made, "m")


# Not to shut oneself out


@pytest.mark.parametrize("kind", ["experiment", "model", "store"])
def test_nobody_takes_manage_from_himself(client: Client, kind: str) -> None:
    made = client.create_experiment("e")
    client.create_registered_model("m")
    ada = Client(client.tracking_uri, identity=Identity("ada", ("lab",)))
    give, take_back, granted, permission = calls_of(ada, kind, made)

    for subject in ("*", "group:lab", "user:ada"):
        for less in ("EDIT", "READ", "NO_PERMISSIONS"):
            with pytest.raises(InvalidInputError, match="Give 'user:ada' MANAGE there first"):
                give(subject, less)
    assert granted() == []
    give("user:ada", "MANAGE")
    give("*", "NO_PERMISSIONS")
    with pytest.raises(InvalidInputError):
        take_back("user:ada")
    assert permission("ada") == "MANAGE"


def test_an_administrator_may_give_everything_away_on_a_resource(client: Client) -> None:
    made = client.create_experiment("e")
    ada = Client(client.tracking_uri, identity="ada")
    ada.set_store_permission("user:ada", "MANAGE")

    ada.set_experiment_permission(made, "user:ada", "NO_PERMISSIONS")
    ada.set_experiment_permission(made, "*", "NO_PERMISSIONS")

    assert ada.get_experiment(made).name == "e"


def test_another_administrator_takes_it_away(client: Client) -> None:
    for user in ("ada", "grace"):
        client.set_store_permission(f"user:{user}", "MANAGE")
    client.set_store_permission("*", "READ")
    grace = Client(client.tracking_uri, identity="grace")

    grace.delete_store_permission("user:ada")

    ada = Client(client.tracking_uri, identity="ada")
    assert ada.get_permission("ada") == "READ"
    with pytest.raises(PermissionDeniedError):
        ada.set_store_permission("user:ada", "MANAGE")


def test_without_an_identity_nothing_is_asked(client: Client) -> None:
    made = client.create_experiment("e")
    client.set_store_permission("*", "NO_PERMISSIONS")
    client.set_experiment_permission(made, "*", "NO_PERMISSIONS")

    assert client.identity is None
    assert type(client) is Client
    client.log_metric(client.create_run(made).info.run_id, "m", 1)
    assert client.count_runs() == 1


@pytest.mark.parametrize("identity", ["", " ", 3, b"ada", Identity(""), Identity("ada", "lab")])  # type: ignore[arg-type]
def test_what_is_no_identity_is_refused_and_not_taken_for_none(client: Client, identity: Any) -> None:
    with pytest.raises(InvalidInputError):
        Client(client.tracking_uri, identity=identity)
    with pytest.raises(InvalidInputError):
        client.get_permission(identity)


def test_an_identity_may_be_a_name_and_by_place(client: Client) -> None:
    ada = Client(client.tracking_uri, "ada")

    assert isinstance(ada, Client)
    assert ada.identity == Identity("ada")
    assert ada.tracking_uri == client.tracking_uri
    assert repr(ada) == f"Client({client.tracking_uri!r}, identity={Identity('ada')!r})"


def test_a_class_of_ones_own_is_not_guarded_in_secret(client: Client) -> None:
    class Mine(Client):
        pass

    with pytest.raises(UnsupportedValueError, match="Client"):
        Mine(client.tracking_uri, identity="ada")
