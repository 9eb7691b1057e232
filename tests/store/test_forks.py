"""A forked child logs into files of its own, and what is its parent's stays its parent's."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from nbflow import Client

    Another = Callable[[Path], Client]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")

PREAMBLE = """
import os, sys, threading, time
import nbflow
from nbflow import Client

nbflow.set_tracking_uri(sys.argv[1])

def fork(work, leave=os._exit):
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            leave(code)
    return pid

def wait(pid):
    assert os.waitpid(pid, 0)[1] == 0

def log(who, n):
    for i in range(n):
        nbflow.log_metric("loss", who * 1000 + i, step=i)
        if i % 10 == 0:
            nbflow.log_param(f"{who}.{i}", i)
            nbflow.set_tag(f"{who}", i)
            nbflow.log_metrics({"a": who * 1000 + i, f"only {who}": i}, step=i)
"""


def run_script(root: Path, script: str) -> list[str]:
    """Run a script in a process of its own, and give what it printed."""
    # The warning is Python's, of forking where there are threads: that is what is tried here.
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", f"{PREAMBLE}\n{script}", str(root)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (run.stderr, run.returncode) == ("", 0)
    return run.stdout.split()


def values(client: Client, run_id: str, key: str) -> list[float]:
    return sorted(point.value for point in client.get_metric_history(run_id, key))


def pids(log: Path) -> dict[str, set[int]]:
    """Say for each process which thousands stand in its files."""
    found: dict[str, set[int]] = {}
    for file in log.glob("*.metrics"):
        records = struct.iter_unpack("<qqdII", file.read_bytes()[32:])
        found.setdefault(file.stem.split("-")[-2], set()).update(int(value) // 1000 for _, _, value, _, _ in records)
    return found


@pytest.mark.parametrize("leave", ["os._exit", "sys.exit"])
def test_parent_and_child_log_to_one_run(tmp_path: Path, another: Another, leave: str) -> None:
    (run_id, parent, child, status) = run_script(
        tmp_path,
        f"""
run = nbflow.start_run()
log(1, 50)
child = fork(lambda: log(2, 100), {leave})
log(3, 100)
wait(child)
print(run.run_id, os.getpid(), child, run.status)
log(4, 50)
nbflow.end_run()
""",
    )

    client = another(tmp_path)
    run = client.get_run(run_id)
    assert (status, run.status) == ("RUNNING", "FINISHED")
    counts = {1: 50, 2: 100, 3: 100, 4: 50}
    assert values(client, run_id, "loss") == [1000 * who + i for who, n in counts.items() for i in range(n)]
    assert values(client, run_id, "a") == [1000 * who + i for who, n in counts.items() for i in range(0, n, 10)]
    assert run.params == {f"{who}.{i}": str(i) for who, n in counts.items() for i in range(0, n, 10)}
    assert {str(who): run.tags[str(who)] for who in counts} == {str(who): str(n - 10) for who, n in counts.items()}
    assert [run] == client.search_runs(["0"])
    per_process = pids(tmp_path / "0" / run_id / "log")
    assert per_process[parent] & {2} == set()
    assert per_process[child] == {0, 2}  # of "only 2", 0


def test_what_a_child_starts_is_its_own(tmp_path: Path, another: Another) -> None:
    """It ends with the child, when that ends in the usual way."""
    (run_id,) = run_script(
        tmp_path,
        """
def work():
    nbflow.start_run(nested=True, run_name="child")
    nbflow.log_metric("m", 1.0)

run = nbflow.start_run(run_name="parent")
wait(fork(work, sys.exit))
wait(fork(lambda: nbflow.start_run(nested=True, run_name="broken off")))
assert nbflow.active_run() is run
assert run.status == "RUNNING"
nbflow.end_run()
print(run.run_id)
""",
    )

    runs = {run.name: run for run in another(tmp_path).search_runs(["0"])}
    statuses = {name: run.status for name, run in runs.items()}
    assert statuses == {"parent": "FINISHED", "child": "FINISHED", "broken off": "KILLED"}
    assert runs["child"].metrics == {"m": 1.0}
    assert {run.tags.get("mlflow.parentRunId") for run in runs.values()} == {None, run_id}


def test_a_child_that_outlives_its_parents_run_is_still_heard(tmp_path: Path, another: Another) -> None:
    (run_id,) = run_script(
        tmp_path,
        """
def work():
    os.read(begin, 1)
    nbflow.log_metric("late", 1.0)
    nbflow.set_tag("late", "yes")

begin, told = os.pipe()
run = nbflow.start_run()
child = fork(work)
nbflow.end_run()
client = Client()
assert client.search_runs(["0"], "metrics.late = 1") == []
os.write(told, b"x")
wait(child)
assert [each.run_id for each in client.search_runs(["0"], "metrics.late = 1")] == [run.run_id]
print(run.run_id)
""",
    )

    run = another(tmp_path).get_run(run_id)
    assert (run.status, run.metrics, run.tags["late"]) == ("FINISHED", {"late": 1.0}, "yes")


def test_parent_and_child_search(tmp_path: Path) -> None:
    run_script(
        tmp_path,
        """
client = Client()
with nbflow.start_run(run_name="first"):
    assert len(client.search_runs(["0"])) == 1

def work():
    for i in range(10):
        with nbflow.start_run():
            nbflow.log_metric("m", i)
        assert len(client.search_runs(["0"], f"metrics.m = {i}")) in (1, 2)

children = [fork(work) for _ in range(2)]
for _ in range(10):
    assert client.search_runs(["0"])[-1].name == "first"
for child in children:
    wait(child)
assert len(client.search_runs(["0"])) == 21
assert len(client.search_runs(["0"], "metrics.m >= 0")) == 20
""",
    )


def test_threads_log_while_the_process_forks(tmp_path: Path, another: Another) -> None:
    """A lock that another thread holds in the moment of the fork is nobody's in the child."""
    (run_id,) = run_script(
        tmp_path,
        """
run = nbflow.start_run()
stop = threading.Event()
counts = [0] * 4

def hammer(who):
    i = 0
    while not stop.is_set():
        run.log.point("threads", who * 1_000_000 + i, i, 1)
        run.log.log({f"{who}.{i % 50}": "v"}, {f"{who}": str(i)})
        client.log_metric(run.run_id, "client", who * 1_000_000 + i, 1, i)
        i += 1
        counts[who] = i

def work(number):
    for i in range(5):
        run.log.point("children", number * 1000 + i, i, 1)
        client.log_param(run.run_id, f"child {number}.{i}", i)
    with nbflow.start_run(nested=True, run_name=f"{number}"):
        nbflow.log_metric("m", number)
    assert len(client.search_runs(["0"], f"metrics.m = {number}")) == 1

client = Client()
client.search_runs(["0"])
threads = [threading.Thread(target=hammer, args=(who,)) for who in range(4)]
for thread in threads:
    thread.start()
children = []
for number in range(25):
    children.append(fork(lambda: work(number)))
    time.sleep(0.01)
for child in children:
    wait(child)
stop.set()
for thread in threads:
    thread.join()
nbflow.end_run()
client = Client()
for key in ("threads", "client"):
    found = sorted(point.value for point in client.get_metric_history(run.run_id, key))
    assert found == [who * 1_000_000 + i for who in range(4) for i in range(counts[who])]
print(run.run_id)
""",
    )

    client = another(tmp_path)
    run = client.get_run(run_id)
    assert run.status == "FINISHED"
    assert values(client, run_id, "children") == [n * 1000 + i for n in range(25) for i in range(5)]
    assert all(run.params[f"child {n}.{i}"] == str(i) for n in range(25) for i in range(5))
    children = {each.name: each.metrics for each in client.search_runs(["0"], "metrics.m >= 0")}
    assert children == {f"{n}": {"m": n} for n in range(25)}


def test_a_pool_of_processes_logs_to_the_run_that_started_it(tmp_path: Path, another: Another) -> None:
    (run_id,) = run_script(
        tmp_path,
        """
import multiprocessing

def work(number):
    nbflow.log_metric("loss", number, step=number)
    nbflow.log_param(f"p{number}", number)

with nbflow.start_run() as run:
    with multiprocessing.get_context("fork").Pool(3) as pool:
        pool.map(work, range(50))
    print(run.run_id)
""",
    )

    run = another(tmp_path).get_run(run_id)
    assert values(another(tmp_path), run_id, "loss") == list(range(50))
    assert run.params == {f"p{n}": str(n) for n in range(50)}
    assert run.status == "FINISHED"
