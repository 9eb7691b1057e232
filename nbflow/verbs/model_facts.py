"""What is known of a model: what its files say, what the registry says of a version, and what people said of that."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from nbflow.entities import AliasPolicy, FileInfo, ModelHistoryEntry, ModelVersion, RegisteredModel, Run
from nbflow.errors import ArtifactNotFoundError, NbflowError, NotFoundError
from nbflow.mlmodel.document import Model
from nbflow.verbs.model_refs import search_versions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nbflow.mlmodel.signature import ModelSignature
    from nbflow.tracking.client import Client
    from nbflow.tracking.found_model import FoundModel

__all__ = [
    "RegisteredFacts",
    "SavedFacts",
    "VersionFacts",
    "look_at_files",
    "look_at_registered",
    "look_at_version",
    "run_of",
    "said",
    "verdicts",
    "versions_of",
]

_DELETED = 2
_VERDICTS = ("approved", "rejected")
_ASKED = "approval asked"


class SavedFacts(Struct, frozen=True):
    """What a model's files say.

    Parameters
    ----------
    uri
        What the model was named by.
    place
        Where they are; None where nobody knows.
    document
        What the MLmodel file says; None where it cannot be read.
    files
        All of them, by their path in the model's folder.
    requirements
        What it needs to be installed; None where that is not known.
    python
        The version of Python that it was made with.
    run_id
        The run that logged it.
    trouble
        Why something of it is not known.
    """

    uri: str
    place: str | None = None
    document: Model | None = None
    files: tuple[FileInfo, ...] = ()
    requirements: tuple[str, ...] | None = None
    python: str | None = None
    run_id: str | None = None
    trouble: str | None = None


class VersionFacts(Struct, frozen=True):
    """A version: its record, its files, its run, what was said of it, and what the aliases of its model ask for."""

    version: ModelVersion
    saved: SavedFacts
    run: Run | None
    history: tuple[ModelHistoryEntry, ...]
    policies: tuple[AliasPolicy, ...]

    @property
    def signature(self) -> ModelSignature | None:
        """What it takes and gives, by its files; where they are not there, by what the registry kept of them."""
        if self.saved.document is not None:
            return self.saved.document.signature
        return _recorded(self.version.signature)


class RegisteredFacts(Struct, frozen=True):
    """A registered model: its record, its versions (the newest first; those in the trash last) and its policies."""

    model: RegisteredModel
    versions: tuple[ModelVersion, ...]
    policies: tuple[AliasPolicy, ...]


def look_at_files(client: Client, uri: str) -> SavedFacts:
    """Look at a model's files; the MLmodel file and those about its environment are read.

    Raises
    ------
    NotFoundError
        If there is no such model.
    ModelFormatError
        If its MLmodel file is broken.
    """
    found = client.find_model(uri)
    document = found.document
    before = f"{found.path}/" if found.path else ""
    files = [replace(info, path=info.path.removeprefix(before)) for info in found.files.walk(found.path or None)]
    requirements, python = _environment(found)
    return SavedFacts(uri, found.place, document, tuple(files), requirements, python, found.run_id)


def look_at_version(client: Client, version: ModelVersion) -> VersionFacts:
    """Look at a version, whose files may be anywhere, or gone."""
    from nbflow.tracking.model_sources import model_uri

    uri = model_uri(version.name, version.version)
    try:
        saved = look_at_files(client, uri)
    except (NbflowError, OSError) as exc:  # the registry knows enough to be shown without
        saved = SavedFacts(uri, trouble=str(exc), run_id=version.run_id)
    history = client.model_history(version.name, version.version)
    return VersionFacts(
        version, saved, run_of(client, version.run_id), tuple(history), tuple(client.get_alias_policies(version.name))
    )


def look_at_registered(client: Client, name: str) -> RegisteredFacts:
    """Look at a registered model.

    Raises
    ------
    RegisteredModelNotFoundError
        If it is not there, or in the trash.
    """
    model = client.get_registered_model(name)
    return RegisteredFacts(model, tuple(versions_of(client, name)), tuple(client.get_alias_policies(name)))


def versions_of(client: Client, name: str) -> list[ModelVersion]:
    """List a registered model's versions, the newest first, then those in the trash."""
    live = search_versions(client, name)
    # A model in the trash may have had the name, too: which versions there are this one's, its history tells.
    times = _registrations(client.model_history(name))
    deleted = search_versions(client, name, _DELETED)
    gone = []
    for number in sorted(times.keys() - {version.version for version in live}, reverse=True):
        same = [version for version in deleted if version.version == number]
        if same:
            gone.append(min(same, key=lambda each, time=times[number]: abs(each.creation_timestamp - time)))  # type: ignore[misc]
    return [*live, *gone]


def run_of(client: Client, run_id: str | None) -> Run | None:
    """Give the run that made a model; None where there is none, or it is gone."""
    try:
        return None if run_id is None else client.get_run(run_id)
    except NotFoundError:
        return None


def verdicts(history: Iterable[ModelHistoryEntry]) -> dict[str, ModelHistoryEntry]:
    """Give what each reviewer of a version said last: that it is approved, or rejected."""
    return {entry.user: entry for entry in history if entry.action in _VERDICTS}


def said(facts: VersionFacts) -> list[tuple[str, str]]:
    """Tell who asked for approval last, and what each reviewer says, without the version's number."""
    asked = [entry for entry in facts.history if entry.action == _ASKED][-1:]
    about = f"version {facts.version.version}: "
    return [(each.user, each.text.removeprefix(about)) for each in (*asked, *verdicts(facts.history).values())]


def _environment(found: FoundModel) -> tuple[tuple[str, ...] | None, str | None]:
    """Read what a model needs; nothing where that cannot be read."""
    from nbflow.artifact_store import download
    from nbflow.mlmodel.environment import PYTHON_ENV, REQUIREMENTS, read_python, read_requirements

    with TemporaryDirectory(prefix="nbflow-") as copy:
        folder = found.files.local_path(found.path or None)
        try:
            if folder is None:
                folder = Path(copy)
                for name in (REQUIREMENTS, PYTHON_ENV):
                    with suppress(ArtifactNotFoundError):
                        download(found.files, f"{found.path}/{name}" if found.path else name, copy)
            return tuple(read_requirements(folder).requirements), read_python(folder)
        except NbflowError:  # `nbflow models validate` says what is wrong with it
            return None, None


def _registrations(history: Iterable[ModelHistoryEntry]) -> dict[int, int]:
    """Say when each version that is not removed for good was registered."""
    times: dict[int, int] = {}
    for entry in history:
        if entry.version is not None and entry.action == "registered":
            times[entry.version] = entry.timestamp
        elif entry.version is not None and entry.action == "removed":
            times.pop(entry.version, None)
    return times


def _recorded(signature: Mapping[str, object] | None) -> ModelSignature | None:
    from nbflow.mlmodel.signature import ModelSignature

    try:
        return None if signature is None else ModelSignature.from_dict(signature)
    except NbflowError:  # somebody's, and of no use
        return None
