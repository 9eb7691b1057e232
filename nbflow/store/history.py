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
# Records that are read at once: a megabyte, which stays in the processor's memory.
_BLOCK = 1 << 15


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
        if numbers and count > 0:
            parts.append(_read_columns(file, count, numbers if len(keys) > 1 else None))
    return _in_order(key, parts) if started else None


def _size(file: Path) -> int:
    """Give a file's size; 0 for what cannot be read as one."""
    try:
        return file.stat().st_size if file.is_file() and os.access(file, os.R_OK) else 0
    except OSError:
        return 0


def _read_columns(file: Path, count: int, numbers: list[int] | None) -> tuple[Any, ...]:
    """Read the first `count` records: their columns, of all of them or of those that have one of these key numbers."""
    import numpy as np

    # Block by block into columns that are there already: with all records in memory at once, picking those of one of
    # two metrics takes three times as long, and the memory costs the first look of a process as much as the reading.
    # (One piece of memory for the columns, since malloc keeps that for the next time, but not three.)
    columns = np.empty((len(_COLUMNS), count), np.int64)
    step, time, value = columns[0], columns[1], columns[2].view(np.float64)
    block: Any = np.empty(min(count, _BLOCK), points.DTYPE)
    end = 0
    with file.open("rb") as opened:
        if not opened.read(points.SIZE).startswith(points.MAGIC):
            return step[:0], time[:0], value[:0]
        while count and (whole := opened.readinto(block[:count]) // points.SIZE):
            count -= whole
            found = block[:whole]
            if numbers is not None:
                # (`isin` takes as long as all the rest, and nearly always a key has one number.)
                of_key = found["key"] == numbers[0] if len(numbers) == 1 else np.isin(found["key"], numbers)
                chosen = np.flatnonzero(of_key)
                whole = len(chosen)
            begin, end = end, end + whole
            for column, name in zip((step, time, value), _COLUMNS, strict=True):
                # Column by column: picking whole records costs four times as much.
                column[begin:end] = found[name] if numbers is None else found[name][chosen]
    return step[:end], time[:end], value[:end]


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
