"""What a URI names (pure): a store, a folder of this machine, or something of a run."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from msgspec import Struct

from nbflow.errors import InvalidUriError

__all__ = ["ModelUri", "RunUri", "parse_file_url", "parse_model_uri", "parse_run_uri", "parse_store_uri", "scheme_of"]

# Two characters at least: "C:" is a drive.
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]+):")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class RunUri(Struct, frozen=True):
    """`runs:/<run_id>/<path>`; `path` is `""` for all of the run's artifacts."""

    run_id: str
    path: str


class ModelUri(Struct, frozen=True):
    """`models:/<name>/<version>`, `models:/<name>@<alias>`, `models:/<name>/latest` or `models:/<name>/<stage>`.

    One of `version`, `alias` (`"latest"` among them) and `stage` is given. `path` is what follows: a place in the
    version's folder, or `""`.
    """

    name: str
    version: int | None = None
    alias: str | None = None
    stage: str | None = None
    path: str = ""


def parse_store_uri(uri: str | os.PathLike[str]) -> Path:
    """Find the directory that a tracking URI names.

    Parameters
    ----------
    uri
        A path, relative to the working directory or absolute, or a `file:` URL.

    Returns
    -------
    root : Path
        The directory, absolute.

    Raises
    ------
    InvalidUriError
        If it is empty, names a server or database (nbflow logs to plain directories), or is a `file:` URL of no
        folder of this machine.
    """
    text = _path(uri)
    if not text.strip() or "\0" in text:
        raise InvalidUriError(uri, "Give the path of a directory, such as 'nbruns'.")
    try:
        os.fsencode(text)
    except UnicodeEncodeError as exc:
        raise InvalidUriError(uri, "It has a lone surrogate, which no path can have.") from exc
    scheme = scheme_of(text)
    if scheme == "file":
        return Path(os.path.abspath(parse_file_url(text)))
    if scheme and not Path(text).exists():
        raise InvalidUriError(
            uri, "nbflow logs to a plain directory and needs no server or database. Give a path, such as 'nbruns'."
        )
    return Path(os.path.abspath(os.path.expanduser(text)))  # noqa: PTH111 - Path's refuses a ~ that is nobody's


def _path(uri: Any) -> str:
    path = os.fspath(uri) if isinstance(uri, str | os.PathLike) else ""
    return path if isinstance(path, str) else ""


def scheme_of(text: str) -> str:
    """Give the scheme that a text begins with, in lower case; `""` where it is a path, such as `C:/runs`."""
    found = _SCHEME.match(text)
    return "" if found is None else found[1].lower()


def parse_file_url(url: str) -> Path:
    """Find the folder that a `file:` URL names.

    Parameters
    ----------
    url
        As `Path.as_uri` writes it.

    Returns
    -------
    folder : Path
        The folder, absolute.

    Raises
    ------
    InvalidUriError
        If it names another machine, is relative, or has a character in it that must be written with `%`.
    """
    if _CONTROL.search(url):  # urlsplit would drop some of them
        raise InvalidUriError(url, "In a file: URL control characters are written with %, such as %0A.")
    try:
        parts = urlsplit(url)
    except ValueError as exc:  # file://[a
        raise InvalidUriError(url, "It has the form 'file:///folder'.") from exc
    if parts.netloc not in ("", "localhost"):
        raise InvalidUriError(url, "A file: URL names this machine, so it has three slashes: 'file:///folder'.")
    if "?" in url or "#" in url:
        raise InvalidUriError(url, "In a file: URL '?' is written %3F and '#' is written %23.")
    path = Path(_unquoted(url, parts.path))
    if not path.is_absolute():
        raise InvalidUriError(url, "A file: URL is absolute: 'file:///folder'. Give a relative folder as a path.")
    if "\0" in str(path):
        raise InvalidUriError(url, "No path has a NUL (%00).")
    return path


def _unquoted(url: str, path: str) -> str:
    try:
        if os.name == "nt":
            from urllib.request import url2pathname  # loads what speaks HTTP

            return url2pathname(path)
        return os.fsdecode(unquote_to_bytes(path))  # a name need not be UTF-8
    except (OSError, UnicodeEncodeError) as exc:
        raise InvalidUriError(url, "It has the form 'file:///folder', with other characters written with %.") from exc


def parse_run_uri(uri: str) -> RunUri | None:
    """Read a `runs:/` URI.

    Returns
    -------
    named : RunUri or None
        None when it is a URI or path of another kind.

    Raises
    ------
    InvalidUriError
        If it begins with `runs:` and names no run.
    """
    if not uri.startswith("runs:"):
        return None
    run_id, _, path = uri.removeprefix("runs:").lstrip("/").partition("/")
    if not re.fullmatch(r"[0-9a-f]{32}", run_id):
        raise InvalidUriError(uri, "It has the form runs:/<run_id>/<path>, with a run id of 32 hex digits.")
    return RunUri(run_id, path.strip("/"))


def parse_model_uri(uri: str) -> ModelUri | None:
    """Read a `models:/` URI.

    Returns
    -------
    named : ModelUri or None
        None when it is a URI or path of another kind.

    Raises
    ------
    InvalidUriError
        If it begins with `models:` and names no version.
    """
    if not uri.startswith("models:"):
        return None
    name, _, rest = uri.removeprefix("models:").lstrip("/").partition("/")
    name, at, alias = name.partition("@")
    name, alias = unquote(name), unquote(alias)
    if name and alias and at:
        return ModelUri(name, alias=alias, path=rest.strip("/"))
    which, _, path = rest.partition("/")
    if not name or at or not which:
        rule = "It has the form models:/<name>/<version>, models:/<name>@<alias> or models:/<name>/latest."
        if re.fullmatch(r"m-[0-9a-f]{32}", name):
            rule += " MLflow's ids of logged models are not known here: a run's model is runs:/<run_id>/<name>."
        raise InvalidUriError(uri, rule)
    if re.fullmatch(r"[0-9]{1,15}", which):
        return ModelUri(name, version=int(which), path=path.strip("/"))
    if which.lower() == "latest":
        return ModelUri(name, alias="latest", path=path.strip("/"))
    return ModelUri(name, stage=unquote(which), path=path.strip("/"))
