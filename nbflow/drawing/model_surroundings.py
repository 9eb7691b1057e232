"""What a store says about a model, a version or a registered model that its record does not hold.

A page is drawn whatever happened to the store since: what cannot be read is left out, nothing is written, nothing is
loaded, and nothing is fetched from another machine. Records do not say which store they are of: it is the one in use,
and only what is the very same there counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from nbflow.drawing.surroundings import FAILED, local_folder, versions_of_run
from nbflow.entities import AliasPolicy, ModelHistoryEntry, ModelVersion, ViewType
from nbflow.mlmodel.document import Model
from nbflow.mlmodel.environment import read_python, read_requirements
from nbflow.mlmodel.files import inside, read_text
from nbflow.tracking.client import Client
from nbflow.tracking.model_sources import model_uri

if TYPE_CHECKING:
    from nbflow.entities import RegisteredModel, Run
    from nbflow.tracking.found_model import FoundModel

__all__ = [
    "AroundModel",
    "AroundRegistered",
    "AroundVersion",
    "ModelFiles",
    "around_model",
    "around_registered",
    "around_version",
    "files_in",
    "run_names",
    "versions_of",
]

_MAX_EXAMPLE_BYTES = 256 << 10
_FAILED = (*FAILED, RecursionError)


class ModelFiles(Struct, frozen=True):
    """What a model's folder says beside its MLmodel file.

    Parameters
    ----------
    folder
        Where it is.
    python
        The Python that it was made with.
    requirements
        Lines of a requirements file.
    example
        The input example: plain values, as they stand in the file; None where there is none, or it is large.
    """

    folder: str
    python: str | None = None
    requirements: tuple[str, ...] = ()
    example: Any = None


class AroundModel(Struct, frozen=True):
    """What was found about a model: its files, the name of its run, and what it is registered as."""

    files: ModelFiles | None = None
    run: str | None = None
    versions: tuple[ModelVersion, ...] = ()


class AroundVersion(Struct, frozen=True):
    """What was found about a version: its MLmodel file, its files, its run, its history, and its model's policies."""

    document: Model | None = None
    files: ModelFiles | None = None
    run: str | None = None
    history: tuple[ModelHistoryEntry, ...] = ()
    policies: tuple[AliasPolicy, ...] = ()


class AroundRegistered(Struct, frozen=True):
    """What was found about a registered model: its versions, the newest first, its history and its policies.

    `versions` is None where nothing was found.
    """

    versions: tuple[ModelVersion, ...] | None = None
    history: tuple[ModelHistoryEntry, ...] = ()
    policies: tuple[AliasPolicy, ...] = ()


def around_model(uri: str, uuid: str | None, run_id: str | None, client: Client | None = None) -> AroundModel:
    """Look a model up.

    Parameters
    ----------
    uri
        What it is loaded by.
    uuid
        Which model it must be: in a run, another may have taken its name since.
    run_id
        The run that logged it.
    client
        The store; None is the one in use.
    """
    try:
        client = Client() if client is None else client
    except _FAILED:
        return AroundModel()
    run = _run(client, run_id)
    name = None if run is None else run.info.run_name
    files = None
    with suppress(*_FAILED):
        found = _found(client, uri)
        files = None if found is None or _document(found, uuid) is None else _files(found)
    if files is None or run is None or uuid is None:
        return AroundModel(files, name)
    versions = [version for version in versions_of_run(client, run.run_id) if version.model_uuid == uuid]
    return AroundModel(files, name, tuple(versions))


def around_version(version: ModelVersion, client: Client | None = None) -> AroundVersion:
    """Look a version up: its model of that name must have the very same one."""
    try:
        client = Client() if client is None else client
        kept = client.get_model_version(version.name, version.version)
        if _identity(kept) != _identity(version):
            return AroundVersion()
        history = client.model_history(version.name, version.version)
        policies = client.get_alias_policies(version.name)
    except _FAILED:
        return AroundVersion()
    run = _run(client, version.run_id)
    document, files = None, None
    with suppress(*_FAILED):  # its files are gone, and the registry knows enough to be shown without
        found = _found(client, model_uri(version.name, version.version))
        document = None if found is None else _document(found, version.model_uuid)
        files = None if found is None or document is None else _files(found)
    name = None if run is None else run.info.run_name
    return AroundVersion(document, files, name, tuple(history), tuple(policies))


def around_registered(model: RegisteredModel, client: Client | None = None) -> AroundRegistered:
    """Look a registered model up."""
    try:
        client = Client() if client is None else client
        if client.get_registered_model(model.name).creation_timestamp != model.creation_timestamp:
            return AroundRegistered()
        versions = versions_of(client, model.name)
        history, policies = client.model_history(model.name), client.get_alias_policies(model.name)
    except _FAILED:
        return AroundRegistered()
    return AroundRegistered(tuple(versions), tuple(history), tuple(policies))


def run_names(versions: Iterable[ModelVersion], client: Client | None = None) -> dict[str, str]:
    """Give the names of the runs that made versions, by their ids; without those that are gone."""
    names = {}
    for run_id in {version.run_id for version in versions}:
        try:
            run = _run(Client() if client is None else client, run_id)
        except _FAILED:
            return {}
        if run is not None:
            names[run.run_id] = run.info.run_name
    return names


def versions_of(client: Client, name: str, view_type: int = ViewType.ACTIVE_ONLY) -> list[ModelVersion]:
    """List the versions of a registered model, the newest first; those in the trash may be another's of its name."""
    quote = '"' if "'" in name else "'"
    # A filter has no way to write both quotes: of what is alike, the others are left out.
    own = f"name = {quote}{name}{quote}" if quote not in name else 'name LIKE "' + name.replace('"', "_") + '"'
    found = client.search_model_versions(own, None, ["version_number DESC"], view_type=view_type)
    return [version for version in found if version.name == name]


def files_in(folder: Path, document: Model | None) -> ModelFiles:
    """Read what a model's folder on this machine says; what is broken is left out."""
    python, example = None, None
    requirements: tuple[str, ...] = ()
    with suppress(*_FAILED):
        python = read_python(folder)
    with suppress(*_FAILED):
        requirements = tuple(read_requirements(folder).requirements)
    info = None if document is None else document.saved_input_example_info
    with suppress(*_FAILED):
        named = None if info is None else inside(folder, info.get("artifact_path"))
        if named is not None and named.stat().st_size <= _MAX_EXAMPLE_BYTES:
            example = json.loads(read_text(named, _MAX_EXAMPLE_BYTES))
    return ModelFiles(str(folder), python, requirements, example)


def _found(client: Client, uri: str) -> FoundModel | None:
    """Find a model whose files are on this machine."""
    if not uri.startswith(("runs:/", "models:/")) and local_folder(uri) is None:
        return None
    found = client.find_model(uri)
    return None if found.files.local_path(found.path or None) is None else found


def _document(found: FoundModel, uuid: str | None) -> Model | None:
    document = found.document
    return document if uuid is None or document.model_uuid == uuid else None


def _files(found: FoundModel) -> ModelFiles:
    return files_in(found.folder, found.document)


def _run(client: Client, run_id: str | None) -> Run | None:
    try:
        return None if run_id is None else client.get_run(run_id)
    except _FAILED:
        return None


def _identity(version: ModelVersion) -> tuple[object, ...]:
    return version.creation_timestamp, version.source, version.model_uuid
