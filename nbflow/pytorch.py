"""Models of PyTorch: logging, saving and loading them.

The functions have MLflow's names and arguments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow.autologging.lightning_callback import LightningCallback
from nbflow.tracking.fluent.models import load_as, log_as, save_as

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from nbflow.mlmodel.document import ModelInfo
    from nbflow.mlmodel.signature import ModelSignature

__all__ = ["LightningCallback", "load_model", "log_model", "save_model"]


def log_model(  # noqa: PLR0913 - MLflow's arguments
    pytorch_model: Any,
    name: str | None = None,
    *,
    signature: ModelSignature | bool | None = None,
    input_example: Any = None,
    registered_model_name: str | None = None,
    pip_requirements: Sequence[str] | str | None = None,
    extra_pip_requirements: Sequence[str] | str | None = None,
    code_paths: Sequence[str | os.PathLike[str]] | None = None,
    metadata: Mapping[str, Any] | None = None,
    artifact_path: str | None = None,
    conda_env: Mapping[str, Any] | str | None = None,
    run_id: str | None = None,
    step: int = 0,
) -> ModelInfo:
    """Log a PyTorch model to the active run; a run is started when none is active.

    Parameters
    ----------
    pytorch_model
        A `torch.nn.Module`, a scripted module, or what `torch.export.export` made: that needs no code to be loaded.
    name
        Where it goes among the run's artifacts, such as `"my_model"`. A model of that name is replaced.
    signature
        What it takes and gives, from `nbflow.models.infer_signature`; None makes it of the example; False is none.
    input_example
        An example of what it takes: a DataFrame, an array, a dictionary or a list; or a tuple of that and of params.
    registered_model_name
        Register it, too, as the next version of this registered model.
    pip_requirements
        All that it needs to be loaded: a list, or the path of a requirements file. None finds it out by loading the
        model and predicting the example, in a process of its own.
    extra_pip_requirements
        What it needs besides what is found.
    code_paths
        Python files and folders that it imports. They are copied, and come first when it is loaded.
    metadata
        The user's own: texts, numbers, lists and dictionaries.
    artifact_path
        MLflow's older name for `name`.
    conda_env
        The content of a `conda.yaml`, or its path, in place of requirements.
    run_id
        Another run than the active one.
    step
        Which step of the run it was made at.

    Returns
    -------
    info : ModelInfo
        `info.model_uri` is what it is loaded by.

    Raises
    ------
    InvalidInputError
        If an argument is not what it must be, among them the model.
    MissingDependencyError
        If PyTorch is not installed.
    StoreWriteError
        If the disk refuses; then nothing is there.
    """
    return log_as(
        "pytorch",
        pytorch_model,
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
        options={},
    )


def save_model(  # noqa: PLR0913 - MLflow's arguments
    pytorch_model: Any,
    path: str | os.PathLike[str],
    *,
    signature: ModelSignature | bool | None = None,
    input_example: Any = None,
    pip_requirements: Sequence[str] | str | None = None,
    extra_pip_requirements: Sequence[str] | str | None = None,
    code_paths: Sequence[str | os.PathLike[str]] | None = None,
    metadata: Mapping[str, Any] | None = None,
    conda_env: Mapping[str, Any] | str | None = None,
) -> None:
    """Save a PyTorch model into a folder of this machine, which must not be there yet, or be empty.

    Parameters
    ----------
    pytorch_model
        A `torch.nn.Module`, a scripted module, or what `torch.export.export` made: that needs no code to be loaded.
    path
        The folder.
    signature, input_example, pip_requirements, extra_pip_requirements, code_paths, metadata, conda_env
        As in `log_model`.

    Raises
    ------
    ModelExistsError
        If something is at the path.
    InvalidInputError
        If an argument is not what it must be.
    MissingDependencyError
        If PyTorch is not installed.
    """
    save_as(
        "pytorch",
        pytorch_model,
        path,
        signature=signature,
        input_example=input_example,
        pip_requirements=pip_requirements,
        extra_pip_requirements=extra_pip_requirements,
        code_paths=code_paths,
        metadata=metadata,
        conda_env=conda_env,
        options={},
    )


def load_model(
    model_uri: str | os.PathLike[str],
    dst_path: str | os.PathLike[str] | None = None,
    *,
    trust: bool | None = None,
) -> Any:
    """Load a model as PyTorch's own object.

    Parameters
    ----------
    model_uri
        A path, `runs:/<run_id>/<name>`, `models:/<name>/<version>`, `models:/<name>@<alias>`, or an fsspec URL.
    dst_path
        A folder to copy the model to first; None loads it from where it is.
    trust
        True to run code that comes with a model which this store did not write.

    Returns
    -------
    model : object
        The module, in evaluation mode.

    Raises
    ------
    NotFoundError
        If there is no such model.
    FlavorNotFoundError
        If it was saved by another library: `nbflow.pyfunc.load_model` loads any.
    UntrustedModelError
        If loading it would run code that nothing vouches for.
    """
    return load_as("pytorch", model_uri, trust=trust, dst_path=dst_path)
