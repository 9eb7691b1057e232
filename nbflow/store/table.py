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
        while it runs), then `metrics.*` (float64, NaN where absent), `params.*` and `tags.*` (str, None where absent),
        each group in the order in which its keys appeared; keys that none of these runs has are left out.
    """
    import numpy as np

    wanted = np.array(numbers, dtype=np.int64)
    root = f"{layout.root}{os.sep}"
    base = _fetch(database, "runs", "run_id, exp, status, uri, home, st, end", wanted)
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
    by_segment: dict[int, list[tuple[int, str, str]]] = {}
    for entity, prefix in _PREFIX.items():
        for key in columns.keys(entity):
            column = columns.find(entity, key)
            if column is not None:
                by_segment.setdefault(column.segment, []).append((column.place, entity, f"{prefix}{key}"))
    values: dict[str, Sequence[Any]] = {}
    for segment, held in by_segment.items():
        read = _fetch(database, f"s{segment}", ", ".join(f"c{place}" for place, _, _ in held), wanted)
        for (_, entity, name), column_values in zip(held, read, strict=True):
            if any(value is not None for value in column_values):
                values[name] = _numbers(column_values) if entity == "metric" else column_values
    for prefix in _PREFIX.values():
        table.update((name, column) for name, column in values.items() if name.startswith(prefix))
    return table


def _fetch(database: sqlite3.Connection, table: str, what: str, wanted: Any) -> list[Any]:
    """Read columns of a table as arrays of objects, in the order of the runs wanted; None where it has no row."""
    import numpy as np

    (count,) = database.execute(f"SELECT COUNT(n) FROM {table}").fetchone()
    select = f"SELECT n, {what} FROM {table}"
    if len(wanted) > count // 8:
        rows = database.execute(f"{select} ORDER BY n")
    else:
        numbers = ",".join(map(str, wanted.tolist()))
        rows = database.execute(f"{select} WHERE n IN (SELECT value FROM json_each(?)) ORDER BY n", (f"[{numbers}]",))
    columns = [np.full(count + 1, None, dtype=object) for _ in range(what.count(",") + 2)]
    at = 0
    # Turned into columns while they are few: 100,000 rows of tuples would be made, kept and walked by the collector.
    while some := rows.fetchmany(500):
        end = at + len(some)
        for column, values in zip(columns, zip(*some, strict=True), strict=True):
            column[at:end] = values
        at = end
    held = columns[0][:at].astype(np.int64)
    places = np.searchsorted(held, wanted)
    # Who has no row gets the entry behind the last one, which is None.
    places[(places == at) | (held[np.minimum(places, at - 1)] != wanted) if at else slice(None)] = count
    return [column[places] for column in columns[1:]]


def _numbers(column: Any) -> Any:
    import numpy as np

    try:
        return column.astype(np.float64)  # None becomes NaN
    except ValueError:
        return np.array([float(value) if value == NAN else value for value in column], dtype=np.float64)
