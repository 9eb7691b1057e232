"""One run's log: its state as far as it was read, and the rules for what may be added to it."""

from __future__ import annotations

import functools
import threading
import time
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from msgspec.structs import replace

from nbflow.errors import (
    ParamAlreadySetError,
    RunBusyError,
    RunDeletedError,
    RunNotFoundError,
    TagNotFoundError,
    UnsupportedValueError,
)
from nbflow.store.entity import experiment_id_of
from nbflow.store.events import (
    RUNNING,
    Deleted,
    Ended,
    Event,
    Input,
    ModelLogged,
    Moved,
    ParamSet,
    Renamed,
    Restored,
    Resumed,
    Started,
    TagDeleted,
    TagSet,
    decode_lines,
    encode,
)
from nbflow.store.fold import RunState
from nbflow.store.forks import forkable
from nbflow.store.liveness import Liveness, Origin, heartbeat, last_sign, liveness_of, this_process
from nbflow.store.reader import LogShrankError
from nbflow.store.writer import LogWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from nbflow.config import Settings
    from nbflow.entities import DatasetInput, ModelOutput, RunError
    from nbflow.store.clock import LogicalClock
    from nbflow.store.reader import StoreReader

__all__ = ["RUNNING", "RunLog"]

RUN_NAME_TAG = "mlflow.runName"


_P = ParamSpec("_P")
_R = TypeVar("_R")


def _one_at_a_time(method: Callable[Concatenate[RunLog, _P], _R]) -> Callable[Concatenate[RunLog, _P], _R]:
    """Keep other threads out of the log between a look at the state and what is written because of it."""

    @functools.wraps(method)
    def inner(self: RunLog, /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        with self._lock:
            return method(self, *args, **kwargs)

    return inner


class RunLog:
    """One run of a store, for reading and writing.

    Parameters
    ----------
    home
        The experiment whose folder holds the run.
    run_id
        The run.
    folder
        The run's folder.
    reader, clock, settings
        The store's.
    announce
        Called after a write that nobody would look for: to a run that this process does not run.
    in_trash
        Tells whether an experiment is in the trash, and with it its runs: by a look at its log, or as far as known.
    """

    def __init__(
        self,
        home: str,
        run_id: str,
        folder: Path,
        *,
        reader: StoreReader,
        clock: LogicalClock,
        settings: Settings,
        announce: Callable[[str, str], None],
        in_trash: Callable[[str, bool], bool],
    ) -> None:
        self.home = home
        self.run_id = run_id
        self.folder = folder
        self.state = RunState(run_id, home)
        self._reader = reader
        self._clock = clock
        self._settings = settings
        self._announce = announce
        self._in_trash = in_trash
        self._lock = threading.RLock()
        self._writer = LogWriter(folder, this_process().host, clock, self.points)
        self.runs_here = False
        """Whether this process runs the run: it started it, or took it up, and has not ended it."""
        self._unsynced: list[Callable[[], None]] = []
        forkable.add(self)

    # Reading

    def refresh(self, *, own_points: bool = True) -> RunState:
        """Read what is new in the log.

        Parameters
        ----------
        own_points
            Whether the points that this process wrote are wanted: without them none of its files need be read.

        Raises
        ------
        RunNotFoundError
            If the run has no log that says it was started.
        """
        with self._lock:
            try:
                self._take_news(own_points=own_points)
            except LogShrankError:
                self._writer.begin_anew()  # its file may be what is gone
                self.state = RunState(self.run_id, self.home)
                self._take_news(own_points=own_points)
            if not self.state.exists:
                raise RunNotFoundError(self.run_id)
            return self.state

    def _take_news(self, *, own_points: bool = True) -> None:
        known = ""
        own = self._writer.own_news(self.state.files)
        if own is not None:
            self.state.take(own)
            known = "" if own_points else own.writer
        for news in self._reader.run_news(self.home, self.run_id, self.state.files, known):
            self.state.take(news)
        self._clock.observe(self.state.last_t)

    # Its life

    def start(self, *, experiment_id: str, name: str, user: str, time_ms: int, tags: Mapping[str, str]) -> None:
        """Write the run's first events: started, and its tags.

        Raises
        ------
        StoreWriteError
            If the disk refuses.
        """
        me = this_process()
        tick = self._clock.tick
        events: list[Event] = [
            Started(tick(), self.run_id, experiment_id, name, user, time_ms, me.host, me.boot, me.pid)
        ]
        events += [TagSet(tick(), key, value) for key, value in tags.items()]
        self._writer.append(events)
        self._run_here()

    @_one_at_a_time
    def resume(self, status: str = "RUNNING") -> None:
        """Take the run up again in this process.

        Raises
        ------
        RunDeletedError
            If it is in the trash.
        RunBusyError
            If another process runs it.
        StoreWriteError
            If the disk refuses.
        """
        state = self._writable()
        me = this_process()
        phase, runner = state.phase, state.runner
        if phase is not None and runner is not None and phase.status in RUNNING:
            elsewhere = (runner.host, runner.boot, runner.pid) != (me.host, me.boot, me.pid)
            if elsewhere and self.liveness() == "alive":
                raise RunBusyError(self.run_id, f"process {runner.pid} on {runner.host or 'another machine'}")
        self._write([Resumed(self._clock.tick(), int(time.time() * 1000), me.host, me.boot, me.pid, status)])
        self._run_here()

    @_one_at_a_time
    def end(self, status: str, time_ms: int | None, error: RunError | None = None) -> None:
        """Write the run's end, and bring its log to the disk.

        Raises
        ------
        RunDeletedError
            If it does not run here, and is in the trash.
        StoreWriteError
            If the disk refuses.
        """
        if not self.runs_here:
            self._writable()
        self._writer.append([Ended(self._clock.tick(), status, time_ms, self._writer.n_points, error)])
        while self._unsynced:
            self._unsynced.pop()()
        self._writer.sync()
        self._tell()
        if status not in RUNNING:
            heartbeat.remove(self._writer)
            self._run_elsewhere()
            self._writer.close()  # with it the short way of `point`

    def liveness(self) -> Liveness:
        """Judge whether the process that runs the run is there: alive, gone or silent."""
        runner = self.state.runner
        if runner is None:
            return "silent"
        return liveness_of(
            Origin(runner.host, runner.boot, runner.pid),
            runner.since,
            last_sign(self.folder, runner.stamp[1]),
            self._settings.silent_s,
        )

    @_one_at_a_time
    def delete(self) -> None:
        """Put the run into the trash; nothing happens to one that is there."""
        if not self.refresh(own_points=False).deleted:
            self._write([Deleted(self._clock.tick(), int(time.time() * 1000))])
            self.ask_first()

    @_one_at_a_time
    def restore(self) -> None:
        """Take the run out of the trash; nothing happens to one that is not there."""
        if self.refresh(own_points=False).deleted:
            self._write([Restored(self._clock.tick(), int(time.time() * 1000))])

    @_one_at_a_time
    def move(self, experiment_id: str) -> None:
        """Make the run another experiment's. Its files stay where they are."""
        self._writable()
        self._write([Moved(self._clock.tick(), experiment_id)])

    # What is logged

    @_one_at_a_time
    def log(self, params: Mapping[str, str], tags: Mapping[str, str]) -> None:
        """Log params and tags, all of them or none.

        Raises
        ------
        ParamAlreadySetError
            If a param has another value already.
        RunDeletedError
            If the run is in the trash.
        StoreWriteError
            If the disk refuses.
        """
        state = self._writable()
        tick = self._clock.tick
        events: list[Event] = []
        for key, value in params.items():
            old = state.params.get(key)
            if old is None:
                events.append(ParamSet(tick(), key, value))
            elif old.value != value:
                raise ParamAlreadySetError(self.run_id, key, str(old.value), value)
        for key, value in tags.items():
            events.append(TagSet(tick(), key, value))
            if key == RUN_NAME_TAG:
                events.append(Renamed(tick(), value))
        if events:
            self._write(events)

    @property
    def point(self) -> Callable[[str, float, int, int], None]:
        """Log one point (key, value, step, time in ms), at once while the run runs here, else as `points` does."""
        return self._writer.point

    def points(self, rows: Iterable[tuple[str, float, int, int]]) -> None:
        """Log points (key, value, step, time in ms) in one write.

        Raises
        ------
        InvalidInputError
            If a key cannot be a name, or a step does not fit into 64 bits.
        RunDeletedError
            If the run is in the trash.
        StoreWriteError
            If the disk refuses.
        """
        if not self._writer.fast:
            self._writable()
            self._writer.fast = self.runs_here
        self._writer.points(rows)
        self._tell()

    @_one_at_a_time
    def delete_tag(self, key: str) -> None:
        """Take a tag away.

        Raises
        ------
        TagNotFoundError
            If it is not set.
        """
        old = self._writable().tags.get(key)
        if old is None or old.value is None:
            raise TagNotFoundError(key, f"run {self.run_id}")
        self._write([TagDeleted(self._clock.tick(), key)])

    @_one_at_a_time
    def log_inputs(self, inputs: Iterable[DatasetInput]) -> None:
        """Log the data sets that the run reads; one that is there already is not logged again.

        Raises
        ------
        UnsupportedValueError
            If a field is no text that a file can hold.
        """
        state = self._writable()
        events: list[Event] = []
        for used in inputs:
            data = used.dataset
            identity = f"{data.name}\0{data.digest}"
            if identity not in state.inputs:
                event = Input(
                    self._clock.tick(),
                    data.name,
                    data.digest,
                    data.source_type,
                    data.source,
                    data.schema,
                    data.profile,
                    {tag.key: tag.value for tag in used.tags},
                )
                if not _can_be_read(event):
                    raise UnsupportedValueError("datasets", used, "its fields are texts that a file can hold.")
                events.append(event)
        if events:
            self._write(events)

    @_one_at_a_time
    def log_model(self, model: ModelOutput) -> ModelOutput:
        """Log a model whose files are in the run's artifacts; one logged there before is then not the run's any more.

        Parameters
        ----------
        model
            The model; a `timestamp` of 0 is now.

        Returns
        -------
        model : ModelOutput
            The same, with its time.

        Raises
        ------
        RunDeletedError
            If the run is in the trash.
        UnsupportedValueError
            If a field is no text that a file can hold.
        """
        self._writable()
        event = ModelLogged(
            self._clock.tick(),
            model.path,
            model.model_uuid,
            model.flavors,
            model.step,
            model.timestamp or int(time.time() * 1000),
            model.files,
            model.size_bytes,
        )
        if not _can_be_read(event):
            raise UnsupportedValueError("the model", model, "its fields are texts that a file can hold.")
        self._write([event])
        return replace(model, timestamp=event.time)

    def sync_at_end(self, sync: Callable[[], None]) -> None:
        """Have something else of the run brought to the disk before its end is acknowledged; at once when it ended."""
        if self.runs_here:
            self._unsynced.append(sync)
        else:
            sync()

    def close(self) -> None:
        """Close the files; a later write opens them again."""
        self._writer.close()

    def ask_first(self) -> None:
        """Have the next point asked whether it may be written: the run, or its experiment, may be in the trash."""
        self._writer.fast = False
        self._writer.close()

    def forget(self) -> None:
        """After a fork: the run is the parent's, this process only logs to it."""
        self._lock = threading.RLock()
        self._run_elsewhere()

    def _run_here(self) -> None:
        self.runs_here = self._writer.fast = True
        heartbeat.add(self._writer, self._settings.heartbeat_s)

    def _run_elsewhere(self) -> None:
        self.runs_here = self._writer.fast = False

    def _writable(self) -> RunState:
        state = self.refresh(own_points=False)
        # Whoever runs a run need not look into its experiment's log each time: what this process does there it knows.
        if state.deleted or self._in_trash(experiment_id_of(state), not self.runs_here):
            raise RunDeletedError(self.run_id)
        return state

    def _write(self, events: list[Event]) -> None:
        self._writer.append(events)
        self._tell()

    def _tell(self) -> None:
        if not self.runs_here:
            self._writer.close()  # 256 logs at hand must not be 512 open files: macOS allows 256
            self._announce(self.home, self.run_id)


def _can_be_read(event: Event) -> bool:
    """Tell whether what was written of an event could be read again: a record's fields may hold anything."""
    try:
        return decode_lines(encode(event), of_run=True) == ([event], 0)
    except (UnicodeEncodeError, TypeError):
        return False
