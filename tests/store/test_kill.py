"""`kill -9` at random moments: what a call acknowledged is there, and nothing is unreadable."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nbflow.store.fold import RunState

if TYPE_CHECKING:
    from nbflow import Client

# How many processes die, and how many of them one after the other in one store.
KILLS = 200
IN_ONE_STORE = 20
SEED = int(os.environ.get("NBFLOW_KILL_SEED", "20240229"))

# Logs without end, and says so of each thing once the call has returned. It learns from its standard input when to
# begin, so that many can be started ahead.
LOGGER = """
import json, os, random, sys
import nbflow
from nbflow.entities import Metric, Param, RunTag

rng = random.Random(sys.stdin.readline())
client = nbflow.Client(sys.argv[1])
nbflow.set_tracking_uri(sys.argv[1])

def done(*what):
    os.write(1, (json.dumps(what) + "\\n").encode())

def log_something(run_id, n):
    match rng.randrange(8):
        case 0:
            nbflow.log_param(f"p{n}", n)
            done("param", run_id, f"p{n}", str(n))
        case 1 | 2:
            nbflow.log_metric("loss", n + 0.5, step=n)
            done("points", run_id, [["loss", n + 0.5, n]])
        case 3:
            nbflow.log_metrics({"a": n, f"b{n % 5}": -n}, step=n)
            done("points", run_id, [["a", n, n], [f"b{n % 5}", -n, n]])
        case 4:
            nbflow.set_tag("t", n)
            done("tag", run_id, "t", n)
        case 5:
            points = [Metric("many", i / 7, 1, n) for i in range(rng.choice([3, 3000]))]
            client.log_batch(run_id, points, [Param(f"q{n}", "x" * n)], [RunTag("u", str(n))])
            done("points", run_id, [["many", point.value, n] for point in points])
            done("param", run_id, f"q{n}", "x" * n)
            done("tag", run_id, "u", n)
        case 6:
            client.log_text(run_id, "text " * n, f"notes/{n}.txt")
            done("artifact", run_id, f"notes/{n}.txt", "text " * n)
        case 7:
            with nbflow.start_run(nested=True, run_name=f"child {n}") as child:
                done("started", child.run_id)
            done("ended", child.run_id)

n = 0
while True:
    with nbflow.start_run() as run:
        done("started", run.run_id)
        for _ in range(rng.randrange(20)):
            log_something(run.run_id, n := n + 1)
    done("ended", run.run_id)
"""


@pytest.fixture
def logger(tmp_path: Path) -> Path:
    script = tmp_path / "logger.py"
    script.write_text(LOGGER, encoding="utf-8")
    return script


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path, logger: Path, another: Callable[[Path], Client]) -> None:
    rng = random.Random(SEED)
    next_logger = start(logger, tmp_path / "store 0")
    for i in range(KILLS):
        process = next_logger
        store = tmp_path / f"store {i // IN_ONE_STORE}"
        next_logger = start(logger, tmp_path / f"store {(i + 1) // IN_ONE_STORE}")
        acknowledged = kill_at_some_moment(process, rng)

        with where(i):
            check_everything_is_there(another(store), acknowledged)
            check_every_log_is_whole(another(store))
            if i % IN_ONE_STORE == IN_ONE_STORE - 1:
                check_the_search_finds_all(another(store))
                shutil.rmtree(store)
    next_logger.kill()
    next_logger.communicate()


def start(logger: Path, store: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-E", str(logger), str(store)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


def kill_at_some_moment(process: subprocess.Popen[bytes], rng: random.Random) -> list[list[Any]]:
    assert process.stdin is not None
    assert process.stdout is not None
    # Some die while they make their store; most when they have said a few times that they logged something.
    wait_for, delay_s = rng.choice([0, 1, 1, 5, 20]), rng.random() * rng.choice([0.001, 0.01, 0.03])
    process.stdin.write(f"{rng.random()}\n".encode())
    process.stdin.flush()
    lines = [process.stdout.readline() for _ in range(wait_for)]
    if not wait_for:
        # What an interpreter takes to get from its first line of input into the library.
        delay_s *= 2
    time.sleep(delay_s)
    process.kill()
    whole = (b"".join(lines) + process.stdout.read()).rpartition(b"\n")[0]
    process.communicate()
    return [json.loads(line) for line in whole.splitlines()]


@contextlib.contextmanager
def where(i: int) -> Any:
    try:
        yield
    except BaseException as exc:
        exc.add_note(f"after kill {i}; set NBFLOW_KILL_SEED={SEED} to have the same kills")
        raise


def check_everything_is_there(client: Client, acknowledged: list[list[Any]]) -> None:
    points: dict[str, Counter[tuple[str, float, int]]] = {}
    runs = {run_id: client.get_run(run_id) for _, run_id, *_ in acknowledged}
    for kind, run_id, *what in acknowledged:
        run = runs[run_id]
        match kind:
            case "param":
                assert run.params[what[0]] == what[1]
            case "tag":  # a later call may have got through and not come to say so
                assert int(run.tags[what[0]]) >= what[1]
            case "points":
                points.setdefault(run_id, Counter()).update((key, float(value), step) for key, value, step in what[0])
            case "artifact":
                assert client.read_artifact(run_id, what[0]) == what[1].encode()
            case "started":
                assert run.info.start_time > 0
            case "ended":
                assert run.status == "FINISHED"
                assert run.info.end_time is not None
    for run_id, expected in points.items():
        found = Counter(
            (key, point.value, point.step)
            for key in {key for key, _, _ in expected}
            for point in client.get_metric_history(run_id, key)
        )
        assert expected <= found
        # Nothing twice, and beside what was acknowledged only the one call that a kill interrupted.
        assert len({step for _, _, step in found - expected}) <= 1
    for run_id in runs.keys() - {run_id for kind, run_id, *_ in acknowledged if kind == "ended"}:
        assert runs[run_id].status in ("KILLED", "FINISHED")


def check_every_log_is_whole(client: Client) -> None:
    """At worst the last line and the last record are torn."""
    store = client._store
    for experiment_id in store.reader.experiments():
        for news in store.reader.experiment_news(experiment_id, {}):
            assert news.damaged == 0
        for run_id in store.reader.runs(experiment_id):
            state = RunState(run_id, experiment_id)
            for news in store.reader.run_news(experiment_id, run_id, {}):
                state.take(news)
            assert sum(cursor.damaged for cursor in state.files.values()) == 0
            assert state.missing_points == 0


def check_the_search_finds_all(client: Client) -> None:
    runs = client.search_runs(["0"], run_view_type=3, max_results=50_000)

    store = client._store
    started = [run_id for run_id in store.reader.runs("0") if (store.layout.run("0", run_id) / "log").is_dir()]
    states = {run_id: client._store._new_log("0", run_id) for run_id in started}
    assert {run.run_id for run in runs} == {run_id for run_id, log in states.items() if exists(log)}
    assert all(run == client.get_run(run.run_id) for run in runs)


def exists(log: Any) -> bool:
    log._take_news()
    return bool(log.state.exists)
