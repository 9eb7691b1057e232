"""Which column of the index holds which metric, param or tag.

SQLite has no table of any width, and a row for each value makes every filter a join. So each key gets a column in one
of several tables of 64 (segments `s0`, `s1` ...), in the order in which keys appear: runs of one kind mostly find all
their numbers in one row, and all their texts in another, which a search by numbers need not read. A param and a tag
have a column for their text, and one for its number, when it is one; a metric has more of them for minimum, maximum,
first and mean, when it has more than one point.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from nbflow.store.series import Series

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from nbflow.store.digest import Digest

__all__ = ["FACETS", "NAN", "WIDTH", "Column", "Columns", "Insert"]

WIDTH = 64
NAN = "nan"  # SQLite has no NaN: as a text it sorts behind all numbers, as MLflow sorts it
FACETS = ("min", "max", "first", "last", "mean")

Name = tuple[str, str, str]
"""Entity (`metric`, `param`, `tag`), key, facet: `""` is the value itself, `num` a text's number, or an aggregate."""


class Column(Struct, frozen=True):
    """A column: the segment's number and the column's in it."""

    segment: int
    place: int

    @property
    def sql(self) -> str:
        """The column as it stands in a query."""
        return f"s{self.segment}.c{self.place}"


class Insert(Struct):
    """How runs of one kind get into one segment: the statement, and which of their values it takes (None is all)."""

    sql: str
    taken: list[int] | None


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
        rows = self._database.execute("SELECT entity, key, facet, segment, place FROM keys ORDER BY id").fetchall()
        self._of: dict[Name, Column] = {
            (entity, key, facet): Column(segment, place) for entity, key, facet, segment, place in rows
        }
        # For texts and for numbers, the segment that has room, and how many of its columns are taken.
        self._open: dict[bool, tuple[int, int]] = {
            _is_text(name): (column.segment, column.place + 1) for name, column in self._of.items()
        }
        self._plans: dict[tuple[Any, ...], list[Insert]] = {}

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

    def spread(self, run: Digest) -> tuple[list[Insert], list[Any]]:
        """Say how a run's values get into the segments.

        Returns
        -------
        inserts : list of Insert
            One for each segment that holds a value of the run. Each statement takes n, x, a, st and id first.
        values : list
            The run's values, which the inserts choose from.
        """
        params, tags, metrics = run.params, run.tags, run.metrics
        texts = list(params.values())
        numbers = run.param_numbers
        tag_texts = list(tags.values())
        tag_numbers = run.tag_numbers
        metric_values = list(metrics.values())
        is_series = [type(value) is Series for value in metric_values]
        values: list[Any] = texts
        values += [number for number in numbers if number is not None]
        if True in is_series:
            for value in metric_values:
                values += _numbers_of(value)
        else:
            values += [value if value == value else NAN for value in metric_values]  # noqa: PLR0124 (NaN)
        values += tag_texts
        values += [number for number in tag_numbers if number is not None]
        kind = (
            tuple(params),
            tuple([number is None for number in numbers]),
            tuple(metrics),
            tuple(is_series),
            tuple(tags),
            tuple([number is None for number in tag_numbers]),
        )
        plan = self._plans.get(kind)
        if plan is None:
            plan = self._plans[kind] = self._plan(_names(*kind))
        return plan, values

    def _plan(self, names: Iterable[Name]) -> list[Insert]:
        by_segment: dict[int, list[tuple[int, int]]] = {}
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
            inserts.append(Insert(sql, None if len(by_segment) == 1 else [i for i, _ in places]))
        return inserts

    def _add(self, name: Name) -> Column:
        segment, place = self._open.get(_is_text(name), (-1, WIDTH))
        if place == WIDTH:
            segment, place = self.segments, 0
            # x, a, st and id repeat the run's experiment, whether it is active, its start and its id, so that the
            # usual search reads this one table alone.
            columns = ", ".join(f"c{i}" for i in range(WIDTH))
            self._database.execute(
                f"CREATE TABLE s{segment} (n INTEGER PRIMARY KEY, x INTEGER, a INTEGER, st INTEGER, id BLOB, {columns})"
            )
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


def _names(
    params: tuple[str, ...],
    no_number: tuple[bool, ...],
    metrics: tuple[str, ...],
    is_series: tuple[bool, ...],
    tags: tuple[str, ...],
    tag_no_number: tuple[bool, ...],
) -> Iterable[Name]:
    """Name the values of a run in the order in which `Columns.spread` lists them."""
    yield from (("param", key, "") for key in params)
    yield from (("param", key, "num") for key, none in zip(params, no_number, strict=True) if not none)
    for key, series in zip(metrics, is_series, strict=True):
        yield "metric", key, ""
        if series:
            yield from (("metric", key, facet) for facet in ("min", "max", "first", "mean"))
    yield from (("tag", key, "") for key in tags)
    yield from (("tag", key, "num") for key, none in zip(tags, tag_no_number, strict=True) if not none)


def _numbers_of(value: float | Series) -> list[float | str]:
    numbers = (
        [value.last[2], value.low, value.high, value.first[2], value.mean] if isinstance(value, Series) else [value]
    )
    return [number if number == number else NAN for number in numbers]  # noqa: PLR0124 (NaN)
