"""One look at a store: what changed since the look before."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from nbflow.access import Permission
from nbflow.errors import NbflowError
from nbflow.store.layout import LOG
from nbflow.tracking.rights import Rights
from nbflow.tracking.stores import open_store

if TYPE_CHECKING:
    from pathlib import Path

    from nbflow.entities import Identity
    from nbflow.store.filestore import FileStore

__all__ = ["Look", "Seen", "Visible"]

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
    access
        Whether permissions on the whole store changed.
    models
        The folders of the registered models that are new, changed or gone; None where nobody knows.
    problem
        Why it cannot be read; None while it can.
    touched
        The experiments of which runs are new, changed or gone, however many; None where nobody knows.
    """

    revision: str
    runs: dict[str, str] | None = None
    experiments: frozenset[str] | None = None
    access: bool = True
    models: frozenset[str] | None = None
    problem: str | None = None
    touched: frozenset[str] | None = None


class Visible(NamedTuple):
    """What a user may see of what changed.

    Parameters
    ----------
    experiments
        The experiments that the user may see; None are all.
    models
        Whether the user may see any of the registered models that changed.
    """

    experiments: frozenset[str] | None
    models: bool


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
        self._models: dict[str, int] | None = None
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
        news_of_access, news_of_models = access != self._access, _changed(self._models, models)
        known = self._at is not None and not news_of_access
        self._at, self._access, self._models = changes.at, access, models
        return Seen(
            f"{changes.at}-{hash((access, tuple(models.items()))) & 0xFFFFFFFF:08x}",
            changes.runs if known else None,
            changes.experiments if known else None,
            news_of_access,
            news_of_models,
            touched=changes.touched if known else None,
        )

    def visible(self, identities: set[Identity], models: frozenset[str] | None) -> dict[Identity, Visible]:
        """Say what each of some users may see.

        Parameters
        ----------
        identities
            The users.
        models
            The folders of the registered models that changed; None where nobody knows.
        """
        store = open_store(self._root)
        return {identity: _visible(store, Rights(store, identity), models) for identity in identities}

    def _models_now(self, store: FileStore) -> dict[str, int]:
        """Give a mark of each registered model's logs; those of the last look where the next is not due."""
        began = time.monotonic()
        if self._models is not None and began < self._next_models:
            return self._models
        reader, layout = store.reader, store.layout
        found = {}
        for folder in sorted(reader.models()):
            logs = [layout.model(folder), *(layout.version(folder, each) for each in reader.versions(folder))]
            found[folder] = hash(tuple(_sizes(each / LOG) for each in logs))
        ended = time.monotonic()
        self._next_models = ended + (ended - began) / _MODELS_SHARE
        return found


def _changed(before: dict[str, int] | None, now: dict[str, int]) -> frozenset[str] | None:
    return None if before is None else frozenset(folder for folder, _ in before.items() ^ now.items())


def _visible(store: FileStore, rights: Rights, models: frozenset[str] | None) -> Visible:
    ids = rights.seen_experiments()
    seen = models is None
    if models:
        there = models & set(store.reader.models())
        # Of one that is gone nobody knows any more who could see it: it is told to those who see the others.
        seen = bool(rights.seen_models([store.models.log(each).refresh() for each in sorted(there)])) or (
            len(there) < len(models) and rights.on_store() >= Permission.READ
        )
    return Visible(None if ids is None else frozenset(ids), seen)


def _sizes(log: Path) -> tuple[tuple[str, int], ...]:
    """Give the names and sizes of a log's files; nothing where there is none."""
    try:
        with os.scandir(log) as entries:
            return tuple(sorted((entry.name, entry.stat().st_size) for entry in entries))
    except OSError:
        return ()
