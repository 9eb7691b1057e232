"""State is a fold of the logs (pure): the same for every reader, in whatever order the events arrive.

Every rule keeps a minimum or a maximum over stamps (logical time, writer, position), so that applying events is
commutative and a run can be brought up to date from where the last reading ended. Only sums of metric values depend
on an order; they are kept for each writer apart, where the order is that of its file.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from msgspec import Struct, field

from nbflow.entities import RunError
from nbflow.store.events import (
    RUNNING,
    Changed,
    Claimed,
    Created,
    Deleted,
    Ended,
    Event,
    Granted,
    Input,
    Key,
    ModelLogged,
    Moved,
    ParamSet,
    Renamed,
    Restored,
    Resumed,
    Started,
    TagDeleted,
    TagSet,
)
from nbflow.store.points import SIZE
from nbflow.store.reader import LogShrankError
from nbflow.store.series import Series, add_points
from nbflow.store.stamps import FileCursor, Named, Stamp, Stamped, advance, later

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbflow.store.reader import News

__all__ = ["AccessState", "ExperimentState", "FileCursor", "Phase", "RunState", "Stamp", "Stamped"]

_BEFORE_ALL: Stamp = (-1, "", 0)


class Phase(Struct, array_like=True):
    """What a started, resumed or ended event says; `since` is when it was written, in milliseconds."""

    stamp: Stamp
    status: str
    host: str = ""
    boot: str = ""
    pid: int = 0
    since: int = 0
    error: RunError | None = None


class RunState(Named, Struct):
    """Everything that a run's logs say, and where their reading stopped."""

    run_id: str
    experiment_id: str
    files: dict[str, FileCursor] = field(default_factory=dict)
    started: Stamp | None = None
    start_time: int = 0
    user: str = ""
    first_name: str = ""
    name: Stamped | None = None
    phase: Phase | None = None
    runner: Phase | None = None
    ends: dict[str, Stamp] = field(default_factory=dict)
    end_stamp: Stamp | None = None
    end_time: int | None = None
    trash: Stamped | None = None
    moved: Stamped | None = None
    params: dict[str, Stamped] = field(default_factory=dict)
    conflicts: dict[str, list[str]] = field(default_factory=dict)
    tags: dict[str, Stamped] = field(default_factory=dict)
    inputs: dict[str, tuple[Stamp, Input]] = field(default_factory=dict)
    models: dict[str, tuple[Stamp, ModelLogged]] = field(default_factory=dict)
    metrics: dict[str, Series] = field(default_factory=dict)
    last_t: int = 0

    @property
    def exists(self) -> bool:
        """Whether the log that started the run has arrived."""
        return self.started is not None

    @property
    def written_status(self) -> str:
        """The status as it was written, whatever became of the process."""
        return "RUNNING" if self.phase is None else self.phase.status

    @property
    def runner_left(self) -> bool:
        """Whether the process that took the run up last has said that it is done with it."""
        if self.runner is None:
            return False
        end = self.ends.get(self.runner.stamp[1])
        return end is not None and end > self.runner.stamp

    @property
    def missing_points(self) -> int:
        """How many points ended writers say they wrote that have not been read."""
        return sum(max(f.claimed_points - max(f.points // SIZE - 1, 0), 0) for f in self.files.values())

    def take(self, news: News) -> None:
        """Take in what one writer has written since the last reading.

        Raises
        ------
        LogShrankError
            If the news name points that were read before they had a name: the state must be folded anew.
        """
        cursor = advance(self.files, news)
        rules = _RUN_RULES
        writer = news.writer
        last_t = self.last_t
        for position, event in enumerate(news.events, cursor.lines):
            rule = rules.get(type(event))
            if rule is not None:
                rule(self, (event.t, writer, position), event)
            last_t = max(last_t, event.t)
        self.last_t = last_t
        cursor.lines += len(news.events)
        if news.points:
            unknown = add_points(self.metrics, writer, cursor.keys, news.points)
            cursor.damaged += unknown
            cursor.nameless = cursor.nameless or unknown > 0


def _started(run: RunState, stamp: Stamp, event: Started) -> None:
    if run.started is None or stamp < run.started:
        run.started = stamp
        run.start_time = event.time
        run.user = event.user
        run.first_name = event.name
    _phase(run, stamp, event)


def _phase(run: RunState, stamp: Stamp, event: Started | Resumed) -> None:
    # Not `event.time`: a run's start may be given, and be any time.
    phase = Phase(stamp, event.status, event.host, event.boot, event.pid, event.t // 1000)
    if later(run.phase, stamp):
        run.phase = phase
    if later(run.runner, stamp):
        run.runner = phase


def _ended(run: RunState, stamp: Stamp, event: Ended) -> None:
    writer = stamp[1]
    cursor = run.files.setdefault(writer, FileCursor())
    cursor.claimed_points = max(cursor.claimed_points, event.points)
    if event.status not in RUNNING and stamp > run.ends.get(writer, _BEFORE_ALL):
        run.ends[writer] = stamp
    if later(run.phase, stamp):
        run.phase = Phase(stamp, event.status, error=event.error)
    if event.time is not None and (run.end_stamp is None or stamp > run.end_stamp):
        run.end_stamp = stamp
        run.end_time = event.time


def _param(run: RunState, stamp: Stamp, event: ParamSet) -> None:
    old = run.params.get(event.key)
    if old is None:
        run.params[event.key] = Stamped(stamp, event.value)
        return
    if old.value != event.value:
        # Both values are kept for the report, sorted, so that it does not depend on the order of arrival.
        values = {str(old.value), event.value, *run.conflicts.get(event.key, ())}
        run.conflicts[event.key] = sorted(values)
    if stamp < old.stamp:
        run.params[event.key] = Stamped(stamp, event.value)


def _tag(run: RunState, stamp: Stamp, event: TagSet) -> None:
    if later(run.tags.get(event.key), stamp):
        run.tags[event.key] = Stamped(stamp, event.value)


def _untag(run: RunState, stamp: Stamp, event: TagDeleted) -> None:
    if later(run.tags.get(event.key), stamp):
        run.tags[event.key] = Stamped(stamp, None)


def _key(run: RunState, stamp: Stamp, event: Key) -> None:
    cursor = run.files.setdefault(stamp[1], FileCursor())
    if cursor.nameless:
        # A copy that was not whole: the points were there before the line that names them. They count from now on.
        raise LogShrankError(stamp[1])
    cursor.keys[event.id] = event.key


def _input(run: RunState, stamp: Stamp, event: Input) -> None:
    identity = f"{event.name}\0{event.digest}"
    old = run.inputs.get(identity)
    if old is None or stamp < old[0]:
        run.inputs[identity] = (stamp, event)


def _model(run: RunState, stamp: Stamp, event: ModelLogged) -> None:
    old = run.models.get(event.path)
    if old is None or stamp > old[0]:
        run.models[event.path] = (stamp, event)


def _renamed(state: RunState | ExperimentState, stamp: Stamp, event: Renamed) -> None:
    if later(state.name, stamp):
        state.name = Stamped(stamp, event.name)


def _deleted(state: RunState | ExperimentState, stamp: Stamp, event: Deleted) -> None:
    if later(state.trash, stamp):
        state.trash = Stamped(stamp, str(event.time))


def _restored(state: RunState | ExperimentState, stamp: Stamp, _event: Restored) -> None:
    if later(state.trash, stamp):
        state.trash = Stamped(stamp, None)


def _moved(run: RunState, stamp: Stamp, event: Moved) -> None:
    if later(run.moved, stamp):
        run.moved = Stamped(stamp, event.experiment_id)


_RUN_RULES: dict[type[Event], Callable[..., None]] = {
    Started: _started,
    Resumed: _phase,
    Ended: _ended,
    ParamSet: _param,
    TagSet: _tag,
    TagDeleted: _untag,
    Key: _key,
    Input: _input,
    ModelLogged: _model,
    Renamed: _renamed,
    Deleted: _deleted,
    Restored: _restored,
    Moved: _moved,
}


class ExperimentState(Named, Struct):
    """Everything that an experiment's logs say, and where their reading stopped."""

    experiment_id: str
    files: dict[str, FileCursor] = field(default_factory=dict)
    created: Stamp | None = None
    creation_time: int = 0
    updated_time: int = 0
    first_name: str = ""
    location: str | None = None
    name: Stamped | None = None
    trash: Stamped | None = None
    claim: Stamped | None = None
    tags: dict[str, Stamped] = field(default_factory=dict)
    grants: dict[str, Stamped] = field(default_factory=dict)
    last_t: int = 0

    @property
    def key(self) -> str:
        """The name of its folder: its id."""
        return self.experiment_id

    @property
    def exists(self) -> bool:
        """Whether it is an experiment, not only a reserved name or a log that has not arrived."""
        return self.created is not None

    def take(self, news: News) -> set[str]:
        """Take in what one writer has written since the last reading.

        Returns
        -------
        changed : set of str
            Ids of the runs that the events say have news.
        """
        cursor = advance(self.files, news)
        for position, event in enumerate(news.events, cursor.lines):
            rule = _EXPERIMENT_RULES.get(type(event))
            if rule is not None:
                rule(self, (event.t, news.writer, position), event)
            self.last_t = max(self.last_t, event.t)
        cursor.lines += len(news.events)
        return {event.run_id for event in news.events if isinstance(event, Changed)}


def _created(experiment: ExperimentState, stamp: Stamp, event: Created) -> None:
    experiment.updated_time = max(experiment.updated_time, event.time)
    if experiment.created is None or stamp < experiment.created:
        experiment.created = stamp
        experiment.creation_time = event.time
        experiment.first_name = event.name
        experiment.location = event.location


def _claimed(experiment: ExperimentState, stamp: Stamp, event: Claimed) -> None:
    if later(experiment.claim, stamp):
        experiment.claim = Stamped(stamp, event.experiment_id)


def _granted(state: ExperimentState | AccessState, stamp: Stamp, event: Granted) -> None:
    if later(state.grants.get(event.subject), stamp):
        state.grants[event.subject] = Stamped(stamp, event.permission or None)


def _dated(rule: Callable[..., None]) -> Callable[..., None]:
    def both(experiment: ExperimentState, stamp: Stamp, event: Event) -> None:
        # Logical time is microseconds of wall time: MLflow's last_update_time needs no field of its own.
        experiment.updated_time = max(experiment.updated_time, math.floor(event.t / 1000))
        rule(experiment, stamp, event)

    return both


_EXPERIMENT_RULES: dict[type[Event], Callable[..., None]] = {
    Created: _created,
    Claimed: _claimed,
    TagSet: _tag,
    TagDeleted: _untag,
    Renamed: _dated(_renamed),
    Deleted: _dated(_deleted),
    Restored: _dated(_restored),
    Granted: _granted,
}


class AccessState(Struct):
    """Everything that the store's own grants say, and where their reading stopped."""

    files: dict[str, FileCursor] = field(default_factory=dict)
    grants: dict[str, Stamped] = field(default_factory=dict)
    last_t: int = 0

    def take(self, news: News) -> None:
        """Take in what one writer has written since the last reading."""
        cursor = advance(self.files, news)
        for position, event in enumerate(news.events, cursor.lines):
            if isinstance(event, Granted):
                _granted(self, (event.t, news.writer, position), event)
            self.last_t = max(self.last_t, event.t)
        cursor.lines += len(news.events)
