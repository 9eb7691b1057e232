"""Files of PyTorch: written as MLflow writes them, and read so that nothing runs where nothing has to.

A pickled module that consists of PyTorch's own layers is read by PyTorch's reader of weights, which makes no object
but those that it is told of. All else runs code: pickles of other classes, TorchScript, which can read and write files,
and exported programs, whose weights are pickles.
"""

from __future__ import annotations

import importlib
import pickle
import re
import threading
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from nbflow.errors import InvalidInputError, ModelFormatError

__all__ = ["EXPORTED", "PICKLED", "is_script", "only_layers", "read_module", "write_module"]

PICKLED = "model.pth"
EXPORTED = "model.pt2"

# Before this version, a forged file could get round the reader of weights (CVE-2025-32434, CVE-2026-24747).
_SOUND_READER = (2, 10)
# What these do has been read: they compute, and hold other layers.
_LAYER = re.compile(
    r"""
      torch\.nn\.modules\.
      ( activation | batchnorm | channelshuffle | container | conv | distance | dropout | flatten | fold | instancenorm
      | linear | loss | normalization | padding | pixelshuffle | pooling | rnn | sparse | transformer | upsampling )
      \.(?!Lazy)[A-Z]\w*
    | torch\.nn\.functional\.relu
    | torch\._C\._nn\.gelu
    """,
    re.VERBOSE,
)
_lock = threading.Lock()


def write_module(model: Any, file: Path) -> None:
    """Write a module, pickled with the classes of a notebook in it.

    Parameters
    ----------
    model
        A `torch.nn.Module`.
    file
        Where.

    Raises
    ------
    InvalidInputError
        If it cannot be pickled.
    """
    import cloudpickle
    import torch

    # What torch.save asks of a pickle module, with the pickler that takes along what cannot be imported.
    pickler = SimpleNamespace(__name__="cloudpickle", Pickler=cloudpickle.Pickler, dumps=cloudpickle.dumps)
    try:
        torch.save(model, file, pickle_module=pickler)
    except Exception as exc:  # whatever the objects in it raise
        rule = f"It cannot be pickled ({type(exc).__name__}: {exc}). What torch.export.export makes of it can be."
        raise InvalidInputError("the model", type(model).__name__, rule) from exc


def is_script(file: Path) -> bool:
    """Tell whether a file is TorchScript."""
    return any(name.endswith("/constants.pkl") for name in _entries(file))


def only_layers(file: Path) -> list[str] | None:
    """Name the layers of PyTorch's that a pickled module consists of.

    Parameters
    ----------
    file
        The file.

    Returns
    -------
    names : list of str or None
        None when there is anything else in it, or it cannot be said.
    """
    import torch

    if file.name == EXPORTED:
        return None
    entries = _entries(file)
    version = tuple(int(part) for part in torch.__version__.split(".")[:2])
    if version < _SOUND_READER or not entries or is_script(file):
        return None
    try:
        names = torch.serialization.get_unsafe_globals_in_checkpoint(file)
    except Exception:  # noqa: BLE001 - it stumbles over what is no plain pickle, each time otherwise
        return None
    return sorted(names) if all(_layer(name) is not None for name in names) else None


def read_module(file: Path, device: str, pickle_module: Callable[[], Any]) -> Any:
    """Read a module.

    Whoever calls this has checked that the file is trusted, unless `only_layers` names all that it consists of.

    Parameters
    ----------
    file
        The file.
    device
        Where its weights go: `"cpu"`.
    pickle_module
        Gives what a pickle is read with. It is asked only when one is read.

    Raises
    ------
    ModelFormatError
        If it is no file of PyTorch's, or damaged.
    """
    import torch

    if file.name == EXPORTED:
        return torch.export.load(file).module()
    if is_script(file):
        with warnings.catch_warnings():  # what it is to be exchanged for is no matter of whoever loads it
            warnings.filterwarnings("ignore", "`torch.jit.load` is deprecated", DeprecationWarning)
            load: Callable[..., Any] = torch.jit.load
            return load(file, map_location=device)
    layers = only_layers(file)
    if layers is not None:
        return _read_layers(file, device, layers)
    is_archive = bool(_entries(file))
    try:
        return torch.load(file, map_location=device, pickle_module=pickle_module(), weights_only=False)
    except (pickle.UnpicklingError, EOFError, OSError, RuntimeError) as exc:
        if is_archive:
            raise
        # What PyTorch wrote before 1.6 is no archive; what is damaged is none, either.
        raise ModelFormatError(str(file), f"It is no file of PyTorch's, or damaged: {exc}") from exc


def _read_layers(file: Path, device: str, names: list[str]) -> Any:
    import torch

    with _lock:  # what is allowed is the same for all threads, and taken back by the first that is done
        known = torch.serialization.get_safe_globals()
        others = [layer for layer in map(_layer, names) if layer not in known]
        with torch.serialization.safe_globals(others):
            return torch.load(file, map_location=device, weights_only=True)


def _layer(name: str) -> Any:
    """Give the class or function of a name; None when it is none of PyTorch's own that do no harm."""
    import torch

    if not _LAYER.fullmatch(name):
        return None
    module, _, attribute = name.rpartition(".")
    found = getattr(importlib.import_module(module), attribute, None)
    # Modules have names of other things, too: what they import.
    own = isinstance(found, type) and issubclass(found, torch.nn.Module) and found.__module__ == module
    return found if own or attribute.islower() else None


def _entries(file: Path) -> list[str]:
    """Name what an archive holds; nothing where the file is none."""
    try:
        with zipfile.ZipFile(file) as archive:
            return archive.namelist()
    except zipfile.BadZipFile:
        return []
