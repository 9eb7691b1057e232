"""ONNX: models are kept in its own format, which runs no code, and predict by onnxruntime."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.errors import InvalidInputError, ModelFormatError, UnsupportedValueError, shown
from nbflow.flavors.library import pinned_first
from nbflow.flavors.named_file import named_file
from nbflow.flavors.onnx_session import DEFAULT_PROVIDERS, OnnxSession
from nbflow.flavors.options import check_options
from nbflow.flavors.protocol import Predict, Saved
from nbflow.mlmodel.distributions import pinned
from nbflow.mlmodel.document import MLMODEL

if TYPE_CHECKING:
    from nbflow.mlmodel.trust import Trust

__all__ = ["FLAVOR", "OnnxFlavor"]

_FILE = "model.onnx"
_EXTERNAL_FILE = "model.onnx.data"
_OPTIONS = ("onnx_execution_providers", "onnx_session_options", "save_as_external_data")
# One message of protobuf holds less than 2 GiB; the graph itself takes some of it.
_MAX_BYTES = 1_900_000_000
_PLAIN_PROVIDERS = {"CPUExecutionProvider", "CUDAExecutionProvider", "CoreMLExecutionProvider", "DmlExecutionProvider"}
# The settings of a session that MLflow knows: whether a value can be one, and what it must be.
_SETTINGS: dict[str, tuple[Callable[[Any], bool], str]] = {
    name: (lambda value: isinstance(value, int) and value >= 0, f"{name} is a number; 0 leaves it to onnxruntime.")
    for name in ("inter_op_num_threads", "intra_op_num_threads")
} | {
    "execution_mode": (
        lambda value: str(value).lower() in {"sequential", "parallel"},
        "execution_mode is 'sequential' or 'parallel'.",
    ),
    "graph_optimization_level": (
        lambda value: value in (0, 1, 2, 99),
        "graph_optimization_level is 0, 1, 2 or 99.",
    ),
    "extra_session_config": (lambda value: isinstance(value, Mapping), "extra_session_config is a dictionary."),
}


class OnnxFlavor:
    """Models in the ONNX format.

    The options are `onnx_execution_providers` (what runs it, the best first; by default CUDA where there is some, else
    the CPU), `onnx_session_options` (settings of onnxruntime's session) and `save_as_external_data` (whether weights
    are kept in a file of their own; None does so only where they have to be).
    """

    name = "onnx"
    module = "onnx"
    library = "onnx"
    extra = "onnx"
    loader_modules = ("mlflow.onnx",)

    def save(self, model: Any, folder: Path, options: Mapping[str, Any]) -> Saved:
        """Write a model.

        Raises
        ------
        UnsupportedValueError
            If it is no model in ONNX.
        InvalidInputError
            If an option is not what it must be, or onnx finds something wrong with the model.
        """
        import onnx

        check_options(options, _OPTIONS, self.name)
        providers = options.get("onnx_execution_providers") or list(DEFAULT_PROVIDERS)
        fault = _providers_fault(providers)
        if fault:
            raise InvalidInputError("onnx_execution_providers", providers, fault)
        settings = options.get("onnx_session_options")
        fault = _settings_fault(settings)
        if fault:
            raise InvalidInputError("onnx_session_options", settings, fault)
        if not isinstance(model, onnx.ModelProto):
            expected = "a model in ONNX is an onnx.ModelProto, such as onnx.load('model.onnx') gives."
            raise UnsupportedValueError("the model", model, expected)
        _write(model, folder / _FILE, options.get("save_as_external_data"))
        config = {
            "onnx_version": onnx.__version__,
            "data": _FILE,
            "providers": [each if isinstance(each, str) else list(each) for each in providers],
            "onnx_session_options": settings,
        }
        entry = {"loader_module": self.loader_modules[0], "data": _FILE}
        runtime = pinned_first("onnxruntime", "onnxruntime-gpu", "onnxruntime-directml")
        return Saved(config, entry, sorted([pinned("numpy"), pinned("onnx"), runtime]), complete=True)

    def load(self, folder: Path, config: Mapping[str, Any], trusted: Trust) -> Any:
        """Load the model as onnx does.

        Raises
        ------
        ModelFormatError
            If the MLmodel file does not say what to load, or it is no model in ONNX.
        """
        import onnx
        from google.protobuf.message import DecodeError

        file = named_file(folder, config)
        try:
            model = onnx.load(file)
        except (DecodeError, onnx.checker.ValidationError) as exc:  # the latter for weights that lie elsewhere
            raise ModelFormatError(str(folder), f"Its file {file.name} is no model in ONNX, or damaged: {exc}") from exc
        if not model.HasField("graph"):
            raise ModelFormatError(str(folder), f"Its file {file.name} is no model in ONNX.")
        return model

    def predictor(self, model: Any, folder: Path, config: Mapping[str, Any]) -> Predict:
        """Give a session of onnxruntime.

        Raises
        ------
        ModelFormatError
            If the MLmodel file does not say what to load, or asks for settings that are none.
        """
        providers, settings = _asked_for(config)
        fault = _providers_fault(providers) or _settings_fault(settings)
        if fault:
            raise ModelFormatError(str(folder), f"Its providers or onnx_session_options cannot be used. {fault}")
        named = [each if isinstance(each, str) else tuple(each) for each in providers]
        return OnnxSession(named_file(folder, config), named, settings or {})

    def code_files(self, folder: Path, config: Mapping[str, Any]) -> list[str]:
        """Name nothing, but for a model that sets more than which processor runs it: libraries to load, files to write.

        Then the MLmodel file is what has to be trusted.
        """
        providers, settings = _asked_for(config)
        plain = isinstance(providers, list) and all(
            isinstance(each, str) and each in _PLAIN_PROVIDERS for each in providers
        )
        more = isinstance(settings, Mapping) and settings.get("extra_session_config")
        return [] if plain and not more else [MLMODEL]


def _asked_for(config: Mapping[str, Any]) -> tuple[Any, Any]:
    providers = config.get("providers") or list(DEFAULT_PROVIDERS)
    return [providers] if isinstance(providers, str) else providers, config.get("onnx_session_options")


def _providers_fault(providers: Any) -> str:
    rule = "They are a list of names such as 'CPUExecutionProvider', or pairs of a name and a dictionary of settings."
    if not isinstance(providers, list | tuple):
        return rule
    for each in providers:
        pair = isinstance(each, list | tuple) and len(each) == len(("name", "settings"))
        if not isinstance(each, str) and not (pair and isinstance(each[0], str) and isinstance(each[1], Mapping)):
            return rule
    return ""


def _settings_fault(settings: Any) -> str:
    if settings is None:
        return ""
    if not isinstance(settings, Mapping):
        return "They are a dictionary."
    strange = [name for name in settings if name not in _SETTINGS]
    if strange:
        return f"There is no {shown(strange[0])}: there are {', '.join(_SETTINGS)}."
    return next(
        (rule for name, (sound, rule) in _SETTINGS.items() if name in settings and not sound(settings[name])), ""
    )


def _write(model: Any, file: Path, external: bool | None) -> None:
    import onnx

    if external is None:
        external = sum(len(tensor.raw_data) for tensor in model.graph.initializer) > _MAX_BYTES
    try:
        if external:
            copied = onnx.ModelProto()  # onnx takes the weights out of what it writes so
            copied.CopyFrom(model)
            onnx.save_model(copied, file, save_as_external_data=True, location=_EXTERNAL_FILE)
        else:
            onnx.save_model(model, file)
        onnx.checker.check_model(file)
    except (onnx.checker.ValidationError, ValueError) as exc:
        rule = f"onnx finds this wrong with it: {exc}"
        raise InvalidInputError("the model", type(model).__name__, rule) from exc


FLAVOR = OnnxFlavor()
