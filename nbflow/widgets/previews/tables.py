"""Previews of tables: their first rows and columns, each cell short (pure)."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from nbflow.drawing.format import is_number
from nbflow.drawing.html import cut
from nbflow.errors import InvalidInputError, MissingDependencyError

__all__ = ["csv_preview", "lines_preview", "parquet_preview", "table_of"]

_ROWS, _COLUMNS, _CELL_LENGTH = 200, 60, 200
_EXACT = 2**53  # JavaScript's integers end here


def table_of(
    columns: Sequence[Any],
    rows: Iterable[Sequence[Any]],
    *,
    n_rows: int | None = None,
    n_columns: int | None = None,
    typed: bool = True,
) -> dict[str, Any]:
    """Show a table.

    Parameters
    ----------
    columns
        The names.
    rows
        The cells; those beyond the first 200 rows and 60 columns are counted only.
    n_rows, n_columns
        How many there are, where `rows` and `columns` are not all.
    typed
        Whether a number is one by its type; otherwise its text tells.

    Returns
    -------
    preview : dict of str to object
        `columns`, `rows`, `numbers` (the columns of numbers, by position), and `shape`, of the whole table.
    """
    iterator = iter(rows)
    width = min(len(columns), _COLUMNS)
    shown = [[_cell(row[at]) if at < len(row) else None for at in range(width)] for row in islice(iterator, _ROWS)]
    total = len(shown) + sum(1 for _ in iterator) if n_rows is None else n_rows
    return {
        "kind": "table",
        "columns": [cut(_name(column), _CELL_LENGTH) for column in columns[:width]],
        "numbers": [at for at in range(width) if _has_numbers([row[at] for row in shown], typed=typed)],
        "rows": shown,
        "shape": [total, len(columns) if n_columns is None else n_columns],
    }


def csv_preview(data: bytes, delimiter: str | None = None) -> dict[str, Any]:
    """Show a CSV file.

    Parameters
    ----------
    data
        The file's content; its first line has the names.
    delimiter
        What stands between the cells; None takes the comma, the semicolon or the tab, of which its first line has most.

    Returns
    -------
    preview : dict of str to object
        As of `table_of`; cells are text.

    Raises
    ------
    InvalidInputError
        If it is no text, or cannot be read as CSV.
    """
    if b"\0" in data:
        raise InvalidInputError("the table", "binary", "CSV is text.")
    text = data.decode("utf-8-sig", "replace")
    first = text[: text.find("\n")] if "\n" in text else text
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or max(",;\t", key=first.count))
    try:
        return table_of(next(rows, []), rows, typed=False)
    except csv.Error as exc:
        raise InvalidInputError("the table", cut(first, _CELL_LENGTH), f"It cannot be read as CSV: {exc}") from exc


def lines_preview(data: bytes) -> dict[str, Any]:
    """Show a file with a JSON object on each line: the columns are the names of the first 200.

    Raises
    ------
    ValueError
        If a line is no JSON object.
    """
    lines = [line for line in data.splitlines() if line.strip()]
    records = [json.loads(line) for line in lines[:_ROWS]]
    if not records or not all(isinstance(record, dict) for record in records):
        raise ValueError("its lines are no JSON objects")
    names = list(dict.fromkeys(name for record in records for name in record))
    return table_of(names, [[record.get(name) for name in names] for record in records], n_rows=len(lines))


def parquet_preview(data: bytes) -> dict[str, Any]:
    """Show a Parquet file.

    Raises
    ------
    MissingDependencyError
        If pyarrow is not installed.
    InvalidInputError
        If it cannot be read as Parquet.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as exc:
        raise MissingDependencyError("pyarrow", "A preview of a .parquet file", "parquet") from exc
    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        names = file.schema_arrow.names
        batch = next(file.iter_batches(batch_size=_ROWS, columns=names[:_COLUMNS]), None)
        columns = [] if batch is None else [column.to_pylist() for column in batch.columns]
        names_read = names[:_COLUMNS] if batch is None else batch.schema.names
    except (pa.ArrowException, OSError, ValueError, TypeError) as exc:
        raise InvalidInputError("the table", "binary", f"It cannot be read as Parquet: {exc}") from exc
    rows = list(zip(*columns, strict=True))
    return table_of(names_read, rows, n_rows=file.metadata.num_rows, n_columns=len(names))


def _cell(value: Any) -> float | int | str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        exact = abs(value) <= _EXACT if isinstance(value, int) else math.isfinite(value)
        return value if exact else str(value)
    if isinstance(value, (bytes, bytearray)):
        return f"{len(value):,} bytes"
    if isinstance(value, (dict, list, tuple)):
        return cut(json.dumps(value, ensure_ascii=False, default=str)[: _CELL_LENGTH * 4], _CELL_LENGTH)
    return cut(str(value)[: _CELL_LENGTH * 4], _CELL_LENGTH)


def _name(column: Any) -> str:
    if isinstance(column, (list, tuple)):  # of several levels
        return " / ".join(map(str, column))
    return str(column)


def _has_numbers(cells: Sequence[Any], *, typed: bool) -> bool:
    known = [cell for cell in cells if cell not in (None, "")]
    if typed:
        return bool(known) and all(isinstance(cell, int | float) or cell in ("nan", "inf", "-inf") for cell in known)
    return bool(known) and all(is_number(cell.strip()) for cell in known)
