"""A check of a store names what is wrong, and nothing else; it changes nothing."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nbflow import Client
from nbflow.errors import NewerFormatError, NotAStoreError

if TYPE_CHECKING:
    from nbflow.entities import Run
    from nbflow.store.checkup import Finding

Another = Callable[[Path], Client]


@pytest.fixture
def run(client: Client) -> Run:
    """Give a run that ended, with a param and three points."""
    created = (
        client.create_run("0") if client.search_experiments() else client.create_run(client.create_experiment("x"))
    )
    client.log_param(created.run_id, "p", "1")
    for step in range(3):
        client.log_metric(created.run_id, "loss", 0.5, step=step)
    client.set_terminated(created.run_id)
    return client.get_run(created.run_id)


def folder_of(run: Run) -> Path:
    return Path(run.info.artifact_uri).parent


def log_file(run: Run, ending: str) -> Path:
    (found,) = (folder_of(run) / "log").glob(f"*{ending}")
    return found


def found_by(client: Client) -> list[Finding]:
    return list(client.doctor().findings)


def kinds(client: Client) -> list[str]:
    return [finding.kind for finding in found_by(client)]


def files_of(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


# A store that is well


@pytest.mark.usefixtures("run")
def test_a_sound_store_has_no_findings_and_is_counted(client: Client) -> None:
    checkup = client.doctor()

    assert checkup.findings == ()
    assert (checkup.n_experiments, checkup.n_runs, checkup.n_points) == (2, 1, 3)
    assert checkup.n_problems == 0


def test_a_check_writes_nothing(client: Client, run: Run, tmp_path: Path) -> None:
    log_file(run, ".jsonl").write_bytes(log_file(run, ".jsonl").read_bytes() + b"{")
    before = files_of(tmp_path)

    client.doctor()

    assert files_of(tmp_path) == before


@pytest.mark.usefixtures("run")
def test_progress_is_told(client: Client) -> None:
    told: list[tuple[int, int]] = []

    client.doctor(progress=lambda done, total: told.append((done, total)))

    assert told[-1] == (1, 1)


def test_reserved_and_renamed_names_are_no_problem(client: Client) -> None:
    client.rename_experiment(client.create_experiment("a"), "b")

    assert kinds(client) == []


# What is no store


def test_nothing_is_no_store(client: Client) -> None:
    with pytest.raises(NotAStoreError):
        client.doctor()


def test_another_folder_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.tex").write_text("…")

    with pytest.raises(NotAStoreError):
        Client(tmp_path / "other").doctor()


@pytest.mark.usefixtures("run")
def test_a_newer_format_is_refused(client: Client) -> None:
    Path(client.tracking_uri, "store.json").write_text('{"format": 99}')

    with pytest.raises(NewerFormatError):
        client.doctor()


# Damage


@pytest.mark.parametrize("ending", [".jsonl", ".metrics"])
def test_a_torn_end_is_named_with_its_length(client: Client, run: Run, ending: str) -> None:
    path = log_file(run, ending)
    path.write_bytes(path.read_bytes() + b'{"kind"')

    (finding,) = found_by(client)

    assert finding.kind == "torn_tail"
    assert finding.path.endswith(path.name)
    assert "7 bytes" in finding.detail
    assert finding.problem


def test_a_file_with_nothing_but_a_torn_beginning_is_named(client: Client, run: Run) -> None:
    (folder_of(run) / "log" / "other-1-abc.jsonl").write_bytes(b'{"kind": "pa')

    assert kinds(client) == ["torn_tail"]


def test_damaged_lines_are_counted(client: Client, run: Run) -> None:
    path = log_file(run, ".jsonl")
    path.write_bytes(b"\xff\x00\n[1]\n" + path.read_bytes())

    (finding,) = found_by(client)

    assert (finding.kind, finding.count) == ("damaged_line", 2)


def test_lines_of_a_newer_nbflow_are_no_damage(client: Client, run: Run) -> None:
    path = log_file(run, ".jsonl")
    path.write_bytes(path.read_bytes() + b'{"kind": "from the future", "t": 1, "x": 2}\n')

    assert kinds(client) == []


def test_a_damaged_header_is_named_and_not_taken_for_a_line(client: Client, run: Run) -> None:
    path = log_file(run, ".metrics")
    path.write_bytes(b"\0" * 32 + path.read_bytes()[32:])

    assert kinds(client) == ["damaged_header"]


def test_points_of_an_undeclared_key_are_counted(client: Client, run: Run) -> None:
    path = log_file(run, ".metrics")
    path.write_bytes(path.read_bytes() + struct.pack("<qqdII", 0, 0, 1.0, 99, 0) * 2)

    (finding,) = found_by(client)

    assert (finding.kind, finding.count) == ("undeclared_key", 2)


def test_points_that_the_end_counts_and_nobody_finds_are_counted(client: Client, run: Run) -> None:
    path = log_file(run, ".metrics")
    path.write_bytes(path.read_bytes()[:-64])

    (finding,) = found_by(client)

    assert (finding.kind, finding.count) == ("missing_points", 2)


def test_numbers_without_the_log_that_names_them_are_named(client: Client, run: Run) -> None:
    shutil.copy(log_file(run, ".metrics"), folder_of(run) / "log" / "other-1-abc.metrics")

    assert kinds(client) == ["missing_log"]


def test_a_missing_metrics_file_lacks_all_points(client: Client, run: Run) -> None:
    log_file(run, ".metrics").unlink()

    (finding,) = found_by(client)

    assert (finding.kind, finding.count) == ("missing_points", 3)


def test_what_cannot_be_read_is_named(client: Client, run: Run) -> None:
    (folder_of(run) / "log" / "other-1-abc.jsonl").mkdir()

    assert kinds(client) == ["unreadable"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is forbidden to root")
@pytest.mark.parametrize("which", ["log", "file"])
def test_what_may_not_be_read_is_named(client: Client, run: Run, which: str) -> None:
    path = log_file(run, ".metrics")
    path = path if which == "file" else path.parent
    path.chmod(0)

    try:
        assert "unreadable" in kinds(client)
    finally:
        path.chmod(0o755)


# What is missing, and what is there twice


def test_a_folder_of_a_run_that_was_never_started_is_named(client: Client, run: Run) -> None:
    (folder_of(run).parent / ("0" * 32) / "log").mkdir(parents=True)

    assert kinds(client) == ["not_started"]


@pytest.mark.usefixtures("run")
def test_a_folder_of_an_experiment_that_was_never_created_is_named(client: Client) -> None:
    Path(client.tracking_uri, "123").mkdir()

    assert kinds(client) == ["not_created"]


def test_a_missing_parent_is_named(client: Client, run: Run) -> None:
    client.set_tag(run.run_id, "mlflow.parentRunId", "f" * 32)

    assert kinds(client) == ["missing_parent"]


def test_a_missing_experiment_is_named(client: Client, run: Run) -> None:
    other = client.create_experiment("other")
    client.move_run(run.run_id, other)
    shutil.rmtree(Path(client.tracking_uri, other))

    assert kinds(client) == ["missing_experiment"]


def test_a_run_in_two_places_is_named_at_both(client: Client, run: Run) -> None:
    shutil.copytree(folder_of(run), Path(client.tracking_uri, "0", run.run_id))

    assert kinds(client) == ["run_twice", "run_twice"]


# Conflicts


def test_a_param_with_two_values_is_named_with_both(client: Client, run: Run) -> None:
    line = json.dumps({"kind": "param", "t": 1, "key": "p", "value": "\x1b[31mother"})
    (folder_of(run) / "log" / "other-1-abc.jsonl").write_text(f"{line}\n")

    (finding,) = found_by(client)

    assert finding.kind == "param_conflict"
    assert "'1'" in finding.detail
    assert "other" in finding.detail
    assert "\x1b" not in finding.detail


def test_two_active_experiments_of_one_name_are_named(client: Client, tmp_path: Path) -> None:
    other = Client(tmp_path / "other")
    first, second = client.create_experiment("a"), other.create_experiment("b")
    client.rename_experiment(first, "b")

    client.merge(tmp_path / "other")

    (finding,) = found_by(client)
    assert finding.kind == "same_name"
    assert set(finding.path.split()) == {first, second}


# Leftovers


def test_folders_on_their_way_out_are_leftovers(client: Client, run: Run) -> None:
    folder_of(run).rename(folder_of(run).with_name(f"{run.run_id}.gc"))

    (finding,) = found_by(client)

    assert (finding.kind, finding.path) == ("leftover", f"{run.info.experiment_id}/{run.run_id}.gc")


def test_a_file_that_was_never_finished_is_a_leftover_after_an_hour(client: Client, run: Run) -> None:
    path = Path(run.info.artifact_uri, ".nbflow.tmp-0123456789abcdef")
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"half")
    fresh = kinds(client)
    os.utime(path, (time.time() - 4000,) * 2)

    assert fresh == []
    assert kinds(client) == ["leftover"]


# Runs that nobody ends


def test_a_run_whose_process_is_gone_is_a_note(client: Client) -> None:
    experiment_id = client.create_experiment("x")
    script = f"import nbflow; nbflow.Client({client.tracking_uri!r}).create_run({experiment_id!r})"
    subprocess.run([sys.executable, "-c", script], check=True)

    checkup = client.doctor()

    (finding,) = checkup.findings
    assert (finding.kind, finding.problem) == ("dead_run", False)
    assert checkup.n_problems == 0


def test_a_run_that_is_running_is_no_finding(client: Client) -> None:
    client.create_run(client.create_experiment("x"))

    assert kinds(client) == []


def test_a_store_that_is_being_written_to_has_no_problems(client: Client, another: Another) -> None:
    experiment_id = client.create_experiment("x")
    script = f"""
import nbflow, itertools
client = nbflow.Client({client.tracking_uri!r})
for i in itertools.count():
    run = client.create_run({experiment_id!r})
    for step in range(50):
        client.log_metric(run.run_id, f"m{{step % 7}}", step)
        client.log_param(run.run_id, f"p{{step}}", step)
    client.set_terminated(run.run_id)
    print("done", flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        seen = []
        try:
            for _ in range(5):
                process.stdout.readline()
                seen.append(another(Path(client.tracking_uri)).doctor())
        finally:
            process.kill()

    assert [finding for checkup in seen for finding in checkup.findings] == []
    assert seen[-1].n_points > 0
