"""What a model needs to be installed, found by loading it in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from nbflow.flavors.telling import warn_user
from nbflow.mlmodel.distributions import distributions_of, pinned

__all__ = ["requirements_of"]

_TIMEOUT_S = 120.0
_SHOWN = 400
# Finds the same modules as this process does, nbflow among them.
_PROGRAM = """
import json, sys
with open(sys.argv[1], encoding="utf-8") as file:
    sys.path[:] = json.load(file)["sys_path"]
from nbflow.flavors.imports_probe import run
run(sys.argv[1])
"""


def requirements_of(job: dict[str, Any], fallback: list[str], *, timeout_s: float = _TIMEOUT_S) -> list[str]:
    """Find what a model needs.

    Parameters
    ----------
    job
        What `imports_probe.probe` takes.
    fallback
        What it needs as far as its flavor knows; all there is when it cannot be loaded.
    timeout_s
        How long loading and predicting may take.

    Returns
    -------
    requirements : list of str
        Pinned to the versions that are installed. Whatever goes wrong is a warning, for a model that was trained for
        a day is kept anyhow.
    """
    with TemporaryDirectory(prefix="nbflow-imports-") as folder:
        path = Path(folder, "job.json")
        path.write_text(json.dumps(job | {"sys_path": sys.path}), encoding="utf-8")
        fault = _run(path, timeout_s)
        result = path.with_suffix(".found")
        if fault or not result.is_file():
            _warn(f"What the model needs could not be found by loading it: {fault}", fallback)
            return fallback
        found = json.loads(result.read_text(encoding="utf-8"))
    if found["problem"]:
        _warn(f"Loaded in a process of its own, the model does not predict for the input example: {found['problem']}")
    if found["local"]:
        listed = ", ".join(f"{name} ({place})" for name, place in sorted(found["local"].items()))
        _warn(f"The model imports modules that are not installed packages: {listed}. Name them in code_paths.")
    needed = {*distributions_of(found["modules"]), *fallback, *([pinned("jupyter-nbflow")] if found["nbflow"] else [])}
    return sorted(needed)


def _run(job: Path, timeout_s: float) -> str:
    """Let the process run; say what went wrong."""
    if not sys.executable:
        return "there is no Python to start."
    command = [sys.executable, "-c", _PROGRAM, str(job)]
    try:
        done = subprocess.run(  # noqa: S603 - this Python, with a file of ours
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout_s, check=False
        )
    except subprocess.TimeoutExpired:
        return f"it took longer than {timeout_s:.0f} seconds."
    except OSError as exc:
        return f"Python could not be started: {exc}."
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines() or ["no word"]
        return f"{last[-1][:_SHOWN]} (exit code {done.returncode})."
    return ""


def _warn(text: str, taken: list[str] | None = None) -> None:
    if taken is not None:
        text += f" requirements.txt has {', '.join(taken) or 'nothing'}: give pip_requirements if that is not all."
    warn_user(text)
