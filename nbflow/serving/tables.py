"""Tables that come as CSV or as Parquet."""

from __future__ import annotations

from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any

from nbflow.errors import InvalidInputError, InvalidRequestError, MissingDependencyError
from nbflow.mlmodel.data_types import DataType
from nbflow.mlmodel.decode import cast_frame

if TYPE_CHECKING:
    import pandas as pd

    from nbflow.mlmodel.schema import Schema

__all__ = ["read_csv", "read_parquet"]

_CSV = "Failed to parse input as a Pandas DataFrame. Ensure that the input is a valid CSV-formatted Pandas DataFrame"
_PARQUET = "Failed to parse input as a Pandas DataFrame. Ensure that the input is a valid Parquet Pandas DataFrame"
# A value of a column takes 8 bytes at most, but for texts, and those are looked at.
_CELL_BYTES = 8


def read_csv(body: bytes, schema: Schema | None) -> pd.DataFrame:
    """Read a table with a line of names.

    Parameters
    ----------
    body
        The table, as UTF-8.
    schema
        The schema of the data, which gives columns their types; None leaves the types that pandas finds.

    Raises
    ------
    InvalidRequestError
        If it does not parse, or a column cannot have its type.
    """
    import pandas as pd

    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise InvalidRequestError(
            f"Invalid input. Ensure that input is a valid UTF-8 encoded string. Error: '{exc!r}'"
        ) from exc
    try:
        frame = pd.read_csv(StringIO(text), dtype=_dtypes(schema))
        return frame if schema is None else cast_frame(frame, schema)
    except (ValueError, TypeError, OverflowError) as exc:  # pandas's own errors of parsing are ValueErrors
        reason = exc.rule if isinstance(exc, InvalidInputError) else exc
        raise InvalidRequestError(f"{_CSV}. Error: '{reason}'") from exc


def read_parquet(body: bytes, max_cells: int) -> pd.DataFrame:
    """Read a file of Parquet.

    Parameters
    ----------
    body
        The file.
    max_cells
        How many values it may have: a small file can stand for a table that no memory holds.

    Raises
    ------
    InvalidRequestError
        If it is no such file, damaged, or too large.
    MissingDependencyError
        If pyarrow is not installed.
    """
    import pandas as pd

    try:
        import pyarrow as pa
    except ImportError as exc:
        raise MissingDependencyError("pyarrow", "Reading Parquet", "parquet") from exc
    try:
        _check_size(body, max_cells)
        return pd.read_parquet(BytesIO(body), engine="pyarrow")
    except (pa.ArrowException, ValueError, TypeError, OSError, OverflowError) as exc:
        if isinstance(exc, InvalidRequestError):
            raise
        raise InvalidRequestError(f"{_PARQUET}. Error: '{exc}'") from exc


def _dtypes(schema: Schema | None) -> dict[Any, Any]:
    """Say as what pandas reads each column. Times and bytes are texts first."""
    if schema is None or schema.is_tensor_spec() or not schema.has_input_names():
        return {}
    types = {name: spec.type for name, spec in schema.input_dict().items()}
    return {
        name: object if kind is DataType.datetime else kind.to_pandas()
        for name, kind in types.items()
        if isinstance(kind, DataType)
    }


def _check_size(body: bytes, max_cells: int) -> None:
    from pyarrow.parquet import ParquetFile

    file = ParquetFile(BytesIO(body))
    facts, limit = file.metadata, max_cells * _CELL_BYTES
    columns = [facts.row_group(i).column(j) for i in range(facts.num_row_groups) for j in range(facts.num_columns)]
    cells = sum(column.num_values for column in columns)
    fixed = max((max(file.schema.column(j).length, 0) for j in range(facts.num_columns)), default=0)
    size = max(sum(column.total_uncompressed_size for column in columns), cells * fixed)
    texts = sorted({column.path_in_schema for column in columns if column.physical_type == "BYTE_ARRAY"})
    if cells <= max_cells and size <= limit and texts:
        # As dictionaries: a file can name one long text a million times.
        columns_of_text = ParquetFile(BytesIO(body), read_dictionary=texts).read(columns=texts).columns
        size = max(size, sum(_text_bytes(chunk) for column in columns_of_text for chunk in column.chunks))
    if cells > max_cells or size > limit:
        raise InvalidRequestError(
            f"The table has {cells:,} values, and takes {size:,} bytes or more; the limits are {max_cells:,} and "
            f"{limit:,}. Send it in parts."
        )


def _text_bytes(array: Any) -> int:
    """Say how many bytes the texts of an array take when each stands for itself."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = array.type
    if pa.types.is_dictionary(kind):
        lengths = pc.take(pc.binary_length(array.dictionary), array.indices)
        return int(pc.sum(pc.cast(lengths, pa.int64())).as_py() or 0)
    if pa.types.is_struct(kind):
        return sum(map(_text_bytes, array.flatten()))
    nested = pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_map(kind)
    return _text_bytes(array.values) if nested else 0
