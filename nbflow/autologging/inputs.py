"""What a training is given: its rows, some of them as an example, and their description as a data set."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from nbflow.data import Dataset
    from nbflow.mlmodel.signature import ModelSignature

__all__ = ["Inputs", "dataset_of", "example_of", "inputs_of", "sample_of", "signature_of"]

_SAMPLE_ROWS = 100
_EXAMPLE_ROWS = 5


class Inputs(NamedTuple):
    """The arguments of a `fit`.

    Parameters
    ----------
    rows
        What is learned from.
    targets
        What is to be predicted; None where nothing is.
    weights
        How much each row counts; None where all count alike.
    """

    rows: Any = None
    targets: Any = None
    weights: Any = None


def inputs_of(function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Inputs:
    """Find the rows, the targets and the weights among the arguments of a bound method.

    Raises
    ------
    TypeError
        If they are not its arguments.
    """
    bound = inspect.signature(function).bind(*args, **kwargs)
    given: dict[str, Any] = {}
    for name, value in bound.arguments.items():
        if bound.signature.parameters[name].kind is inspect.Parameter.VAR_KEYWORD:
            given.update(value)
        else:
            given.setdefault(name, value)
    first = next(iter(bound.arguments), None)
    targets = given.get("y", given.get("Y"))
    return Inputs(None if first is None else given.get(first), targets, given.get("sample_weight"))


def sample_of(rows: Any) -> Any:
    """Take a copy of the first rows, enough to tell a signature; None where the rows are of an unknown kind."""
    import numpy as np
    import pandas as pd

    if isinstance(rows, pd.DataFrame | pd.Series):
        return rows.head(_SAMPLE_ROWS).copy()
    if isinstance(rows, np.ndarray) and rows.ndim:
        return rows[:_SAMPLE_ROWS].copy()
    if isinstance(rows, list) and rows:
        first = rows[:_SAMPLE_ROWS]
        return np.asarray(first) if isinstance(first[0], list | tuple | np.ndarray) else first
    if hasattr(rows, "tocsr"):
        return rows.tocsr()[:_SAMPLE_ROWS]
    return None


def example_of(sample: Any) -> Any:
    """Take the few rows of a sample that are kept with a model; None for a sample that cannot be kept."""
    return None if sample is None else sample[:_EXAMPLE_ROWS]


def signature_of(sample: Any, predict: Callable[[Any], Any] | None) -> ModelSignature | None:
    """Make a signature of some rows and what is predicted for them; None without rows.

    Parameters
    ----------
    sample
        From `sample_of`.
    predict
        What predicts; None where nothing does.
    """
    if sample is None:
        return None
    from nbflow.mlmodel.infer import infer_schema
    from nbflow.mlmodel.signature import ModelSignature

    return ModelSignature(infer_schema(sample), None if predict is None else infer_schema(predict(sample)))


def dataset_of(rows: Any, targets: Any = None, name: str | None = None) -> Dataset | None:
    """Describe rows as a data set; None where they are of a kind that cannot be described.

    Parameters
    ----------
    rows
        A DataFrame, an array or a list of rows.
    targets
        With an array of rows, an array of targets.
    name
        Its name; None is the usual one.
    """
    import numpy as np
    import pandas as pd

    from nbflow.data import from_numpy, from_pandas

    if isinstance(rows, pd.DataFrame):
        return from_pandas(rows, name=name)
    if isinstance(rows, list):
        rows = np.asarray(rows)
    if not isinstance(rows, np.ndarray) or not rows.ndim:
        return None
    known = targets if isinstance(targets, np.ndarray | pd.Series | list) else None
    return from_numpy(rows, targets=None if known is None else np.asarray(known), name=name)
