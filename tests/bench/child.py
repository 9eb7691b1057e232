"""The other end of `timing`: a process that makes one contender, and a sample whenever the parent says so."""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

__all__ = ["main"]


def main() -> None:
    """Make the contender that the command line names, and answer each line of the input.

    The first line has the options to make it with, each other one what to call the sample with.
    """
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints is no answer
    module, _, function = sys.argv[1].partition(":")

    def answer(what: str, value: Any) -> None:
        answers.write(json.dumps({what: value}) + "\n")
        answers.flush()

    try:
        options = json.loads(sys.stdin.readline())
        made = getattr(importlib.import_module(module), function)(**options)
        answer("result", None)
        for line in sys.stdin:
            answer("result", [made(json.loads(line)), _peak_mb()] if callable(made) else made)
    except ModuleNotFoundError as exc:
        answer("absent", exc.name)
    except Exception as exc:  # noqa: BLE001 (whatever a peer raises is the parent's to report)
        traceback.print_exc()
        answer("failed", f"{type(exc).__name__}: {exc}"[:2000])


def _peak_mb() -> float:
    """Give the most memory that this process has had at once."""
    try:
        # Of this program alone; what getrusage says is not less than what the parent had when it started us.
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024
    except (OSError, ValueError, IndexError):
        pass
    if sys.platform == "win32":
        return 0.0  # unknown
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


if __name__ == "__main__":
    main()
