"""The params that a model's `predict` takes beside the data, each with a type and a default, with MLflow's JSON.

::

    [{"name": "p", "default": 1, "shape": null, "type": "long"}, ...]       one value
    [{"name": "stops", "default": ["."], "shape": [-1], "type": "string"}]  a list
"""

from __future__ import annotations

import json
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from nbflow import display
from nbflow.errors import (
    InvalidInputError,
    InvalidSchemaError,
    ParamEnforcementError,
    SchemaEnforcementError,
    did_you_mean,
    shown,
)
from nbflow.mlmodel.data_types import DataType, Object, as_type, entry, type_from_dict
from nbflow.mlmodel.param_values import param_value
from nbflow.mlmodel.schema import read_json

__all__ = ["ParamSchema", "ParamSpec", "enforce_params"]


@dataclass(frozen=True, init=False, repr=False)
class ParamSpec:
    """A param: its name, its type, and the value that it has where none is given.

    Parameters
    ----------
    name
        Its name.
    dtype
        The type of its value, or of the items: a `DataType` other than binary, its name, or an `Object`.
    default
        The value where none is given; None is of every type.
    shape
        None for one value, (-1,) for a list of any length.

    Examples
    --------
    >>> ParamSpec("temperature", "double", 1)
    'temperature': double (default: 1.0)
    """

    name: str
    dtype: DataType | Object
    default: Any
    shape: tuple[int, ...] | None

    def __init__(
        self, name: str, dtype: DataType | Object | str, default: Any, shape: Sequence[int] | None = None
    ) -> None:
        kind = as_type(dtype)
        if not isinstance(kind, DataType | Object) or kind is DataType.binary:
            raise InvalidSchemaError(kind, "A param is a single value other than binary, a list of such, or an Object.")
        object.__setattr__(self, "name", str(name))
        object.__setattr__(self, "dtype", kind)
        object.__setattr__(self, "shape", None if shape is None else tuple(shape))
        try:
            object.__setattr__(self, "default", param_value(deepcopy(default), kind, self.shape))
        except SchemaEnforcementError as exc:
            raise InvalidSchemaError(default, f"It is no default of the param {self.name!r}. {exc.problem}") from exc

    def __hash__(self) -> int:
        return hash((self.name, self.dtype, self.shape))  # a default may be a list

    def __repr__(self) -> str:
        shape = "" if self.shape is None else f" (shape: {self.shape})"
        return f"{self.name!r}: {self.dtype!r} (default: {self.default}){shape}"

    def to_dict(self) -> dict[str, Any]:
        """Give the param as JSON has it."""
        return {"name": self.name, "default": _plain(self.default), "shape": self.shape, **self.dtype.to_dict()}

    @classmethod
    def from_dict(cls, given: Any) -> ParamSpec:
        """Read a param from what JSON has.

        Raises
        ------
        InvalidSchemaError
            If it is none.
        """
        name, default = entry(given, "name", "a param"), entry(given, "default", "a param")
        # The first versions of MLflow that knew params wrote `dtype`.
        kind = type_from_dict(given if "type" in given else {"type": entry(given, "dtype", "a param")})
        shape = given.get("shape")
        if shape is not None and not isinstance(shape, list | tuple):
            raise InvalidSchemaError(shape, f"The shape of the param {name!r} is null or a list.")
        if not isinstance(kind, DataType | Object):
            raise InvalidSchemaError(kind, f"It is no type of a param, as which it stands for {name!r}.")
        return cls(name, kind, default, shape)


@dataclass(frozen=True, init=False, repr=False)
class ParamSchema:
    """The params of a model.

    Parameters
    ----------
    params
        Each name once.
    """

    params: tuple[ParamSpec, ...]

    def __init__(self, params: Iterable[ParamSpec]) -> None:
        given = tuple(params)
        if not all(isinstance(one, ParamSpec) for one in given):
            raise InvalidSchemaError(given, "A ParamSchema is made of ParamSpec.")
        if doubled := [name for name, times in Counter(one.name for one in given).items() if times > 1]:
            raise InvalidSchemaError(doubled, "Duplicated parameters found in schema: each has a name of its own.")
        object.__setattr__(self, "params", given)

    def __len__(self) -> int:
        return len(self.params)

    def __iter__(self) -> Iterator[ParamSpec]:
        return iter(self.params)

    def __repr__(self) -> str:
        return repr(list(self.params))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return display.bundle(self)

    def to_dict(self) -> list[dict[str, Any]]:
        """Give the params as JSON has them."""
        return [one.to_dict() for one in self.params]

    def to_json(self) -> str:
        """Give the params as JSON, as MLflow writes it."""
        return json.dumps(self.to_dict())

    @classmethod
    def from_dict(cls, given: Any) -> ParamSchema:
        """Read params from what JSON has.

        Raises
        ------
        InvalidSchemaError
            If it is something else.
        """
        if not isinstance(given, list):
            raise InvalidSchemaError(given, "The JSON of params is a list.")
        return cls(ParamSpec.from_dict(one) for one in given)

    @classmethod
    def from_json(cls, text: str) -> ParamSchema:
        """Read params from JSON, as MLflow writes it.

        Raises
        ------
        InvalidSchemaError
            If it is something else.
        """
        return read_json(text, cls.from_dict)


def enforce_params(params: Mapping[str, Any] | None, schema: ParamSchema | None) -> dict[str, Any] | None:
    """Give the params of a prediction as the model's signature has them.

    Parameters
    ----------
    params
        What was given to `predict`; None is nothing.
    schema
        The params of the signature; None where it has none, and then none are passed on.

    Returns
    -------
    params : dict
        A value for each param of the signature: what was given, else the default. Others are left out, with a
        warning. Where the signature has no params: None for None, else empty.

    Raises
    ------
    InvalidInputError
        If `params` is no dictionary.
    ParamEnforcementError
        If values are not of the type that the signature says; it names all of them.

    Examples
    --------
    >>> enforce_params({"n": 3}, ParamSchema([ParamSpec("n", "double", 1.0), ParamSpec("k", "string", "a")]))
    {'n': 3.0, 'k': 'a'}
    """
    if schema is None:
        if params:
            warnings.warn(
                "`params` can only be specified at inference time if the model signature defines a params schema. This "
                f"model does not define one. What was given is ignored: {shown(params)}.",
                UserWarning,
                stacklevel=2,
            )
        return None if params is None else {}
    given = _by_name(params)
    known = {one.name: one for one in schema}
    values: dict[str, Any] = {}
    problems = {}
    for name in [name for name in given if name in known]:
        try:
            values[name] = param_value(given[name], known[name].dtype, known[name].shape)
        except SchemaEnforcementError as exc:
            problems[name] = f"Failed to validate type and shape for {known[name]!r}, error: {exc.problem}"
    if problems:
        raise ParamEnforcementError(problems)
    if strange := [name for name in given if name not in known]:
        warnings.warn(
            f"Unrecognized params {strange} are ignored for inference. Supported params are: {sorted(known)}."
            f"{did_you_mean(strange[0], known)}",
            UserWarning,
            stacklevel=2,
        )
    return values | {name: deepcopy(one.default) for name, one in known.items() if name not in values}


def _by_name(params: Any) -> dict[str, Any]:
    if params is None:
        return {}
    if not isinstance(params, Mapping):
        found = type(params).__name__
        raise InvalidInputError("params", params, f"Parameters must be a dictionary. Got type '{found}'.")
    return {str(name): value for name, value in params.items()}


def _plain(value: Any) -> Any:
    """Give a default as JSON can write it: times as text, numpy's values as Python's."""
    if isinstance(value, Mapping):
        return {key: _plain(child) for key, child in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return _plain(value.tolist()) if type(value).__module__ == "numpy" else value
