"""Emptying the trash: what was deleted is removed for good. It cannot be undone.

A run's folder first gets a name that readers skip (`<run_id>.gc`), in one step, and is then removed. So a kill half
way never shows half a run and never brings one back; what it leaves is removed by the next call. An experiment goes
in the same way once no run needs its folder, and its name is free again. But where a later experiment has the same
name under the next id, the folder stays with a claim in it, or a third one could take the first id beside the second.

There is no lock. Each run is read again just before it goes, so that one that was restored or moved meanwhile stays.
"""

from __future__ import annotations

import os
import shutil
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

from nbflow.errors import InvalidInputError, NbflowError, RunNotFoundError
from nbflow.store.entity import experiment_id_of
from nbflow.store.layout import LOG
from nbflow.store.leftovers import GONE, abandoned_files, gone_folders
from nbflow.store.query import Selection
from nbflow.store.runlog import RUNNING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from nbflow.store.filestore import FileStore
    from nbflow.store.runlog import RunLog

__all__ = ["Collected", "Kept", "collect"]

_DEFAULT = "0"
_ACTIVE = "is not in the trash, and only what is there is removed for good. Delete it first"
_YOUNG = "it was deleted too lately"


class Kept(Struct, frozen=True):
    """Something that stays, and why. `failed` tells what could not be removed from what should not be."""

    id: str
    reason: str
    failed: bool = False


class Collected(Struct, frozen=True):
    """What was removed for good, or would be (`dry_run`).

    Parameters
    ----------
    runs, experiments
        Ids.
    leftovers
        What an earlier kill had left, relative to the store.
    kept
        What was in question and stays.
    freed_bytes
        The size of all files in the store that went.
    dry_run
        Whether nothing was done.
    """

    runs: tuple[str, ...] = ()
    experiments: tuple[str, ...] = ()
    leftovers: tuple[str, ...] = ()
    kept: tuple[Kept, ...] = ()
    freed_bytes: int = 0
    dry_run: bool = False


def collect(
    store: FileStore,
    *,
    older_than_s: float = 0.0,
    run_ids: Sequence[str] | None = None,
    experiment_ids: Sequence[str] | None = None,
    dry_run: bool = False,
    remove_artifacts: Callable[[str, str], None] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Collected:
    """Remove what is in the trash for good.

    Parameters
    ----------
    store
        The store.
    older_than_s
        Only what was deleted at least so many seconds ago.
    run_ids, experiment_ids
        Only these runs, and these experiments with their runs; None for both is the whole trash.
    dry_run
        Only say what would be removed.
    remove_artifacts
        Called with an experiment's artifact location and a run's id, to remove the artifacts that are not in the store.
    progress
        Called with the number of folders removed so far, and of all.

    Returns
    -------
    collected : Collected
        What went and what stays.

    Raises
    ------
    InvalidInputError
        If a run or an experiment that was named is not in the trash.
    RunNotFoundError
        If there is no such run.
    ExperimentNotFoundError
        If there is no such experiment.
    """
    if not store.check():
        return Collected(dry_run=dry_run)
    named = run_ids is not None or experiment_ids is not None
    sweep = _Sweep(store, int((time.time() - older_than_s) * 1000), remove_artifacts, named=named, dry_run=dry_run)
    experiments = sweep.named_experiments(experiment_ids or ()) if named else sweep.deleted_experiments()
    runs = sweep.named_runs(run_ids or ())
    if experiments or not named:
        selection = Selection(experiment_ids=experiments if named else None, active=False)
        runs += [run.run_id for run in store.index.runs(selection)]
    leftovers = [*gone_folders(store.layout), *abandoned_files(store.layout)]
    steps: list[Callable[[], None]] = [
        *(partial(sweep.leftover, path) for path in leftovers),
        *(partial(sweep.run, run_id) for run_id in dict.fromkeys(runs)),
        *(partial(sweep.experiment, experiment_id) for experiment_id in experiments),
    ]
    for done, step in enumerate(steps, 1):
        step()
        if progress is not None:
            progress(done, len(steps))
    return sweep.report()


class _Sweep:
    """One emptying of the trash: what it may take, and what came of it."""

    def __init__(
        self,
        store: FileStore,
        latest_ms: int,
        remove_artifacts: Callable[[str, str], None] | None,
        *,
        named: bool,
        dry_run: bool,
    ) -> None:
        self._store = store
        self._latest_ms = latest_ms
        self._remove_artifacts = remove_artifacts
        self._named = named
        self._dry_run = dry_run
        self._runs: list[str] = []
        self._experiments: list[str] = []
        self._leftovers: list[str] = []
        self._kept: list[Kept] = []
        self._freed = 0

    def report(self) -> Collected:
        return Collected(
            tuple(self._runs),
            tuple(self._experiments),
            tuple(self._leftovers),
            tuple(self._kept),
            self._freed,
            self._dry_run,
        )

    # What is asked for

    def deleted_experiments(self) -> list[str]:
        return [
            state.experiment_id
            for state in self._store.experiments.all()
            if state.deleted_time is not None and state.deleted_time <= self._latest_ms
        ]

    def named_experiments(self, experiment_ids: Iterable[str]) -> list[str]:
        old_enough = []
        for experiment_id in dict.fromkeys(experiment_ids):
            since = self._store.experiments.state(experiment_id).deleted_time
            if since is None:
                raise InvalidInputError("experiment_id", experiment_id, f"It {_ACTIVE} (nbflow experiments delete).")
            if since <= self._latest_ms:
                old_enough.append(experiment_id)
            else:
                self._kept.append(Kept(experiment_id, _YOUNG))
        return old_enough

    def named_runs(self, run_ids: Iterable[str]) -> list[str]:
        runs = list(run_ids)
        for run_id in runs:
            if self._trashed_ms(self._store.run_log(run_id)) is None:
                raise InvalidInputError("run_id", run_id, f"It {_ACTIVE} (nbflow runs delete).")
        return runs

    # The steps

    def leftover(self, path: Path) -> None:
        size = _size(path)
        if not self._dry_run and not self._remove(path):
            return
        self._leftovers.append(path.relative_to(self._store.root).as_posix())
        self._freed += size

    def run(self, run_id: str) -> None:
        try:
            log = self._store.run_log(run_id)
        except RunNotFoundError:  # somebody else took it
            return
        since = self._trashed_ms(log)
        if since is None:  # restored, or moved
            return
        if since > self._latest_ms:
            if self._named:
                self._kept.append(Kept(run_id, _YOUNG))
            return
        phase = log.state.phase
        if phase is not None and phase.status in RUNNING and log.liveness() == "alive":
            self._kept.append(Kept(run_id, "its process still runs; end it first"))
            return
        size = _size(log.folder)
        if not self._dry_run:
            log.close()
            hidden = self._hide(log.folder, run_id)
            if hidden is None:
                return
            self._remove(hidden)
        self._runs.append(run_id)
        self._freed += size

    def experiment(self, experiment_id: str) -> None:
        log = self._store.experiments.log(experiment_id)
        if not log.refresh().deleted:
            return
        if experiment_id == _DEFAULT:
            self._kept.append(Kept(experiment_id, "every store has it; only its runs are removed"))
            return
        if self._is_needed(experiment_id):
            self._kept.append(Kept(experiment_id, "its folder or its name is needed by runs that stay"))
            return
        size = _size(log.folder)
        if not self._dry_run:
            log.close()
            last = self._store.experiments.is_last_of_its_name(log.state)
            hidden = self._hide(log.folder if last else log.folder / LOG, experiment_id)
            if hidden is None:
                return
            self._remove(hidden)
        self._experiments.append(experiment_id)
        self._freed += size

    # How

    def _trashed_ms(self, log: RunLog) -> int | None:
        """Say since when a run is in the trash, by itself or with its experiment."""
        owner = self._store.experiments.log(experiment_id_of(log.state)).refresh()
        times = [time_ms for time_ms in (log.state.deleted_time, owner.deleted_time) if time_ms is not None]
        return min(times, default=None)

    def _is_needed(self, experiment_id: str) -> bool:
        """Tell whether there are runs in an experiment's folder, or of it in another's, that are not collected."""
        store = self._store
        of_it = store.index.runs(Selection(experiment_ids=[experiment_id], active=None))
        runs = {run.run_id for run in of_it} | set(store.reader.runs(experiment_id))
        folder = store.layout.experiment(experiment_id)
        going = not self._dry_run and any(path.parent == folder for path in gone_folders(store.layout))
        return going or not runs <= set(self._runs)

    def _hide(self, folder: Path, name: str) -> Path | None:
        """Give a folder a name that readers skip: the one step after which it is gone."""
        hidden = folder.with_name(folder.name + GONE)
        try:
            folder.rename(hidden)
        except FileNotFoundError:  # somebody else took it
            return None
        except OSError as exc:
            self._kept.append(Kept(name, f"it cannot be removed ({exc.strerror})", failed=True))
            return None
        return hidden

    def _remove(self, path: Path) -> bool:
        """Remove what nobody sees any more; what cannot be removed now stays for the next time."""
        home, shown = path.parent, path.with_name(path.name.removesuffix(GONE))
        try:
            if path.name == LOG + GONE:
                if not shown.exists():
                    self._store.experiments.retire(home.name)
            elif path.name.endswith(GONE) and home != self._store.root and not shown.exists():
                self._remove_elsewhere(home.name, shown.name)
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        except (OSError, NbflowError) as exc:
            reason = getattr(exc, "strerror", None) or str(exc)
            self._kept.append(
                Kept(path.relative_to(self._store.root).as_posix(), f"it cannot be removed ({reason})", failed=True)
            )
            return False
        return True

    def _remove_elsewhere(self, home: str, run_id: str) -> None:
        location = self._store.experiments.log(home).refresh().location
        if location is not None and self._remove_artifacts is not None:
            self._remove_artifacts(location, run_id)


def _size(path: Path) -> int:
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
