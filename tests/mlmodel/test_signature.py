from __future__ import annotations

import pickle
from typing import Any

import pytest

from nbflow.errors import InvalidInputError, InvalidSchemaError, UnsupportedValueError
from nbflow.mlmodel import ModelSignature
from nbflow.mlmodel.types import ColSpec, ParamSchema, ParamSpec, Schema

INPUTS = Schema([ColSpec("double", "a")])
OUTPUTS = Schema([ColSpec("long")])
PARAMS = ParamSchema([ParamSpec("n", "long", 1)])


@pytest.mark.parametrize(
    "signature",
    [
        ModelSignature(INPUTS, OUTPUTS, PARAMS),
        ModelSignature(INPUTS),
        ModelSignature(outputs=OUTPUTS),
        ModelSignature(params=PARAMS),
    ],
)
def test_a_signature_comes_back_from_its_dictionary(signature: ModelSignature) -> None:
    assert ModelSignature.from_dict(signature.to_dict()) == signature
    assert pickle.loads(pickle.dumps(signature)) == signature  # noqa: S301 - our own


def test_each_part_is_json_or_none() -> None:
    assert ModelSignature(INPUTS).to_dict() == {
        "inputs": '[{"type": "double", "name": "a", "required": true}]',
        "outputs": None,
        "params": None,
    }


def test_it_is_shown_as_mlflow_shows_it() -> None:
    signature = ModelSignature(INPUTS, OUTPUTS)

    assert repr(signature) == (
        "inputs: \n  ['a': double (required)]\noutputs: \n  [long (required)]\nparams: \n  None\n"
    )


def test_a_signature_says_something() -> None:
    with pytest.raises(InvalidInputError, match="At least one of inputs, outputs or params"):
        ModelSignature()


@pytest.mark.parametrize("part", ["inputs", "outputs", "params"])
def test_parts_of_another_kind_are_refused(part: str) -> None:
    with pytest.raises(UnsupportedValueError, match=f"the {part} of a signature"):
        ModelSignature(**{part: [{"type": "double"}]})  # type: ignore[arg-type]


@pytest.mark.parametrize("given", [None, [], "x", {"inputs": [1]}, {"inputs": "x"}, {"params": "{}"}])
def test_what_is_no_signature_is_refused(given: Any) -> None:
    with pytest.raises(InvalidSchemaError):
        ModelSignature.from_dict(given)
