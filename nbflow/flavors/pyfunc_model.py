"""A loaded model that any tool can ask to predict, whatever library it is of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow import display
from nbflow.errors import InvalidInputError
from nbflow.flavors.protocol import PYTHON_FUNCTION, Predict
from nbflow.flavors.python_model import hints_of
from nbflow.flavors.python_predict import LoadedPythonModel
from nbflow.flavors.type_hints import FROM_HINT, checker
from nbflow.mlmodel.enforce import Enforcer
from nbflow.mlmodel.example import load_example

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbflow.mlmodel.document import Model
    from nbflow.mlmodel.types import ParamSchema, Schema

__all__ = ["PyFuncModel"]


class PyFuncModel:
    """A model that predicts.

    Parameters
    ----------
    document
        What its MLmodel file says.
    native
        The library's own object.
    predict
        The function that predicts, as the flavor gives it.
    folder
        The model's folder.
    model_config
        The settings that it was loaded with.
    """

    def __init__(
        self,
        document: Model,
        native: Any,
        predict: Predict,
        folder: Path,
        model_config: Mapping[str, Any] | None = None,
    ) -> None:
        self._document = document
        self._native = native
        self._predict = predict
        self._folder = folder
        self._model_config = dict(model_config or {})
        self._params_schema = document.get_params_schema()
        schema = document.get_input_schema()
        self._enforce: Callable[[Any], Any] | None = None
        if document.other.get(FROM_HINT):  # what has no annotations here is handed its data as they come
            self._enforce = checker(hints_of(native.python_model).input) if type(native) is LoadedPythonModel else None
        elif schema is not None:
            self._enforce = Enforcer(schema)

    def __repr__(self) -> str:
        facts = {"run_id": self._document.run_id, "artifact_path": self._document.artifact_path}
        said = [f"  {name}: {value}" for name, value in facts.items() if value is not None]
        return "\n".join(["nbflow.pyfunc.loaded_model:", *said, f"  flavor: {self.loader_module}"])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return display.bundle(self)

    def __eq__(self, other: object) -> bool:
        return self._document == other._document if isinstance(other, PyFuncModel) else NotImplemented

    __hash__ = object.__hash__

    @property
    def metadata(self) -> Model:
        """What its MLmodel file says."""
        return self._document

    @property
    def model_config(self) -> dict[str, Any]:
        """The settings that it was loaded with."""
        return self._model_config

    @property
    def model_id(self) -> str | None:
        """MLflow's id of it, where MLflow logged it."""
        return self._document.model_id

    @property
    def loader_module(self) -> str | None:
        """What loaded it, as MLflow calls it: `"mlflow.sklearn"`."""
        named = self._document.flavors[PYTHON_FUNCTION].get("loader_module")
        return None if named is None else str(named)

    @property
    def input_schema(self) -> Schema | None:
        """The schema of what it takes; None where it has none."""
        return self._document.get_input_schema()

    @property
    def params_schema(self) -> ParamSchema | None:
        """The schema of its params; None where it has none."""
        return self._params_schema

    @property
    def input_example(self) -> Any:
        """The example of what it takes that was saved with it, read at each call; None where there is none.

        Raises
        ------
        ModelFormatError
            If its files are not what they must be.
        StoreReadError
            If a file cannot be read.
        """
        return load_example(self._folder, self._document.saved_input_example_info, self.input_schema)

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Predict.

        Parameters
        ----------
        data
            A table, arrays, or whatever the model takes. Where it has a signature, the data is held against that, and
            cast where that is safe.
        params
            Values for the params of the signature; those that are not given have their defaults.

        Returns
        -------
        predictions : object
            What the model gives.

        Raises
        ------
        SchemaEnforcementError
            If the data is not what the signature says.
        ParamEnforcementError
            If a param is not.
        """
        if self._enforce is not None:
            data = self._enforce(data)
        if params is not None or self._params_schema is not None:
            params = _enforced(params, self._params_schema)
        return self._predict(data, params)

    def predict_stream(self, data: Any, params: Mapping[str, Any] | None = None) -> Iterator[Any]:
        """Predict piece by piece, for one input.

        Parameters
        ----------
        data
            One input.
        params
            As for `predict`.

        Returns
        -------
        pieces : iterator
            What the model gives, as it comes.

        Raises
        ------
        InvalidInputError
            If the model cannot, or the data is more than one input.
        SchemaEnforcementError
            If the data is not what the signature says.
        ParamEnforcementError
            If a param is not.
        """
        stream = getattr(self._predict, "stream", None)
        if stream is None:
            raise InvalidInputError("the model", self.loader_module, "It has no predict_stream: call predict.")
        if self._enforce is not None:
            data = self._enforce(data)
        one = _single(data)
        pieces: Iterator[Any] = stream(one, _enforced(params, self._params_schema))
        return pieces

    def unwrap_python_model(self) -> Any:
        """Give the `PythonModel` within, to call methods of its own.

        Raises
        ------
        InvalidInputError
            If it is a library's model: `get_raw_model` gives that.
        """
        if not isinstance(self._native, LoadedPythonModel):
            rule = "It is no PythonModel. get_raw_model gives the library's own object."
            raise InvalidInputError("the model", self.loader_module, rule)
        return self._native.python_model

    def get_raw_model(self) -> Any:
        """Give the library's own object; the `PythonModel` where it is one."""
        return self._native.python_model if isinstance(self._native, LoadedPythonModel) else self._native


def _enforced(params: Mapping[str, Any] | None, schema: ParamSchema | None) -> dict[str, Any] | None:
    from nbflow.mlmodel.param_schema import enforce_params

    return enforce_params(params, schema)


def _single(data: Any) -> Any:
    """Make of the table that a signature makes of an input the input again."""
    import pandas as pd

    if isinstance(data, pd.DataFrame):
        names: list[Any] = data.columns.tolist()
        data = data[0].tolist() if names == [0] else data.to_dict(orient="records")
    if not isinstance(data, list):
        return data
    if len(data) != 1:
        raise InvalidInputError("the data", data, f"predict_stream takes one input, and these are {len(data)}.")
    return data[0]
