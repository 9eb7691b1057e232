"""The YAML at the top of a model card, by which Hugging Face finds and files a model (pure)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from nbflow.drawing.html import cut, visible
from nbflow.mlmodel.data_types import DataType
from nbflow.mlmodel.schema import TensorSpec
from nbflow.mlmodel.yamlfile import yaml_text
from nbflow.tracking.direction import is_judged

if TYPE_CHECKING:
    from nbflow.mlmodel.document import Model
    from nbflow.mlmodel.schema import Schema

__all__ = ["Measured", "card_header", "library_of", "task_of"]

Measured = tuple[str | None, Mapping[str, float]]
"""The name of a data set, None where it was not recorded, and the metrics that were found on it."""

_LICENSE = "# license: which one is yours to say, such as apache-2.0\n"
_NAME_LENGTH = 96
_METRICS = 30
_DATASETS = 20
_TABLE_DIMENSIONS = 2
_PYTHON_FUNCTION = "python_function"
_HUB_ID = re.compile(r"[\w.-]{1,96}(/[\w.-]{1,96})?", re.ASCII)
_TASK = re.compile(r"[a-z0-9-]{1,60}")
# What nbflow.evaluate calls them, and what Hugging Face does.
_METRIC_TYPES = {
    "accuracy_score": "accuracy",
    "f1_score": "f1",
    "mean_absolute_error": "mae",
    "mean_squared_error": "mse",
    "precision_score": "precision",
    "r2_score": "r_squared",
    "recall_score": "recall",
    "root_mean_squared_error": "rmse",
}
_OF_CLASSES = {"accuracy_score", "f1_score", "log_loss", "precision_score", "recall_score", "roc_auc"}
_OF_NUMBERS = {
    "max_error",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "r2_score",
    "root_mean_squared_error",
}
_BY_EVALUATE = "example_count"


def card_header(name: str, document: Model, measured: Iterable[Measured], datasets: Iterable[str] = ()) -> str:
    """Write the header, with the two lines around it.

    Parameters
    ----------
    name
        The model's name.
    document
        What its MLmodel file says.
    measured
        What was found, and on what.
    datasets
        The names of the data sets that it was trained on. Those that cannot be a name on the hub are left out.

    Returns
    -------
    header : str
        YAML between two lines `---`. Which licence the model has is for its user to say.
    """
    found = [(dataset, metrics) for dataset, metrics in measured if metrics]
    task = task_of(document, [key for _, metrics in found for key in metrics])
    flavors = sorted(flavor for flavor in document.flavors if flavor != _PYTHON_FUNCTION)
    tags = [_short(each) for each in dict.fromkeys([*flavors, "mlflow", "nbflow"])]
    header: dict[str, Any] = {"library_name": _short(library_of(document)), "tags": tags}
    if task is not None:
        header["pipeline_tag"] = task
    if named := [each for each in dict.fromkeys(datasets) if _HUB_ID.fullmatch(each)][:_DATASETS]:
        header["datasets"] = named
    if results := [result for one in found if (result := _result(*one, task)) is not None]:
        header["model-index"] = [{"name": _short(name), "results": results}]
    return f"---\n{yaml_text(header, sort_keys=False)}{_LICENSE}---\n"


def library_of(document: Model) -> str:
    """Name the library that a model is of; `"mlflow"` for one that is any Python."""
    return next((flavor for flavor in sorted(document.flavors) if flavor != _PYTHON_FUNCTION), "mlflow")


def task_of(document: Model, metrics: Iterable[str] = ()) -> str | None:
    """Say what a model is for, by Hugging Face's names, where that is known.

    Parameters
    ----------
    document
        What its MLmodel file says. An entry `pipeline_tag` of its metadata decides.
    metrics
        The metrics that it was judged by.

    Returns
    -------
    task : str or None
        Such as `"tabular-classification"`; None where nothing says it.
    """
    said = (document.metadata or {}).get("pipeline_tag")
    if isinstance(said, str) and _TASK.fullmatch(said):
        return said
    names, classes, schema = set(metrics), _class_names(document), document.get_input_schema()
    # What evaluate judges is given tables, also where no signature says so.
    if not (_takes_tables(schema) or (schema is None and _BY_EVALUATE in names)):
        return None
    if names & _OF_CLASSES or any(name.endswith(("Classifier", "Classification")) for name in classes):
        return "tabular-classification"
    if names & _OF_NUMBERS or any(name.endswith("Regressor") for name in classes):
        return "tabular-regression"
    return None


def _takes_tables(schema: Schema | None) -> bool:
    if schema is None:
        return False
    first = schema.inputs[0]
    if isinstance(first, TensorSpec):
        return len(schema) == 1 and len(first.shape) == _TABLE_DIMENSIONS
    return schema.has_input_names() and all(isinstance(spec.type, DataType) for spec in schema.inputs)


def _class_names(document: Model) -> list[str]:
    """Give the names of the classes that flavors were saved from, where their entries say so."""
    return [str(config["model_class"]) for config in document.flavors.values() if config.get("model_class")]


def _result(dataset: str | None, metrics: Mapping[str, float], task: str | None) -> dict[str, Any] | None:
    # What is not finite has no place there, and what says nothing of how good the model is neither.
    judged = {key: value for key, value in metrics.items() if math.isfinite(value) and is_judged(key)}
    if not judged:
        return None
    name = _short(dataset) if dataset else "not recorded"
    return {
        "task": {"type": task or "other"},
        "dataset": {"name": name, "type": name if dataset else "unknown"},
        "metrics": [
            {"type": _METRIC_TYPES.get(key, _short(key)), "value": float(value), "name": _short(key)}
            for key, value in list(judged.items())[:_METRICS]
        ],
    }


def _short(text: str) -> str:
    return cut(visible(text), _NAME_LENGTH)
