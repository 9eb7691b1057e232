"""What a model of your own is made of: a class with `predict`, and what it is given when it is loaded.

These classes travel inside the model's pickle, so that MLflow loads it where nbflow is not installed. This module
therefore imports nothing of nbflow, and keeps to what MLflow asks of a model: `load_context(context=...)`, `predict`,
`predict_stream` and `predict_type_hints`.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterator
from typing import Any

__all__ = [
    "FunctionModel",
    "PythonModel",
    "PythonModelContext",
    "TypeHints",
    "arguments",
    "hints_of",
    "takes_context",
    "takes_params",
]


class PythonModelContext:
    """What a model is given when it is loaded, and at each prediction if it asks for it.

    Parameters
    ----------
    artifacts
        The path on this machine of each file or folder that was saved with the model, by the name it was given.
    model_config
        The settings that the model was saved or loaded with.
    """

    def __init__(self, artifacts: dict[str, str], model_config: dict[str, Any] | None) -> None:
        self._artifacts = artifacts
        self._model_config = model_config

    @property
    def artifacts(self) -> dict[str, str]:
        """The path on this machine of each artifact, by name."""
        return self._artifacts

    @property
    def model_config(self) -> dict[str, Any] | None:
        """The settings that the model was saved or loaded with."""
        return self._model_config


class TypeHints:
    """What a `predict` says that it takes and gives.

    Parameters
    ----------
    input_
        The annotation of the data; None without one.
    output
        That of what comes back; None without one.
    """

    def __init__(self, input_: Any = None, output: Any = None) -> None:
        self.input = input_
        self.output = output

    def __repr__(self) -> str:
        return f"<input: {self.input}, output: {self.output}>"


class PythonModel:
    """A model of your own: subclass it and define `predict`.

    `predict` takes the data; before it a `context`, after it `params`, where it wants them:
    `predict(self, context, model_input, params=None)` as well as `predict(self, model_input)`.
    """

    def load_context(self, context: PythonModelContext) -> None:
        """Load what the model needs, once, when the model is loaded.

        Parameters
        ----------
        context
            The model's artifacts and settings.
        """

    def predict(self, *args: Any, **kwargs: Any) -> Any:
        """Predict: to be defined by every model.

        Parameters
        ----------
        *args
            `context` where the model asks for it, and the data.
        **kwargs
            `params` where the model asks for them.

        Raises
        ------
        NotImplementedError
            If the model does not define it.
        """
        raise NotImplementedError(f"{type(self).__name__} defines no predict.")

    def predict_stream(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """Predict piece by piece: for models that define it.

        Parameters
        ----------
        *args
            As for `predict`.
        **kwargs
            As for `predict`.

        Raises
        ------
        NotImplementedError
            If the model does not define it.
        """
        raise NotImplementedError(f"{type(self).__name__} defines no predict_stream.")

    @property
    def predict_type_hints(self) -> TypeHints:
        """What `predict` says that it takes and gives."""
        return _type_hints(self.predict)


class FunctionModel(PythonModel):
    """A plain function as a model.

    Parameters
    ----------
    func
        Takes the data, and `params` if it has an argument of that name.
    """

    def __init__(self, func: Callable[..., Any]) -> None:
        self.func = func
        self.with_params = takes_params(func)

    def predict(self, model_input: Any, params: dict[str, Any] | None = None) -> Any:
        """Call the function.

        Parameters
        ----------
        model_input
            The data.
        params
            What a function that takes them is given.
        """
        return self.func(model_input, params=params) if self.with_params else self.func(model_input)

    @property
    def predict_type_hints(self) -> TypeHints:
        """What the function says that it takes and gives."""
        return _type_hints(self.func)


def hints_of(model: Any) -> TypeHints:
    """Say what a model, or a function, is annotated with."""
    said = getattr(model, "predict_type_hints", None)
    if said is not None:
        return TypeHints(getattr(said, "input", None), getattr(said, "output", None))
    return _type_hints(model if callable(model) else model.predict)


def takes_context(function: Callable[..., Any]) -> bool:
    """Tell whether a predict method asks for the context: by that name, or as the first of two arguments."""
    names = [name for name in arguments(function) if name not in {"self", "params"}]
    return "context" in names or len(names) == 2  # noqa: PLR2004 - the context and the data


def takes_params(function: Callable[..., Any]) -> bool:
    """Tell whether a function has an argument `params`."""
    return "params" in arguments(function)


def arguments(function: Callable[..., Any], *, needed: bool = False) -> list[str]:
    """Name the arguments of a function, without `self` for a method of an object.

    Parameters
    ----------
    function
        The function.
    needed
        Whether only those are named that have to be given.
    """
    try:
        known = inspect.signature(function).parameters.values()
    except (ValueError, TypeError):  # a function of compiled code may not say
        return ["data"]
    optional = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [one.name for one in known if not needed or (one.default is one.empty and one.kind not in optional)]


def _type_hints(function: Any) -> TypeHints:
    target = function if hasattr(function, "__annotations__") else type(function).__call__
    try:
        hints = typing.get_type_hints(target)
    except (NameError, TypeError, AttributeError, SyntaxError):
        return TypeHints()  # an annotation may name what only a type checker has imported
    names = [name for name in arguments(target) if name != "self"]
    place = 1 if takes_context(target) else 0
    return TypeHints(hints.get(names[place]) if place < len(names) else None, hints.get("return"))
