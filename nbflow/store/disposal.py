"""Removing what is in the trash for good, and the account of it."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct

from nbflow.errors import NbflowError
from nbflow.store.layout import LOG
from nbflow.store.leftovers import GONE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nbflow.store.filestore import FileStore

__all__ = ["Disposal", "Kept", "size_of"]


class Kept(Struct, frozen=True):
    """Something that stays, and why. `failed` tells what could not be removed from what should not be."""

    id: str
    reason: str
    failed: bool = False


class Disposal:
    """What one emptying of the trash removes, keeps, and counts.

    Parameters
    ----------
    store
        The store.
    latest_ms
        What was deleted later stays.
    remove_artifacts
        Called with an experiment's artifact location and a run's id, to remove the artifacts that are not in the store.
    dry_run
        Whether nothing is done.
    """

    def __init__(
        self,
        store: FileStore,
        latest_ms: int,
        remove_artifacts: Callable[[str, str], None] | None,
        *,
        dry_run: bool,
    ) -> None:
        self.latest_ms = latest_ms
        self.dry_run = dry_run
        self.kept: list[Kept] = []
        self.freed = 0
        self._store = store
        self._remove_artifacts = remove_artifacts

    def keep(self, name: str, reason: str, *, failed: bool = False) -> None:
        """Note that something stays."""
        self.kept.append(Kept(name, reason, failed))

    def hide(self, folder: Path, name: str) -> Path | None:
        """Give a folder a name that readers skip: the one step after which it is gone."""
        hidden = folder.with_name(folder.name + GONE)
        try:
            folder.rename(hidden)
        except FileNotFoundError:  # somebody else took it
            return None
        except OSError as exc:
            self.keep(name, f"it cannot be removed ({exc.strerror})", failed=True)
            return None
        return hidden

    def remove(self, path: Path) -> bool:
        """Remove what nobody sees any more; what cannot be removed now stays for the next time."""
        shown = path.with_name(path.name.removesuffix(GONE))
        try:
            if path.name.endswith(GONE) and not shown.exists():
                self._see_to(shown)
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        except (OSError, NbflowError) as exc:
            reason = getattr(exc, "strerror", None) or str(exc)
            name = path.relative_to(self._store.root).as_posix()
            self.keep(name, f"it cannot be removed ({reason})", failed=True)
            return False
        return True

    def _see_to(self, gone: Path) -> None:
        """Do what has to be done elsewhere when something goes."""
        home, root, models = gone.parent, self._store.root, self._store.layout.models
        if gone.name == LOG:
            folders = self._store.models if home.parent == models else self._store.experiments
            folders.retire(home.name)
        elif home.parent == root and home != models:
            self._remove_elsewhere(home.name, gone.name)

    def _remove_elsewhere(self, home: str, run_id: str) -> None:
        location = self._store.experiments.log(home).refresh().location
        if location is not None and self._remove_artifacts is not None:
            self._remove_artifacts(location, run_id)


def size_of(path: Path) -> int:
    """Give the size of a file, or of all files of a folder, in bytes."""
    with suppress(OSError):
        if not path.is_dir():
            return path.lstat().st_size
    total = 0
    pending = [os.fspath(path)]
    while pending:
        with suppress(OSError):
            for entry in os.scandir(pending.pop()):
                if entry.is_dir(follow_symlinks=False):
                    pending.append(entry.path)
                else:
                    total += entry.stat(follow_symlinks=False).st_size
    return total
