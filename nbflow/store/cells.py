"""Some values of some runs, and how many there are: a page of a list needs neither all columns nor a data frame."""

from __future__ import annotations

import math
import sqlite3
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from nbflow.store.query import MAX_CELLS, compile_cells
from nbflow.store.runlog import RUNNING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbflow.search.tree import Key
    from nbflow.store.columns import Columns
    from nbflow.store.query import Query

__all__ = ["RunCounts", "find_running", "read_cells", "read_count", "read_counts"]

# What runs is watched, and those are few: an index of SQLite's knows them, however large the store is. It is named, for
# SQLite would go through all runs in the order that is asked for.
_RUNS_NOW = f"runs INDEXED BY watched WHERE watched AND a = 1 AND status IN ({', '.join(map(repr, sorted(RUNNING)))})"


class RunCounts(Struct):
    """How many runs of an experiment are active, run now, and are in the trash."""

    active: int = 0
    running: int = 0
    deleted: int = 0


def read_cells(
    database: sqlite3.Connection, columns: Columns, numbers: Sequence[int], keys: Sequence[Key]
) -> list[list[Any]]:
    """Read values of runs.

    Parameters
    ----------
    database, columns
        The index's.
    numbers
        The runs, in the order of the rows.
    keys
        What is read of them.

    Returns
    -------
    values : list of list
        For each key a value for each run, None where it is absent: numbers of metrics, NaN among them, times in
        milliseconds, durations in seconds, else text.
    """
    wanted = f"[{','.join(map(str, numbers))}]"
    found: list[list[Any]] = []
    for start in range(0, len(keys), MAX_CELLS):
        some = keys[start : start + MAX_CELLS]
        rows = database.execute(compile_cells(some, columns), (wanted,)).fetchall()
        read = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in some]
        found += [_numbers(each) if key.entity == "metric" else each for key, each in zip(some, read, strict=True)]
    return found


def read_count(database: sqlite3.Connection, query: Query) -> int:
    """Count the runs that a query finds."""
    (number,) = database.execute(f"SELECT COUNT(*) FROM ({query.sql})", query.values).fetchone()
    return int(number)


def read_counts(database: sqlite3.Connection) -> dict[int, RunCounts]:
    """Count the runs of each experiment that has any, by the number that its id is."""
    counts: dict[int, RunCounts] = {}
    every = "SELECT x, a, COUNT(*) FROM runs INDEXED BY latest WHERE a IS NOT NULL GROUP BY x, a"
    for number, active, n in database.execute(every):
        of = counts.setdefault(number, RunCounts())
        if active:
            of.active = n
        else:
            of.deleted = n
    for number, n in database.execute(f"SELECT x, COUNT(*) FROM {_RUNS_NOW} GROUP BY x"):
        counts[number].running = n
    return counts


def find_running(database: sqlite3.Connection) -> list[int]:
    """Find the numbers of all runs that run now, the latest first."""
    return [n for (n,) in database.execute(f"SELECT n FROM {_RUNS_NOW} ORDER BY st DESC, id")]


def _numbers(column: list[Any]) -> list[Any]:
    # The only text among a metric's numbers is what stands for NaN.
    return [math.nan if type(value) is str else value for value in column]
