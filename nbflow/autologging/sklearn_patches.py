"""What is watched of scikit-learn: `fit` and its relatives, and `score`.

Every class that a module of scikit-learn defines, whenever it is imported; and so the user's own classes that inherit
such a method. What only prepares data is left alone, as MLflow does: a scaler is no model.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any

from nbflow.autologging.session import observe
from nbflow.autologging.sklearn_fit import FitWatcher
from nbflow.autologging.sklearn_score import scored

if TYPE_CHECKING:
    from nbflow.autologging.patching import Patches

__all__ = ["is_watched", "patch", "wants"]

_FITS = ("fit", "fit_transform", "fit_predict")
_PREPARE = ("sklearn.feature_extraction.", "sklearn.feature_selection.", "sklearn.impute.", "sklearn.preprocessing.")
_PREPARE_CLASSES = {"ColumnTransformer", "FrozenEstimator"}


def wants(name: str) -> bool:
    """Tell whether a module may define estimators."""
    return name.startswith("sklearn.")


def patch(module: ModuleType, patches: Patches) -> None:
    """Replace what the estimators have that a module defines."""
    for cls in list(vars(module).values()):
        if isinstance(cls, type) and cls.__module__ == module.__name__:
            for name in _FITS:
                patches.method(cls, name, _fitted)
            patches.method(cls, "score", scored)


def is_watched(cls: type) -> bool:
    """Tell whether fitting an estimator of a class is a training: by the class that its `fit` comes from."""
    owner = next((each for each in cls.__mro__ if "fit" in vars(each)), None)
    if owner is None or owner.__name__ in _PREPARE_CLASSES:
        return False
    return owner.__module__.startswith("sklearn.") and not f"{owner.__module__}.".startswith(_PREPARE)


def _fitted(estimator: Any, call: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    __tracebackhide__ = True
    if not is_watched(type(estimator)):
        return call(*args, **kwargs)
    return observe("sklearn", lambda settings: FitWatcher(estimator, call, settings), call, args, kwargs)
