"""Loading a model from a folder: as the library's own object, or as one that any tool can ask to predict."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.errors import FlavorNotFoundError, ModelFormatError, NbflowError
from nbflow.flavors.find import find_flavor, flavor_of_loader
from nbflow.flavors.model_code import code_files, importing_from
from nbflow.flavors.model_config import overridden
from nbflow.flavors.protocol import PYTHON_FUNCTION
from nbflow.flavors.pyfunc_model import PyFuncModel
from nbflow.flavors.telling import warn_user
from nbflow.mlmodel.document import Model
from nbflow.mlmodel.environment import mismatches, python_mismatch, read_requirements
from nbflow.mlmodel.files import inside

if TYPE_CHECKING:
    from nbflow.flavors.protocol import Flavor, Predict
    from nbflow.mlmodel.trust import Trust

__all__ = ["load_native", "load_pyfunc"]


def load_native(folder: str | os.PathLike[str], flavor: Flavor | str, *, trusted: Trust) -> Any:
    """Load a model as its library's own object.

    Parameters
    ----------
    folder
        The model's folder.
    flavor
        Which flavor: `"sklearn"`, or a `Flavor` that knows more than the MLmodel file says.
    trusted
        What is known of where the model comes from.

    Raises
    ------
    ModelNotFoundError
        If the folder holds no model.
    ModelFormatError
        If its files are not what they must be.
    FlavorNotFoundError
        If it was not saved in this flavor.
    MissingDependencyError
        If the flavor's library is not installed.
    UntrustedModelError
        If loading it would run code that nothing vouches for.
    """
    root = Path(os.path.abspath(folder))
    document = Model.load(root)
    name = flavor if isinstance(flavor, str) else flavor.name
    if name not in document.flavors:
        raise FlavorNotFoundError(name, str(root), document.flavors)
    own = find_flavor(flavor) if isinstance(flavor, str) else flavor
    return _load(root, own, _config(document, name), trusted, predicts=False)[0]


def load_pyfunc(folder: str | os.PathLike[str], *, trusted: Trust, model_config: Any = None) -> PyFuncModel:
    """Load a model as one that any tool can ask to predict.

    Parameters
    ----------
    folder
        The model's folder.
    trusted
        What is known of where the model comes from.
    model_config
        Settings in place of those that it was saved with: a dictionary, or the path of a YAML file.

    Raises
    ------
    ModelNotFoundError
        If the folder holds no model.
    ModelFormatError
        If its files are not what they must be.
    FlavorNotFoundError
        If it cannot predict: it has no `python_function` flavor.
    MissingDependencyError
        If the library that it is of is not installed.
    UntrustedModelError
        If loading it would run code that nothing vouches for.
    UnsupportedValueError, LocalFileNotFoundError
        If `model_config` is no settings.
    """
    root = Path(os.path.abspath(folder))
    document = Model.load(root)
    entry = document.flavors.get(PYTHON_FUNCTION)
    if entry is None:
        raise FlavorNotFoundError(PYTHON_FUNCTION, str(root), document.flavors)
    loader = entry.get("loader_module")
    if not isinstance(loader, str):
        raise ModelFormatError(str(root), "Its python_function flavor does not say which loader_module loads it.")
    flavor = find_flavor(flavor_of_loader(loader) or PYTHON_FUNCTION)
    config = _config(document, flavor.name)
    saved = config.get("config")
    if saved is not None and not isinstance(saved, dict):
        raise ModelFormatError(str(root), "Its config is no dictionary.")
    config["config"] = overridden(saved, model_config)
    native, predict = _load(root, flavor, config, trusted, predicts=True)
    assert predict is not None
    return PyFuncModel(document, native, predict, root, config["config"])


def _config(document: Model, flavor_name: str) -> dict[str, Any]:
    entries = (document.flavors.get(PYTHON_FUNCTION, {}), document.flavors.get(flavor_name, {}))
    return {name: value for entry in entries for name, value in entry.items() if value is not None}


def _load(
    root: Path, flavor: Flavor, config: Mapping[str, Any], trusted: Trust, *, predicts: bool
) -> tuple[Any, Predict | None]:
    code = _code(root, config)
    runs = flavor.code_files(root, config) + (code_files(root, str(config["code"])) if code else [])
    trusted.check(root, runs)
    trusted.check_sealed(root)
    if runs:
        _warn_of_python(config)
    try:
        with importing_from(code):
            native = flavor.load(root, config, trusted)
            return native, flavor.predictor(native, root, config) if predicts else None
    except Exception as exc:
        if not isinstance(exc, NbflowError):
            exc.add_note(_circumstances(root))
        raise


def _code(root: Path, config: Mapping[str, Any]) -> Path | None:
    if not config.get("code"):
        return None
    code = inside(root, config["code"])
    if not code.is_dir():
        raise ModelFormatError(str(root), "Its folder of code is missing.")
    return code


def _warn_of_python(config: Mapping[str, Any]) -> None:
    recorded = config.get("python_version")
    found = python_mismatch(str(recorded)) if recorded else None
    if found is not None:
        text = (
            f"The model was saved by Python {recorded}, and this is Python {found.installed}: what is pickled in it "
            "may not load, or not do the same."
        )
        warn_user(text)


def _circumstances(root: Path) -> str:
    """Say what somebody who reads a library's error wants to know next."""
    text = f"This happened while the model at {root} was loaded."
    try:
        strange = mismatches(read_requirements(root).requirements)
    except NbflowError:
        return text
    if not strange:
        return text
    listed = ", ".join(map(str, strange))
    return f"{text} It was saved with other versions than are installed: {listed}. See its requirements.txt."
