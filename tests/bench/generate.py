"""Stores for the search benchmarks: written quickly, and shown to be what the API would have written."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

from tests.bench.synthetic import Spec, spec_of

__all__ = ["EXPERIMENT", "PARQUET", "RUN_IDS", "check_store", "make_mlflow", "make_store"]

EXPERIMENT = "search"
PARQUET = "runs.parquet"
RUN_IDS = "run_ids.txt"


def make_store(folder: str, n_runs: int, n_points: int) -> dict[str, Any]:
    """Write a store of many runs, and a Parquet of the table that they make.

    Returns
    -------
    facts : dict
        `experiment_id`, and `seconds` that the writing of the files took.
    """
    import time

    import pandas as pd

    import nbflow

    root = Path(folder) / "store"
    client = nbflow.Client(root)
    experiment_id = client.create_experiment(EXPERIMENT)
    began = time.perf_counter()
    place = os.fspath(root / experiment_id)
    columns: dict[str, list[Any]] = {}
    for number in range(n_runs):
        spec = spec_of(number, n_points)
        run_id = write_run(place, experiment_id, spec)
        row = _row(place, experiment_id, run_id, spec)
        for key in row.keys() - columns.keys():
            columns[key] = [None] * number
        for key, values in columns.items():
            values.append(row.get(key))
    seconds = time.perf_counter() - began
    table = pd.DataFrame(columns)
    for key in ("start_time", "end_time"):
        table[key] = pd.to_datetime(table[key], unit="ms", utc=True)
    first = ["run_id", "experiment_id", "status", "artifact_uri", "start_time", "end_time"]
    table = table[first + sorted(key for key in table.columns if key not in first)]
    table.to_parquet(Path(folder) / PARQUET)
    (Path(folder) / RUN_IDS).write_text("\n".join(table["run_id"]))
    if hasattr(os, "sync"):
        os.sync()  # what is measured next is not to wait for what was written here
    return {"experiment_id": experiment_id, "seconds": seconds, "columns": len(table.columns)}


def write_run(place: str, experiment_id: str, spec: Spec) -> str:
    """Write one run's files into its experiment's folder, as the API would, but without bringing them to the disk."""
    from nbflow.store import points
    from nbflow.store.events import Ended, Event, Key, ParamSet, Started, TagSet, encode
    from nbflow.store.layout import new_run_id, new_writer_name
    from nbflow.store.liveness import this_process

    me = this_process()
    run_id = new_run_id(spec.start_ms * 1_000_000)
    writer = f"{place}/{run_id}/log/{new_writer_name(me.host)}"
    ticks = iter(range(spec.start_ms * 1000, 1 << 60))
    user = spec.tags["mlflow.user"]
    events: list[Event] = [
        Started(next(ticks), run_id, experiment_id, spec.name, user, spec.start_ms, me.host, me.boot, me.pid)
    ]
    events += [TagSet(next(ticks), key, value) for key, value in spec.tags.items()]
    events += [ParamSet(next(ticks), key, value) for key, value in spec.params.items()]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(key for key, _, _ in spec.metrics))}
    events += [Key(next(ticks), number, key) for key, number in numbers.items()]
    events.append(Ended(next(ticks), spec.status, spec.end_ms, len(spec.metrics)))
    records = [points.pack(step, spec.end_ms, value, numbers[key]) for key, value, step in spec.metrics]
    os.mkdir(f"{place}/{run_id}")
    os.mkdir(f"{place}/{run_id}/log")
    for ending, data in ((".jsonl", b"".join(map(encode, events))), (".metrics", points.HEADER + b"".join(records))):
        fd = os.open(writer + ending, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0))
        os.write(fd, data)
        os.close(fd)
    return run_id


def _row(place: str, experiment_id: str, run_id: str, spec: Spec) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "experiment_id": experiment_id,
        "status": spec.status,
        "artifact_uri": os.path.join(place, run_id, "artifacts"),
        "start_time": spec.start_ms,
        "end_time": spec.end_ms,
        **{f"metrics.{key}": value for key, value, _ in spec.metrics},  # the last one stays
        **{f"params.{key}": value for key, value in spec.params.items()},
        **{f"tags.{key}": value for key, value in spec.tags.items()},
    }


def check_store(folder: str, experiment_id: str) -> str:
    """Compare the store with what the API writes, and with the Parquet; the index is built by this.

    Returns
    -------
    difference : str
        What differs; nothing when all is well.
    """
    import pandas as pd

    import nbflow

    theirs, ours = _one_run_each(Path(folder) / "check")
    if theirs != ours:
        return f"the API writes {theirs}, the benchmark {ours}"
    wanted = pd.read_parquet(Path(folder) / PARQUET).sort_values("run_id", ignore_index=True)
    client = nbflow.Client(Path(folder) / "store")
    found = pd.DataFrame(client.search_frame([experiment_id])).sort_values("run_id", ignore_index=True)
    found.attrs.clear()
    if set(found) != set(wanted):
        return f"the table of the store has other columns: {sorted(map(str, set(found) ^ set(wanted)))}"
    try:
        pd.testing.assert_frame_equal(found[list(wanted)], wanted, check_dtype=False)
    except AssertionError as exc:
        return f"the table of the store is not the Parquet: {exc}"
    return ""


def _one_run_each(root: Path) -> tuple[Any, Any]:
    import nbflow
    from nbflow.entities import Metric, Param

    spec = spec_of(1, 2)
    client = nbflow.Client(root)
    experiment_id = client.create_experiment(EXPERIMENT)
    by_api = client.create_run(experiment_id, spec.start_ms, spec.tags).info.run_id
    metrics = [Metric(key, value, spec.end_ms, step) for key, value, step in spec.metrics]
    client.log_batch(by_api, metrics, [Param(key, value) for key, value in spec.params.items()])
    client.set_terminated(by_api, spec.status, spec.end_ms)
    by_hand = write_run(os.fspath(root / experiment_id), experiment_id, spec)
    return _essence(root / experiment_id / by_api), _essence(root / experiment_id / by_hand)


def _essence(run: Path) -> Any:
    """Read a run's files, without what is never the same twice: ids, names of writers, logical times."""
    import json

    (events,), (points,) = (run / "log").glob("*.jsonl"), (run / "log").glob("*.metrics")
    lines = [json.loads(line) for line in events.read_text(encoding="utf-8").splitlines()]
    ordered = [line.pop("t") for line in lines]
    for line in lines:
        line.pop("run_id", None)
    return ordered == sorted(set(ordered)), lines, points.read_bytes().hex()


def make_mlflow(folder: str, n_runs: int, n_points: int) -> dict[str, Any]:
    """Log the first of the same runs with mlflow into SQLite, and a long history to one more.

    Returns
    -------
    facts : dict
        `uri`, `experiment_id`, `long_run`, `run_ids`.
    """
    import mlflow
    from mlflow.entities import Metric, Param, RunTag

    os.chdir(folder)
    database = Path(folder) / "mlflow.db"
    client = mlflow.MlflowClient(f"sqlite:///{database}")
    experiment_id = client.create_experiment(EXPERIMENT)
    run_ids = []
    for spec in (spec_of(number, 1) for number in range(n_runs)):
        run_id = client.create_run(experiment_id, spec.start_ms, spec.tags).info.run_id
        metrics = [Metric(key, value, spec.end_ms, step) for key, value, step in spec.metrics]
        params = [Param(key, value) for key, value in spec.params.items()]
        client.log_batch(run_id, metrics, params, [RunTag("bench", "search")])
        client.set_terminated(run_id, spec.status, spec.end_ms)
        run_ids.append(run_id)
    long_run = client.create_run("0").info.run_id
    client.log_metric(long_run, "loss", 1.0, 0, 0)
    # One row for each point, as mlflow itself writes them, but not one call for each.
    with sqlite3.connect(database) as connection:
        connection.executemany(
            "INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES ('loss', ?, ?, ?, ?, 0)",
            [(1 / step, step, long_run, step) for step in range(1, n_points)],
        )
    connection.close()
    return {"uri": f"sqlite:///{database}", "experiment_id": experiment_id, "long_run": long_run, "run_ids": run_ids}
