"""A whole small run: started, 10 params, 10 metrics, ended and on the disk."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from tests.bench.report import Row, Section, Target
from tests.bench.timing import Contender, Sample, Stage

__all__ = ["measure"]

_PARAMS = {f"param_{i}": i * 0.1 for i in range(10)}
_METRICS = {f"metric_{i}": i * 0.1 for i in range(10)}
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_BINARY", 0)


def by_hand(folder: str, single: bool) -> Sample:
    """Write the very files of a run of nbflow's, with a write for each call and the same things brought to the disk."""
    place = Path(folder) / "floor"
    place.mkdir(parents=True)
    lines, numbers = _files_of_a_run(Path(folder) / "model")
    events = _pieces(lines, single=single)
    points = [numbers[i : i + 32] for i in range(0, len(numbers), 32)] if single else [numbers]
    number = iter(range(1 << 60))

    def sample(_: Any) -> list[float]:
        seconds = []
        for name in [f"{next(number):032x}" for _ in range(3)]:
            began = time.perf_counter()
            _write_run(place, name, events, points)
            seconds.append(time.perf_counter() - began)
        return seconds

    return sample


def _write_run(place: Path, name: str, events: list[bytes], points: list[bytes]) -> None:
    run = f"{place}/{name}"
    log = f"{run}/log"
    os.mkdir(run)
    os.mkdir(log)
    events_fd = os.open(f"{log}/writer.jsonl", _APPEND)
    for piece in events:
        os.write(events_fd, piece)
    points_fd = os.open(f"{log}/writer.metrics", _APPEND)
    for piece in points:
        os.write(points_fd, piece)
    os.fsync(events_fd)
    os.fsync(points_fd)
    for each in (log, run, str(place)) if os.name != "nt" else ():
        fd = os.open(each, os.O_RDONLY)
        os.fsync(fd)
        os.close(fd)
    os.close(events_fd)
    os.close(points_fd)


def _files_of_a_run(store: Path) -> tuple[list[bytes], bytes]:
    import nbflow

    nbflow.set_tracking_uri(store)
    with nbflow.start_run() as run:
        nbflow.log_params(_PARAMS)
        nbflow.log_metrics(_METRICS)
    log = store / "0" / run.run_id / "log"
    (events,), (points,) = log.glob("*.jsonl"), log.glob("*.metrics")
    return events.read_bytes().splitlines(keepends=True), points.read_bytes()


def _pieces(lines: list[bytes], *, single: bool) -> list[bytes]:
    """Put together what one call writes: the start with its tags, all params, all keys, the end."""
    pieces: list[bytes] = []
    last = b""
    for line in lines:
        kind = line.split(b'"')[3]
        together = kind == b"tag" or (kind == last and not single)
        if together:
            pieces[-1] += line
        else:
            pieces.append(line)
        last = kind
    return pieces


def nbflow_run(folder: str, single: bool) -> Sample:
    """Make a run with nbflow."""
    import nbflow

    nbflow.set_tracking_uri(Path(folder) / "nbflow")

    def run() -> None:
        with nbflow.start_run():
            if single:
                for key, param in _PARAMS.items():
                    nbflow.log_param(key, param)
                for key, metric in _METRICS.items():
                    nbflow.log_metric(key, metric)
            else:
                nbflow.log_params(_PARAMS)
                nbflow.log_metrics(_METRICS)

    return _times(run, 3)


def mlflow_run(folder: str, uri: str, single: bool) -> Sample:
    """Make a run with mlflow."""
    import mlflow

    Path(folder).mkdir(parents=True, exist_ok=True)
    os.chdir(folder)
    mlflow.set_tracking_uri(uri)

    def run() -> None:
        with mlflow.start_run():
            if single:
                for key, param in _PARAMS.items():
                    mlflow.log_param(key, param)
                for key, metric in _METRICS.items():
                    mlflow.log_metric(key, metric)
            else:
                mlflow.log_params(_PARAMS)
                mlflow.log_metrics(_METRICS)

    return _times(run, 1)


def tensorboard_run(folder: str) -> Sample:
    """Make a run with tensorboardX, which knows single values only."""
    import tensorboardX

    number = iter(range(1 << 60))

    def run() -> None:
        writer = tensorboardX.SummaryWriter(str(Path(folder) / "tensorboardX" / str(next(number))))
        for key, param in _PARAMS.items():
            writer.add_text(key, str(param))
        for key, metric in _METRICS.items():
            writer.add_scalar(key, metric)
        writer.close()

    return _times(run, 1)


def _times(run: Any, count: int) -> Sample:
    def sample(_: Any) -> list[float]:
        seconds = []
        for _number in range(count):
            began = time.perf_counter()
            run()
            seconds.append(time.perf_counter() - began)
        return seconds

    run()
    return sample


def measure(folder: Path) -> Section:
    """Measure whole runs: on the disk, and where there is a disk in memory, whose `fsync` costs nothing, there too."""
    rows = []
    for single in (False, True):
        place = folder / ("single" if single else "batch")
        calls = "20 single calls" if single else "log_params, log_metrics"
        rows.append(Row(f"a whole run, {calls}", _compare(place, single=single, peers=True), Target(times=2)))
    memory = Path("/dev/shm")  # noqa: S108 (made with a name of its own below)
    if memory.is_dir() and os.access(memory, os.W_OK):
        import tempfile

        for single in (False, True):
            calls = "20 single calls" if single else "log_params, log_metrics"
            with tempfile.TemporaryDirectory(dir=memory, prefix="nbflow-bench-") as place_in_memory:
                figures = _compare(Path(place_in_memory), single=single, peers=False)
            rows.append(Row(f"the same in memory, {calls}", figures))
    note = (
        "10 params and 10 metrics, started and ended. The floor writes the same files by hand: same folders, same "
        "bytes, one write for each call, the same `fsync` of files and folders at the end. In memory (`/dev/shm`) "
        "`fsync` costs nothing: what is left is the work of the processor."
    )
    return Section("A whole run", note, rows)


def _compare(place: Path, *, single: bool, peers: bool) -> Any:
    options = {"folder": str(place), "single": single}
    contenders = [
        Contender("the same files by hand", by_hand, options, "floor"),
        Contender("nbflow", nbflow_run, options, "nbflow"),
    ]
    if peers:
        sqlite = {"folder": str(place / "mlflow"), "single": single, "uri": f"sqlite:///{place}/mlflow/mlflow.db"}
        files = {"folder": str(place / "mlflow"), "single": single, "uri": str(place / "mlflow" / "mlruns")}
        contenders += [
            Contender("mlflow, SQLite", mlflow_run, sqlite, every=3),
            Contender("mlflow, files", mlflow_run, files, every=3),
        ]
        if single:
            contenders.append(Contender("tensorboardX", tensorboard_run, {"folder": str(place)}, every=3))
    with Stage(contenders) as stage:
        return stage.compare(60)
