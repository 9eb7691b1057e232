"""A metric's whole history as arrays, straight from the `.metrics` files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from nbflow.store import points
from nbflow.store.layout import LOG

if TYPE_CHECKING:
    from pathlib import Path

    from nbflow.store.fold import RunState

__all__ = ["History", "read_history"]


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


def read_history(folder: Path, state: RunState, key: str) -> History:
    """Read the history of one metric.

    Parameters
    ----------
    folder
        The run's folder.
    state
        Its log, folded: what each writer's numbers mean, and how far its files go.
    key
        The metric; one that was never logged has an empty history.

    Returns
    -------
    history : History
        All points of all writers.
    """
    import numpy as np

    parts = []
    for writer, cursor in sorted(state.files.items()):
        numbers = [number for number, name in cursor.keys.items() if name == key]
        count = cursor.points // points.SIZE - 1
        if not numbers or count <= 0:
            continue
        records: Any = np.fromfile(folder / LOG / f"{writer}.metrics", points.DTYPE, count=count, offset=points.SIZE)
        if len(cursor.keys) > 1:
            records = records[np.isin(records["key"], numbers)]
        parts.append(records)
    records = parts[0] if len(parts) == 1 else np.concatenate([np.empty(0, points.DTYPE), *parts])
    step, time, value = (np.ascontiguousarray(records[name]) for name in ("step", "time", "value"))
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
