"""The lines around a table of runs: what its marks mean and what it leaves out (pure). The same in HTML and text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow.drawing.format import count
from nbflow.drawing.html import cut, visible

if TYPE_CHECKING:
    from nbflow.drawing.overview import Overview

__all__ = [
    "ARROWS",
    "FIRST_RUN",
    "GROUPS",
    "HEAD_LENGTH",
    "NO_RUNS",
    "SAID_LENGTH",
    "STAR",
    "VALUE_LENGTH",
    "WORDS",
    "left_out",
    "legend",
    "same_in_all",
    "states",
]

HEAD_LENGTH = 28
VALUE_LENGTH = 40
SAID_LENGTH = 300
STAR = "★"
ARROWS = {"max": "↑", "min": "↓"}
WORDS = {"max": "highest", "min": "lowest"}
GROUPS = {"params": "params", "metrics": "metrics", "other": "columns"}
NO_RUNS = "None match, none are selected, or none were logged yet. Loosen the filter, or log one:"
FIRST_RUN = 'with nbflow.start_run():\n    nbflow.log_metric("accuracy", 0.93)'

_SAME_LENGTH = 300


def states(seen: Overview) -> str:
    """Say how many runs are in which state: `10 finished, 1 failed`."""
    return ", ".join(f"{n:,} {cut(visible(status), HEAD_LENGTH).lower()}" for status, n in seen.statuses.items())


def legend(seen: Overview) -> str | None:
    """Say what the marks of a table mean, if it has any."""
    modes = {column.mode for column in seen.columns}
    meanings = [f"{ARROWS[mode]} {word}" for mode, word in WORDS.items() if mode in modes]
    return f"{STAR} best value: {', '.join(meanings)}" if meanings else None


def same_in_all(seen: Overview) -> tuple[list[tuple[str, str]], int]:
    """Get the params and metrics that are the same in all runs, as many as fit a line, and how many more there are."""
    first: list[tuple[str, str]] = []
    length = 0
    for name, value in seen.same:
        length += min(len(name), HEAD_LENGTH) + min(len(value), VALUE_LENGTH)
        if length > _SAME_LENGTH:
            break
        first.append((name, value))
    return first, len(seen.same) - len(first)


def left_out(seen: Overview) -> list[str]:
    """Say which rows and columns of the frame are not shown, and how to see them."""
    lines = []
    if len(seen.rows) < seen.n_runs:
        rows = f"{len(seen.rows)} of {count(seen.n_runs, 'run')} shown"
        lines.append(f"{rows}; filter, sort or slice the frame to see others.")
    parts = []
    for kind, total in seen.n_columns.items():
        n_shown = sum(column.kind == kind for column in seen.columns)
        if n_shown < total:
            parts.append(f"{n_shown} of {total:,} {GROUPS[kind]}")
    if parts:
        differ = " that differ" if seen.n_runs > 1 else ""
        lines.append(f"{' and '.join(parts)}{differ} shown; all are columns of the frame.")
    return lines
