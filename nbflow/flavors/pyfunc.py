"""Models of your own: a `PythonModel`, a function, a script, or files with a module that loads them."""

from __future__ import annotations

import importlib
import os
import pickle
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbflow.errors import InvalidInputError, ModelFormatError, UnsupportedValueError, shown
from nbflow.flavors import python_model as definitions
from nbflow.flavors.copying import check_paths, copy_into
from nbflow.flavors.from_code import is_model, load_script
from nbflow.flavors.model_code import code_files, importing_from
from nbflow.flavors.model_config import read_config
from nbflow.flavors.options import check_options
from nbflow.flavors.protocol import PYTHON_FUNCTION, Predict, Saved
from nbflow.flavors.python_model import FunctionModel, PythonModelContext, TypeHints, arguments, hints_of
from nbflow.flavors.python_predict import LoadedPythonModel, PythonPredictor
from nbflow.flavors.unpickling import unpickle
from nbflow.mlmodel.distributions import pinned
from nbflow.mlmodel.files import inside
from nbflow.mlmodel.trust import Trust

__all__ = ["FLAVOR", "PyfuncFlavor"]

_OPTIONS = ("artifacts", "data_path", "loader_module", "model_config", "streamable")
_PICKLE_FILE = "python_model.pkl"
_OF_CLASS = "mlflow.pyfunc.model"
_OF_CODE = "mlflow.pyfunc.loaders.code_model"
_by_value_lock = threading.Lock()


class PyfuncFlavor:
    """Models of your own.

    The model is an instance of a subclass of `PythonModel`, a function of the data, the path of a script that calls
    `set_model`, or None where a loader module loads it. The options are `artifacts` (name to path on this machine),
    `model_config`, `streamable` (None finds out), and `loader_module` with `data_path`.
    """

    name = PYTHON_FUNCTION
    module = "cloudpickle"
    library = "cloudpickle"
    extra = ""
    loader_modules = (_OF_CLASS, _OF_CODE)

    def save(self, model: Any, folder: Path, options: Mapping[str, Any]) -> Saved:
        """Write a model: a pickle, a copy of the script, or a copy of the data.

        Raises
        ------
        UnsupportedValueError
            If it is none of what a model can be.
        InvalidInputError
            If options are not what they must be, or the model cannot be pickled.
        LocalFileNotFoundError
            If the script, the data or an artifact is not there.
        """
        check_options(options, _OPTIONS, "pyfunc")
        given = {name: value for name, value in options.items() if value is not None}
        hints = TypeHints()
        if "loader_module" in given or "data_path" in given:
            entry = _save_for_loader(model, folder, given)
        elif isinstance(model, str | os.PathLike):
            entry = _save_script(Path(model), folder, given)
        else:
            entry = _save_object(model, folder, given)
            hints = hints_of(model)
        entry |= _artifacts(folder, given.get("artifacts"))
        config = read_config(given.get("model_config"))
        if config:
            entry["config"] = config
        return Saved(entry, entry, [pinned("cloudpickle")], hints=hints)

    def load(self, folder: Path, config: Mapping[str, Any], trusted: Trust) -> LoadedPythonModel:
        """Load the model and let it load its artifacts.

        Raises
        ------
        ModelFormatError
            If the MLmodel file does not say what to load, or what is loaded is no model.
        """
        settings = config.get("config") or None
        artifacts = {name: str(inside(folder, path)) for name, path in _artifact_paths(folder, config)}
        context = PythonModelContext(artifacts, settings)
        module = config.get("loader_module")
        if module not in self.loader_modules:
            return LoadedPythonModel(_load_by_module(folder, config, settings), None)
        if "model_code_path" in config:
            model = load_script(_script(folder, config))
        else:
            model = unpickle(_pickle(folder, config), config.get("python_model_compression"))
        if not is_model(model):
            raise ModelFormatError(str(folder), f"What it holds is a {type(model).__name__}, and no model.")
        if not hasattr(model, "load_context"):
            model = FunctionModel(model if callable(model) else model.predict)
        model.load_context(context=context)
        return LoadedPythonModel(model, context)

    def predictor(self, model: Any, folder: Path, config: Mapping[str, Any]) -> Predict:
        """Give the function that predicts; what was given to `save` is loaded from what that wrote.

        Raises
        ------
        ModelFormatError
            If the model has no method of the name that it is to predict by.
        """
        loaded = model if isinstance(model, LoadedPythonModel) else self.load(folder, config, Trust(all=True))
        function = config.get("predict_fn", "predict")
        stream = config.get("predict_stream_fn", "predict_stream") if config.get("streamable") else None
        for name in (function, stream):
            if name is not None and not callable(getattr(loaded.python_model, str(name), None)):
                raise ModelFormatError(str(folder), f"It is to predict by {shown(name)}, which it has not.")
        return PythonPredictor(loaded, function, stream)

    def code_files(self, folder: Path, config: Mapping[str, Any]) -> list[str]:
        """Name the pickle or the script; for a loader module all that it is given.

        Raises
        ------
        ModelFormatError
            If the MLmodel file does not say what to load.
        """
        root = folder.resolve()
        if config.get("loader_module") not in self.loader_modules:
            data = inside(folder, config["data"]) if config.get("data") else root
            return code_files(root, data.relative_to(root).as_posix())
        file = _script(folder, config) if "model_code_path" in config else _pickle(folder, config)
        return [file.relative_to(root).as_posix()]


FLAVOR = PyfuncFlavor()


def _save_object(model: Any, folder: Path, given: Mapping[str, Any]) -> dict[str, Any]:
    import cloudpickle

    expected = "a model is an instance of a PythonModel, a function of the data, or the path of a script."
    if isinstance(model, type):
        raise UnsupportedValueError("python_model", model, f"{expected} This is a class: make an instance of it.")
    if not is_model(model):
        raise UnsupportedValueError("python_model", model, expected)
    if hasattr(model, "load_context") and _is_of_base(getattr(type(model), "predict", None)):
        raise UnsupportedValueError("python_model", model, "the class defines no predict.")
    whole = model if hasattr(model, "load_context") else _of_function(model)
    try:
        data = _pickled(whole)
    except Exception as exc:  # whatever the objects in it raise
        rule = (
            f"It cannot be pickled ({type(exc).__name__}: {exc}). Write it into a script that calls "
            "nbflow.models.set_model, and give the script's path; load in load_context what cannot be pickled."
        )
        raise InvalidInputError("python_model", model, rule) from exc
    (folder / _PICKLE_FILE).write_bytes(data)
    return {
        "loader_module": _OF_CLASS,
        "python_model": _PICKLE_FILE,
        "cloudpickle_version": cloudpickle.__version__,
        "streamable": _streams(whole, given),
    }


def _of_function(model: Any) -> FunctionModel:
    function = model if callable(model) else model.predict
    names = [name for name in arguments(function, needed=True) if name != "params"]
    if len(names) != 1:
        taken = ", ".join(names) or "nothing"
        rule = f"A function takes the data, and params if it wants them. This one takes {taken}."
        raise InvalidInputError("python_model", model, rule)
    return FunctionModel(function)


def _pickled(model: Any) -> bytes:
    """Pickle a model with the classes that it is made of, so that it loads where there is no nbflow."""
    import cloudpickle

    with _by_value_lock:
        cloudpickle.register_pickle_by_value(definitions)
        try:
            data: bytes = cloudpickle.dumps(model, protocol=pickle.DEFAULT_PROTOCOL)
        finally:
            cloudpickle.unregister_pickle_by_value(definitions)
    return data


def _save_script(script: Path, folder: Path, given: Mapping[str, Any]) -> dict[str, Any]:
    if script.suffix != ".py":
        raise InvalidInputError("python_model", str(script), "A text is the path of a Python script, such as model.py.")
    (source,) = check_paths([script], "python_model")
    copy_into(source, folder)
    code = folder / "code"
    with importing_from(code if code.is_dir() else None, keep=False):
        model = load_script(source)  # not the copy: a traceback is to show the user's own file
    return {"loader_module": _OF_CODE, "model_code_path": source.name, "streamable": _streams(model, given)}


def _save_for_loader(model: Any, folder: Path, given: Mapping[str, Any]) -> dict[str, Any]:
    module, data = given.get("loader_module"), given.get("data_path")
    if model is not None:
        raise InvalidInputError("python_model", model, "It is given, or loader_module and data_path are; not both.")
    if not isinstance(module, str) or not all(part.isidentifier() for part in module.split(".")):
        raise InvalidInputError("loader_module", module, "It is the name of a module that has _load_pyfunc(path).")
    entry = {"loader_module": module, "streamable": bool(given.get("streamable", False))}
    if data is not None:
        (source,) = check_paths([data], "data_path")
        copy_into(source, folder / "data")
        entry["data"] = f"data/{source.name}"
    return entry


def _streams(model: Any, given: Mapping[str, Any]) -> bool:
    own = getattr(type(model), "predict_stream", None)
    return bool(given.get("streamable", own is not None and not _is_of_base(own)))


def _is_of_base(method: Any) -> bool:
    """Tell whether a method is that of the base class; told by its name, for a loaded model has a copy of that."""
    modules = {definitions.__name__, "mlflow.pyfunc.model"}
    return getattr(method, "__module__", None) in modules and method.__qualname__.startswith("PythonModel.")


def _artifacts(folder: Path, artifacts: Any) -> dict[str, Any]:
    if not artifacts:
        return {}
    if not isinstance(artifacts, Mapping) or not all(isinstance(name, str) for name in artifacts):
        raise UnsupportedValueError("artifacts", artifacts, "they are a dictionary of names to paths of this machine.")
    sources = {name: check_paths([given], "artifacts")[0] for name, given in artifacts.items()}
    # Files of one name lie in folders of their own; on some systems case makes no difference.
    apart = len({source.name.casefold() for source in sources.values()}) < len(sources)
    saved: dict[str, Any] = {}
    for number, (name, source) in enumerate(sources.items()):
        place = f"artifacts/{number}" if apart else "artifacts"
        copy_into(source, folder / place)
        saved[name] = {"path": f"{place}/{source.name}", "uri": os.fspath(artifacts[name])}
    return {"artifacts": saved}


def _artifact_paths(folder: Path, config: Mapping[str, Any]) -> list[tuple[str, Any]]:
    artifacts = config.get("artifacts") or {}
    if not isinstance(artifacts, dict) or not all(isinstance(info, dict) for info in artifacts.values()):
        raise ModelFormatError(str(folder), "Its artifacts are no dictionary of names to paths.")
    return [(str(name), info.get("path")) for name, info in artifacts.items()]


def _script(folder: Path, config: Mapping[str, Any]) -> Path:
    # MLflow writes the path that the script had; its copy lies in the folder.
    written = str(config["model_code_path"])
    return _there(folder, written.replace("\\", "/").rpartition("/")[2])


def _pickle(folder: Path, config: Mapping[str, Any]) -> Path:
    return _there(folder, config.get("python_model"))


def _there(folder: Path, name: Any) -> Path:
    file = inside(folder, name)
    if not file.is_file():
        raise ModelFormatError(str(folder), f"Its file {shown(name)} is missing.")
    return file


def _load_by_module(folder: Path, config: Mapping[str, Any], settings: dict[str, Any] | None) -> Any:
    name = str(config.get("loader_module"))
    load = getattr(importlib.import_module(name), "_load_pyfunc", None)
    if load is None:
        raise ModelFormatError(str(folder), f"Its loader module {shown(name)} has no _load_pyfunc.")
    data = str(inside(folder, config["data"]) if config.get("data") else folder)
    return load(data, settings) if settings else load(data)
