"""Open a notebook in JupyterLab, on this machine's own address only. `make lab` calls this."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def main(notebook: Path) -> int:
    """Run JupyterLab in the notebook's folder until it is stopped.

    Parameters
    ----------
    notebook
        What it opens.

    Returns
    -------
    status : int
        JupyterLab's own.
    """
    command = [sys.executable, "-m", "jupyterlab", "--ServerApp.ip=127.0.0.1", notebook.name]
    # Jupyter refuses to run as root unless told; in a container there is often nobody else.
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    process = subprocess.Popen(command, cwd=notebook.parent)  # noqa: S603 - our own command
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue  # JupyterLab had it too, and asks whether it is meant


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
