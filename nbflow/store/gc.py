"""Emptying the trash: what was deleted is removed for good. It cannot be undone.

A run's folder first gets a name that readers skip (`<run_id>.gc`), in one step, and is then removed. So a kill half
way never shows half a run and never brings one back; what it leaves is removed by the next call. An experiment goes
in the same way once no run needs its folder, and its name is free again. But where a later experiment has the same
name under the next id, the folder stays with a claim in it, or a third one could take the first id beside the second.

There is no lock. Each run is read again just before it goes, so that one that was restored or moved meanwhile stays.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING

from msgspec import Struct

from nbflow.errors import InvalidInputError, RunNotFoundError
from nbflow.store.disposal import Disposal, Kept, size_of
from nbflow.store.entity import experiment_id_of
from nbflow.store.layout import LOG
from nbflow.store.leftovers import abandoned_files, gone_folders
from nbflow.store.model_gc import ModelSweep, live_sources
from nbflow.store.query import Selection
from nbflow.store.runlog import RUNNING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from nbflow.store.filestore import FileStore
    from nbflow.store.runlog import RunLog

__all__ = ["Collected", "Trash", "collect"]

_DEFAULT = "0"
_ACTIVE = "is not in the trash, and only what is there is removed for good. Delete it first"
_YOUNG = "it was deleted too lately"


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
    models, versions
        Names of registered models, and `<name>/<number>` of the versions that went without their model.
    """

    runs: tuple[str, ...] = ()
    experiments: tuple[str, ...] = ()
    leftovers: tuple[str, ...] = ()
    kept: tuple[Kept, ...] = ()
    freed_bytes: int = 0
    dry_run: bool = False
    models: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()


class Trash(Struct, frozen=True):
    """What of the trash is to be emptied.

    Parameters
    ----------
    older_than_s
        Only what was deleted at least so many seconds ago.
    run_ids, experiment_ids, model_names
        Only these runs, these experiments with their runs, and what is deleted of these registered models; None for
        all three is the whole trash.
    force
        Whether runs go that versions of registered models were registered from.
    """

    older_than_s: float = 0.0
    run_ids: Sequence[str] | None = None
    experiment_ids: Sequence[str] | None = None
    model_names: Sequence[str] | None = None
    force: bool = False

    @property
    def is_named(self) -> bool:
        """Whether single things are named."""
        return any(each is not None for each in (self.run_ids, self.experiment_ids, self.model_names))


def collect(
    store: FileStore,
    trash: Trash,
    *,
    by: str = "",
    dry_run: bool = False,
    remove_artifacts: Callable[[str, str], None] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Collected:
    """Remove what is in the trash for good.

    Parameters
    ----------
    store
        The store.
    trash
        What of it.
    by
        Who does it, for the history of models.
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
        If something that was named is not in the trash.
    RunNotFoundError
        If there is no such run.
    ExperimentNotFoundError
        If there is no such experiment.
    RegisteredModelNotFoundError
        If there is no such model.
    """
    if not store.check():
        return Collected(dry_run=dry_run)
    disposal = Disposal(store, int((time.time() - trash.older_than_s) * 1000), remove_artifacts, dry_run=dry_run)
    models = ModelSweep(store, disposal, by)
    sweep = _Sweep(store, disposal, named=trash.is_named, force=trash.force)
    named = trash.is_named
    experiments = sweep.named_experiments(trash.experiment_ids or ()) if named else sweep.deleted_experiments()
    registered = models.named(trash.model_names or ()) if named else models.in_trash()
    runs = sweep.named_runs(trash.run_ids or ())
    if experiments or not named:
        selection = Selection(experiment_ids=experiments if named else None, active=False)
        runs += [run.run_id for run in store.index.runs(selection)]
    leftovers = [*gone_folders(store.layout), *abandoned_files(store.layout)]
    steps: list[Callable[[], None]] = [
        *(partial(sweep.leftover, path) for path in leftovers),
        *(partial(models.take, *each) for each in registered),
        *(partial(sweep.run, run_id) for run_id in dict.fromkeys(runs)),
        *(partial(sweep.experiment, experiment_id) for experiment_id in experiments),
    ]
    for done, step in enumerate(steps, 1):
        step()
        if progress is not None:
            progress(done, len(steps))
    return sweep.report(models)


class _Sweep:
    """One emptying of the trash: what it may take, and what came of it."""

    def __init__(self, store: FileStore, disposal: Disposal, *, named: bool, force: bool) -> None:
        self._store = store
        self._disposal = disposal
        self._named = named
        self._force = force
        self._runs: list[str] = []
        self._experiments: list[str] = []
        self._leftovers: list[str] = []

    def report(self, models: ModelSweep) -> Collected:
        return Collected(
            tuple(self._runs),
            tuple(self._experiments),
            tuple(self._leftovers),
            tuple(self._disposal.kept),
            self._disposal.freed,
            self._disposal.dry_run,
            tuple(models.models),
            tuple(models.versions),
        )

    # What is asked for

    def deleted_experiments(self) -> list[str]:
        return [
            state.experiment_id
            for state in self._store.experiments.all()
            if state.deleted_time is not None and state.deleted_time <= self._disposal.latest_ms
        ]

    def named_experiments(self, experiment_ids: Iterable[str]) -> list[str]:
        old_enough = []
        for experiment_id in dict.fromkeys(experiment_ids):
            since = self._store.experiments.state(experiment_id).deleted_time
            if since is None:
                raise InvalidInputError("experiment_id", experiment_id, f"It {_ACTIVE} (nbflow experiments delete).")
            if since <= self._disposal.latest_ms:
                old_enough.append(experiment_id)
            else:
                self._disposal.keep(experiment_id, _YOUNG)
        return old_enough

    def named_runs(self, run_ids: Iterable[str]) -> list[str]:
        runs = list(run_ids)
        for run_id in runs:
            if self._trashed_ms(self._store.run_log(run_id)) is None:
                raise InvalidInputError("run_id", run_id, f"It {_ACTIVE} (nbflow runs delete).")
        return runs

    # The steps

    def leftover(self, path: Path) -> None:
        size = size_of(path)
        if not self._disposal.dry_run and not self._disposal.remove(path):
            return
        self._leftovers.append(path.relative_to(self._store.root).as_posix())
        self._disposal.freed += size

    def run(self, run_id: str) -> None:
        try:
            log = self._store.run_log(run_id)
        except RunNotFoundError:  # somebody else took it
            return
        since = self._trashed_ms(log)
        if since is None:  # restored, or moved
            return
        if since > self._disposal.latest_ms:
            if self._named:
                self._disposal.keep(run_id, _YOUNG)
            return
        phase = log.state.phase
        if phase is not None and phase.status in RUNNING and log.liveness() == "alive":
            self._disposal.keep(run_id, "its process still runs; end it first")
            return
        source_of = None if self._force else self._live_sources.get(run_id)
        if source_of is not None:
            self._disposal.keep(run_id, f"{source_of} was registered from it; delete that first, or use force")
            return
        size = size_of(log.folder)
        if not self._disposal.dry_run:
            log.close()
            hidden = self._disposal.hide(log.folder, run_id)
            if hidden is None:
                return
            self._disposal.remove(hidden)
        self._runs.append(run_id)
        self._disposal.freed += size

    def experiment(self, experiment_id: str) -> None:
        log = self._store.experiments.log(experiment_id)
        if not log.refresh().deleted:
            return
        if experiment_id == _DEFAULT:
            self._disposal.keep(experiment_id, "every store has it; only its runs are removed")
            return
        if self._is_needed(experiment_id):
            self._disposal.keep(experiment_id, "its folder or its name is needed by runs that stay")
            return
        size = size_of(log.folder)
        if not self._disposal.dry_run:
            log.close()
            last = self._store.experiments.is_last_of_its_name(log.state)
            hidden = self._disposal.hide(log.folder if last else log.folder / LOG, experiment_id)
            if hidden is None:
                return
            self._disposal.remove(hidden)
        self._experiments.append(experiment_id)
        self._disposal.freed += size

    # How

    @cached_property
    def _live_sources(self) -> dict[str, str]:
        return live_sources(self._store)

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
        going = not self._disposal.dry_run and any(path.parent == folder for path in gone_folders(store.layout))
        return going or not runs <= set(self._runs)
