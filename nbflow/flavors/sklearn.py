"""scikit-learn: models are kept by skops, which runs no code when it loads them, and by cloudpickle where it cannot."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.errors import InvalidInputError, ModelFormatError, UnsupportedValueError, shown
from nbflow.flavors.named_file import named_file, relative_name
from nbflow.flavors.options import check_options
from nbflow.flavors.protocol import Predict, Saved
from nbflow.flavors.skops_file import read_skops, write_skops
from nbflow.flavors.skops_types import is_scientific
from nbflow.flavors.telling import warn_user
from nbflow.flavors.unpickling import unpickle
from nbflow.mlmodel.distributions import distributions_of, pinned

if TYPE_CHECKING:
    from nbflow.mlmodel.trust import Trust

__all__ = ["FLAVOR", "FORMATS", "PREDICT_FUNCTIONS", "SklearnFlavor"]

FORMATS = ("skops", "cloudpickle", "pickle")
PREDICT_FUNCTIONS = ("predict", "predict_proba", "predict_log_proba", "predict_joint_log_proba", "score")
"""What MLflow calls, and so what a model can be saved to predict with."""

_OPTIONS = ("serialization_format", "skops_trusted_types", "pyfunc_predict_fn")
_OWN_FLAVORS = frozenset({"lightgbm", "xgboost"})
_SKOPS_FILE = "model.skops"
_PICKLE_FILE = "model.pkl"


class SklearnFlavor:
    """Estimators, pipelines and searches of scikit-learn, and what has their interface.

    Its options are `serialization_format` (`"skops"`, `"cloudpickle"` or `"pickle"`; None chooses),
    `skops_trusted_types` (names of types beyond scikit-learn's, numpy's and scipy's that a skops file may hold) and
    `pyfunc_predict_fn` (the method that predicts, such as `"predict_proba"`).

    Parameters
    ----------
    skops_trusted_types
        Types that the user trusts in a skops file that is loaded.
    """

    name = "sklearn"
    module = "sklearn"
    library = "scikit-learn"
    extra = ""
    loader_modules = ("mlflow.sklearn",)

    def __init__(self, skops_trusted_types: Iterable[str | type] | None = None) -> None:
        self._trusted_types = _type_names(skops_trusted_types)

    def save(self, model: Any, folder: Path, options: Mapping[str, Any]) -> Saved:
        """Write a model, by skops unless another format is asked for or skops cannot.

        Raises
        ------
        UnsupportedValueError
            If it is no estimator.
        InvalidInputError
            If an option is not what it must be, or the model cannot be kept in the format that is asked for.
        """
        import sklearn

        check_options(options, _OPTIONS, self.name)
        _check_model(model)
        predict_fn = _predict_fn(model, options.get("pyfunc_predict_fn"))
        wanted, types = options.get("serialization_format"), _type_names(options.get("skops_trusted_types"))
        if wanted not in {*FORMATS, None}:
            raise InvalidInputError("serialization_format", wanted, f"It is one of {', '.join(FORMATS)}.")
        found: list[str] = []
        if wanted in {"skops", None}:
            found, fault = write_skops(model, folder / _SKOPS_FILE, types)
            if fault and wanted:
                raise InvalidInputError("serialization_format", wanted, f"{fault} Use 'cloudpickle'.")
            if fault:
                _warn_of_pickle(fault, _own_flavor(model, types))
            wanted = "cloudpickle" if fault else "skops"
        if wanted != "skops":
            _save_pickle(model, folder / _PICKLE_FILE, wanted)
        file = _SKOPS_FILE if wanted == "skops" else _PICKLE_FILE
        config = {
            "pickled_model": file,
            "serialization_format": wanted,
            "sklearn_version": sklearn.__version__,
            "skops_trusted_types": found or None,
        }
        entry = {"loader_module": self.loader_modules[0], "model_path": file, "predict_fn": predict_fn}
        needed = ["numpy", "scikit-learn", "scipy", *([wanted] if wanted != "pickle" else [])]
        if hasattr(model, "feature_names_in_"):
            needed.append("pandas")  # it was fitted with a DataFrame, and wants one
        # What a skops file makes is what it names: there is nothing to be found out by loading it.
        foreign = [name.rpartition(".")[0] for name in found if not is_scientific(name)]
        requirements = {pinned(name) for name in needed} | set(distributions_of(foreign) if foreign else ())
        return Saved(config, entry if predict_fn else None, sorted(requirements), complete=wanted == "skops")

    def load(self, folder: Path, config: Mapping[str, Any], trusted: Trust) -> Any:
        """Load the estimator.

        Raises
        ------
        ModelFormatError
            If the MLmodel file does not say what to load, or how.
        UntrustedModelError
            If a skops file asks for types that might run code, or holds trees that cannot be checked, and nothing
            vouches for it.
        """
        wanted = _format(folder, config)
        file = _file(folder, config)
        if wanted == "skops":
            return read_skops(folder, file, _listed(folder, config), self._trusted_types, trusted)
        return unpickle(file)

    def predictor(self, model: Any, folder: Path, config: Mapping[str, Any]) -> Predict:
        """Give the model's own method.

        Raises
        ------
        ModelFormatError
            If it is none that predicts, or the model has none of that name.
        """
        name = config.get("predict_fn", "predict")
        function = getattr(model, name, None) if name in PREDICT_FUNCTIONS else None
        if function is None:
            raise ModelFormatError(str(folder), f"It is to predict by {shown(name)}, which it has not.")

        return lambda data, _params: function(data)

    def code_files(self, folder: Path, config: Mapping[str, Any]) -> list[str]:
        """Name the pickle. A skops file is none: which types it asks for is looked at by `load`.

        Raises
        ------
        ModelFormatError
            If the MLmodel file does not say what to load, or how.
        """
        if _format(folder, config) == "skops":
            return []
        return [relative_name(folder, _file(folder, config))]


def _check_model(model: Any) -> None:
    expected = "a model of scikit-learn is an estimator, a pipeline or a search, such as LogisticRegression().fit(X, y)"
    if isinstance(model, type):
        raise UnsupportedValueError("the model", model, f"{expected}. This is a class: make an instance and fit it.")
    if not callable(getattr(model, "fit", None)):
        raise UnsupportedValueError("the model", model, f"{expected}.")


def _predict_fn(model: Any, given: str | None) -> str | None:
    if given not in {*PREDICT_FUNCTIONS, None}:
        rule = f"It is one of {', '.join(PREDICT_FUNCTIONS)}: those that MLflow can call, too."
        raise InvalidInputError("pyfunc_predict_fn", given, rule)
    name = given or "predict"
    if hasattr(model, name):
        return name
    if given:
        raise InvalidInputError("pyfunc_predict_fn", given, f"A {type(model).__name__} has no such method.")
    text = f"A {type(model).__name__} has no predict: it is saved for nbflow.sklearn.load_model, not for nbflow.pyfunc."
    warn_user(text)
    return None


def _type_names(types: Any) -> list[str]:
    if types is None:
        return []
    names = [f"{kind.__module__}.{kind.__name__}" if isinstance(kind, type) else kind for kind in types]
    if isinstance(types, str) or not all(isinstance(name, str) for name in names):
        rule = "It is a list of types, or of names such as 'mypackage.Scaler'."
        raise InvalidInputError("skops_trusted_types", types, rule)
    return names


def _own_flavor(model: Any, types: Iterable[str]) -> str:
    """Name the flavor that keeps a model in its library's own way; `""` where there is none, or it is what asks."""
    cls = type(model)
    library = cls.__module__.partition(".")[0]
    # The types of its own library are those that LightGBM's flavor names.
    return library if library in _OWN_FLAVORS and f"{cls.__module__}.{cls.__name__}" not in types else ""


def _warn_of_pickle(fault: str, better: str) -> None:
    if better:
        text = (
            f"The model is saved as a pickle, which runs code when it is loaded. nbflow.{better}.log_model keeps it "
            f"without one; to choose the pickle without a word, pass serialization_format='cloudpickle'. {fault}"
        )
        warn_user(text)
        return
    text = (
        f"The model is saved as a pickle. {fault} A pickle runs code when it is loaded: loading it anywhere but from "
        "this store takes trust=True, and the versions of Python and of all libraries must be those of now. "
        "To choose that without a word, pass serialization_format='cloudpickle'; to have skops keep types of a module "
        "that can be imported, name them in skops_trusted_types."
    )
    warn_user(text)


def _save_pickle(model: Any, file: Path, how: str) -> None:
    import cloudpickle

    try:
        # The default protocol: the newest one may be unknown to the Python that loads it.
        dumps = cloudpickle.dumps if how == "cloudpickle" else pickle.dumps
        data = dumps(model, protocol=pickle.DEFAULT_PROTOCOL)
    except (pickle.PicklingError, TypeError, AttributeError) as exc:
        raise InvalidInputError("the model", model, f"It cannot be pickled: {exc}.") from exc
    file.write_bytes(data)


def _format(folder: Path, config: Mapping[str, Any]) -> str:
    # MLflow's first models did not say: they were pickles.
    wanted = config.get("serialization_format", "pickle")
    if wanted not in FORMATS:
        rule = f"Its serialization_format is {shown(wanted)}, where one of {', '.join(FORMATS)} must be."
        raise ModelFormatError(str(folder), rule)
    return str(wanted)


def _file(folder: Path, config: Mapping[str, Any]) -> Path:
    return named_file(folder, config, "pickled_model", config.get("model_path"))


def _listed(folder: Path, config: Mapping[str, Any]) -> list[str]:
    listed = config.get("skops_trusted_types") or []
    if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
        raise ModelFormatError(str(folder), "Its skops_trusted_types is no list of names.")
    return listed


FLAVOR = SklearnFlavor()
