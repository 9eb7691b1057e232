"""Models of LightGBM: logging, saving and loading them, and tracking by itself.

The functions have MLflow's names and arguments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow.autologging.universal import autolog_flavor
from nbflow.flavors.lightgbm import LightgbmFlavor
from nbflow.tracking.fluent.models import load_as, log_as, save_as

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from nbflow.mlmodel.document import ModelInfo
    from nbflow.mlmodel.signature import ModelSignature

__all__ = ["autolog", "load_model", "log_model", "save_model"]


def log_model(  # noqa: PLR0913 - MLflow's arguments
    lgb_model: Any,
    name: str | None = None,
    *,
    signature: ModelSignature | bool | None = None,
    input_example: Any = None,
    registered_model_name: str | None = None,
    pip_requirements: Sequence[str] | str | None = None,
    extra_pip_requirements: Sequence[str] | str | None = None,
    code_paths: Sequence[str | os.PathLike[str]] | None = None,
    metadata: Mapping[str, Any] | None = None,
    serialization_format: str | None = None,
    skops_trusted_types: Sequence[str] | None = None,
    artifact_path: str | None = None,
    conda_env: Mapping[str, Any] | str | None = None,
    run_id: str | None = None,
    step: int = 0,
) -> ModelInfo:
    """Log a LightGBM model to the active run; a run is started when none is active.

    Parameters
    ----------
    lgb_model
        A `Booster`, or one of LightGBM's estimators, fitted.
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
    serialization_format
        For estimators: `"skops"`, `"cloudpickle"` or `"pickle"`; None takes skops, whose files run no code when
        they are loaded, and cloudpickle, with a warning, where skops cannot.
    skops_trusted_types
        Names of types that a skops file may hold, beyond those that are known.
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
        If LightGBM is not installed.
    StoreWriteError
        If the disk refuses; then nothing is there.
    """
    return log_as(
        "lightgbm",
        lgb_model,
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
        options={"serialization_format": serialization_format, "skops_trusted_types": skops_trusted_types},
    )


def save_model(  # noqa: PLR0913 - MLflow's arguments
    lgb_model: Any,
    path: str | os.PathLike[str],
    *,
    signature: ModelSignature | bool | None = None,
    input_example: Any = None,
    pip_requirements: Sequence[str] | str | None = None,
    extra_pip_requirements: Sequence[str] | str | None = None,
    code_paths: Sequence[str | os.PathLike[str]] | None = None,
    metadata: Mapping[str, Any] | None = None,
    serialization_format: str | None = None,
    skops_trusted_types: Sequence[str] | None = None,
    conda_env: Mapping[str, Any] | str | None = None,
) -> None:
    """Save a LightGBM model into a folder of this machine, which must not be there yet, or be empty.

    Parameters
    ----------
    lgb_model
        A `Booster`, or one of LightGBM's estimators, fitted.
    path
        The folder.
    signature, input_example, pip_requirements, extra_pip_requirements, code_paths, metadata, conda_env
        As in `log_model`.
    serialization_format, skops_trusted_types
        As in `log_model`.

    Raises
    ------
    ModelExistsError
        If something is at the path.
    InvalidInputError
        If an argument is not what it must be.
    MissingDependencyError
        If LightGBM is not installed.
    """
    save_as(
        "lightgbm",
        lgb_model,
        path,
        signature=signature,
        input_example=input_example,
        pip_requirements=pip_requirements,
        extra_pip_requirements=extra_pip_requirements,
        code_paths=code_paths,
        metadata=metadata,
        conda_env=conda_env,
        options={"serialization_format": serialization_format, "skops_trusted_types": skops_trusted_types},
    )


def load_model(
    model_uri: str | os.PathLike[str],
    dst_path: str | os.PathLike[str] | None = None,
    *,
    trust: bool | None = None,
    skops_trusted_types: Sequence[str] | None = None,
) -> Any:
    """Load a model as LightGBM's own object.

    Parameters
    ----------
    model_uri
        A path, `runs:/<run_id>/<name>`, `models:/<name>/<version>`, `models:/<name>@<alias>`, or an fsspec URL.
    dst_path
        A folder to copy the model to first; None loads it from where it is.
    trust
        True to run code that comes with a model which this store did not write.
    skops_trusted_types
        Types that a skops file may hold, beyond those that are known.

    Returns
    -------
    model : object
        The `Booster` or the estimator.

    Raises
    ------
    NotFoundError
        If there is no such model.
    FlavorNotFoundError
        If it was saved by another library: `nbflow.pyfunc.load_model` loads any.
    UntrustedModelError
        If loading it would run code that nothing vouches for.
    """
    flavor = "lightgbm" if skops_trusted_types is None else LightgbmFlavor(skops_trusted_types)
    return load_as(flavor, model_uri, trust=trust, dst_path=dst_path)


def autolog(  # noqa: PLR0913 - MLflow's arguments
    *,
    log_input_examples: bool = False,
    log_model_signatures: bool = True,
    log_models: bool = True,
    log_datasets: bool = True,
    disable: bool = False,
    exclusive: bool = False,
    disable_for_unsupported_versions: bool = False,  # noqa: ARG001 - as documented
    silent: bool = False,
    registered_model_name: str | None = None,
    extra_tags: Mapping[str, str] | None = None,
) -> None:
    """Log each `train` and each `fit` of LightGBM: params, metrics of each round, importance of features, model.

    A training goes to a run of its own, or to the one that is active. Call this before `from lightgbm import train`:
    a function that was taken out of the library before is not watched.

    Parameters
    ----------
    log_input_examples
        Whether a few rows of the training data are kept with each model.
    log_model_signatures
        Whether what a model takes and gives is kept with it.
    log_models
        Whether models are logged.
    log_datasets
        Whether the data sets are named as inputs of the run.
    disable
        Watch no longer, and put back what was replaced in the library.
    exclusive
        Log nothing to runs that were started by hand, only to runs of its own.
    disable_for_unsupported_versions
        MLflow's; there is no list of versions here.
    silent
        Say nothing of what cannot be logged.
    registered_model_name
        Register each model, too, as the next version of this registered model.
    extra_tags
        Tags of the runs that it starts.

    Raises
    ------
    InvalidInputError
        If an argument is not what it must be; then nothing has changed.
    """
    autolog_flavor(
        "lightgbm",
        disable=disable,
        log_input_examples=log_input_examples,
        log_model_signatures=log_model_signatures,
        log_models=log_models,
        log_datasets=log_datasets,
        exclusive=exclusive,
        silent=silent,
        registered_model_name=registered_model_name,
        extra_tags=extra_tags,
    )
