"""The format of a saved model: the MLmodel file, its signature, and what is checked by it. Local paths only.

It knows neither runs nor stores nor the libraries that models come from.
"""

from __future__ import annotations

from nbflow.mlmodel.enforce import Enforcer, enforce_schema
from nbflow.mlmodel.infer import infer_schema, infer_signature
from nbflow.mlmodel.param_schema import enforce_params
from nbflow.mlmodel.signature import ModelSignature

__all__ = [
    "Enforcer",
    "ModelSignature",
    "enforce_params",
    "enforce_schema",
    "infer_schema",
    "infer_signature",
]
