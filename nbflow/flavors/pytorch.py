"""PyTorch: modules are pickled with their classes, TorchScript and exported programs are kept as they are."""

from __future__ import annotations

import importlib
import pickle
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.errors import InvalidInputError, ModelFormatError, UnsupportedValueError, shown
from nbflow.flavors.named_file import relative_name
from nbflow.flavors.options import check_options
from nbflow.flavors.protocol import Predict, Saved
from nbflow.flavors.torch_file import EXPORTED, PICKLED, only_layers, read_module, write_module
from nbflow.mlmodel.distributions import pinned
from nbflow.mlmodel.files import inside, read_text

if TYPE_CHECKING:
    from nbflow.mlmodel.trust import Trust

__all__ = ["FLAVOR", "PytorchFlavor"]

_DATA = "data"
# Read by MLflow, which imports what is named there.
_PICKLER_FILE = "pickle_module_info.txt"
_MLFLOW_PICKLER = "mlflow.pytorch.pickle_module"
_PLAIN_PICKLERS = {_MLFLOW_PICKLER, "cloudpickle", "pickle"}
_MAX_NAME = 1000


class PytorchFlavor:
    """Modules of PyTorch: any `torch.nn.Module`, TorchScript, and what `torch.export.export` gives.

    A module is loaded in evaluation mode, onto the CPU or onto the device that `model_config={"device": ...}` names.
    """

    name = "pytorch"
    module = "torch"
    library = "torch"
    extra = "pytorch"
    loader_modules = ("mlflow.pytorch",)

    def save(self, model: Any, folder: Path, options: Mapping[str, Any]) -> Saved:
        """Write a model.

        Raises
        ------
        UnsupportedValueError
            If it is no module.
        InvalidInputError
            If there are options, or the model cannot be pickled.
        """
        import torch

        check_options(options, (), self.name)
        _check_model(model)
        data = folder / _DATA
        data.mkdir()
        needed = ["numpy", "torch"]
        if _is_exported(model):
            torch.export.save(model, data / EXPORTED)
        else:
            (data / _PICKLER_FILE).write_text(_MLFLOW_PICKLER, encoding="utf-8")
            if isinstance(model, torch.jit.ScriptModule):
                model.save(str(data / PICKLED))
            else:
                write_module(model, data / PICKLED)
                needed.append("cloudpickle")
        entry = {
            "loader_module": self.loader_modules[0],
            "data": _DATA,
            "pickle_module_name": _MLFLOW_PICKLER,
            "config": {"device": None},
        }
        config = {"model_data": _DATA, "pytorch_version": str(torch.__version__)}
        # Classes of other packages stand in pickles only.
        whole = "cloudpickle" not in needed or only_layers(data / PICKLED) is not None
        return Saved(config, entry, sorted(map(pinned, needed)), complete=whole)

    def load(self, folder: Path, config: Mapping[str, Any], trusted: Trust) -> Any:
        """Load the module.

        Raises
        ------
        ModelFormatError
            If the MLmodel file does not say what to load, or it is no module of PyTorch.
        InvalidInputError
            If there is no such device.
        """
        import torch

        file = _file(folder, config)
        device = _device(config)
        model = read_module(file, device, lambda: _pickle_module(file))
        if not isinstance(model, torch.nn.Module):
            raise ModelFormatError(str(folder), f"What it holds is a {type(model).__name__}, and no module.")
        if file.name == EXPORTED:  # its program says where its weights are, and in which mode it runs
            _check_device(model, device)
            return model
        return model.eval()

    def predictor(self, model: Any, folder: Path, config: Mapping[str, Any]) -> Predict:
        """Give the function of a DataFrame, as numbers of single precision, or of an array, as it is.

        A model that is being saved predicts in evaluation mode, too, and is in its own mode again afterwards.
        """
        import numpy as np
        import pandas as pd
        import torch

        module = model.module() if _is_exported(model) else model
        device = next((tensor.device for tensor in _tensors(module)), torch.device("cpu"))
        exported = _file(folder, config).name == EXPORTED
        training = [] if exported else [part for part in module.modules() if part.training]

        def predict(data: Any, params: Mapping[str, Any] | None) -> Any:
            if not isinstance(data, pd.DataFrame | np.ndarray):
                raise UnsupportedValueError("the data", data, "a model of PyTorch takes a DataFrame or an array.")
            given = data.to_numpy(dtype=np.float32) if isinstance(data, pd.DataFrame) else data
            if not given.flags.writeable or any(step < 0 for step in given.strides):
                given = given.copy(order="K")  # PyTorch takes no other; in another order it would round otherwise
            tensor = torch.from_numpy(given).to(device)
            with torch.no_grad(), _evaluating(training) if training else nullcontext():
                result = module(tensor, **_checked(params))
            if not isinstance(result, torch.Tensor):
                kind = type(result).__name__
                rule = f"It gives a {kind}, where one tensor is expected: wrap it in a module that gives one."
                raise InvalidInputError("the model", type(module).__name__, rule)
            predicted = result.detach().cpu().numpy()
            return pd.DataFrame(predicted, index=data.index) if isinstance(data, pd.DataFrame) else predicted

        return predict

    def code_files(self, folder: Path, config: Mapping[str, Any]) -> list[str]:
        """Name what runs code: the model's file, unless it consists of nothing but PyTorch's own layers.

        Raises
        ------
        ModelFormatError
            If the MLmodel file does not say what to load.
        """
        file = _file(folder, config)
        if only_layers(file) is not None:
            return []
        named = file.with_name(_PICKLER_FILE)
        return [relative_name(folder, each) for each in (file, named) if each.is_file()]


def _check_model(model: Any) -> None:
    import torch

    expected = "a model of PyTorch is a torch.nn.Module, TorchScript, or what torch.export.export gives"
    if isinstance(model, type):
        raise UnsupportedValueError("the model", model, f"{expected}. This is a class: make an instance of it.")
    if isinstance(model, Mapping) and not isinstance(model, torch.nn.Module):
        rule = f"{expected}. Load the state into a module, and give that."
        raise UnsupportedValueError("the model", dict(model), rule)
    if not isinstance(model, torch.nn.Module) and not _is_exported(model):
        raise UnsupportedValueError("the model", model, f"{expected}.")


def _is_exported(model: Any) -> bool:
    import torch

    return isinstance(model, torch.export.ExportedProgram)


def _file(folder: Path, config: Mapping[str, Any]) -> Path:
    # MLflow's first models named the file itself.
    place = inside(folder, config.get("model_data", config.get("data", _DATA)))
    name = place.relative_to(folder.resolve()).as_posix()
    files = [inside(folder, f"{name}/{each}") for each in (PICKLED, EXPORTED)] if place.is_dir() else [place]
    for file in files:
        if file.is_file():
            return file
    raise ModelFormatError(str(folder), f"Its file {name} is missing, or has no model in it.")


def _pickle_module(file: Path) -> Any:
    info = file.with_name(_PICKLER_FILE)
    name = read_text(info, _MAX_NAME).strip() if info.is_file() else "pickle"
    if name in _PLAIN_PICKLERS:
        return pickle  # what cloudpickle writes is read by that
    try:
        return importlib.import_module(name)
    except ImportError as exc:
        reason = f"It was pickled by {shown(name)}, which cannot be imported: {exc}."
        raise ModelFormatError(str(file.parent), reason) from exc


def _device(config: Mapping[str, Any]) -> str:
    import torch

    settings = config.get("config") or {}
    named = settings.get("device") if isinstance(settings, Mapping) else None
    if named is None:
        return "cpu"
    try:
        torch.empty(0, device=named)
    except (AssertionError, RuntimeError, TypeError) as exc:
        raise InvalidInputError("device", named, f"PyTorch cannot use it here: {exc}") from exc
    return str(named)


def _check_device(model: Any, device: str) -> None:
    import torch

    wanted = torch.device(device).type
    for tensor in _tensors(model):
        if tensor.device.type != wanted:
            rule = f"The program was exported for {tensor.device.type}, and runs there only: export it for {wanted}."
            raise InvalidInputError("device", device, rule)


def _tensors(module: Any) -> Iterator[Any]:
    yield from module.parameters()
    yield from module.buffers()


@contextmanager
def _evaluating(training: list[Any]) -> Iterator[None]:
    """Have modules in evaluation mode for a while: those that are not, for parts of a model may have been all along."""
    for part in training:
        part.training = False
    try:
        yield
    finally:
        for part in training:
            part.training = True


def _checked(params: Mapping[str, Any] | None) -> dict[str, Any]:
    if params and "device" in params:
        rule = "It is chosen when the model is loaded: load_model(..., model_config={'device': 'cuda'})."
        raise InvalidInputError("params", "device", rule)
    return dict(params or {})


FLAVOR = PytorchFlavor()
