"""What people say about a version: `comment`, `request-approval`, `approve`, `reject`; and `history` of it all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

from nbflow.drawing.format import moment
from nbflow.drawing.text import line
from nbflow.verbs.lines import moment_text
from nbflow.verbs.model_answers import called
from nbflow.verbs.model_completion import complete_version
from nbflow.verbs.model_refs import model_and_version, version_number
from nbflow.verbs.options import Verb, pass_session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType
    from rich.text import Text

    from nbflow.entities import ModelHistoryEntry
    from nbflow.verbs.session import Session

__all__ = ["approve_version", "comment_version", "reject_version", "request_approval", "tell_history"]

_TEXT, _USER = 1_000, 30

_version = click.argument("version", metavar="NAME/VERSION", shell_complete=complete_version)
_message = click.option("--message", "-m", default="", metavar="TEXT", help="What others should know.")


@click.command("comment", cls=Verb)
@_version
@click.argument("text")
@pass_session
def comment_version(session: Session, version: str, text: str) -> None:
    """Say something about a version."""
    name, number = version_number(session.client, version)
    session.client.add_comment(name, number, text)
    _say(session, name, number, f"Commented on {called(name, number)}.")


@click.command("request-approval", cls=Verb)
@_version
@click.option("--alias", metavar="ALIAS", help="The alias that it is to get.")
@_message
@pass_session
def request_approval(session: Session, version: str, alias: str | None, message: str) -> None:
    """Ask others to approve a version."""
    name, number = version_number(session.client, version)
    session.client.request_approval(name, number, alias, message)
    _say(session, name, number, f"Asked for approval of {called(name, number)}.")


@click.command("approve", cls=Verb)
@_version
@_message
@pass_session
def approve_version(session: Session, version: str, message: str) -> None:
    """Approve a version. It counts for the policies of aliases that others give to versions others registered."""
    client = session.client
    name, number = version_number(client, version)
    client.approve(name, number, message)
    _say(session, name, number, f"Approved {called(name, number)}.")
    (*_, last) = client.model_history(name, number)
    if last.user == client.get_model_version(name, number).user_id:
        session.note(f"{last.user} registered it: no policy counts this approval.")


@click.command("reject", cls=Verb)
@_version
@_message
@pass_session
def reject_version(session: Session, version: str, message: str) -> None:
    """Reject a version: until you approve it, it gets no alias that has a policy."""
    name, number = version_number(session.client, version)
    session.client.reject(name, number, message)
    _say(session, name, number, f"Rejected {called(name, number)}.")


@click.command("history", cls=Verb)
@click.argument("model", metavar="NAME[/VERSION]", shell_complete=complete_version)
@pass_session
def tell_history(session: Session, model: str) -> None:
    """Tell what was done to a registered model, or a version, by whom and when: the oldest first.

    In a pipe each line is: when, who, what, which version, and all of it in words.
    """
    name, version = model_and_version(session.client, model)
    entries = session.client.model_history(name, version)
    session.answer(
        lambda: [msgspec.to_builtins(entry) for entry in entries],
        lambda: [
            [moment_text(entry.timestamp), entry.user, entry.action, entry.version, entry.text] for entry in entries
        ],
        lambda: _table(entries),
    )


def _say(session: Session, name: str, version: int, text: str) -> None:
    """Answer with what the history has of it now; a pipe gets the model's name and the version's number."""
    session.answer(
        lambda: msgspec.to_builtins(session.client.model_history(name, version)[-1]),
        lambda: [[name, version]],
        lambda: text,
    )


def _table(entries: Sequence[ModelHistoryEntry]) -> RenderableType:
    from nbflow.verbs.drawing import plain, table

    rows: list[list[str | Text]] = [
        [moment(each.timestamp), line(each.user, _USER), plain(line(each.text, _TEXT))] for each in entries
    ]
    return table(["when (UTC)", "who", "what"], rows, whole={0})
