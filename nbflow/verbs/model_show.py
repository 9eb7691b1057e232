"""`models show`: all that is known of a registered model, of a version, or of a model that is not registered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from nbflow.verbs.model_completion import complete_version
from nbflow.verbs.model_refs import Named, find_any, find_version
from nbflow.verbs.options import Verb, pass_session

if TYPE_CHECKING:
    from nbflow.verbs.session import Session

__all__ = ["show_model"]


@click.command("show", cls=Verb)
@click.argument("model", metavar="MODEL", shell_complete=complete_version)
@pass_session
def show_model(session: Session, model: str) -> None:
    """Show a registered model, one of its versions, or any other model.

    MODEL is NAME, NAME/VERSION, NAME/latest or NAME@ALIAS; or runs:/RUN_ID/NAME, a folder, an fsspec URL. In a pipe
    each line is a name and a value.
    """
    from nbflow.verbs import model_page as page
    from nbflow.verbs import model_whole as of
    from nbflow.verbs.model_facts import look_at_files, look_at_registered, look_at_version, run_of

    client = session.client
    named = find_any(client, model)
    if not isinstance(named, Named):
        saved = look_at_files(client, named)
        run = run_of(client, saved.run_id)
        session.answer(
            lambda: of.saved_document(saved, run),
            lambda: of.saved_lines(saved, run),
            lambda: page.saved_page(saved, run),
        )
    elif named.is_version:
        facts = look_at_version(client, find_version(client, model))
        session.answer(
            lambda: of.version_facts_document(facts), lambda: of.version_lines(facts), lambda: page.version_page(facts)
        )
    else:
        registered = look_at_registered(client, named.name)
        session.answer(
            lambda: of.registered_facts_document(registered),
            lambda: of.registered_lines(registered),
            lambda: page.registered_page(registered, session.console.width),
        )
