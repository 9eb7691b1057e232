"""Which column of the index holds which metric, param or tag.

SQLite has no table of any width, and a row for each value makes every filter a join. So each key gets a column in one
of several tables of 64 (segments `s0`, `s1` ...), in the order in which keys appear: runs of one kind mostly find all
their numbers in one row, and all their texts in another, which a search by numbers need not read. A param and a tag
have a column for their text, and one for its number, when it is one; a metric has more of them for minimum, maximum,
first and mean, when it has more than one point.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from nbflow.store.shape import names_of

if TYPE_CHECKING:
    import sqlite3

    from nbflow.store.shape import Name, Shape

__all__ = ["FACETS", "WIDTH", "Column", "Columns", "Insert"]

WIDTH = 64
_HEAD = 5  # n, x, a, st and id
FACETS = ("min", "max", "first", "last", "mean")


class Column(Struct, frozen=True):
    """A column: the segment's number and the column's in it."""

    segment: int
    place: int

    @property
    def sql(self) -> str:
        """The column as it stands in a query."""
        return f"s{self.segment}.c{self.place}"


class Insert(Struct):
    """How runs of one shape get into one segment.

    The statement takes n, x, a, st and id first, and then those of the run's values that `take` takes out.
    """

    sql: str
    take: Callable[[list[str | float]], tuple[str | float, ...]]


class Columns:
    """The columns of an index.

    Parameters
    ----------
    database
        The index's.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self.reload()

    def reload(self) -> None:
        """Read the table of columns again: another process may have added some."""
        select = "SELECT entity, key, facet, segment, place, low, high FROM keys ORDER BY id"
        rows = self._database.execute(select).fetchall()
        self._of: dict[Name, Column] = {
            (entity, key, facet): Column(segment, place) for entity, key, facet, segment, place, _, _ in rows
        }
        self._bounds: dict[Column, tuple[float, float]] = {
            Column(segment, place): (low, high) for _, _, _, segment, place, low, high in rows if low is not None
        }
        # For texts and for numbers, the segment that has room, and how many of its columns are taken.
        self._open: dict[bool, tuple[int, int]] = {
            _is_text(name): (column.segment, column.place + 1) for name, column in self._of.items()
        }
        self._plans: dict[Shape, list[Insert]] = {}
        self._filled: dict[str, list[Column]] = {}

    @property
    def segments(self) -> int:
        """How many segment tables there are."""
        return 1 + max((segment for segment, _ in self._open.values()), default=-1)

    def find(self, entity: str, key: str, facet: str = "") -> Column | None:
        """Find the column of a key; None when no run has it."""
        return self._of.get((entity, key, facet))

    def keys(self, entity: str) -> list[str]:
        """List the keys of an entity, in the order of their appearance."""
        return [key for kind, key, facet in self._of if kind == entity and not facet]

    def bounds(self, column: Column) -> tuple[float, float]:
        """Say between which numbers a column's are, and ever were; the lower is above the higher when it has none."""
        return self._bounds.get(column, (math.inf, -math.inf))

    def widen(self, sql: str, rows: list[tuple[Any, ...]]) -> None:
        """Take into account what one of the inserts put into columns of numbers."""
        columns = self._filled.get(sql)
        if columns is None:
            return
        for column, values in zip(columns, islice(zip(*rows, strict=True), _HEAD, None), strict=True):
            low, high = self.bounds(column)
            try:
                least, most = min(values), max(values)
                wider = least < low or most > high
            except TypeError:  # a NaN among them, which is a text
                numbers = [value for value in values if type(value) is not str]
                least, most = min(numbers, default=low), max(numbers, default=high)
                wider = least < low or most > high
            if wider:
                self._bounds[column] = low, high = min(least, low), max(most, high)
                where = (column.segment, column.place)
                self._database.execute("UPDATE keys SET low=?, high=? WHERE segment=? AND place=?", (low, high, *where))

    def inserts_for(self, shape: Shape) -> list[Insert]:
        """Say how the values of runs of a shape get into the segments: one for each segment that takes any of them."""
        plan = self._plans.get(shape)
        if plan is None:
            plan = self._plans[shape] = self._plan(shape)
        return plan

    def _plan(self, shape: Shape) -> list[Insert]:
        by_segment: dict[int, list[tuple[int, int]]] = {}
        names = list(names_of(shape))
        for i, name in enumerate(names):
            column = self._of.get(name) or self._add(name)
            by_segment.setdefault(column.segment, []).append((i, column.place))
        inserts = []
        for segment, places in by_segment.items():
            columns = ", ".join(f"c{place}" for _, place in places)
            sql = (
                f"INSERT INTO s{segment} (n, x, a, st, id, {columns}) "
                f"VALUES (?, ?, ?, ?, ?, {', '.join('?' * len(places))})"
            )
            if not _is_text(names[places[0][0]]):
                self._filled[sql] = [Column(segment, place) for _, place in places]
            inserts.append(Insert(sql, _taking([i for i, _ in places])))
        return inserts

    def _add(self, name: Name) -> Column:
        segment, place = self._open.get(_is_text(name), (-1, WIDTH))
        if place == WIDTH:
            segment, place = self.segments, 0
            # x, a, st and id repeat the run's experiment, whether it is active, its start and its id, so that the
            # usual search reads this one table alone.
            self._database.execute(
                f"CREATE TABLE s{segment} (n INTEGER PRIMARY KEY, x INTEGER, a INTEGER, st INTEGER, id BLOB)"
            )
        # Each column is added when it is needed: all 64 from the start would make every row 50 bytes longer, and a scan
        # a quarter.
        self._database.execute(f"ALTER TABLE s{segment} ADD COLUMN c{place}")
        column = Column(segment, place)
        self._database.execute(
            "INSERT INTO keys (entity, key, facet, segment, place) VALUES (?, ?, ?, ?, ?)", (*name, segment, place)
        )
        self._open[_is_text(name)] = (segment, place + 1)
        self._of[name] = column
        return column


def _is_text(name: Name) -> bool:
    entity, _, facet = name
    return entity != "metric" and not facet


def _taking(places: list[int]) -> Callable[[list[str | float]], tuple[str | float, ...]]:
    if len(places) == 1:  # itemgetter would give the value itself
        (place,) = places
        return lambda values: (values[place],)
    return itemgetter(*places)
