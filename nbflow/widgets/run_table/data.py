"""A frame of runs as a view's data: all of it, or as much of it as a notebook should keep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from nbflow.tracking.direction import is_judged
from nbflow.widgets.columns import Column, ColumnName, named, read_column
from nbflow.widgets.limits import MAX_SAVED_BYTES, json_text, saved_bytes
from nbflow.widgets.listed import ATTRIBUTES

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MAX_SAVED_COLUMNS", "TableData"]

MAX_SAVED_COLUMNS = 250
_LEAST_ROWS = 50
_LOOK_AT = 1000

# What can be told from others: where a run's files are by its id, how long it took by its times.
_LEFT_OUT = frozenset({"artifact_uri"})
_NOT_SAVED = frozenset({"end_time"})
_EXPERIMENT = "experiment_id"
_DURATION = "duration"


class TableData:
    """A frame, read column by column when it is asked for.

    Parameters
    ----------
    runs
        A frame with a run on each row, of any columns.
    experiments
        Names of experiments by their ids; those that are not in it stay ids.
    """

    def __init__(self, runs: pd.DataFrame, experiments: Mapping[str, str]) -> None:
        self.runs = runs
        self._experiments = experiments
        self._read: dict[str, Column] = {}
        self.columns = [column for column in named(runs.columns) if column.id not in _LEFT_OUT]
        if {"start_time", "end_time"} <= self._ids and _DURATION not in self._ids:
            self.columns.append(ColumnName(_DURATION, -1, "attribute", _DURATION))
        attributes = {name: place for place, name in enumerate(ATTRIBUTES)}
        self.columns.sort(key=lambda column: attributes.get(column.id, len(attributes)))

    def read(self, column: ColumnName) -> Column:
        """Read a column, once."""
        known = self._read.get(column.id)
        if known is None:
            known = self._duration(column) if column.position < 0 else self._values(column)
            self._read[column.id] = known
        return known

    def forget(self) -> None:
        """Forget what was read: a table of a hundred thousand runs takes up many megabytes."""
        self._read.clear()

    def run_ids(self) -> list[str]:
        """Give the run of each row."""
        return [str(run_id) for run_id in self.runs["run_id"]]

    def full(self) -> list[dict[str, Any]]:
        """Give all columns with all rows."""
        return [self.read(column).full() for column in self.columns]

    def saved(self, limit: int = MAX_SAVED_BYTES) -> tuple[list[dict[str, Any]], dict[str, list[int]] | None]:
        """Give columns and rows that take up no more than some bytes: the columns that say most, the first rows.

        Parameters
        ----------
        limit
            Bytes.

        Returns
        -------
        columns : list of dict
            In JSON.
        reduced : dict of str to list of int, or None
            How many `rows` and `columns` these are, and of how many; None where it is all.
        """
        wanted = [column for column in self.columns if column.id not in _NOT_SAVED or _DURATION not in self._ids]
        chosen = self._choose(wanted, MAX_SAVED_COLUMNS)
        while True:
            made, n_rows = self._fitting(chosen, limit)
            if n_rows >= min(len(self.runs), _LEAST_ROWS) or len(chosen) == 1:
                break
            chosen = self._choose(wanted, len(chosen) // 2)
        if n_rows == len(self.runs) and len(chosen) == len(wanted):
            return made, None
        return made, {"rows": [n_rows, len(self.runs)], "columns": [len(chosen), len(wanted)]}

    @property
    def _ids(self) -> set[str]:
        return {column.id for column in self.columns}

    def _values(self, column: ColumnName) -> Column:
        values = self.runs.iloc[:, column.position]
        read = read_column(column, values)
        if column.id == _EXPERIMENT and read.codes is not None:
            read.texts = [self._experiments.get(text, text) for text in read.texts]
        return read

    def _duration(self, column: ColumnName) -> Column:
        ends = {each.id: self.read(each).numbers for each in self.columns if each.id in ("start_time", "end_time")}
        start, end = ends["start_time"], ends["end_time"]
        if start is None or end is None:  # somebody put other things than times in their place
            start = end = np.full(len(self.runs), np.nan)
        return Column(column.id, "attribute", column.name, "duration", numbers=(end - start) / 1000)

    def _fitting(self, chosen: list[ColumnName], limit: int) -> tuple[list[dict[str, Any]], int]:
        """Give the first rows of the columns chosen, as many as fit."""
        n_rows = len(self.runs)
        if n_rows > _LOOK_AT:  # a guess from some of them, so as not to write a hundred megabytes in vain
            n_rows = min(n_rows, max(1, int(_LOOK_AT * limit / self._size(chosen, _LOOK_AT)[1] * 1.1)))
        while True:
            made, size = self._size(chosen, n_rows)
            if size <= limit * 0.98 or n_rows <= 1:  # the rest is for what stands around the columns
                return made, n_rows if size <= limit * 0.98 else 0
            n_rows = min(n_rows - 1, max(1, int(n_rows * limit / size * 0.97)))

    def _size(self, chosen: list[ColumnName], n_rows: int) -> tuple[list[dict[str, Any]], int]:
        made = [self.read(column).saved(n_rows) for column in chosen]
        return made, saved_bytes(json_text(made))

    def _choose(self, columns: list[ColumnName], most: int) -> list[ColumnName]:
        if len(columns) <= most:
            return columns
        head = self.runs.iloc[:_LOOK_AT]
        there = head.notna().to_numpy().sum(axis=0)

        def rank(column: ColumnName) -> tuple[int, int, int]:
            filled = int(there[column.position]) if column.position >= 0 else len(head)
            return _weight(column), -filled, column.position

        kept = {column.id for column in sorted(columns, key=rank)[: max(1, most)]}
        return [column for column in columns if column.id in kept]


def _weight(column: ColumnName) -> int:
    """Say how early a kind of column is taken, the earliest first."""
    if column.kind == "attribute" or column.id == "tags.mlflow.parentRunId":
        return 0
    if column.kind == "tag":
        return 5 if column.name.startswith("mlflow.") else 3
    if column.kind == "metric" and not is_judged(column.name):
        return 4 if column.name.startswith("system/") else 2
    return 1
