"""What is watched of LightGBM: `train`, and the `fit` of its estimators."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any

from nbflow.autologging.boosting import Rounds, fitted, trained
from nbflow.autologging.inputs import dataset_of, sample_of

if TYPE_CHECKING:
    from nbflow.autologging.patching import Patches
    from nbflow.data import Dataset

__all__ = ["patch", "wants"]


def wants(name: str) -> bool:
    """Tell whether a module is the library."""
    return name == "lightgbm"


def patch(module: ModuleType, patches: Patches) -> None:
    """Replace what the library has."""
    patches.function([module.engine, module, module.sklearn], "train", _trained)
    for cls in list(vars(module.sklearn).values()):
        if isinstance(cls, type) and issubclass(cls, module.LGBMModel):
            patches.method(cls, "fit", _fitted)


def _trained(call: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    __tracebackhide__ = True
    return trained(_LIBRARY, call, args, kwargs)


def _fitted(estimator: Any, call: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    __tracebackhide__ = True
    return fitted(_LIBRARY, estimator, call, args, kwargs)


class _Lightgbm:
    flavor = "lightgbm"
    no_params: tuple[str, ...] = (
        "params",
        "train_set",
        "valid_sets",
        "valid_names",
        "feval",
        "init_model",
        "callbacks",
    )
    importance_types: tuple[str, ...] = ("split", "gain")

    def callback(self, rounds: Rounds) -> Any:
        def add(env: Any) -> None:
            rounds.add({f"{result[0]}-{result[1]}": result[2] for result in env.evaluation_result_list or ()})

        add.order = 5  # type: ignore[attr-defined]  # before the callback that stops early, which raises
        return add

    def train_set(self, arguments: Mapping[str, Any]) -> Any:
        return arguments["train_set"]

    def valid_sets(self, arguments: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        given = arguments.get("valid_sets") or []
        sets = list(given) if isinstance(given, list | tuple) else [given]
        for name, data in zip(_names(arguments.get("valid_names"), len(sets)), sets, strict=True):
            if data is not arguments["train_set"]:
                yield name, data

    def valid_pairs(self, arguments: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
        given = arguments.get("eval_set")
        if given is not None:
            pairs = [given] if isinstance(given, tuple) else list(given)
        else:  # since LightGBM 4.7 there are two arguments in its place
            rows: Any = arguments.get("eval_X")
            targets: Any = arguments.get("eval_y")
            pairs = list(zip(rows, targets, strict=False)) if isinstance(rows, tuple) else [(rows, targets)]
        for name, pair in zip(_names(arguments.get("eval_names"), len(pairs)), pairs, strict=True):
            yield name, *pair

    def sample(self, data: Any) -> Any:
        return sample_of(data.data)  # None once LightGBM has taken it in

    def dataset(self, data: Any, name: str | None = None) -> Dataset | None:
        return dataset_of(data.data, data.label, name)

    def predict(self, booster: Any, sample: Any) -> Any:
        return booster.predict(sample)

    def best(self, booster: Any) -> tuple[int, int] | None:
        best = booster.best_iteration
        return (best - 1, best) if best > 0 else None

    def importance(self, booster: Any, kind: str) -> Mapping[str, float]:
        scores = booster.feature_importance(importance_type=kind)
        return dict(zip(booster.feature_name(), scores.tolist(), strict=True))

    def booster_of(self, estimator: Any) -> Any:
        return estimator.booster_


def _names(given: Any, n: int) -> list[str]:
    """Give the names of what is evaluated on: LightGBM's own where there are none."""
    names = [] if given is None else list(given) if isinstance(given, list | tuple) else [given]
    return [str(names[at]) if at < len(names) else f"valid_{at}" for at in range(n)]


_LIBRARY = _Lightgbm()
