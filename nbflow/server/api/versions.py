"""Routes about versions of registered models: their cards, what is done to them, and aliases.

No model is loaded here: a pickle is code, and a server has other people's sessions to look after.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from msgspec import Struct, field

from nbflow.drawing.model_facts import quoted
from nbflow.errors import InvalidInputError, InvalidUriError
from nbflow.server.api.run_pages import Entries, FolderQuery, PathQuery, Preview
from nbflow.server.routing import Call, route
from nbflow.tracking.model_sources import model_uri
from nbflow.uris import parse_model_uri, parse_run_uri
from nbflow.widgets.artifacts import ArtifactsOfModel, list_folder, preview_of
from nbflow.widgets.model_card.actions import act
from nbflow.widgets.model_card.data import version_card
from nbflow.widgets.model_card.differences import differences_with

if TYPE_CHECKING:
    from nbflow.entities import ModelVersion

__all__ = [
    "Action",
    "Differences",
    "NewVersion",
    "Other",
    "Registered",
    "Said",
    "Version",
    "VersionCard",
    "act_on_version",
    "compare_versions",
    "delete_alias",
    "delete_version",
    "list_version_files",
    "preview_version_file",
    "register_version",
    "restore_version",
    "set_alias",
    "version_of",
    "version_page",
]

_VERSION = "/stores/{store}/models/{name}/versions/{version}"
_ALIAS = "/stores/{store}/models/{name}/aliases/{alias}"


class Version(Struct, frozen=True):
    """A version of a registered model, in a list.

    Parameters
    ----------
    name, version
        The model, and its number.
    source
        The URI that it was registered from.
    run_id, run_name
        The run that made it, where that is known; and how it is called, where it may be seen.
    metrics, evaluated
        What the run measured, and what evaluations found since.
    creation_time, last_update_time
        In milliseconds.
    """

    name: str
    version: int
    description: str
    source: str
    run_id: str | None
    run_name: str | None
    user_id: str
    tags: dict[str, str]
    aliases: tuple[str, ...]
    metrics: dict[str, float]
    evaluated: dict[str, float]
    flavors: tuple[str, ...]
    current_stage: str
    creation_time: int
    last_update_time: int
    lifecycle_stage: str


class NewVersion(Struct, frozen=True, forbid_unknown_fields=True):
    """A model that is to be registered.

    Parameters
    ----------
    source
        `runs:/<run_id>/<path>`, `models:/<name>/<version>` or `models:/<name>@<alias>`.
    run_id
        The run that made it, if it is to be checked.
    """

    source: str
    run_id: str | None = None
    description: str | None = None


class Registered(Struct, frozen=True, forbid_unknown_fields=True):
    """Which version an alias is to stand for."""

    version: int


class Action(Struct, frozen=True, forbid_unknown_fields=True):
    """Something that is to be done to a version, as its card does it.

    Parameters
    ----------
    action
        `set_alias`, `delete_alias`, `set_tag`, `delete_tag`, `describe`, `comment`, `ask_approval`, `approve` or
        `reject`.
    args
        Texts by name: `alias`; `key` and `value`; `text`.
    """

    action: str
    args: dict[str, str] = field(default_factory=dict)


class Said(Struct, frozen=True):
    """What was done, in a sentence."""

    said: str


class Other(Struct, frozen=True, forbid_unknown_fields=True):
    """Which other version it is compared with."""

    version: int


class VersionCard(TypedDict):
    """All that is known of a version, as the view of model cards draws it; more than is written out here."""

    permission: str
    type: str
    uri: str
    name: str
    number: int
    deleted: bool
    about: str
    aliases: list[str]
    stage: str | None
    run_id: str | None
    artifact_path: str | None
    facts: list[dict[str, Any]]
    metrics: list[dict[str, Any]]
    tags: list[list[str]]
    approvals: list[dict[str, Any]]
    policies: list[dict[str, Any]]
    history: list[dict[str, Any]]
    versions: dict[str, Any] | None
    differences: dict[str, Any] | None
    artifacts: dict[str, Any] | None


class Differences(TypedDict):
    """What changed between two versions, the older one before: texts in groups, and what is not known of both."""

    before: int
    after: int
    groups: list[dict[str, Any]]
    unknown: list[str]


@route("POST", "/stores/{store}/models/{name}/versions", body=NewVersion, answer=Version)
def register_version(call: Call) -> Version:
    """Register a model of a run, or another version; the registered model is made where there is none.

    Raises
    ------
    InvalidUriError
        If the source is neither.
    InvalidInputError
        If it is of another run.
    """
    source, run_id = call.body.source, call.body.run_id
    of_run = parse_run_uri(source)
    if of_run is None and parse_model_uri(source) is None:
        # A path or an address would be read with the rights of the server, not of who asks.
        raise InvalidUriError(source, "Over HTTP it is runs:/<run_id>/<path> or models:/<name>/<version>.")
    if run_id is not None and of_run is not None and run_id != of_run.run_id:
        raise InvalidInputError("run_id", run_id, f"The source {source} is of run {of_run.run_id}. Leave run_id out.")
    made = call.client.register_model(source, call.path["name"], description=call.body.description)
    return version_of(made)


@route("GET", _VERSION, answer=VersionCard)
def version_page(call: Call) -> dict[str, Any]:
    """Give all that is known of a version."""
    found = _version(call)
    uri = model_uri(found.name, found.version)
    no_trial = f"The server loads no models. In a notebook, nbflow.ModelCard({quoted(uri)}) tries it."
    of_run = parse_run_uri(found.source)
    return {
        **version_card(found, call.client, no_trial=no_trial).data,
        "permission": call.permission(name=found.name),
        "run_id": found.run_id,
        "artifact_path": None if of_run is None else of_run.path,
    }


@route("DELETE", _VERSION)
def delete_version(call: Call) -> None:
    """Put a version into the trash, and take its aliases away."""
    call.client.delete_model_version(call.path["name"], call.path["version"])


@route("POST", f"{_VERSION}/restore")
def restore_version(call: Call) -> None:
    """Take a version out of the trash."""
    call.client.restore_model_version(call.path["name"], call.path["version"])


@route("GET", f"{_VERSION}/differences", query=Other, answer=Differences)
def compare_versions(call: Call) -> dict[str, Any]:
    """Compare a version with another one of its model."""
    return differences_with(call.client, _version(call), call.query.version)


@route("GET", f"{_VERSION}/artifacts", query=FolderQuery, answer=Entries)
def list_version_files(call: Call) -> dict[str, Any]:
    """List a folder of a version's files; who may see the version may see them."""
    return {"entries": list_folder(_files(call), call.query.path)}


@route("GET", f"{_VERSION}/preview", query=PathQuery, answer=Preview)
def preview_version_file(call: Call) -> dict[str, Any]:
    """Show what is in a file of a version."""
    return preview_of(_files(call), call.query.path)


@route("POST", f"{_VERSION}/act", body=Action, answer=Said)
def act_on_version(call: Call) -> Said:
    """Do to a version what its card does: aliases, tags, comments, approvals."""
    return Said(act(call.client, _version(call), call.body.action, call.body.args))


@route("PUT", _ALIAS, body=Registered)
def set_alias(call: Call) -> None:
    """Let an alias stand for a version."""
    call.client.set_registered_model_alias(call.path["name"], call.path["alias"], call.body.version)


@route("DELETE", _ALIAS)
def delete_alias(call: Call) -> None:
    """Take an alias away."""
    call.client.delete_registered_model_alias(call.path["name"], call.path["alias"])


def version_of(version: ModelVersion, run_names: dict[str, str] | None = None) -> Version:
    """Say what a list says of a version.

    Parameters
    ----------
    version
        Its record.
    run_names
        The names of runs, by their ids.
    """
    return Version(
        name=version.name,
        version=version.version,
        description=version.description,
        source=version.source,
        run_id=version.run_id,
        run_name=(run_names or {}).get(version.run_id or ""),
        user_id=version.user_id,
        tags=version.tags,
        aliases=version.aliases,
        metrics=version.metrics,
        evaluated=version.evaluated,
        flavors=version.flavors,
        current_stage=version.current_stage,
        creation_time=version.creation_timestamp,
        last_update_time=version.last_updated_timestamp,
        lifecycle_stage=version.lifecycle_stage,
    )


def _files(call: Call) -> ArtifactsOfModel:
    found = _version(call)
    return ArtifactsOfModel(model_uri(found.name, found.version), call.client)


def _version(call: Call) -> ModelVersion:
    return call.client.get_model_version(call.path["name"], call.path["version"])
