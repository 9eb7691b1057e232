"""Many processes in one store at once: nothing is lost or doubled, and what only one can have, one gets."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbflow import Client

# What each process begins with: it says that it is ready, hears when to begin, and meets the others at moments.
PREAMBLE = """
import json, sys, time
import nbflow
from nbflow import errors
from nbflow.entities import Metric, Param, RunTag

number, root = int(sys.argv[1]), sys.argv[2]
print("ready", flush=True)
begin = float(sys.stdin.readline())

def meet(moment):
    time.sleep(max(begin + moment * 0.02 - time.time(), 0))

def outcome(function, *args):
    try:
        return function(*args)
    except errors.NbflowError as exc:
        return type(exc).__name__

results = []
"""


def together(n: int, script: str, root: Path) -> list[list[Any]]:
    """Run a script in n processes, and give what each has put into its `results`."""
    script = f"{PREAMBLE}\n{script}\nprint(json.dumps(results))"
    command = [sys.executable, "-c", script]
    processes = [
        subprocess.Popen([*command, str(i), str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for i in range(n)
    ]
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        begin = time.time() + 0.1
        answers = [process.communicate(f"{begin}\n", timeout=120)[0] for process in talking(processes, begin)]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    assert [process.returncode for process in processes] == [0] * n
    return [json.loads(answer) for answer in answers]


def talking(processes: list[subprocess.Popen[str]], begin: float) -> list[subprocess.Popen[str]]:
    """Tell all of them when to begin before waiting for any."""
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(f"{begin}\n")
        process.stdin.flush()
    return processes


def test_sixteen_processes_start_runs_in_one_new_store(tmp_path: Path, another: Callable[[Path], Client]) -> None:
    script = """
nbflow.set_tracking_uri(root)
meet(0)
nbflow.set_experiment("shared")
for i in range(5):
    with nbflow.start_run(run_name=f"{number}.{i}") as run:
        nbflow.log_params({"process": number, "i": i})
        nbflow.log_metric("loss", number + i / 10, step=i)
        nbflow.set_tag("t", f"{number}")
    results.append(run.run_id)
"""

    results = together(16, script, tmp_path / "s")

    client = another(tmp_path / "s")
    experiments = [experiment.name for experiment in client.search_experiments(view_type=3)]
    assert sorted(experiments) == ["Default", "shared"]
    experiment = client.get_experiment_by_name("shared")
    assert experiment is not None
    runs = {run.run_id: run for run in client.search_runs([experiment.experiment_id], run_view_type=3)}
    assert sorted(runs) == sorted(run_id for run_ids in results for run_id in run_ids)
    for number, run_ids in enumerate(results):
        for i, run_id in enumerate(run_ids):
            run = client.get_run(run_id)
            assert run == runs[run_id]
            assert (run.name, run.status) == (f"{number}.{i}", "FINISHED")
            assert run.params == {"process": str(number), "i": str(i)}
            assert run.metrics == {"loss": number + i / 10}
            assert run.tags["t"] == str(number)
            assert len(client.get_metric_history(run_id, "loss")) == 1


def test_four_processes_log_to_one_run(tmp_path: Path, another: Callable[[Path], Client]) -> None:
    client = another(tmp_path / "s")
    run_id = client.create_run("0").info.run_id
    script = f"""
client, run_id = nbflow.Client(root), {run_id!r}
meet(0)
for i in range(60):
    client.log_metric(run_id, "one", number + i / 100, 1 + i, i)
    client.log_batch(run_id, [Metric("many", number * 1000 + i * 3 + j, 1, j) for j in range(3)],
                     [Param(f"p{{number}}.{{i}}", "v")], [RunTag("shared", f"{{number}}.{{i}}")])
    client.set_tag(run_id, f"t{{number}}", i)
"""

    together(4, script, tmp_path / "s")

    run = client.get_run(run_id)
    assert run == another(tmp_path / "s").get_run(run_id)
    assert [run] == another(tmp_path / "s").search_runs(["0"])
    one, many = client.get_metric_history(run_id, "one"), client.get_metric_history(run_id, "many")
    assert Counter((p.value, p.step) for p in one) == Counter((n + i / 100, i) for n in range(4) for i in range(60))
    assert sorted(p.value for p in many) == sorted(n * 1000 + i for n in range(4) for i in range(180))
    assert run.params == {f"p{n}.{i}": "v" for n in range(4) for i in range(60)}
    assert {f"t{n}": run.tags[f"t{n}"] for n in range(4)} == {f"t{n}": "59" for n in range(4)}
    assert run.tags["shared"] in {f"{n}.59" for n in range(4)}


def test_of_sixteen_that_create_an_experiment_one_does(tmp_path: Path, another: Callable[[Path], Client]) -> None:
    script = """
client = nbflow.Client(root)
for i in range(10):
    meet(i)
    results.append(outcome(client.create_experiment, f"name {i}"))
"""

    results = together(16, script, tmp_path / "s")

    client = another(tmp_path / "s")
    for i in range(10):
        (winner,) = (ids for ids in Counter(result[i] for result in results) if ids != "ExperimentExistsError")
        assert Counter(result[i] for result in results) == {winner: 1, "ExperimentExistsError": 15}
        experiment = client.get_experiment_by_name(f"name {i}")
        assert experiment is not None
        assert experiment.experiment_id == winner
    assert len(client.search_experiments(view_type=3)) == 11


def test_sixteen_make_new_stores_at_once(tmp_path: Path, another: Callable[[Path], Client]) -> None:
    script = """
for i in range(10):
    meet(i * 3)
    results.append(outcome(lambda: nbflow.Client(f"{root}/{i}").create_run("0").run_id))
"""

    results = together(16, script, tmp_path)

    for i in range(10):
        found = another(tmp_path / str(i)).search_runs(["0"])
        assert sorted(run.run_id for run in found) == sorted(result[i] for result in results)
        assert [path.name for path in (tmp_path / str(i)).iterdir() if path.name.startswith(".")] == []


def test_a_deleted_name_is_taken_by_one_of_many(tmp_path: Path, another: Callable[[Path], Client]) -> None:
    client = another(tmp_path / "s")
    for i in range(5):
        client.delete_experiment(client.create_experiment(f"name {i}"))
    script = """
client = nbflow.Client(root)
for i in range(5):
    meet(i)
    results.append(outcome(client.create_experiment, f"name {i}"))
"""

    results = together(8, script, tmp_path / "s")

    for i in range(5):
        assert Counter(result[i] for result in results)["ExperimentExistsError"] == 7
    active = [experiment.name for experiment in client.search_experiments()]
    assert sorted(active) == ["Default", *(f"name {i}" for i in range(5))]


def test_of_many_renames_to_one_name_one_succeeds(tmp_path: Path, another: Callable[[Path], Client]) -> None:
    """Half of the processes rename an experiment to the name, half create one."""
    client = another(tmp_path / "s")
    for number in range(8):
        for i in range(5):
            client.create_experiment(f"{number}.{i}")
    script = """
client = nbflow.Client(root)
mine = [client.get_experiment_by_name(f"{number}.{i}").experiment_id for i in range(5)]
for i, experiment_id in enumerate(mine):
    meet(i)
    if number % 2:
        results.append(outcome(client.rename_experiment, experiment_id, f"wanted {i}"))
    else:
        results.append(outcome(client.create_experiment, f"wanted {i}"))
"""

    results = together(8, script, tmp_path / "s")

    names = Counter(experiment.name for experiment in client.search_experiments(view_type=3))
    for i in range(5):
        assert Counter(result[i] for result in results)["ExperimentExistsError"] == 7
        assert names[f"wanted {i}"] == 1
        found = client.get_experiment_by_name(f"wanted {i}")
        assert found == another(tmp_path / "s").get_experiment_by_name(f"wanted {i}")
        (winner,) = (number for number in range(8) if results[number][i] != "ExperimentExistsError")
        assert names[f"{winner}.{i}"] == (0 if winner % 2 else 1)


def test_many_renames_of_one_experiment_leave_it_one_name(tmp_path: Path, another: Callable[[Path], Client]) -> None:
    client = another(tmp_path / "s")
    experiment_id = client.create_experiment("before")
    script = f"""
client = nbflow.Client(root)
for i in range(5):
    meet(i)
    results.append(outcome(client.rename_experiment, {experiment_id!r}, f"{{number}}.{{i}}"))
"""

    results = together(4, script, tmp_path / "s")

    assert results == [[None] * 5] * 4
    name = another(tmp_path / "s").get_experiment(experiment_id).name
    assert name in {f"{number}.4" for number in range(4)}
    # What it is not called any more is free.
    for each in ("before", *(f"{number}.{i}" for number in range(4) for i in range(5))):
        if each != name:
            assert another(tmp_path / "s").get_experiment_by_name(each) is None
            client.create_experiment(each)


def test_of_two_values_of_a_param_every_reader_sees_the_same(tmp_path: Path, another: Callable[[Path], Client]) -> None:
    client = another(tmp_path / "s")
    run_id = client.create_run("0").info.run_id
    script = f"""
client = nbflow.Client(root)
for i in range(30):
    meet(i / 2)
    results.append(outcome(client.log_param, {run_id!r}, f"p{{i}}", number))
"""

    results = together(4, script, tmp_path / "s")

    run = another(tmp_path / "s").get_run(run_id)
    assert run == client.get_run(run_id) == another(tmp_path / "s").search_runs(["0"])[0]
    conflicts = state_of(another(tmp_path / "s"), run_id)
    for i in range(30):
        written = sorted(str(number) for number, result in enumerate(results) if result[i] == number)
        assert {result[i] for number, result in enumerate(results) if result[i] != number} <= {"ParamAlreadySetError"}
        assert run.params[f"p{i}"] in written
        assert conflicts.get(f"p{i}", []) == (written if len(written) > 1 else [])


def state_of(client: Client, run_id: str) -> dict[str, list[str]]:
    return client._store.run_log(run_id).state.conflicts
