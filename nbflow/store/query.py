"""From a filter's tree to SQL with bound values (pure).

Absent values are NULL and make a clause NULL, which WHERE takes as false; only NOT would turn it into something else,
so what stands under a NOT is made false first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from nbflow.errors import LimitExceededError
from nbflow.search.tree import And, Between, Comparison, IsIn, IsNull, Key, Node, Not, Or, Order
from nbflow.store.columns import FACETS, WIDTH, Column
from nbflow.store.layout import ARTIFACTS

if TYPE_CHECKING:
    from nbflow.search.tree import Value
    from nbflow.store.columns import Columns

__all__ = ["MAX_CELLS", "Query", "Selection", "compile_cells", "compile_first", "compile_query"]

Sql = tuple[str, list[object]]

_ATTRIBUTES = {
    "run_id": "r.run_id",
    "run_name": "r.name",
    "status": "r.status",
    "user_id": "r.user",
    "experiment_id": "r.exp",
    "artifact_uri": f"COALESCE(r.uri, nbflow_root() || r.home || '/' || r.run_id || '/{ARTIFACTS}')",
    "start_time": "r.st",
    "end_time": "r.end",
    "duration": "((r.end - r.st) / 1000.0)",
}
# What every segment repeats.
_EVERYWHERE = {"start_time": "st"}
_NUMERIC = frozenset({"start_time", "end_time", "duration"})
_INFINITY = "9e999"
_MAX_PATTERN = 10_000
_MAX_SEGMENTS = 60  # SQLite joins 64 tables at most
MAX_CELLS = 20
"""So many values of runs can be selected at once: each may be in up to three tables."""


class Query(Struct, frozen=True):
    """A statement that selects the numbers of runs, and the values bound in it."""

    sql: str
    values: tuple[object, ...]


class Selection(Struct, frozen=True):
    """Which runs, and in which order.

    Parameters
    ----------
    node
        The filter; None takes all.
    order
        By what to sort, before start time (latest first) and run id.
    experiment_ids
        The experiments to look in; None is all of them.
    active
        Whether to take active runs, or those in the trash; None takes both.
    limit, offset
        How many runs to give, after leaving out how many; no limit is None.
    """

    node: Node | None = None
    order: Sequence[Order] = ()
    experiment_ids: Sequence[str] | None = None
    active: bool | None = True
    limit: int | None = None
    offset: int = 0


def compile_query(selection: Selection, columns: Columns) -> Query:
    """Compile a search.

    Parameters
    ----------
    selection
        Which runs.
    columns
        Where the index has its values.

    Returns
    -------
    query : Query
        Gives one column, the run's number in the index.
    """
    return _Compiler(columns).compile(selection, None)


def compile_first(selection: Selection, columns: Columns) -> Query | None:
    """Compile a search for the first runs by a metric, among those that have a number there.

    They come before those with NaN and those without it, in both directions; when there are as many as were asked for,
    the others need not be sorted at all, which is a third of the work.

    Returns
    -------
    query : Query or None
        None when the order does not begin with a metric, or the filter leaves numbers alone anyway.
    """
    if selection.limit is None or not selection.order or selection.order[0].key.entity != "metric":
        return None
    found = _metric_columns(columns, selection.order[0].key.name)
    compiler = _Compiler(columns)
    proven = {} if selection.node is None else compiler.proven(selection.node)
    return compiler.compile(selection, found[0]) if len(found) == 1 and not proven.get(found[0]) else None


def compile_cells(keys: Sequence[Key], columns: Columns) -> str:
    """Compile what reads values of some runs.

    Parameters
    ----------
    keys
        Attributes, metrics, params and tags: up to `MAX_CELLS`.
    columns
        Where the index has its values.

    Returns
    -------
    sql : str
        Takes the numbers of runs, as a list in JSON, and gives a row for each of them in that order.
    """
    return _Compiler(columns).cells(keys)


class _Compiler:
    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._segments: set[int] = set()
        self._runs = False
        self._base = "r"

    def compile(self, selection: Selection, numbers_in: Column | None) -> Query:
        node, experiment_ids, active = selection.node, selection.experiment_ids, selection.active
        needed = self.proven(node) if node is not None else {}
        if numbers_in is not None:
            needed[numbers_in] = True
        if needed:
            segment = min(column.segment for column in needed)
            self._base = f"s{segment}"
            self._segments.add(segment)
        where: list[str] = []
        values: list[object] = []
        if experiment_ids is not None:
            ids = [int(each) for each in experiment_ids]
            text, bound = (f"{self._base}.x = ?", ids) if len(ids) == 1 else _in(f"{self._base}.x", ids)
            where.append(text)
            values += bound
        if active is not None:
            where.append(f"{self._base}.a = {int(active)}")
        else:
            where.append(f"{self._base}.a IS NOT NULL")
        if numbers_in is not None:
            where.append(f"{self._column(numbers_in)} BETWEEN -{_INFINITY} AND {_INFINITY}")
        if node is not None:
            text, bound = self._node(node)
            where.append(text)
            values += bound
        terms = [term for each in selection.order for term in self._order(each, needed)]
        terms += [f"{self._base}.st DESC", f"{self._base}.id"]
        if len(self._segments) > _MAX_SEGMENTS:
            held, limit = len(self._segments) * WIDTH, _MAX_SEGMENTS * WIDTH
            what = "the part of the index that the filter and the order look at"
            raise LimitExceededError(what, held, limit, "Ask for fewer metrics at once.", unit="columns")
        sql = f"SELECT {self._base}.n FROM {self._tables(latest=_is_latest(selection))}"
        if where:
            sql += f" WHERE {' AND '.join(where)}"
        sql += f" ORDER BY {', '.join(terms)}"
        if selection.limit is not None or selection.offset:
            sql += " LIMIT ? OFFSET ?"
            values += [-1 if selection.limit is None else selection.limit, selection.offset]
        return Query(sql, tuple(values))

    def cells(self, keys: Sequence[Key]) -> str:
        what = ", ".join([self._cell(key) for key in keys])
        tables = "json_each(?) w CROSS JOIN runs r ON r.n = w.value"
        for segment in sorted(self._segments):
            tables += f" LEFT JOIN s{segment} ON s{segment}.n = r.n"
        return f"SELECT {what} FROM {tables} ORDER BY w.key"

    def _cell(self, key: Key) -> str:
        if key.entity == "attribute":
            return self._attribute(key.name)
        if key.entity == "metric":
            return self._metric(key.name)
        return self._column(self._columns.find(key.entity, key.name))

    def _tables(self, *, latest: bool) -> str:
        base = self._base
        # SQLite would take this index for anything that asks for an experiment, and be slower than by a scan.
        tables = f"runs r {'INDEXED BY latest' if latest else 'NOT INDEXED'}" if base == "r" else base
        if self._runs and base != "r":
            tables += f" CROSS JOIN runs r ON r.n = {base}.n"
        for segment in sorted(self._segments):
            if f"s{segment}" != base:
                tables += f" LEFT JOIN s{segment} ON s{segment}.n = {base}.n"
        return tables

    # Filters

    def _node(self, node: Node) -> Sql:
        if isinstance(node, And):
            return _joined([self._node(part) for part in node.parts], "AND")
        if isinstance(node, Or):
            return _joined([self._node(part) for part in node.parts], "OR")
        if isinstance(node, Not):
            text, values = self._node(node.part)
            return f"(NOT COALESCE({text}, 0))", values
        if node.key.entity == "dataset":
            return self._dataset(node)
        if self._is_beyond(node):
            return "0", []  # SQLite then looks at no run at all, if this stands alone or under an AND
        return self._clause(node, self._expression(node))

    def _is_beyond(self, node: Comparison | IsIn | Between | IsNull) -> bool:
        """Tell whether no run can pass a comparison, by the lowest and the highest number that there ever was."""
        if not isinstance(node, Comparison) or isinstance(node.value, str):
            return False
        value = node.value
        for column in self.proven(node):
            low, high = self._columns.bounds(column)
            passes = {">": high > value, ">=": high >= value, "<": low < value, "<=": low <= value}
            return not passes.get(node.op, node.op != "=" or low <= value <= high)
        return False

    def _dataset(self, node: Comparison | IsIn | Between | IsNull) -> Sql:
        self._runs = True
        text, values = self._clause(node, f"i.{node.key.name}")
        return f"EXISTS (SELECT 1 FROM inputs i WHERE i.n = r.n AND {text})", values

    def _clause(self, node: Comparison | IsIn | Between | IsNull, what: str) -> Sql:
        if isinstance(node, IsNull):
            return f"({what} IS {'NOT ' if node.negated else ''}NULL)", []
        if isinstance(node, Comparison):
            return _compare(what, node.op, node.value)
        if isinstance(node, IsIn):
            text, values = _in(what, node.values)
            return (f"({what} IS NOT NULL AND NOT {text})" if node.negated else text), values
        negation = "NOT " if node.negated else ""
        return f"({what} {negation}BETWEEN ? AND ?)", [_bound(node.low), _bound(node.high)]

    def _expression(self, node: Comparison | IsIn | Between | IsNull) -> str:
        key = node.key
        if key.entity == "attribute":
            return self._attribute(key.name)
        if key.entity == "metric":
            return self._metric(key.name)
        facet = "num" if _is_numeric(node) else ""
        return self._column(self._columns.find(key.entity, key.name, facet))

    def _attribute(self, name: str) -> str:
        if name in _EVERYWHERE:
            return f"{self._base}.{_EVERYWHERE[name]}"
        self._runs = True
        return _ATTRIBUTES[name]

    def _metric(self, name: str) -> str:
        columns = _metric_columns(self._columns, name)
        if len(columns) > 1:
            return f"COALESCE({', '.join(map(self._column, columns))})"
        return self._column(columns[0] if columns else None)

    def _column(self, column: Column | None) -> str:
        if column is None:
            return "NULL"
        self._segments.add(column.segment)
        return column.sql

    def proven(self, node: Node) -> dict[Column, bool]:
        """Say which columns a true filter proves to hold a value: True where it proves a number."""
        if isinstance(node, And):
            proven: dict[Column, bool] = {}
            for part in node.parts:
                for proved, is_number in self.proven(part).items():
                    proven[proved] = proven.get(proved, False) or is_number
            return proven
        if isinstance(node, Not | Or):
            return {}
        if isinstance(node, IsNull) and not node.negated:
            return {}
        key = node.key
        if key.entity in ("attribute", "dataset"):
            return {}
        if key.entity == "metric":
            columns = _metric_columns(self._columns, key.name)
            number = isinstance(node, Comparison) and node.op in ("<", "<=", ">", ">=", "=")
            return {columns[0]: number} if len(columns) == 1 else {}
        text = self._columns.find(key.entity, key.name, "num" if _is_numeric(node) else "")
        return {} if text is None else {text: False}

    # Orders

    def _order(self, order: Order, proven: dict[Column, bool]) -> list[str]:
        direction = "ASC" if order.ascending else "DESC"
        key = order.key
        if key.entity == "attribute":
            what = self._attribute(key.name)
            return [f"{what} {direction}"] if key.name == "start_time" else [f"{what} IS NULL", f"{what} {direction}"]
        if key.entity == "metric":
            what = self._metric(key.name)
            columns = _metric_columns(self._columns, key.name)
            if len(columns) == 1 and proven.get(columns[0]):
                return [f"{what} {direction}"]
            # Numbers, then NaN, then runs without it, in both directions.
            return [f"{what} IS NULL", f"typeof({what}) = 'text'", f"{what} {direction}"]
        what = self._column(self._columns.find(key.entity, key.name))
        return [f"{what} IS NULL", f"{what} {direction}"]


def _is_latest(selection: Selection) -> bool:
    """Tell whether all runs of one experiment are asked for, the latest first, which is the order of an index."""
    one = len(selection.experiment_ids or ()) == 1
    return one and selection.active is not None and selection.node is None and not selection.order


def _metric_columns(columns: Columns, name: str) -> list[Column]:
    """Find the columns that can hold what a name says of a run; the first that does counts.

    A metric of that very name wins over the aggregate that the name ends in, in each run that has it: what other runs
    have, or had, must not matter. A metric of one point has no aggregate but its value, which is also `last`.
    """
    found = [columns.find("metric", name)]
    base, dot, facet = name.rpartition(".")
    if dot and facet in FACETS:
        found += [columns.find("metric", base, facet), columns.find("metric", base)]
    return [column for column in found if column is not None]


def _is_numeric(node: Comparison | IsIn | Between | IsNull) -> bool:
    if isinstance(node, Comparison):
        return not isinstance(node.value, str)
    if isinstance(node, IsIn):
        return not isinstance(node.values[0], str)
    return isinstance(node, Between) and not isinstance(node.low, str)


def _joined(parts: list[Sql], word: str) -> Sql:
    # Halved again and again: SQLite allows a depth of 1,000, and a filter may have more parts.
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    (left, left_values), (right, right_values) = _joined(parts[:middle], word), _joined(parts[middle:], word)
    return f"({left} {word} {right})", left_values + right_values


def _compare(what: str, op: str, value: Value) -> Sql:
    if op in ("LIKE", "ILIKE"):
        return _like(what, str(value), folding=op == "ILIKE")
    if isinstance(value, str):
        return f"({what} {op} ?)", [value]
    if op in (">", ">="):
        # NaN is kept as a text, and any text is above any number.
        return f"({what} {op} ? AND {what} <= {_INFINITY})", [_bound(value)]
    return f"({what} {op} ?)", [_bound(value)]


def _like(what: str, pattern: str, *, folding: bool) -> Sql:
    if len(pattern) > _MAX_PATTERN or (folding and not pattern.isascii()):
        return f"nbflow_like({what}, ?, {int(folding)})", [pattern]
    if folding:
        return f"({what} LIKE ?)", [pattern]
    # SQLite's LIKE folds case; its GLOB does not.
    steps: dict[str, str] = {"%": "*", "_": "?", "*": "[*]", "?": "[?]", "[": "[[]"}
    return f"({what} GLOB ?)", ["".join(steps.get(c, c) for c in pattern)]


def _in(what: str, values: Sequence[Value]) -> Sql:
    import json

    if any(isinstance(value, str) and "\0" in value for value in values):
        return f"({what} IN ({', '.join('?' * len(values))}))", list(values)  # SQLite's JSON ends a text there
    # One value bound, however long the list is.
    text = ", ".join(json.dumps(v) if isinstance(v, str) else _number(v) for v in values)
    return f"({what} IN (SELECT value FROM json_each(?)))", [f"[{text}]"]


def _number(value: float) -> str:
    return repr(value).replace("inf", _INFINITY)


def _bound(value: Value) -> object:
    return float(value) if isinstance(value, int) and abs(value) >= 2**63 else value
