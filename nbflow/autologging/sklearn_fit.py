"""What is logged of one `fit` of scikit-learn."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from nbflow.autologging.inputs import Inputs, dataset_of, example_of, inputs_of, sample_of, signature_of
from nbflow.autologging.sklearn_metrics import training_metrics
from nbflow.autologging.sklearn_score import remember
from nbflow.autologging.sklearn_search import is_search, log_search, names_of, searches

if TYPE_CHECKING:
    from nbflow.autologging.recorder import Recorder
    from nbflow.autologging.settings import Settings
    from nbflow.data import Dataset

__all__ = ["FitWatcher"]


class FitWatcher:
    """Logs one `fit`, `fit_transform` or `fit_predict`.

    Parameters
    ----------
    estimator
        What is fitted.
    call
        Its method.
    settings
        What is asked for.
    """

    def __init__(self, estimator: Any, call: Callable[..., Any], settings: Settings) -> None:
        self._estimator = estimator
        self._call = call
        self._settings = settings
        self._inputs = Inputs()
        self._sample: Any = None
        self._dataset: Dataset | None = None

    def before(
        self, log: Recorder, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Log what is fitted, and with what."""
        estimator = self._estimator
        with log.piece("the estimator's name"):
            log.tags(names_of(estimator))
        with log.piece("the params"):
            # Of a search, the params of what it tries are those of its candidates.
            log.params(estimator.get_params(deep=not searches(estimator)))
        with suppress(TypeError):  # these are no arguments of it, as the call itself will say
            self._inputs = inputs_of(self._call, args, kwargs)
        with log.piece("what is learned from"):
            # Now: an estimator may be told to work in the data's own place.
            self._sample = sample_of(self._inputs.rows)
            if self._settings.log_datasets:
                self._dataset = dataset_of(self._inputs.rows, self._inputs.targets)
                log.dataset(self._dataset, "train")
        return args, kwargs

    def after(self, log: Recorder, result: Any) -> None:
        """Log what was learned."""
        estimator = self._estimator
        # A search that was told to fit no best estimator answers nothing.
        answers = not is_search(estimator) or hasattr(estimator, "best_estimator_")
        with log.piece("the training metrics"):
            for name, metric in training_metrics(estimator, self._inputs, self._settings.pos_label) if answers else ():
                with log.piece(f"the metric {name}"):
                    log.metrics([(name, metric())])
        with log.piece("the estimator as a page"):
            log.text(_page(estimator), "estimator.html")
        if self._settings.log_models and answers:
            self._log_models(log)
        if is_search(estimator):
            log_search(log, estimator, self._dataset)
        remember(estimator, log.run)

    def _log_models(self, log: Recorder) -> None:
        models = {"model": self._estimator}
        if is_search(self._estimator):
            models["best_estimator"] = self._estimator.best_estimator_
        signature = None
        with log.piece("the signature"):
            if self._settings.log_model_signatures:
                signature = signature_of(self._sample, _answer(self._estimator))
        for name, model in models.items():
            with log.piece(f"the {name.replace('_', ' ')}"):
                options = {"serialization_format": self._settings.serialization_format}
                example = example_of(self._sample)
                log.model("sklearn", model, name, signature=signature, example=example, options=options)


def _answer(estimator: Any) -> Callable[[Any], Any] | None:
    """Give what an estimator says of rows; None for one that says nothing of new rows."""
    answer: Callable[[Any], Any] | None = getattr(estimator, "predict", getattr(estimator, "transform", None))
    return answer


def _page(estimator: Any) -> str:
    from sklearn.utils import estimator_html_repr

    return str(estimator_html_repr(estimator))
