"""The columns of many runs at once, for a data frame."""

from __future__ import annotations

import os
import sqlite3
from itertools import chain
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from nbflow.store.layout import ARTIFACTS
from nbflow.store.shape import NAN
from nbflow.store.texts import BETWEEN, MISSING, Texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbflow.store.columns import Columns
    from nbflow.store.layout import Layout

__all__ = ["Table", "read_table"]

_PREFIX = {"metric": "metrics.", "param": "params.", "tag": "tags."}
_BASE_TEXTS = ("run_id", "exp", "status", f"COALESCE(uri, ?1 || home || ?2 || run_id || ?2 || '{ARTIFACTS}')")
_BASE_INTEGERS = ("n", "st", "IFNULL(end, -9223372036854775808)")
_AT_ONCE = 1000


class Table(Struct):
    """Columns of runs, in the index's order of them, and the order that they shall have.

    Parameters
    ----------
    columns
        Values by name, each of length n: `run_id`, `experiment_id`, `status`, `artifact_uri` (`Texts`), `start_time`,
        `end_time` (int64, milliseconds, the lowest there is while it runs), then `metrics.*` (float64, NaN where
        absent), `params.*` and `tags.*` (`Texts`), each group in the order in which its keys appeared; keys that no
        run has are left out.
    order
        Which entry of the columns stands in each row, int64, shape (n_rows,).
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
    reader = _Reader(database, wanted)
    root = f"{layout.root}{os.sep}".encode(errors="replace").decode()  # half a character cannot be bound
    base = reader.texts("runs", _BASE_TEXTS, _BASE_INTEGERS, (root, os.sep))
    (held, starts, ends), (run_ids, experiments, statuses, uris) = base
    order = np.searchsorted(held, wanted)
    table = {
        "run_id": run_ids,
        "experiment_id": experiments,
        "status": statuses,
        "artifact_uri": uris,
        "start_time": starts,
        "end_time": ends,
    }
    values: dict[str, Any] = {}
    for (segment, is_metric), places in _by_segment(columns).items():
        name, cells = f"s{segment}", [f"c{place}" for place in places.values()]
        (there,), read = reader.numbers(name, cells) if is_metric else reader.texts(name, cells)
        at = None if np.array_equal(there, held) else np.searchsorted(held, there)
        spread = [column if at is None else _spread(column, at, len(held)) for column in read]
        if is_metric:
            present = reader.present(name, cells, [not np.isnan(column[order]).all() for column in spread])
        else:
            present = [not column.missing[order].all() for column in spread]
        values.update((key, column) for key, column, is_there in zip(places, spread, present, strict=True) if is_there)
    for prefix in _PREFIX.values():
        table.update((key, column) for key, column in values.items() if key.startswith(prefix))
    return Table(table, order)


def _by_segment(columns: Columns) -> dict[tuple[int, bool], dict[str, int]]:
    """Say which columns of which segment hold which values; and whether the segment has numbers, or texts."""
    found: dict[tuple[int, bool], dict[str, int]] = {}
    for entity, prefix in _PREFIX.items():
        for key in columns.keys(entity):
            column = columns.find(entity, key)
            if column is not None:
                found.setdefault((column.segment, entity == "metric"), {})[prefix + key] = column.place
    return found


def _spread(column: Any, places: Any, length: int) -> Any:
    """Put values where their runs are; NaN, or a missing text, stands where there is none."""
    import numpy as np

    if isinstance(column, Texts):
        return column.spread(places, length)
    spread = np.full(length, np.nan)
    spread[places] = column
    return spread


class _Reader:
    """Reads columns of a table, and the numbers of the runs that have a row there, which grow.

    Of many runs it reads all there are, some of them not wanted: that is quicker than to look each of them up.
    """

    def __init__(self, database: sqlite3.Connection, wanted: Any) -> None:
        self._database = database
        self._wanted = sorted(wanted.tolist())
        (last,) = database.execute("SELECT COALESCE(MAX(n), 0) FROM runs").fetchone()
        self._up_to: int | None = last if len(wanted) > last // 2 else None

    def _parts(self, table: str, what: str, values: Sequence[object] = ()) -> Iterator[sqlite3.Cursor]:
        """Select something of some runs after the others: no more of Python's objects are made than fit the cache."""
        execute = self._database.execute
        n = f"?{len(values) + 1}"
        if self._up_to is not None:
            where = f"n > {n} AND n <= {n} + {_AT_ONCE}"
            parts: list[object] = list(range(0, self._up_to, _AT_ONCE))
        else:
            where = f"n IN (SELECT value FROM json_each({n}))"
            starts = range(0, len(self._wanted), _AT_ONCE)
            parts = [f"[{','.join(map(str, self._wanted[i : i + _AT_ONCE]))}]" for i in starts]
        sql = f"SELECT {what} FROM {table} WHERE {where} ORDER BY n"
        return (execute(sql, (*values, part)) for part in parts)

    def numbers(self, table: str, cells: Sequence[str]) -> tuple[list[Any], list[Any]]:
        """Read n, and numbers; None becomes NaN, and so does the text that stands for it."""
        import numpy as np

        what = ", ".join(["n", *(f"IFNULL({cell}, '{NAN}')" for cell in cells)])
        # Straight into the array: nobody else has a use for so many of Python's numbers, or lists of them.
        flat = np.fromiter(chain.from_iterable(chain.from_iterable(self._parts(table, what))), dtype=np.float64)
        held, *columns = flat.reshape(-1, 1 + len(cells)).T
        return [held.astype(np.int64)], columns

    def present(self, table: str, cells: Sequence[str], known: list[bool]) -> list[bool]:
        """Complete what is known of which columns have a value: of those with NaN alone, some were logged as NaN."""
        doubtful = [i for i, is_there in enumerate(known) if not is_there]
        if doubtful and self._wanted:
            what = ", ".join(f"COUNT({cells[i]})" for i in doubtful)
            where = "n IN (SELECT value FROM json_each(?))"
            sql = f"SELECT {what} FROM {table} WHERE {where}"
            counts = self._database.execute(sql, (f"[{','.join(map(str, self._wanted))}]",)).fetchone()
            for i, count in zip(doubtful, counts, strict=True):
                known[i] = count > 0
        return known

    def texts(
        self, table: str, cells: Sequence[str], integers: Sequence[str] = ("n",), values: Sequence[object] = ()
    ) -> tuple[list[Any], list[Any]]:
        """Read integers, and `Texts`.

        SQLite joins them, and they are taken apart as bytes: a third of the time that Python's objects would take.
        """
        import numpy as np

        # The separator has to stand there as a literal, else SQLite copies it for each text, which doubles the time.
        joined = [f"GROUP_CONCAT({cell})" for cell in integers]
        joined += [f"CAST(GROUP_CONCAT(IFNULL({cell}, gap), '{chr(BETWEEN)}') AS BLOB)" for cell in cells]
        source = f"(SELECT CAST(X'{MISSING:X}' AS TEXT) AS gap) CROSS JOIN {table}"
        try:
            rows = [row for part in self._parts(source, ", ".join(joined), values) for row in part if row[0]]
        except sqlite3.DataError:  # too long for one text
            return self._one_by_one(table, cells, integers, values)
        columns: list[Any] = list(zip(*rows, strict=True)) or [()] * len(joined)
        read = [np.fromstring(",".join(column), dtype=np.int64, sep=",") for column in columns[: len(integers)]]
        separator = bytes((BETWEEN,))
        texts = [Texts.split(separator.join(column), len(read[0])) for column in columns[len(integers) :]]
        # It goes through the runs as they are kept, by n; but only a plain SELECT promises an order.
        if any(column is None for column in texts) or (np.diff(read[0]) <= 0).any():
            return self._one_by_one(table, cells, integers, values)
        return read, texts

    def _one_by_one(
        self, table: str, cells: Sequence[str], integers: Sequence[str], values: Sequence[object]
    ) -> tuple[list[Any], list[Texts]]:
        import numpy as np

        rows = [row for part in self._parts(table, ", ".join([*integers, *cells]), values) for row in part]
        columns = list(zip(*rows, strict=True))
        read = [np.array(column, dtype=np.int64) for column in columns[: len(integers)]]
        return read, [Texts.of(column) for column in columns[len(integers) :]]
