"""What nbflow asks of a flavor: how one library's models are saved, loaded and asked to predict.

To add one, write such a class and name an instance of it in the entry-point group `nbflow.flavors`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct, field

from nbflow.flavors.python_model import TypeHints

if TYPE_CHECKING:
    from nbflow.mlmodel.trust import Trust

__all__ = ["PYTHON_FUNCTION", "Flavor", "Predict", "Saved"]

PYTHON_FUNCTION = "python_function"

Predict = Callable[[Any, Mapping[str, Any] | None], Any]
"""Takes the data, which the signature has been held against, and the params."""


class Saved(Struct, frozen=True):
    """What a flavor wrote into a model's folder.

    Parameters
    ----------
    config
        The flavor's own entry in the MLmodel file.
    python_function
        The entry by which any tool predicts with the model, without what is the same for all models (`env`, `code`,
        `python_version`); None for a model that cannot predict.
    requirements
        What it takes to load the model, as in requirements.txt; enough where nothing better is found.
    complete
        Whether `requirements` is known to be all that it takes. Otherwise the model is loaded once more in a process
        of its own, to see what that imports.
    hints
        What the model says that it takes and gives, by annotations.
    """

    config: dict[str, Any]
    python_function: dict[str, Any] | None = None
    requirements: list[str] = field(default_factory=list)
    complete: bool = False
    hints: TypeHints = TypeHints()


class Flavor(Protocol):
    """One library's way of keeping models.

    A `config` is the model's `python_function` entry in the MLmodel file with the flavor's own entry over it. It may
    come from anywhere: find the files that it names with `nbflow.mlmodel.files.inside`.
    """

    @property
    def name(self) -> str:
        """The key under `flavors:` in the MLmodel file: `"sklearn"`."""

    @property
    def module(self) -> str:
        """The library as it is imported: `"sklearn"`."""

    @property
    def library(self) -> str:
        """The library as it is installed: `"scikit-learn"`."""

    @property
    def extra(self) -> str:
        """The extra of jupyter-nbflow that brings it; `""` where there is none."""

    @property
    def loader_modules(self) -> tuple[str, ...]:
        """The values of `python_function.loader_module` that mean this flavor: `("mlflow.sklearn",)`."""

    def save(self, model: Any, folder: Path, options: Mapping[str, Any]) -> Saved:
        """Write a model's files into a folder that is there and has nothing of that name in it.

        Parameters
        ----------
        model
            The library's object.
        folder
            Where to.
        options
            What only this flavor knows; one that it does not know is an `InvalidInputError`.
        """

    def load(self, folder: Path, config: Mapping[str, Any], trusted: Trust) -> Any:
        """Load the library's object.

        Parameters
        ----------
        folder
            The model's folder.
        config
            What the MLmodel file says.
        trusted
            What is known of where the model comes from. What `code_files` names has been checked.
        """

    def predictor(self, model: Any, folder: Path, config: Mapping[str, Any]) -> Predict:
        """Give the function that predicts.

        If it has an attribute `stream`, that is the function that predicts piece by piece.

        Parameters
        ----------
        model
            What `load` gave, or what `save` was given, after it was saved.
        folder
            The model's folder.
        config
            What the MLmodel file says.
        """

    def code_files(self, folder: Path, config: Mapping[str, Any]) -> list[str]:
        """Name the files that run code when the model is loaded: pickles, scripts; paths in the folder.

        Parameters
        ----------
        folder
            The model's folder.
        config
            What the MLmodel file says.
        """
