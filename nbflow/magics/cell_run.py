"""A cell that is a run: what is started before its first line, and kept and ended after its last."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nbflow.drawing.format import duration
from nbflow.drawing.text import line
from nbflow.entities import Param
from nbflow.errors import ExperimentExistsError
from nbflow.magics.figures import MAX_FIGURES, FigureCopy
from nbflow.magics.streams import StreamCopy
from nbflow.magics.telling import say, warn
from nbflow.magics.variables import log_variable
from nbflow.provenance import describe_exception
from nbflow.tracking.active import pop
from nbflow.tracking.client import Client
from nbflow.tracking.fluent.runs import start_run
from nbflow.tracking.run_calls import checked_params, checked_tags
from nbflow.widgets.live.cell import LiveCell

if TYPE_CHECKING:
    from nbflow.magics.arguments import Arguments
    from nbflow.tracking.active import ActiveRun

__all__ = ["OUTPUT_FILE", "CellRun"]

OUTPUT_FILE = "stdout.txt"

_NAME_LENGTH = 80


class CellRun:
    """A run that a cell is, from its start to its end.

    Parameters
    ----------
    shell
        The IPython shell.
    arguments
        What the cell's first line says.
    source
        The whole text of the cell, which tells whose end is the end of this run; None where it is not known.

    Raises
    ------
    NbflowError
        If the run cannot be started. Nothing is left behind then.
    """

    def __init__(self, shell: Any, arguments: Arguments, source: str | None) -> None:
        self.source = source
        self._shell = shell
        self._names = arguments.log_vars
        self._streams = StreamCopy()
        self._figures = FigureCopy(shell)
        self._run = _started(arguments)
        self._live = LiveCell(self._run, shell) if arguments.live else None
        self._streams.start()
        self._figures.start()

    def end(self, error: BaseException | None, *, shown: bool) -> None:
        """Keep what the cell left, end the run, and say so: by its display, or in one line.

        Parameters
        ----------
        error
            What ended the cell early. The run is KILLED by an interrupt, and FAILED by anything else.
        shown
            Whether the traceback was printed, and so is in the output already.
        """
        self._streams.stop()
        self._figures.stop()
        told = None if error is None else describe_exception(error)
        try:
            self._keep_variables(warn_of_missing=error is None)
            self._keep_output("" if told is None or shown else told.traceback)
            self._keep_figures()
        finally:  # an interrupt meanwhile must not leave it open
            pop(self._run)
            _attempt("end the run", lambda: self._run.end(_status(error), told))
        is_shown = self._live is not None and self._live.end()
        if not (is_shown and _is_in_notebook(self._shell)):
            _attempt("read the run", lambda: say(_summary(self._run)))

    def _keep_variables(self, *, warn_of_missing: bool) -> None:
        namespace = self._shell.user_ns
        for name in self._names:
            if name in namespace:
                self._attempt_to_log(name, namespace[name])
            elif warn_of_missing:
                warn(f"--log-vars: no variable is named {name!r} when the cell has ended.")

    def _attempt_to_log(self, name: str, value: object) -> None:
        client, run_id = self._run.client, self._run.run_id
        _attempt(f"log {name!r}", lambda: log_variable(client, run_id, name, value))

    def _keep_output(self, traceback: str) -> None:
        text = self._streams.text() + traceback
        if text:
            data = text.encode("utf-8", "backslashreplace")
            _attempt("keep the output", lambda: self._run.client.log_bytes(self._run.run_id, data, OUTPUT_FILE))

    def _keep_figures(self) -> None:
        for name, data in self._figures.files().items():
            self._attempt_to_keep(f"figures/{name}", data)
        if self._figures.n_left_out:
            warn(f"{self._figures.n_left_out} figures beyond {MAX_FIGURES:,} bytes are not kept.")

    def _attempt_to_keep(self, path: str, data: bytes) -> None:
        _attempt(f"keep {path}", lambda: self._run.client.log_bytes(self._run.run_id, data, path))


def _is_in_notebook(shell: Any) -> bool:
    """Tell whether the cell is one of a notebook's: a console, which also talks to a kernel, draws nothing."""
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    return bool(parent.get("metadata", {}).get("cellId"))


def _started(arguments: Arguments) -> ActiveRun:
    # All that can be wrong with the arguments shows before there is a run.
    params = [Param(key, value) for key, value in checked_params(arguments.params).items()]
    tags = checked_tags(arguments.tags)
    experiment_id = None if arguments.experiment is None else _experiment_id(arguments.experiment)
    run = start_run(run_name=arguments.name, experiment_id=experiment_id, nested=arguments.nested, tags=tags)
    try:
        if params:
            run.client.log_batch(run.run_id, params=params)
    except BaseException:
        run.__exit__(*sys.exc_info())
        raise
    return run


def _experiment_id(name: str) -> str:
    """Find an experiment by name, or make it; unlike `set_experiment`, for this run only."""
    client = Client()
    experiment = client.get_experiment_by_name(name)
    if experiment is not None and experiment.lifecycle_stage == "active":
        return experiment.experiment_id
    try:
        return client.create_experiment(name)
    except ExperimentExistsError as exc:  # somebody was quicker
        return exc.experiment_id


def _status(error: BaseException | None) -> str:
    if error is None:
        return "FINISHED"
    # A cell that awaits is not interrupted but cancelled.
    return "KILLED" if isinstance(error, KeyboardInterrupt | asyncio.CancelledError) else "FAILED"


def _summary(run: ActiveRun) -> str:
    record = run.record
    took = duration(record.duration_ms)
    return f"Run {line(record.name, _NAME_LENGTH)} {record.status.lower()} after {took} ({run.run_id})"


def _attempt(what: str, act: Callable[[], object]) -> None:
    try:
        act()
    except Exception as exc:  # noqa: BLE001 (the cell has ended, a value's own code runs, and all else must be kept)
        warn(f"%%nbflow run could not {what}: {exc}")
