"""The whole history of a metric, as arrays."""

from __future__ import annotations

import importlib
import os
import time
from pathlib import Path
from typing import Any

from tests.bench.report import Row, Section, Target
from tests.bench.timing import AbsentError, Contender, Sample, Stage, ask

__all__ = ["measure"]

_POINTS = 1_000_000
_PEER_POINTS = 100_000
_BEGIN_MS = 1_735_689_600_000
_DTYPE = [("step", "<i8"), ("time", "<i8"), ("value", "<f8"), ("key", "<u4"), ("reserved", "<u4")]


def make_runs(folder: str) -> dict[str, str]:
    """Log a million points of one metric to one run, and a million of each of two metrics in turn to another.

    Returns
    -------
    run_ids : dict
        By how many metrics the run has.
    """
    import nbflow
    from nbflow.entities import Metric

    client = nbflow.Client(Path(folder) / "store")
    run_ids = {}
    for keys in (["loss"], ["loss", "accuracy"]):
        run_id = client.create_run("0").info.run_id
        for first in range(0, _POINTS, 100_000):
            steps = range(first + 1, first + 100_001)
            metrics = [Metric(key, 1 / step, _BEGIN_MS + step, step) for step in steps for key in keys]
            client.log_batch(run_id, metrics)
        client.set_terminated(run_id)
        run_ids[str(len(keys))] = run_id
    return run_ids


def from_file(folder: str, run_id: str) -> Sample:
    """Read the file with numpy, and when it has several metrics take the columns of one out."""
    import numpy as np

    (path,) = (Path(folder) / "store" / "0" / run_id / "log").glob("*.metrics")

    def sample(several: Any) -> list[float]:
        began = time.perf_counter()
        records = np.fromfile(path, _DTYPE, offset=32)
        if several:
            of_key = records["key"] == 0
            columns = [records[name][of_key] for name in ("step", "time", "value")]
            assert len(columns[0]) == _POINTS
        took = time.perf_counter() - began
        return [took]

    return sample


def nbflow_arrays(folder: str, run_id: str) -> Sample:
    """Ask for the arrays; the run was looked at before."""
    import nbflow

    client = nbflow.Client(Path(folder) / "store")

    def sample(_: Any) -> list[float]:
        began = time.perf_counter()
        history = client.get_metric_arrays(run_id, "loss")
        took = time.perf_counter() - began
        assert len(history) == _POINTS
        return [took]

    sample(None)
    return sample


def nbflow_first_arrays(folder: str, run_id: str) -> Sample:
    """Ask for the arrays of a run that this process has not looked at; numpy is loaded."""
    importlib.import_module("numpy")
    import nbflow

    def sample(_: Any) -> list[float]:
        client = nbflow.Client(Path(folder) / "store")
        began = time.perf_counter()
        history = client.get_metric_arrays(run_id, "loss")
        took = time.perf_counter() - began
        assert len(history) == _POINTS
        return [took]

    return sample


def make_mlflow_files(folder: str) -> dict[str, str]:
    """Write a long history into mlflow's file store.

    Returns
    -------
    facts : dict
        `uri` and `long_run`.
    """
    import mlflow

    root = Path(folder) / "mlruns"
    client = mlflow.MlflowClient(str(root))
    run_id = client.create_run("0").info.run_id
    client.log_metric(run_id, "loss", 1.0, 0, 0)
    with (root / "0" / run_id / "metrics" / "loss").open("a") as file:
        file.writelines(f"{step} {1 / step} {step}\n" for step in range(1, _PEER_POINTS))
    return {"uri": str(root), "long_run": run_id}


def mlflow_history(folder: str, uri: str, long_run: str) -> Sample:
    """Ask mlflow for a history."""
    import mlflow

    os.chdir(folder)
    client = mlflow.MlflowClient(uri)

    def sample(_: Any) -> list[float]:
        began = time.perf_counter()
        history = client.get_metric_history(long_run, "loss")
        took = time.perf_counter() - began
        assert len(history) == _PEER_POINTS
        return [took]

    sample(None)
    return sample


def measure(folder: Path) -> Section:
    """Measure long histories."""
    from tests.bench.generate import make_mlflow

    where = {"folder": str(folder)}
    run_ids = ask(make_runs, **where)
    peers = []
    try:
        facts = ask(make_mlflow, **where, n_runs=0, n_points=_PEER_POINTS)
        sqlite = where | {"uri": facts["uri"], "long_run": facts["long_run"]}
        peers.append(Contender(f"mlflow, SQLite, {_PEER_POINTS:,} points", mlflow_history, sqlite, every=5))
        files = where | ask(make_mlflow_files, **where)
        peers.append(Contender(f"mlflow, files, {_PEER_POINTS:,} points", mlflow_history, files, every=5))
    except AbsentError:
        peers.append(Contender("mlflow", mlflow_history, where | {"uri": "", "long_run": ""}))
    rows = []
    for count, run_id in run_ids.items():
        options = where | {"run_id": run_id}
        title = "history of 1,000,000 points" + ("" if count == "1" else ", another metric's between them")
        contenders = [
            Contender("numpy.fromfile", from_file, options, "floor"),
            Contender("nbflow, arrays", nbflow_arrays, options, "nbflow"),
        ]
        with Stage(contenders + (peers if count == "1" else [])) as stage:
            rows.append(Row(title, stage.compare(30, count != "1"), Target(times=3)))
        first = [
            Contender("numpy.fromfile, once", from_file, options, "floor", fresh=True),
            Contender("nbflow, first look at the run", nbflow_first_arrays, options, "nbflow", fresh=True),
        ]
        with Stage(first) as stage:
            rows.append(Row(f"{title}; first look", stage.compare(15, count != "1"), Target(times=3)))
    note = (
        "Ordered by time, step and value, as three arrays; the floor reads the same file, the pages being in memory. "
        "The first look is each time that of a new process, with numpy loaded, for the floor too: memory that a "
        "process has not had before takes the system longer to give than the file to read."
    )
    return Section("History of a metric", note, rows)
