"""Signatures made from examples: what went in, what came out, and params."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nbflow.errors import InvalidInputError, InvalidSchemaError, SchemaInferenceError, shown
from nbflow.mlmodel.casts import is_objects
from nbflow.mlmodel.data_types import AnyType, DataType, Object, ValueType
from nbflow.mlmodel.infer_types import infer_column, infer_dtype, infer_items, infer_value
from nbflow.mlmodel.nested import is_missing
from nbflow.mlmodel.param_schema import ParamSchema, ParamSpec
from nbflow.mlmodel.param_values import is_moment
from nbflow.mlmodel.schema import ColSpec, Schema, TensorSpec
from nbflow.mlmodel.signature import ModelSignature
from nbflow.mlmodel.tensors import bare_type, is_sparse

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["infer_param_schema", "infer_schema", "infer_signature"]


def infer_signature(
    model_input: Any = None, model_output: Any = None, params: Mapping[str, Any] | None = None
) -> ModelSignature:
    """Make a signature from examples.

    Parameters
    ----------
    model_input
        What goes into `predict`, such as some rows of the training data: a DataFrame, a Series, an array, a sparse
        matrix, a dictionary of arrays or of values, a list of values or dictionaries, or a single value. Where a
        value can be missing, let one be missing: a column without is required, and one of whole numbers cannot have
        missing values at all.
    model_output
        What comes out, of the same kinds.
    params
        The params of `predict` with their defaults: values, lists of values, or dictionaries.

    Returns
    -------
    signature : ModelSignature
        Where there is no schema for an example, it has "any" there, with a warning that says why.

    Raises
    ------
    InvalidInputError
        If nothing is given, or a param has no type.
    UnsupportedValueError
        If an example has objects of pydantic.

    Examples
    --------
    >>> import pandas as pd
    >>> infer_signature(pd.DataFrame({"x": [1.5, 2.0]}), params={"n": 3}).to_dict()["params"]
    '[{"name": "n", "default": 3, "shape": null, "type": "long"}]'
    """
    return ModelSignature(
        _schema_or_any(model_input, "inputs"),
        _schema_or_any(model_output, "outputs"),
        infer_param_schema(params) if params else None,
    )


def infer_schema(data: Any) -> Schema:
    """Make a schema from an example of what goes into a model or comes out of it.

    Parameters
    ----------
    data
        A DataFrame, a Series, an array, a sparse matrix, a dictionary of arrays or of values, a list of values or
        dictionaries, or a single value.

    Returns
    -------
    schema : Schema
        Tensors for arrays, of which the first dimension may be of any length; columns for everything else. A column
        in which a value is missing is optional.

    Raises
    ------
    SchemaInferenceError
        If there is none: values of several types in one column, columns of one name, types that have no counterpart.
    UnsupportedValueError
        If there are objects of pydantic in it.

    Examples
    --------
    >>> infer_schema([{"text": "a", "scores": [0.5]}, {"text": "b", "scores": None}])
    ['text': string (required), 'scores': Array(double) (optional)]
    """
    import numpy as np
    import pandas as pd

    try:
        if isinstance(data, pd.DataFrame):
            return _from_frame(data)
        if isinstance(data, pd.Series):
            return Schema([_from_series(data)])
        if isinstance(data, np.ndarray) or is_sparse(data):
            return Schema([_tensor(data)])
        if isinstance(data, dict):
            return _from_dict(data)
        if isinstance(data, list):
            return _from_list(data)
        return Schema([ColSpec(_known(infer_value(data)))])
    except InvalidSchemaError as exc:
        raise SchemaInferenceError(str(exc)) from exc
    except RecursionError as exc:
        raise SchemaInferenceError("It is nested too deep.") from exc


def infer_param_schema(params: Mapping[str, Any]) -> ParamSchema:
    """Make the schema of params from their defaults.

    Parameters
    ----------
    params
        Values, lists of values, or dictionaries, by the params' names.

    Raises
    ------
    InvalidInputError
        If it is no dictionary, or a default has no type; it names each that has none.

    Examples
    --------
    >>> infer_param_schema({"stop": ["."]})
    ['stop': string (default: ['.']) (shape: (-1,))]
    """
    if not isinstance(params, Mapping):
        raise InvalidInputError("params", params, f"Expected parameters to be dict, got {type(params).__name__}.")
    specs, problems = [], {}
    for name, value in params.items():
        try:
            kind, shape = _param_type(value)
            specs.append(ParamSpec(name, kind, value, shape))
        except InvalidInputError as exc:
            problems[str(name)] = exc.problem if isinstance(exc, SchemaInferenceError) else exc.rule
    if problems:
        rule = "; ".join(f"{name}: {problem}" for name, problem in problems.items())
        raise InvalidInputError("params", list(problems), f"Failed to infer schema for parameters: {rule}")
    return ParamSchema(specs)


def _schema_or_any(data: Any, what: str) -> Schema | None:
    if data is None:
        return None
    try:
        return infer_schema(data)
    except SchemaInferenceError as exc:
        checked = " Nothing is checked then when the model predicts." if what == "inputs" else ""
        warnings.warn(
            f"Failed to infer schema for {what}, which are therefore of type any.{checked} {exc}",
            UserWarning,
            stacklevel=3,
        )
        return Schema([ColSpec(AnyType())])


def _from_frame(frame: pd.DataFrame) -> Schema:
    if doubled := [name for name, times in Counter(frame.columns.to_list()).items() if times > 1]:
        raise SchemaInferenceError("There are several columns of this name.", doubled[0])
    return Schema([_from_series(column) for _, column in frame.items()])


def _from_series(column: pd.Series[Any]) -> ColSpec:
    missing = any(map(is_missing, column)) if is_objects(column.dtype) else bool(column.isna().any())
    name: Any = column.name
    return ColSpec(infer_column(column), name, required=not missing)


def _tensor(array: Any, name: Any = None) -> TensorSpec:
    if not array.ndim:
        raise SchemaInferenceError("An array of no dimensions has none that counts the examples.", name)
    return TensorSpec(bare_type(array.dtype), (-1, *array.shape[1:]), name)


def _from_dict(data: dict[Any, Any]) -> Schema:
    import numpy as np

    if all(isinstance(value, np.ndarray) for value in data.values()):
        return Schema([_tensor(array, name) for name, array in data.items()])
    if strange := [name for name in data if not isinstance(name, str)]:
        raise SchemaInferenceError(f"The keys of a dictionary must be text; {shown(strange[0])} is not.")
    return Schema(
        [
            ColSpec(_known(infer_value(value), name), name, required=not _has_missing(value))
            for name, value in data.items()
        ]
    )


def _from_list(data: list[Any]) -> Schema:
    if not data:
        return Schema([ColSpec(DataType.string)])
    if not all(isinstance(row, dict) for row in data):
        return Schema([ColSpec(_known(infer_items(data)))])
    columns: dict[Any, list[Any]] = {}
    for row in data:
        for name, value in row.items():
            columns.setdefault(name, []).append(value)
    return Schema(
        [
            ColSpec(_known(infer_items(values), name), name, required=all(row.get(name) is not None for row in data))
            for name, values in columns.items()
        ]
    )


def _known(kind: ValueType | None, name: Any = None) -> ValueType:
    if kind is None:
        raise SchemaInferenceError("An array of numpy must have at least one element.", name)
    return kind


def _has_missing(value: Any) -> bool:
    return any(map(is_missing, value)) if isinstance(value, list) else is_missing(value)


def _param_type(value: Any) -> tuple[DataType | Object, tuple[int, ...] | None]:
    import numpy as np

    if isinstance(value, list | np.ndarray):
        if _depth(value) != 1:
            raise SchemaInferenceError(f"Expected parameters to be 1D array or scalar, got {_depth(value)}D array.")
        if all(map(is_moment, value)):
            return DataType.datetime, (-1,)
        return infer_dtype(np.array(value).dtype), (-1,)
    if is_moment(value):
        return DataType.datetime, None
    if np.isscalar(value):
        return infer_dtype(np.array(value).dtype), None
    kind = infer_value(value) if isinstance(value, dict) else None
    if isinstance(kind, Object):
        return kind, None
    raise SchemaInferenceError(f"Expected parameters to be 1D array or scalar, got {type(value).__name__}.")


def _depth(value: Any) -> int:
    import numpy as np

    if isinstance(value, np.ndarray):
        return value.ndim
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0
