"""What may be given to a model with a signature of columns, made into a DataFrame as MLflow does."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from nbflow.errors import SchemaEnforcementError
from nbflow.mlmodel.casts import CONVERSION_ERRORS
from nbflow.mlmodel.data_types import Array, Object

if TYPE_CHECKING:
    import pandas as pd

    from nbflow.mlmodel.schema import Schema

__all__ = ["as_frame"]


def as_frame(data: Any, schema: Schema) -> pd.DataFrame:
    """Give data as a DataFrame.

    Parameters
    ----------
    data
        A DataFrame, a Series, an array, a list of rows, of dictionaries or of values, a dictionary of columns or of
        one row, or a single value.
    schema
        What the columns are to be: it tells whether the lists in a dictionary are columns or values.

    Returns
    -------
    frame : DataFrame
        `data` itself where it is one.

    Raises
    ------
    SchemaEnforcementError
        If it cannot be made one.
    """
    import numpy as np
    import pandas as pd

    if isinstance(data, pd.DataFrame):
        return data
    try:
        if isinstance(data, pd.Series):
            return data.to_frame()
        if np.isscalar(data):
            return pd.DataFrame([data])
        if isinstance(data, dict):
            return _from_dict(data, schema)
        if _is_one_column_of_lists(data, schema):
            return pd.DataFrame({0: pd.Series(data)})
        if isinstance(data, list | np.ndarray):
            return pd.DataFrame(data)
    except CONVERSION_ERRORS as exc:
        raise SchemaEnforcementError(
            "This model contains a column-based signature, which suggests a DataFrame input. There was an error "
            f"casting the input data to a DataFrame: {exc}",
            found=type(data).__name__,
            expected="DataFrame",
        ) from exc
    found = type(data).__name__
    raise SchemaEnforcementError(f"Expected input to be DataFrame. Found: {found}", found=found, expected="DataFrame")


def _from_dict(data: dict[Any, Any], schema: Schema) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    values = data.values()
    is_one_row = (
        any(isinstance(one.type, Array | Object) for one in schema)
        or all(map(_is_cell, values))
        or all(map(_is_single, values))
    )
    texts = all(isinstance(value, np.ndarray) and value.dtype.kind == "U" and value.shape == () for value in values)
    if is_one_row or texts:
        return pd.DataFrame([data])
    # pandas takes no columns of arrays of more dimensions; as lists they reach the check of their column.
    return pd.DataFrame({name: _without_dimensions(value) for name, value in data.items()})


def _is_cell(value: Any) -> bool:
    """Say whether it is one value of a row for MLflow: a number, a text, None, or a list of texts."""
    import numpy as np

    return (
        value is None
        or np.isscalar(value)
        or (isinstance(value, list) and all(isinstance(item, str) for item in value))
    )


def _is_single(value: Any) -> bool:
    """Say whether it is a single value, of which pandas makes no column. MLflow forgets dates and times here."""
    return isinstance(value, dt.date) or (not isinstance(value, list) and _is_cell(value))


def _without_dimensions(value: Any) -> Any:
    import numpy as np

    return value.tolist() if isinstance(value, np.ndarray) and value.ndim > 1 else value


def _is_one_column_of_lists(data: Any, schema: Schema) -> bool:
    """Say whether lists are the values of the only column, where to take each for a row would be refused.

    Of a list of lists a signature of one column of lists is made; MLflow then takes the lists for rows.
    """
    import numpy as np

    return (
        isinstance(data, list)
        and len(schema) == 1
        and not schema.has_input_names()
        and isinstance(schema.inputs[0].type, Array)
        and bool(data)
        and all(isinstance(item, list) and bool(item) and np.isscalar(item[0]) for item in data)
    )
