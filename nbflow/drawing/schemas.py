"""What a model takes and gives, as small tables: one row for each column, tensor or param."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nbflow.drawing.format import count
from nbflow.drawing.html import cut
from nbflow.drawing.sheet import Cell, Columns, Sheet, Table, cells
from nbflow.drawing.sheet_html import sheet_html
from nbflow.drawing.sheet_text import sheet_text
from nbflow.errors import NbflowError
from nbflow.mlmodel.schema import TensorSpec
from nbflow.mlmodel.signature import ModelSignature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.mlmodel.param_schema import ParamSchema, ParamSpec
    from nbflow.mlmodel.schema import ColSpec, Schema

__all__ = [
    "input_type",
    "param_schema_bundle",
    "read_signature",
    "schema_bundle",
    "schema_table",
    "signature_bundle",
    "signature_columns",
    "value_of",
]

_FIRST = 12  # as many rows stand in view
_ROWS = 500
_TYPE_LENGTH = 240


def signature_bundle(signature: ModelSignature) -> dict[str, str]:
    """Draw a signature.

    Parameters
    ----------
    signature
        What a model takes and gives.

    Returns
    -------
    bundle : dict of str to str
        `text/html` and `text/plain`, which say the same.
    """
    return _bundle(Sheet("Signature", parts=(signature_columns(signature),)))


def schema_bundle(schema: Schema) -> dict[str, str]:
    """Draw a schema.

    Parameters
    ----------
    schema
        Columns or tensors.

    Returns
    -------
    bundle : dict of str to str
        `text/html` and `text/plain`, which say the same.
    """
    return _bundle(Sheet("Schema", parts=(schema_table("", schema, "schema.inputs"),)))


def param_schema_bundle(params: ParamSchema) -> dict[str, str]:
    """Draw the params of a model.

    Parameters
    ----------
    params
        What `predict` takes beside the data.

    Returns
    -------
    bundle : dict of str to str
        `text/html` and `text/plain`, which say the same.
    """
    return _bundle(Sheet("Params", parts=(_params_table("", params, "schema.params"),)))


def signature_columns(signature: ModelSignature | None, where: str = "signature") -> Columns:
    """Set out what a model takes, gives, and takes beside the data.

    Parameters
    ----------
    signature
        None where nothing is known of it.
    where
        Which code has the signature.
    """
    if signature is None:
        return Columns(())
    tables = [
        schema_table(caption, schema, f"{where}.{part}")
        for caption, part, schema in (
            ("Inputs", "inputs", signature.inputs),
            ("Outputs", "outputs", signature.outputs),
        )
        if schema is not None
    ]
    if signature.params is not None:
        tables.append(_params_table("Params of predict", signature.params, f"{where}.params"))
    return Columns(tuple(tables))


def schema_table(caption: str, schema: Schema, where: str) -> Table:
    """Set out a schema.

    Parameters
    ----------
    caption
        What it is the schema of; `""` for none.
    schema
        Columns or tensors.
    where
        Which code has all of it.
    """
    optional = bool(schema.optional_input_names())
    noun = "tensor" if schema.is_tensor_spec() else "column"
    # Of one without a name there is nothing to tell but its type.
    told = schema.has_input_names() or len(schema) > 1
    rows = [
        (
            *([_name(spec, at)] if told else []),
            Cell(input_type(spec)),
            *([Cell("" if spec.required else "optional", tone="soft")] if optional else []),
        )
        for at, spec in enumerate(schema.inputs[:_ROWS])
    ]
    head = (
        *([noun if schema.has_input_names() else "no."] if told else []),
        "type",
        *(["required"] if optional else []),
    )
    total = f"{caption}: {count(len(schema), noun)}" if len(schema) > _FIRST and caption else caption
    return Table(total, head, rows, where, first=_FIRST, n_rows=len(schema))


def input_type(spec: ColSpec | TensorSpec) -> str:
    """Write the type of a column or tensor: `"double"`, `"float32 (-1, 28, 28)"`."""
    text = f"{spec.type.name} {spec.shape}" if isinstance(spec, TensorSpec) else repr(spec.type)
    return cut(text, _TYPE_LENGTH)


def read_signature(given: Mapping[str, Any] | None) -> ModelSignature | None:
    """Read the signature that the registry kept of a version; None where it has none, or none that can be read."""
    try:
        return None if given is None else ModelSignature.from_dict(given)
    except NbflowError:  # somebody's, and of no use
        return None


def value_of(value: object) -> str:
    """Write a plain value: texts as they are, others as JSON has them."""
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):  # a time, a key that is none
        return repr(value)


def _params_table(caption: str, params: ParamSchema, where: str) -> Table:
    rows = [cells(spec.name, _param_type(spec), value_of(spec.default)) for spec in params.params[:_ROWS]]
    return Table(caption, ("param", "type", "default"), rows, where, first=_FIRST, n_rows=len(params))


def _param_type(spec: ParamSpec) -> str:
    return cut(f"{'' if spec.shape is None else 'list of '}{spec.dtype!r}", _TYPE_LENGTH)


def _name(spec: ColSpec | TensorSpec, at: int) -> Cell:
    if spec.name is None:
        return Cell(str(at), tone="soft")
    return Cell(spec.name if isinstance(spec.name, str) else repr(spec.name))


def _bundle(sheet: Sheet) -> dict[str, str]:
    return {"text/plain": sheet_text(sheet), "text/html": sheet_html(sheet)}
