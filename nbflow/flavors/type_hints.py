"""What the annotations of a model's `predict` say of its data, where they say enough, as `list[str]` does.

As in MLflow, what is annotated as a list of something has a signature of that, and is handed the list as it comes,
held against the annotation. A model that says `pandas.DataFrame`, or nothing, has its signature from an input example.
"""

from __future__ import annotations

import base64
import datetime as dt
import types
import typing
from collections.abc import Callable
from typing import Any

from nbflow.errors import SchemaEnforcementError, shown
from nbflow.mlmodel.signature import ModelSignature
from nbflow.mlmodel.types import AnyType, Array, ColSpec, DataType, Map, Schema, ValueType

__all__ = ["FROM_HINT", "checker", "signature_from_hints"]

FROM_HINT = "is_signature_from_type_hint"
"""The entry of the MLmodel file that says so, as MLflow calls it."""

_PLAIN: dict[Any, DataType] = {
    int: DataType.long,
    str: DataType.string,
    bool: DataType.boolean,
    float: DataType.double,
    bytes: DataType.binary,
    dt.datetime: DataType.datetime,
}
_UNIONS = (typing.Union, types.UnionType)
_TOLD = 5

_Check = Callable[[Any], Any]


def signature_from_hints(takes: Any, gives: Any) -> ModelSignature | None:
    """Make a signature of what a `predict` is annotated with.

    Parameters
    ----------
    takes
        The annotation of the data.
    gives
        That of what comes back; what says nothing is anything.

    Returns
    -------
    signature : ModelSignature or None
        None where the data is no list of what a signature can say.
    """
    inputs = _element(takes)
    if inputs is None:
        return None
    outputs = _type(gives) if _element(gives) is None else _element(gives)
    return ModelSignature(Schema([ColSpec(inputs)]), Schema([ColSpec(outputs or AnyType())]))


def checker(takes: Any) -> _Check | None:
    """Give what holds data against an annotation.

    Parameters
    ----------
    takes
        The annotation of the data.

    Returns
    -------
    check : callable or None
        Takes data, gives it as a list (of a table's only column, or of its rows where they are dictionaries), or raises
        SchemaEnforcementError. None where `signature_from_hints` gives None.
    """
    if _element(takes) is None:
        return None
    (element,) = typing.get_args(takes)
    check, records = _check(takes), _origin(element) is dict

    def convert(data: Any) -> Any:
        try:
            return check(_listed(data, records=records))
        except _MisfitError as exc:
            problem = f"Failed to validate data against type hint `{takes}`: {exc}."
            raise SchemaEnforcementError(problem, found=type(data).__name__, expected=str(takes)) from None

    return convert


class _MisfitError(Exception):
    """Data is not what the annotation says; never leaves this module."""


def _element(hint: Any) -> ValueType | None:
    args = typing.get_args(hint)
    if typing.get_origin(hint) is not list or len(args) != 1 or _is_optional(args[0]):
        return None
    return _type(args[0])


def _type(hint: Any) -> ValueType | None:
    """Give what a signature says of an annotation; None where it has no word for it."""
    if hint is Any:
        return AnyType()
    plain = _PLAIN.get(hint) if isinstance(hint, type) else None
    if plain is not None:
        return plain
    origin, args = _origin(hint), typing.get_args(hint)
    if origin in _UNIONS:
        others = [arg for arg in args if arg is not type(None)]
        return _type(others[0]) if len(others) == 1 else AnyType()
    if origin is list:
        within = _type(args[0]) if len(args) == 1 else None
        return None if within is None else Array(within)
    if origin is dict:
        within = AnyType() if not args else _type(args[1]) if args[0] is str else None
        return None if within is None else Map(within)
    return None


def _origin(hint: Any) -> Any:
    return dict if hint is dict else typing.get_origin(hint)


def _is_optional(hint: Any) -> bool:
    return _origin(hint) in _UNIONS and type(None) in typing.get_args(hint)


def _check(hint: Any) -> _Check:
    """Compile an annotation that `_type` has a word for."""
    origin, args = _origin(hint), typing.get_args(hint)
    if origin is list:
        return _check_list(_check(args[0]))
    if origin is dict:
        return _check_dict(_check(args[1]) if args else _anything)
    if origin in _UNIONS:
        others = [arg for arg in args if arg is not type(None)]
        if len(others) > 1:
            return _anything
        within = _check(others[0])
        return (lambda data: None if data is None else within(data)) if len(others) < len(args) else within
    return _anything if hint is Any else _check_plain(hint)


def _anything(data: Any) -> Any:
    return data


def _check_plain(kind: type) -> _Check:
    def check(data: Any) -> Any:
        if isinstance(data, kind):
            return data
        if kind is float and isinstance(data, int) and not isinstance(data, bool):
            return float(data)
        if isinstance(data, str):  # as JSON has them
            try:
                if kind is dt.datetime:
                    return dt.datetime.fromisoformat(data)
                if kind is bytes:
                    return base64.b64decode(data, validate=True)
            except ValueError:
                pass
        raise _MisfitError(f"expected {kind.__name__}, but got {type(data).__name__} {shown(data)}")

    return check


def _check_list(check: _Check) -> _Check:
    def check_all(data: Any) -> Any:
        if not isinstance(data, list):
            raise _MisfitError(f"expected list, but got {type(data).__name__}")
        return [value for _, value in _all_checked(enumerate(data), check)]

    return check_all


def _check_dict(check: _Check) -> _Check:
    def check_all(data: Any) -> Any:
        if not isinstance(data, dict):
            raise _MisfitError(f"expected dict, but got {type(data).__name__} {shown(data)}")
        strange = next((key for key in data if not isinstance(key, str)), None)
        if strange is not None:
            raise _MisfitError(f"keys must be texts, but {shown(strange)} is none")
        return dict(_all_checked(data.items(), check))

    return check_all


def _all_checked(pairs: typing.Iterable[tuple[Any, Any]], check: _Check) -> list[tuple[Any, Any]]:
    good, bad = [], []
    for key, value in pairs:
        try:
            good.append((key, check(value)))
        except _MisfitError as exc:
            bad.append(f"at {key!r} {exc}")
    if bad:
        more = f"; and {len(bad) - _TOLD} more" if len(bad) > _TOLD else ""
        raise _MisfitError("; ".join(bad[:_TOLD]) + more)
    return good


def _listed(data: Any, *, records: bool) -> Any:
    """Make a list of a table, an array or a series."""
    import numpy as np
    import pandas as pd

    if isinstance(data, np.ndarray | pd.Series):
        return data.tolist()
    if not isinstance(data, pd.DataFrame):
        return data
    names: list[Any] = data.columns.tolist()
    if records and names != [0]:
        return data.to_dict(orient="records")
    if data.shape[1] != 1:
        raise _MisfitError(f"a table must have one column for it, and this one has {data.shape[1]}")
    return data.iloc[:, 0].tolist()
