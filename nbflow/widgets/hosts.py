"""In what a display is shown: a kernel, a terminal, a script; and whether it draws by our renderer or as any widget."""

from __future__ import annotations

import os
import sys

from nbflow.provenance import ipython_shell

__all__ = ["in_kernel", "in_terminal", "wants_widget_view"]


def in_kernel() -> bool:
    """Tell whether this process is a Jupyter kernel: only there can a widget be live."""
    shell = ipython_shell()
    return getattr(shell, "kernel", None) is not None


def in_terminal() -> bool:
    """Tell whether displays are printed: IPython in a terminal."""
    shell = ipython_shell()
    return shell is not None and getattr(shell, "kernel", None) is None


def wants_widget_view() -> bool:
    """Tell whether displays also name their widget the standard way, as `application/vnd.jupyter.widget-view+json`.

    Hosts without our renderer need it: VS Code and Colab. Elsewhere it does harm: where the kernel is gone, readers
    prefer it to the saved table, and say "model not found". `NBFLOW_WIDGET_VIEW` (1 or 0) decides, where it is set.
    """
    said = os.environ.get("NBFLOW_WIDGET_VIEW", "").strip()
    if said:
        return said not in ("0", "false", "no")
    if "google.colab" in sys.modules or "COLAB_RELEASE_TAG" in os.environ:
        return True
    if "__vsc_ipynb_file__" in getattr(ipython_shell(), "user_ns", {}):
        return True
    # A server that was started in VS Code's terminal hands its variables on; JPY_SESSION_NAME is that server's own.
    return "VSCODE_PID" in os.environ and "JPY_SESSION_NAME" not in os.environ
