"""What is different between two states of a run table, so that a page that has the one can make the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from nbflow.widgets.columns import Column
    from nbflow.widgets.run_table.data import TableData

__all__ = ["is_same", "patch"]

# With more new rows than this part of all, the whole is as well sent.
_MOST = 0.5


def patch(old: TableData, new: TableData) -> dict[str, Any] | None:
    """Tell what changed.

    Parameters
    ----------
    old, new
        The states.

    Returns
    -------
    patch : dict or None
        `from`, int32, shape (n_rows,): where in the old table a row is; `-1 - i` where it is the `i`-th row of
        `columns`, which has all columns with the rows that are new or changed, and no others. A row taken from the old
        table is missing in columns that the old table does not have. None where the whole table should be sent.
    """
    places = _places(old.run_ids(), new.run_ids())
    if places is None:
        return None
    before = {column.id: column for column in old.columns}
    changed = places < 0
    columns = []
    for name in new.columns:
        column = new.read(name)
        if name.id in before:
            known = old.read(before[name.id])
            if (known.type, known.kind, known.best) != (column.type, column.kind, column.best):
                return None
            changed |= _differs(known, column, places)
        else:
            changed |= _is_known(column)
        columns.append(column)
    rows = np.flatnonzero(changed)
    if len(rows) > max(_MOST * len(places), 1):
        return None
    sources = places.copy()
    sources[rows] = -1 - np.arange(len(rows))
    return {"from": sources.astype(np.int32), "columns": [column.take(rows).full() for column in columns]}


def is_same(old: TableData, found: dict[str, Any]) -> bool:
    """Tell whether a patch changes nothing."""
    sources = found["from"]
    same_rows = len(sources) == len(old.runs) and bool((sources == np.arange(len(sources))).all())
    return same_rows and [column["id"] for column in found["columns"]] == [column.id for column in old.columns]


def _places(old: Sequence[str], new: Sequence[str]) -> np.ndarray[Any, Any] | None:
    """Give where each new row was, -1 where it was not; None where ids are there twice."""
    known = {run_id: place for place, run_id in enumerate(old)}
    if len(known) < len(old) or len(set(new)) < len(new):
        return None
    return np.array([known.get(run_id, -1) for run_id in new], dtype=np.int64)


def _differs(old: Column, new: Column, places: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    there = places >= 0
    if not len(old):
        return ~there
    if old.numbers is not None and new.numbers is not None:
        before = old.numbers[places]
        same = (before == new.numbers) | (
            np.isnan(before) & np.isnan(new.numbers) & (old.nan_at(places) == new.nan_at())
        )
    else:
        assert old.codes is not None
        assert new.codes is not None
        now = {text: code for code, text in enumerate(new.texts)}
        translated = np.array([now.get(text, -2) for text in old.texts] + [-1])  # the last is what is missing
        same = translated[old.codes[places]] == new.codes
    differs: np.ndarray[Any, Any] = there & ~same
    return differs


def _is_known(column: Column) -> np.ndarray[Any, Any]:
    known: np.ndarray[Any, Any]
    if column.numbers is not None:
        known = ~np.isnan(column.numbers) | column.nan_at()
    else:
        assert column.codes is not None
        known = column.codes >= 0
    return known
