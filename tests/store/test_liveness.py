"""A run whose process is gone is shown as KILLED; nothing is written for that, and no living one is taken for dead."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

import nbflow
from nbflow import Client
from nbflow.errors import RunBusyError
from nbflow.store.events import Ended, Event, Started, encode
from nbflow.store.liveness import Origin, liveness_of, this_process

if TYPE_CHECKING:
    Another = Callable[[Path], Client]

RUN = "0198c2f0a1b27c3d8e4f5061728394a5"
SCRIPT = """
import sys
import nbflow
nbflow.set_tracking_uri(sys.argv[1])
{code}
print(run_id, flush=True)
sys.stdin.read()
"""
START = "run_id = nbflow.start_run().run_id"


@contextlib.contextmanager
def process(root: Path, code: str = START) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a process that runs a run until it is told to end."""
    command = [sys.executable, "-c", SCRIPT.format(code=code), str(root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as started:
        try:
            assert started.stdout is not None
            yield started, started.stdout.readline().strip()
        finally:
            started.kill()


def shown(client: Client, run_id: str) -> set[str]:
    """Give the status that each reader shows."""
    run = client.get_run(run_id)
    (found,) = client.search_runs([run.info.experiment_id], f"run_id = '{run_id}'")
    frame = client.search_frame(None, f"run_id = '{run_id}'")
    by_status = client.search_runs([run.info.experiment_id], f"status = '{run.status}' AND run_id = '{run_id}'")
    assert [each.run_id for each in by_status] == [run_id]
    return {run.status, found.status, frame["status"][0]}


def look(root: Path) -> list[tuple[str, int, bytes]]:
    return [(str(p), p.stat().st_mtime_ns, p.read_bytes()) for p in sorted(root.rglob("*")) if p.is_file()]


# On this machine


def test_while_its_process_lives_a_run_is_running_and_then_it_was_killed(tmp_path: Path, another: Another) -> None:
    client = another(tmp_path)
    with process(tmp_path) as (child, run_id):
        assert shown(client, run_id) == {"RUNNING"}

        child.kill()
        child.wait()

        before = look(tmp_path)
        for each in (client, another(tmp_path)):
            assert shown(each, run_id) == {"KILLED"}
            assert each.get_run(run_id).info.end_time is None
        assert look(tmp_path) == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no zombies")
def test_a_process_whose_parent_has_not_taken_note_of_its_death_is_gone(tmp_path: Path, another: Another) -> None:
    client = another(tmp_path)
    with process(tmp_path) as (child, run_id):
        child.kill()
        while psutil.Process(child.pid).status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.001)

        assert shown(client, run_id) == {"KILLED"}


def test_a_process_that_ends_by_itself_ends_its_run(tmp_path: Path, another: Another) -> None:
    with process(tmp_path) as (child, run_id):
        child.communicate("")

        assert shown(another(tmp_path), run_id) == {"FINISHED"}


def test_a_run_that_began_long_ago_by_its_own_account_is_running(tmp_path: Path, another: Another) -> None:
    """What somebody gives as start time is not when the process took the run up."""
    with process(tmp_path, 'run_id = nbflow.Client().create_run("0", start_time=1).info.run_id') as (child, run_id):
        assert shown(another(tmp_path), run_id) == {"RUNNING"}

        child.kill()
        child.wait()
        assert shown(another(tmp_path), run_id) == {"KILLED"}


def write(root: Path, *events: Event, writer: str = "w") -> Path:
    """Write the log of a run by hand."""
    log = root / "0" / RUN / "log"
    log.mkdir(parents=True, exist_ok=True)
    (root / "store.json").write_text('{"format": 1}')
    with (log / f"{writer}.jsonl").open("ab") as file:
        file.write(b"".join(map(encode, events)))
    return log / f"{writer}.jsonl"


def now_us() -> int:
    return time.time_ns() // 1000


def started(t: int, origin: Origin) -> Started:
    return Started(t, RUN, "0", "n", "u", t // 1000, origin.host, origin.boot, origin.pid)


def test_another_process_that_got_the_same_number_is_not_the_one_that_ran_it(tmp_path: Path, another: Another) -> None:
    with process(tmp_path / "other") as (child, _):
        here = this_process()
        write(tmp_path, started(now_us() - 3_600_000_000, Origin(here.host, here.boot, child.pid)))

        assert shown(another(tmp_path), RUN) == {"KILLED"}


def test_also_when_it_is_this_process_that_got_the_number(tmp_path: Path, another: Another) -> None:
    """In a container that is started again, the numbers begin again."""
    write(tmp_path, started(now_us() - 10 * 365 * 24 * 3_600_000_000, this_process()))

    assert shown(another(tmp_path), RUN) == {"KILLED"}


def test_of_this_process_every_run_is_running(tmp_path: Path, another: Another) -> None:
    nbflow.set_tracking_uri(tmp_path)
    with nbflow.start_run() as run:
        assert shown(another(tmp_path), run.run_id) == {"RUNNING"}


@pytest.mark.parametrize("other", [Origin("", "", 0), Origin("", "x", 1)])
def test_a_process_of_another_boot_or_namespace_is_judged_by_its_signs(other: Origin) -> None:
    here = this_process()
    origin = Origin(here.host, other.boot, here.pid if other.pid else 0)

    assert liveness_of(origin, 0, time.time(), 300) == "alive"
    assert liveness_of(origin, 0, time.time() - 301, 300) == "silent"
    assert liveness_of(origin, 0, None, 300) == "silent"


# On another machine


FAR = Origin("far away", "another boot", 1)


def test_a_run_of_another_machine_is_running_as_long_as_it_gives_signs(tmp_path: Path, another: Another) -> None:
    client = another(tmp_path)
    file = write(tmp_path, started(now_us() - 3_600_000_000, FAR))

    for age_s, status in ((0, "RUNNING"), (100, "RUNNING"), (1000, "KILLED"), (5, "RUNNING"), (301, "KILLED")):
        os.utime(file, (time.time() - age_s,) * 2)
        for each in (client, another(tmp_path)):
            assert shown(each, RUN) == {status}, age_s


def test_a_point_is_a_sign(tmp_path: Path, another: Another) -> None:
    client = another(tmp_path)
    file = write(tmp_path, started(now_us(), FAR))
    os.utime(file, (1, 1))
    assert shown(client, RUN) == {"KILLED"}

    file.with_suffix(".metrics").touch()

    assert shown(client, RUN) == {"RUNNING"}


def test_how_long_silence_may_last_can_be_set(
    tmp_path: Path, another: Another, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path, started(now_us(), FAR))
    os.utime(file, (time.time() - 1000,) * 2)

    monkeypatch.setenv("NBFLOW_SILENT_AFTER", "2000")

    assert shown(another(tmp_path), RUN) == {"RUNNING"}


def test_what_others_write_to_a_run_is_no_sign_of_its_process(tmp_path: Path, another: Another) -> None:
    os.utime(write(tmp_path, started(now_us(), FAR)), (1, 1))

    another(tmp_path).set_tag(RUN, "t", "v")

    assert shown(another(tmp_path), RUN) == {"KILLED"}


def test_an_end_that_was_written_is_believed(tmp_path: Path, another: Another) -> None:
    os.utime(write(tmp_path, started(5, FAR), Ended(6, "FAILED", 7)), (1, 1))

    assert shown(another(tmp_path), RUN) == {"FAILED"}


# Signs


BEAT = """
import time
run = nbflow.start_run()
run_id = run.run_id
"""


def test_a_process_that_logs_nothing_gives_signs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBFLOW_HEARTBEAT", "0.02")
    with process(tmp_path, BEAT) as (child, run_id):
        (file,) = (tmp_path / "0" / run_id / "log").glob("*.jsonl")
        seen: set[int] = set()
        end = time.monotonic() + 20
        while len(seen) < 4 and time.monotonic() < end:
            seen.add(file.stat().st_mtime_ns)
            time.sleep(0.005)
        assert len(seen) == 4

        child.kill()
        child.wait()
        last = file.stat().st_mtime_ns
        time.sleep(0.06)
        assert file.stat().st_mtime_ns == last


def test_a_run_that_has_ended_gives_no_more_signs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBFLOW_HEARTBEAT", "0.02")
    code = "run = nbflow.start_run(); run_id = run.run_id; nbflow.end_run(); other = nbflow.start_run()"
    with process(tmp_path, code) as (_, run_id):
        (file,) = (tmp_path / "0" / run_id / "log").glob("*.jsonl")
        before = file.stat().st_mtime_ns

        time.sleep(0.1)

        assert file.stat().st_mtime_ns == before


# Taking a run up


def test_a_run_that_runs_elsewhere_is_not_taken_up(tmp_path: Path, another: Another) -> None:
    nbflow.set_tracking_uri(tmp_path)
    with process(tmp_path) as (child, run_id):
        before = look(tmp_path)
        for take_up in (
            lambda: nbflow.start_run(run_id=run_id),
            lambda: Client(tmp_path).update_run(run_id, "RUNNING"),
        ):
            with pytest.raises(RunBusyError, match=f"process {child.pid} on") as caught:
                take_up()
            assert caught.value.run_id == run_id
        assert nbflow.active_run() is None
        assert look(tmp_path) == before

        child.kill()
        child.wait()
        with nbflow.start_run(run_id=run_id) as run:
            assert shown(another(tmp_path), run_id) == {"RUNNING"}
            assert run.run_id == run_id
        assert shown(another(tmp_path), run_id) == {"FINISHED"}


def test_a_run_of_another_machine_is_taken_up_once_it_is_silent(tmp_path: Path, another: Another) -> None:
    file = write(tmp_path, started(now_us(), FAR))
    client = another(tmp_path)
    with pytest.raises(RunBusyError, match="process 1 on far away"):
        client.update_run(RUN, "RUNNING")

    os.utime(file, (1, 1))
    client.update_run(RUN, "RUNNING")

    assert shown(another(tmp_path), RUN) == {"RUNNING"}


def test_a_run_taken_up_again_and_killed_again_was_killed(tmp_path: Path, another: Another) -> None:
    client = another(tmp_path)
    with process(tmp_path) as (child, run_id):
        child.communicate("")
    assert shown(client, run_id) == {"FINISHED"}

    with process(tmp_path, f"run_id = nbflow.start_run(run_id={run_id!r}).run_id") as (child, _):
        assert shown(client, run_id) == {"RUNNING"}
        child.kill()
        child.wait()

        assert shown(client, run_id) == {"KILLED"}


def test_somebody_else_may_end_a_run(tmp_path: Path, another: Another) -> None:
    client = another(tmp_path)
    with process(tmp_path) as (child, run_id):
        client.set_terminated(run_id, "FAILED")
        assert shown(client, run_id) == {"FAILED"}

        child.kill()
        child.wait()

        assert shown(client, run_id) == {"FAILED"}


@pytest.mark.parametrize("status", ["RUNNING", "SCHEDULED"])
def test_a_run_that_is_said_to_go_on_stays_its_process_s(tmp_path: Path, another: Another, status: str) -> None:
    """`set_terminated` takes every status, also one that ends nothing."""
    create = "client = nbflow.Client(); run_id = client.create_run('0').info.run_id"
    code = f"{create}; client.set_terminated(run_id, '{status}')"
    with process(tmp_path, code) as (child, run_id):
        client = another(tmp_path)
        assert shown(client, run_id) == {status}

        child.kill()
        child.wait()

        for each in (client, another(tmp_path)):
            assert shown(each, run_id) == {"KILLED"}
