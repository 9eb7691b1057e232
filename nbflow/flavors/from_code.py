"""Models from code: a script that says by `set_model` what the model is, and is run each time it is loaded."""

from __future__ import annotations

import sys
import threading
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from nbflow.errors import ModelFormatError, UnsupportedValueError
from nbflow.flavors.model_code import run_script

__all__ = ["is_model", "load_script", "set_model"]

_MLFLOW = "mlflow.models.model"
# What the script that is being run has set; None while no script is.
_set: ContextVar[list[Any] | None] = ContextVar("nbflow_model_of_script", default=None)
# MLflow keeps what its set_model was given in one place for the whole process.
_lock = threading.RLock()


def set_model(model: Any) -> None:
    """Say in a script what its model is, for `save_model` and `log_model` with `python_model="script.py"`.

    Parameters
    ----------
    model
        An instance of a subclass of `PythonModel`, or a function of the data.

    Raises
    ------
    UnsupportedValueError
        If it is neither.
    """
    if not is_model(model):
        expected = "set_model takes an instance of a PythonModel, or a function of the data."
        raise UnsupportedValueError("the model", model, expected)
    found = _set.get()
    if found is not None:
        found.append(model)
    elif _MLFLOW in sys.modules:
        # MLflow runs the script. Its own set_model would refuse a PythonModel that is not its own, and use it gladly.
        vars(sys.modules[_MLFLOW])["__mlflow_model__"] = model


def is_model(model: Any) -> bool:
    """Tell whether something can be asked to predict: an object with `predict`, or a function."""
    return not isinstance(model, type) and (callable(getattr(model, "predict", None)) or callable(model))


def load_script(path: Path) -> Any:
    """Run a script and give the model that it sets, by nbflow's `set_model` or by MLflow's.

    Parameters
    ----------
    path
        The script.

    Raises
    ------
    ModelFormatError
        If it sets none.
    """
    with _lock:
        _forget_theirs()
        found: list[Any] = []
        token = _set.set(found)
        try:
            run_script(path)
        finally:
            _set.reset(token)
        model = found[-1] if found else _theirs()
    if model is None:
        rule = "The script does not say what its model is: let it call nbflow.models.set_model(model)."
        raise ModelFormatError(str(path), rule)
    return model


def _forget_theirs() -> None:
    if _MLFLOW in sys.modules:
        vars(sys.modules[_MLFLOW])["__mlflow_model__"] = None


def _theirs() -> Any:
    return getattr(sys.modules.get(_MLFLOW), "__mlflow_model__", None)
