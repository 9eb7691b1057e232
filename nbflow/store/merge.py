"""Bringing one store into another: what `rsync -au` does, and a report of what the two disagree on.

A log file belongs to one writer, who only appends. So where both stores have it, one is the beginning of the other
and the longer one is the newer. Files appear whole, under their own name, in an order that keeps readers right: a
run's artifacts, then the names of its metrics, then their numbers; the logs of experiments last, for they tell
indexes which runs have news. A merge that was killed is begun again; one that has nothing left to do writes nothing.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct

from nbflow.errors import InvalidInputError, NotAStoreError, StoreReadError, StoreWriteError
from nbflow.store.copying import copy_file, same_start, seem_equal, whole_length
from nbflow.store.doctor import namesakes
from nbflow.store.layout import LOG, Layout
from nbflow.store.leftovers import is_temporary
from nbflow.store.reader import FolderReader
from nbflow.store.root import check_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nbflow.store.filestore import FileStore

__all__ = ["Merged", "merge"]


class Merged(Struct, frozen=True):
    """What a merge did. Paths are relative to the stores; names in them are somebody's text.

    Parameters
    ----------
    source, target
        The stores.
    runs
        Ids of the runs that are new in the target, or have news there.
    new_runs
        How many of them are new.
    files, copied_bytes
        How much was copied.
    differing
        Artifacts that both stores have and that differ; the target keeps its own.
    diverged
        Log files of which neither is the beginning of the other, so that one was damaged; the target keeps its own.
    skipped
        What is neither a file nor a folder, such as symlinks, and what has a folder or a file of its name in its place.
    namesakes
        Names that several active experiments have now.
    """

    source: str
    target: str
    runs: tuple[str, ...] = ()
    new_runs: int = 0
    files: int = 0
    copied_bytes: int = 0
    differing: tuple[str, ...] = ()
    diverged: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    namesakes: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether the target has now all that the source had."""
        return not (self.differing or self.diverged or self.skipped)


def merge(source: Path, target: FileStore, *, progress: Callable[[int, int], None] | None = None) -> Merged:
    """Copy into a store what it lacks of another one.

    Parameters
    ----------
    source
        The directory of the other store, which is only read and may be in use.
    target
        The store that grows. It may be in use, too.
    progress
        Called with the number of runs done so far, and of all.

    Returns
    -------
    merged : Merged
        What was copied, and what was not.

    Raises
    ------
    NotAStoreError
        If one of them is something else than a store.
    NewerFormatError
        If a newer nbflow wrote one of them.
    InvalidInputError
        If both are the same directory, or one lies in the other.
    StoreReadError
        If the source cannot be read.
    StoreWriteError
        If the disk refuses. What was copied before stays, and is not copied again.
    """
    layout = Layout(source.absolute())
    _check_apart(layout.root, target.root)
    if not check_store(layout):
        raise NotAStoreError(str(layout.root), "there is nothing there")
    target.check()
    target.prepare()
    reader = FolderReader(layout)
    work = _Merge(layout, target)
    homes = [home for home in reader.experiments() if work.enters(layout.experiment(home))]
    runs = [(home, run_id) for home in homes for run_id in reader.runs(home)]
    for done, (home, run_id) in enumerate(runs, 1):
        work.run(home, run_id)
        if progress is not None:
            progress(done, len(runs))
    for home in homes:
        work.experiment(home)
    return work.report()


def _check_apart(source: Path, target: Path) -> None:
    one, other = source.resolve(), target.resolve()
    if one == other or (one.exists() and other.exists() and one.samefile(other)):
        raise InvalidInputError("the source", str(source), "It is the store to merge into. Give two different ones.")
    if one in other.parents or other in one.parents:
        raise InvalidInputError(
            "the source", str(source), f"It and {other} lie one in the other. Move one of them out."
        )


class _Merge:
    """One merge: what it has done so far."""

    def __init__(self, source: Layout, target: FileStore) -> None:
        self._source = source
        self._target = target
        self._runs: list[str] = []
        self._new_runs = 0
        self._files = 0
        self._bytes = 0
        self._differing: list[str] = []
        self._diverged: list[str] = []
        self._skipped: list[str] = []

    def report(self) -> Merged:
        if self._files and hasattr(os, "sync"):
            os.sync()  # the source may be deleted next; one call costs less than one for each file
        return Merged(
            str(self._source.root),
            str(self._target.root),
            tuple(self._runs),
            self._new_runs,
            self._files,
            self._bytes,
            tuple(self._differing),
            tuple(self._diverged),
            tuple(self._skipped),
            tuple(namesakes(self._target.experiments.all())),
        )

    def enters(self, folder: Path) -> bool:
        """Tell whether a thing of the source is a folder of its own. A symlink may lead to what nobody shares."""
        try:
            status = folder.lstat()
        except FileNotFoundError:
            return False
        except OSError as exc:
            raise StoreReadError(str(folder), exc.errno, exc.strerror or str(exc)) from exc
        if stat.S_ISDIR(status.st_mode):
            return True
        self._skipped.append(self._path(folder))
        return False

    def run(self, home: str, run_id: str) -> None:
        source, target = self._source.run(home, run_id), self._target.layout.run(home, run_id)
        if not self.enters(source):
            return
        is_new = not (target / LOG).is_dir()
        files = self._files
        self._tree(source, target)
        self._log(source / LOG, target / LOG)
        if self._files == files:
            return
        # One hint for each run at once, so that after a kill at most one is lost, which indexes then find in turn.
        self._target.experiments.log(home).announce(run_id)
        self._runs.append(run_id)
        self._new_runs += is_new

    def experiment(self, home: str) -> None:
        self._log(self._source.experiment(home) / LOG, self._target.layout.experiment(home) / LOG)

    # Logs

    def _log(self, source: Path, target: Path) -> None:
        if not self.enters(source):
            return
        entries = _scan(source)
        names = {name for name, entry in entries.items() if entry.is_file(follow_symlinks=False)}
        self._skipped += [self._path(entry) for name, entry in entries.items() if name not in names]
        if not names:
            return
        _make(target)
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
                self._diverged.append(self._path(source))
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

    # Artifacts, and whatever else lies in a run's folder

    def _tree(self, source: Path, target: Path) -> None:
        pending = [(source, target)]
        while pending:
            source, target = pending.pop()
            entries = _scan(source)
            _make(target)
            for name, entry in sorted(entries.items()):
                if is_temporary(name) or (name == LOG and source.parent.parent == self._source.root):
                    continue
                place = target / name
                if entry.is_dir(follow_symlinks=False):
                    if place.exists() and not place.is_dir():
                        self._skipped.append(self._path(entry))
                    else:
                        pending.append((source / name, place))
                elif entry.is_file(follow_symlinks=False):
                    self._artifact(source / name, place)
                else:
                    self._skipped.append(self._path(entry))

    def _artifact(self, source: Path, target: Path) -> None:
        try:
            theirs = source.lstat()
            try:
                ours = target.stat()
            except FileNotFoundError:
                self._copied(copy_file(source, target))
                return
            if target.is_dir():
                self._skipped.append(self._path(source))
            elif not seem_equal(theirs, ours) and (
                theirs.st_size != ours.st_size or not same_start(source, target, ours.st_size)
            ):
                self._differing.append(self._path(source))
        except FileNotFoundError:  # the source was removed meanwhile
            return

    def _copied(self, size: int) -> None:
        self._files += 1
        self._bytes += size

    def _path(self, thing: Path | os.DirEntry[str]) -> str:
        return os.path.relpath(thing, self._source.root).replace(os.sep, "/")


def _scan(folder: Path) -> dict[str, os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return {entry.name: entry for entry in entries}
    except FileNotFoundError:
        return {}
    except OSError as exc:
        raise StoreReadError(str(folder), exc.errno, exc.strerror or str(exc)) from exc


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise StoreWriteError(str(folder), exc.errno, exc.strerror or str(exc)) from exc


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except FileNotFoundError:
        return 0
