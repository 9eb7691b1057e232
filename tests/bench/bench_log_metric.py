"""What a training loop pays for one point of a metric."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any

from tests.bench.report import Row, Section, Target
from tests.bench.timing import Contender, Sample, Stage

__all__ = ["measure"]

_MANY = 2000


def one_write(folder: str) -> Sample:
    """Append the 32 bytes of a record to a file, in a process with another thread, as one that runs a run has.

    A system call on a file costs a tenth more when a process has more than one thread.
    """
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    fd = os.open(Path(folder) / "floor", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    record = bytes(32)

    def sample(_: Any) -> list[float]:
        began = time.perf_counter()
        for _step in range(_MANY):
            os.write(fd, record)
        return [(time.perf_counter() - began) / _MANY]

    return sample


def nbflow_log_metric(folder: str) -> Sample:
    """Log to the active run."""
    import nbflow

    nbflow.set_tracking_uri(Path(folder) / "nbflow")
    nbflow.start_run()
    steps = iter(range(1 << 60))

    def sample(_: Any) -> list[float]:
        first = next(steps) * _MANY
        began = time.perf_counter()
        for step in range(first, first + _MANY):
            nbflow.log_metric("loss", 0.25, step=step)
        return [(time.perf_counter() - began) / _MANY]

    return sample


def mlflow_log_metric(folder: str, uri: str) -> Sample:
    """Log to mlflow's active run."""
    import mlflow

    mlflow.set_tracking_uri(uri)
    os.chdir(folder)
    mlflow.start_run()
    steps = iter(range(1 << 60))

    def sample(_: Any) -> list[float]:
        seconds = []
        for step in [next(steps) for _ in range(5)]:
            began = time.perf_counter()
            mlflow.log_metric("loss", 0.25, step=step)
            seconds.append(time.perf_counter() - began)
        return seconds

    sample(None)
    return sample


def tensorboard_add_scalar(folder: str) -> Sample:
    """Hand a scalar to the writer, which keeps it in memory for a while."""
    import tensorboardX

    writer = tensorboardX.SummaryWriter(str(Path(folder) / "tensorboardX"))
    steps = iter(range(1 << 60))
    many = _MANY // 20

    def sample(_: Any) -> list[float]:
        first = next(steps) * many
        began = time.perf_counter()
        for step in range(first, first + many):
            writer.add_scalar("loss", 0.25, step)
        return [(time.perf_counter() - began) / many]

    return sample


def measure(folder: Path) -> Section:
    """Measure one point."""
    place = folder / "log_metric"
    place.mkdir()
    where = {"folder": str(place)}
    contenders = [
        Contender("os.write of 32 bytes", one_write, where, "floor"),
        Contender("nbflow.log_metric", nbflow_log_metric, where, "nbflow"),
        Contender("mlflow, SQLite", mlflow_log_metric, where | {"uri": f"sqlite:///{place}/mlflow.db"}, every=4),
        Contender("mlflow, files", mlflow_log_metric, where | {"uri": str(place / "mlruns")}, every=4),
        Contender("tensorboardX (in memory when it returns)", tensorboard_add_scalar, where),
    ]
    with Stage(contenders) as stage:
        row = Row("log_metric", stage.compare(100), Target(times=2))
    note = (
        "The system has it when the call returns: `kill -9` loses nothing. The floor's process has a second thread "
        "that sleeps, as nbflow's has (and any that trains): a system call on a file takes a tenth more then."
    )
    return Section("One point of a metric", note, [row])
