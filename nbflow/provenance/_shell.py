"""The IPython shell this code runs in, found without importing IPython."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["ipython_shell"]


def ipython_shell() -> Any | None:
    """Find the running IPython shell.

    Returns
    -------
    shell : InteractiveShell or None
        None outside IPython. Code that runs in a shell has IPython loaded, so a process that has not is outside.
    """
    # getattr: while another thread is still importing IPython, the module is there and the function is not yet.
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    return None if get_ipython is None else get_ipython()
