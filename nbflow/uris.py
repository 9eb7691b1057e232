"""What a URI names (pure): a store, or something of a run."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from nbflow.errors import InvalidUriError

__all__ = ["RunUri", "parse_run_uri", "parse_store_uri"]


_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")


class RunUri(Struct, frozen=True):
    """`runs:/<run_id>/<path>`; `path` is `""` for all of the run's artifacts."""

    run_id: str
    path: str


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
        If it is empty, or names a server or database: nbflow logs to plain directories.
    """
    text = _path(uri)
    if not text.strip() or "\0" in text:
        raise InvalidUriError(uri, "Give the path of a directory, such as 'nbruns'.")
    try:
        os.fsencode(text)
    except UnicodeEncodeError as exc:
        raise InvalidUriError(uri, "It has a lone surrogate, which no path can have.") from exc
    if text.startswith("file:"):
        parts = urlsplit(text)
        if parts.netloc not in ("", "localhost"):
            raise InvalidUriError(uri, "A file: URL of another machine cannot be opened; give a path.")
        path = unquote(parts.path)
        if os.name == "nt":
            path = path.lstrip("/")
        return Path(os.path.abspath(path))
    if _SCHEME.match(text) and not Path(text).exists():
        raise InvalidUriError(
            uri, "nbflow logs to a plain directory and needs no server or database. Give a path, such as 'nbruns'."
        )
    return Path(os.path.abspath(os.path.expanduser(text)))  # noqa: PTH111 - Path's refuses a ~ that is nobody's


def _path(uri: Any) -> str:
    path = os.fspath(uri) if isinstance(uri, str | os.PathLike) else ""
    return path if isinstance(path, str) else ""


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
