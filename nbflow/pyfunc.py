"""Models that predict, whatever made them: loading any model, and logging classes, functions and scripts of one's own.

The functions have MLflow's names and arguments.
"""

from __future__ import annotations

import atexit
import shutil
from collections.abc import Mapping
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from nbflow.artifacts import download_artifacts
from nbflow.errors import InvalidInputError
from nbflow.flavors.pyfunc_model import PyFuncModel
from nbflow.flavors.python_model import PythonModel, PythonModelContext
from nbflow.tracking.client import Client
from nbflow.tracking.fluent.models import load_pyfunc, log_as, save_as
from nbflow.uris import scheme_of

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from nbflow.mlmodel.document import ModelInfo
    from nbflow.mlmodel.signature import ModelSignature

__all__ = [
    "PyFuncModel",
    "PythonModel",
    "PythonModelContext",
    "get_model_dependencies",
    "load_model",
    "log_model",
    "save_model",
]


def log_model(  # noqa: PLR0913 - MLflow's arguments
    name: str | None = None,
    python_model: Any = None,
    *,
    artifacts: Mapping[str, str] | None = None,
    model_config: Mapping[str, Any] | None = None,
    loader_module: str | None = None,
    data_path: str | os.PathLike[str] | None = None,
    signature: ModelSignature | bool | None = None,
    input_example: Any = None,
    registered_model_name: str | None = None,
    pip_requirements: Sequence[str] | str | None = None,
    extra_pip_requirements: Sequence[str] | str | None = None,
    code_paths: Sequence[str | os.PathLike[str]] | None = None,
    metadata: Mapping[str, Any] | None = None,
    streamable: bool | None = None,
    artifact_path: str | None = None,
    conda_env: Mapping[str, Any] | str | None = None,
    run_id: str | None = None,
    step: int = 0,
) -> ModelInfo:
    """Log a model of one's own to the active run; a run is started when none is active.

    Parameters
    ----------
    name
        Where it goes among the run's artifacts, such as `"my_model"`. A model of that name is replaced.
    python_model
        An object of a subclass of `PythonModel`, a function from inputs to predictions, or the path of a script that
        calls `nbflow.models.set_model`.
    artifacts
        Files that the model needs: a name, and a path, a `runs:/` URI or an fsspec URL. In `PythonModel.load_context`
        they are `context.artifacts[name]`.
    model_config
        Settings that the model reads as `context.model_config`.
    loader_module, data_path
        In place of `python_model`: a module with a function `_load_pyfunc(path)`, and what is handed to it.
    signature, input_example, registered_model_name, pip_requirements, extra_pip_requirements, code_paths, metadata
        As in `nbflow.sklearn.log_model`.
    streamable
        Whether it can predict piece by piece; None looks for `predict_stream`.
    artifact_path, conda_env, run_id, step
        As in `nbflow.sklearn.log_model`.

    Returns
    -------
    info : ModelInfo
        `info.model_uri` is what it is loaded by.

    Raises
    ------
    InvalidInputError
        If an argument is not what it must be, among them the model.
    StoreWriteError
        If the disk refuses; then nothing is there.
    """
    return log_as(
        "python_function",
        python_model,
        name,
        signature=signature,
        input_example=input_example,
        registered_model_name=registered_model_name,
        pip_requirements=pip_requirements,
        extra_pip_requirements=extra_pip_requirements,
        code_paths=code_paths,
        metadata=metadata,
        artifact_path=artifact_path,
        conda_env=conda_env,
        run_id=run_id,
        step=step,
        options=_options(artifacts, model_config, loader_module, data_path, streamable),
    )


def save_model(  # noqa: PLR0913 - MLflow's arguments
    path: str | os.PathLike[str],
    python_model: Any = None,
    *,
    artifacts: Mapping[str, str] | None = None,
    model_config: Mapping[str, Any] | None = None,
    loader_module: str | None = None,
    data_path: str | os.PathLike[str] | None = None,
    signature: ModelSignature | bool | None = None,
    input_example: Any = None,
    pip_requirements: Sequence[str] | str | None = None,
    extra_pip_requirements: Sequence[str] | str | None = None,
    code_paths: Sequence[str | os.PathLike[str]] | None = None,
    metadata: Mapping[str, Any] | None = None,
    streamable: bool | None = None,
    conda_env: Mapping[str, Any] | str | None = None,
) -> None:
    """Save a model of one's own into a folder of this machine, which must not be there yet, or be empty.

    Parameters
    ----------
    path
        The folder.
    python_model, artifacts, model_config, loader_module, data_path, streamable
        As in `log_model`.
    signature, input_example, pip_requirements, extra_pip_requirements, code_paths, metadata, conda_env
        As in `nbflow.sklearn.log_model`.

    Raises
    ------
    ModelExistsError
        If something is at the path.
    InvalidInputError
        If an argument is not what it must be.
    """
    save_as(
        "python_function",
        python_model,
        path,
        signature=signature,
        input_example=input_example,
        pip_requirements=pip_requirements,
        extra_pip_requirements=extra_pip_requirements,
        code_paths=code_paths,
        metadata=metadata,
        conda_env=conda_env,
        options=_options(artifacts, model_config, loader_module, data_path, streamable),
    )


def load_model(
    model_uri: str | os.PathLike[str],
    suppress_warnings: bool = False,
    dst_path: str | os.PathLike[str] | None = None,
    model_config: Mapping[str, Any] | str | os.PathLike[str] | None = None,
    *,
    trust: bool | None = None,
) -> PyFuncModel:
    """Load a model as one that predicts, whatever library it is of.

    Parameters
    ----------
    model_uri
        A path, `runs:/<run_id>/<name>`, `models:/<name>/<version>`, `models:/<name>@<alias>`, or an fsspec URL.
    suppress_warnings
        Whether nothing is said of versions that differ from those that the model was saved with.
    dst_path
        A folder to copy the model to first; None loads it from where it is.
    model_config
        What goes before the settings that it was saved with: a dictionary, or the path of a YAML file.
    trust
        True to run code that comes with a model which this store did not write.

    Returns
    -------
    model : PyFuncModel
        `model.predict(data, params=None)`.

    Raises
    ------
    NotFoundError
        If there is no such model.
    ModelFormatError
        If its files are not what they must be.
    MissingDependencyError
        If its library is not installed.
    UntrustedModelError
        If loading it would run code that nothing vouches for.
    """
    return load_pyfunc(
        model_uri, trust=trust, dst_path=dst_path, model_config=model_config, suppress_warnings=suppress_warnings
    )


def get_model_dependencies(model_uri: str | os.PathLike[str], format: str = "pip") -> str:  # noqa: A002 - MLflow's
    """Give the path of the file that says what a model needs to be loaded.

    Parameters
    ----------
    model_uri
        As in `load_model`.
    format
        `"pip"` for `requirements.txt`, `"conda"` for `conda.yaml`.

    Raises
    ------
    InvalidInputError
        If there is no such format, or the model has no such file.
    """
    names = {"pip": "requirements.txt", "conda": "conda.yaml"}
    if format not in names:
        raise InvalidInputError("format", format, "It is 'pip' or 'conda'.")
    file = Client().find_model(model_uri).folder / names[format]
    if not file.is_file():
        raise InvalidInputError("model_uri", model_uri, f"The model has no {names[format]}.")
    return str(file)


def _options(artifacts: Any, model_config: Any, loader_module: Any, data_path: Any, streamable: Any) -> dict[str, Any]:
    if isinstance(artifacts, Mapping):  # what is none is told when the model is saved
        artifacts = {name: _local(given) for name, given in artifacts.items()}
    return {
        "artifacts": artifacts,
        "model_config": model_config,
        "loader_module": loader_module,
        "data_path": data_path,
        "streamable": streamable,
    }


def _local(artifact: Any) -> Any:
    """Bring an artifact that a URI names to this machine, until the process ends."""
    if not isinstance(artifact, str) or not scheme_of(artifact):
        return artifact
    folder = mkdtemp(prefix="nbflow-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return download_artifacts(artifact, dst_path=folder)
