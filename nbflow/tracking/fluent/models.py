"""Models of the active run, and registering them."""

from __future__ import annotations

import warnings
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from nbflow.errors import InvalidInputError
from nbflow.tracking.active import active_run
from nbflow.tracking.client import Client
from nbflow.tracking.fluent.runs import get_or_start
from nbflow.tracking.guard import guarded

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from nbflow.entities import ModelVersion, RegisteredModel
    from nbflow.flavors.protocol import Flavor
    from nbflow.flavors.pyfunc_model import PyFuncModel
    from nbflow.mlmodel.document import Model, ModelInfo
    from nbflow.tracking.paging import PagedList

__all__ = [
    "load_as",
    "load_pyfunc",
    "log_as",
    "register_model",
    "save_as",
    "search_model_versions",
    "search_registered_models",
]


@guarded
def log_as(
    flavor: str,
    model: Any,
    name: str | None,
    *,
    artifact_path: str | None = None,
    registered_model_name: str | None = None,
    run_id: str | None = None,
    step: int = 0,
    options: Mapping[str, Any] | None = None,
    **saving: Any,
) -> ModelInfo:
    """Log a model to the active run, or another one; a run is started when none is active.

    Parameters
    ----------
    flavor
        How it is kept: `"sklearn"`.
    model
        The library's object.
    name
        Where it goes among the run's artifacts: `"my_model"`.
    artifact_path
        MLflow's older name for `name`.
    registered_model_name
        Where to register it as the next version.
    run_id
        Another run than the active one.
    step
        Which step of the run it was made at.
    options
        What only the flavor knows.
    **saving
        What `nbflow.flavors.saving.save_model` takes.

    Returns
    -------
    info : ModelInfo
        What the model is, and what it is loaded by: `info.model_uri`.

    Raises
    ------
    InvalidInputError
        If an argument cannot be used.
    StoreWriteError
        If the disk refuses.
    """
    from nbflow.artifact_store import check_artifact_path
    from nbflow.flavors.find import find_flavor
    from nbflow.flavors.saving import save_model
    from nbflow.registry.names import check_model_name

    if (name is None) == (artifact_path is None):
        raise InvalidInputError("name", (name, artifact_path), "Give the model one name: log_model(model, 'my_model').")
    path = check_artifact_path(artifact_path if name is None else name)
    if registered_model_name is not None:
        check_model_name(registered_model_name)
    own = find_flavor(flavor)
    run = active_run() if run_id is None else None
    if run_id is None and run is None:
        run = get_or_start()
    client, target = (Client(), str(run_id)) if run is None else (run.client, run.run_id)

    def save(folder: Path) -> Model:
        document = save_model(own, model, folder, options=options, **saving)
        document.run_id, document.artifact_path = target, path
        document.save(folder)
        return document

    document, _ = client.log_model(target, path, save, step=step)
    version = None
    uri = f"runs:/{target}/{path}"
    if registered_model_name is not None:
        version = client.register_model(uri, registered_model_name).version
    return document.get_model_info(uri, name=path, registered_model_version=version)


def save_as(
    flavor: str, model: Any, path: str | os.PathLike[str], *, options: Mapping[str, Any], **saving: Any
) -> None:
    """Save a model to a folder of this machine; see `nbflow.flavors.saving.save_model`."""
    from nbflow.flavors.saving import save_model

    save_model(flavor, model, path, options=options, **saving)


def load_as(
    flavor: Flavor | str,
    model_uri: str | os.PathLike[str],
    *,
    trust: bool | None = None,
    dst_path: str | os.PathLike[str] | None = None,
) -> Any:
    """Load a model as its library's own object.

    Parameters
    ----------
    flavor
        Which of its flavors: a name, or a `Flavor` that knows more than the model's files say.
    model_uri
        A path, `runs:/<run_id>/<name>`, `models:/<name>/<version>`, `models:/<name>@<alias>`, or an fsspec URL.
    trust
        True to run code that comes with a model which this store did not write.
    dst_path
        A folder to copy the model to first; None loads it from where it is.

    Raises
    ------
    NotFoundError
        If there is no such model.
    UntrustedModelError
        If loading it would run code that nothing vouches for.
    """
    from nbflow.flavors.loading import load_native

    found = Client().find_model(model_uri)
    folder = found.folder if dst_path is None else found.bring(dst_path)
    return load_native(folder, flavor, trusted=found.trust(trust))


def load_pyfunc(
    model_uri: str | os.PathLike[str],
    *,
    trust: bool | None = None,
    dst_path: str | os.PathLike[str] | None = None,
    model_config: Any = None,
    suppress_warnings: bool = False,
) -> PyFuncModel:
    """Load a model as one that predicts, whatever library it is of; see `load_as`.

    Parameters
    ----------
    model_uri, trust, dst_path
        As in `load_as`.
    model_config
        What goes before the configuration that the model was saved with: a dictionary, or the path of a YAML file.
    suppress_warnings
        Whether nothing is said of versions that differ from those that the model was saved with.
    """
    from nbflow.flavors.loading import load_pyfunc

    found = Client().find_model(model_uri)
    folder = found.folder if dst_path is None else found.bring(dst_path)
    # Otherwise not entered: it forgets which warnings have been given, and is everybody's in all threads.
    with warnings.catch_warnings(action="ignore") if suppress_warnings else nullcontext():
        return load_pyfunc(folder, trusted=found.trust(trust), model_config=model_config)


def register_model(
    model_uri: str | os.PathLike[str],
    name: str,
    await_registration_for: int | None = None,  # noqa: ARG001 - as documented
    *,
    tags: Mapping[str, Any] | None = None,
) -> ModelVersion:
    """Make a model the next version of a registered model, which is made when it is not there.

    Parameters
    ----------
    model_uri
        `runs:/<run_id>/<name>`, `models:/<name>/<version>`, a path or an fsspec URL.
    name
        The registered model's name.
    await_registration_for
        MLflow's; a version is ready when this returns.
    tags
        Tags of the version.

    Returns
    -------
    version : ModelVersion
        The new version.

    Raises
    ------
    ModelNotFoundError
        If no model is there.
    InvalidNameError
        If the name cannot be a registered model's.
    """
    return Client().register_model(model_uri, name, tags=tags)


def search_registered_models(
    max_results: int | None = None, filter_string: str | None = None, order_by: Sequence[str] | None = None
) -> PagedList[RegisteredModel]:
    """Find registered models; see `Client.search_registered_models`."""
    return Client().search_registered_models(filter_string, max_results, order_by)


def search_model_versions(
    max_results: int | None = None, filter_string: str | None = None, order_by: Sequence[str] | None = None
) -> PagedList[ModelVersion]:
    """Find versions of registered models; see `Client.search_model_versions`."""
    return Client().search_model_versions(filter_string, max_results, order_by)
