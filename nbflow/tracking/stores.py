"""Which store is in use: the tracking URI of this process, and one `FileStore` for each directory."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from nbflow.config import DEFAULT_STORE, ENV_STORE, Settings
from nbflow.errors import InvalidUriError
from nbflow.store.filestore import FileStore
from nbflow.uris import parse_store_uri

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["get_tracking_uri", "is_tracking_uri_set", "open_store", "set_tracking_uri"]

_stores: dict[Path, FileStore] = {}
# An empty list until `set_tracking_uri` is called: no `global` needed, and nothing read at import.
_chosen: list[Path] = []


def set_tracking_uri(uri: str | os.PathLike[str]) -> None:
    """Choose the store that this process, and those it starts, log to.

    Parameters
    ----------
    uri
        The path of a directory, which need not exist yet, or a `file:` URL. It is made absolute at once, so that
        changing the working directory later changes nothing. An empty string goes back to the default.

    Raises
    ------
    InvalidUriError
        If it names a server or a database, or is relative and the working directory is gone.
    """
    _chosen.clear()
    if uri == "":
        os.environ.pop(ENV_STORE, None)
        return
    root = _parsed(uri)
    _chosen.append(root)
    os.environ[ENV_STORE] = str(root)


def get_tracking_uri() -> str:
    """Give the directory of the store in use, absolute.

    Returns
    -------
    uri : str
        What `set_tracking_uri` chose, else `$NBFLOW_TRACKING_URI`, else `nbruns` in the working directory.
    """
    return str(_root())


def is_tracking_uri_set() -> bool:
    """Tell whether the store was chosen, by `set_tracking_uri` or `$NBFLOW_TRACKING_URI`."""
    return bool(_chosen or os.environ.get(ENV_STORE))


def open_store(uri: str | os.PathLike[str] | None = None) -> FileStore:
    """Open a store; nothing is made or read yet.

    Parameters
    ----------
    uri
        As for `set_tracking_uri`; None is the store in use.

    Raises
    ------
    InvalidUriError
        If it names a server or a database, or is relative and the working directory is gone.
    """
    root = _root() if uri is None else _parsed(uri)
    store = _stores.get(root)
    if store is None:
        store = _stores.setdefault(root, FileStore(root, Settings.from_environment()))
    return store


def _root() -> Path:
    return _chosen[0] if _chosen else _parsed(os.environ.get(ENV_STORE) or DEFAULT_STORE)


def _parsed(uri: str | os.PathLike[str]) -> Path:
    try:
        return parse_store_uri(uri)
    except FileNotFoundError as exc:
        raise InvalidUriError(
            uri,
            "It is relative to the working directory, and that is gone: somebody deleted it. Change to a folder that "
            f"exists (cd), or set {ENV_STORE} to an absolute path.",
        ) from exc
