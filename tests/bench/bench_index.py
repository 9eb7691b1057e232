"""The index: built from nothing, and brought up to date."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import Any

from tests.bench.report import Row, Section, Target
from tests.bench.timing import Contender, Sample, Stage, ask

__all__ = ["measure", "measure_growth"]


def few_stats(folder: str, experiment_id: str) -> Sample:
    """Look at what would show a change: the store, its folder, the experiment's, and its log."""
    root = Path(folder) / "store"
    looked_at = [str(root / "store.json"), str(root), str(root / experiment_id), str(root / experiment_id / "log")]

    def sample(_: Any) -> list[float]:
        began = time.perf_counter()
        for path in looked_at:
            os.stat(path)
        return [time.perf_counter() - began]

    return sample


def refresh(folder: str) -> Sample:
    """Bring the index up to date when nothing has changed."""
    import nbflow

    index = nbflow.Client(Path(folder) / "store")._store.index

    def sample(_: Any) -> list[float]:
        began = time.perf_counter()
        index.refresh()
        return [time.perf_counter() - began]

    sample(None)
    sample(None)
    return sample


def first_refresh(folder: str) -> Sample:
    """Open the index and bring it up to date, in a process that has imported nbflow and no more."""
    import nbflow

    def sample(_: Any) -> list[float]:
        began = time.perf_counter()
        nbflow.Client(Path(folder) / "store")._store.index.refresh()
        return [time.perf_counter() - began]

    return sample


def list_runs(folder: str, experiment_id: str) -> Sample:
    """List the folder that has got a new run."""
    place = Path(folder) / "store" / experiment_id

    def sample(_: Any) -> list[float]:
        began = time.perf_counter()
        os.listdir(place)
        return [time.perf_counter() - began]

    return sample


def refresh_after_a_run(folder: str, experiment_id: str) -> Sample:
    """Bring the index up to date when a run was made."""
    import nbflow

    client = nbflow.Client(Path(folder) / "store")
    index = client._store.index

    def sample(_: Any) -> list[float]:
        run = client.create_run(experiment_id)
        client.log_param(run.info.run_id, "learning_rate", 0.1)
        client.set_terminated(run.info.run_id)
        began = time.perf_counter()
        index.refresh()
        return [time.perf_counter() - began]

    sample(None)
    return sample


def read_everything(folder: str) -> Sample:
    """List every folder and read every file of the store, once."""
    root = os.path.join(folder, "store")

    def read(log: str) -> int:
        size = 0
        for name in os.listdir(log):
            fd = os.open(f"{log}/{name}", os.O_RDONLY)
            size += len(os.read(fd, 1 << 16))
            os.close(fd)
        return size

    def sample(_: Any) -> list[float]:
        began = time.perf_counter()
        for experiment_id in filter(str.isdecimal, os.listdir(root)):
            place = f"{root}/{experiment_id}"
            read(f"{place}/log")
            for run_id in os.listdir(place):
                if run_id != "log":
                    read(f"{place}/{run_id}/log")
        return [time.perf_counter() - began]

    return sample


def read_once(folder: str) -> list[float]:
    """Read everything, so that the system has it in memory: from a disk it would be the disk that is measured."""
    return read_everything(folder)(None)


def build(folder: str, n_runs: int) -> Sample:
    """Build the index from nothing, and count the runs in it."""
    import nbflow

    def sample(_: Any) -> list[float]:
        client = nbflow.Client(Path(folder) / "store")
        cache = client._store.settings.cache_dir
        assert cache is not None
        shutil.rmtree(cache, ignore_errors=True)
        began = time.perf_counter()
        found = client.count_runs()
        took = time.perf_counter() - began
        assert found == n_runs
        return [took]

    return sample


def measure(folder: Path, experiment_id: str, n_runs: int) -> Section:
    """Measure the index of a store as it is."""
    where = {"folder": str(folder)}
    in_store = where | {"experiment_id": experiment_id}
    stats = Contender("4 stat calls", few_stats, in_store, "floor")
    files = Contender("reading every file once", read_everything, where, "floor", fresh=True)
    rows = []
    with Stage([stats, Contender("nbflow", refresh, where, "nbflow")]) as stage:
        rows.append(Row("refresh, nothing changed", stage.compare(60), Target(at_most_s=0.005)))
    with Stage([stats, Contender("nbflow", first_refresh, where, "nbflow", fresh=True)]) as stage:
        rows.append(Row("the first refresh of a process", stage.compare(10)))
    ask(read_once, **where)
    with Stage([files, Contender("nbflow", build, where | {"n_runs": n_runs}, "nbflow", fresh=True)]) as stage:
        rows.append(Row("cold: the index made anew", stage.compare(4), Target(times=2), with_memory=True))
    note = (
        "Reading every file, each once, and listing every folder is the floor of making the index anew; files and "
        "folders are in the system's memory. Memory is the most that the process had at once."
    )
    return Section(f"The index of {n_runs:,} runs", note, rows)


def measure_growth(folder: Path, experiment_id: str, n_runs: int) -> Section:
    """Measure what a new run costs the next search; it leaves runs behind in the store."""
    in_store = {"folder": str(folder), "experiment_id": experiment_id}
    contenders = [
        Contender("listing the experiment's folder", list_runs, in_store, "floor"),
        Contender("nbflow", refresh_after_a_run, in_store, "nbflow"),
    ]
    with Stage(contenders) as stage:
        rows = [Row("refresh, one run is new", stage.compare(20))]
    return Section(f"The index of {n_runs:,} runs, growing", "What a run costs the next search.", rows)
