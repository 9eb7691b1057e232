"""Which runs a table's view shows, and in which order: for readers who have no view but a page or a terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct

from nbflow.drawing.format import count, is_number
from nbflow.errors import NbflowError

if TYPE_CHECKING:
    from nbflow.widgets.columns import Column
    from nbflow.widgets.run_table.data import TableData

__all__ = ["ARRANGES", "Arranged", "arranged"]

ARRANGES = ("sort", "filter", "column_filters")
"""What of a table's state says which runs are shown first."""

# What is meant as a filter, and not as words to look for: as in labextension/src/views/run-table/grammar.ts.
_FILTER = re.compile(r"[=<>!]|\s(?:i?like|in|between|is)\s", re.IGNORECASE)
_DIGITS = re.compile(r"([0-9]+)")
_LOOKED_AT = frozenset({"run_id", "tags.mlflow.runName", "tags.mlflow.user", "status"})
_KNOWN, _NAN, _MISSING = 0, 1, 2  # in the order in which they stand, whichever way a column is sorted

_Rows = np.ndarray[Any, Any]


class Arranged(Struct, frozen=True):
    """What a view shows.

    Parameters
    ----------
    rows
        Positions of the runs, in their order; None where they are all, as they were given.
    notes
        What was done, a sentence each. They hold texts of anybody's.
    """

    rows: _Rows | None
    notes: tuple[str, ...]


def arranged(table: TableData, state: Mapping[str, Any], passing: Callable[[str], Collection[str]]) -> Arranged:
    """Filter and sort runs as the view does.

    Groups and trees are not made: they hide nothing, and say nothing of which runs come first.

    Parameters
    ----------
    table
        The runs.
    state
        What the user arranged, which may be an older version's or anybody's: what does not fit is as if nobody had
        said it.
    passing
        Gives the ids of the runs that pass a filter of the search grammar. Where it raises an NbflowError or an
        OSError the filter is left out, and a note says so.

    Returns
    -------
    arranged : Arranged
        The same for the same runs and state.
    """
    columns = {column.id: column for column in table.columns}
    n_rows = len(table.runs)
    tests: list[_Rows] = []
    names: list[str] = []
    notes: list[str] = []
    text = state.get("filter")
    if isinstance(text, str) and text.strip():
        try:
            tests.append(_filter_test(table, text.strip(), passing))
            names.append(f"the filter {text.strip()}")
        except (NbflowError, OSError):
            notes.append(f"The filter {text.strip()} could not be applied; these are also runs that do not pass it.")
    for column_id, wanted in _mapping(state.get("column_filters")).items():
        if column_id in columns and isinstance(wanted, Mapping):
            tests.append(_column_test(table.read(columns[column_id]), wanted))
            names.append(f"the filter of {columns[column_id].name}")
    keys = [
        (columns[key["id"]], key.get("desc") is True)
        for key in _mappings(state.get("sort"))
        if isinstance(key.get("id"), str) and key["id"] in columns
    ]
    if not tests and not keys:
        return Arranged(None, tuple(notes))
    rows = np.flatnonzero(np.logical_and.reduce([np.ones(n_rows, dtype=bool), *tests]))
    if names:
        notes.insert(0, f"{len(rows):,} of {count(n_rows, 'run')} pass {' and '.join(names)}.")
    if keys:
        for column, falls in reversed(keys):
            rows = _sorted(rows, table.read(column), falls=falls)
        ways = [f"{column.name} ({'falling' if falls else 'rising'})" for column, falls in keys]
        notes.append(f"Sorted by {', '.join(ways)}.")
    return Arranged(rows, tuple(notes))


def _filter_test(table: TableData, text: str, passing: Callable[[str], Collection[str]]) -> _Rows:
    if _FILTER.search(text) is None:
        return _words_test(table, text)
    found = passing(text)
    return np.array([run_id in found for run_id in table.run_ids()], dtype=bool)


def _words_test(table: TableData, text: str) -> _Rows:
    """Look for words: each must stand in a run's id, name, user or status, or in one of its params or tags."""
    looked_at = [
        table.read(column)
        for column in table.columns
        if column.id in _LOOKED_AT
        or column.kind in ("param", "other")
        or (column.kind == "tag" and not column.name.startswith("mlflow."))
    ]
    found = np.ones(len(table.runs), dtype=bool)
    for word in text.lower().split():
        found &= np.logical_or.reduce([np.zeros_like(found), *(_containing(column, word) for column in looked_at)])
    return found


def _column_test(column: Column, wanted: Mapping[str, Any]) -> _Rows:
    passes = np.ones(len(column), dtype=bool)
    text, least, most = wanted.get("text"), wanted.get("min"), wanted.get("max")
    if isinstance(text, str) and text:
        passes &= _containing(column, text.lower())
    for bound, compare in ((least, np.greater_equal), (most, np.less_equal)):
        if isinstance(bound, int | float) and not isinstance(bound, bool):
            passes &= compare(_numbers(column), bound)  # what is missing passes neither
    return passes


def _containing(column: Column, folded: str) -> _Rows:
    if column.codes is None:
        return np.zeros(len(column), dtype=bool)
    hits = np.array([folded in text.lower() for text in column.texts] + [False], dtype=bool)  # -1 is the last
    found: _Rows = hits[column.codes]
    return found


def _numbers(column: Column) -> _Rows:
    if column.numbers is not None:
        return column.numbers
    of_texts = np.array([float(text) if is_number(text) else np.nan for text in column.texts] + [np.nan])
    return of_texts[column.codes]


def _sorted(rows: _Rows, column: Column, *, falls: bool) -> _Rows:
    """Sort rows; equal ones stay as they were, NaN and what is missing come last either way."""
    values = _key(column)[rows]
    unknown = np.isnan(values)
    kinds = np.where(unknown, np.where(column.nan_at(rows), _NAN, _MISSING), _KNOWN)
    values = np.where(unknown, 0.0, -values if falls else values)
    order = np.lexsort((values, kinds))
    sorted_rows: _Rows = rows[order]
    return sorted_rows


def _key(column: Column) -> _Rows:
    """Give numbers that a column is sorted by: of a text its place among all, in which a2 stands before a10."""
    if column.numbers is not None or all(map(is_number, column.texts)):
        return _numbers(column)
    places = np.full(len(column.texts) + 1, np.nan)
    order = sorted(range(len(column.texts)), key=lambda i: (_natural(column.texts[i]), column.texts[i]))
    places[order] = np.arange(len(order))
    return places[column.codes]


def _natural(text: str) -> list[tuple[int, str]]:
    """Split a text such that the digits in it, which stand at every second place, are compared as numbers are."""
    parts = _DIGITS.split(text.casefold())
    numbers = [part.lstrip("0") for part in parts[1::2]]
    return [
        pair
        for i, part in enumerate(parts[::2])
        for pair in ((0, part), *((len(number), number) for number in numbers[i : i + 1]))
    ]


def _mapping(given: object) -> Mapping[str, Any]:
    return given if isinstance(given, Mapping) else {}


def _mappings(given: object) -> list[Mapping[str, Any]]:
    return [each for each in given if isinstance(each, Mapping)] if isinstance(given, list | tuple) else []
