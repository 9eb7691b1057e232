"""What columns and arrays hold, in MLflow's words: `mlflow_colspec` of a table, `mlflow_tensorspec` of arrays.

A type is a dictionary as it stands in the JSON: `{"type": "long"}`, `{"type": "array", "items": ...}`,
`{"type": "object", "properties": ...}`, and `{"type": "any"}` for what has no word, such as a mixture.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["column_schema", "tensor_schema"]

# Lists and dictionaries are looked into one by one: this many tell what all of them hold.
_MAX_NESTED = 10_000

_Type = dict[str, Any]
_ANY: _Type = {"type": "any"}


def column_schema(frame: pd.DataFrame) -> dict[str, Any] | None:
    """Describe the columns of a DataFrame.

    A column is required when no value is missing. Unlike MLflow, which then gives no schema at all, a column that
    it has no word for (spans of time, mixtures, two columns of one name) is of type `any`.

    Returns
    -------
    schema : dict
        `{"mlflow_colspec": [{"type": ..., "name": ..., "required": ...}, ...]}`; None when there are no columns.
    """
    if not frame.shape[1]:
        return None
    columns = [frame.iloc[:, at] for at in range(frame.shape[1])]
    return {
        "mlflow_colspec": [
            {**_column_type(column), "name": _json_name(name), "required": not bool(column.isna().any())}
            for name, column in zip(frame.columns, columns, strict=True)
        ]
    }


def tensor_schema(features: Any, targets: Any = None) -> dict[str, Any]:
    """Describe arrays, or mappings of names to arrays; targets may be None.

    Returns
    -------
    schema : dict
        `{"mlflow_tensorspec": {"features": ..., "targets": ...}}`, each of them JSON text, as MLflow has it.
    """
    return {
        "mlflow_tensorspec": {
            "features": json.dumps(_tensors(features)),
            "targets": None if targets is None else json.dumps(_tensors(targets)),
        }
    }


def _tensors(arrays: Any) -> list[dict[str, Any]]:
    named = arrays.items() if isinstance(arrays, Mapping) else [(None, arrays)]
    return [
        {
            **({} if name is None else {"name": name}),
            "type": "tensor",
            # The first dimension counts the examples, of which there may be any number.
            "tensor-spec": {"dtype": _tensor_dtype(array.dtype), "shape": [-1, *array.shape[1:]] if array.ndim else []},
        }
        for name, array in named
    ]


def _tensor_dtype(dtype: Any) -> str:
    return {"U": "str", "S": "bytes"}.get(dtype.kind, str(dtype.name))


def _json_name(name: Any) -> Any:
    """Give a column's name as JSON has it: other names than text and numbers by their text."""
    if isinstance(name, tuple):
        return [_json_name(part) for part in name]
    return name if isinstance(name, (str, int, float)) and name == name else str(name)  # noqa: PLR0124 - NaN


def _column_type(column: pd.Series[Any]) -> _Type:
    import pandas as pd

    dtype: Any = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _column_type(pd.Series(dtype.categories))
    if isinstance(dtype, pd.StringDtype):
        return {"type": "string"}
    if isinstance(dtype, pd.SparseDtype):
        dtype = dtype.subtype
    if dtype.kind != "O":
        return {"type": _number_type(dtype.kind, dtype.itemsize)}
    inferred = column.infer_objects()
    if inferred.dtype != column.dtype:
        return _column_type(inferred)
    try:
        return _objects_type(column)
    except (_MixedTypes, RecursionError):
        return _ANY


def _objects_type(column: pd.Series[Any]) -> _Type:
    missing = column.isna()
    values = column[~missing].tolist()
    scalars = {_scalar_type(kind) for kind in set(map(type, values))}
    if len(scalars) == 1 and None not in scalars:
        return {"type": scalars.pop()}
    kinds = (_value_type(value) for value in islice(values, _MAX_NESTED))
    return _common([*kinds, *([_ANY] if missing.any() else [])])


def _number_type(kind: str, size_bytes: int) -> str:
    sizes = {
        "b": [(1, "boolean")],
        "i": [(4, "integer"), (8, "long")],
        "u": [(2, "integer"), (4, "long")],  # each fits the signed type; uint64 fits none
        "f": [(4, "float"), (8, "double")],
        "M": [(8, "datetime")],
        "U": [(size_bytes, "string")],
        "S": [(size_bytes, "binary")],
    }
    return next((name for largest, name in sizes.get(kind, []) if size_bytes <= largest), "any")


class _MixedTypes(Exception):  # noqa: N818 - never leaves this module
    """Values of types that have no common one, or none that MLflow has a word for."""


def _value_type(value: Any) -> _Type:
    import numpy as np

    if isinstance(value, np.ndarray) and value.dtype.kind != "O":
        kind: _Type = {"type": _number_type(value.dtype.kind, value.dtype.itemsize)}
        for _ in value.shape:
            kind = {"type": "array", "items": kind}
        return kind
    if isinstance(value, (list, tuple, np.ndarray)):
        return {"type": "array", "items": _common([_value_type(item) for item in value])} if len(value) else _ANY
    if isinstance(value, Mapping):
        kinds = {str(key): _value_type(child) for key, child in value.items()}
        properties = {key: {**kinds[key], "required": kinds[key] != _ANY} for key in sorted(kinds)}
        return {"type": "object", "properties": properties} if properties else _ANY
    if _is_missing(value):
        return _ANY
    scalar = _scalar_type(type(value))
    if scalar is None:
        raise _MixedTypes
    return {"type": scalar}


def _common(kinds: Sequence[_Type]) -> _Type:
    return functools.reduce(_merge, kinds) if kinds else _ANY


def _merge(first: _Type, second: _Type) -> _Type:
    """Give the type that both values are of; one that is missing leaves the other's keys optional."""
    if first == second:
        return first
    if _ANY in (first, second):
        known = second if first == _ANY else first
        properties = {key: {**kind, "required": False} for key, kind in known.get("properties", {}).items()}
        return {**known, "properties": properties} if properties else known
    if first["type"] == second["type"] == "array":
        return {"type": "array", "items": _merge(first["items"], second["items"])}
    if first["type"] == second["type"] == "object":
        ours, theirs = first["properties"], second["properties"]
        keys = sorted({*ours, *theirs})
        return {"type": "object", "properties": {key: _merge_property(ours.get(key), theirs.get(key)) for key in keys}}
    raise _MixedTypes


def _merge_property(first: _Type | None, second: _Type | None) -> _Type:
    """Merge what two dictionaries say of one key; it is required when both have it."""
    known = [{part: of for part, of in kind.items() if part != "required"} for kind in (first, second) if kind]
    required = bool(first and second and first["required"] and second["required"])
    return {**_common(known), "required": required}


def _is_missing(value: Any) -> bool:
    import pandas as pd

    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)  # noqa: PLR0124


def _scalar_type(kind: type) -> str | None:
    import numpy as np

    if issubclass(kind, np.generic):
        dtype = np.dtype(kind)
        name = "datetime" if dtype.kind == "M" else _number_type(dtype.kind, dtype.itemsize)
        return None if name == "any" else name
    known = {
        bool: "boolean",
        int: "long",
        float: "double",
        str: "string",
        bytes: "binary",
        bytearray: "binary",
        dt.date: "datetime",
    }
    return next((name for base, name in known.items() if issubclass(kind, base)), None)
