"""What is watched of XGBoost: `train`, the `fit` of its estimators, and what its matrices are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from nbflow.autologging.boosting import Rounds, fitted, trained
from nbflow.autologging.inputs import dataset_of, sample_of
from nbflow.autologging.session import current
from nbflow.autologging.switch import settings_of
from nbflow.autologging.trouble import careful

if TYPE_CHECKING:
    from nbflow.autologging.patching import Patches
    from nbflow.data import Dataset

__all__ = ["patch", "wants"]

# A matrix has its rows in a form of its own, and gives only the numbers back: a larger one is not asked for them.
_MAX_NUMBERS = 10_000_000

_samples: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()


def wants(name: str) -> bool:
    """Tell whether a module is the library."""
    return name == "xgboost"


def patch(module: ModuleType, patches: Patches) -> None:
    """Replace what the library has."""
    patches.function([module.training, module, module.sklearn], "train", _trained)
    for cls in list(vars(module.sklearn).values()):
        if isinstance(cls, type) and issubclass(cls, module.XGBModel):
            patches.method(cls, "fit", _fitted)
    for cls in (module.DMatrix, module.QuantileDMatrix):
        patches.method(cls, "__init__", _made)


def _trained(call: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    __tracebackhide__ = True
    return trained(_LIBRARY, call, args, kwargs)


def _fitted(estimator: Any, call: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    __tracebackhide__ = True
    return fitted(_LIBRARY, estimator, call, args, kwargs)


def _made(matrix: Any, call: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Keep some rows as they came: a matrix does not know what they were before it was made."""
    __tracebackhide__ = True
    call(*args, **kwargs)
    settings = settings_of("xgboost")
    if settings is not None and settings.log_models and current() is None:
        with careful("rows of a matrix", silent=settings.silent):
            sample = sample_of(args[0] if args else kwargs.get("data"))
            if sample is not None:
                _samples[matrix] = sample


class _Xgboost:
    flavor = "xgboost"
    no_params: tuple[str, ...] = ("params", "dtrain", "evals", "obj", "evals_result", "xgb_model", "callbacks", "feval")
    importance_types: tuple[str, ...] = ("weight",)

    def callback(self, rounds: Rounds) -> Any:
        from xgboost.callback import TrainingCallback

        class RoundsCallback(TrainingCallback):
            def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
                metrics = {
                    f"{data}-{metric}": values[-1]
                    for data, measured in evals_log.items()
                    for metric, values in measured.items()
                }
                rounds.add(metrics)
                return False

        return RoundsCallback()

    def train_set(self, arguments: Mapping[str, Any]) -> Any:
        return arguments["dtrain"]

    def valid_sets(self, arguments: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for matrix, name in arguments.get("evals") or ():
            yield name, matrix

    def valid_pairs(self, arguments: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
        for number, (rows, targets) in enumerate(arguments.get("eval_set") or ()):
            yield f"validation_{number}", rows, targets

    def sample(self, data: Any) -> Any:
        return _samples.get(data)

    def dataset(self, data: Any, name: str | None = None) -> Dataset | None:
        import xgboost

        if type(data) not in {xgboost.DMatrix, xgboost.QuantileDMatrix}:
            return None
        if data.num_row() * data.num_col() > _MAX_NUMBERS:
            return None
        label = data.get_label()
        return dataset_of(data.get_data().toarray(), label if label.size else None, name)

    def predict(self, booster: Any, sample: Any) -> Any:
        import xgboost

        return booster.predict(xgboost.DMatrix(sample, feature_names=booster.feature_names, enable_categorical=True))

    def best(self, booster: Any) -> tuple[int, int] | None:
        best = booster.attr("best_iteration")
        return None if best is None else (int(best), int(best))

    def importance(self, booster: Any, kind: str) -> Mapping[str, float]:
        scores: dict[str, float] = booster.get_score(importance_type=kind)
        return scores

    def booster_of(self, estimator: Any) -> Any:
        return estimator.get_booster()


_LIBRARY = _Xgboost()
