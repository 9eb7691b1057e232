"""The verbs that change what is registered: new versions, names, descriptions, tags, the trash."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from nbflow.drawing.format import count
from nbflow.drawing.text import line
from nbflow.verbs.model_answers import called, say_model, say_thing, say_version
from nbflow.verbs.model_completion import complete_deleted_model, complete_model, complete_version
from nbflow.verbs.model_refs import model_and_version, model_uri_of, search_versions, whole_model
from nbflow.verbs.options import Verb, pass_session
from nbflow.verbs.pairs import take_apart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbflow.verbs.session import Session

__all__ = ["delete_model", "describe_model", "register_model", "rename_model", "restore_model", "tag_model"]

_NAME = 80

_model = click.argument("model", metavar="NAME", shell_complete=complete_model)
_either = click.argument("model", metavar="NAME[/VERSION]", shell_complete=complete_version)


@click.command("register", cls=Verb)
@click.argument("uri", metavar="URI", shell_complete=complete_version)
@click.argument("name", metavar="NAME", shell_complete=complete_model)
@click.option("--tag", "tags", multiple=True, metavar="KEY=VALUE", help="A tag of the version; several times.")
@click.option("--description", metavar="TEXT", help="What the version is.")
@pass_session
def register_model(session: Session, uri: str, name: str, tags: Sequence[str], description: str | None) -> None:
    """Make a model the next version of a registered model, which is made when it is not there.

    URI is runs:/RUN_ID/NAME, a folder, an fsspec URL, or a version: NAME/VERSION or NAME@ALIAS. In a pipe the answer is
    the name and the version's number.
    """
    client = session.client
    pairs = take_apart(tags, "--tag")
    place = model_uri_of(client, uri)
    with session.progress("Registering"):
        made = client.register_model(place, name, tags=pairs, description=description)
    say_version(session, made.name, made.version, f"Registered version {made.version} of {line(made.name, _NAME)}.")


@click.command("rename", cls=Verb)
@_model
@click.argument("new_name")
@pass_session
def rename_model(session: Session, model: str, new_name: str) -> None:
    """Give a registered model another name. Versions, aliases, tags and policies go with it."""
    name = whole_model(session.client, model)
    session.client.rename_registered_model(name, new_name)
    say_model(session, new_name, f"Renamed model {line(name, _NAME)} to {line(new_name, _NAME)}.")


@click.command("describe", cls=Verb)
@_either
@click.argument("text")
@pass_session
def describe_model(session: Session, model: str, text: str) -> None:
    """Say what a registered model, or a version, is; an empty TEXT takes the description away."""
    client = session.client
    name, version = model_and_version(client, model)
    what = "Described" if text else "Took the description away from"
    if version is None:
        client.update_registered_model(name, text)
    else:
        client.update_model_version(name, version, text)
    say_thing(session, name, version, f"{what} {called(name, version)}.")


@click.command("tag", cls=Verb)
@_either
@click.argument("tags", metavar="[KEY=VALUE]...", nargs=-1)
@click.option("--remove", multiple=True, metavar="KEY", help="Take this tag away; can be given several times.")
@pass_session
def tag_model(session: Session, model: str, tags: Sequence[str], remove: Sequence[str]) -> None:
    """Set tags of a registered model, or of a version, or take some away."""
    client = session.client
    pairs = take_apart(tags, "KEY=VALUE")
    if not pairs and not remove:
        raise click.UsageError("Give KEY=VALUE to set, or --remove KEY.")
    name, version = model_and_version(client, model)
    if version is None:
        for key, value in pairs.items():
            client.set_registered_model_tag(name, key, value)
        for key in remove:
            client.delete_registered_model_tag(name, key)
    else:
        for key, value in pairs.items():
            client.set_model_version_tag(name, version, key, value)
        for key in remove:
            client.delete_model_version_tag(name, version, key)
    what = [count(len(pairs), "tag") + " set"] * bool(pairs) + [count(len(remove), "tag") + " removed"] * bool(remove)
    say_thing(session, name, version, f"{_capital(called(name, version))}: {', '.join(what)}.")


@click.command("delete", cls=Verb)
@_either
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@pass_session
def delete_model(session: Session, model: str, yes: bool) -> None:
    """Put a registered model, or a version, into the trash. A version's aliases are taken away.

    `nbflow models restore` takes it out again; `nbflow gc` removes it for good.
    """
    client = session.client
    name, version = model_and_version(client, model)
    aliases = () if version is None else client.get_model_version(name, version).aliases
    if session.interactive and not yes:
        click.confirm(f"Move {_with_what_stands(session, name, version)} into the trash?", abort=True)
    if version is None:
        client.delete_registered_model(name)
    else:
        client.delete_model_version(name, version)
    session.answer(
        lambda: {"name": name, "version": version, "lifecycle_stage": "deleted", "removed_aliases": aliases},
        lambda: [[name] if version is None else [name, version]],
        lambda: f"Moved {called(name, version)} into the trash.",
    )
    if aliases:
        what = "Its alias was" if len(aliases) == 1 else "Its aliases were"
        session.note(f"{what} taken away: {', '.join(line(alias) for alias in aliases)}.")


@click.command("restore", cls=Verb)
@click.argument("model", metavar="NAME[/VERSION]", shell_complete=complete_deleted_model)
@pass_session
def restore_model(session: Session, model: str) -> None:
    """Take a registered model, or a version, out of the trash. Aliases that a version had do not come back.

    Of several models of a name in the trash it is the one that had the name last.
    """
    client = session.client
    name, version = model_and_version(client, model)
    if version is None:
        client.restore_registered_model(name)
    else:
        client.restore_model_version(name, version)
    say_thing(session, name, version, f"Moved {called(name, version)} out of the trash.")


def _with_what_stands(session: Session, name: str, version: int | None) -> str:
    """Say what is to be deleted, and what of it is in use."""
    client = session.client
    if version is None:
        model = client.get_registered_model(name)
        n_versions = len(search_versions(client, name))
        in_use = list(model.aliases)
        what = f"{called(name)} with {count(n_versions, 'version')}"
    else:
        in_use = list(client.get_model_version(name, version).aliases)
        what = called(name, version)
    return f"{what} ({count(len(in_use), 'alias', 'aliases')}: {', '.join(in_use)})" if in_use else what


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
