"""Emptying the trash: what was deleted is removed for good. It cannot be undone.

A run's folder first gets a name that readers skip (`<run_id>.gc`), in one step, and is then removed. So a kill half
way never shows half a run and never brings one back; what it leaves is removed by the next call. Of an experiment
the log goes in the same way, once no run needs its folder; the folder stays, and with it a claim: were its
id free, a new experiment could take it while one of the same name lives under the next.

There is no lock. Each run is read again just before it goes, so that one that was restored or moved meanwhile stays.
"""

from __future__ import annotations

import os
import shutil
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct

from nbflow.errors import InvalidInputError, RunNotFoundError
from nbflow.store.entity import experiment_id_of
from nbflow.store.layout import LOG
from nbflow.store.leftovers import GONE, abandoned_files, gone_folders
from nbflow.store.runlog import RUNNING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from nbflow.store.filestore import FileStore
    from nbflow.store.runlog import RunLog

__all__ = ["Collected", "Kept", "collect"]

_DEFAULT = "0"
_RUNS = "it has runs that stay"


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
    sweep = _Sweep(store, time.time() * 1000 - older_than_s * 1000, remove_artifacts, dry_run=dry_run)
    named = run_ids is not None or experiment_ids is not None
    experiments = sweep.experiments(experiment_ids if named else None)
    runs = sweep.named_runs(run_ids or ())
    for found in store.index.search(experiment_ids=experiments if named else None, active=False),:
        runs += [run.run_id for run in store.index.runs(found)]
    leftovers = list(_leftovers(store))
    total = len(leftovers) + len(runs)
    steps: list[Callable[[], None]] = [lambda path=path: sweep.leftover(path) for path in leftovers]  # type: ignore[misc]
    steps += [lambda run_id=run_id: sweep.run(run_id) for run_id in dict.fromkeys(runs)]  # type: ignore[misc]
    steps += [lambda each=each: sweep.experiment(each) for each in experiments]  # type: ignore[misc]
    for done, step in enumerate(steps, 1):
        step()
        if progress is not None:
            progress(min(done, total), total)
    return sweep.report()
