"""What all models have in common: signatures, what a model says of itself, checks, evaluation.

The functions have MLflow's names and arguments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow.errors import InvalidInputError
from nbflow.evaluation import EvaluationResult, MetricThreshold, evaluate, make_metric
from nbflow.flavors.find import flavor_names
from nbflow.flavors.from_code import set_model
from nbflow.mlmodel import validate as checks
from nbflow.mlmodel.data_types import DataType
from nbflow.mlmodel.document import Model, ModelInfo
from nbflow.mlmodel.infer import infer_signature
from nbflow.mlmodel.param_schema import ParamSchema, ParamSpec
from nbflow.mlmodel.schema import ColSpec, Schema, TensorSpec
from nbflow.mlmodel.signature import ModelSignature
from nbflow.tracking.client import Client
from nbflow.tracking.fluent.models import load_as, load_pyfunc, log_as, save_as

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from nbflow.mlmodel.validate import Finding

__all__ = [
    "ColSpec",
    "DataType",
    "EvaluationResult",
    "MetricThreshold",
    "Model",
    "ModelInfo",
    "ModelSignature",
    "ParamSchema",
    "ParamSpec",
    "Schema",
    "TensorSpec",
    "evaluate",
    "flavor_names",
    "get_model_info",
    "infer_signature",
    "load_model",
    "log_model",
    "make_metric",
    "predict",
    "save_model",
    "set_model",
    "set_signature",
    "validate",
]


def get_model_info(model_uri: str | os.PathLike[str]) -> ModelInfo:
    """Say what a model is, without loading it.

    Parameters
    ----------
    model_uri
        A path, `runs:/<run_id>/<name>`, `models:/<name>/<version>`, `models:/<name>@<alias>`, or an fsspec URL.

    Returns
    -------
    info : ModelInfo
        Its flavors, signature, size and where it is from.

    Raises
    ------
    NotFoundError
        If there is no such model.
    ModelFormatError
        If its MLmodel file is broken.
    """
    return Client().get_model_info(model_uri)


def set_signature(model_uri: str | os.PathLike[str], signature: ModelSignature) -> None:
    """Give a model of a run, or in a folder, another signature.

    Parameters
    ----------
    model_uri
        `runs:/<run_id>/<name>`, or a path. A registered version is what it was when it was registered: log and
        register the model anew.
    signature
        From `infer_signature`.

    Raises
    ------
    InvalidInputError
        If it is no signature, or the URI names a registered version.
    NotFoundError
        If there is no such model.
    """
    if not isinstance(signature, ModelSignature):
        raise InvalidInputError("signature", signature, "Make one with nbflow.models.infer_signature.")
    Client().set_model_signature(model_uri, signature)


def validate(model_uri: str | os.PathLike[str]) -> list[Finding]:
    """Check a model's files: whether all are there, fit together and can be read. Nothing is loaded.

    Parameters
    ----------
    model_uri
        As in `get_model_info`.

    Returns
    -------
    findings : list of Finding
        What is wrong; empty where nothing is.

    Raises
    ------
    NotFoundError
        If there is no such model.
    """
    return checks.validate(Client().find_model(model_uri).folder)


def predict(
    model_uri: str | os.PathLike[str], input_data: Any, *, params: Any = None, trust: bool | None = None
) -> Any:
    """Load a model and predict.

    Parameters
    ----------
    model_uri
        As in `get_model_info`.
    input_data
        What it takes.
    params
        Params of its signature.
    trust
        As in `nbflow.pyfunc.load_model`.
    """
    return load_pyfunc(model_uri, trust=trust).predict(input_data, params=params)


def log_model(
    flavor: str, model: Any, name: str, *, options: Mapping[str, Any] | None = None, **saving: Any
) -> ModelInfo:
    """Log a model in any flavor, also one that another package brings.

    Parameters
    ----------
    flavor
        A name of the entry-point group `nbflow.flavors`.
    model, name
        The model, and where it goes among the run's artifacts.
    options
        What only the flavor knows.
    **saving
        As in `nbflow.sklearn.log_model`.

    Returns
    -------
    info : ModelInfo
        `info.model_uri` is what it is loaded by.

    Raises
    ------
    FlavorNotFoundError
        If there is no such flavor.
    """
    return log_as(flavor, model, name, options=options, **saving)


def save_model(
    flavor: str, model: Any, path: str | os.PathLike[str], *, options: Mapping[str, Any] | None = None, **saving: Any
) -> None:
    """Save a model in any flavor into a folder of this machine; see `log_model`."""
    save_as(flavor, model, path, options=options or {}, **saving)


def load_model(flavor: str, model_uri: str | os.PathLike[str], *, trust: bool | None = None) -> Any:
    """Load a model as the own object of the library that a flavor is of; see `nbflow.sklearn.load_model`."""
    return load_as(flavor, model_uri, trust=trust)
