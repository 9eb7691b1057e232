"""Which columns of a table of runs tell the runs apart, and which rows are the best: on whole columns at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

__all__ = ["Variation", "best_value", "variation"]

Variation = Literal["absent", "differs", "same"]


def variation(column: pd.Series[Any]) -> Variation:
    """Tell whether a column is the same in all rows.

    Parameters
    ----------
    column
        Text or numbers.

    Returns
    -------
    variation : {"absent", "differs", "same"}
        `"absent"` where no row has a value. Rows with a value differ from rows without.
    """
    missing = column.isna().to_numpy()
    if missing.all():
        return "absent"
    if missing.any():
        return "differs"
    if column.dtype == object:
        texts = map(str, column)
        first = next(texts)
        return "same" if all(text == first for text in texts) else "differs"
    return "same" if bool((column == column.iloc[0]).all()) else "differs"


def best_value(values: np.ndarray[Any, Any], mode: Literal["max", "min"]) -> float | None:
    """Find the best of a metric's values, where there is one to speak of: there are two, and they are not the same.

    Parameters
    ----------
    values
        Shape (n_rows,); NaN is missing.
    mode
        Whether the highest or the lowest is best.

    Returns
    -------
    best : float or None
        None where no run is better than another.
    """
    values = values[values == values]  # noqa: PLR0124 (not NaN)
    if not len(values) or values.min() == values.max():
        return None
    return float(values.min() if mode == "min" else values.max())
