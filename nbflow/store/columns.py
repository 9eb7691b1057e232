"""Which column of the index holds which metric, param or tag.

SQLite has no table of any width, and a row for each value makes every filter a join. So each key gets a column in one
of several tables of 64 (segments `s0`, `s1` ...), in the order in which keys appear: runs of one kind mostly find all
their values in one row. A param and a tag have a second column for their value as a number, when they have one; a
metric has columns for minimum, maximum, first and mean, when it has more than one point.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from nbflow.store.fold import RunState

__all__ = ["FACETS", "NAN", "WIDTH", "Column", "Columns", "number_of", "segment_ddl"]

WIDTH = 64
NAN = "nan"  # SQLite has no NaN: as a text it sorts behind all numbers, as MLflow sorts it
FACETS = ("min", "max", "first", "last", "mean")

Entity = Literal["metric", "param", "tag"]


class Column(Struct, frozen=True):
    """A column: the segment's number and the column's in it."""

    segment: int
    place: int

    @property
    def sql(self) -> str:
        """The column as it stands in a query."""
        return f"s{self.segment}.c{self.place}"


def segment_ddl(segment: int) -> str:
    """Write the statement that makes a segment's table.

    `x`, `a`, `st` and `id` repeat the run's experiment, whether it is active, its start and its id, so that the usual
    search reads one table alone.
    """
    columns = ", ".join(f"c{i}" for i in range(WIDTH))
    return (
        f"CREATE TABLE IF NOT EXISTS s{segment} "
        f"(n INTEGER PRIMARY KEY, x INTEGER, a INTEGER, st INTEGER, id BLOB, {columns})"
    )


class Columns:
    """The columns of an index, by entity, key and facet (`""` for the value itself, `num`, or one of `FACETS`)."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._of: dict[tuple[str, str, str], Column] = {}
        self._count = 0
        self.reload()

    def reload(self) -> None:
        """Read the table of columns again: another process may have added some."""
        rows = self._database.execute("SELECT id, entity, key, facet FROM keys ORDER BY id").fetchall()
        self._of = {(entity, key, facet): Column(*divmod(number, WIDTH)) for number, entity, key, facet in rows}
        self._count = len(rows)

    @property
    def segments(self) -> int:
        """How many segment tables there are."""
        return -(-self._count // WIDTH)

    def find(self, entity: str, key: str, facet: str = "") -> Column | None:
        """Find the column of a key; None when no run has it."""
        return self._of.get((entity, key, facet))

    def keys(self, entity: str) -> list[str]:
        """List the keys of an entity, in the order of their appearance."""
        return [key for kind, key, facet in self._of if kind == entity and not facet]

    def place(self, entity: str, key: str, facet: str = "") -> Column:
        """Find the column of a key, or make it."""
        column = self._of.get((entity, key, facet))
        if column is None:
            column = Column(*divmod(self._count, WIDTH))
            if column.place == 0:
                self._database.execute(segment_ddl(column.segment))
            self._database.execute("INSERT INTO keys VALUES (?, ?, ?, ?)", (self._count, entity, key, facet))
            self._of[entity, key, facet] = column
            self._count += 1
        return column

    def rows(self, state: RunState, head: tuple[object, ...]) -> dict[int, list[object]]:
        """Spread a run's values over the segments.

        Parameters
        ----------
        state
            The run.
        head
            What each row begins with: n, x, a, st, id.

        Returns
        -------
        rows : dict of int to list
            For each segment that holds a value of the run, its whole row.
        """
        rows: dict[int, list[object]] = {}
        of = self._of
        for entity, key, facet, value in _values(state):
            column = of.get((entity, key, facet)) or self.place(entity, key, facet)
            row = rows.get(column.segment)
            if row is None:
                row = rows[column.segment] = [*head, *_EMPTY]
            row[column.place + 5] = value
        return rows


_EMPTY = (None,) * WIDTH


def _values(state: RunState) -> Iterable[tuple[str, str, str, object]]:
    for key, param in state.params.items():
        text = param.value
        yield "param", key, "", text
        number = number_of(text)
        if number is not None:
            yield "param", key, "num", number
    for key, series in state.metrics.items():
        yield "metric", key, "", _sql(series.last[2])
        if series.count > 1:
            yield "metric", key, "min", _sql(series.low)
            yield "metric", key, "max", _sql(series.high)
            yield "metric", key, "first", _sql(series.first[2])
            yield "metric", key, "mean", _sql(series.mean)
    for key, tag in state.tags.items():
        if tag.value is not None:
            yield "tag", key, "", tag.value
            number = number_of(tag.value)
            if number is not None:
                yield "tag", key, "num", number


def _sql(value: float) -> float | str:
    return value if value == value else NAN  # noqa: PLR0124 (NaN)


def number_of(text: str | None) -> float | None:
    """Read a param's or tag's text as the number that a filter compares; None when it is none, or NaN."""
    if not text or len(text) > 40 or text[0] not in "0123456789+-.iI ":
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return None if math.isnan(number) or "_" in text else number
