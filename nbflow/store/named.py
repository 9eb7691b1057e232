"""Names that one process gets: folders that stand for them, of experiments and of registered models.

A folder's key is derived from the name, and making the folder is what takes the name: `mkdir` succeeds for one process
only. A name that was given up (its holder deleted or renamed) can be taken again under the next generation of keys. A
new name is taken in the same way: its folder then holds a claim that points to the holder.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from nbflow.errors import NbflowError, StoreWriteError
from nbflow.store.forks import forkable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from nbflow.store.stamps import Stamped

__all__ = ["NamedFolders", "namesakes"]

# How long a folder may stay without its first event before it counts as left over from a crash.
_PATIENCE_S = 1.0


class _Holder(Protocol):
    """The state of something that has a name, or of a folder that only reserves one."""

    @property
    def key(self) -> str:
        """Its folder's name."""

    @property
    def exists(self) -> bool:
        """Whether it is something, not only a reserved name or a log that has not arrived."""

    @property
    def current_name(self) -> str:
        """The name it has now."""

    @property
    def deleted(self) -> bool:
        """Whether it is in the trash."""

    first_name: str
    claim: Stamped | None


H = TypeVar("H", bound=_Holder)


class _HolderLog(Protocol):
    """The log of such a folder."""

    folder: Path

    def refresh(self) -> Any:
        """Read what is new, and give the state."""

    def claim(self, key: str) -> None:
        """Say that the folder reserves the name of the holder in another one, or is kept empty (its own key)."""

    def close(self) -> None:
        """Close the file; a later write opens it again."""


L = TypeVar("L", bound=_HolderLog)


class NamedFolders(Generic[L, H]):
    """The named things of one kind in a store."""

    def __init__(self) -> None:
        self._logs: dict[str, L] = {}
        self.forget()
        forkable.add(self)

    def forget(self) -> None:
        """After a fork: the lock may have been held by a thread that is not here."""
        self._lock = threading.Lock()

    # What each kind says for itself

    def _key(self, name: str, generation: int) -> str:
        """Derive a folder's name from the holder's."""
        raise NotImplementedError

    def _keys(self) -> Sequence[str]:
        """List the folders there are."""
        raise NotImplementedError

    def _new_log(self, key: str) -> L:
        """Make the log of a folder, whether it is there or not."""
        raise NotImplementedError

    def _exists_error(self, name: str, key: str, remedy: str | None = None) -> NbflowError:
        """Make the error for a name that is taken."""
        raise NotImplementedError

    # What all have

    def log(self, key: str) -> L:
        """Give the log of a folder, whether it is there or not."""
        with self._lock:
            log = self._logs.get(key)
            if log is None:
                log = self._logs[key] = self._new_log(key)
            return log

    def find(self, name: str) -> H | None:
        """Find by name: the active one, else the last deleted one, else None."""
        deleted = None
        for state in self._generations(name):
            for found in self._named(state, name):
                if not found.deleted:
                    return found
                deleted = found
        return self._active(name) or deleted

    def all(self) -> list[H]:
        """Read the states of all there are, deleted ones too, by key."""
        states = map(self._read, self._keys())
        return [state for state in states if state.exists]

    def is_last_of_its_name(self, state: H) -> bool:
        """Tell whether a folder is the last that its holder's first name stood for: none follows it."""
        generation = 0
        while self.log(found := self._key(state.first_name, generation)).folder.is_dir():
            generation += 1
            if found == state.key:
                return not self.log(self._key(state.first_name, generation)).folder.is_dir()
        return False

    def retire(self, key: str) -> None:
        """Keep the folder of a holder whose log was removed from being taken by another one of its name.

        Raises
        ------
        StoreWriteError
            If the disk refuses.
        """
        log = self.log(key)
        log.refresh()
        log.claim(key)

    def close(self) -> None:
        """Close all files; a later write opens them again."""
        with self._lock:
            logs = list(self._logs.values())
        for log in logs:
            log.close()

    def _read(self, key: str) -> H:
        state: H = self.log(key).refresh()
        return state

    def _generations(self, name: str) -> Iterator[H]:
        """Read the folders that the name stood for, as far as there are any."""
        generation = 0
        while True:
            log = self.log(self._key(name, generation))
            state: H = log.refresh()
            if not state.exists and state.claim is None and not log.folder.is_dir():
                return
            yield state
            generation += 1

    def _named(self, state: H, name: str) -> Iterator[H]:
        """Give the holders of this name that a folder stands for: itself, or the one it is claimed by."""
        if state.exists and state.current_name == name:
            yield state
        if state.claim is not None and state.claim.value is not None:
            claimant = self._read(state.claim.value)
            if claimant.exists and claimant.current_name == name:
                yield claimant

    def _active(self, name: str) -> H | None:
        """Find an active holder by looking at all: a rename may have been killed before its claim."""
        return next((state for state in self.all() if state.current_name == name and not state.deleted), None)

    def _check_free(self, state: H) -> None:
        """Raise if somebody else has the name of a holder that is in the trash."""
        namesake = self.find(state.current_name)
        if namesake is not None and not namesake.deleted:
            remedy = "Rename that one, then restore this one."
            raise self._exists_error(state.current_name, namesake.key, remedy)

    def _take(self, name: str) -> L:
        """Take a name by making the folder of its first free generation; raise when an active holder has it."""
        generation = 0
        while True:
            log = self.log(self._key(name, generation))
            try:
                log.folder.mkdir()
            except FileExistsError:
                state = self._settled(log)
                for found in self._named(state, name):
                    if not found.deleted:
                        raise self._exists_error(name, found.key) from None
                if not state.exists and state.claim is None:
                    # Left over from a crash: what its maker began is ours to finish, unless that was a rename.
                    renamed = self._active(name)
                    if renamed is not None:
                        raise self._exists_error(name, renamed.key) from None
                    return log
                generation += 1
            except OSError as exc:
                raise StoreWriteError(str(log.folder), exc.errno, exc.strerror or str(exc)) from exc
            else:
                log.refresh()  # what was read and written here before went with an earlier folder
                return log

    def _settled(self, log: L) -> H:
        """Read a log that another process is perhaps just beginning."""
        end = time.monotonic() + _PATIENCE_S
        state: H = log.refresh()
        while not state.exists and state.claim is None and time.monotonic() < end:
            time.sleep(0.005)
            state = log.refresh()
        return state


def namesakes(states: Sequence[H]) -> dict[str, list[str]]:
    """Find the names that several active holders have, with their keys."""
    named: dict[str, list[str]] = {}
    for state in states:
        if state.exists and not state.deleted:
            named.setdefault(state.current_name, []).append(state.key)
    return {name: keys for name, keys in named.items() if len(keys) > 1}
