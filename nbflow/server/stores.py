"""The stores that a server has open: found by an id, so that no path of a disk stands in an address."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from nbflow.config import DEFAULT_STORE
from nbflow.errors import IndexBuildingError, NbflowError, StoreGoneError, StoreNotOpenError
from nbflow.server.kept import KeptAnswers, KeptCounts
from nbflow.server.kept_comparisons import KeptComparisons
from nbflow.server.kept_tables import KeptTables
from nbflow.server.threads import LIMIT_S, Threads
from nbflow.store.building import building_of
from nbflow.tracking.client import Client

if TYPE_CHECKING:
    from nbflow.entities import Identity

__all__ = ["ClientMaker", "OpenStore", "StoreInfo", "Stores", "id_of", "name_of"]

ClientMaker = Callable[[str, "Identity"], Client]
"""Makes the client of a store, by its path, for somebody."""

_CLIENTS = 256
_UNMADE = 64


class StoreInfo(Struct, frozen=True):
    """What a page is told of a store.

    Parameters
    ----------
    id, name, path
        How it is named in addresses, for people, and on the server's disks.
    exists
        Whether there is anything by now: the first run makes it.
    permission
        What the asker may do there.
    readable, problem
        Whether it can be read, and what is wrong where it cannot.
    """

    id: str
    name: str
    path: str
    exists: bool
    permission: str
    readable: bool
    problem: str | None = None


class OpenStore:
    """A store that a server has open.

    Parameters
    ----------
    root
        Its directory, absolute; it need not exist.
    make_client
        Makes its clients.
    limit_s
        How long a call may take.
    """

    def __init__(self, root: Path, make_client: ClientMaker = Client, limit_s: float = LIMIT_S) -> None:
        self.root = root
        self.id = id_of(root)
        self.name = name_of(root)
        self.threads = Threads(str(root), limit_s=limit_s, reason=self._reason)
        # Artifacts may lie elsewhere, and be long in coming: the pages do not wait for them.
        self.file_threads = Threads(str(root), limit_s=limit_s)
        # What pages ask for again and again.
        self.answers = KeptAnswers()
        self.counts = KeptCounts()
        self.tables = KeptTables()
        self.comparisons = KeptComparisons()
        self._was_there = False
        self._make_client = make_client
        self._clients: OrderedDict[Identity, Client] = OrderedDict()
        self._lock = threading.Lock()

    def _reason(self) -> IndexBuildingError | None:
        """Say that the index is being made, and how far it is; None where it is not."""
        found = building_of(self.root)
        return None if found is None else IndexBuildingError(str(self.root), found.n_done, found.n_runs)

    def client(self, identity: Identity) -> Client:
        """Give a client that does what somebody may do, and nothing else."""
        with self._lock:
            client = self._clients.get(identity)
            if client is None:
                client = self._clients[identity] = self._make_client(str(self.root), identity)
                if len(self._clients) > _CLIENTS:
                    self._clients.popitem(last=False)
            else:
                self._clients.move_to_end(identity)
            return client

    def check_there(self) -> None:
        """Refuse to pass off a store that went away as one in which nothing was logged yet.

        Raises
        ------
        StoreGoneError
            If its directory was there since this server opened it, and is not now.
        """
        if os.path.isdir(self.root):  # noqa: PTH112 (pathlib raises where a folder above may not be read)
            self._was_there = True
        elif self._was_there:
            raise StoreGoneError(str(self.root))

    def info(self, identity: Identity, capped: Callable[[str], str] = str) -> StoreInfo:
        """Look at the store, for somebody; to be called on one of its threads.

        Parameters
        ----------
        identity
            Who asks.
        capped
            Lowers a permission to what the server allows.
        """
        try:
            self.check_there()
            client = self.client(identity)
            permission = client.get_permission(identity)
            exists = bool(self.root.is_dir() and any(self.root.iterdir()))
        except NbflowError as exc:
            return self.broken(str(exc))
        except OSError as exc:
            return self.broken(f"{self.root} cannot be read: {exc.strerror or exc}.")
        return StoreInfo(self.id, self.name, str(self.root), exists, capped(permission), readable=True)

    def broken(self, problem: str) -> StoreInfo:
        """Say that it cannot be read now, and why."""
        return StoreInfo(
            self.id,
            self.name,
            str(self.root),
            exists=True,
            permission="NO_PERMISSIONS",
            readable=False,
            problem=problem,
        )


class Stores:
    """All stores that a server has open; they stay open until it ends, but for those that nobody made.

    Parameters
    ----------
    roots
        The directories of those that it is started with, without symlinks in them; served first.
    make_client
        Makes the clients of each.
    limit_s
        How long a call of a store may take.
    """

    def __init__(
        self, roots: list[Path] | None = None, *, make_client: ClientMaker = Client, limit_s: float = LIMIT_S
    ) -> None:
        self._make_client = make_client
        self.limit_s = limit_s
        self._lock = threading.Lock()
        self._stores: dict[str, OpenStore] = {}
        # Those that were not there when they were opened, the oldest first; they may have been made since.
        self._unmade: OrderedDict[str, OpenStore] = OrderedDict()
        for root in roots or ():
            self._put(root)

    def add(self, root: Path) -> OpenStore:
        """Open a store, if it is not open already: one by whatever ways lead to its directory."""
        return self._put(Path(os.path.realpath(root)))

    def _put(self, root: Path) -> OpenStore:
        """Open the store of a directory without looking at any disk, which may hang."""
        with self._lock:
            found = self._stores.get(id_of(root))
            if found is None:
                found = OpenStore(root, self._make_client, self.limit_s)
                self._stores[found.id] = found
            return found

    def add_unmade(self, root: Path, is_watched: Callable[[OpenStore], bool]) -> OpenStore:
        """Open a store that is not there yet. Of such there are only so many: then the oldest is closed.

        Parameters
        ----------
        root
            Its directory.
        is_watched
            Tells whether a page shows a store, which so stays open.
        """
        added = self.add(root)
        with self._lock:
            self._unmade[added.id] = added
            oldest = list(self._unmade.values())[:-_UNMADE]
        for store in oldest:
            made = store.root.is_dir()
            if not made and is_watched(store):
                continue
            with self._lock:
                self._unmade.pop(store.id, None)
                if not made:
                    self._stores.pop(store.id, None)
        return added

    def find(self, root: Path) -> OpenStore | None:
        """Find the store of a directory, if it is open."""
        return self._stores.get(id_of(Path(os.path.realpath(root))))

    def get(self, store_id: str) -> OpenStore:
        """Find a store that is open.

        Raises
        ------
        StoreNotOpenError
            If there is none of this id.
        """
        found = self._stores.get(store_id)
        if found is None:
            raise StoreNotOpenError(store_id)
        return found

    def all(self) -> list[OpenStore]:
        """Give the stores that are open, in the order in which they were opened."""
        return list(self._stores.values())


def id_of(root: Path) -> str:
    """Give the id of a store: of its directory, without symlinks in it."""
    return hashlib.sha256(os.fsencode(root)).hexdigest()[:16]


def name_of(root: Path) -> str:
    """Give a store's name for people: its folder's; where that is called as all are, that of the folder around it."""
    around = root.parent.name
    return around if root.name == DEFAULT_STORE and around else root.name or str(root)
