"""The columns of many runs at once, for a data frame."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from nbflow.store.layout import ARTIFACTS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from nbflow.store.columns import Columns
    from nbflow.store.layout import Layout

__all__ = ["Table", "read_table"]

_PREFIX = {"metric": "metrics.", "param": "params.", "tag": "tags."}


class Table(Struct):
    """Columns of runs, in the index's order of them, and the order that they shall have.

    Parameters
    ----------
    columns
        Values by name, each of length n: `run_id`, `experiment_id`, `status`, `artifact_uri` (str), `start_time`,
        `end_time` (int milliseconds, None while it runs), then `metrics.*` (float64, NaN where absent), `params.*` and
        `tags.*` (str, None where absent), each group in the order in which its keys appeared; keys that no run has are
        left out.
    order
        Which entry of the columns stands in each row, int64, shape (n_rows,). To sort 30 columns of Python's objects
        would cost more than to read them.
    """

    columns: dict[str, Any]
    order: Any


def read_table(database: sqlite3.Connection, columns: Columns, layout: Layout, numbers: Sequence[int]) -> Table:
    """Read the columns of runs.

    Parameters
    ----------
    database, columns
        The index's.
    layout
        The store's paths.
    numbers
        The runs, in the order of the rows.
    """
    import numpy as np

    wanted = np.array(numbers, dtype=np.int64)
    root = f"{layout.root}{os.sep}"
    # An id of 18 digits is cheaper as a number, and a folder's name is said only where the run was moved from it.
    what = "run_id, x, status, uri, CASE WHEN home = exp THEN NULL ELSE home END, st, end"
    held, base = _fetch(database, "runs", what, wanted)
    run_ids, experiments, statuses, uris, homes, starts, ends = base
    names = {number: str(number) for number in set(experiments)}
    experiment_ids = [names[number] for number in experiments]
    table: dict[str, Any] = {
        "run_id": run_ids,
        "experiment_id": experiment_ids,
        "status": statuses,
        "artifact_uri": [
            uri or f"{root}{home or experiment}{os.sep}{run_id}{os.sep}{ARTIFACTS}"
            for uri, home, experiment, run_id in zip(uris, homes, experiment_ids, run_ids, strict=True)
        ],
        "start_time": starts,
        "end_time": ends,
    }
    by_segment: dict[int, list[tuple[int, str, str]]] = {}
    for entity, prefix in _PREFIX.items():
        for key in columns.keys(entity):
            column = columns.find(entity, key)
            if column is not None:
                by_segment.setdefault(column.segment, []).append((column.place, entity, f"{prefix}{key}"))
    order = np.searchsorted(held, wanted)
    asked = None if len(held) == len(wanted) else order.tolist()
    values: dict[str, Any] = {}
    for segment, kept in by_segment.items():
        there, read = _fetch(database, f"s{segment}", ", ".join(f"c{place}" for place, _, _ in kept), wanted)
        # Either table may have given more runs than were wanted, and not the same ones.
        same = np.array_equal(there, held)
        places = None if same else np.where(np.isin(there, held), np.searchsorted(held, there), -1)
        for (_, entity, name), column_values in zip(kept, read, strict=True):
            spread = column_values if places is None else _spread(column_values, places, len(held))
            if any(value is not None for value in (spread if asked is None else (spread[i] for i in asked))):
                values[name] = _numbers(spread) if entity == "metric" else spread
    for prefix in _PREFIX.values():
        table.update((name, column) for name, column in values.items() if name.startswith(prefix))
    return Table(table, order)


def _fetch(database: sqlite3.Connection, table: str, what: str, wanted: Any) -> tuple[Any, list[list[Any]]]:
    """Read columns of a table, and the runs that have a row there, in their own order; sometimes more than wanted."""
    import numpy as np

    (last,) = database.execute(f"SELECT COALESCE(MAX(n), 0) FROM {table}").fetchone()
    select = f"SELECT n, {what} FROM {table}"
    if len(wanted) > last // 2:
        rows = database.execute(f"{select} ORDER BY n")
    else:
        numbers = ",".join(map(str, wanted.tolist()))
        rows = database.execute(f"{select} WHERE n IN (SELECT value FROM json_each(?)) ORDER BY n", (f"[{numbers}]",))
    columns: list[list[Any]] = [[] for _ in range(len(rows.description))]
    # Turned into columns while they are few: 100,000 rows of tuples would be made, kept and walked by the collector.
    while some := rows.fetchmany(500):
        for column, values in zip(columns, zip(*some, strict=True), strict=True):
            column.extend(values)
    return np.array(columns[0], dtype=np.int64), columns[1:]


def _spread(values: list[Any], places: Any, length: int) -> list[Any]:
    """Put values where their runs are, -1 for nowhere; None stands where there is none."""
    spread: list[Any] = [None] * length
    for place, value in zip(places.tolist(), values, strict=True):
        if place >= 0:
            spread[place] = value
    return spread


def _numbers(values: list[Any]) -> Any:
    import numpy as np

    return np.array(values, dtype=np.float64)  # None becomes NaN, and so does the text that stands for it
