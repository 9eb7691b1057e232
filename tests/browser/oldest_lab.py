"""An environment with the oldest JupyterLab that nbflow says it works with, made once."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

__all__ = ["OLDEST", "python_of_oldest"]

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "build" / "oldest-lab"
OLDEST = "4.2"  # as the extra `lab` in pyproject.toml has it
REQUIREMENTS = (f"jupyterlab=={OLDEST}.*", "notebook==7.2.*", "ipykernel")
PATIENCE_S = 1_200
BIN = "Scripts" if sys.platform == "win32" else "bin"


def python_of_oldest() -> Path:
    """Give its Python, with nbflow installed from this tree; the test is skipped where it cannot be made.

    It is made anew where what nbflow needs is no longer what it was made with.
    """
    python = FOLDER / BIN / ("python.exe" if sys.platform == "win32" else "python")
    stamp, wanted = FOLDER / ".made", _sum()
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    shutil.rmtree(FOLDER, ignore_errors=True)
    venv.create(FOLDER, with_pip=True)
    ran = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", *REQUIREMENTS, "--editable", ROOT],
        env=os.environ | {"NBFLOW_JS": "skip"},  # the page's part is built already
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    if ran.returncode != 0:
        pytest.skip(f"JupyterLab {OLDEST} cannot be installed: {ran.stderr.strip().rpartition(chr(10))[2]}")
    stamp.write_text(wanted, encoding="utf-8")
    return python


def _sum() -> str:
    text = "\n".join([*REQUIREMENTS, sys.version, (ROOT / "pyproject.toml").read_text(encoding="utf-8")])
    return hashlib.sha256(text.encode()).hexdigest()
