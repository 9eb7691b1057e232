"""The verbs about who may do what: permissions on the store, on experiments, on registered models."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click
from msgspec import Struct

from nbflow.drawing.text import line
from nbflow.verbs.model_completion import complete_model
from nbflow.verbs.model_refs import names_of_models, whole_model
from nbflow.verbs.options import VerbGroup, pass_session
from nbflow.verbs.refs import complete_experiment, find_experiment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from nbflow.entities import Grant
    from nbflow.tracking.client import Client
    from nbflow.verbs.session import Session

__all__ = ["access"]

_PERMISSIONS = ("NO_PERMISSIONS", "READ", "EDIT", "MANAGE")
_EVERYONE = "*"
_NAME = 80

access = VerbGroup(
    "access",
    usual="list",
    help="List, grant and revoke permissions. They bind who comes with an identity, such as the users of a server; who "
    "can write to the store's files can do all of it.",
)

_subject = click.argument("subject", metavar="user:NAME|group:NAME|*")


class _Place(Struct, frozen=True):
    """What permissions are on: the store, or an experiment or registered model by its id or name."""

    kind: str
    ref: str = ""
    name: str = ""

    @property
    def called(self) -> str:
        """What it is called in a sentence."""
        return f"{self.kind} {line(self.name, _NAME)}" if self.ref else "the store"


def _placed(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb the options that say on what."""
    decorators = [
        click.option(
            "--experiment",
            "-e",
            metavar="NAME|ID",
            shell_complete=complete_experiment,
            help="On this experiment and its runs; else on the store.",
        ),
        click.option(
            "--model",
            "-m",
            metavar="NAME",
            shell_complete=complete_model,
            help="On this registered model and its versions; else on the store.",
        ),
    ]
    for decorator in reversed(decorators):
        function = decorator(function)
    return function


@access.command("list")
@_placed
@pass_session
def list_grants(session: Session, experiment: str | None, model: str | None) -> None:
    """List what is granted: on the store, on each experiment, on each registered model.

    In a pipe each is a line: "store", "experiment" or "model", its id or name, who, and the permission.
    """
    client = session.client
    places = [_place(client, experiment, model)] if experiment is not None or model is not None else _places(client)
    found = [(place, grant) for place in places for grant in _granted(client, place)]
    session.answer(
        lambda: [_document(place, grant.subject, grant.permission) for place, grant in found],
        lambda: [[place.kind, place.ref, grant.subject, grant.permission] for place, grant in found],
        lambda: _table(found),
    )
    if not found:
        session.nothing("Nothing is granted here.")


@access.command("grant")
@_subject
@click.argument("permission", type=click.Choice(_PERMISSIONS, case_sensitive=False))
@_placed
@pass_session
def grant_access(session: Session, subject: str, permission: str, experiment: str | None, model: str | None) -> None:
    """Say what somebody may do: a user, a group, or, in quotes, '*' for all who are given nothing else there.

    READ lets see and load it; EDIT also log to it and change what is said about it; MANAGE also delete it and give
    permissions.
    """
    _give(session, _place(session.client, experiment, model), subject, permission)


@access.command("revoke")
@_subject
@_placed
@pass_session
def revoke_access(session: Session, subject: str, experiment: str | None, model: str | None) -> None:
    """Take back what was granted to somebody: what is granted on the store, or to others, counts again."""
    client = session.client
    place = _place(client, experiment, model)
    _revoke(client, place, subject)
    _say(session, place, subject, None, f"Nothing is granted to {line(subject, _NAME)} on {place.called} any more.")


@access.command("default")
@click.argument("permission", required=False, type=click.Choice(_PERMISSIONS, case_sensitive=False))
@click.option("--remove", is_flag=True, help="Say nothing about it.")
@_placed
@pass_session
def set_default(
    session: Session, permission: str | None, remove: bool, experiment: str | None, model: str | None
) -> None:
    """Say what those may do who are given nothing else; without PERMISSION it tells what was said."""
    client = session.client
    place = _place(client, experiment, model)
    if remove and permission is not None:
        raise click.UsageError("--remove contradicts PERMISSION. Give one of them.")
    if permission is not None:
        _give(session, place, _EVERYONE, permission)
        return
    now = {grant.subject: grant.permission for grant in _granted(client, place)}.get(_EVERYONE)
    if remove and now is not None:
        _revoke(client, place, _EVERYONE)
        now = None
    otherwise = "the store's default counts" if place.ref else "they may do everything"
    text = f"Who is given nothing else has {now} on {place.called}." if now else f"Nothing is said: {otherwise}."
    _say(session, place, _EVERYONE, now, text)


def _place(client: Client, experiment: str | None, model: str | None) -> _Place:
    if experiment is not None and model is not None:
        raise click.UsageError("--experiment and --model contradict each other. Give one of them.")
    if experiment is not None:
        found = find_experiment(client, experiment)
        return _Place("experiment", found.experiment_id, found.name)
    if model is not None:
        name = whole_model(client, model)
        return _Place("model", name, name)
    return _Place("store")


def _places(client: Client) -> Iterator[_Place]:
    yield _Place("store")
    for experiment in client.search_experiments(1, None):
        yield _Place("experiment", experiment.experiment_id, experiment.name)
    for name in names_of_models(client):
        yield _Place("model", name, name)


def _granted(client: Client, place: _Place) -> list[Grant]:
    if place.kind == "experiment":
        return client.list_experiment_permissions(place.ref)
    if place.kind == "model":
        return client.list_registered_model_permissions(place.ref)
    return client.list_store_permissions()


def _give(session: Session, place: _Place, subject: str, permission: str) -> None:
    client, wanted = session.client, permission.upper()
    if place.kind == "experiment":
        client.set_experiment_permission(place.ref, subject, wanted)
    elif place.kind == "model":
        client.set_registered_model_permission(place.ref, subject, wanted)
    else:
        client.set_store_permission(subject, wanted)
    who = "Who is given nothing else" if subject == _EVERYONE else line(subject, _NAME)
    _say(session, place, subject, wanted, f"{who} has {wanted} on {place.called}.")


def _revoke(client: Client, place: _Place, subject: str) -> None:
    if place.kind == "experiment":
        client.delete_experiment_permission(place.ref, subject)
    elif place.kind == "model":
        client.delete_registered_model_permission(place.ref, subject)
    else:
        client.delete_store_permission(subject)


def _say(session: Session, place: _Place, subject: str, permission: str | None, text: str) -> None:
    session.answer(
        lambda: _document(place, subject, permission),
        lambda: [[place.kind, place.ref, subject, permission]],
        lambda: text,
    )


def _document(place: _Place, subject: str, permission: str | None) -> dict[str, Any]:
    return {
        "on": place.kind,
        "id": place.ref or None,
        "name": place.name or None,
        "subject": subject,
        "permission": permission,
    }


def _table(found: Sequence[tuple[_Place, Grant]]) -> RenderableType:
    from nbflow.verbs.drawing import table

    if not found:
        return ""
    rows = [[place.called, grant.subject, grant.permission] for place, grant in found]
    return table(["on", "who", "permission"], rows)
