"""Each operation and each permission: what the table refuses is refused, and what it allows is done."""

from __future__ import annotations

import inspect
import io
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from nbflow import Client
from nbflow.access import Permission
from nbflow.entities import Identity
from nbflow.errors import (
    ExperimentNotFoundError,
    NbflowError,
    NotFoundError,
    PermissionDeniedError,
    RegisteredModelExistsError,
    RegisteredModelNotFoundError,
    RunNotFoundError,
)
from nbflow.tracking.guarded import GuardedClient, _guard, public_methods
from nbflow.tracking.permissions import RULES, Need

if TYPE_CHECKING:
    from tests.access.conftest import World

NEEDS = [(method, need) for method, rule in RULES.items() for need in rule.needs]
UNSEEN: dict[str, type[NbflowError]] = {
    "experiment": ExperimentNotFoundError,
    "run": RunNotFoundError,
    "model": RegisteredModelNotFoundError,
    "deleted_model": RegisteredModelNotFoundError,
    "new_model": RegisteredModelExistsError,
    "store": PermissionDeniedError,
}
# Arguments that name a thing on which permissions are given.
NAMING = {
    "dst_name",
    "experiment_id",
    "experiment_ids",
    "model_uri",
    "name",
    "run_id",
    "run_ids",
    "source",
    "src_model_uri",
}
# Where they name something else.
NAMING_NOTHING = {
    ("create_experiment", "name"),
    ("log_model", "name"),
    ("load_table", "run_ids"),
    ("update_run", "name"),
}


ABSENT = {
    "run": "0198c2f0a1b27c3d8e4f5061728394a5",
    "experiment": "123456789012345678",
    "model": "no such model",
    "deleted_model": "no such model",
}


def need_id(value: object) -> str:
    return f"{value.kind}-{value.argument}" if isinstance(value, Need) else str(value)


def outcome(client: Client, method: str, given: dict[str, Any]) -> NbflowError | None:
    """Call a method, and give what it raises of ours."""
    try:
        with warnings.catch_warnings(action="ignore", category=FutureWarning):  # stages are deprecated
            made = getattr(client, method)(**given)
    except NbflowError as exc:
        return exc
    if isinstance(made, io.IOBase):
        made.close()
    return None


def holds(need: Need, given: dict[str, Any]) -> bool:
    return not need.optional or need.argument in given


def unseen(need: Need, resource: str) -> type[NbflowError]:
    """Say what somebody meets who may not see what an argument names."""
    if need.kind == "source":
        return UNSEEN["model" if resource == "model" else "run"]
    return UNSEEN[resource if resource == "store" else need.kind]


@pytest.mark.parametrize("permission", list(Permission))
@pytest.mark.parametrize(("method", "need"), NEEDS, ids=need_id)
def test_a_call_goes_through_with_what_the_table_says_and_not_with_less(
    world: World, method: str, need: Need, permission: Permission
) -> None:
    given = world.arguments(method, need)
    resources = {each: world.resource(each, given) for each in RULES[method].needs if holds(each, given)}
    for resource in resources.values():
        world.grant(resource, Permission.MANAGE)
    world.grant(resources[need], permission)
    least = max(each.permission for each, resource in resources.items() if resource == resources[need])
    before = world.files()

    error = outcome(world.client, method, given)

    if permission >= least:
        assert error is None
        return
    assert type(error) is (unseen(need, resources[need][0]) if permission < Permission.READ else PermissionDeniedError)
    assert world.files() == before
    if isinstance(error, PermissionDeniedError):
        assert (error.user, error.have) == ("ada", permission.name)
        assert Permission[error.needed] <= least


@pytest.mark.parametrize("method", list(RULES))
def test_the_same_call_goes_through_without_an_identity(world: World, method: str) -> None:
    assert outcome(world.plain, method, world.arguments(method)) is None


@pytest.mark.parametrize("method", list(RULES))
def test_an_administrator_may_do_everything(world: World, method: str) -> None:
    world.plain.set_store_permission("group:admins", "MANAGE")
    world.plain.set_experiment_permission(world.experiment, "user:ada", "NO_PERMISSIONS")
    client = Client(world.plain.tracking_uri, identity=Identity("ada", ("admins",)))

    assert outcome(client, method, world.arguments(method)) is None


def test_the_table_names_every_public_method_and_no_other() -> None:
    assert set(RULES) == set(public_methods(Client))


@pytest.mark.parametrize("method", list(RULES))
def test_the_table_names_every_argument_that_names_something(method: str) -> None:
    parameters = inspect.signature(getattr(Client, method)).parameters
    rule = RULES[method]

    assert {need.argument for need in rule.needs} - {""} <= set(parameters)
    of_store = any(need.kind == "store" and need.permission is Permission.MANAGE for need in rule.needs)
    if rule.narrowed is None and not of_store:
        naming = {name for name in parameters if name in NAMING and (method, name) not in NAMING_NOTHING}
        assert naming <= {need.argument for need in rule.needs}


def test_a_method_that_is_not_in_the_table_is_refused_to_everybody(world: World) -> None:
    world.plain.set_store_permission("user:ada", "MANAGE")
    forgotten = _guard("get_run", Client.get_run, None)

    with pytest.raises(PermissionDeniedError, match=r"Client\.get_run"):
        forgotten(world.client, world.run)


def test_a_guarded_client_has_no_store_to_go_round_with(world: World) -> None:
    client = world.client

    assert isinstance(client, GuardedClient)
    assert not hasattr(client, "_store")
    with pytest.raises(AttributeError):
        client._begin_run(world.experiment)


def test_a_guarded_client_has_the_signatures_and_words_of_the_plain_one() -> None:
    for name, method in public_methods(Client).items():
        guarded = getattr(GuardedClient, name)
        assert guarded is not method
        assert inspect.signature(guarded) == inspect.signature(method)
        assert guarded.__doc__ == method.__doc__


def test_arguments_count_by_place_too(world: World) -> None:
    with pytest.raises(RunNotFoundError):
        world.client.log_param(world.run, "a", 1)


def test_a_wrong_call_is_a_type_error_as_ever(world: World) -> None:
    with pytest.raises(TypeError, match="argument"):
        world.client.get_run()  # type: ignore[call-arg]


@pytest.mark.parametrize("method", list(dict.fromkeys(method for method, need in NEEDS if need.kind in ABSENT)))
def test_what_may_not_be_seen_is_refused_in_the_words_for_what_is_not_there(world: World, method: str) -> None:
    hidden = world.arguments(method)
    named = {
        need.argument: ABSENT[need.kind]
        for need in RULES[method].needs
        if need.kind in ABSENT and need.argument in hidden
    }
    missing = {**hidden, **named}

    unseen, nothing = outcome(world.client, method, hidden), outcome(world.client, method, missing)

    assert isinstance(unseen, NotFoundError)
    assert type(unseen) is type(nothing)
    words = str(unseen)
    for argument, absence in named.items():
        words = words.replace(str(hidden[argument]), absence)
    assert words == str(nothing)
    assert unseen.__context__ is nothing.__context__ is None
