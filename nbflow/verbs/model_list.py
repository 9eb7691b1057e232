"""`models list`: the registered models, with what their aliases stand for."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from nbflow.drawing.format import MISSING, count, moment
from nbflow.verbs.lines import moment_text
from nbflow.verbs.model_documents import aliases_text, registered_document
from nbflow.verbs.model_refs import names_of_models
from nbflow.verbs.options import Verb, pass_session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from nbflow.entities import RegisteredModel
    from nbflow.tracking.client import Client
    from nbflow.verbs.session import Session

__all__ = ["list_models"]

_ACTIVE, _DELETED = 1, 2
_LIMIT = 100
_LATEST_FIRST = "last_updated_timestamp DESC"


@click.command("list", cls=Verb)
@click.argument("filter_string", metavar="[FILTER]", required=False, default="")
@click.option("--order-by", "-o", multiple=True, metavar="KEY [DESC]", help="Such as 'name ASC'; else the last change.")
@click.option(
    "--limit", "-n", type=click.IntRange(min=0), default=_LIMIT, show_default=True, help="At most so many; 0: all."
)
@click.option("--deleted", is_flag=True, help="What is in the trash instead.")
@pass_session
def list_models(session: Session, filter_string: str, order_by: Sequence[str], limit: int, deleted: bool) -> None:
    """List registered models, the last changed first.

    FILTER is such as "name LIKE 'fraud%' AND tags.team = 'risk'". In a pipe each model is a line: name, number of
    versions, aliases (champion=5,old=1), last change.
    """
    client = session.client
    view_type = _DELETED if deleted else _ACTIVE
    found = client.search_registered_models(
        filter_string, limit or None, list(order_by) or [_LATEST_FIRST], view_type=view_type
    )
    n_versions, n_apart = _n_versions(client, found, deleted=deleted)
    session.answer(
        lambda: [registered_document(model, n) for model, n in zip(found, n_versions, strict=True)],
        lambda: [
            [model.name, n, aliases_text(model), moment_text(model.last_updated_timestamp)]
            for model, n in zip(found, n_versions, strict=True)
        ],
        lambda: _table(found, n_versions),
    )
    if found.token is not None:
        session.note(f"Only the first {count(len(found), 'model')}; --limit 0 shows all.")
    if not found:
        session.nothing("No registered models.")
    if n_apart:
        session.note(f"And {count(n_apart, 'version')} of other models: `nbflow models show NAME` lists them.")


def _n_versions(client: Client, found: Sequence[RegisteredModel], *, deleted: bool) -> tuple[Sequence[int | None], int]:
    """Count the versions of each model; and those in the trash of models that are not."""
    view_type = _DELETED if deleted else _ACTIVE
    counts = Counter(version.name for version in client.search_model_versions(None, None, view_type=view_type))
    if not deleted:
        return [counts[model.name] for model in found], 0
    active = set(names_of_models(client))
    gone = Counter(model.name for model in client.search_registered_models(None, None, view_type=_DELETED))
    # Of namesakes nobody knows whose they are.
    known = [counts[each.name] if each.name not in active and gone[each.name] == 1 else None for each in found]
    return known, sum(n for name, n in counts.items() if name in active and name not in gone)


def _table(found: Sequence[RegisteredModel], n_versions: Sequence[int | None]) -> RenderableType:
    from nbflow.verbs.drawing import table

    if not found:
        return ""
    rows = [
        [
            model.name,
            MISSING if n is None else f"{n:,}",
            ", ".join(f"{alias} {version}" for alias, version in model.aliases.items()) or MISSING,
            moment(model.last_updated_timestamp),
        ]
        for model, n in zip(found, n_versions, strict=True)
    ]
    return table(["model", "versions", "aliases", "changed (UTC)"], rows, right={1}, whole={1, 3})
