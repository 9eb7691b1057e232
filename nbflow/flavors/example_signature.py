"""The signature of a model that is being saved: what was given, held against the example, or made of it."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Literal

from nbflow.errors import InvalidInputError, NbflowError, SchemaInferenceError, UnsupportedValueError
from nbflow.flavors.telling import warn_user
from nbflow.mlmodel.signature import ModelSignature

if TYPE_CHECKING:
    from nbflow.flavors.protocol import Predict
    from nbflow.mlmodel.example import Example
    from nbflow.mlmodel.types import Schema

__all__ = ["SignatureGiven", "check_signature", "signature_of"]

SignatureGiven = ModelSignature | Literal[False] | None
"""A signature; False for none; None makes one of the input example."""


def check_signature(signature: Any, example: Example | None) -> None:
    """Check a signature that a caller gives, also against the example.

    Parameters
    ----------
    signature
        What was given.
    example
        The input example.

    Raises
    ------
    UnsupportedValueError
        If it is no signature.
    InvalidInputError
        If the example does not fit it.
    """
    if signature is None or signature is False:
        return
    if not isinstance(signature, ModelSignature):
        expected = "it is what infer_signature gives, False for none, or None to make one of the input example."
        raise UnsupportedValueError("signature", signature, expected)
    if example is None:
        return
    from nbflow.mlmodel.enforce import enforce_schema
    from nbflow.mlmodel.param_schema import enforce_params

    try:
        enforce_schema(deepcopy(example.data), signature.inputs)
        if signature.params is not None:
            enforce_params(example.params, signature.params)
    except NbflowError as exc:
        rule = f"It does not match the model signature. {exc}"
        raise InvalidInputError("input_example", example.data, rule) from exc


def signature_of(
    signature: SignatureGiven, example: Example | None, predictor: Callable[[], Predict] | None
) -> ModelSignature | None:
    """Give the signature that a model is saved with.

    Parameters
    ----------
    signature
        What was given, checked.
    example
        The input example.
    predictor
        Gives the function that predicts; None for a model that cannot.

    Returns
    -------
    signature : ModelSignature or None
        None where there is nothing to make it of, or predicting for the example fails, which is told by a warning: a
        model is worth keeping without one.
    """
    if isinstance(signature, ModelSignature) or signature is False:
        return signature or None
    if example is None or predictor is None:
        return None
    from nbflow.mlmodel.enforce import enforce_schema
    from nbflow.mlmodel.infer import infer_schema, infer_signature

    given: Any = None
    try:
        # A model may change what it is given.
        data, params = deepcopy(example.data), deepcopy(example.params)
        inputs = infer_schema(data)
        given = enforce_schema(data, inputs)
        predicted = predictor()(given, params)
    except Exception as exc:  # noqa: BLE001 - the model's own
        warn_user(_no_signature(example.data, given, exc))
        return None
    outputs = _outputs(predicted, inputs)
    params_schema = None if params is None else infer_signature(params=example.params).params
    return ModelSignature(inputs, outputs, params_schema)


def _no_signature(example: Any, given: Any, exc: Exception) -> str:
    # With a signature, lists and dictionaries come to the model as tables and arrays, which is what most stumble over.
    other = given is not None and type(given) is not type(example)
    handed = f", which it is handed as a {type(given).__name__}, as in each call when it is loaded" if other else ""
    return (
        f"The model is saved without a signature: it does not predict for the input example{handed}. "
        f"{type(exc).__name__}: {exc}. Give an example that it predicts for, or signature=False to have none."
    )


def _outputs(predicted: Any, inputs: Schema) -> Schema:
    import numpy as np
    import pandas as pd

    from nbflow.mlmodel.infer import infer_schema
    from nbflow.mlmodel.types import AnyType, ColSpec, Schema

    if not inputs.is_tensor_spec() and isinstance(predicted, np.ndarray) and predicted.ndim == 1:
        predicted = pd.Series(predicted)  # one prediction for each row: a column
    try:
        return infer_schema(predicted)
    except SchemaInferenceError:
        return Schema([ColSpec(AnyType())])
