"""What travels between Python and a view: JSON, and beside it buffers for what is long and made of numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, Struct

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Ready", "clean_text", "encode", "to_json"]

_INT32 = 2**31


class Ready:
    """A part of a message that is JSON as it should be, and is not looked through again.

    Parameters
    ----------
    value
        The JSON.
    """

    def __init__(self, value: Any) -> None:
        self.value = value


def encode(value: Any) -> tuple[Any, list[memoryview]]:
    """Make a message of plain values and arrays.

    Parameters
    ----------
    value
        Mappings, Structs, lists, tuples, sets, text, numbers, bytes and NumPy arrays, in one another.

    Returns
    -------
    message : JSON value
        An array, or bytes, became `{"$buffer": i, "type": "f64" | "i32" | "u8"}`. In an array of floats NaN is what is
        missing, and so is NaT among the milliseconds that times become; elsewhere the numbers that JSON has no word for
        are `"NaN"`, `"Infinity"` and `"-Infinity"`. A lone surrogate is `?`.
    buffers : list of memoryview
        What the `$buffer` stand for.

    Raises
    ------
    TypeError
        If there is anything else in it.
    """
    buffers: list[memoryview] = []
    return _encode(value, buffers), buffers


def to_json(value: Any) -> Any:
    """Make JSON alone, as it is kept in a notebook: as `encode`, but arrays become lists, and what is missing null.

    Raises
    ------
    TypeError
        If it holds what `encode` does not know.
    """
    return _encode(value, None)


def clean_text(text: str) -> str:
    """Put `?` for each lone surrogate, which UTF-8 does not have."""
    if text.isascii():
        return text
    return text.encode("utf-8", "replace").decode("utf-8")


def _encode(value: Any, buffers: list[memoryview] | None) -> Any:  # noqa: C901,PLR0911 - a way for each type
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return clean_text(str(value))
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return _number(float(value))
    if isinstance(value, Mapping):
        return {clean_text(str(key)): _encode(each, buffers) for key, each in value.items()}
    if isinstance(value, list | tuple | AbstractSet):
        return [_encode(each, buffers) for each in value]
    if isinstance(value, Struct):
        fields = zip(value.__struct_encode_fields__, value.__struct_fields__, strict=True)
        given = ((name, getattr(value, field)) for name, field in fields)
        return {name: _encode(each, buffers) for name, each in given if each is not UNSET}
    if isinstance(value, bytes | bytearray | memoryview):
        return list(bytes(value)) if buffers is None else _buffer(memoryview(value).cast("B"), "u8", buffers)
    if isinstance(value, Ready):
        return value.value
    if hasattr(value, "dtype") and hasattr(value, "tolist"):
        return _encode_array(value, buffers) if getattr(value, "ndim", 0) else _encode(value.tolist(), buffers)
    raise TypeError(f"nothing that can be sent to a view: {type(value).__name__}")


def _number(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _encode_array(array: np.ndarray[Any, Any], buffers: list[memoryview] | None) -> Any:
    import numpy as np

    if array.ndim > 1 or array.dtype.kind not in "biufmM":
        return [_encode(each, buffers) for each in (array if array.ndim > 1 else array.tolist())]
    if array.dtype.kind in "mM":
        array = _milliseconds(array)
    kind = _type_of(array)
    if buffers is None:
        return _listed(array)
    if kind is None:  # numbers beyond what a float can tell apart
        return array.tolist()
    made = np.ascontiguousarray(array, dtype={"f64": "<f8", "i32": "<i4", "u8": "u1"}[kind])
    return _buffer(made.data.cast("B") if made.size else memoryview(b""), kind, buffers)


def _type_of(array: np.ndarray[Any, Any]) -> str | None:
    if array.dtype.kind == "f":
        return "f64"
    if array.dtype.kind == "b" or array.dtype == "uint8":
        return "u8"
    least, most = (int(array.min()), int(array.max())) if array.size else (0, 0)
    if least >= -_INT32 and most < _INT32:
        return "i32"
    return "f64" if least >= -(2**53) and most <= 2**53 else None


def _milliseconds(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    import numpy as np

    unit = "datetime64[us]" if array.dtype.kind == "M" else "timedelta64[us]"
    made = array.astype(unit)
    floats = made.astype("int64") / 1000.0
    floats[np.isnat(made)] = math.nan
    return floats


def _listed(array: np.ndarray[Any, Any]) -> list[Any]:
    import numpy as np

    if array.dtype.kind != "f":
        return list(array.tolist())
    whole = np.isfinite(array)
    if whole.all():
        return list(array.tolist())
    return [None if math.isnan(each) else _number(each) for each in array.tolist()]


def _buffer(content: memoryview, kind: str, buffers: list[memoryview]) -> dict[str, Any]:
    buffers.append(content)
    return {"$buffer": len(buffers) - 1, "type": kind}
