"""LightGBM: boosters are kept as the text that it writes, estimators as scikit-learn's are: by skops where it can."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.errors import InvalidInputError, ModelFormatError, UnsupportedValueError, shown
from nbflow.flavors.forged_trees import check_trees, lightgbm_fault
from nbflow.flavors.lightgbm_text import text_fault
from nbflow.flavors.named_file import named_file
from nbflow.flavors.options import check_options
from nbflow.flavors.protocol import Predict, Saved
from nbflow.flavors.sklearn import SklearnFlavor
from nbflow.mlmodel.distributions import pinned

if TYPE_CHECKING:
    from nbflow.mlmodel.trust import Trust

__all__ = ["FLAVOR", "LightgbmFlavor"]

_OPTIONS = ("serialization_format", "skops_trusted_types")
_BOOSTER = "lightgbm.basic.Booster"
_BOOSTER_FILE = "model.lgb"
# What an estimator consists of, and skops does not know. A booster in it is made of LightGBM's text.
_TYPES = (
    "collections.OrderedDict",
    _BOOSTER,
    "lightgbm.sklearn.LGBMClassifier",
    "lightgbm.sklearn.LGBMModel",
    "lightgbm.sklearn.LGBMRanker",
    "lightgbm.sklearn.LGBMRegressor",
)


class LightgbmFlavor:
    """Boosters and estimators of LightGBM.

    The options are for estimators: `serialization_format` (`"skops"`, `"cloudpickle"` or `"pickle"`; None chooses) and
    `skops_trusted_types` (names of types that a skops file may hold besides LightGBM's, scikit-learn's, numpy's and
    scipy's).

    Parameters
    ----------
    skops_trusted_types
        Types that the user trusts in a skops file that is loaded.
    """

    name = "lightgbm"
    module = "lightgbm"
    library = "lightgbm"
    extra = "lightgbm"
    loader_modules = ("mlflow.lightgbm",)

    def __init__(self, skops_trusted_types: Iterable[str | type] | None = None) -> None:
        self._estimators = SklearnFlavor(_with_own(skops_trusted_types))

    def save(self, model: Any, folder: Path, options: Mapping[str, Any]) -> Saved:
        """Write a model.

        Raises
        ------
        UnsupportedValueError
            If it is none of LightGBM's.
        InvalidInputError
            If an option is not what it must be, or the model is not fitted, or cannot be kept in the format that is
            asked for.
        """
        import lightgbm

        check_options(options, _OPTIONS, self.name)
        _check_model(model)
        requirements = [pinned(name) for name in ("lightgbm", "numpy", "scipy")]
        if isinstance(model, lightgbm.Booster):
            model.save_model(folder / _BOOSTER_FILE)
            if model.feature_name() != [f"Column_{index}" for index in range(model.num_feature())]:
                requirements.append(pinned("pandas"))  # the names came with a DataFrame
            kept = Saved({"pickled_model": _BOOSTER_FILE}, requirements=requirements, complete=True)
        else:
            types = _with_own(options.get("skops_trusted_types"))
            kept = self._estimators.save(model, folder, dict(options) | {"skops_trusted_types": types})
        file = kept.config["pickled_model"]
        config = {
            "lgb_version": lightgbm.__version__,
            "data": file,
            "model_class": f"{type(model).__module__}.{type(model).__name__}",
            "serialization_format": kept.config.get("serialization_format"),
            "skops_trusted_types": kept.config.get("skops_trusted_types"),
        }
        entry = {"loader_module": self.loader_modules[0], "data": file}
        return Saved(config, entry, sorted({*requirements, *kept.requirements}), complete=kept.complete)

    def load(self, folder: Path, config: Mapping[str, Any], trusted: Trust) -> Any:
        """Load the booster or the estimator.

        Raises
        ------
        ModelFormatError
            If the MLmodel file does not say what to load, or it is no model of LightGBM.
        UntrustedModelError
            If a skops file asks for types that might run code, or trees would crash the process or cannot be checked,
            and nothing vouches for it.
        """
        import lightgbm

        if not _is_booster(folder, config):
            model = self._estimators.load(folder, _as_sklearn(config), trusted)
            if not isinstance(model, lightgbm.LGBMModel):
                raise ModelFormatError(str(folder), f"What it holds is a {type(model).__name__}, and no LGBMModel.")
            return model
        file = named_file(folder, config)
        fault = text_fault(file)
        if fault:
            raise ModelFormatError(str(folder), f"Its file {file.name} is damaged. {fault}")
        check_trees(folder, file, trusted, lambda: lightgbm_fault(file))
        try:
            return lightgbm.Booster(model_file=file)
        except lightgbm.basic.LightGBMError as exc:
            reason = f"Its file {file.name} is no model of LightGBM that this version can read, or damaged: {exc}."
            raise ModelFormatError(str(folder), reason) from exc

    def predictor(self, model: Any, folder: Path, config: Mapping[str, Any]) -> Predict:
        """Give the model's own method. Params are not handed to it, for MLflow does not either."""
        return lambda data, _params: model.predict(data)

    def code_files(self, folder: Path, config: Mapping[str, Any]) -> list[str]:
        """Name the pickle. A skops file is none: which types it asks for is looked at by `load`.

        Raises
        ------
        ModelFormatError
            If the MLmodel file does not say what to load, or how.
        """
        return [] if _is_booster(folder, config) else self._estimators.code_files(folder, _as_sklearn(config))


def _with_own(types: Any) -> Any:
    # A text is a mistake, which scikit-learn's flavor tells.
    return types if isinstance(types, str) else [*_TYPES, *(types or ())]


def _check_model(model: Any) -> None:
    import lightgbm

    expected = "a model of LightGBM is a Booster, or an estimator such as LGBMClassifier().fit(X, y)"
    if isinstance(model, type):
        raise UnsupportedValueError("the model", model, f"{expected}. This is a class: make an instance and fit it.")
    if not isinstance(model, lightgbm.Booster | lightgbm.LGBMModel):
        raise UnsupportedValueError("the model", model, f"{expected}.")
    if isinstance(model, lightgbm.LGBMModel) and not model.__sklearn_is_fitted__():
        raise InvalidInputError("the model", model, "It is not fitted: call its fit(X, y) first.")


def _is_booster(folder: Path, config: Mapping[str, Any]) -> bool:
    # MLflow before 1.24 knew boosters only, and did not say so.
    named = config.get("model_class", _BOOSTER)
    if not isinstance(named, str):
        raise ModelFormatError(str(folder), f"Its model_class is {shown(named)}, which is no class.")
    return named == _BOOSTER


def _as_sklearn(config: Mapping[str, Any]) -> dict[str, Any]:
    """Say of an estimator's file what the MLmodel file of a model of scikit-learn says."""
    # Before it knew skops, MLflow did not say how it had pickled.
    how = config.get("serialization_format", "cloudpickle")
    return dict(config) | {"pickled_model": config.get("data"), "serialization_format": how}


FLAVOR = LightgbmFlavor()
