"""From what a person types to a registered model, a version of one, or any other model: `fraud`, `fraud/3`, a URI."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

import click
from msgspec import Struct

from nbflow.drawing.html import visible
from nbflow.errors import InvalidInputError, RegisteredModelNotFoundError, did_you_mean
from nbflow.registry.aliases import LATEST
from nbflow.uris import parse_model_uri, scheme_of

if TYPE_CHECKING:
    from nbflow.entities import ModelVersion
    from nbflow.tracking.client import Client

__all__ = [
    "Named",
    "find_any",
    "find_named",
    "find_version",
    "model_and_version",
    "model_uri_of",
    "names_of_models",
    "number_of",
    "search_versions",
    "version_number",
    "whole_model",
]

_ACTIVE, _ALL = 1, 3
_NUMBER = re.compile(r"[0-9]{1,10}")
_LISTED = "`nbflow models list` lists those that are there."


class Named(Struct, frozen=True):
    """What names a registered model, or a version of one: by `version`, by `alias`, or, as MLflow did, by `stage`."""

    name: str
    version: int | None = None
    alias: str | None = None
    stage: str | None = None

    @property
    def is_version(self) -> bool:
        """Whether it names a version."""
        return (self.version, self.alias, self.stage) != (None, None, None)

    @property
    def uri(self) -> str:
        """The URI of the version that it names."""
        name = self.name.replace("%", "%25").replace("@", "%40")
        return f"models:/{name}@{self.alias}" if self.alias else f"models:/{name}/{self.version or self.stage}"


def find_named(client: Client, ref: str) -> Named:
    """Read what names a registered model or a version of one.

    Parameters
    ----------
    client
        The store.
    ref
        NAME, NAME/VERSION, NAME/latest, NAME@ALIAS, each with or without `models:/` before it.

    Returns
    -------
    named : Named
        The model is there, perhaps in the trash; whether the version is, nobody has looked.

    Raises
    ------
    RegisteredModelNotFoundError
        If there is no such model.
    click.UsageError
        If what follows the name is no version's number.
    """
    named = _read(client, ref)
    if not _is_there(client, named.name):
        near = did_you_mean(named.name, names_of_models(client)).lstrip()
        raise RegisteredModelNotFoundError(named.name, f"{near} {_LISTED}".lstrip())
    return named


def find_any(client: Client, ref: str) -> Named | str:
    """Read what names any model: a registered one, a run's, one in a folder.

    Parameters
    ----------
    client
        The store.
    ref
        As in `find_named`; or `runs:/<run_id>/<name>`, a path, or an fsspec URL. What is registered comes before a
        folder of that name.

    Returns
    -------
    found : Named or str
        What is registered; of others what `Client.find_model` takes.

    Raises
    ------
    RegisteredModelNotFoundError
        If there is neither such a model nor such a folder.
    click.UsageError
        If what follows the name of a registered model is no version's number.
    """
    if scheme_of(ref) == "models":
        return find_named(client, ref)
    # No registered model is called so.
    if ref.startswith((".", "/", "~")) or "\\" in ref or ":" in ref:
        return ref
    if os.path.exists(ref) and not _is_there(client, ref.partition("/")[0]):  # noqa: PTH110 (Path's raises what is too long)
        return ref
    return find_named(client, ref)


def find_version(client: Client, ref: str) -> ModelVersion:
    """Find the version that somebody means; see `find_named`.

    Raises
    ------
    RegisteredModelNotFoundError, ModelVersionNotFoundError, AliasNotFoundError
        If it is not there.
    click.UsageError
        If it names no version.
    """
    return _version(client, _of_version(find_named(client, ref), ref))


def model_uri_of(client: Client, ref: str) -> str:
    """Give what `Client.find_model` takes for whatever names a model; see `find_any`.

    Raises
    ------
    click.UsageError
        If a registered model is named, and none of its versions.
    """
    found = find_any(client, ref)
    return _of_version(found, ref).uri if isinstance(found, Named) else found


def version_number(client: Client, ref: str) -> tuple[str, int]:
    """Give the model and the number of the version that somebody means; one by number may not be there."""
    named = _of_version(find_named(client, ref), ref)
    return named.name, named.version or _version(client, named).version


def model_and_version(client: Client, ref: str) -> tuple[str, int | None]:
    """Give the model that somebody means, and, if one of its versions is meant, the number of that."""
    named = find_named(client, ref)
    return (named.name, named.version or _version(client, named).version) if named.is_version else (named.name, None)


def whole_model(client: Client, ref: str) -> str:
    """Give the name of the registered model that somebody means, where a version makes no sense.

    Raises
    ------
    click.UsageError
        If a version is named.
    """
    named = find_named(client, ref)
    if named.is_version:
        raise click.UsageError(f"{ref!r} names a version. Give the name of the model.")
    return named.name


def number_of(client: Client, name: str, which: str) -> int:
    """Give the number of a version of a model that somebody means.

    Parameters
    ----------
    client
        The store.
    name
        The model.
    which
        A number, `latest`, or an alias with or without an `@` before it. Whether one by number is there, nobody has
        looked.

    Raises
    ------
    AliasNotFoundError
        If there is no such alias.
    """
    if _NUMBER.fullmatch(which):
        return int(which)
    return client.get_model_version_by_alias(name, which.removeprefix("@")).version


def search_versions(client: Client, name: str, view_type: int = _ACTIVE) -> list[ModelVersion]:
    """List the versions of all registered models of a name, the newest first: those in use, or as `view_type` says."""
    found = client.search_model_versions(_filter(name), None, ["version_number DESC"], view_type=view_type)
    return [version for version in found if version.name == name]


def names_of_models(client: Client, view_type: int = _ACTIVE) -> list[str]:
    """Give the names of the registered models that are in use; of others by their `view_type`."""
    return sorted({each.name for each in client.search_registered_models(None, None, view_type=view_type)})


def _filter(name: str) -> str:
    quote = '"' if "'" in name else "'"
    if quote not in name:
        return f"name = {quote}{name}{quote}"
    # A filter has no way to write both quotes: what is alike is compared by whoever asks.
    alike = name.replace('"', "_")
    return f'name LIKE "{alike}"'


def _of_version(named: Named, ref: str) -> Named:
    if not named.is_version:
        said = visible(ref)
        raise click.UsageError(f"{ref!r} names no version. Write {said}/VERSION, {said}/latest or {said}@ALIAS.")
    return named


def _version(client: Client, named: Named) -> ModelVersion:
    if named.version is not None:
        return client.get_model_version(named.name, named.version)
    if named.alias is not None:
        return client.get_model_version_by_alias(named.name, named.alias)
    found = client.find_model(named.uri).version
    assert found is not None, "the URI names a version"
    return found


def _read(client: Client, ref: str) -> Named:
    if ref.startswith("models:"):
        return _read_uri(ref)
    name, slash, which = ref.partition("/")
    if slash:
        return _numbered(name, which)
    before, at, alias = ref.rpartition("@")
    # A name may have an @ in it.
    return Named(before, alias=alias) if at and before and alias and not _is_there(client, ref) else Named(ref)


def _read_uri(ref: str) -> Named:
    name = ref.removeprefix("models:").strip("/")
    if name and "/" not in name and "@" not in name:  # which is no URI of a version
        return Named(unquote(name))
    uri = parse_model_uri(ref)
    assert uri is not None, "it begins with models:"
    if uri.path:
        raise click.UsageError(f"{ref!r} names a file of a version. Name the version.")
    return Named(uri.name, uri.version, uri.alias, uri.stage)


def _numbered(name: str, which: str) -> Named:
    if which.lower() == LATEST:
        return Named(name, alias=LATEST)
    if _NUMBER.fullmatch(which):
        return Named(name, version=int(which))
    said = visible(name)
    raise click.UsageError(
        f"{which!r} is no version's number. A version is {said}/3, the newest one {said}/latest, that of an alias "
        f"{said}@ALIAS."
    )


def _is_there(client: Client, name: str) -> bool:
    try:
        client.get_registered_model(name)
    except RegisteredModelNotFoundError as exc:
        return bool(exc.hint)  # it is in the trash
    except InvalidInputError:  # none can be called so
        return False
    return True
