"""The columns of many runs at once, for a data frame."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from nbflow.store.columns import NAN
from nbflow.store.layout import ARTIFACTS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from nbflow.store.columns import Columns
    from nbflow.store.layout import Layout

__all__ = ["read_table"]

_PREFIX = {"metric": "metrics.", "param": "params.", "tag": "tags."}


def read_table(
    database: sqlite3.Connection, columns: Columns, layout: Layout, numbers: Sequence[int]
) -> dict[str, Sequence[Any]]:
    """Read the columns of runs.

    Parameters
    ----------
    database, columns
        The index's.
    layout
        The store's paths.
    numbers
        The runs, in the order that the columns shall have.

    Returns
    -------
    table : dict of str to sequence, each of length n_runs
        `run_id`, `experiment_id`, `status`, `artifact_uri` (str), `start_time`, `end_time` (int milliseconds, None
        while it runs), then `metrics.*` (float, None where absent), `params.*` and `tags.*` (str, None where absent),
        each group in the order in which its keys appeared; keys that none of these runs has are left out.
    """
    place = {n: i for i, n in enumerate(numbers)}
    root = f"{layout.root}{os.sep}"
    base = _fetch(database, "runs", "run_id, exp, status, uri, home, st, end", place)
    run_ids, experiments, statuses, uris, homes, starts, ends = base
    table: dict[str, Sequence[Any]] = {
        "run_id": run_ids,
        "experiment_id": experiments,
        "status": statuses,
        "artifact_uri": [
            uri or f"{root}{home}{os.sep}{run_id}{os.sep}{ARTIFACTS}"
            for uri, home, run_id in zip(uris, homes, run_ids, strict=True)
        ],
        "start_time": starts,
        "end_time": ends,
    }
    by_segment: dict[int, list[tuple[str, str, str]]] = {}
    for entity, prefix in _PREFIX.items():
        for key in columns.keys(entity):
            column = columns.find(entity, key)
            if column is not None:
                by_segment.setdefault(column.segment, []).append((f"c{column.place}", entity, f"{prefix}{key}"))
    values: dict[str, Sequence[Any]] = {}
    for segment, wanted in by_segment.items():
        read = _fetch(database, f"s{segment}", ", ".join(place for place, _, _ in wanted), place)
        for (_, entity, name), column in zip(wanted, read, strict=True):
            values[name] = _numbers(column) if entity == "metric" else column
    for prefix in _PREFIX.values():
        for name, column in values.items():
            if name.startswith(prefix) and any(value is not None for value in column):
                table[name] = column
    return table


def _fetch(database: sqlite3.Connection, table: str, what: str, place: dict[int, int]) -> list[list[Any]]:
    """Read columns of a table; None where it has no row."""
    width = what.count(",") + 1
    empty = (None,) * width
    rows: list[tuple[Any, ...]] = [empty] * len(place)
    (count,) = database.execute(f"SELECT COUNT(*) FROM {table}").fetchone()
    if len(place) > count // 8:
        found = database.execute(f"SELECT n, {what} FROM {table}")
        for row in found:
            i = place.get(row[0])
            if i is not None:
                rows[i] = row[1:]
    else:
        numbers = list(place)
        for start in range(0, len(numbers), 500):
            some = numbers[start : start + 500]
            marks = ",".join("?" * len(some))
            for row in database.execute(f"SELECT n, {what} FROM {table} WHERE n IN ({marks})", some):
                rows[place[row[0]]] = row[1:]
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]


def _numbers(column: list[Any]) -> list[Any]:
    return [float(value) if value == NAN else value for value in column] if NAN in column else column
