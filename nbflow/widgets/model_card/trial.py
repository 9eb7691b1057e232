"""Trying a model on one row: the fields, made of its signature; the row, made of what was typed; the answer."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from nbflow.mlmodel.data_types import Array, DataType, Map, Object
from nbflow.mlmodel.schema import TensorSpec
from nbflow.parameters import NO_DEFAULT, Kind, Parameter, read_entry
from nbflow.parameters.signature import parameter_of
from nbflow.parameters.values import Unfit, fitted
from nbflow.widgets.form.fields import field_of

if TYPE_CHECKING:
    import pandas as pd

    from nbflow.drawing.model_surroundings import ModelFiles
    from nbflow.mlmodel.schema import ColSpec, Schema
    from nbflow.mlmodel.signature import ModelSignature

__all__ = ["Trial", "answer_table", "trial_of"]

_FIELDS = 300
_ROWS, _COLUMNS, _TEXT_LENGTH = 20, 50, 2_000
_KINDS: dict[DataType, Kind] = {
    DataType.boolean: "bool",
    DataType.integer: "int",
    DataType.long: "int",
    DataType.float: "float",
    DataType.double: "float",
    DataType.string: "str",
    DataType.binary: "str",
    DataType.datetime: "datetime",
}
_NO_FIELDS = "It has neither a signature nor an input example: what it takes is not known."


class Trial(Struct, frozen=True):
    """What it takes to try a model.

    Parameters
    ----------
    columns
        A field for each column or tensor, in their order; the name of the parameter is what is shown.
    names
        The columns' own names; their positions where they have none.
    schema
        What the signature says of them; None where they are known by the example alone.
    params
        A field for each param of `predict`.
    whole
        Whether the one field is all of what the model takes, as JSON.
    reason
        Why it cannot be tried; `""` where it can.
    """

    columns: tuple[Parameter, ...] = ()
    names: tuple[Any, ...] = ()
    schema: Any = None
    params: tuple[Parameter, ...] = ()
    whole: bool = False
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """Say it to the view; entries go by the field's place, for names may be doubled."""
        return {
            "fields": [field_of(each, str(i)) for i, each in enumerate(self.columns)],
            "params": [field_of(each, str(i)) for i, each in enumerate(self.params)],
            "reason": self.reason,
        }

    def row(self, entries: Mapping[str, Any]) -> Any:
        """Make the data of what was typed: what fits no type goes in as it is, for the signature to refuse."""
        values = [_value(each, entries, str(i)) for i, each in enumerate(self.columns)]
        if self.whole:
            return values[0]
        if self.schema is not None and self.schema.is_tensor_spec():
            return _tensors(self.schema, values)
        import pandas as pd

        types = [None] * len(values) if self.schema is None else self.schema.input_types()
        columns = [_column(value, kind) for value, kind in zip(values, types, strict=True)]
        frame = pd.concat(columns, axis=1) if columns else pd.DataFrame(index=[0])
        frame.columns = pd.Index(self.names, tupleize_cols=False)
        return frame

    def place_of(self, column: Any) -> str | None:
        """Say which field is that of a column that was refused; None where it is none alone."""
        named = [_key(each) for each in self.names]
        return str(named.index(_key(column))) if column is not None and _key(column) in named else None

    def param_values(self, entries: Mapping[str, Any]) -> dict[str, Any] | None:
        """Give the params of what was typed; None where the model has none."""
        if not self.params:
            return None
        return {each.name: _value(each, entries, str(i)) for i, each in enumerate(self.params)}


def trial_of(
    signature: ModelSignature | None, files: ModelFiles | None, info: Mapping[str, Any] | None, *, hints: bool = False
) -> Trial:
    """Make the fields by which a model is tried.

    Parameters
    ----------
    signature
        What it takes; None where nothing is known of it.
    files
        Where its input example is.
    info
        What kind of example it is.
    hints
        Whether the signature was made of the annotations of `predict`, which takes a list of such things.
    """
    example, params = _example(files, info)
    schema = None if signature is None else signature.inputs
    known = () if signature is None or signature.params is None else tuple(signature.params)
    fields = tuple(
        _given(
            Parameter(
                each.name,
                _list_or(each.dtype, listed=each.shape is not None),
                default=each.default,
                optional=each.default is None,
            ),
            params.get(each.name, each.default),
        )
        for each in known
    )
    if schema is None or hints:
        return _by_example(example, fields)
    if len(schema) > _FIELDS:
        return Trial(reason=f"It takes {len(schema):,} columns, too many for a form.")
    row = _first_row(example, schema)
    names = schema.input_names()
    columns = tuple(
        _given(_parameter(spec, name, named=schema.has_input_names()), row.get(_key(name), NO_DEFAULT))
        for spec, name in zip(schema, names, strict=True)
    )
    return Trial(columns, tuple(names), schema, fields)


def answer_table(given: Any) -> dict[str, Any]:
    """Set a prediction out as a table of texts: `columns`, `rows`, and how many there are of both."""
    found = _frame(given)
    shown = found.iloc[:_ROWS, :_COLUMNS]
    return {
        "columns": [str(name)[:_TEXT_LENGTH] for name in shown.columns],
        "rows": [[_cell(value) for value in row] for row in shown.itertuples(index=False, name=None)],
        "n_rows": len(found),
        "n_columns": found.shape[1],
    }


def _frame(found: Any) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    if isinstance(found, pd.DataFrame):
        return found
    if isinstance(found, pd.Series):
        return found.to_frame(name="prediction" if found.name is None else found.name)
    if isinstance(found, dict) and found:
        return pd.DataFrame({str(key): [_cell(each)] for key, each in found.items()})
    dense = found.toarray() if hasattr(found, "toarray") else found
    if isinstance(dense, np.ndarray) and dense.ndim == 2:  # noqa: PLR2004
        return pd.DataFrame(dense, columns=[f"{i}" for i in range(dense.shape[1])])
    many = list(dense) if isinstance(dense, list) or (isinstance(dense, np.ndarray) and dense.ndim) else [dense]
    return pd.DataFrame({"prediction": pd.Series(many, dtype=object)})


def _cell(value: Any) -> str:
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, dict | list):
        try:
            return json.dumps(value, ensure_ascii=False, default=str)[:_TEXT_LENGTH]
        except (TypeError, ValueError, RecursionError):
            pass
    return (value if isinstance(value, str) else repr(value))[:_TEXT_LENGTH]


def _value(parameter: Parameter, entries: Mapping[str, Any], key: str) -> Any:
    if key not in entries:
        return None if parameter.required else parameter.default
    entry = entries[key]
    try:
        value = read_entry(parameter, entry)
    except Unfit:
        return entry
    if parameter.annotation == "binary" and isinstance(value, str):
        try:
            return base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            return value
    return value


def _parameter(spec: ColSpec | TensorSpec, name: Any, *, named: bool) -> Parameter:
    shown = str(name) if named else f"column {name}"
    if isinstance(spec, TensorSpec):
        shape = "\N{MULTIPLICATION SIGN}".join("n" if length < 0 else str(length) for length in spec.shape)
        return Parameter(
            shown if named else "data", "list", annotation=f"{spec.type.name} {shape}", help=_tensor_help(spec)
        )
    annotation = spec.type.name if isinstance(spec.type, DataType) else repr(spec.type)
    help_ = "In Base64." if spec.type is DataType.binary else ""
    return Parameter(shown, _list_or(spec.type), optional=not spec.required, annotation=annotation, help=help_)


def _tensor_help(spec: TensorSpec) -> str:
    return f"Lists in lists, {len(spec.shape)} deep: the first are the rows."


def _list_or(kind: Any, *, listed: bool = False) -> Kind:
    if listed or isinstance(kind, Array):
        return "list"
    if isinstance(kind, Object | Map):
        return "dict"
    return _KINDS.get(kind, "any") if isinstance(kind, DataType) else "any"


def _given(parameter: Parameter, value: Any) -> Parameter:
    """Give a field the value that it begins with; a column that may be missing begins without."""
    if value is NO_DEFAULT:
        return replace(parameter, default=None) if parameter.optional else parameter
    if hasattr(value, "tolist"):
        value = value.tolist()
    try:
        found = fitted(parameter, value)
        field_of(replace(parameter, default=found))  # told now if no field can show it
    except Unfit:
        return parameter
    return replace(parameter, default=found)


def _by_example(example: Any, params: tuple[Parameter, ...]) -> Trial:
    if isinstance(example, Mapping) and _is_table(example):
        names, row = example["columns"], example["data"][0]
        if len(names) > _FIELDS:
            return Trial(reason=f"It takes {len(names):,} columns, too many for a form.")
        pairs = zip(names, row, strict=True)
        return Trial(tuple(parameter_of(str(n), None, value) for n, value in pairs), tuple(names), None, params)
    if example is None:
        return Trial(reason=_NO_FIELDS)
    whole = Parameter("data", "any", help="All that it takes, as a literal of Python.")
    return Trial((_given(whole, example),), (0,), None, params, whole=True)


def _example(files: ModelFiles | None, info: Mapping[str, Any] | None) -> tuple[Any, Mapping[str, Any]]:
    """Give the example and the params in it, as they stand in the file."""
    value = None if files is None else files.example
    if value is None or info is None:
        return None, {}
    if info.get("params") and isinstance(value, dict) and "inputs" in value:
        params = value.get("params")
        return value["inputs"], params if isinstance(params, Mapping) else {}
    return value, {}


def _is_table(value: Mapping[str, Any]) -> bool:
    data, columns = value.get("data"), value.get("columns")
    if not isinstance(data, list) or not isinstance(columns, list) or not data:
        return False
    return isinstance(data[0], list) and len(data[0]) == len(columns)


def _first_row(example: Any, schema: Schema) -> dict[str, Any]:  # noqa: PLR0911 - one for each form of an example
    """Give the first row of an example by the columns' names."""
    if isinstance(example, Mapping) and _is_table(example):
        return {_key(name): value for name, value in zip(example["columns"], example["data"][0], strict=True)}
    if schema.is_tensor_spec():
        if isinstance(example, Mapping):
            return {_key(name): _one(value) for name, value in example.items()}
        return {} if example is None else {_key(schema.input_names()[0]): _one(example)}
    if isinstance(example, Mapping):
        return {_key(name): _first(value) for name, value in example.items()}
    if isinstance(example, list) and example:
        first = example[0]
        if isinstance(first, Mapping):
            return {_key(name): value for name, value in first.items()}
        row = first if isinstance(first, list) else example[:1]
        return {_key(name): value for name, value in zip(schema.input_names(), row, strict=False)}
    return {}


def _one(value: Any) -> Any:
    return value[:1] if isinstance(value, list) else value


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value and not isinstance(value[0], list | dict) else value


def _key(name: Any) -> str:
    return json.dumps(name, default=str)


def _column(value: Any, kind: Any) -> Any:
    """Make a column of one value: of the signature's type where the value is of it, else of whatever it is."""
    import pandas as pd

    if isinstance(kind, DataType) and value is not None and kind is not DataType.binary:
        try:
            made = pd.Series([value], dtype=kind.to_pandas())
        except (TypeError, ValueError, OverflowError):
            return pd.Series([value], dtype=object)
        return made if isinstance(value, _classes(kind)) else pd.Series([value], dtype=object)
    if value is None and kind in (DataType.float, DataType.double):
        return pd.Series([float("nan")], dtype=kind.to_pandas())
    if value is None and kind is DataType.datetime:
        return pd.Series([pd.NaT], dtype=kind.to_pandas())
    return pd.Series([value], dtype=None if isinstance(value, bool | int | float) else object)


def _classes(kind: DataType) -> tuple[type, ...]:
    import datetime as dt

    if kind is DataType.boolean:
        return (bool,)
    if kind in (DataType.integer, DataType.long):
        return (int,)
    if kind in (DataType.float, DataType.double):
        return (float,)
    return (dt.datetime,) if kind is DataType.datetime else (str,)


def _tensors(schema: Schema, values: list[Any]) -> Any:
    import numpy as np

    made = []
    for spec, value in zip(schema, values, strict=True):
        try:
            made.append(np.asarray(value, dtype=spec.type))  # type: ignore[arg-type]
        except (TypeError, ValueError, OverflowError):
            made.append(np.asarray(value, dtype=object))
    return dict(zip(schema.input_names(), made, strict=True)) if schema.has_input_names() else made[0]
