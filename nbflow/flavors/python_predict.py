"""How a model of your own is asked to predict: with the context and the params where it wants them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from nbflow.flavors.python_model import PythonModelContext, takes_context, takes_params

__all__ = ["LoadedPythonModel", "PythonPredictor"]


class LoadedPythonModel:
    """A model of your own as it was loaded, with what it was loaded with.

    Parameters
    ----------
    python_model
        nbflow's `PythonModel`, MLflow's, or what a script or a loader module made.
    context
        Its artifacts and settings; None for what a loader module made, which is never given them.
    """

    __slots__ = ("context", "python_model")

    def __init__(self, python_model: Any, context: PythonModelContext | None) -> None:
        self.python_model = python_model
        self.context = context


class PythonPredictor:
    """Asks a model of your own to predict.

    Parameters
    ----------
    loaded
        The model.
    function
        The name of its method.
    stream
        The name of the method that predicts piece by piece; None for a model that cannot.
    """

    def __init__(self, loaded: LoadedPythonModel, function: str = "predict", stream: str | None = None) -> None:
        model = loaded.python_model
        self._shape = _shaper(getattr(getattr(model, "predict_type_hints", None), "input", None))
        self._call = _bound(getattr(model, function), loaded.context)
        # What streams is asked for by name: a model without it has no attribute.
        if stream is not None:
            call_stream = _bound(getattr(model, stream), loaded.context)
            self.stream: Callable[[Any, Mapping[str, Any] | None], Iterator[Any]] = lambda data, params: call_stream(
                self._shape(data), params
            )

    def __call__(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Predict for data that fits the signature."""
        return self._call(self._shape(data), params)


def _bound(function: Callable[..., Any], context: PythonModelContext | None) -> Callable[[Any, Any], Any]:
    """Look once at what a method wants, and give a function of data and params."""
    with_params, with_context = takes_params(function), context is not None and takes_context(function)
    if with_context and with_params:
        return lambda data, params: function(context, data, params=params)
    if with_context:
        return lambda data, _: function(context, data)
    if with_params:
        return lambda data, params: function(data, params=params)
    return lambda data, _: function(data)


def _shaper(hint: Any) -> Callable[[Any], Any]:
    """Give what makes of a table the texts or records that an annotation asks for, as MLflow does."""
    if hint == list[str]:
        return _texts
    return _records if hint == list[dict[str, str]] else _as_is


def _as_is(data: Any) -> Any:
    return data


def _texts(data: Any) -> Any:
    column = _first_text_column(data)
    return data if column is None else data[column].tolist()


def _records(data: Any) -> Any:
    import pandas as pd

    if not isinstance(data, pd.DataFrame):
        return data
    names: list[Any] = data.columns.tolist()
    if names == [0]:  # the only column, without a name
        column = _first_text_column(data)
        return data[0].tolist() if column is None else data[[column]].to_dict(orient="records")
    return data.to_dict(orient="records")


def _first_text_column(data: Any) -> Any:
    import pandas as pd

    if not isinstance(data, pd.DataFrame) or not len(data):
        return None
    return next((name for name, value in data.iloc[0].items() if isinstance(value, str)), None)
