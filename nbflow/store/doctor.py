"""Checking a store: what is torn, damaged, missing or in conflict. Nothing is changed.

A live store is written to while it is checked. Whatever looks wrong is looked at a second time, a moment later, and
only what is still wrong then is reported.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct, field

from nbflow.errors import NotAStoreError, shown
from nbflow.store import points
from nbflow.store.entity import experiment_id_of
from nbflow.store.fold import ExperimentState, FileCursor, RunState
from nbflow.store.layout import LOG
from nbflow.store.leftovers import abandoned_files, gone_folders
from nbflow.store.liveness import Origin, last_sign, liveness_of
from nbflow.store.reader import LogShrankError
from nbflow.store.runlog import RUNNING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from nbflow.store.filestore import FileStore
    from nbflow.store.reader import News

__all__ = ["Checkup", "Finding", "examine", "namesakes"]

# What is being written becomes whole within microseconds; on a network disk a little later.
_PAUSE_S = 0.1
_PARENT_TAG = "mlflow.parentRunId"


class Finding(Struct, frozen=True):
    """Something that a check found.

    Parameters
    ----------
    kind
        `torn_tail`, `damaged_line`, `damaged_header`, `undeclared_key`, `missing_points`, `missing_log`,
        `unreadable`, `not_started`, `not_created`, `param_conflict`, `missing_parent`, `missing_experiment`,
        `run_twice`, `same_name`, `leftover` or `dead_run`.
    path
        Where, relative to the store.
    detail
        What exactly. Names in it are somebody's text.
    count
        How many such things are there.
    problem
        Whether something is wrong, not only worth knowing.
    """

    kind: str
    path: str
    detail: str
    count: int = 1
    problem: bool = True


class Checkup(Struct, frozen=True):
    """What a check of a store looked at and found. Numbers are of whole things: experiments, runs, events, points."""

    store: str
    n_experiments: int
    n_runs: int
    n_events: int
    n_points: int
    findings: tuple[Finding, ...] = ()

    @property
    def n_problems(self) -> int:
        """How many of the findings are problems."""
        return sum(finding.problem for finding in self.findings)

    @property
    def counts(self) -> dict[str, int]:
        """How many findings there are of each kind."""
        return dict(Counter(finding.kind for finding in self.findings))


class _Seen(Struct):
    """What was seen of one folder: of a run what is compared with others, for the whole state of each is too much."""

    path: str
    findings: list[Finding] = field(default_factory=list)
    n_events: int = 0
    n_points: int = 0
    experiment: ExperimentState | None = None
    run_id: str = ""
    owner: str = ""
    parent: str | None = None

    def add(self, kind: str, detail: str, *, name: str = "", count: int = 1, problem: bool = True) -> None:
        """Note something that was found, in the folder or in a file of its log."""
        path = f"{self.path}/{LOG}/{name}" if name else self.path
        self.findings.append(Finding(kind, path, detail, count, problem))


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
    looks = [
        *(partial(_see_experiment, store, home) for home in homes),
        *(partial(_see_run, store, *place) for place in places),
    ]
    seen = []
    for done, look in enumerate(looks):
        seen.append(look())
        if progress is not None:
            progress(max(done + 1 - len(homes), 0), len(places))
    again = [i for i, each in enumerate(seen) if any(finding.problem for finding in each.findings)]
    if again:
        time.sleep(_PAUSE_S)
    for i in again:
        seen[i] = looks[i]()
    return _checkup(store, seen)


def namesakes(states: Iterable[ExperimentState]) -> dict[str, list[str]]:
    """Find the names that several active experiments have, with their ids."""
    named: dict[str, list[str]] = {}
    for state in states:
        if state.exists and not state.deleted:
            named.setdefault(state.current_name, []).append(state.experiment_id)
    return {name: ids for name, ids in named.items() if len(ids) > 1}


def _checkup(store: FileStore, seen: list[_Seen]) -> Checkup:
    runs = [each for each in seen if each.run_id]
    experiments = [each.experiment for each in seen if each.experiment is not None and each.experiment.exists]
    findings = [finding for each in seen for finding in each.findings]
    findings += _relations(runs, {state.experiment_id for state in experiments})
    findings += [
        Finding("same_name", " ".join(ids), f"experiments {', '.join(ids)} are all called {shown(name)}", len(ids))
        for name, ids in namesakes(experiments).items()
    ]
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
    )


def _relations(runs: list[_Seen], experiments: set[str]) -> Iterator[Finding]:
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


def _see_experiment(store: FileStore, experiment_id: str) -> _Seen:
    state = ExperimentState(experiment_id)
    folder = store.layout.experiment(experiment_id)
    seen = _Seen(experiment_id, experiment=state)
    _read(seen, folder, lambda: store.reader.experiment_news(experiment_id, {}), state)
    # A folder that reserves a name has a claim in place of a beginning.
    if not state.exists and state.claim is None and not seen.findings and folder.is_dir():
        seen.add("not_created", "its log does not say what experiment it is")
    return seen


def _see_run(store: FileStore, home: str, run_id: str) -> _Seen:
    state = RunState(run_id, home)
    folder = store.layout.run(home, run_id)
    seen = _Seen(f"{home}/{run_id}")
    _read(seen, folder, lambda: store.reader.run_news(home, run_id, {}), state)
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


def _note_death(seen: _Seen, store: FileStore, folder: Path, state: RunState) -> None:
    phase, runner = state.phase, state.runner
    if phase is not None and runner is not None and phase.status in RUNNING:
        origin, sign = Origin(runner.host, runner.boot, runner.pid), last_sign(folder, runner.stamp[1])
        if liveness_of(origin, runner.since, sign, store.settings.silent_s) != "alive":
            detail = f"says {phase.status}, and its process is gone; it is shown as KILLED"
            seen.add("dead_run", detail, problem=False)


def _read(seen: _Seen, folder: Path, news: Callable[[], Iterator[News]], state: RunState | ExperimentState) -> None:
    """Fold a log into a state, and note what its files show."""
    log = folder / LOG
    try:
        # Before the reading: what has come since then is no torn end.
        sizes = {entry.name: _size(entry) for entry in os.scandir(log)} if log.is_dir() else {}
        for each in news():
            state.take(each)
            _note_damage(seen, log, each, state.files[each.writer])
    except (OSError, LogShrankError) as exc:
        if folder.is_dir():  # else it was removed meanwhile
            seen.add("unreadable", getattr(exc, "strerror", None) or "its log became shorter while it was read")
        return
    seen.n_events = sum(cursor.lines for cursor in state.files.values())
    _note_tails(seen, sizes, state.files)


def _note_damage(seen: _Seen, log: Path, news: News, cursor: FileCursor) -> None:
    undeclared, bad_lines = cursor.damaged - news.damaged, news.damaged
    if bad_lines and news.points_end and not _has_header(log / f"{news.writer}.metrics"):
        bad_lines -= 1
        seen.add("damaged_header", "does not begin as a .metrics file does", name=f"{news.writer}.metrics")
    if bad_lines:
        seen.add("damaged_line", f"{bad_lines} lines are no events", name=f"{news.writer}.jsonl", count=bad_lines)
    if undeclared:
        detail = f"{undeclared} records have a key that was never declared"
        seen.add("undeclared_key", detail, name=f"{news.writer}.metrics", count=undeclared)


def _has_header(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(points.MAGIC)) == points.MAGIC


def _size(entry: os.DirEntry[str]) -> int | None:
    """Give a file's size; None for what readers pass over: a folder, a broken symlink, what they may not read."""
    readable = entry.is_file() and os.access(entry, os.R_OK)
    return entry.stat().st_size if readable else None


def _note_tails(seen: _Seen, sizes: Mapping[str, int | None], files: Mapping[str, FileCursor]) -> None:
    nothing = FileCursor()
    for name, size in sorted(sizes.items()):
        writer, dot, ending = name.rpartition(".")
        cursor = files.get(writer, nothing)
        if not dot or ending not in ("jsonl", "metrics"):
            continue
        if ending == "metrics" and f"{writer}.jsonl" not in sizes:
            seen.add("missing_log", "has no .jsonl beside it, which would name its keys", name=name)
            continue
        if size is None:
            seen.add("unreadable", "is no file, or one that may not be read", name=name)
            continue
        torn = size - (cursor.events if ending == "jsonl" else cursor.points)
        if torn > 0:
            what = "line" if ending == "jsonl" else "record"
            seen.add("torn_tail", f"ends with {torn} bytes of a {what} that was never finished", name=name)
