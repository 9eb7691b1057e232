"""How a model in the ONNX format predicts: by onnxruntime, with what MLflow makes of the data and the results."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbflow.errors import InvalidInputError, MissingDependencyError, UnsupportedValueError
from nbflow.flavors.telling import warn_user

__all__ = ["DEFAULT_PROVIDERS", "OnnxSession"]

DEFAULT_PROVIDERS = ("CUDAExecutionProvider", "CPUExecutionProvider")
_CPU = "CPUExecutionProvider"
_MODES = {"sequential": "ORT_SEQUENTIAL", "parallel": "ORT_PARALLEL"}


class OnnxSession:
    """A session that predicts.

    Parameters
    ----------
    file
        The model.
    providers
        What runs it, the best first: names, or pairs of a name and settings. Those that this machine has not are left
        out; without any, the CPU runs it.
    options
        Settings of the session: `intra_op_num_threads`, `inter_op_num_threads`, `execution_mode`,
        `graph_optimization_level` and `extra_session_config`.
    """

    def __init__(self, file: Path, providers: list[Any], options: Mapping[str, Any]) -> None:
        session = _session(file, providers, options)
        self._run = session.run
        self._inputs = {each.name: each.type for each in session.get_inputs()}
        self._outputs = [each.name for each in session.get_outputs()]

    def __call__(self, data: Any, params: Mapping[str, Any] | None) -> Any:
        """Predict.

        Parameters
        ----------
        data
            A dictionary of arrays by the names of the inputs, an array where there is one input, or a DataFrame: all
            of it where there is one input, else a column for each.
        params
            Left aside: a model in ONNX has none.

        Returns
        -------
        predictions : dict or DataFrame
            What comes out, by the names of the outputs; a DataFrame for a DataFrame.

        Raises
        ------
        InvalidInputError
            If there are several inputs, and the data do not say which is which.
        UnsupportedValueError
            If it is something else.
        """
        import pandas as pd

        predicted = self._run(self._outputs, self._feed(data))
        named = zip(self._outputs, predicted, strict=True)
        if isinstance(data, pd.DataFrame):
            import numpy as np

            return pd.DataFrame({name: np.asarray(values).reshape(-1) for name, values in named})
        return dict(named)

    def _feed(self, data: Any) -> dict[str, Any]:
        import numpy as np

        feed = self._by_name(data)
        return {
            # Whatever came over JSON is of double precision, and onnxruntime casts nothing.
            name: values.astype(np.float32)
            if values.dtype == np.float64 and self._inputs.get(name) == "tensor(float)"
            else values
            for name, values in ((name, np.asarray(values)) for name, values in feed.items())
        }

    def _by_name(self, data: Any) -> dict[str, Any]:
        import numpy as np
        import pandas as pd

        names = list(self._inputs)
        if isinstance(data, dict):
            return data
        if isinstance(data, pd.DataFrame):
            missing = [name for name in names if name not in data.columns] if len(names) > 1 else []
            if missing:
                rule = f"The model has the inputs {', '.join(names)}: each is a column."
                raise InvalidInputError("the columns", list(data.columns), rule)
            return {name: data[name].to_numpy() for name in names} if len(names) > 1 else {names[0]: data.to_numpy()}
        if not isinstance(data, np.ndarray):
            expected = "a model in ONNX takes a dictionary, an array or a DataFrame."
            raise UnsupportedValueError("the data", data, expected)
        if len(names) > 1:
            rule = f"The model has the inputs {', '.join(names)}: give a dictionary of arrays by their names."
            raise InvalidInputError("the data", data, rule)
        return {names[0]: data}


def _session(file: Path, providers: list[Any], options: Mapping[str, Any]) -> Any:
    try:
        import onnxruntime
    except ImportError as exc:
        raise MissingDependencyError("onnxruntime", "Predicting with a model in ONNX", "onnx") from exc

    settings = _settings(options)
    available = onnxruntime.get_available_providers()
    there = [each for each in providers if (each if isinstance(each, str) else each[0]) in available]
    usable = there or [_CPU]
    if len(there) < len(providers) and providers != list(DEFAULT_PROVIDERS):
        warn_user(f"The model is to be run by {providers}, and this machine has {available}: {usable} runs it.")
    try:
        return onnxruntime.InferenceSession(file, sess_options=settings, providers=usable)
    except Exception as exc:
        if usable == [_CPU]:
            raise
        # A provider may be there and not start, for want of a driver; onnxruntime says so in many ways.
        session = onnxruntime.InferenceSession(file, sess_options=settings, providers=[_CPU])
        warn_user(f"The CPU runs the model, for {usable} does not start: {type(exc).__name__}: {exc}")
        return session


def _settings(options: Mapping[str, Any]) -> Any:
    import onnxruntime

    settings = onnxruntime.SessionOptions()
    for name in ("inter_op_num_threads", "intra_op_num_threads"):
        if options.get(name):
            setattr(settings, name, options[name])
    if options.get("execution_mode"):
        mode = _MODES[str(options["execution_mode"]).lower()]
        settings.execution_mode = getattr(onnxruntime.ExecutionMode, mode)
    if options.get("graph_optimization_level"):
        level = onnxruntime.GraphOptimizationLevel(options["graph_optimization_level"])
        settings.graph_optimization_level = level
    for key, value in (options.get("extra_session_config") or {}).items():
        settings.add_session_config_entry(str(key), str(value))
    return settings
