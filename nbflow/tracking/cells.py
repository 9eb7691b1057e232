"""Which cell of a notebook is running, so that one that is run again ends the run it left open."""

from __future__ import annotations

import sys
from typing import Any

from nbflow.tracking.active import pop, stack

__all__ = ["current_cell", "end_left_open"]


def current_cell() -> str | None:
    """Give what tells the running cell apart: its id in the notebook, else its source; None outside of a notebook."""
    ipython = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython is not None else None
    if shell is None:
        return None
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    cell_id = (parent or {}).get("metadata", {}).get("cellId")
    if cell_id:
        return str(cell_id)
    history = shell.user_ns.get("_ih") or [""]
    return str(history[-1])


def end_left_open() -> None:
    """End, as KILLED, the runs that earlier executions of this cell left open, and say so."""
    cell = current_cell()
    if cell is None:
        return
    for run in reversed(stack.get()):
        if run.cell != cell:
            return
        pop(run)
        run.client.set_tag(run.run_id, "nbflow.ended.because", "its cell was run again")
        run.end("KILLED")
        print(f"Run {run.name} ({run.run_id[:8]}…) was left open by this cell and is ended as KILLED.")  # noqa: T201
