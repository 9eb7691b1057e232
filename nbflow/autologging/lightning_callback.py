"""A callback for Lightning, which is imported when the first one is made."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from nbflow.autologging.callback_run import CallbackRun
from nbflow.autologging.late_base import LateBase
from nbflow.autologging.settings import check_interval
from nbflow.errors import MissingDependencyError

if TYPE_CHECKING:
    from nbflow.autologging.recorder import Recorder

__all__ = ["LightningCallback"]

_PACKAGES = ("lightning.pytorch", "pytorch_lightning")


class LightningCallback(LateBase):
    """Log what a `Trainer` does: `Trainer(callbacks=[nbflow.callbacks.LightningCallback()])`.

    Params are the module's hyperparameters, the optimizer's settings and the number of epochs, metrics what the module
    logs; the module's summary is kept as text. It goes to the active run. Without one, a run is started that is active
    while `fit` lasts: it ends as FINISHED, FAILED with the exception, or KILLED when it was interrupted.

    Parameters
    ----------
    log_every_n_epoch
        Between how many epochs the metrics are logged, the epoch being the step.
    log_every_n_step
        Between how many steps of the optimizer the metrics of the last batch are logged, as `<name>_step`; None is
        never.

    Raises
    ------
    InvalidInputError
        If one is below 1.
    MissingDependencyError
        If Lightning is not installed.
    """

    @classmethod
    def _library_base(cls) -> type:
        # The older package, where it is what the user works with: importing the other one takes seconds.
        names = sorted(_PACKAGES, key=lambda name: name not in sys.modules)
        package = next((name for name in names if importlib.util.find_spec(name.partition(".")[0]) is not None), None)
        if package is None:
            raise MissingDependencyError("lightning", "nbflow.callbacks.LightningCallback")
        return cast("type", importlib.import_module(f"{package}.callbacks").Callback)

    def __init__(self, log_every_n_epoch: int = 1, log_every_n_step: int | None = None) -> None:
        super().__init__()
        self._every_n_epoch = check_interval("log_every_n_epoch", log_every_n_epoch) or 1
        self._every_n_step = check_interval("log_every_n_step", log_every_n_step)
        self._run = CallbackRun("pytorch", active=True)
        self._before: set[str] = set()
        self._validated: set[str] = set()

    def __getstate__(self) -> dict[str, Any]:
        # Lightning gives each callback two methods of the module that is trained.
        return {name: value for name, value in super().__getstate__().items() if name not in ("log", "log_dict")}

    def on_fit_start(self, trainer: Any, pl_module: Any) -> None:
        """Log what is known beforehand."""
        self._validated = set()
        log = self._run.begin() if trainer.is_global_zero else None
        if log is None:
            return
        with log.piece("the params"):
            log.params({**_hyperparameters(pl_module), "epochs": trainer.max_epochs})
        with log.piece("the module's summary"):
            log.text(_summary(pl_module, type(self)), "model_summary.txt")

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        """Log how it is optimized."""
        log = self._writable(trainer)
        if log is not None and trainer.optimizers:
            with log.piece("the optimizer's settings"):
                optimizer = getattr(trainer.optimizers[0], "optimizer", trainer.optimizers[0])
                known = set(_hyperparameters(pl_module))
                settings = {"optimizer_name": type(optimizer).__name__, **optimizer.defaults}
                log.params({name: value for name, value in settings.items() if name not in known})

    def on_train_batch_end(self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:
        """Log the metrics of a batch."""
        if self._every_n_step is None or trainer.global_step % self._every_n_step:
            return
        metrics = trainer.callback_metrics
        names = {name for name in metrics if not name.endswith("_epoch")} - self._validated
        named = {name if name.endswith("_step") else f"{name}_step": metrics[name] for name in sorted(names)}
        self._log(trainer, list(named.items()), trainer.global_step)

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Log the metrics of an epoch of training."""
        metrics = trainer.callback_metrics
        names = set(metrics) - self._validated
        if self._every_n_step is not None:
            names = {name for name in names if not name.endswith("_step")}
        self._log_epoch(trainer, names)

    def on_validation_start(self, trainer: Any, pl_module: Any) -> None:
        """See which metrics there are already."""
        self._before = set(trainer.callback_metrics)

    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
        """Log the metrics of a validation."""
        if not trainer.sanity_checking:
            self._validated |= set(trainer.callback_metrics) - self._before
            self._log_epoch(trainer, self._validated)

    def on_test_end(self, trainer: Any, pl_module: Any) -> None:
        """Log the metrics of a test, to the run that the module was fitted in, if there is one."""
        if self._run.log is None and trainer.is_global_zero:
            self._run.begin()
            self._run.end()
        self._log(trainer, list(trainer.callback_metrics.items()), 0)

    def on_fit_end(self, trainer: Any, pl_module: Any) -> None:
        """End a run of its own."""
        self._run.end()

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        """End a run of its own, as the exception says."""
        self._run.end(exception)

    def _log_epoch(self, trainer: Any, names: Iterable[str]) -> None:
        if trainer.current_epoch % self._every_n_epoch == 0:
            self._log(
                trainer, [(name, trainer.callback_metrics[name]) for name in sorted(names)], trainer.current_epoch
            )

    def _log(self, trainer: Any, metrics: list[tuple[str, Any]], step: int) -> None:
        log = self._writable(trainer)
        if log is not None:
            with log.piece("the metrics"):
                log.metrics([(name, float(value)) for name, value in metrics], step)

    def _writable(self, trainer: Any) -> Recorder | None:
        return self._run.log if trainer.is_global_zero else None


def _hyperparameters(pl_module: Any) -> dict[str, Any]:
    return dict(getattr(pl_module, "hparams", {}))


def _summary(pl_module: Any, cls: type) -> str:
    package = next(name for name in _PACKAGES if any(base.__module__.startswith(f"{name}.") for base in cls.__mro__))
    return str(importlib.import_module(f"{package}.utilities.model_summary").ModelSummary(pl_module, max_depth=-1))
