"""The signature of a model: what it takes, what it gives, and the params that it takes beside the data."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nbflow import display
from nbflow.errors import InvalidInputError, InvalidSchemaError, UnsupportedValueError
from nbflow.mlmodel.param_schema import ParamSchema
from nbflow.mlmodel.schema import Schema

__all__ = ["ModelSignature"]

# Characters of a schema that is kept once it has been read.
_MAX_KEPT = 50_000


@dataclass(frozen=True, repr=False)
class ModelSignature:
    """What a model takes and gives.

    Parameters
    ----------
    inputs
        What `predict` takes; None where nothing is said of it, and anything is let through.
    outputs
        What it gives.
    params
        The params that it takes beside the data. At least one of the three is said.

    Examples
    --------
    >>> from nbflow.mlmodel.types import ColSpec, Schema
    >>> signature = ModelSignature(inputs=Schema([ColSpec("double", "x")]))
    >>> signature.to_dict()["inputs"]
    '[{"type": "double", "name": "x", "required": true}]'
    """

    inputs: Schema | None = None
    outputs: Schema | None = None
    params: ParamSchema | None = None

    def __post_init__(self) -> None:
        for name, cls in (("inputs", Schema), ("outputs", Schema), ("params", ParamSchema)):
            value = getattr(self, name)
            if value is not None and not isinstance(value, cls):
                raise UnsupportedValueError(
                    f"the {name} of a signature",
                    value,
                    f"it is a {cls.__name__}, as infer_signature makes it, or None.",
                )
        if self.inputs is None and self.outputs is None and self.params is None:
            raise InvalidInputError(
                "the signature", None, "At least one of inputs, outputs or params must be provided."
            )

    def __repr__(self) -> str:
        return f"inputs: \n  {self.inputs!r}\noutputs: \n  {self.outputs!r}\nparams: \n  {self.params!r}\n"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return display.bundle(self)

    def to_dict(self) -> dict[str, str | None]:
        """Give the signature as an MLmodel file has it: each part JSON, or None."""
        return {
            "inputs": None if self.inputs is None else self.inputs.to_json(),
            "outputs": None if self.outputs is None else self.outputs.to_json(),
            "params": self.params.to_json() if self.params else None,
        }

    @classmethod
    def from_dict(cls, given: Any) -> ModelSignature:
        """Read a signature from what an MLmodel file has.

        Raises
        ------
        InvalidSchemaError
            If it is none.
        InvalidInputError
            If it says nothing.
        """
        if not isinstance(given, Mapping):
            raise InvalidSchemaError(given, "A signature is a dictionary with inputs, outputs and params.")
        inputs, outputs, params = (given.get(name) for name in ("inputs", "outputs", "params"))
        return cls(
            _schema(inputs) if inputs else None,
            _schema(outputs) if outputs else None,
            ParamSchema.from_json(params) if params else None,
        )


def _schema(text: Any) -> Schema:
    # A schema cannot be changed: two models may have the same one.
    return _kept(text) if isinstance(text, str) and len(text) <= _MAX_KEPT else Schema.from_json(text)


@functools.lru_cache(maxsize=64)
def _kept(text: str) -> Schema:
    return Schema.from_json(text)
