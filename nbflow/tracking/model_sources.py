"""From the URI that a version is registered from to what is known of it: its run, its files, who registered it before.

Nothing here reads the model's files: what the store wrote about them when they were logged is what counts.
"""

from __future__ import annotations

import os
import re
import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote

from nbflow.errors import InvalidInputError, InvalidUriError
from nbflow.uris import parse_file_url, parse_model_uri, parse_run_uri, scheme_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbflow.entities import ModelVersion, Run
    from nbflow.store.filestore import FileStore
    from nbflow.store.model_fold import ModelState, VersionState
    from nbflow.store.modellog import VersionLog
    from nbflow.store.models import ModelFacts, NewVersion

__all__ = ["alias_uri", "model_uri", "resolve_source"]

# A server of models that fetches what any of its users names would be a way into its network.
_REFUSED = frozenset({"ftp", "hdfs", "http", "https", "sftp"})


class _Registry(Protocol):
    """What is asked for runs and versions: a client."""

    _store: FileStore

    def get_run(self, run_id: str) -> Run:
        """Give a run."""

    def _version(self, name: str, version: int | str) -> tuple[ModelState, VersionLog]: ...

    def _record(self, model: ModelState, version: VersionState) -> ModelVersion: ...

    def _version_named(self, name: str, version: int | None, alias: str | None, stage: str | None) -> ModelVersion: ...

    def _run_path(self, folder: Path) -> tuple[str, str] | None: ...


def resolve_source(
    client: _Registry, source: str, run_id: str | None
) -> tuple[NewVersion, Callable[[Path], object] | None]:
    """Find out what a version begins with.

    Parameters
    ----------
    client
        For the runs and the versions.
    source
        As `create_model_version` takes it.
    run_id
        The run that is said to have made it; None is the one that the source names.

    Returns
    -------
    new : NewVersion
        The source, where it is a folder of a run as `runs:/`; what is known of the files.
    put : callable or None
        How files of the version's own get to their place.

    Raises
    ------
    InvalidUriError
        If the source names nothing that can be registered.
    InvalidInputError
        If the source names another run than `run_id`.
    """
    named = parse_model_uri(source)
    if named is not None:
        if named.path:
            raise _invalid(source, "It names a whole version: models:/<name>/<version>.")
        version = client._version_named(named.name, named.version, named.alias, named.stage)  # noqa: SLF001 (a part of Client)
        return _of_version(client, version.name, version.version, run_id)
    if not source.strip() or ".." in re.split(r"[/\\]", unquote(source)):
        raise _invalid(source, "It names a model, such as 'runs:/<run_id>/<path>', and has no '..' in it.")
    of_run = parse_run_uri(source)
    if of_run is not None:
        return _of_run(client, source, of_run.run_id, of_run.path, run_id), None
    scheme = scheme_of(source)
    if scheme in ("", "file"):
        return _of_folder(client, source, run_id), None
    if scheme in _REFUSED:
        raise _invalid(source, f"Models cannot be registered from {scheme}: download it and log it to a run.")
    return _of_elsewhere(client, source, run_id), None


def model_uri(name: str, version: int) -> str:
    """Name a version by its URI, as MLflow does but for the two characters that mean something else there."""
    return f"models:/{_quoted(name)}/{version}"


def alias_uri(name: str, alias: str) -> str:
    """Name the version that an alias stands for by its URI."""
    return f"models:/{_quoted(name)}@{alias}"


def _quoted(name: str) -> str:
    return name.replace("%", "%25").replace("@", "%40")


def _of_version(
    client: _Registry, name: str, number: int, run_id: str | None
) -> tuple[NewVersion, Callable[[Path], object] | None]:
    from nbflow.store.models import ModelFacts, NewVersion

    model, log = client._version(name, number)  # noqa: SLF001 (a part of Client)
    state = log.state
    version = client._record(model, state)  # noqa: SLF001
    source = model_uri(version.name, version.version)
    _check_run(source, version.run_id, run_id)
    own = client._store.layout.version_artifacts(model.folder, version.version)  # noqa: SLF001
    new = NewVersion(
        source,
        ModelFacts(
            version.model_uuid, version.flavors, version.signature, version.metrics, version.files, version.size_bytes
        ),
        # It stays where it is also when that version is gone, or gets another number in a merge.
        location=None if own.is_dir() else state.location,
        run_id=version.run_id,
        of=tuple(sorted(state.registrants)),
    )
    return new, partial(shutil.copytree, own, symlinks=True) if own.is_dir() else None


def _of_run(client: _Registry, source: str, run_id: str, path: str, said: str | None) -> NewVersion:
    from nbflow.store.models import NewVersion

    _check_run(source, run_id, said)
    plain = f"runs:/{run_id}/{path}" if path else f"runs:/{run_id}"  # by which others look for it
    location = None if source == plain else plain
    return NewVersion(source, _facts(client.get_run(run_id), path), location=location, run_id=run_id)


def _of_folder(client: _Registry, source: str, said: str | None) -> NewVersion:
    """Read a folder as the artifact of a run that it is: the store is whole also in another place."""
    text = parse_file_url(source) if scheme_of(source) == "file" else Path(os.path.abspath(os.path.expanduser(source)))  # noqa: PTH111 - Path's refuses a ~ that is nobody's
    if said is not None:
        place = client.get_run(said).info.artifact_uri
        if not scheme_of(place) and text.is_relative_to(place):
            path = text.relative_to(place).as_posix()
            return _of_run(client, f"runs:/{said}/{path}", said, path, said)
    elif (inside := client._run_path(text)) is not None:  # noqa: SLF001
        found, path = inside
        return _of_run(client, f"runs:/{found}/{path}", found, path, None)
    raise _invalid(source, "A folder must be the artifact of a run of this store; register_model copies another one.")


def _of_elsewhere(client: _Registry, source: str, said: str | None) -> NewVersion:
    from nbflow.store.models import ModelFacts, NewVersion

    facts = ModelFacts() if said is None else ModelFacts(metrics=client.get_run(said).metrics)
    return NewVersion(source, facts, run_id=said)


def _facts(run: Run, path: str) -> ModelFacts:
    from nbflow.store.models import ModelFacts

    for made in run.outputs.model_outputs:
        if made.path == path:
            uuid = made.model_uuid or None
            return ModelFacts(uuid, made.flavors, None, run.metrics, made.files, made.size_bytes)
    return ModelFacts(metrics=run.metrics)


def _check_run(source: str, found: str | None, said: str | None) -> None:
    if said is not None and said != found:
        raise InvalidInputError("run_id", said, f"The source {source} is of run {found}. Leave run_id out.")


def _invalid(source: str, rule: str) -> InvalidUriError:
    return InvalidUriError(source, f"Invalid model version source. {rule}")
