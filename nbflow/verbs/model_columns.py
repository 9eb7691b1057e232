"""What a model takes, gives and needs, as names and texts: a row for each column, param or requirement (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbflow.mlmodel.param_schema import ParamSchema
    from nbflow.mlmodel.schema import ColSpec, Schema, TensorSpec
    from nbflow.mlmodel.signature import ModelSignature

__all__ = ["PARTS", "flat_rows", "requirement_table", "schema_document", "signature_rows"]

PARTS = ("inputs", "outputs", "params")


def signature_rows(signature: ModelSignature | None) -> dict[str, list[tuple[str, str]]]:
    """Write a signature.

    Parameters
    ----------
    signature
        The signature, or None.

    Returns
    -------
    rows : dict of str to list of tuple of str
        Names and types of the inputs, outputs and params; without those of which nothing is said.
    """
    if signature is None:
        return {}
    rows = {"inputs": _rows(signature.inputs), "outputs": _rows(signature.outputs), "params": _params(signature.params)}
    return {part: found for part, found in rows.items() if found}


def flat_rows(signature: ModelSignature | None) -> dict[str, str]:
    """Write a signature as one table: `{"inputs.age": "long (required)"}`."""
    rows = signature_rows(signature)
    return {f"{part}.{name}": text for part, found in rows.items() for name, text in found}


def schema_document(signature: ModelSignature | None) -> dict[str, Any] | None:
    """Give a signature as JSON has it, each part as what it is and not as a text of JSON; None where there is none."""
    if signature is None:
        return None
    parts = {part: getattr(signature, part) for part in PARTS}
    return {part: None if schema is None else schema.to_dict() for part, schema in parts.items()}


def requirement_table(requirements: Iterable[str]) -> dict[str, str]:
    """Write requirements as one table: `{"numpy": "==2.1.0"}`; what is no name with versions stands for itself."""
    from nbflow.mlmodel.requirements import requirement_of

    table: dict[str, str] = {}
    for each in requirements:
        parsed = requirement_of(each)
        key = each if parsed is None else parsed.name.lower().replace("_", "-")
        text = "needed" if parsed is None else each.strip()[len(parsed.name) :].strip() or "any version"
        table[key] = f"{table[key]}, {text}" if key in table else text
    return table


def _rows(schema: Schema | None) -> list[tuple[str, str]]:
    if schema is None:
        return []
    return [(_name(name), _type(spec)) for name, spec in zip(schema.input_names(), schema.inputs, strict=True)]


def _params(schema: ParamSchema | None) -> list[tuple[str, str]]:
    if schema is None:
        return []
    return [
        (spec.name, f"{spec.dtype!r}{'' if spec.shape is None else ' list'} (default: {spec.default!r})")
        for spec in schema
    ]


def _name(name: object) -> str:
    """Write what tells an input from the others: its name, or its position where it has none."""
    return name if isinstance(name, str) else repr(name)


def _type(spec: ColSpec | TensorSpec) -> str:
    from nbflow.mlmodel.schema import TensorSpec

    if isinstance(spec, TensorSpec):
        return f"{spec.type.name} {spec.shape}"
    return f"{spec.type!r} ({'required' if spec.required else 'optional'})"
