"""A callback for Keras, which is imported when the first one is made."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from nbflow.autologging.callback_run import CallbackRun
from nbflow.autologging.late_base import LateBase
from nbflow.autologging.settings import check_interval
from nbflow.errors import MissingDependencyError

if TYPE_CHECKING:
    from nbflow.autologging.recorder import Recorder

__all__ = ["KerasCallback"]


class KerasCallback(LateBase):
    """Log what `model.fit` does: `model.fit(x, y, callbacks=[nbflow.callbacks.KerasCallback()])`.

    Params are the optimizer's settings and the number of epochs, metrics those of each epoch; the model's summary is
    kept as text. It goes to the active run. Without one, a run is started that ends with the training. Keras does not
    tell a callback that a training failed: such a run is ended as FAILED when the callback trains again or the
    process ends. In a `with nbflow.start_run():` block it is ended at once, with what happened.

    Parameters
    ----------
    log_every_epoch
        Whether the metrics of each epoch are logged, the epoch being the step.
    log_every_n_steps
        Between how many batches the metrics so far are logged, as `<name>_step`; None is never.

    Raises
    ------
    InvalidInputError
        If `log_every_n_steps` is below 1.
    MissingDependencyError
        If Keras is not installed.
    """

    # Given by Keras
    model: Any
    params: Mapping[str, Any]

    @classmethod
    def _library_base(cls) -> type:
        if importlib.util.find_spec("keras") is None:
            raise MissingDependencyError("keras", "nbflow.callbacks.KerasCallback")
        from keras.callbacks import Callback

        return cast("type", Callback)

    def __init__(self, log_every_epoch: bool = True, log_every_n_steps: int | None = None) -> None:
        super().__init__()
        self._every_epoch = log_every_epoch
        self._every_n_steps = check_interval("log_every_n_steps", log_every_n_steps)
        self._run = CallbackRun("keras", active=False)
        self._training = False
        self._steps = 0

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Log what is known beforehand."""
        self._training, self._steps = True, 0
        log = self._run.begin()
        if log is None:
            return
        with log.piece("the params"):
            log.params({"epochs": (self.params or {}).get("epochs"), **_optimizer_params(self.model.optimizer)})
        with log.piece("the model's summary"):
            lines: list[str] = []
            self.model.summary(print_fn=lambda line, **_: lines.append(str(line)))
            log.text("\n".join(lines), "model_summary.txt")

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Log the metrics of an epoch."""
        if self._every_epoch:
            self._log(logs, epoch)

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Log the metrics so far."""
        if self._every_n_steps is not None and self._steps % self._every_n_steps == 0:
            self._log({f"{name}_step": value for name, value in (logs or {}).items()}, self._steps)
        self._steps += 1

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """End a run of its own."""
        self._training = False
        self._run.end()

    def on_test_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Log what `model.evaluate` found; an evaluation within a training is part of the epoch's metrics."""
        if not self._training:
            if self._run.log is None:
                self._run.begin()
                self._run.end()
            self._log({f"validation_{name}": value for name, value in (logs or {}).items()}, 0)

    def _log(self, logs: Mapping[str, Any] | None, step: int) -> None:
        log: Recorder | None = self._run.log
        if log is not None and logs:
            with log.piece("the metrics"):
                log.metrics([(name, float(value)) for name, value in logs.items()], step)


def _optimizer_params(optimizer: Any) -> dict[str, Any]:
    """Name an optimizer's settings as MLflow does: `optimizer_name`, `optimizer_learning_rate` ..."""
    return {f"optimizer_{name}": value for name, value in optimizer.get_config().items()}
