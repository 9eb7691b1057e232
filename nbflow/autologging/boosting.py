"""What is logged of a boosting library's training: its function `train`, and the `fit` of its estimators around it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from nbflow.autologging.importance import log_importance
from nbflow.autologging.inputs import Inputs, dataset_of, example_of, inputs_of, sample_of, signature_of
from nbflow.autologging.session import current, observe
from nbflow.autologging.trouble import careful

if TYPE_CHECKING:
    from nbflow.autologging.recorder import Recorder
    from nbflow.autologging.settings import Settings
    from nbflow.data import Dataset

__all__ = ["BoostingFit", "BoostingTrain", "Library", "Rounds", "fitted", "trained"]

Arguments = tuple[tuple[Any, ...], dict[str, Any]]


class Library(Protocol):
    """What differs between the libraries."""

    flavor: str
    no_params: tuple[str, ...]
    """The arguments of `train` that are no params, such as the data."""
    importance_types: tuple[str, ...]

    def callback(self, rounds: Rounds) -> Any:
        """Give a callback of the library's that adds each round's metrics."""

    def train_set(self, arguments: Mapping[str, Any]) -> Any:
        """Give what is learned from, of the arguments of `train`."""

    def valid_sets(self, arguments: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """Give the names and data of what is evaluated on, of the arguments of `train`."""

    def valid_pairs(self, arguments: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
        """Give the names, rows and targets of what an estimator's `fit` evaluates on, of its arguments."""

    def sample(self, data: Any) -> Any:
        """Take some rows of the library's own kind of data; None where there are none to be had."""

    def dataset(self, data: Any, name: str | None = None) -> Dataset | None:
        """Describe the library's own kind of data."""

    def predict(self, booster: Any, sample: Any) -> Any:
        """Predict for some rows."""

    def best(self, booster: Any) -> tuple[int, int] | None:
        """Give the best round, counted from 0, and as the library counts it; None without early stopping."""

    def importance(self, booster: Any, kind: str) -> Mapping[str, float]:
        """Give the importance of each feature."""

    def booster_of(self, estimator: Any) -> Any:
        """Give the booster of a fitted estimator."""


class Rounds:
    """The metrics of each round of a training, logged as they come.

    Parameters
    ----------
    log
        The run.
    """

    def __init__(self, log: Recorder) -> None:
        self._log = log
        self.metrics: list[dict[str, float]] = []

    def add(self, metrics: Mapping[str, float]) -> None:
        """Log the next round's metrics, whatever fails."""
        with self._log.piece("the metrics of a round"):
            self.metrics.append(dict(metrics))
            self._log.metrics(metrics.items(), step=len(self.metrics) - 1)

    def stop_early(self, best: int, best_iteration: int) -> None:
        """Log which round was the best of a training that ends early, and its metrics as the latest ones.

        Parameters
        ----------
        best
            The round, counted from 0.
        best_iteration
            The round as the library counts it.
        """
        # The number of the last round, counted in the same way.
        stopped = len(self.metrics) - 1 + best_iteration - best
        self._log.metrics([("stopped_iteration", stopped), ("best_iteration", best_iteration)])
        if 0 <= best < len(self.metrics):
            self._log.metrics(self.metrics[best].items(), step=len(self.metrics))


class _Boosting:
    def __init__(self, library: Library, call: Callable[..., Any], settings: Settings) -> None:
        self._library = library
        self._call = call
        self._settings = settings
        self._sample: Any = None
        self._rounds: Rounds | None = None

    def begin(self, log: Recorder, train: Callable[..., Any], arguments: Arguments) -> inspect.BoundArguments:
        """Log the params of `train`, and give its arguments with a callback of ours among them."""
        bound = inspect.signature(train).bind(*arguments[0], **arguments[1])
        with log.piece("the params"):
            every = inspect.signature(train).bind(*arguments[0], **arguments[1])
            every.apply_defaults()
            params = dict(every.arguments.get("params") or {})
            more = {name: value for name, value in every.arguments.items() if name not in self._library.no_params}
            log.params({**params, **more})
        self._rounds = Rounds(log)
        # The first: a callback that stops the training may keep those behind it from being called.
        bound.arguments["callbacks"] = [
            self._library.callback(self._rounds),
            *(bound.arguments.get("callbacks") or ()),
        ]
        return bound

    def finish(self, log: Recorder, booster: Any, model: Any, predict: Callable[[Any], Any]) -> None:
        """Log what came out."""
        library, settings = self._library, self._settings
        with log.piece("early stopping"):
            best = library.best(booster)
            if best is not None and self._rounds is not None:
                self._rounds.stop_early(*best)
        for kind in library.importance_types if settings.importance_types is None else settings.importance_types:
            with log.piece(f"the importance of features by {kind}"):
                log_importance(log, kind, library.importance(booster, kind))
        if not settings.log_models:
            return
        signature = None
        with log.piece("the signature"):
            if settings.log_model_signatures:
                signature = signature_of(self._sample, predict)
        with log.piece("the model"):
            options = {} if settings.model_format is None else {"model_format": settings.model_format}
            example = example_of(self._sample)
            log.model(library.flavor, model, "model", signature=signature, example=example, options=options)


class BoostingTrain(_Boosting):
    """Logs one call of `train`."""

    def before(self, log: Recorder, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
        """Log what goes in."""
        bound = self.begin(log, self._call, (args, kwargs))
        with log.piece("what is learned from"):
            data = self._library.train_set(bound.arguments)
            self._sample = self._library.sample(data)
            if self._settings.log_datasets:
                log.dataset(self._library.dataset(data), "train")
                for name, valid in self._library.valid_sets(bound.arguments):
                    log.dataset(self._library.dataset(valid, name), "eval")
        return bound.args, bound.kwargs

    def after(self, log: Recorder, result: Any) -> None:
        """Log the booster."""
        self.finish(log, result, result, lambda sample: self._library.predict(result, sample))


class BoostingFit(_Boosting):
    """Logs one `fit` of an estimator; its params and rounds are those of the `train` that it calls.

    Parameters
    ----------
    library
        The library.
    estimator
        What is fitted.
    call
        Its method.
    settings
        What is asked for.
    """

    def __init__(self, library: Library, estimator: Any, call: Callable[..., Any], settings: Settings) -> None:
        super().__init__(library, call, settings)
        self._estimator = estimator

    def before(self, log: Recorder, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
        """Log what goes in."""
        inputs = Inputs()
        arguments: Mapping[str, Any] = {}
        with suppress(TypeError):  # these are no arguments of it, as the call itself will say
            inputs = inputs_of(self._call, args, kwargs)
            arguments = inspect.signature(self._call).bind(*args, **kwargs).arguments
        with log.piece("what is learned from"):
            self._sample = sample_of(inputs.rows)
            if self._settings.log_datasets:
                log.dataset(dataset_of(inputs.rows, inputs.targets), "train")
                for name, rows, targets in self._library.valid_pairs(arguments):
                    log.dataset(dataset_of(rows, targets, name), "eval")
        return args, kwargs

    @property
    def awaits_training(self) -> bool:
        """Whether the `train` of this `fit` is still to come."""
        return self._rounds is None

    def after(self, log: Recorder, result: Any) -> None:
        """Log the estimator."""
        booster = self._library.booster_of(self._estimator)
        self.finish(log, booster, self._estimator, self._estimator.predict)


def trained(library: Library, call: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call a library's `train`, for the user or for the estimator that the user fits."""
    __tracebackhide__ = True
    session = current()
    if session is None:
        return observe(library.flavor, lambda settings: BoostingTrain(library, call, settings), call, args, kwargs)
    fit = session.watcher
    if session.log is not None and isinstance(fit, BoostingFit) and fit.awaits_training:
        with careful("what goes in", silent=session.log.settings.silent):
            bound = fit.begin(session.log, call, (args, kwargs))
            args, kwargs = bound.args, bound.kwargs
    return call(*args, **kwargs)


def fitted(
    library: Library, estimator: Any, call: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Call the `fit` of one of a library's estimators."""
    __tracebackhide__ = True
    return observe(library.flavor, lambda settings: BoostingFit(library, estimator, call, settings), call, args, kwargs)
