"""One look at a store: what changed since the look before."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from msgspec import Struct

from nbflow.errors import NbflowError
from nbflow.store.layout import LOG
from nbflow.tracking.rights import Rights
from nbflow.tracking.stores import open_store

if TYPE_CHECKING:
    from pathlib import Path

    from nbflow.entities import Identity
    from nbflow.store.filestore import FileStore

__all__ = ["Look", "Seen"]

# Looking through the registered models takes at most this part of the time: there is no index of them.
_MODELS_SHARE = 0.05


class Seen(Struct, frozen=True):
    """What a look saw.

    Parameters
    ----------
    revision
        What the store is at: another text once anything changed. `""` where it cannot be read.
    runs
        The experiment of each run that is new, changed or gone; None where there are many, or nobody knows.
    experiments
        The experiments of which something is new; None where nobody knows.
    access, models
        Whether permissions on the whole store changed, or registered models did.
    problem
        Why it cannot be read; None while it can.
    """

    revision: str
    runs: dict[str, str] | None = None
    experiments: frozenset[str] | None = None
    access: bool = True
    models: bool = True
    problem: str | None = None


class Look:
    """Looks at a store again and again, each time on one of its threads.

    Parameters
    ----------
    root
        Its directory.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._was_there = False
        self._at: int | None = None
        self._access: object = None
        self._models: object = None
        self._next_models = 0.0

    def __call__(self) -> Seen:
        """Look, and tell what is new."""
        try:
            return self._look()
        except NbflowError as exc:
            problem = str(exc)
        except OSError as exc:
            problem = f"The store {self._root} cannot be read: {exc.strerror or exc}."
        self._at = self._access = self._models = None
        self._next_models = 0.0
        return Seen("", problem=problem)

    def _look(self) -> Seen:
        store = open_store(self._root)
        there = store.check()
        if self._was_there and not there:
            self._at = self._access = self._models = None
            return Seen("", problem=f"The store {self._root} is not there any more: somebody deleted or moved it.")
        self._was_there = there
        if not there:
            return Seen("nothing")
        changes = store.index.changes(self._at)
        access = _sizes(store.layout.access / LOG)
        models = self._models_now(store)
        news_of_access, news_of_models = access != self._access, models != self._models
        known = self._at is not None and not news_of_access
        self._at, self._access, self._models = changes.at, access, models
        return Seen(
            f"{changes.at}-{hash((access, models)) & 0xFFFFFFFF:08x}",
            changes.runs if known else None,
            changes.experiments if known else None,
            news_of_access,
            news_of_models,
        )

    def visible(self, identities: set[Identity]) -> dict[Identity, frozenset[str] | None]:
        """Say which experiments each of some users may see; None are all."""
        store = open_store(self._root)
        seen = {identity: Rights(store, identity).seen_experiments() for identity in identities}
        return {identity: None if ids is None else frozenset(ids) for identity, ids in seen.items()}

    def _models_now(self, store: FileStore) -> object:
        """Give the sizes of all logs of registered models; those of the last look where the next one is not due."""
        began = time.monotonic()
        if began < self._next_models:
            return self._models
        reader, layout = store.reader, store.layout
        found = []
        for folder in reader.models():
            found.append((folder, _sizes(layout.model(folder) / LOG)))
            found += [(folder, _sizes(layout.version(folder, each) / LOG)) for each in reader.versions(folder)]
        ended = time.monotonic()
        self._next_models = ended + (ended - began) / _MODELS_SHARE
        return hash(tuple(found))


def _sizes(log: Path) -> tuple[tuple[str, int], ...]:
    """Give the names and sizes of a log's files; nothing where there is none."""
    try:
        with os.scandir(log) as entries:
            return tuple(sorted((entry.name, entry.stat().st_size) for entry in entries))
    except OSError:
        return ()
