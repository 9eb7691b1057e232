"""The input example of a model, as MLflow keeps it: one file to read it from, one to send it to a server.

`input_example.json` holds the data, `serving_input_example.json` the body of a request to `/invocations`. What kind
of data it was stands in the MLmodel file, under `saved_input_example_info`.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from nbflow.errors import InvalidInputError, LimitExceededError, ModelFormatError, NbflowError, UnsupportedValueError
from nbflow.mlmodel.decode import inputs_from_json, split_from_json
from nbflow.mlmodel.files import inside, read_text, write_text
from nbflow.mlmodel.jsonable import to_json

if TYPE_CHECKING:
    from nbflow.mlmodel.types import Schema

__all__ = [
    "EXAMPLE",
    "SERVING_EXAMPLE",
    "Example",
    "encode_example",
    "load_example",
    "load_example_params",
    "load_serving_example",
    "save_example",
    "split_example",
]

EXAMPLE = "input_example.json"
SERVING_EXAMPLE = "serving_input_example.json"

_MAX_BYTES = 64 << 20
# A body with one of these at its top is handed to a language model as it is.
_CHAT_KEYS = {"messages", "prompt", "input"}
_EXPECTED = (
    "an input example is a DataFrame, an array, a dictionary of arrays, a scipy csr_matrix or csc_matrix, a "
    "dictionary, a list, a scalar or a datetime; or a tuple of one of these and a dictionary of params."
)


class Example(Struct, frozen=True):
    """An input example, encoded.

    Parameters
    ----------
    data
        What `predict` takes.
    params
        The params that go with it; None without.
    info
        What the MLmodel file says of it.
    text
        The content of `input_example.json`.
    serving
        The content of `serving_input_example.json`.
    """

    data: Any
    params: dict[str, Any] | None
    info: dict[str, Any]
    text: str
    serving: str


def encode_example(example: Any) -> Example:
    """Turn an input example into what is kept of it (pure).

    Parameters
    ----------
    example
        What `predict` takes, or a tuple of that and a dictionary of params.

    Raises
    ------
    UnsupportedValueError
        If it is of a type that cannot be kept, or holds something that JSON cannot.
    LimitExceededError
        If it is larger than 64 MB.
    """
    try:
        given, params = split_example(deepcopy(example))
        kind, kept, serving = _encoded(given)
    except RecursionError as exc:
        raise UnsupportedValueError("input_example", "…", "it nests too deep, or contains itself.") from exc
    info = {"artifact_path": EXAMPLE, "serving_input_path": SERVING_EXAMPLE} | kind
    if params:
        info["params"] = "true"
        serving = serving | (params if serving is kept else {"params": params})
        kept = {"inputs": kept, "params": params}
    what = "the input example"
    encoded = Example(given, params, info, to_json(kept, what), to_json(serving, what, indent=2))
    if (length := max(len(encoded.text), len(encoded.serving))) > _MAX_BYTES:
        raise LimitExceededError(what, length, _MAX_BYTES, "A few rows are enough.", unit="bytes")
    return encoded


def save_example(folder: str | os.PathLike[str], example: Any) -> dict[str, Any]:
    """Write the files of an input example into a model's folder.

    Parameters
    ----------
    folder
        The model's folder.
    example
        As for `encode_example`, or what that gave.

    Returns
    -------
    info : dict
        What goes into the MLmodel file as `saved_input_example_info`.

    Raises
    ------
    UnsupportedValueError
        If it is of a type that cannot be kept, or holds something that JSON cannot.
    StoreWriteError
        If the disk refuses.
    """
    encoded = example if isinstance(example, Example) else encode_example(example)
    write_text(Path(folder) / EXAMPLE, encoded.text)
    write_text(Path(folder) / SERVING_EXAMPLE, encoded.serving)
    return dict(encoded.info)


def split_example(example: Any) -> tuple[Any, dict[str, Any] | None]:
    """Part an input example into the data and the params: a tuple of two of which the second is a dictionary."""
    if isinstance(example, tuple) and len(example) == 2 and isinstance(example[1], dict):  # noqa: PLR2004
        return example[0], example[1] or None
    return example, None


def load_example(folder: str | os.PathLike[str], info: Mapping[str, Any] | None, schema: Schema | None = None) -> Any:
    """Read the input example of a model.

    Parameters
    ----------
    folder
        The model's folder.
    info
        What its MLmodel file says of the example (`Model.saved_input_example_info`); None when it has none.
    schema
        The schema of the model's input. With it the values get the types that they had.

    Returns
    -------
    data : object
        What `predict` takes: a DataFrame, an array, a dictionary of arrays, a sparse matrix, or what JSON holds; None
        when the model has no example.

    Raises
    ------
    ModelFormatError
        If the files are not what they must be.
    StoreReadError
        If a file cannot be read.
    """
    if info is None:
        return None
    where, value = _read(folder, info)
    if info.get("params"):
        value = _entry(value, "inputs", where)
    kind = info.get("type")
    try:
        if kind == "dataframe":
            return split_from_json(value, schema)
        if kind == "ndarray":
            return _from_base64(inputs_from_json(value, schema))
        if kind == "json_object":
            return value
    except InvalidInputError as exc:
        raise ModelFormatError(str(where), f"It does not fit the model's signature: {exc}") from exc
    if kind in ("sparse_matrix_csc", "sparse_matrix_csr"):
        return _sparse(value, kind, where)
    raise ModelFormatError(str(where), f"It is of the kind {kind!r:.80}, which this version of nbflow cannot read.")


def load_example_params(folder: str | os.PathLike[str], info: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Read the params of a model's input example; None when there are none.

    Raises
    ------
    ModelFormatError
        If the files are not what they must be.
    StoreReadError
        If a file cannot be read.
    """
    if info is None or not info.get("params"):
        return None
    where, value = _read(folder, info)
    params = _entry(value, "params", where)
    if not isinstance(params, dict):
        raise ModelFormatError(str(where), f"Its params are a {type(params).__name__}, where a dictionary must be.")
    return params


def load_serving_example(folder: str | os.PathLike[str], info: Mapping[str, Any] | None) -> str | None:
    """Read the body of a request to `/invocations` for a model's input example; None when there is none.

    Raises
    ------
    ModelFormatError
        If the file is not what it must be.
    StoreReadError
        If it cannot be read.
    """
    named = None if info is None else info.get("serving_input_path")
    return None if named is None else read_text(inside(folder, named), _MAX_BYTES)


def _encoded(given: Any) -> tuple[dict[str, Any], Any, dict[str, Any]]:
    """Give the kind of an example, what is kept of it, and the body of a request."""
    import numpy as np

    pydantic = sys.modules.get("pydantic")
    if pydantic is not None and isinstance(given, pydantic.BaseModel):
        given = given.model_dump()
    if isinstance(given, dict):
        return _encoded_dict(given)
    if isinstance(given, np.ndarray):
        kept = _listed(given)
        return {"type": "ndarray"}, kept, {"inputs": kept}
    frame = _encoded_frame(given)
    if frame is not None:
        return (
            {"type": "dataframe", "pandas_orient": "split" if "columns" in frame else "values"},
            frame,
            {"dataframe_split": frame},
        )
    layout = _sparse_layout(given)
    if layout:
        kept = {"data": _listed(given.data), "indices": given.indices, "indptr": given.indptr, "shape": given.shape}
        return {"type": f"sparse_matrix_{layout}"}, kept, {"inputs": given.toarray()}
    if isinstance(given, list) and _has_array(given):
        raise UnsupportedValueError("input_example", given, "arrays in a list are not: make one array of them.")
    if isinstance(given, list | dt.datetime) or np.isscalar(given):
        return {"type": "json_object"}, given, {"inputs": given}
    raise UnsupportedValueError("input_example", given, _EXPECTED)


def _encoded_dict(given: dict[Any, Any]) -> tuple[dict[str, Any], Any, dict[str, Any]]:
    import numpy as np

    arrays = [isinstance(value, np.ndarray) for value in given.values()]
    if any(arrays):
        if not all(arrays):
            raise UnsupportedValueError(
                "input_example", given, "in a dictionary either all values are arrays, or none is."
            )
        kept = {name: _listed(value) for name, value in given.items()}
        return {"type": "ndarray"}, kept, {"inputs": kept}
    return {"type": "json_object"}, given, given if _CHAT_KEYS & given.keys() else {"inputs": given}


def _encoded_frame(given: Any) -> dict[str, Any] | None:
    """Give a DataFrame's columns and rows, without its index, and without columns that are only numbered."""
    import pandas as pd

    if not isinstance(given, pd.DataFrame):
        return None
    split = given.where(given.notna(), None).to_dict(orient="split")
    columns: list[Any] = list(given.columns)
    numbered = columns == list(range(len(columns)))
    return {"data": split["data"]} if numbered else {"columns": split["columns"], "data": split["data"]}


def _listed(array: Any) -> Any:
    """Give an array as lists, NaN as None."""
    import numpy as np

    filled: Any = np.where(np.isnan(array), None, array) if np.issubdtype(array.dtype, np.number) else array
    return filled.tolist()


def _sparse_layout(given: Any) -> str:
    sparse = sys.modules.get("scipy.sparse")  # without it, nothing is of its types
    if sparse is None:
        return ""
    layouts = {"csc": sparse.csc_matrix, "csr": sparse.csr_matrix}
    return next((layout for layout, matrix in layouts.items() if isinstance(given, matrix)), "")


def _has_array(value: Any) -> bool:
    import numpy as np

    if isinstance(value, list | dict):
        return any(map(_has_array, value.values() if isinstance(value, dict) else value))
    return isinstance(value, np.ndarray)


def _from_base64(data: Any) -> Any:
    """Turn arrays of bytes, which are kept as base64, into what they were."""
    import base64

    import numpy as np

    if isinstance(data, dict):
        return {name: _from_base64(value) for name, value in data.items()}
    if not isinstance(data, np.ndarray) or data.dtype.kind != "S":
        return data
    try:
        return np.array([base64.b64decode(text) for text in data.ravel()], dtype=bytes).reshape(data.shape)
    except ValueError as exc:
        raise InvalidInputError("inputs", data, f"Bytes are kept as base64: {exc}.") from exc


def _read(folder: str | os.PathLike[str], info: Mapping[str, Any]) -> tuple[Path, Any]:
    path = inside(folder, info.get("artifact_path"))
    try:
        return path, json.loads(read_text(path, _MAX_BYTES))
    except (ValueError, RecursionError) as exc:
        if isinstance(exc, NbflowError):
            raise
        raise ModelFormatError(str(path), f"It is not JSON: {exc}.") from exc


def _entry(value: Any, name: str, where: Path) -> Any:
    if not isinstance(value, dict) or name not in value:
        raise ModelFormatError(str(where), f"It has no entry {name!r}, though its model says that params are in it.")
    return value[name]


def _sparse(value: Any, kind: str, where: Path) -> Any:
    from scipy import sparse

    matrix = sparse.csc_matrix if kind.endswith("csc") else sparse.csr_matrix
    try:
        parts = [value[name] for name in ("data", "indices", "indptr")]
        built = matrix(tuple(parts), shape=tuple(value["shape"]))
        built.check_format(full_check=True)  # an index outside of the matrix would be read from anywhere in memory
    except (ValueError, TypeError, LookupError, OverflowError) as exc:
        raise ModelFormatError(str(where), f"It is no sparse matrix: {exc}.") from exc
    return built
