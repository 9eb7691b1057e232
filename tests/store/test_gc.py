"""Emptying the trash removes what was deleted, for good and whole, and nothing else; killed half way, too."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nbflow import Client
from nbflow.errors import ExperimentExistsError, ExperimentNotFoundError, InvalidInputError, RunNotFoundError

if TYPE_CHECKING:
    from nbflow.entities import Run

Another = Callable[[Path], Client]


def finished_run(client: Client, experiment_id: str, name: str = "r") -> Run:
    run = client.create_run(experiment_id, run_name=name)
    client.log_metric(run.run_id, "m", 1.0)
    client.log_text(run.run_id, "text" * 100, "a/b.txt")
    client.set_terminated(run.run_id)
    return client.get_run(run.run_id)


def folder_of(client: Client, run: Run) -> Path:
    return Path(client.tracking_uri, run.info.experiment_id, run.run_id)


def runs_in(client: Client) -> set[str]:
    return {run.run_id for run in client.search_runs(None, run_view_type=3)}


def tree(root: Path) -> dict[str, bytes | None]:
    return {str(path.relative_to(root)): path.read_bytes() if path.is_file() else None for path in root.rglob("*")}


@pytest.fixture
def experiment_id(client: Client) -> str:
    return client.create_experiment("x")


# Runs


def test_a_deleted_run_goes_with_its_files(client: Client, experiment_id: str) -> None:
    run, other = finished_run(client, experiment_id), finished_run(client, experiment_id)
    client.delete_run(run.run_id)

    collected = client.gc()

    assert collected.runs == (run.run_id,)
    assert collected.freed_bytes > 400
    assert not folder_of(client, run).exists()
    assert runs_in(client) == {other.run_id}
    with pytest.raises(RunNotFoundError):
        client.get_run(run.run_id)
    assert client.doctor().findings == ()


def test_nothing_but_the_trash_is_touched(client: Client, experiment_id: str, tmp_path: Path) -> None:
    finished_run(client, experiment_id)
    restored = finished_run(client, experiment_id)
    client.delete_run(restored.run_id)
    client.restore_run(restored.run_id)
    before = tree(tmp_path)

    collected = client.gc()

    assert (collected.runs, collected.experiments, collected.leftovers) == ((), (), ())
    assert tree(tmp_path) == before


def test_a_dry_run_says_what_would_go_and_changes_nothing(client: Client, experiment_id: str, tmp_path: Path) -> None:
    run = finished_run(client, experiment_id)
    client.delete_experiment(experiment_id)
    before = tree(tmp_path / "nbruns")

    planned = client.gc(dry_run=True)

    assert tree(tmp_path / "nbruns") == before
    assert (planned.runs, planned.experiments, planned.dry_run) == ((run.run_id,), (experiment_id,), True)
    collected = client.gc()
    assert (collected.runs, collected.experiments) == (planned.runs, planned.experiments)


def test_what_was_deleted_lately_is_spared(client: Client, experiment_id: str) -> None:
    run = finished_run(client, experiment_id)
    client.delete_run(run.run_id)

    assert client.gc(older_than_s=3600).runs == ()
    assert client.gc(older_than_s=0).runs == (run.run_id,)


def test_only_the_runs_that_are_named_go(client: Client, experiment_id: str) -> None:
    first, second = finished_run(client, experiment_id), finished_run(client, experiment_id)
    client.delete_run(first.run_id)
    client.delete_run(second.run_id)

    collected = client.gc(run_ids=[second.run_id])

    assert collected.runs == (second.run_id,)
    assert runs_in(client) == {first.run_id}


def test_a_named_run_that_is_not_in_the_trash_is_refused(client: Client, experiment_id: str) -> None:
    run = finished_run(client, experiment_id)

    with pytest.raises(InvalidInputError, match="not in the trash"):
        client.gc(run_ids=[run.run_id])
    with pytest.raises(RunNotFoundError):
        client.gc(run_ids=["0" * 32])
    assert runs_in(client) == {run.run_id}


def test_a_named_run_that_was_deleted_lately_is_kept_with_a_reason(client: Client, experiment_id: str) -> None:
    run = finished_run(client, experiment_id)
    client.delete_run(run.run_id)

    collected = client.gc(older_than_s=3600, run_ids=[run.run_id])

    assert [(kept.id, kept.failed) for kept in collected.kept] == [(run.run_id, False)]


def test_a_deleted_run_that_still_runs_is_kept(client: Client, experiment_id: str) -> None:
    run = client.create_run(experiment_id)
    client.delete_run(run.run_id)

    collected = client.gc()

    assert collected.runs == ()
    assert [kept.id for kept in collected.kept] == [run.run_id]
    client.set_terminated(run.run_id)
    assert client.gc().runs == (run.run_id,)


def test_a_run_of_a_dead_process_goes(client: Client, experiment_id: str) -> None:
    script = f"import nbflow; nbflow.Client({client.tracking_uri!r}).create_run({experiment_id!r})"
    subprocess.run([sys.executable, "-c", script], check=True)
    (run_id,) = runs_in(client)
    client.delete_run(run_id)

    assert client.gc().runs == (run_id,)


def test_a_store_that_is_not_there_has_no_trash(client: Client, tmp_path: Path) -> None:
    assert client.gc().runs == ()
    assert not (tmp_path / "nbruns").exists()


@pytest.mark.parametrize("age", [-1.0, float("nan")])
def test_an_age_that_is_none_is_refused(client: Client, age: float) -> None:
    with pytest.raises(InvalidInputError, match="older_than_s"):
        client.gc(older_than_s=age)


# Experiments


def test_a_deleted_experiment_goes_with_its_runs_and_its_name_is_free(client: Client, another: Another) -> None:
    experiment_id = client.create_experiment("x")
    run = finished_run(client, experiment_id)
    client.delete_experiment(experiment_id)

    collected = client.gc()

    assert (collected.runs, collected.experiments) == ((run.run_id,), (experiment_id,))
    with pytest.raises(ExperimentNotFoundError):
        client.get_experiment(experiment_id)
    assert client.create_experiment("x") == experiment_id
    assert another(Path(client.tracking_uri)).get_experiment(experiment_id).lifecycle_stage == "active"
    assert runs_in(client) == set()
    assert client.doctor().findings == ()


def test_an_experiment_made_again_by_the_process_that_made_the_first_keeps_what_is_logged(
    client: Client, another: Another
) -> None:
    root = Path(client.tracking_uri)
    experiment_id = client.create_experiment("x")
    client.delete_experiment(experiment_id)
    another(root).gc()  # another process

    again = client.create_experiment("x", tags={"team": "vision"})

    assert another(root).get_experiment(again).tags == {"team": "vision"}


def test_of_two_generations_the_living_one_keeps_the_name(client: Client, another: Another) -> None:
    first = client.create_experiment("x")
    client.delete_experiment(first)
    second = client.create_experiment("x")
    run = finished_run(client, second)

    collected = client.gc()

    assert collected.experiments == (first,)
    assert runs_in(client) == {run.run_id}
    fresh = another(Path(client.tracking_uri))
    with pytest.raises(ExperimentExistsError):
        fresh.create_experiment("x")
    found = fresh.get_experiment_by_name("x")
    assert found is not None
    assert found.experiment_id == second
    assert fresh.doctor().findings == ()


def test_names_of_a_renamed_experiment_are_free_again(client: Client) -> None:
    experiment_id = client.create_experiment("a")
    client.rename_experiment(experiment_id, "b")
    client.delete_experiment(experiment_id)

    client.gc()

    assert client.create_experiment("a") == experiment_id
    second = client.create_experiment("b")
    found = client.get_experiment_by_name("b")
    assert found is not None
    assert found.experiment_id == second
    assert client.doctor().findings == ()


def test_only_the_experiments_that_are_named_go(client: Client) -> None:
    first, second = client.create_experiment("a"), client.create_experiment("b")
    trashed = finished_run(client, "0")
    client.delete_run(trashed.run_id)
    client.delete_experiment(first)
    client.delete_experiment(second)

    collected = client.gc(experiment_ids=[second])

    assert (collected.experiments, collected.runs) == ((second,), ())
    assert client.get_experiment(first).lifecycle_stage == "deleted"


def test_a_named_experiment_that_is_not_in_the_trash_is_refused(client: Client, experiment_id: str) -> None:
    with pytest.raises(InvalidInputError, match="not in the trash"):
        client.gc(experiment_ids=[experiment_id])
    with pytest.raises(ExperimentNotFoundError):
        client.gc(experiment_ids=["123"])


@pytest.mark.usefixtures("experiment_id")
def test_the_default_experiment_loses_its_runs_and_stays(client: Client) -> None:
    run = finished_run(client, "0")
    client.delete_experiment("0")

    collected = client.gc()

    assert collected.runs == (run.run_id,)
    assert [kept.id for kept in collected.kept] == ["0"]
    client.restore_experiment("0")
    finished_run(client, "0")


# Runs that were moved


def test_a_run_that_was_moved_to_a_living_experiment_stays_with_its_files(client: Client, another: Another) -> None:
    old, new = client.create_experiment("old"), client.create_experiment("new")
    stays, goes = finished_run(client, old), finished_run(client, old)
    client.move_run(stays.run_id, new)
    client.delete_experiment(old)

    collected = client.gc()

    assert collected.runs == (goes.run_id,)
    assert [(kept.id, kept.failed) for kept in collected.kept] == [(old, False)]
    fresh = another(Path(client.tracking_uri))
    assert fresh.get_run(stays.run_id).info.experiment_id == new
    assert fresh.read_artifact(stays.run_id, "a/b.txt") == b"text" * 100
    assert [run.run_id for run in fresh.search_runs([new])] == [stays.run_id]
    client.delete_run(stays.run_id)
    assert client.gc().experiments == (old,)


def test_a_run_that_was_moved_into_a_deleted_experiment_goes(client: Client) -> None:
    living, deleted = client.create_experiment("living"), client.create_experiment("deleted")
    run = finished_run(client, living)
    client.move_run(run.run_id, deleted)
    client.delete_experiment(deleted)

    collected = client.gc()

    assert (collected.runs, collected.experiments) == ((run.run_id,), (deleted,))
    assert client.get_experiment(living).lifecycle_stage == "active"


# Artifacts that are not in the store


def test_artifacts_at_a_location_of_their_own_go_too(client: Client, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    experiment_id = client.create_experiment("x", str(elsewhere))
    run, other = finished_run(client, experiment_id), finished_run(client, experiment_id)
    client.delete_run(run.run_id)

    client.gc()

    assert [path.name for path in elsewhere.iterdir()] == [other.run_id]


def test_artifacts_of_a_run_that_came_back_are_not_taken_by_what_was_left(client: Client, tmp_path: Path) -> None:
    experiment_id = client.create_experiment("x", str(tmp_path / "elsewhere"))
    run = finished_run(client, experiment_id)
    folder = folder_of(client, run)
    shutil.copytree(folder, folder.with_name(f"{run.run_id}.gc"))

    collected = client.gc()

    assert collected.leftovers == (f"{experiment_id}/{run.run_id}.gc",)
    assert client.read_artifact(run.run_id, "a/b.txt") == b"text" * 100


# A kill half way


def killed_gc(client: Client, kill: str) -> None:
    """Have a process empty the trash and die at a place."""
    script = f"import nbflow, os, pathlib, shutil\n{kill}\nnbflow.Client({client.tracking_uri!r}).gc(progress=progress)"
    died = subprocess.run([sys.executable, "-c", f"progress = None\n{script}"], check=False)
    assert died.returncode == 9


DIE_BEFORE_REMOVING = "shutil.rmtree = lambda path: os._exit(9)"
DIE_AFTER_THE_FIRST = "progress = lambda done, total: os._exit(9)"


def test_a_run_that_was_hidden_and_not_removed_is_gone_and_is_cleared_away(client: Client, experiment_id: str) -> None:
    run, other = finished_run(client, experiment_id), finished_run(client, experiment_id)
    client.delete_run(run.run_id)

    killed_gc(client, DIE_BEFORE_REMOVING)

    assert runs_in(client) == {other.run_id}
    with pytest.raises(RunNotFoundError):
        client.restore_run(run.run_id)
    assert [finding.kind for finding in client.doctor().findings] == ["leftover"]
    collected = client.gc()
    assert collected.leftovers == (f"{experiment_id}/{run.run_id}.gc",)
    assert runs_in(client) == {other.run_id}
    assert client.doctor().findings == ()


def test_what_a_kill_left_undone_is_done_by_the_next_call(client: Client, experiment_id: str) -> None:
    runs = [finished_run(client, experiment_id) for _ in range(3)]
    for run in runs:
        client.delete_run(run.run_id)

    killed_gc(client, DIE_AFTER_THE_FIRST)

    assert len(runs_in(client)) == 2
    assert all(run.info.lifecycle_stage == "deleted" for run in client.search_runs(None, run_view_type=3))
    assert len(client.gc().runs) == 2


@pytest.mark.parametrize("again", [False, True], ids=["the last of its name", "with another of its name"])
def test_an_experiment_that_was_hidden_and_not_removed_stays_gone(client: Client, again: bool) -> None:
    experiment_id = client.create_experiment("x")
    client.delete_experiment(experiment_id)
    if again:
        client.create_experiment("x")

    killed_gc(client, DIE_BEFORE_REMOVING)

    with pytest.raises(ExperimentNotFoundError):
        client.get_experiment(experiment_id)
    assert "leftover" in [finding.kind for finding in client.doctor().findings]
    client.gc()
    assert client.doctor().findings == ()
    if again:
        with pytest.raises(ExperimentExistsError):
            client.create_experiment("x")


def test_an_experiment_whose_claim_was_not_written_yet_gets_it(client: Client) -> None:
    first = client.create_experiment("x")
    client.delete_experiment(first)
    client.create_experiment("x")
    folder = Path(client.tracking_uri, first)
    (folder / "log").rename(folder / "log.gc")

    client.gc()

    assert not (folder / "log.gc").exists()
    assert client.doctor().findings == ()
    with pytest.raises(ExperimentExistsError):
        client.create_experiment("x")


def test_old_unfinished_files_go_and_young_ones_stay(client: Client, experiment_id: str) -> None:
    run = finished_run(client, experiment_id)
    old, young = (Path(run.info.artifact_uri, f".nbflow.tmp-{digit * 16}") for digit in "01")
    old.write_bytes(b"half")
    young.write_bytes(b"half")
    os.utime(old, (0, 0))

    collected = client.gc()

    assert collected.leftovers == (old.relative_to(client.tracking_uri).as_posix(),)
    assert young.exists()


# Beside others


def test_processes_that_log_meanwhile_lose_nothing(client: Client, experiment_id: str, another: Another) -> None:
    script = f"""
import nbflow
client = nbflow.Client({client.tracking_uri!r})
run = client.create_run({experiment_id!r})
for step in range(3000):
    client.log_metric(run.run_id, "m", step, step=step)
    if step % 100 == 0:
        print(run.run_id, flush=True)
client.set_terminated(run.run_id)
"""
    trash = [finished_run(client, experiment_id) for _ in range(20)]
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        run_id = process.stdout.readline().strip()
        collected: list[str] = []
        for run in trash:
            client.delete_run(run.run_id)
            collected += client.gc().runs
        process.communicate()

    assert collected == [run.run_id for run in trash]
    fresh = another(Path(client.tracking_uri))
    assert [metric.value for metric in fresh.get_metric_history(run_id, "m")] == list(range(3000))
    assert runs_in(client) == {run_id}
    assert fresh.doctor().findings == ()


def test_two_at_once_do_not_disturb_each_other(client: Client, experiment_id: str) -> None:
    for run in [finished_run(client, experiment_id) for _ in range(30)]:
        client.delete_run(run.run_id)
    script = f"import nbflow; print(len(nbflow.Client({client.tracking_uri!r}).gc().runs))"
    command = [sys.executable, "-c", script]

    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    counts = [int(process.communicate()[0]) for process in processes]

    assert [process.returncode for process in processes] == [0, 0]
    assert sum(counts) >= 30
    assert runs_in(client) == set()
    assert client.doctor().findings == ()


def test_a_run_that_was_removed_and_merged_back_can_be_logged_to(
    client: Client, experiment_id: str, another: Another, tmp_path: Path
) -> None:
    run = finished_run(client, experiment_id)
    shutil.copytree(client.tracking_uri, tmp_path / "copy")
    client.delete_run(run.run_id)
    assert client.get_run(run.run_id).info.lifecycle_stage == "deleted"
    elsewhere = another(Path(client.tracking_uri))  # another process
    elsewhere.gc()
    elsewhere.merge(tmp_path / "copy")

    client.set_tag(run.run_id, "after", "all")

    assert another(Path(client.tracking_uri)).get_run(run.run_id).tags["after"] == "all"


def test_progress_is_told(client: Client, experiment_id: str) -> None:
    client.delete_run(finished_run(client, experiment_id).run_id)
    told: list[tuple[int, int]] = []

    client.gc(progress=lambda done, total: told.append((done, total)))

    assert told == [(1, 1)]
