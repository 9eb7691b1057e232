"""Routes about the server itself, and about which stores it has open."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotDoneError
from functools import partial
from typing import TypeVar

from msgspec import Struct

from nbflow._version import __version__
from nbflow.errors import InvalidRequestError, NbflowError, StoreTimeoutError
from nbflow.server.routing import Call, route
from nbflow.server.stores import OpenStore, StoreInfo

__all__ = ["OpenStoreBody", "ServerInfo", "StoreList", "User", "list_stores", "open_store", "server_info"]

# A list of stores does not wait for one whose disk hangs.
_LOOK_S = 2.0

_T = TypeVar("_T")


class User(Struct, frozen=True):
    """Who asks, by the name that permissions are given to."""

    name: str


class ServerInfo(Struct, frozen=True):
    """How the server was set up."""

    version: str
    read_only: bool
    open_stores: bool
    user: User
    alone: bool


class StoreList(Struct, frozen=True):
    """The stores that are open."""

    stores: list[StoreInfo]


class OpenStoreBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Which store to open: of a directory, or the one that a notebook logs to. One of them is given."""

    path: str | None = None
    notebook: str | None = None


@route("GET", "/server", answer=ServerInfo)
def server_info(call: Call) -> ServerInfo:
    """Say how the server was set up, and who asks."""
    server = call.server
    return ServerInfo(__version__, server.read_only, server.open_stores, User(call.identity.user), server.alone)


@route("GET", "/stores", answer=StoreList)
def list_stores(call: Call) -> StoreList:
    """List the stores that are open."""  # but for those of which the asker may see nothing
    until = time.monotonic() + _patience_s(call)
    asked = [(store, _begun(store, partial(_listed, call, store))) for store in call.server.stores.all()]
    found = [_seen(store, future, until) for store, future in asked]
    return StoreList([each for each in found if each is not None])


def _listed(call: Call, store: OpenStore) -> StoreInfo | None:
    """Look at a store; None where the asker may see nothing in it, and so not that it is there."""
    info = store.info(call.identity, call.capped)
    if not info.readable or info.permission != "NO_PERMISSIONS":
        return info
    client = store.client(call.identity)
    try:
        sees = client.search_experiments(max_results=1) or client.search_registered_models(max_results=1)
    except NbflowError:
        return None
    return info if sees else None


def _opening(call: Call) -> tuple[str, str]:
    """Whoever may run code on this server reads any path with it; a notebook's folder is for who reads notebooks."""
    return ("execute", "kernels") if call.body.path is not None else ("read", "contents")


@route("POST", "/stores", body=OpenStoreBody, answer=StoreInfo, reads=True, asks_for=_opening)
def open_store(call: Call) -> StoreInfo:
    """Open a store by its path, or that of a notebook.

    Raises
    ------
    InvalidRequestError
        If neither is given, or both.
    """
    path, notebook = call.body.path, call.body.notebook
    if (path is None) == (notebook is None):
        raise InvalidRequestError("Give either the path of a store, or a notebook.")
    store = call.server.open_path(path) if notebook is None else call.server.open_for(notebook)
    future = _begun(store, lambda: store.info(call.identity, call.capped))
    return _seen(store, future, time.monotonic() + _patience_s(call))


def _patience_s(call: Call) -> float:
    return min(_LOOK_S, call.server.threads.limit_s / 2)


def _begun(store: OpenStore, look: Callable[[], _T]) -> Future[_T] | None:
    try:
        return store.threads.submit(look)
    except StoreTimeoutError:
        return None


def _seen(store: OpenStore, future: Future[_T] | None, until: float) -> _T | StoreInfo:
    if future is None:
        return store.broken(str(store.threads.late(0)))
    try:
        return future.result(max(0.0, until - time.monotonic()))
    except NotDoneError:
        store.threads.give_up(future)
        return store.broken(str(store.threads.late(0)))
