"""Which cell of a notebook asked for what runs now, and in which kernel: ids that a front end can find them by.

JupyterLab, Notebook and VS Code send a cell's id along with its code, in the metadata of the request. A kernel that a
Jupyter server started has its id in the name of its connection file. Others tell neither.
"""

from __future__ import annotations

import re
from typing import Any

from nbflow.provenance._shell import ipython_shell

__all__ = ["cell_id", "kernel_id"]

_CELL = re.compile(r"[A-Za-z0-9_-]{1,64}")  # what nbformat lets an id be
_FILE = re.compile(r"kernel-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.json")  # others are named by a process


def cell_id() -> str | None:
    """Find the id of the cell that is executed.

    Returns
    -------
    cell_id : str or None
        As the notebook's file has it; None outside a kernel, and where the front end does not tell.
    """
    asked = getattr(_kernel(), "get_parent", None)
    if asked is None:
        return None
    try:
        found = asked("shell")["metadata"]["cellId"]
    except Exception:  # noqa: BLE001 - a door: kernels are many, and a run begins whatever this one answers
        return None
    return found if isinstance(found, str) and _CELL.fullmatch(found) else None


def kernel_id() -> str | None:
    """Find the id that the Jupyter server which started this kernel knows it by.

    Returns
    -------
    kernel_id : str or None
        None outside a kernel, and in one that no server started.
    """
    # Written with either slash, whatever the system: the name is what counts.
    file = getattr(getattr(_kernel(), "parent", None), "connection_file", None)
    found = _FILE.fullmatch(re.split(r"[/\\]", file)[-1]) if isinstance(file, str) else None
    return None if found is None else found[1]


def _kernel() -> Any:
    return getattr(ipython_shell(), "kernel", None)
