"""Routes about registered models."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct, field

from nbflow.drawing.model_surroundings import run_names, versions_of
from nbflow.server.api.versions import Version, version_of
from nbflow.server.api.views import View, view_type
from nbflow.server.routing import Call, route
from nbflow.widgets.model_card.data import history_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbflow.entities import ModelHistoryEntry, ModelVersion, RegisteredModel

__all__ = [
    "HistoryEntry",
    "Model",
    "ModelChange",
    "ModelPage",
    "Models",
    "ModelsQuery",
    "NewModel",
    "Policy",
    "change_model",
    "create_model",
    "delete_model",
    "model_page",
    "restore_model",
    "search_models",
]

_MODEL = "/stores/{store}/models/{name}"
_HISTORY, _VERSIONS, _RUN_NAMES = 500, 1_000, 200
_STAGES: tuple[View, ...] = ("active", "deleted")


class Model(Struct, frozen=True, kw_only=True):
    """A registered model.

    Parameters
    ----------
    aliases
        The version that each stands for.
    latest
        The newest version; None where there is none.
    versions
        How many there are; None where that is not known: of several models in the trash that had one name.
    creation_time, last_update_time
        In milliseconds.
    permission
        What the asker may do with it.
    """

    name: str
    description: str
    tags: dict[str, str]
    aliases: dict[str, int]
    latest: int | None
    versions: int | None
    creation_time: int
    last_update_time: int
    user_id: str
    lifecycle_stage: str
    permission: str


class Policy(Struct, frozen=True):
    """What a version must have before an alias may stand for it: see `nbflow.entities.AliasPolicy`."""

    alias: str
    approvals: int
    require: str


class HistoryEntry(Struct, frozen=True):
    """One thing that was done to a model or a version of it: when, by whom, what, and in which words."""

    time: int
    user: str
    action: str
    text: str
    version: int | None


class ModelPage(Model, frozen=True, kw_only=True):
    """A registered model with all that is known of it.

    Parameters
    ----------
    version_list
        Its newest versions, those in the trash too, the newest first.
    policies
        What its aliases ask for.
    history
        What happened, the latest first.
    """

    version_list: list[Version]
    policies: list[Policy]
    history: list[HistoryEntry]


class Models(Struct, frozen=True):
    """A page of registered models."""

    models: list[Model]
    next_page_token: str | None


class ModelsQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which registered models are wanted.

    Parameters
    ----------
    filter
        Such as `name LIKE 'fraud%'`.
    order_by
        Such as `last_updated_timestamp DESC`; by name where nothing is said.
    view
        Those in use, those in the trash, or both.
    """

    filter: str = ""
    order_by: tuple[str, ...] = ()
    view: View = "active"
    max_results: int = 100
    page_token: str | None = None


class NewModel(Struct, frozen=True, forbid_unknown_fields=True):
    """A registered model that is to be made, without versions yet."""

    name: str
    description: str | None = None
    tags: dict[str, str] = field(default_factory=dict)


class ModelChange(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be changed of a registered model; what is not given stays.

    Parameters
    ----------
    name
        The new name.
    description
        `""` takes it away.
    tags
        Those that change; null takes one away.
    """

    name: str | None = None
    description: str | None = None
    tags: dict[str, str | None] = field(default_factory=dict)


@route("GET", "/stores/{store}/models", query=ModelsQuery, answer=Models)
def search_models(call: Call) -> Models:
    """Find registered models."""
    asked: ModelsQuery = call.query
    found = call.client.search_registered_models(
        asked.filter, asked.max_results, asked.order_by, asked.page_token, view_type(asked.view)
    )
    counts = _counts(call, found)
    return Models([_model(call, each, count) for each, count in zip(found, counts, strict=True)], found.token)


@route("POST", "/stores/{store}/models", body=NewModel, answer=Model)
def create_model(call: Call) -> Model:
    """Make a registered model, without versions yet."""
    made = call.client.create_registered_model(call.body.name, call.body.tags, call.body.description)
    return _model(call, made, 0)


@route("GET", _MODEL, answer=ModelPage)
def model_page(call: Call) -> ModelPage:
    """Give a registered model, its versions, policies and history."""
    client, name = call.client, call.path["name"]
    model, history = client.get_registered_model(name), client.model_history(name)
    versions = _versions(call, name, history)
    shown = versions[:_VERSIONS]
    names = run_names(shown[:_RUN_NAMES], client)
    short = _model(call, model, sum(each.lifecycle_stage == "active" for each in versions))
    return ModelPage(
        **{part: getattr(short, part) for part in Model.__struct_fields__},
        version_list=[version_of(each, names) for each in shown],
        policies=[Policy(each.alias, each.approvals, each.require) for each in client.get_alias_policies(name)],
        history=[HistoryEntry(**history_row(each)) for each in reversed(history[-_HISTORY:])],
    )


@route("PATCH", _MODEL, body=ModelChange, answer=Model)
def change_model(call: Call) -> Model:
    """Change a registered model's description and tags, or rename it."""
    client, name, change = call.client, call.path["name"], call.body
    if change.description is not None:
        client.update_registered_model(name, change.description)
    for key, value in change.tags.items():
        if value is None:
            client.delete_registered_model_tag(name, key)
        else:
            client.set_registered_model_tag(name, key, value)
    # Last: what is done before is done to the old name.
    renamed = name if change.name is None else client.rename_registered_model(name, change.name).name
    found = client.get_registered_model(renamed)
    return _model(call, found, *_counts(call, [found]))


@route("DELETE", _MODEL)
def delete_model(call: Call) -> None:
    """Put a registered model into the trash, with its versions."""
    call.client.delete_registered_model(call.path["name"])


@route("POST", f"{_MODEL}/restore")
def restore_model(call: Call) -> None:
    """Take the registered model that had a name last out of the trash."""
    call.client.restore_registered_model(call.path["name"])


def _model(call: Call, model: RegisteredModel, n_versions: int | None) -> Model:
    return Model(
        name=model.name,
        description=model.description,
        tags=model.tags,
        aliases=model.aliases,
        latest=max((each.version for each in model.latest_versions), default=None),
        versions=n_versions,
        creation_time=model.creation_timestamp,
        last_update_time=model.last_updated_timestamp,
        user_id=model.user_id,
        lifecycle_stage=model.lifecycle_stage,
        permission=call.permission(name=model.name),
    )


def _counts(call: Call, models: Sequence[RegisteredModel]) -> list[int | None]:
    """Count the versions of each model, in one search; None for those in the trash that had one name."""
    client, stages = call.client, {each.lifecycle_stage for each in models}
    counts: Counter[tuple[str, str]] = Counter()
    for stage in _STAGES:
        if stage in stages:
            found = client.search_model_versions(None, None, view_type=view_type(stage))
            counts.update((stage, each.name) for each in found)
    names: Counter[str] = Counter()
    if "deleted" in stages:
        names.update(each.name for each in client.search_registered_models(None, None, view_type=view_type("all")))
    return [
        None if each.lifecycle_stage == "deleted" and names[each.name] > 1 else counts[each.lifecycle_stage, each.name]
        for each in models
    ]


def _versions(call: Call, name: str, history: Sequence[ModelHistoryEntry]) -> list[ModelVersion]:
    """List the versions of an active model, those in its own trash too, the newest first."""
    own = {entry.version for entry in history if entry.action == "registered"}
    every = versions_of(call.client, name, view_type("all"))
    # One that is in use goes before one of another model, in the trash, that had its name and number.
    by_number = {each.version: each for each in sorted(every, key=lambda each: each.lifecycle_stage, reverse=True)}
    return [each for number, each in sorted(by_number.items(), reverse=True) if _is_own(each, own)]


def _is_own(version: ModelVersion, own: set[int | None]) -> bool:
    return version.lifecycle_stage == "active" or version.version in own
