"""Data for a prediction, held against the model's signature: brought into order and cast where that is safe.

An `Enforcer` is made once for a loaded model. A DataFrame that is as the signature says passes in a few microseconds:
the names are compared as an Index, or by identity with those that passed before, and the types without taking the
columns out one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow.errors import SchemaEnforcementError
from nbflow.mlmodel.columns import Columns
from nbflow.mlmodel.frames import as_frame
from nbflow.mlmodel.presence import check_present
from nbflow.mlmodel.schema import TensorSpec
from nbflow.mlmodel.tensors import enforce_named_tensors, enforce_tensor

if TYPE_CHECKING:
    from nbflow.mlmodel.schema import Schema

__all__ = ["Enforcer", "enforce_schema"]

_MAX_SHOWN = 200
_MAX_KEYS = 10


class Enforcer:
    """Holds data against a schema.

    Parameters
    ----------
    schema
        What the data must be; None lets everything pass.

    Examples
    --------
    >>> import pandas as pd
    >>> from nbflow.mlmodel.types import ColSpec, Schema
    >>> enforce = Enforcer(Schema([ColSpec("double", "a"), ColSpec("string", "b")]))
    >>> enforce(pd.DataFrame({"b": ["x"], "a": pd.Series([1], dtype="int32"), "c": [0]}))
         a  b
    0  1.0  x
    """

    def __init__(self, schema: Schema | None) -> None:
        import pandas as pd

        self.schema = schema
        self._columns = None if schema is None or schema.is_tensor_spec() else Columns(schema)
        self._frame_class = pd.DataFrame

    def __repr__(self) -> str:
        return f"Enforcer({self.schema!r})"

    def __call__(self, data: Any) -> Any:
        """Give data as the schema has it.

        Parameters
        ----------
        data
            What was given to `predict`.

        Returns
        -------
        data : DataFrame, ndarray, sparse matrix or dict of ndarray
            Columns as a DataFrame of its own (what is done to it is not done to what came), with the schema's columns
            in the schema's order; a tensor, or tensors by their names, as an array or a dictionary. Columns and
            tensors that the schema does not have are left out.

        Raises
        ------
        SchemaEnforcementError
            If it is not what the schema says, and cannot safely be made so.
        """
        columns = self._columns
        if columns is not None and type(data) is self._frame_class and columns.fit(data):
            return data.copy(deep=False)
        if self.schema is None:
            return data
        try:
            if columns is not None:
                return columns.enforce(as_frame(data, self.schema))
            return _enforce_tensors(data, self.schema)
        except SchemaEnforcementError as exc:
            told = exc.told(data=_described(data), schema=_cut(repr(self.schema)))
            raise told from exc.__cause__


def enforce_schema(data: Any, schema: Schema | None) -> Any:
    """Give data as a schema has it; an `Enforcer` does it faster, more than once.

    Parameters
    ----------
    data
        What was given to `predict`.
    schema
        What it must be; None lets everything pass.

    Returns
    -------
    data : DataFrame, ndarray, sparse matrix or dict of ndarray
        As `Enforcer` gives it.

    Raises
    ------
    SchemaEnforcementError
        If it is not what the schema says, and cannot safely be made so.
    """
    return Enforcer(schema)(data)


def _enforce_tensors(data: Any, schema: Schema) -> Any:
    import numpy as np
    import pandas as pd

    specs = [spec for spec in schema if isinstance(spec, TensorSpec)]
    if isinstance(data, pd.Series):
        data = data.to_frame()
    if not schema.has_input_names():
        return enforce_tensor(data, specs[0])
    names = schema.input_names()
    if isinstance(data, np.ndarray) and len(names) == 1:
        data = {names[0]: data}
    check_present(names, list(data) if isinstance(data, dict | pd.DataFrame) else [], names)
    return enforce_named_tensors(data, dict(zip(names, specs, strict=True)))


def _described(data: Any) -> str:
    """Say what came, without what is in it: that may be long, and not for everybody's eyes."""
    kind = "None" if data is None else type(data).__name__
    if isinstance(data, dict):
        keys = ", ".join(_cut(repr(key)) for key in list(data)[:_MAX_KEYS])
        return f"{kind} of {len(data)} keys: {keys}"
    if isinstance(data, list):
        return f"{kind} of {len(data)} items"
    shape = getattr(data, "shape", None)
    if not isinstance(shape, tuple):
        return kind
    dtype = getattr(data, "dtype", None)
    return f"{kind} of shape {shape}" + (f" and dtype {dtype}" if dtype is not None else "")


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}… ({len(text)} characters)"
