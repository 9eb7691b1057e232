"""Data from JSON, with the types that a schema says: JSON knows neither int32 from int64, nor bytes, nor times.

The casts are those of MLflow's scoring server, which are looser than those of `predict`: `1` becomes a double, and of
`1.5` for a long 1 is left.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from nbflow.errors import InvalidInputError
from nbflow.mlmodel.types import ColSpec, DataType, Schema, TensorSpec

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["cast_frame", "inputs_from_json", "split_from_json"]

# What casting to a type of numpy or pandas raises.
_CAST_ERRORS = (ValueError, TypeError, OverflowError, ArithmeticError, AttributeError, LookupError)
_WHOLE = {DataType.boolean, DataType.integer, DataType.long}


def split_from_json(value: Any, schema: Schema | None = None) -> pd.DataFrame:
    """Make a DataFrame of a dictionary of `data`, and perhaps of `columns` and `index`.

    Parameters
    ----------
    value
        What JSON held: `{"columns": ["a"], "data": [[1.0]]}`.
    schema
        The schema of the data; None leaves the types that pandas finds.

    Raises
    ------
    InvalidInputError
        If it has another form, or a column cannot have the type that the schema says.
    """
    import pandas as pd

    if not isinstance(value, dict):
        raise InvalidInputError(
            "dataframe_split", value, f"Dataframe split format must be a dictionary. Got {_kind(value)}."
        )
    if "data" not in value or value.keys() - {"columns", "data", "index"}:
        rule = (
            "Dataframe split format must have 'data' field and optionally 'columns' and 'index' fields. "
            f"Got {sorted(map(str, value))}."
        )
        raise InvalidInputError("dataframe_split", value, rule)
    columns = value.get("columns")
    try:
        if isinstance(columns, list) and columns and all(isinstance(name, list) for name in columns):
            columns = pd.MultiIndex.from_tuples(map(tuple, columns))  # else each is one level of all
        frame = pd.DataFrame(index=value.get("index"), columns=columns, data=value["data"])
    except _CAST_ERRORS as exc:
        rule = (
            f"Provided dataframe_split field is not a valid dataframe representation in 'split' format. Error: '{exc}'"
        )
        raise InvalidInputError("dataframe_split", value, rule) from exc
    return frame if schema is None else cast_frame(frame, schema)


def cast_frame(frame: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """Cast the columns of a DataFrame that was read from JSON or CSV to the types of a schema.

    Parameters
    ----------
    frame
        The data. Columns that the schema does not name stay as they are; those that it names and that are missing
        are not looked for here.
    schema
        The schema.

    Returns
    -------
    frame : DataFrame
        A new one; lists and dictionaries in it are the same.

    Raises
    ------
    InvalidInputError
        If a column cannot be cast; it names the column.
    """
    cast = frame.copy(deep=False)
    for name, spec in _matched(frame, schema):
        try:
            cast[name] = _cast_column(cast[name], spec)
        except _CAST_ERRORS as exc:
            wanted = spec.type if isinstance(spec, ColSpec) else spec.type.name
            rule = (
                "Data is not compatible with model signature. "
                f"Failed to convert column {name} to type '{wanted}'. Error: '{exc!r}'"
            )
            raise InvalidInputError(f"the column {name!r}", list(frame[name].head(3)), rule) from exc
    return cast


def inputs_from_json(value: Any, schema: Schema | None = None) -> Any:
    """Make arrays of lists, by the names of a schema where it has such.

    Parameters
    ----------
    value
        What JSON held: a dictionary of columns or tensors, a list of dictionaries, a list, or a scalar.
    schema
        The schema of the data; None leaves the types that numpy finds.

    Returns
    -------
    data : dict, list or ndarray
        What `predict` takes.

    Raises
    ------
    InvalidInputError
        If it cannot be what the schema says.
    """
    named = schema.input_dict() if schema is not None and schema.has_input_names() else {}
    if schema is not None:
        rows = isinstance(value, list) and any(isinstance(each, dict) for each in value)
        if len(named) == 1 and isinstance(value, list) and not rows:
            value = {next(iter(named)): value}
        elif not named and isinstance(value, dict):
            rule = (
                "This model contains an un-named model signature which expects a single n-dimensional array or a "
                "single value as input, however, an input of type dict was found."
            )
            raise InvalidInputError("inputs", value, rule)
    if isinstance(value, dict):
        return {name: _converted(each, named.get(name)) for name, each in value.items()}
    if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        return [{name: _converted(each, named.get(name)) for name, each in row.items()} for row in value]
    return _converted(value, None if schema is None else schema.inputs[0])


def _kind(value: Any) -> str:
    return "list" if isinstance(value, list) else f"type {type(value).__name__}"


def _matched(frame: pd.DataFrame, schema: Schema) -> Iterator[tuple[Any, ColSpec | TensorSpec]]:
    """Give the name in the frame of each column that the schema describes, each once."""
    if frame.columns.has_duplicates:  # which of them is meant is for `predict` to say
        return
    if schema.has_input_names():
        here = set(frame.columns)
        yield from ((name, spec) for name, spec in schema.input_dict().items() if name in here)
    elif schema.is_tensor_spec():
        yield from ((name, schema.inputs[0]) for name in frame.columns)
    else:
        yield from zip(frame.columns, schema.inputs, strict=False)


def _cast_column(column: pd.Series[Any], spec: ColSpec | TensorSpec) -> Any:
    import pandas as pd

    if isinstance(spec, TensorSpec):
        return _cast_tensor(column, spec)
    kind = spec.type
    if kind is DataType.binary:
        return column.map(_from_base64).astype(object)
    if kind is DataType.datetime:
        return _times(column)
    if not isinstance(kind, DataType):
        return column  # lists and dictionaries are what JSON has, too
    is_text = kind is DataType.string and isinstance(column.dtype, pd.StringDtype)
    # numpy's whole numbers know no missing value.
    is_gappy = kind in _WHOLE and not spec.required and bool(column.isna().any())
    return column if is_text or is_gappy else column.astype(kind.to_pandas())


def _times(column: pd.Series[Any]) -> Any:
    import pandas as pd

    try:
        # As they are written here: with a fraction of a second only where there is one.
        parsed = pd.to_datetime(column, format="ISO8601")
    except ValueError:
        parsed = pd.to_datetime(column)
    return parsed.dt.as_unit("ns") if pd.api.types.is_datetime64_any_dtype(parsed) else parsed


def _cast_tensor(column: pd.Series[Any], spec: TensorSpec) -> Any:
    import pandas as pd

    if spec.type.kind == "S":
        return column.map(lambda text: bytes(text, "utf8"))
    is_nested = len(column) > 0 and isinstance(column.iloc[0], list)
    is_text = spec.type.kind in "OU" and isinstance(column.dtype, pd.StringDtype)
    return column if is_nested or is_text else column.astype(spec.type)


def _from_base64(text: Any) -> Any:
    return base64.b64decode(text.encode("ascii")) if isinstance(text, str) else None


def _converted(value: Any, spec: ColSpec | TensorSpec | None) -> Any:
    import numpy as np

    try:
        if isinstance(spec, ColSpec) and isinstance(spec.type, DataType):
            dtype = spec.type.to_numpy()
            return np.array(value, dtype) if isinstance(value, list) else np.array([value], dtype)[0]
        if isinstance(spec, ColSpec):
            return value  # lists, dictionaries and anything are what JSON has
        if spec is None:
            return np.array(value)
        array = np.array(value, dtype=spec.type)
        # Of no rows, JSON does not tell how long they are.
        return array if array.size else array.reshape([max(length, 0) for length in spec.shape])
    except _CAST_ERRORS as exc:
        wanted = "an array" if spec is None else repr(spec)
        raise InvalidInputError("inputs", value, f"Failed to convert it to {wanted}: {exc}") from exc
