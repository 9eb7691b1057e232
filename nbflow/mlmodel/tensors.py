"""Arrays held against the tensors of a signature. Their types must be the very same: nothing is cast."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from nbflow.errors import SchemaEnforcementError
from nbflow.mlmodel.casts import CONVERSION_ERRORS

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from nbflow.mlmodel.schema import TensorSpec

__all__ = ["bare_type", "enforce_named_tensors", "enforce_tensor", "is_sparse"]


def is_sparse(data: object) -> bool:
    """Say whether it is a matrix or array of scipy, compressed by rows or columns."""
    scipy_sparse = sys.modules.get("scipy.sparse")  # where it is not imported, nothing is of its classes
    return scipy_sparse is not None and scipy_sparse.issparse(data) and getattr(data, "format", "") in {"csr", "csc"}


def bare_type(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Give a type without the length of its texts or bytes."""
    import numpy as np

    return np.dtype(dtype.type) if dtype.kind in "US" else dtype


def enforce_tensor(data: Any, spec: TensorSpec) -> Any:
    """Give the only tensor of a signature, which has no name.

    Parameters
    ----------
    data
        An array, a sparse matrix, or a DataFrame: of one column, whose values are numbers, or lists or arrays that
        are brought into shape; of more, the numbers themselves.
    spec
        What it must be.

    Returns
    -------
    tensor : ndarray or sparse matrix
        What came, where that was no DataFrame.

    Raises
    ------
    SchemaEnforcementError
        If it is something else, or of another type or shape.
    """
    import numpy as np
    import pandas as pd

    if isinstance(data, np.ndarray) or is_sparse(data):
        return _checked(data, spec)
    if not isinstance(data, pd.DataFrame):
        found = type(data).__name__
        raise SchemaEnforcementError(
            "This model contains a tensor-based model signature with no input names, which suggests a numpy array "
            f"input or a pandas dataframe input with proper column values, but an input of type {found} was found. "
            "Give np.asarray(...) of it.",
            found=found,
            expected=repr(spec),
        )
    n_columns = data.shape[1]
    if data.empty:
        raise SchemaEnforcementError("Input DataFrame is empty.", found="an empty DataFrame", expected=repr(spec))
    if n_columns == 1:
        return _from_column(data.iloc[:, 0], spec)
    if spec.shape != (-1, n_columns):
        raise SchemaEnforcementError(
            "This model contains a model signature with an unnamed input. Since the input data is a pandas DataFrame "
            "containing multiple columns, the input shape must be of the structure (-1, number_of_dataframe_columns). "
            f"Instead, the input DataFrame passed had {n_columns} columns and an input shape of {spec.shape}.",
            found=f"{n_columns} columns",
            expected=repr(spec),
        )
    return _checked(data.to_numpy(), spec)


def enforce_named_tensors(data: Any, specs: Mapping[Any, TensorSpec]) -> dict[Any, Any]:
    """Give the tensors of a signature by their names.

    Parameters
    ----------
    data
        A dictionary of arrays, or a DataFrame with a column for each; it has all of them.
    specs
        What they must be, by their names.

    Raises
    ------
    SchemaEnforcementError
        If one is something else, or of another type or shape.
    """
    import numpy as np
    import pandas as pd

    if isinstance(data, pd.DataFrame):
        return {name: _from_column(data[name], spec) for name, spec in specs.items()}
    for name in specs:
        if not isinstance(data[name], np.ndarray):
            found = type(data[name])
            raise SchemaEnforcementError(
                "This model contains a tensor-based model signature with input names, which suggests a dictionary "
                f"input mapping input name to a numpy array, but a dict with value type {found} was found: give "
                f"np.asarray(...) of {name!r}.",
                column=name,
                found=found.__name__,
                expected=repr(specs[name]),
            )
    return {name: _checked(data[name], spec) for name, spec in specs.items()}


def _checked(array: Any, spec: TensorSpec) -> Any:
    """Give an array as it is, if it is of the type and shape."""
    expected = spec.shape
    # Examples of several lengths are an array of objects, in which numpy cannot look.
    if expected == (-1,) and spec.type.kind == "O":
        return array
    if len(expected) > 1 and -1 in expected[1:] and array.ndim == 1 and array.dtype.kind == "O":
        return array
    of = "" if spec.name is None else f" {spec.name!r}"
    if len(expected) != array.ndim or any(
        length not in {-1, found} for length, found in zip(expected, array.shape, strict=True)
    ):
        raise SchemaEnforcementError(
            f"Shape of input{of} {array.shape} does not match expected shape {expected}.",
            column=spec.name,
            found=str(array.shape),
            expected=str(expected),
        )
    if bare_type(array.dtype) != spec.type:
        hint = (
            f" Convert it first: .astype({spec.type.name!r})."
            if {array.dtype.kind, spec.type.kind} <= set("biuf")
            else ""
        )
        raise SchemaEnforcementError(
            f"dtype of input{of} {array.dtype} does not match expected dtype {spec.type}.{hint}",
            column=spec.name,
            found=str(array.dtype),
            expected=str(spec.type),
        )
    return array


def _from_column(column: pd.Series[Any], spec: TensorSpec) -> Any:
    """Make a tensor of a column of numbers, or of lists or arrays, one for each example."""
    import numpy as np

    if spec.shape[:1] != (-1,) or -1 in spec.shape[1:]:
        raise _unlike(
            "For pandas dataframe input, the first dimension of shape must be a variable dimension and other "
            f"dimensions must be fixed, but in model signature the shape is {spec.shape}.",
            spec,
        )
    if not len(column):
        raise _unlike("The input pandas dataframe has no rows.", spec)
    first = column.iloc[0]
    if np.isscalar(first):
        if spec.shape not in {(-1,), (-1, 1)}:
            raise _unlike(
                f"The input pandas dataframe column {column.name!r} contains scalar values, which requires the shape "
                f"to be (-1,) or (-1, 1), but got tensor spec shape of {spec.shape}.",
                spec,
            )
        return _checked(_shaped(column, spec, lambda: np.array(column, dtype=spec.type)), spec)
    if not isinstance(first, np.ndarray) and not (isinstance(first, list) and first and np.isscalar(first[0])):
        raise _unlike(
            "Because the model signature requires tensor spec input, the input pandas dataframe values should be "
            "either scalar value, python list containing scalar values or numpy array containing scalar values, other "
            "types are not supported.",
            spec,
        )
    if isinstance(first, np.ndarray):
        # Of any type: MLflow does not look at it here.
        return _shaped(column, spec, lambda: np.vstack(column.tolist()))
    # A list does not say what type of number it holds.
    return _shaped(column, spec, lambda: np.vstack(column.tolist()).astype(spec.type))


def _shaped(column: pd.Series[Any], spec: TensorSpec, gather: Callable[[], Any]) -> Any:
    cause = None
    try:
        tensor = gather().reshape(spec.shape)
        if len(tensor) == len(column):
            return tensor
    except CONVERSION_ERRORS as exc:
        cause = exc
    raise _unlike(
        f"The value in the Input DataFrame column {column.name!r} could not be converted to the expected shape of: "
        f"'{spec.shape}'. Ensure that each of the input list elements are of uniform length, "
        f"{math.prod(spec.shape[1:])}, and that the data can be coerced to the tensor type '{spec.type}'.",
        spec,
    ) from cause


def _unlike(problem: str, spec: TensorSpec) -> SchemaEnforcementError:
    return SchemaEnforcementError(problem, column=spec.name, expected=repr(spec))
