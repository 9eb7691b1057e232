"""Searching a store of many runs: the index, the best hundred, the whole table, one run."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from tests.bench import bench_index
from tests.bench.generate import EXPERIMENT, PARQUET, RUN_IDS, check_store, make_mlflow, make_store
from tests.bench.queries import QUERIES
from tests.bench.report import Row, Section, Target
from tests.bench.timing import AbsentError, Contender, Sample, Stage, ask

__all__ = ["measure"]

_LIMIT = 100


def duckdb_query(folder: str) -> Sample:
    """Run SQL on the Parquet, the connection being open, and take the rows as a DataFrame."""
    import duckdb

    connection = duckdb.connect()
    parquet = str(Path(folder) / PARQUET)

    def sample(number: Any) -> list[float]:
        began = time.perf_counter()
        connection.execute(QUERIES[number].sql(parquet, _LIMIT)).df()
        return [time.perf_counter() - began]

    sample(0)
    return sample


def nbflow_frame(folder: str) -> Sample:
    """Search, to a RunFrame."""
    import nbflow

    nbflow.set_tracking_uri(Path(folder) / "store")
    nbflow.set_experiment(EXPERIMENT)

    def sample(number: Any) -> list[float]:
        query = QUERIES[number]
        order = [query.order] if query.order else None
        began = time.perf_counter()
        nbflow.search_runs(filter_string=query.filter, order_by=order, max_results=_LIMIT)
        return [time.perf_counter() - began]

    sample(0)
    return sample


def nbflow_records(folder: str, experiment_id: str) -> Sample:
    """Search, to a list of records."""
    import nbflow

    client = nbflow.Client(Path(folder) / "store")

    def sample(number: Any) -> list[float]:
        query = QUERIES[number]
        order = [query.order] if query.order else None
        began = time.perf_counter()
        client.search_runs([experiment_id], query.filter, 1, _LIMIT, order)
        return [time.perf_counter() - began]

    sample(0)
    return sample


def mlflow_frame(folder: str, uri: str, **_: Any) -> Sample:
    """Search with mlflow, to a DataFrame."""
    import mlflow

    os.chdir(folder)
    mlflow.set_tracking_uri(uri)

    def sample(number: Any) -> list[float]:
        query = QUERIES[number]
        order = [query.order] if query.order else None
        began = time.perf_counter()
        mlflow.search_runs(
            experiment_names=[EXPERIMENT], filter_string=query.filter, order_by=order, max_results=_LIMIT
        )
        return [time.perf_counter() - began]

    sample(0)
    return sample


def check_answers(folder: str) -> list[str]:
    """Compare what nbflow and DuckDB find.

    Returns
    -------
    differing : list of str
        The searches with another answer, order included.
    """
    import duckdb

    import nbflow

    nbflow.set_tracking_uri(Path(folder) / "store")
    connection = duckdb.connect()
    differing = []
    for query in QUERIES:
        order = [query.order] if query.order else None
        ours = nbflow.search_runs(
            filter_string=query.filter, order_by=order, max_results=_LIMIT, experiment_names=[EXPERIMENT]
        )
        theirs = connection.execute(query.sql(str(Path(folder) / PARQUET), _LIMIT)).df()
        if list(ours["run_id"]) != list(theirs["run_id"]):
            differing.append(query.what)
    return differing


def read_parquet(folder: str) -> Sample:
    """Read the Parquet with pandas."""
    import pandas as pd

    path = Path(folder) / PARQUET

    def sample(_: Any) -> list[float]:
        began = time.perf_counter()
        table = pd.read_parquet(path)
        took = time.perf_counter() - began
        del table
        return [took]

    sample(None)
    return sample


def nbflow_table(folder: str, n_runs: int) -> Sample:
    """Search for all, to a RunFrame."""
    import nbflow

    nbflow.set_tracking_uri(Path(folder) / "store")
    nbflow.set_experiment(EXPERIMENT)

    def sample(_: Any) -> list[float]:
        began = time.perf_counter()
        runs = nbflow.search_runs(max_results=n_runs)
        took = time.perf_counter() - began
        assert len(runs) == n_runs
        return [took]

    sample(None)
    return sample


def mlflow_table(folder: str, uri: str, **_: Any) -> Sample:
    """Search for all with mlflow, to a DataFrame."""
    import mlflow

    os.chdir(folder)
    mlflow.set_tracking_uri(uri)

    def sample(_: Any) -> list[float]:
        began = time.perf_counter()
        mlflow.search_runs(experiment_names=[EXPERIMENT])
        return [time.perf_counter() - began]

    sample(None)
    return sample


def read_files(folder: str, experiment_id: str) -> Sample:
    """List the log of a run and read its files."""
    run_ids = _some_run_ids(folder)
    place = os.path.join(folder, "store", experiment_id)

    def sample(_: Any) -> list[float]:
        seconds = []
        for run_id in [next(run_ids) for _ in range(20)]:
            began = time.perf_counter()
            log = f"{place}/{run_id}/log"
            for name in os.listdir(log):
                fd = os.open(f"{log}/{name}", os.O_RDONLY)
                os.read(fd, 1 << 16)
                os.close(fd)
            seconds.append(time.perf_counter() - began)
        return seconds

    return sample


def nbflow_get_run(folder: str) -> Sample:
    """Get a run by id, always another one."""
    import nbflow

    nbflow.set_tracking_uri(Path(folder) / "store")
    run_ids = _some_run_ids(folder)

    def sample(_: Any) -> list[float]:
        seconds = []
        for run_id in [next(run_ids) for _ in range(20)]:
            began = time.perf_counter()
            nbflow.get_run(run_id)
            seconds.append(time.perf_counter() - began)
        return seconds

    return sample


def _some_run_ids(folder: str) -> Any:
    import itertools
    import random

    run_ids = (Path(folder) / RUN_IDS).read_text().split()
    random.Random(1).shuffle(run_ids)
    return itertools.cycle(run_ids)


def mlflow_get_run(folder: str, uri: str, run_ids: list[str], **_: Any) -> Sample:
    """Get a run by id with mlflow."""
    import mlflow

    os.chdir(folder)
    client = mlflow.MlflowClient(uri)
    numbers = iter(range(1 << 60))

    def sample(_: Any) -> list[float]:
        seconds = []
        for number in [next(numbers) for _ in range(3)]:
            began = time.perf_counter()
            client.get_run(run_ids[number % len(run_ids)])
            seconds.append(time.perf_counter() - began)
        return seconds

    sample(None)
    return sample


def measure(folder: Path, n_runs: int, n_points: int, n_peer_runs: int) -> list[Section]:
    """Measure everything about a store of many runs.

    Raises
    ------
    RuntimeError
        If the store is not what it should be, or a search finds something else than DuckDB does.
    """
    where = {"folder": str(folder)}
    facts = ask(make_store, **where, n_runs=n_runs, n_points=n_points)
    in_store = where | {"experiment_id": facts["experiment_id"]}
    if difference := ask(check_store, **in_store):
        raise RuntimeError(difference)
    try:
        if differing := ask(check_answers, **where):
            raise RuntimeError(f"DuckDB finds other runs: {', '.join(differing)}")
    except AbsentError:
        pass
    peer = _mlflow(where, n_peer_runs)
    return [
        Section(
            f"The best {_LIMIT} of {n_runs:,} runs",
            f"Rows as a DataFrame of {facts['columns']} columns. The floor is DuckDB on a Parquet of the same table, "
            "the connection being open; the answers were compared, order included. Each search of nbflow's first "
            "brings the index up to date.",
            _searches(in_store, peer, n_peer_runs),
        ),
        Section(
            f"{n_runs:,} runs, other questions",
            "Reading the Parquet with pandas is the floor of the whole table; listing and reading the run's files that "
            "of one run, always another one.",
            _tables(in_store, peer, n_runs, n_peer_runs),
        ),
        bench_index.measure(folder, facts["experiment_id"], n_runs),
        bench_index.measure_growth(folder, facts["experiment_id"], n_runs),  # last: it adds runs
    ]


def _mlflow(where: dict[str, str], n_runs: int) -> dict[str, Any]:
    try:
        facts: dict[str, Any] = ask(make_mlflow, **where, n_runs=n_runs, n_points=1)
    except AbsentError:
        facts = {"uri": "", "run_ids": []}
    return where | facts


def _searches(in_store: dict[str, str], peer: dict[str, Any], n_peer_runs: int) -> list[Row]:
    where = {"folder": in_store["folder"]}
    mlflow = f"mlflow, SQLite, {n_peer_runs:,} runs"
    contenders = [
        Contender("DuckDB on Parquet", duckdb_query, where, "floor"),
        Contender("nbflow, RunFrame", nbflow_frame, where, "nbflow"),
        Contender("nbflow, records", nbflow_records, in_store, "nbflow", judged=False),
        Contender(mlflow, mlflow_frame, peer, every=4),
    ]
    rows = []
    with Stage(contenders) as stage:
        for number, query in enumerate(QUERIES):
            without = () if query.mlflow else (mlflow,)
            rows.append(Row(query.what, stage.compare(20, number, without=without), Target(times=1)))
    return rows


def _tables(in_store: dict[str, str], peer: dict[str, Any], n_runs: int, n_peer_runs: int) -> list[Row]:
    where = {"folder": in_store["folder"]}
    mlflow = f"mlflow, SQLite, {n_peer_runs:,} runs"
    table = [
        Contender("pandas.read_parquet", read_parquet, where, "floor"),
        Contender("nbflow.search_runs", nbflow_table, where | {"n_runs": n_runs}, "nbflow"),
        Contender(mlflow, mlflow_table, peer, every=4),
    ]
    one = [
        Contender("reading its files", read_files, in_store, "floor"),
        Contender("nbflow.get_run", nbflow_get_run, where, "nbflow"),
        Contender(mlflow, mlflow_get_run, peer, every=4),
    ]
    rows = []
    with Stage(table) as stage:
        rows.append(Row("all runs as a DataFrame", stage.compare(8), Target(times=10), with_memory=True))
    with Stage(one) as stage:
        rows.append(Row("one run", stage.compare(40)))
    return rows
