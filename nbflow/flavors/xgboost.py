"""XGBoost: models are kept in its own formats, which run no code when they are loaded."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.errors import InvalidInputError, ModelFormatError, UnsupportedValueError, shown
from nbflow.flavors.forged_trees import check_trees, xgboost_fault
from nbflow.flavors.library import pinned_first
from nbflow.flavors.named_file import named_file
from nbflow.flavors.options import check_options
from nbflow.flavors.protocol import Predict, Saved
from nbflow.flavors.telling import warn_user
from nbflow.mlmodel.distributions import pinned
from nbflow.mlmodel.document import MLMODEL

if TYPE_CHECKING:
    from nbflow.mlmodel.trust import Trust

__all__ = ["FLAVOR", "FORMATS", "XgboostFlavor"]

FORMATS = ("ubj", "json")
_BOOSTER = "xgboost.core.Booster"


class XgboostFlavor:
    """Boosters and estimators of XGBoost.

    The option is `model_format`: `"ubj"`, which is small, or `"json"`, which can be read.
    """

    name = "xgboost"
    module = "xgboost"
    library = "xgboost"
    extra = "xgboost"
    loader_modules = ("mlflow.xgboost",)

    def save(self, model: Any, folder: Path, options: Mapping[str, Any]) -> Saved:
        """Write a model.

        Raises
        ------
        UnsupportedValueError
            If it is none of XGBoost's.
        InvalidInputError
            If an option is not what it must be, or the model is not fitted, or of a class that cannot be imported.
        """
        import xgboost
        from sklearn.exceptions import NotFittedError

        check_options(options, ("model_format",), self.name)
        how = options.get("model_format") or FORMATS[0]
        if how not in FORMATS:
            raise InvalidInputError("model_format", how, f"It is one of {', '.join(FORMATS)}.")
        _check_model(model)
        file = f"model.{how}"
        try:
            model.save_model(folder / file)
        except (NotFittedError, xgboost.core.XGBoostError) as exc:
            rule = f"XGBoost cannot save it; is it fitted? {exc}"
            raise InvalidInputError("the model", model, rule) from exc
        model_class = _class_name(type(model))
        config = {
            "xgb_version": xgboost.__version__,
            "data": file,
            "model_class": model_class,
            "model_format": how,
        }
        needed = ["numpy", "scipy"]
        if not isinstance(model, xgboost.Booster):
            needed.append("scikit-learn")
        if _feature_names(model):
            needed.append("pandas")  # the names came with a DataFrame, and it wants one
        requirements = [*map(pinned, needed), pinned_first("xgboost", "xgboost-cpu")]
        entry = {"loader_module": self.loader_modules[0], "data": file}
        return Saved(config, entry, sorted(requirements), complete=_is_own(model_class))

    def load(self, folder: Path, config: Mapping[str, Any], trusted: Trust) -> Any:
        """Load the booster or the estimator.

        Raises
        ------
        ModelFormatError
            If the MLmodel file does not say what to load, or it is no model of XGBoost.
        UntrustedModelError
            If its trees would crash the process, or cannot be checked, and nothing vouches for them.
        """
        import xgboost

        file = named_file(folder, config)
        model = _model_class(folder, config)()
        # Of a file named otherwise (MLflow's first were model.xgb) XGBoost only tells the format when handed its bytes.
        named = file.suffix in {f".{name}" for name in FORMATS}
        try:
            model.load_model(file if named else bytearray(file.read_bytes()))
        except xgboost.core.XGBoostError as exc:
            first = str(exc).strip().partition("\n")[0]
            reason = f"Its file {file.name} is no model of XGBoost that this version can read, or damaged: {first}"
            raise ModelFormatError(str(folder), reason) from exc
        booster = model if isinstance(model, xgboost.Booster) else model.get_booster()
        check_trees(folder, file, trusted, lambda: xgboost_fault(booster))
        return model

    def predictor(self, model: Any, folder: Path, config: Mapping[str, Any]) -> Predict:
        """Give the model's own method; it is handed the params that it takes."""
        import xgboost

        accepted = _keywords(model.predict)
        is_booster = isinstance(model, xgboost.Booster)

        def predict(data: Any, params: Mapping[str, Any] | None) -> Any:
            own = _taken(params, accepted) if params else {}
            return model.predict(xgboost.DMatrix(data) if is_booster else data, **own)

        return predict

    def code_files(self, folder: Path, config: Mapping[str, Any]) -> list[str]:
        """Name nothing, but for a model whose class is not XGBoost's: then the MLmodel file says what to import.

        Raises
        ------
        ModelFormatError
            If it names no class.
        """
        return [] if _is_own(_named_class(folder, config)) else [MLMODEL]


def _check_model(model: Any) -> None:
    import xgboost

    expected = "a model of XGBoost is a Booster, or an estimator such as XGBClassifier().fit(X, y)"
    if isinstance(model, type):
        raise UnsupportedValueError("the model", model, f"{expected}. This is a class: make an instance and fit it.")
    if not isinstance(model, xgboost.Booster | xgboost.XGBModel):
        raise UnsupportedValueError("the model", model, f"{expected}.")


def _class_name(cls: type) -> str:
    # What MLflow writes; and loads, by importing the module and making an instance.
    module, name = cls.__module__, cls.__name__
    if module == "__main__" or getattr(sys.modules.get(module), name, None) is not cls:
        rule = (
            "The class of the model cannot be imported where it is loaded. Write it into a module, and name its file "
            "in code_paths."
        )
        raise InvalidInputError("the model", f"{module}.{cls.__qualname__}", rule)
    return f"{module}.{name}"


def _is_own(class_name: str) -> bool:
    return class_name.startswith("xgboost.")


def _named_class(folder: Path, config: Mapping[str, Any]) -> str:
    # MLflow before 1.22 knew boosters only, and did not say so.
    name = config.get("model_class", _BOOSTER)
    if not isinstance(name, str) or "." not in name or not all(part.isidentifier() for part in name.split(".")):
        raise ModelFormatError(str(folder), f"Its model_class is {shown(name)}, which is no class.")
    return name


def _model_class(folder: Path, config: Mapping[str, Any]) -> Callable[[], Any]:
    import xgboost

    named = _named_class(folder, config)
    module, _, name = named.rpartition(".")
    try:
        found: Any = getattr(importlib.import_module(module), name, None)
    except ImportError as exc:
        raise ModelFormatError(str(folder), f"Its model_class {named} cannot be imported: {exc}.") from exc
    if not isinstance(found, type) or not issubclass(found, xgboost.Booster | xgboost.XGBModel):
        raise ModelFormatError(str(folder), f"Its model_class {named} is no class of models of XGBoost.")
    return found


def _feature_names(model: Any) -> Any:
    booster = model.get_booster() if hasattr(model, "get_booster") else model
    return booster.feature_names


def _keywords(function: Callable[..., Any]) -> set[str] | None:
    """Name what a method takes besides the data; None when it takes anything."""
    parameters = list(inspect.signature(function).parameters.values())
    if any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters):
        return None
    return {each.name for each in parameters[1:]}


def _taken(params: Mapping[str, Any], accepted: set[str] | None) -> dict[str, Any]:
    strange = [] if accepted is None else sorted(params.keys() - accepted)
    if strange:
        warn_user(f"The model's predict does not take the params {', '.join(strange)}: they are left out.")
    return {name: value for name, value in params.items() if name not in strange}


FLAVOR = XgboostFlavor()
