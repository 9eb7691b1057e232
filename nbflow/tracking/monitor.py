"""System metrics of the active run: a sampler's numbers, logged by a thread of their own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbflow.tracking.active import ActiveRun

__all__ = ["disable_system_metrics_logging", "enable_system_metrics_logging", "start_monitor"]

_ENV = "NBFLOW_LOG_SYSTEM_METRICS"


def enable_system_metrics_logging() -> None:
    """Sample system metrics in every run that is started from now on, here and in processes started from here."""
    os.environ[_ENV] = "true"


def disable_system_metrics_logging() -> None:
    """Sample no system metrics, unless `start_run` is told to."""
    os.environ.pop(_ENV, None)


def start_monitor(run: ActiveRun, *, wanted: bool | None) -> None:
    """Begin to sample system metrics for a run, when they are wanted.

    Parameters
    ----------
    run
        The run; its end ends the sampling.
    wanted
        Whether to; None asks the environment.
    """
    if wanted is None:
        wanted = os.environ.get(_ENV, "").lower() in ("1", "true", "yes", "on")
    if not wanted:
        return
    from nbflow.provenance import SystemMonitor, SystemSampler
    from nbflow.values import time_value

    log = run.log
    # A resumed run goes on where its steps ended.
    steps = [s.last[0] for key, s in log.state.metrics.items() if key.startswith("system/")]
    first = max(steps, default=-1) + 1

    def emit(sample: dict[str, float], step: int) -> None:
        now = time_value(None)
        log.points([(key, value, first + step, now) for key, value in sample.items()])

    run.monitor = SystemMonitor(SystemSampler(), run.client._store.settings.system_metrics_s, emit)  # noqa: SLF001
