"""Which notebook this kernel runs: told by what front ends leave in the kernel, without asking a server.

A kernel does not know its notebook. What can be found in it:

- VS Code puts `__vsc_ipynb_file__` into the user's namespace: an absolute path.
- papermill, told to inject paths, puts `PAPERMILL_INPUT_PATH` there: as given to papermill, maybe a URL.
- `IPYNB_FILE` in the environment: set by whoever starts the kernel.
- `JPY_SESSION_NAME` in the environment, set by jupyter_server. It holds the folder of the notebook joined with the
  session's name when the client sent a name (JupyterLab and Notebook do: the file's name), else the session's path,
  relative to the server's root. A console's session is named `Console 1`, or has a path ending in a uuid: no notebook.

A notebook renamed since its kernel started keeps its old path here.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from nbflow.provenance._shell import ipython_shell

__all__ = ["in_notebook", "notebook_path"]

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]+://")  # two letters at least: C:// is a drive


def in_notebook() -> bool:
    """Say whether this code runs in a Jupyter kernel (and not in a script or a terminal, IPython's included)."""
    shell = ipython_shell()
    return shell is not None and getattr(shell, "kernel", None) is not None


def notebook_path() -> str | None:
    """Find the notebook this kernel runs.

    Returns
    -------
    path : str or None
        An absolute path, or a URL where papermill read one; None outside a kernel, in a console, and where no front end
        tells. The file may not be reachable from here: a kernel can run on another machine than its server.
    """
    shell = ipython_shell()
    if shell is None or getattr(shell, "kernel", None) is None:
        return None
    names = getattr(shell, "user_ns", {})
    for told in (names.get("__vsc_ipynb_file__"), names.get("PAPERMILL_INPUT_PATH"), os.environ.get("IPYNB_FILE")):
        if isinstance(told, str) and told.strip():
            return told if _URL.match(told) else str(_start_folder(names) / told)
    session = os.environ.get("JPY_SESSION_NAME")
    if not session or _of_the_launcher("JPY_SESSION_NAME", session):
        return None
    # Relative to the server's root, which is not known here; but the kernel starts in the notebook's folder.
    path = str(Path(session) if Path(session).is_absolute() else _start_folder(names) / Path(session).name)
    # Text notebooks (jupytext) have any suffix; what tells a console's name apart is that there is no such file.
    # os.path, because pathlib raises where a folder may not be read.
    return path if path.lower().endswith(".ipynb") or os.path.isfile(path) else None  # noqa: PTH113


def _start_folder(names: dict[str, Any]) -> Path:
    """Find the folder the kernel started in, which `os.chdir` in a cell does not change."""
    visited = names.get("_dh")  # IPython's directory history
    return Path(str(visited[0])) if isinstance(visited, list) and visited else Path()


def _of_the_launcher(variable: str, value: str) -> bool:
    """Say whether the process that launched this kernel already had this value.

    A notebook that executes another one (nbclient, papermill) hands its own environment down: the name is then that of
    the outer notebook. Answered where the kernel can read it cheaply (Linux); elsewhere the answer is no.
    """
    pid = os.environ.get("JPY_PARENT_PID", "")
    if not pid.isdecimal():
        return False
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False
    return os.fsencode(f"{variable}={value}") in environment.split(b"\0")
