"""The rows that a model is judged by: features, and the truth."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from nbflow.errors import InvalidInputError, UnsupportedValueError, did_you_mean
from nbflow.evaluation.values import one_for_each

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Rows", "read_rows"]

_UNKNOWN = "Leave out the rows whose truth is not known."
_UNSAID = "Leave out the rows of which nothing was predicted."


class Rows(Struct):
    """Rows whose truth is known.

    Parameters
    ----------
    features
        A DataFrame or an array, one row each; what the model is given.
    targets
        An array of shape (n_rows,).
    predictions
        An array of shape (n_rows,), where the data hold them already.
    frame
        What is logged as the run's input.
    target_name
        The column of the targets, where they were one.
    """

    features: Any
    targets: Any
    predictions: Any = None
    frame: Any = None
    target_name: Any = None


def read_rows(
    data: Any, targets: Any, predictions: Hashable | None = None, feature_names: Sequence[str] | None = None
) -> Rows:
    """Take data apart.

    Parameters
    ----------
    data
        A DataFrame, or an array of shape (n_rows, n_features).
    targets
        The column of the DataFrame that holds the truth, or an array of shape (n_rows,).
    predictions
        The column of the DataFrame that holds predictions.
    feature_names
        Names of the features of an array; of a DataFrame, the columns that the model is given.

    Raises
    ------
    InvalidInputError
        If a column is not there, there are not as many targets as rows, or some are missing.
    UnsupportedValueError
        If the data are neither.
    """
    import numpy as np
    import pandas as pd

    if not isinstance(data, pd.DataFrame | np.ndarray):
        raise UnsupportedValueError("data", data, "give a DataFrame or a numpy array.")
    if targets is None:
        raise InvalidInputError("targets", targets, "Say what is true: the name of a column, or an array.")
    frame = data if isinstance(data, pd.DataFrame) else None
    if frame is None:
        if isinstance(targets, str) or predictions is not None:
            raise InvalidInputError("targets", targets, "An array has no columns: give the targets as an array.")
        features = data if feature_names is None else pd.DataFrame(data, columns=list(feature_names))
        rows = Rows(features, one_for_each(targets, "targets", _UNKNOWN), frame=data)
    else:
        column = targets if np.ndim(targets) == 0 and isinstance(targets, Hashable) else None
        taken = [name for name in (column, predictions) if name is not None]
        for name in [*taken, *(feature_names or ())]:
            if name not in frame.columns:
                known = [str(column) for column in frame.columns]
                raise InvalidInputError("data", name, f"There is no such column.{did_you_mean(str(name), known)}")
        rows = Rows(
            frame.drop(columns=taken) if feature_names is None else frame[list(feature_names)],
            one_for_each(targets if column is None else frame[column], "targets", _UNKNOWN),
            None if predictions is None else one_for_each(frame[predictions], "predictions", _UNSAID),
            frame,
            column,
        )
    if len(rows.targets) != len(data):
        raise InvalidInputError("targets", len(rows.targets), f"There is one for each of the {len(data)} rows.")
    if not len(data):
        raise InvalidInputError("data", "no rows", "Nothing can be said of a model without a row.")
    return rows
