"""Tables as JSON or Parquet, and back: the formats that MLflow gives its tables."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from nbflow.artifact_store.foreign import is_a
from nbflow.artifact_store.paths import extension
from nbflow.errors import InvalidInputError, InvalidPathError, MissingDependencyError, UnsupportedValueError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["append_table", "decode_table", "encode_table", "to_frame"]


def encode_table(data: object, name: str) -> bytes:
    """Write a table in the format that a file name asks for.

    Parameters
    ----------
    data
        A DataFrame (its index is not kept), or a dictionary as for `to_frame`.
    name
        The artifact's name.

        `.json`: pandas' orient "split" without the index. Numbers keep every digit, and infinity; NaN, NaT and None
        are all `null`. Dates and times come back as text, and integers beside `null` as floats: JSON has no types.

        `.parquet`: every type is kept, but a column must be of one type; column names are text.

    Returns
    -------
    data : bytes
        The file's content.

    Raises
    ------
    InvalidPathError
        If the name has another extension.
    UnsupportedValueError
        If the data are no table, or a cell holds an image, an array or (in JSON) bytes.
    InvalidInputError
        If columns have the same name or not the same length, or Parquet cannot hold one.
    MissingDependencyError
        If Parquet is asked for and pyarrow is not installed.
    """
    kind = _kind(name)
    frame = to_frame(data)
    _check_cells(frame)
    return _to_json(frame) if kind == ".json" else _to_parquet(frame)


def decode_table(data: bytes, name: str) -> pd.DataFrame:
    """Read a table that `encode_table` or MLflow wrote.

    Unlike `pandas.read_json`, text stays text: `"001"` does not become 1, nor a date a time.

    Parameters
    ----------
    data
        A file's content.
    name
        The artifact's name, for the format and for the error.

    Returns
    -------
    frame : DataFrame
        Its rows are numbered from 0.

    Raises
    ------
    InvalidPathError
        If the name has another extension.
    InvalidInputError
        If it cannot be read as a table.
    MissingDependencyError
        If it is Parquet and pyarrow is not installed.
    """
    return _from_json(data, name) if _kind(name) == ".json" else _from_parquet(data, name)


def append_table(old: object, new: object) -> pd.DataFrame:
    """Put the rows of a table below those of another.

    Parameters
    ----------
    old, new
        As for `to_frame`. Columns of only one are empty in the rows of the other.

    Returns
    -------
    frame : DataFrame
        Its rows are numbered from 0.

    Raises
    ------
    UnsupportedValueError
        If one is no table.
    InvalidInputError
        If columns have the same name or not the same length.
    """
    import pandas as pd

    first, second = to_frame(old), to_frame(new)
    columns = [*first.columns, *(column for column in second.columns if column not in first.columns)]
    # Rows of no table would only blur the types of the other's columns.
    filled = [frame for frame in (first, second) if len(frame)] or [first]
    return pd.concat(filled, ignore_index=True).reindex(columns=columns)


def to_frame(data: object) -> pd.DataFrame:
    """Make a DataFrame of what can be logged as a table.

    Parameters
    ----------
    data
        A DataFrame, or a dictionary of columns: lists of the same length, or single values, which stand in every
        row (in one row when there are no lists).

    Raises
    ------
    UnsupportedValueError
        If it is neither.
    InvalidInputError
        If columns have the same name or not the same length.
    """
    import pandas as pd

    if isinstance(data, pd.DataFrame):
        frame = data
    elif isinstance(data, Mapping):
        columns = dict(data)
        if columns and not any(_is_column(value) for value in columns.values()):
            columns = {key: [value] for key, value in columns.items()}
        try:
            frame = pd.DataFrame(columns)
        except ValueError as exc:
            raise InvalidInputError(
                "the table", f"with columns {list(columns)}", f"{exc}. Its columns are lists of one length."
            ) from exc
    else:
        raise UnsupportedValueError("the table", data, "tables are pandas DataFrames and dictionaries of columns.")
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()][0]
        raise InvalidInputError("the table's columns", list(frame.columns), f"{twice!r} is there twice. Rename one.")
    return frame


def _kind(name: str) -> str:
    kind = extension(name)
    if kind not in (".json", ".parquet"):
        raise InvalidPathError(name, "Tables are .json or .parquet files: give the name such an extension.")
    return kind


def _is_column(value: object) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, (str, bytes, Mapping))


def _check_cells(frame: pd.DataFrame) -> None:
    for name, column in frame.items():
        if column.dtype != object:
            continue
        for cell in column:
            if is_a(cell, "PIL.Image", "Image") or is_a(cell, "numpy", "ndarray"):
                raise UnsupportedValueError(
                    f"a cell of the table's column {name!r}",
                    cell,
                    "log images with nbflow.log_image and put their names into the table; make lists of arrays.",
                )


def _to_json(frame: pd.DataFrame) -> bytes:
    names = ",".join(_cell(name) for name in frame.columns)
    columns = [[_cell(cell) for cell in frame.iloc[:, at].tolist()] for at in range(frame.shape[1])]
    rows = zip(*columns, strict=True) if columns else iter([()] * len(frame))
    body = ",".join(f"[{','.join(row)}]" for row in rows)
    # Half a character (a lone surrogate) cannot be written as UTF-8; as an escape it can.
    return f'{{"columns":[{names}],"data":[{body}]}}'.encode("utf-8", "backslashreplace")


def _cell(value: Any) -> str:
    """Write one value as JSON."""
    if isinstance(value, str):
        text = _text(str.__str__(value))
    elif value is None or isinstance(value, bool):
        text = json.dumps(value)
    elif isinstance(value, int):
        text = int.__repr__(value)
    elif isinstance(value, float):
        text = _number(value)
    elif isinstance(value, (list, tuple)):
        text = f"[{','.join(map(_cell, value))}]"
    elif isinstance(value, Mapping):
        pairs = (f"{_text(str(key))}:{_cell(child)}" for key, child in value.items())
        text = f"{{{','.join(pairs)}}}"
    else:
        text = _foreign_cell(value)
    return text


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _number(value: float) -> str:
    if math.isnan(value):
        return "null"
    if math.isinf(value):
        # Valid JSON, unlike Infinity, and every reader's overflow: Python, pandas and JavaScript read infinity.
        return "1e999" if value > 0 else "-1e999"
    return float.__repr__(value)


def _foreign_cell(value: Any) -> str:
    import pandas as pd

    if value is pd.NA or value is pd.NaT:
        return "null"
    if isinstance(value, (bytes, bytearray)):
        raise UnsupportedValueError("a cell of the table", value, "JSON has no bytes: use .parquet, or text.")
    if is_a(value, "numpy", "ndarray"):
        raise UnsupportedValueError("a cell of the table", value, "make a list of it with .tolist().")
    if isinstance(value, (datetime, date, time, pd.Timedelta)):
        return _text(value.isoformat())
    plain = value.item() if is_a(value, "numpy", "generic") else value
    return _cell(plain) if isinstance(plain, (bool, int, float)) else _text(str(value))


def _from_json(data: bytes, name: str) -> pd.DataFrame:
    import pandas as pd

    try:
        table = json.loads(data)
        columns, rows = table["columns"], table["data"]
        if not isinstance(columns, list) or any(len(row) != len(columns) for row in rows):
            raise ValueError("rows and columns are not of one length")  # noqa: TRY301 - one way out for all of them
        return pd.DataFrame(rows, columns=_labels(columns), index=pd.RangeIndex(len(rows)))
    except (ValueError, KeyError, TypeError, RecursionError) as exc:
        raise InvalidInputError(
            "the artifact", name, f"It cannot be read as a table, which is JSON of 'columns' and 'data': {exc}"
        ) from exc


def _labels(columns: list[Any]) -> Any:
    """Make column names of JSON; those of several levels are lists there."""
    import pandas as pd

    if columns and all(isinstance(column, list) for column in columns):
        return pd.MultiIndex.from_tuples([tuple(column) for column in columns])
    return pd.Index([tuple(column) if isinstance(column, list) else column for column in columns])


def _to_parquet(frame: pd.DataFrame) -> bytes:
    pa, pq = _pyarrow()
    frame = to_frame(frame.set_axis([str(column) for column in frame.columns], axis=1))
    try:
        table = pa.Table.from_pandas(frame, preserve_index=False)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as exc:
        rule = f"Parquet cannot hold it ({exc}). Use .json, or one type in each column."
        raise InvalidInputError("the table", f"with columns {list(frame.columns)}", rule) from exc
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return buffer.getvalue()


def _from_parquet(data: bytes, name: str) -> pd.DataFrame:
    pa, pq = _pyarrow()
    try:
        table = pq.read_table(pa.BufferReader(data))
        frame: pd.DataFrame = table.to_pandas()
    except (pa.ArrowException, OSError, ValueError, TypeError) as exc:
        raise InvalidInputError("the artifact", name, f"It cannot be read as Parquet: {exc}") from exc
    for field in table.schema:
        # pyarrow makes arrays of lists; as lists they can be written again.
        if pa.types.is_nested(field.type) and field.name in frame.columns:
            frame[field.name] = table.column(field.name).to_pylist()
    return frame


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as exc:
        raise MissingDependencyError("pyarrow", "A table as .parquet", "parquet") from exc
    return pa, pq
