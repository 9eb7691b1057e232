"""`models alias` and `models policy`: what a version is for, and what it must have for that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

from nbflow.drawing.text import line
from nbflow.verbs.model_answers import called, say_version
from nbflow.verbs.model_completion import complete_alias, complete_model, complete_number
from nbflow.verbs.model_documents import policy_text
from nbflow.verbs.model_refs import number_of, whole_model
from nbflow.verbs.options import Verb, pass_session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType
    from rich.text import Text

    from nbflow.entities import AliasPolicy
    from nbflow.verbs.session import Session

__all__ = ["alias_model", "set_policy"]

_NAME = 80

_model = click.argument("model", metavar="NAME", shell_complete=complete_model)


@click.command("alias", cls=Verb)
@_model
@click.argument("alias", shell_complete=complete_alias)
@click.argument("version", required=False, shell_complete=complete_number)
@click.option("--remove", is_flag=True, help="Take the alias away.")
@pass_session
def alias_model(session: Session, model: str, alias: str, version: str | None, remove: bool) -> None:
    """Let an alias stand for a version, whatever it stood for before.

    VERSION is a number, `latest`, or another alias. An alias with a policy stands only for a version that has what the
    policy asks for: `nbflow models policy`.
    """
    client = session.client
    name = whole_model(client, model)
    if remove == (version is not None):
        raise click.UsageError("Give the VERSION that the alias is to stand for, or --remove.")
    before = client.get_registered_model(name).aliases.get(alias)
    was = "" if before is None else f" (was {before})"
    if version is None:
        client.delete_registered_model_alias(name, alias)
        what = f"Took alias {line(alias)} of {called(name)} away{was}."
        what = what if was else f"{line(alias)} was no alias of {called(name)}."
        session.answer(lambda: {"name": name, "alias": alias, "version": None}, lambda: [[name, alias]], lambda: what)
        return
    number = number_of(client, name, version)
    client.set_registered_model_alias(name, alias, number)
    say_version(session, name, number, f"Alias {line(alias)} of {called(name)} is version {number}{was}.")


@click.command("policy", cls=Verb)
@_model
@click.argument("alias", required=False, shell_complete=complete_alias)
@click.option("--approvals", type=int, metavar="N", help="So many others must have approved the version.")
@click.option("--require", metavar="FILTER", help="What `nbflow.evaluate` must have found: 'metrics.accuracy >= 0.9'.")
@click.option("--remove", is_flag=True, help="Let the alias ask for nothing.")
@pass_session
def set_policy(
    session: Session, model: str, alias: str | None, approvals: int | None, require: str | None, remove: bool
) -> None:
    """Say what a version must have before an alias may stand for it, in place of what was said before.

    Without an option it lists the policies of the model, or that of ALIAS. In a pipe each is a line: alias, approvals,
    filter.
    """
    client = session.client
    name = whole_model(client, model)
    changed = approvals is not None or require is not None
    if remove and changed:
        raise click.UsageError("--remove contradicts --approvals and --require.")
    if (remove or changed) and alias is None:
        raise click.UsageError("Give the ALIAS that it is about.")
    if alias is not None and remove:
        client.delete_alias_policy(name, alias)
    elif alias is not None and changed:
        client.set_alias_policy(name, alias, approvals or 0, require)
    found = [policy for policy in client.get_alias_policies(name) if alias in (None, policy.alias)]
    session.answer(
        lambda: [msgspec.to_builtins(policy) for policy in found],
        lambda: [[policy.alias, policy.approvals, policy.require] for policy in found],
        lambda: _table(found),
    )
    if not found:
        session.note(_nothing(name, alias))


def _nothing(name: str, alias: str | None) -> str:
    if alias is None:
        return f"No alias of {called(name)} asks for anything."
    return f"Alias {line(alias)} of {called(name)} asks for nothing."


def _table(policies: Sequence[AliasPolicy]) -> RenderableType:
    from nbflow.verbs.drawing import plain, table

    if not policies:
        return ""
    rows: list[list[str | Text]] = [[policy.alias, plain(line(policy_text(policy), _NAME * 3))] for policy in policies]
    return table(["alias", "needs"], rows)
