"""Bringing one store into another: what `rsync -au` does, and a report of what the two disagree on.

A log file belongs to one writer, who only appends. So where both stores have it, one is the beginning of the other
and the longer one is the newer. Files appear whole, under their own name, in an order that keeps readers right: a
run's artifacts, then the names of its metrics, then their numbers; the logs of experiments last, for they tell
indexes which runs have news. The models in between: the number of a version may be another one's here, see
`ModelMerge`. A merge that was killed is begun again; one that has nothing left to do writes nothing.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from msgspec import Struct

from nbflow.errors import InvalidInputError, NotAStoreError
from nbflow.store.layout import LOG, Layout
from nbflow.store.model_merge import ModelMerge, Renumbered
from nbflow.store.named import namesakes
from nbflow.store.reader import FolderReader
from nbflow.store.root import check_store
from nbflow.store.transfer import Transfer

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
    models, new_versions
        Names of the registered models that have news in the target, and how many versions are new there.
    renumbered
        Versions whose number the target had given to another one.
    model_namesakes
        Names that several active registered models have now.
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
    models: tuple[str, ...] = ()
    new_versions: int = 0
    renumbered: tuple[Renumbered, ...] = ()
    model_namesakes: tuple[str, ...] = ()

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
    work.access()  # before all that it may forbid
    homes = [home for home in reader.experiments() if work.transfer.enters(layout.experiment(home))]
    runs = [(home, run_id) for home in homes for run_id in reader.runs(home)]
    for done, (home, run_id) in enumerate(runs, 1):
        work.run(home, run_id)
        if progress is not None:
            progress(done, len(runs))
    for folder in reader.models():
        work.models.model(folder)
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
        self.transfer = Transfer(source.root)
        self.models = ModelMerge(source, target, self.transfer)
        self._source = source
        self._target = target
        self._runs: list[str] = []
        self._new_runs = 0

    def report(self) -> Merged:
        transfer, models = self.transfer, self.models
        if transfer.files and hasattr(os, "sync"):
            os.sync()  # the source may be deleted next; one call costs less than one for each file
        return Merged(
            str(self._source.root),
            str(self._target.root),
            tuple(self._runs),
            self._new_runs,
            transfer.files,
            transfer.copied_bytes,
            tuple(transfer.differing),
            tuple(transfer.diverged),
            tuple(transfer.skipped),
            tuple(namesakes(self._target.experiments.all())),
            tuple(models.names),
            models.new_versions,
            tuple(models.renumbered),
            tuple(namesakes(self._target.models.all())),
        )

    def run(self, home: str, run_id: str) -> None:
        source, target = self._source.run(home, run_id), self._target.layout.run(home, run_id)
        if not self.transfer.enters(source):
            return
        is_new = not (target / LOG).is_dir()
        files = self.transfer.files
        self.transfer.tree(source, target, LOG)
        self.transfer.log(source / LOG, target / LOG)
        if self.transfer.files == files:
            return
        # One hint for each run at once, so that after a kill at most one is lost, which indexes then find in turn.
        self._target.experiments.log(home).announce(run_id)
        self._runs.append(run_id)
        self._new_runs += is_new

    def access(self) -> None:
        if self.transfer.enters(self._source.access):
            self.transfer.log(self._source.access / LOG, self._target.layout.access / LOG)

    def experiment(self, home: str) -> None:
        self.transfer.log(self._source.experiment(home) / LOG, self._target.layout.experiment(home) / LOG)
