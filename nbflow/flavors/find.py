"""Finding the flavor of a model: nbflow's own, and those that other packages bring."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from importlib import metadata
from typing import TYPE_CHECKING, cast

from nbflow.errors import InvalidInputError, MissingDependencyError, did_you_mean

if TYPE_CHECKING:
    from nbflow.flavors.protocol import Flavor

__all__ = ["GROUP", "find_flavor", "flavor_names", "flavor_of_loader"]

GROUP = "nbflow.flavors"

# What pyproject.toml declares as entry points, for reading all installed packages' takes longer than loading a small
# model does: where each flavor is, and the loader modules that mean it.
_OWN: dict[str, tuple[str, tuple[str, ...]]] = {
    "lightgbm": ("nbflow.flavors.lightgbm:FLAVOR", ("mlflow.lightgbm",)),
    "onnx": ("nbflow.flavors.onnx:FLAVOR", ("mlflow.onnx",)),
    "python_function": (
        "nbflow.flavors.pyfunc:FLAVOR",
        ("mlflow.pyfunc.model", "mlflow.pyfunc.loaders.code_model"),
    ),
    "pytorch": ("nbflow.flavors.pytorch:FLAVOR", ("mlflow.pytorch",)),
    "sklearn": ("nbflow.flavors.sklearn:FLAVOR", ("mlflow.sklearn",)),
    "statsmodels": ("nbflow.flavors.statsmodels:FLAVOR", ("mlflow.statsmodels",)),
    "xgboost": ("nbflow.flavors.xgboost:FLAVOR", ("mlflow.xgboost",)),
}


def flavor_names() -> list[str]:
    """Name all flavors that are installed, sorted."""
    return sorted({*_OWN, *(point.name for point in metadata.entry_points(group=GROUP))})


def find_flavor(name: str) -> Flavor:
    """Give a flavor by its name in the MLmodel file.

    Parameters
    ----------
    name
        Such as `"sklearn"`; `"python_function"` is that of models of your own.

    Raises
    ------
    InvalidInputError
        If no installed package brings it.
    MissingDependencyError
        If the library that it stands for is not installed.
    """
    own = _OWN.get(name)
    if own is not None:
        flavor = _import(own[0])
    else:
        points = metadata.entry_points(group=GROUP, name=name)
        if not points:
            known = flavor_names()
            rule = f"No flavor of this name is installed.{did_you_mean(name, known)} There are {', '.join(known)}."
            raise InvalidInputError("the flavor", name, rule)
        flavor = cast("Flavor", next(iter(points)).load())
    if flavor.module not in sys.modules and importlib.util.find_spec(flavor.module) is None:
        raise MissingDependencyError(flavor.library, f"The flavor {name}", flavor.extra)
    return flavor


def flavor_of_loader(loader_module: str) -> str | None:
    """Give the name of the flavor that a `loader_module` means; None for a module that loads by itself.

    Parameters
    ----------
    loader_module
        What stands under `python_function` in the MLmodel file: `"mlflow.sklearn"`.
    """
    for name, (_, modules) in _OWN.items():
        if loader_module in modules:
            return name
    for point in metadata.entry_points(group=GROUP):
        if point.name not in _OWN and loader_module in cast("Flavor", point.load()).loader_modules:
            return point.name
    return None


def _import(place: str) -> Flavor:
    module, _, name = place.partition(":")
    return cast("Flavor", getattr(importlib.import_module(module), name))
