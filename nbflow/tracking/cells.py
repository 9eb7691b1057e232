"""Which cell of a notebook is running, so that one that is run again ends the run it left open."""

from __future__ import annotations

import warnings
from typing import NamedTuple

from nbflow.errors import NbflowError, shown
from nbflow.provenance import ipython_shell
from nbflow.tracking.active import pop, stack

__all__ = ["Cell", "current_cell", "end_left_open"]


class Cell(NamedTuple):
    """A cell, and which of its executions.

    Parameters
    ----------
    key
        Its id in the notebook; its source where the front end does not tell the id.
    execution
        Differs from one execution to the next.
    """

    key: str
    execution: str


def current_cell() -> Cell | None:
    """Give the running cell; None outside of a notebook."""
    shell = ipython_shell()
    if shell is None:
        return None
    request = (shell.get_parent() if hasattr(shell, "get_parent") else None) or {}
    if "msg_id" not in request.get("header", {}):  # a terminal
        history = shell.user_ns.get("_ih") or [""]
        return Cell(str(history[-1]), str(shell.execution_count))
    key = request.get("metadata", {}).get("cellId") or request.get("content", {}).get("code")
    return Cell(str(key), str(request["header"]["msg_id"]))


def end_left_open() -> None:
    """End, as KILLED, the runs that earlier executions of the running cell left open, and say so."""
    cell = current_cell()
    for run in reversed(stack.get()):
        # What this very execution started is in use: a second run beside it is a mistake that must be told.
        if cell is None or run.cell is None or run.cell.key != cell.key or run.cell.execution == cell.execution:
            return
        pop(run)
        try:
            name = run.name
            run.client.set_tag(run.run_id, "nbflow.ended.because", "its cell was run again")
            run.end("KILLED")
        except NbflowError as failure:  # it was deleted meanwhile, or the disk refuses: no reason not to start anew
            warnings.warn(f"Run {run.run_id} could not be ended: {failure}", RuntimeWarning, stacklevel=4)
            continue
        print(f"Run {shown(name)} ({run.run_id}) was left open by this cell, and is ended as KILLED.")  # noqa: T201
