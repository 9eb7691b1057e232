"""A metric's whole history as arrays, straight from the `.metrics` files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from nbflow.store import points
from nbflow.store.events import Key, Started, decode_lines
from nbflow.store.layout import LOG
from nbflow.store.reader import read_from

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["History", "read_history"]

_COLUMNS = ("step", "time", "value")


class History(Struct, frozen=True):
    """A metric's history, ordered by (timestamp, step, value).

    Parameters
    ----------
    key
        The metric.
    step
        Steps, int64, shape (n_points,).
    timestamp
        Milliseconds since the epoch, int64, shape (n_points,).
    value
        Values as they were logged, float64, shape (n_points,); NaN and infinity among them.
    """

    key: str
    step: Any
    timestamp: Any
    value: Any

    def __len__(self) -> int:
        return len(self.value)


def read_history(folder: Path, key: str) -> History | None:
    """Read the history of one metric, without folding all the others.

    Parameters
    ----------
    folder
        The run's folder.
    key
        The metric; one that was never logged has an empty history.

    Returns
    -------
    history : History or None
        All points of all writers; None when the run has no log that says it was started.
    """
    import numpy as np

    started = False
    parts = []
    for log in sorted((folder / LOG).glob("*.jsonl")):
        file = log.with_suffix(".metrics")
        # Its size first: whatever is in the part that is read was declared in the lines that are read then.
        count = _size(file) // points.SIZE - 1
        text = read_from(str(log), 0)
        events, _ = decode_lines(text[: text.rfind(b"\n") + 1], of_run=True)
        started = started or any(type(event) is Started for event in events)
        keys = {event.id: event.key for event in events if isinstance(event, Key)}
        numbers = [number for number, name in keys.items() if name == key]
        if not numbers or count <= 0 or not _is_ours(file):
            continue
        records: Any = np.fromfile(file, points.DTYPE, count=count, offset=points.SIZE)
        if len(keys) > 1:
            # Column by column: picking whole records costs four times as much.
            chosen = np.flatnonzero(np.isin(records["key"], numbers))
            parts.append(tuple(records[name][chosen] for name in _COLUMNS))
        else:
            parts.append(tuple(np.ascontiguousarray(records[name]) for name in _COLUMNS))
    return _in_order(key, parts) if started else None


def _size(file: Path) -> int:
    """Give a file's size; 0 for what cannot be read as one."""
    try:
        return file.stat().st_size if file.is_file() and os.access(file, os.R_OK) else 0
    except OSError:
        return 0


def _is_ours(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(len(points.MAGIC)) == points.MAGIC


def _in_order(key: str, parts: list[tuple[Any, ...]]) -> History:
    import numpy as np

    if len(parts) == 1:
        step, time, value = parts[0]
    else:
        empty = tuple(np.empty(0, dtype) for _, dtype in points.DTYPE[:3])
        step, time, value = (np.concatenate(each) for each in zip(empty, *parts, strict=True))
    # One writer's file is in this order nearly always: looking costs a tenth of sorting.
    if not _ordered(time, step, value):
        order = np.lexsort((value, step, time))
        step, time, value = step[order], time[order], value[order]
    return History(key, step, time, value)


def _ordered(time: Any, step: Any, value: Any) -> bool:
    import numpy as np

    later = time[1:] > time[:-1]
    if later.all():
        return True
    same_time = time[1:] == time[:-1]
    next_step = step[1:] > step[:-1]
    same_step = step[1:] == step[:-1]
    # NaN sorts last, as lexsort has it.
    higher = (value[1:] >= value[:-1]) | np.isnan(value[1:])
    return bool((later | (same_time & (next_step | (same_step & higher)))).all())
