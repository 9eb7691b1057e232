"""Data as JSON text, as MLflow writes it: values of numpy and pandas as Python's, bytes as base64, times as ISO."""

from __future__ import annotations

import base64
import datetime as dt
import json
import sys
from typing import Any

from nbflow.errors import UnsupportedValueError

__all__ = ["jsonable", "to_json"]


def to_json(value: Any, what: str, *, indent: int | None = None) -> str:
    """Write a value as JSON. NaN and infinities are `NaN` and `Infinity`, which Python's readers take.

    Parameters
    ----------
    value
        Lists, dictionaries and scalars; numpy's and pandas's scalars and arrays, bytes and times are turned into such.
    what
        What it is, for the message: `"the input example"`.
    indent
        Spaces of each level; None writes one line.

    Raises
    ------
    UnsupportedValueError
        If something in it is of a type that JSON cannot hold, or it contains itself.
    """
    try:
        return json.dumps(value, default=jsonable, indent=indent)
    except (TypeError, ValueError, RecursionError) as exc:
        raise UnsupportedValueError(what, value, f"it cannot be written as JSON: {exc}.") from exc


def jsonable(value: Any) -> Any:
    """Turn what `json` cannot write into what it can, as the argument `default` of `json.dumps`.

    Raises
    ------
    TypeError
        If it is of a type that JSON cannot hold.
    """
    if isinstance(value, bytes | bytearray):
        return base64.encodebytes(value).decode("ascii")
    if isinstance(value, dt.date | dt.time):  # a datetime and pandas's Timestamp are dates
        return value.isoformat()
    numpy = sys.modules.get("numpy")  # without it, nothing is of its types
    if numpy is not None and isinstance(value, numpy.ndarray):
        return value.tolist()
    if numpy is not None and isinstance(value, numpy.generic):
        return value.item()
    pydantic = sys.modules.get("pydantic")
    if pydantic is not None and isinstance(value, pydantic.BaseModel):
        return value.model_dump()
    msg = f"a {type(value).__name__} in it has no form in JSON"
    raise TypeError(msg)
