"""Bringing folders of another store over: logs, of which the longer copy is the newer, and everything else."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from nbflow.errors import StoreReadError, StoreWriteError
from nbflow.store.copying import copy_file, same_start, seem_equal, whole_length
from nbflow.store.leftovers import is_temporary

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Transfer", "make_folder"]


class Transfer:
    """What was brought over so far, and what was not.

    Parameters
    ----------
    root
        The directory of the store that it comes from.
    """

    def __init__(self, root: Path) -> None:
        self.files = 0
        self.copied_bytes = 0
        self.differing: list[str] = []
        self.diverged: list[str] = []
        self.skipped: list[str] = []
        self._root = root

    def enters(self, folder: Path) -> bool:
        """Tell whether a thing of the source is a folder of its own. A symlink may lead to what nobody shares.

        Raises
        ------
        StoreReadError
            If it cannot be looked at.
        """
        try:
            status = folder.lstat()
        except FileNotFoundError:
            return False
        except OSError as exc:
            raise StoreReadError(str(folder), exc.errno, exc.strerror or str(exc)) from exc
        if stat.S_ISDIR(status.st_mode):
            return True
        self.skipped.append(self._path(folder))
        return False

    def log(self, source: Path, target: Path) -> None:
        """Bring a log over, as far as there is more of it."""
        if not self.enters(source):
            return
        entries = _scan(source)
        names = {name for name, entry in entries.items() if entry.is_file(follow_symlinks=False)}
        self.skipped += [self._path(entry) for name, entry in entries.items() if name not in names]
        if not names:
            return
        make_folder(target)
        for name in sorted(names):
            if name.endswith(".jsonl"):
                numbers = f"{name.removesuffix('.jsonl')}.metrics"
                # How long the numbers are is asked before the names are read, and they are placed after them: nobody
                # meets a number whose key was not declared.
                length = _size(source / numbers) if numbers in names else None
                if self._log_file(source / name, target / name, None) and length is not None:
                    self._log_file(source / numbers, target / numbers, length)
            elif name.endswith(".metrics") and f"{name.removesuffix('.metrics')}.jsonl" not in names:
                self._log_file(source / name, target / name, None)

    def _log_file(self, source: Path, target: Path, size: int | None) -> bool:
        """Bring one log file over, if there is more of it; tell whether the two agree."""
        try:
            theirs = source.lstat()
            size = theirs.st_size if size is None else size
            try:
                ours = target.lstat()
            except FileNotFoundError:
                self._copied(copy_file(source, target, size))
                return True
            if seem_equal(theirs, ours):
                return True
            new, old = whole_length(source, size), whole_length(target, ours.st_size)
            if not same_start(source, target, min(new, old)):
                self.diverged.append(self._path(source))
                return False
            # A longer torn end is no news, and nothing to touch a file for that somebody may be writing.
            if new > old:
                self._copied(copy_file(source, target, size))
            elif new == old and theirs.st_mtime_ns > ours.st_mtime_ns:
                with suppress(OSError):  # the sign of life of a run that has nothing else to say
                    os.utime(target, ns=(theirs.st_atime_ns, theirs.st_mtime_ns))
        except FileNotFoundError:  # the source was removed meanwhile
            return False
        return True

    def tree(self, source: Path, target: Path, but: str) -> None:
        """Bring over whatever lies in a folder, but for what has that name right in it."""
        top = source
        pending = [(source, target)]
        while pending:
            source, target = pending.pop()
            entries = _scan(source)
            make_folder(target)
            for name, entry in sorted(entries.items()):
                if is_temporary(name) or (name == but and source == top):
                    continue
                place = target / name
                if entry.is_dir(follow_symlinks=False):
                    if place.exists() and not place.is_dir():
                        self.skipped.append(self._path(entry))
                    else:
                        pending.append((source / name, place))
                elif entry.is_file(follow_symlinks=False):
                    self._artifact(source / name, place)
                else:
                    self.skipped.append(self._path(entry))

    def _artifact(self, source: Path, target: Path) -> None:
        try:
            theirs = source.lstat()
            try:
                ours = target.stat()
            except FileNotFoundError:
                self._copied(copy_file(source, target))
                return
            if target.is_dir():
                self.skipped.append(self._path(source))
            elif not seem_equal(theirs, ours) and (
                theirs.st_size != ours.st_size or not same_start(source, target, ours.st_size)
            ):
                self.differing.append(self._path(source))
        except FileNotFoundError:  # the source was removed meanwhile
            return

    def _copied(self, size: int) -> None:
        self.files += 1
        self.copied_bytes += size

    def _path(self, thing: Path | os.DirEntry[str]) -> str:
        return os.path.relpath(thing, self._root).replace(os.sep, "/")


def _scan(folder: Path) -> dict[str, os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return {entry.name: entry for entry in entries}
    except FileNotFoundError:
        return {}
    except OSError as exc:
        raise StoreReadError(str(folder), exc.errno, exc.strerror or str(exc)) from exc


def make_folder(folder: Path) -> None:
    """Make a folder, and those that it lies in, if they are not there.

    Raises
    ------
    StoreWriteError
        If the disk refuses.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise StoreWriteError(str(folder), exc.errno, exc.strerror or str(exc)) from exc


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except FileNotFoundError:
        return 0
