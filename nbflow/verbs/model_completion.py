"""Completion of the names of registered models, of their versions and of their aliases, for a shell and a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow.verbs.model_refs import names_of_models, search_versions
from nbflow.verbs.refs import client_of

if TYPE_CHECKING:
    import click

    from nbflow.entities import RegisteredModel
    from nbflow.tracking.client import Client

__all__ = [
    "complete_alias",
    "complete_deleted_model",
    "complete_model",
    "complete_number",
    "complete_trash_of_model",
    "complete_version",
]

_DELETED = 2
_MOST = 50


def complete_model(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Complete the name of a registered model."""
    return [name for name in names_of_models(client_of(context)) if name.startswith(incomplete)]


def complete_deleted_model(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Complete what is in the trash: the name of a registered model, or a version of one that is not."""
    client = client_of(context)
    names = names_of_models(client, _DELETED)
    versions = client.search_model_versions(None, None, ["version_number DESC"], view_type=_DELETED)
    active = set(names_of_models(client))
    refs = [f"{each.name}/{each.version}" for each in versions if each.name in active]
    return [ref for ref in dict.fromkeys([*names, *refs]) if ref.startswith(incomplete)][:_MOST]


def complete_trash_of_model(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Complete the name of a registered model that is in the trash, or has versions there."""
    deleted = client_of(context).search_model_versions(None, None, view_type=_DELETED)
    names = {*names_of_models(client_of(context), _DELETED), *(version.name for version in deleted)}
    return sorted(name for name in names if name.startswith(incomplete))


def complete_version(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Complete the name of a registered model, and where that is whole its versions and aliases."""
    client = client_of(context)
    names = [name for name in names_of_models(client) if name.startswith(incomplete)]
    if len(names) > 1:
        return names
    # One that is there to its end: it is taken apart where a name cannot be. An @ may be in a name, too.
    whole = names[0] if names else incomplete.partition("/")[0] if "/" in incomplete else incomplete.rpartition("@")[0]
    return [ref for ref in [*names, *_refs(client, whole)] if ref.startswith(incomplete)][:_MOST]


def complete_number(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Complete the number of a version of the model that stands before it, or one of its aliases."""
    model = _model_before(context)
    if model is None:
        return []
    numbers = [str(number) for number in _numbers(client_of(context), model.name)]
    return [each for each in [*numbers, *model.aliases] if each.startswith(incomplete)][:_MOST]


def complete_alias(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Complete an alias of the model that stands before it."""
    model = _model_before(context)
    if model is None:
        return []
    policies = [policy.alias for policy in client_of(context).get_alias_policies(model.name)]
    return [alias for alias in dict.fromkeys([*model.aliases, *policies]) if alias.startswith(incomplete)]


def _model_before(context: click.Context) -> RegisteredModel | None:
    name = context.params.get("model")
    client = client_of(context)
    return client.get_registered_model(name) if name in names_of_models(client) else None


def _refs(client: Client, name: str) -> list[str]:
    """Name all that can be named of a registered model, if it is there."""
    if name not in names_of_models(client):
        return []
    versions = [f"{name}/{number}" for number in _numbers(client, name)]
    return [*versions, f"{name}/latest", *(f"{name}@{alias}" for alias in client.get_registered_model(name).aliases)]


def _numbers(client: Client, name: str) -> list[int]:
    return [version.version for version in search_versions(client, name)]
