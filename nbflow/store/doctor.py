"""Checking a store: what is torn, damaged, missing or in conflict. Nothing is changed.

A live store is written to while it is checked. Whatever looks wrong is looked at a second time, a moment later, and
only what is still wrong then is reported.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from nbflow.errors import NotAStoreError, shown
from nbflow.store.checkup import Checkup, Finding, Seen, read_log
from nbflow.store.entity import experiment_id_of
from nbflow.store.fold import AccessState, ExperimentState, RunState
from nbflow.store.layout import ACCESS, LOG, is_run_id
from nbflow.store.leftovers import abandoned_files, gone_folders
from nbflow.store.liveness import Origin, last_sign, liveness_of
from nbflow.store.model_doctor import model_relations, see_model
from nbflow.store.named import namesakes
from nbflow.store.runlog import RUNNING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from nbflow.store.filestore import FileStore

__all__ = ["examine"]

# What is being written becomes whole within microseconds; on a network disk a little later.
_PAUSE_S = 0.1
_PARENT_TAG = "mlflow.parentRunId"


def examine(store: FileStore, *, progress: Callable[[int, int], None] | None = None) -> Checkup:
    """Check a store.

    Parameters
    ----------
    store
        The store, which may be in use.
    progress
        Called with the number of runs looked at so far, and of all.

    Returns
    -------
    checkup : Checkup
        What was found, by path.

    Raises
    ------
    NotAStoreError
        If there is no store, or something else.
    NewerFormatError
        If a newer nbflow wrote it.
    """
    if not store.check():
        raise NotAStoreError(str(store.root), "there is nothing yet")
    homes = store.reader.experiments()
    places = [(home, run_id) for home in homes for run_id in store.reader.runs(home)]
    looks: list[Callable[[], Seen]] = [
        partial(_see_access, store),
        *(partial(_see_experiment, store, home) for home in homes),
        *(partial(_see_run, store, *place) for place in places),
        *(partial(see_model, store, folder) for folder in store.reader.models()),
    ]
    seen = []
    for done, look in enumerate(looks):
        seen.append(look())
        if progress is not None:
            progress(min(max(done - len(homes), 0), len(places)), len(places))
    again = [i for i, each in enumerate(seen) if any(map(_may_pass, each.findings))]
    if again:
        time.sleep(_PAUSE_S)
    for i in again:
        seen[i] = looks[i]()
    return _checkup(store, seen)


def _checkup(store: FileStore, seen: list[Seen]) -> Checkup:
    runs = [each for each in seen if each.run_id]
    experiments = [each.experiment for each in seen if each.experiment is not None and each.experiment.exists]
    findings = [finding for each in seen for finding in each.findings]
    findings += _relations(runs, {state.experiment_id for state in experiments})
    findings += [
        Finding("same_name", " ".join(ids), f"experiments {', '.join(ids)} are all called {shown(name)}", len(ids))
        for name, ids in namesakes(experiments).items()
    ]
    models = [each for each in seen if each.model is not None]
    run_ids = {run.run_id for run in runs}
    findings += model_relations(models, lambda run_id: run_id in run_ids or _is_there(store, run_id))
    for paths, what in (
        (gone_folders(store.layout), "its removal was begun and not finished"),
        (abandoned_files(store.layout), "a file that was begun and never finished"),
    ):
        findings += [Finding("leftover", path.relative_to(store.root).as_posix(), what) for path in paths]
    return Checkup(
        store=str(store.root),
        n_experiments=len(experiments),
        n_runs=len(runs),
        n_events=sum(each.n_events for each in seen),
        n_points=sum(each.n_points for each in seen),
        findings=tuple(sorted(findings, key=lambda finding: (not finding.problem, finding.kind, finding.path))),
        n_models=sum(each.model is not None and each.model.exists for each in models),
        n_versions=sum(len(each.versions) for each in models),
    )


def _may_pass(finding: Finding) -> bool:
    return finding.problem or finding.kind == "not_registered"


def _is_there(store: FileStore, run_id: str) -> bool:
    """Look for a run that was not there when runs were listed."""
    homes = store.reader.experiments() if is_run_id(run_id) else []
    return any((store.layout.run(home, run_id) / LOG).is_dir() for home in homes)


def _relations(runs: list[Seen], experiments: set[str]) -> Iterator[Finding]:
    """Find the runs that name a run or an experiment that is not here, and those that are here twice."""
    places: dict[str, list[str]] = {}
    for run in runs:
        places.setdefault(run.run_id, []).append(run.path)
    for run in runs:
        if run.parent is not None and run.parent not in places:
            yield Finding("missing_parent", run.path, f"its parent {shown(run.parent)} is not in this store")
        if run.owner not in experiments:
            yield Finding("missing_experiment", run.path, f"its experiment {shown(run.owner)} is not in this store")
        if len(places[run.run_id]) > 1:
            yield Finding("run_twice", run.path, f"is in {' and in '.join(places[run.run_id])}")


def _see_access(store: FileStore) -> Seen:
    seen = Seen(ACCESS)
    read_log(seen, store.layout.access, lambda: store.reader.access_news({}), AccessState())
    return seen


def _see_experiment(store: FileStore, experiment_id: str) -> Seen:
    state = ExperimentState(experiment_id)
    folder = store.layout.experiment(experiment_id)
    seen = Seen(experiment_id, experiment=state)
    read_log(seen, folder, lambda: store.reader.experiment_news(experiment_id, {}), state)
    # A folder that reserves a name has a claim in place of a beginning.
    if not state.exists and state.claim is None and not seen.findings and folder.is_dir():
        seen.add("not_created", "its log does not say what experiment it is")
    return seen


def _see_run(store: FileStore, home: str, run_id: str) -> Seen:
    state = RunState(run_id, home)
    folder = store.layout.run(home, run_id)
    seen = Seen(f"{home}/{run_id}")
    read_log(seen, folder, lambda: store.reader.run_news(home, run_id, {}), state)
    if state.missing_points:
        detail = f"{state.missing_points} points that its end counts are not in its .metrics"
        seen.add("missing_points", detail, count=state.missing_points)
    for key, values in state.conflicts.items():
        seen.add("param_conflict", f"param {shown(key)} was given {', '.join(map(shown, values))}", count=len(values))
    if not state.exists:
        if not seen.findings and folder.is_dir():
            seen.add("not_started", "its log does not say that it was started")
        return seen
    seen.run_id, seen.owner = run_id, experiment_id_of(state)
    tag = state.tags.get(_PARENT_TAG)
    seen.parent = None if tag is None else tag.value
    seen.n_points = sum(series.count for series in state.metrics.values())
    _note_death(seen, store, folder, state)
    return seen


def _note_death(seen: Seen, store: FileStore, folder: Path, state: RunState) -> None:
    phase, runner = state.phase, state.runner
    if phase is not None and runner is not None and phase.status in RUNNING:
        origin, sign = Origin(runner.host, runner.boot, runner.pid), last_sign(folder, runner.stamp[1])
        if liveness_of(origin, runner.since, sign, store.settings.silent_s) != "alive":
            detail = f"says {phase.status}, and its process is gone; it is shown as KILLED"
            seen.add("dead_run", detail, problem=False)
