"""The active run: what the fluent functions log to.

A stack in a `ContextVar`, so that runs in threads and asyncio tasks do not mix. In a notebook each cell must find what
the cell before it left; a cell with a top-level `await` runs in a task of its own, whose context ends with it, so the
stack is carried over from cell to cell (`_Cells`).
"""

from __future__ import annotations

import atexit
import sys
import threading
import warnings
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Self

from nbflow import display
from nbflow.errors import NbflowError
from nbflow.provenance import ipython_shell
from nbflow.store.forks import forkable

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from nbflow.entities import Run, RunData, RunError, RunInfo, RunInputs
    from nbflow.provenance import SystemMonitor
    from nbflow.store.runlog import RunLog
    from nbflow.tracking.cells import Cell
    from nbflow.tracking.client import Client

__all__ = [
    "ActiveRun",
    "active_run",
    "current_point",
    "end_all",
    "last_active_run_id",
    "pop",
    "push",
    "stack",
    "started",
]

stack: ContextVar[tuple[ActiveRun, ...]] = ContextVar("nbflow_active_runs", default=())
current_point: ContextVar[Callable[[str, float, int, int], None] | None] = ContextVar("nbflow_point", default=None)
"""The active run's `log.point`: what `log_metric` needs, in one look."""

started: list[Callable[[ActiveRun], object]] = []
"""Who hears of each run that becomes the active one: called in the thread that starts it, and must not raise."""

_last: ContextVar[str | None] = ContextVar("nbflow_last_run", default=None)


class ActiveRun:
    """A run that this process runs: a `Run` that can be used in a `with` block.

    Leaving the block ends the run, FINISHED, or FAILED with the traceback when an exception leaves it; the exception
    goes on. `info`, `data` and `inputs` are read afresh each time.
    """

    def __init__(self, client: Client, log: RunLog) -> None:
        self.client = client
        self.log = log
        self.run_id = log.run_id
        self.ended = False
        self.monitor: SystemMonitor | None = None
        self.cell: Cell | None = None
        """Which cell of a notebook started the run, for the one that is run again."""

    @property
    def record(self) -> Run:
        """The run as it is now."""
        return self.client.get_run(self.run_id)

    @property
    def info(self) -> RunInfo:
        """Its id, name, experiment, status and times."""
        return self.record.info

    @property
    def data(self) -> RunData:
        """Its metrics, params and tags."""
        return self.record.data

    @property
    def inputs(self) -> RunInputs:
        """The data sets that it reads."""
        return self.record.inputs

    @property
    def error(self) -> RunError | None:
        """The exception that ended it."""
        return self.record.error

    @property
    def name(self) -> str:
        """Its name."""
        return self.record.name

    @property
    def status(self) -> str:
        """RUNNING, or how it ended."""
        return self.record.status

    @property
    def metrics(self) -> dict[str, float]:
        """The latest value of each metric."""
        return self.record.metrics

    @property
    def params(self) -> dict[str, str]:
        """Its params, as text."""
        return self.record.params

    @property
    def tags(self) -> dict[str, str]:
        """Its tags."""
        return self.record.tags

    def end(self, status: str = "FINISHED", error: RunError | None = None) -> None:
        """End the run, once; what was logged to it is on the disk when this returns.

        Parameters
        ----------
        status
            FINISHED, FAILED or KILLED.
        error
            The exception that ended it.

        Raises
        ------
        InvalidInputError
            If there is no such status.
        StoreWriteError
            If the disk refuses.
        """
        if self.ended:
            return
        if self.monitor is not None:
            self.monitor.stop()
        self.client._end(self.log, status, error=error)  # noqa: SLF001 (the same subsystem)
        self.ended = True
        _running.discard(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        pop(self)
        if exc is None:
            self.end()
            return
        from nbflow.provenance import describe_exception

        try:
            self.end("KILLED" if isinstance(exc, KeyboardInterrupt) else "FAILED", describe_exception(exc))
        except NbflowError as failure:
            # The exception on its way out is the news; a disk that refuses must not hide it.
            warnings.warn(f"Run {self.run_id} could not be ended: {failure}", RuntimeWarning, stacklevel=2)

    def __repr__(self) -> str:
        return f"<ActiveRun {self.run_id} {'ended' if self.ended else 'running'}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return display.bundle(self.record)


_running: set[ActiveRun] = set()


def _set(runs: tuple[ActiveRun, ...]) -> None:
    stack.set(runs)
    current_point.set(runs[-1].log.point if runs else None)


def push(run: ActiveRun) -> None:
    """Make a run the active one."""
    _carry_over_cells()
    _set((*stack.get(), run))
    _last.set(run.run_id)
    _running.add(run)
    _cells.keep()
    for hear in tuple(started):
        hear(run)


def pop(run: ActiveRun | None = None) -> ActiveRun | None:
    """Take the active run, or the one given, off the stack.

    Parameters
    ----------
    run
        The run; None is the active one.

    Returns
    -------
    run : ActiveRun or None
        What was taken; None where there was nothing.
    """
    runs = stack.get()
    if run is None:
        if not runs:
            return None
        run = runs[-1]
    _set(tuple(each for each in runs if each is not run))
    _cells.drop(run)
    if run in runs:  # not one that was taken off before
        _last.set(run.run_id)
        _cells.keep()
    return run


def active_run() -> ActiveRun | None:
    """Give the active run; None when there is none."""
    runs = stack.get()
    return runs[-1] if runs else None


def last_active_run_id() -> str | None:
    """Give the id of the run that is active in this context, else of the one that was last; None without any."""
    runs = stack.get()
    return runs[-1].run_id if runs else _last.get()


def end_all(status: str = "FINISHED") -> None:
    """End every run that is still open, the innermost first: what happens when the process ends."""
    for run in sorted(_running, key=lambda each: each.run_id, reverse=True):
        try:
            run.end(status)
        except (NbflowError, OSError) as failure:
            warnings.warn(f"Run {run.run_id} could not be ended: {failure}", RuntimeWarning, stacklevel=2)
        _cells.drop(run)
    _set(())


class _Fork:
    """After a fork: the runs are the parent's to end."""

    def forget(self) -> None:
        _running.clear()


_fork = _Fork()
forkable.add(_fork)
atexit.register(end_all)


class _Cells(threading.local):
    """What the cells of a notebook leave to the next one: of each thread, since a kernel's subshells have their own.

    Kept as runs come and go, not when a cell has ended: by then the context that a top-level `await` ran in is gone.
    """

    left: tuple[ActiveRun, ...] = ()
    last: str | None = None
    task: object = None  # in which the running cell's own code runs; what it starts beside is not the cell's

    def before(self, *_info: object) -> None:
        self.task = _current_task()
        self.left = tuple(run for run in self.left if not run.ended)
        _set(self.left)
        _last.set(self.last)

    def keep(self) -> None:
        if _current_task() is self.task:
            self.left, self.last = stack.get(), _last.get()

    def drop(self, run: ActiveRun) -> None:
        self.left = tuple(each for each in self.left if each is not run)


_cells = _Cells()


def _carry_over_cells() -> None:
    events = getattr(ipython_shell(), "events", None)
    if events is None or _cells.before in events.callbacks["pre_run_cell"]:
        return
    events.register("pre_run_cell", _cells.before)
    _cells.task = _current_task()


def _current_task() -> object:
    current_task = getattr(sys.modules.get("asyncio"), "current_task", None)
    try:
        return None if current_task is None else current_task()
    except RuntimeError:  # no loop runs here
        return None


# As early as can be: the cell that imports nbflow is known to be running its own code now.
_carry_over_cells()
