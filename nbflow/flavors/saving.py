"""Saving a model into a folder: all of it at once, or nothing."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.errors import ModelExistsError, SchemaEnforcementError, StoreWriteError, UnsupportedValueError
from nbflow.flavors.copying import check_paths, copy_into
from nbflow.flavors.example_signature import SignatureGiven, check_signature, signature_of
from nbflow.flavors.find import find_flavor
from nbflow.flavors.found_imports import requirements_of
from nbflow.flavors.model_code import importing_from
from nbflow.flavors.protocol import PYTHON_FUNCTION, Flavor, Saved
from nbflow.flavors.telling import warn_user
from nbflow.flavors.type_hints import FROM_HINT, checker, signature_from_hints
from nbflow.mlmodel.document import Model
from nbflow.mlmodel.environment import CondaGiven, Wanted, wanted, write_environment
from nbflow.mlmodel.example import Example, encode_example, save_example
from nbflow.mlmodel.infer import infer_param_schema
from nbflow.mlmodel.yamlfile import plain
from nbflow.names import temporary_name

if TYPE_CHECKING:
    from nbflow.mlmodel.requirements import Given
    from nbflow.mlmodel.signature import ModelSignature

__all__ = ["save_model"]

_CODE = "code"


def save_model(  # noqa: PLR0913 - MLflow's arguments
    flavor: Flavor | str,
    model: Any,
    path: str | os.PathLike[str],
    *,
    signature: SignatureGiven = None,
    input_example: Any = None,
    pip_requirements: Given = None,
    extra_pip_requirements: Given = None,
    code_paths: Sequence[str | os.PathLike[str]] | None = None,
    metadata: Mapping[str, Any] | None = None,
    conda_env: CondaGiven = None,
    options: Mapping[str, Any] | None = None,
) -> Model:
    """Save a model.

    The folder appears with all that is in it, or not at all, whatever happens meanwhile.

    Parameters
    ----------
    flavor
        How it is kept.
    model
        The library's object.
    path
        The folder, which is not there yet, or empty.
    signature
        What it takes and gives; False for none; None makes it of the input example.
    input_example
        An example of what it takes, or a tuple of that and of params.
    pip_requirements
        All that is to be installed: a list, or the path of a file. None finds it out.
    extra_pip_requirements
        What is to be installed besides what is found.
    code_paths
        Python files and folders that the model imports. They are copied, and come first when it is loaded.
    metadata
        The user's own: texts, numbers, lists and dictionaries.
    conda_env
        The content of a `conda.yaml`, or the path of one, in place of requirements.
    options
        What only the flavor knows.

    Returns
    -------
    document : Model
        What its MLmodel file says.

    Raises
    ------
    ModelExistsError
        If something is at the path.
    InvalidInputError
        If an argument is not what it must be, among them the model.
    MissingDependencyError
        If the flavor's library is not installed.
    LocalFileNotFoundError
        If a file that an argument names is not there.
    StoreWriteError
        If the disk refuses.
    """
    own = find_flavor(flavor) if isinstance(flavor, str) else flavor
    target = Path(os.path.abspath(path))
    _check_free(target)
    environment = wanted(pip_requirements, extra_pip_requirements, conda_env)
    code = check_paths(code_paths, "code_paths")
    example = None if input_example is None else encode_example(input_example)
    check_signature(signature, example)
    document = Model(metadata=_metadata(metadata))
    # Beside the target, so that one rename brings it there; with a name that everything takes for a leftover.
    folder = target.with_name(temporary_name())
    try:
        _make(folder)
        for source in code:
            copy_into(source, folder / _CODE)
        saved = own.save(model, folder, options or {})
        for name, entry in _entries(own, saved, has_code=bool(code)).items():
            document.add_flavor(name, **entry)
        document.saved_input_example_info = None if example is None else save_example(folder, example)
        hinted = _from_hints(saved, example) if signature is None else None
        document.signature = hinted or _signature(signature, example, own, model, folder, document)
        if hinted is not None:
            document.other[FROM_HINT] = True
        # What does not predict for it here, which was told, does not in another process.
        predicts = signature is not None or document.signature is not None
        env = _write_environment(environment, own, saved, folder, document, predicts=predicts)
        if PYTHON_FUNCTION in document.flavors:
            document.flavors[PYTHON_FUNCTION]["env"] = env
        document.model_size_bytes = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        document.save(folder)
        _bring(folder, target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return document


def _check_free(target: Path) -> None:
    if os.path.lexists(target) and not (target.is_dir() and not any(target.iterdir())):
        raise ModelExistsError(str(target))


def _metadata(metadata: Any) -> dict[str, Any] | None:
    if metadata is None:
        return None
    if not isinstance(metadata, Mapping):
        raise UnsupportedValueError("metadata", metadata, "it is a dictionary.")
    copied: dict[str, Any] = plain(dict(metadata), "metadata")
    return copied


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True)
    except OSError as exc:
        raise StoreWriteError(str(folder.parent), exc.errno, exc.strerror or str(exc)) from exc


def _bring(folder: Path, target: Path) -> None:
    try:
        if target.is_dir() and not target.is_symlink():
            target.rmdir()  # a folder is never renamed over another one on Windows
        folder.rename(target)
    except OSError as exc:
        if os.path.lexists(target):
            raise ModelExistsError(str(target)) from exc
        raise StoreWriteError(str(target), exc.errno, exc.strerror or str(exc)) from exc


def _entries(flavor: Flavor, saved: Saved, *, has_code: bool) -> dict[str, dict[str, Any]]:
    code = {"code": _CODE} if has_code else {}
    entries = {flavor.name: saved.config | code}
    if saved.python_function is not None:
        python = {"python_version": platform.python_version()}
        entries[PYTHON_FUNCTION] = python | saved.python_function | code
    return entries


def _signature(
    given: SignatureGiven, example: Example | None, flavor: Flavor, model: Any, folder: Path, document: Model
) -> ModelSignature | None:
    if PYTHON_FUNCTION not in document.flavors:
        return signature_of(given, example, None)
    code = folder / _CODE
    # Only a model of the user's own is loaded for this; another library's is at hand, with the modules that it knows.
    loads = flavor.name == PYTHON_FUNCTION and code.is_dir()
    with importing_from(code if loads else None, keep=False):
        return signature_of(given, example, lambda: flavor.predictor(model, folder, _config(flavor, document)))


def _from_hints(saved: Saved, example: Example | None) -> ModelSignature | None:
    """Make a signature of the model's annotations, unless the example says that they are not meant so."""
    signature, check = signature_from_hints(saved.hints.input, saved.hints.output), checker(saved.hints.input)
    if signature is None or check is None or example is None:
        return signature
    try:
        check(deepcopy(example.data))
    except SchemaEnforcementError as exc:
        warn_user(
            f"The signature is not made of the annotations of predict: the input example does not fit them. {exc}"
        )
        return None
    return signature if example.params is None else replace(signature, params=infer_param_schema(example.params))


def _config(flavor: Flavor, document: Model) -> dict[str, Any]:
    entry = document.flavors.get(PYTHON_FUNCTION, {}) | document.flavors[flavor.name]
    return {name: value for name, value in entry.items() if value is not None}


def _write_environment(
    environment: Wanted, flavor: Flavor, saved: Saved, folder: Path, document: Model, *, predicts: bool
) -> dict[str, str]:
    found = saved.requirements
    if not environment.complete and not saved.complete:
        inputs = document.get_input_schema()
        code = folder / _CODE
        can_predict = predicts and PYTHON_FUNCTION in document.flavors
        job = {
            "folder": str(folder),
            "flavor": flavor.name,
            "config": plain(_config(flavor, document), "the flavor"),
            "code": str(code) if code.is_dir() else None,
            "example": document.saved_input_example_info if can_predict else None,
            "signature": None if inputs is None or FROM_HINT in document.other else inputs.to_json(),
        }
        found = requirements_of(job, found)
    return write_environment(folder, environment.with_found(found), environment.conda)
