from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import nbflow
from nbflow import Client
from nbflow.errors import (
    InvalidInputError,
    InvalidNameError,
    NbflowError,
    RunActiveError,
    RunBusyError,
    RunDeletedError,
    RunNotFoundError,
    UnsupportedValueError,
)
from tests.clock import next_millisecond

UNKNOWN = "f" * 32


def finished(**arguments: Any) -> nbflow.ActiveRun:
    with nbflow.start_run(**arguments) as run:
        pass
    return run


def runs_there() -> int:
    return len(nbflow.search_runs(search_all_experiments=True, run_view_type=3))


# ---------------------------------------------------------------- starting


def test_a_new_run_has_mlflows_shape() -> None:
    before = time.time_ns() // 1_000_000

    with nbflow.start_run(run_name="first") as run:
        record = nbflow.get_run(run.run_id)

        assert record.info.run_id == record.run_id == run.info.run_id
        assert len(record.run_id) == 32
        assert (record.info.run_name, record.name) == ("first", "first")
        assert (record.info.status, record.status) == ("RUNNING", "RUNNING")
        assert record.info.lifecycle_stage == "active"
        assert record.info.experiment_id == "0"
        assert before <= record.info.start_time <= time.time_ns() // 1_000_000
        assert record.info.end_time is None
        assert record.duration_ms is None
        assert (record.data.metrics, record.data.params) == ({}, {})
        assert record.inputs.dataset_inputs == ()
        assert record.error is None


def test_a_runs_folder_is_where_the_promise_says(tmp_path: Path) -> None:
    experiment = nbflow.set_experiment("my-experiment")

    with nbflow.start_run() as run:
        nbflow.log_text("x", "my_model/MLmodel")

    assert (
        tmp_path / "nbruns" / experiment.experiment_id / run.run_id / "artifacts" / "my_model" / "MLmodel"
    ).is_file()


def test_the_block_ends_the_run_finished() -> None:
    with nbflow.start_run() as run:
        assert nbflow.active_run() is run

    assert nbflow.active_run() is None
    assert run.status == "FINISHED"
    end = run.info.end_time
    assert end is not None
    assert end >= run.info.start_time
    assert nbflow.get_run(run.run_id).duration_ms == end - run.info.start_time


@pytest.mark.parametrize("name", ["Größe 日本 🎉", "a b", "../x", "x" * 1000, "<b>", "a\nb"])
def test_a_run_may_have_any_name(name: str) -> None:
    run = finished(run_name=name)

    assert run.name == name
    assert run.tags["mlflow.runName"] == name


@pytest.mark.parametrize("name", [None, ""])
def test_a_run_without_a_name_gets_one(name: str | None) -> None:
    names = {finished(run_name=name).name for _ in range(5)}

    assert len(names) == 5
    for made in names:
        adjective, noun, number = made.split("-")
        assert adjective.islower()
        assert noun.islower()
        assert 0 <= int(number) <= 1000
        assert len(made) <= 20


def test_the_tag_can_give_the_name_and_the_argument_wins() -> None:
    assert finished(tags={"mlflow.runName": "by tag"}).name == "by tag"
    both = finished(run_name="by argument", tags={"mlflow.runName": "by tag"})
    assert (both.name, both.tags["mlflow.runName"]) == ("by argument", "by argument")


def test_tags_and_a_description_come_beside_the_runs_own() -> None:
    run = finished(tags={"team": "a", "n": 3, "größe x": None}, description="What it is.")

    assert {"team": "a", "n": "3", "größe x": "None", "mlflow.note.content": "What it is."}.items() <= run.tags.items()
    assert {"mlflow.user", "mlflow.source.name", "mlflow.source.type", "mlflow.runName"} <= run.tags.keys()


def test_a_given_tag_wins_over_the_one_that_is_set_by_itself() -> None:
    run = finished(tags={"mlflow.user": "somebody", "mlflow.source.name": "mine.py"})

    assert (run.tags["mlflow.user"], run.info.user_id) == ("somebody", "somebody")
    assert run.tags["mlflow.source.name"] == "mine.py"


def test_a_script_names_itself(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("import nbflow\nwith nbflow.start_run() as run: print(run.run_id)\n")

    done = subprocess.run([sys.executable, "train.py"], capture_output=True, text=True, check=True)

    tags = nbflow.get_run(done.stdout.strip()).tags
    assert (tags["mlflow.source.name"], tags["mlflow.source.type"]) == ("train.py", "LOCAL")


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_a_script_in_a_repository_names_its_commit(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("import nbflow\nwith nbflow.start_run() as run: print(run.run_id)\n")
    who = ["-c", "user.name=me", "-c", "user.email=me@example.invalid"]
    for command in (["init", "-q", "-b", "topic"], ["add", "train.py"], [*who, "commit", "-q", "-m", "first"]):
        subprocess.run(["git", *command], check=True)  # noqa: S607 - found on PATH
    commit = (tmp_path / ".git" / "refs" / "heads" / "topic").read_text().strip()

    runs = []
    for _ in range(2):
        done = subprocess.run([sys.executable, "train.py"], capture_output=True, text=True, check=True)
        runs.append(nbflow.get_run(done.stdout.strip()).tags)
        with (tmp_path / "train.py").open("a") as script:
            script.write("# changed\n")

    for tags, dirty in zip(runs, ("false", "true"), strict=True):
        assert tags["mlflow.source.git.commit"] == commit
        assert tags["mlflow.source.git.branch"] == "topic"
        assert tags["nbflow.source.git.dirty"] == dirty


@pytest.mark.parametrize(
    "arguments",
    [
        {"description": "a", "tags": {"mlflow.note.content": "b"}},
        {"tags": {"a//b": 1}},
        {"tags": {"": 1}},
        {"tags": {5: 1}},
        {"tags": [1]},
        {"tags": "text"},
        {"tags": {"a": "\ud800"}},
        {"tags": {"a": "x" * 1_000_001}},
        {"run_name": "\ud800"},
        {"description": "\ud800"},
        {"run_id": "?"},
        {"run_id": "../../x"},
        {"run_id": 5},
        {"parent_run_id": "?"},
        {"experiment_id": 1.5},
    ],
)
def test_wrong_arguments_start_nothing(arguments: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError) as caught:
        nbflow.start_run(**arguments)

    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"
    assert nbflow.active_run() is None
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_is_active_must_be_ended_first() -> None:
    with nbflow.start_run() as run:
        with pytest.raises(RunActiveError, match=rf"{run.run_id} is already active.*nested=True") as caught:
            nbflow.start_run()

        assert caught.value.run_id == run.run_id
        assert nbflow.active_run() is run
    assert runs_there() == 1


def test_system_metrics_are_sampled_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBFLOW_SYSTEM_METRICS_INTERVAL", "0.05")

    with nbflow.start_run(log_system_metrics=True) as watched:
        deadline = time.monotonic() + 20
        while len(nbflow.get_metric_history(watched.run_id, "system/cpu_utilization_percentage")) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.02)

    history = nbflow.get_metric_history(watched.run_id, "system/cpu_utilization_percentage")
    assert [point.step for point in history][:2] == [0, 1]
    with nbflow.start_run(run_id=watched.run_id, log_system_metrics=True):
        while len(again := nbflow.get_metric_history(watched.run_id, "system/cpu_utilization_percentage")) == len(
            history
        ):
            assert time.monotonic() < deadline
            time.sleep(0.02)
    assert again[len(history)].step == len(history)


def test_system_metrics_are_off_until_they_are_switched_on() -> None:
    assert finished().metrics == {}

    nbflow.enable_system_metrics_logging()
    with nbflow.start_run() as run:
        assert run.monitor is not None
    nbflow.disable_system_metrics_logging()

    with nbflow.start_run() as run:
        assert run.monitor is None
    with nbflow.start_run(log_system_metrics=False) as run:
        assert run.monitor is None


# ---------------------------------------------------------------- nesting


def test_a_nested_run_belongs_to_the_active_one() -> None:
    with nbflow.start_run() as parent:
        with nbflow.start_run(nested=True) as child:
            with nbflow.start_run(nested=True) as grandchild:
                assert nbflow.active_run() is grandchild
            assert nbflow.active_run() is child
        assert nbflow.active_run() is parent

    assert child.tags["mlflow.parentRunId"] == parent.run_id
    found = nbflow.get_parent_run(grandchild.run_id)
    assert found is not None
    assert found.run_id == child.run_id
    assert nbflow.get_parent_run(parent.run_id) is None


def test_nested_without_an_active_run_belongs_to_none() -> None:
    assert nbflow.get_parent_run(finished(nested=True).run_id) is None


def test_the_parent_may_be_a_run_that_ended() -> None:
    parent = finished()

    child = finished(parent_run_id=parent.run_id)

    found = nbflow.get_parent_run(child.run_id)
    assert found is not None
    assert found.run_id == parent.run_id


def test_the_parent_may_be_named_when_it_is_the_active_run() -> None:
    with nbflow.start_run() as parent, nbflow.start_run(nested=True, parent_run_id=parent.run_id) as child:
        pass

    assert child.tags["mlflow.parentRunId"] == parent.run_id


def test_another_parent_than_the_active_run_is_refused() -> None:
    other = finished()

    with nbflow.start_run() as run, pytest.raises(InvalidInputError, match=f"active run is {run.run_id}"):
        nbflow.start_run(nested=True, parent_run_id=other.run_id)

    assert runs_there() == 2


def test_a_parent_that_is_unknown_or_deleted_is_refused() -> None:
    deleted = finished()
    nbflow.delete_run(deleted.run_id)

    with pytest.raises(RunNotFoundError):
        nbflow.start_run(parent_run_id=UNKNOWN)
    with pytest.raises(RunDeletedError):
        nbflow.start_run(parent_run_id=deleted.run_id)

    assert nbflow.active_run() is None
    assert runs_there() == 1


def test_a_parent_that_is_gone_or_nonsense_is_none() -> None:
    orphan = finished(tags={"mlflow.parentRunId": UNKNOWN})
    odd = finished(tags={"mlflow.parentRunId": "../x"})

    assert nbflow.get_parent_run(orphan.run_id) is None
    assert nbflow.get_parent_run(odd.run_id) is None


# ---------------------------------------------------------------- ending


@pytest.mark.parametrize("status", ["FINISHED", "FAILED", "KILLED"])
def test_a_run_ends_with_the_status_given(status: str) -> None:
    run = nbflow.start_run()

    nbflow.end_run(status)

    assert nbflow.get_run(run.run_id).status == status
    assert nbflow.active_run() is None


def test_ending_without_an_active_run_does_nothing(tmp_path: Path) -> None:
    nbflow.end_run()

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("status", ["BOGUS", "finished", "", None, 1, ["FINISHED"]])
def test_a_status_that_is_none_leaves_the_run_active(status: Any) -> None:
    run = nbflow.start_run()

    with pytest.raises(InvalidInputError, match="RUNNING, SCHEDULED, FINISHED, FAILED, KILLED"):
        nbflow.end_run(status)

    assert nbflow.active_run() is run
    assert run.status == "RUNNING"


def test_an_exception_ends_the_run_failed_and_is_kept() -> None:
    def fail() -> None:
        nbflow.log_metric("loss", 1.0)
        _ = 1 / 0

    with pytest.raises(ZeroDivisionError), nbflow.start_run() as run:
        fail()

    record = nbflow.get_run(run.run_id)
    assert record.status == "FAILED"
    assert record.metrics == {"loss": 1.0}
    assert record.info.end_time is not None
    assert record.error is not None
    assert (record.error.type, record.error.message) == ("ZeroDivisionError", "division by zero")
    assert "_ = 1 / 0" in record.error.traceback
    assert record.error.where is not None
    assert record.error.where.rpartition(":")[0] == __file__


def test_an_error_of_nbflow_itself_fails_the_run_too() -> None:
    with pytest.raises(InvalidNameError), nbflow.start_run() as run:
        nbflow.log_metric("a//b", 1.0)

    assert run.status == "FAILED"
    assert run.error is not None
    assert run.error.type == "nbflow.errors.InvalidNameError"


def test_an_interrupt_ends_the_run_killed() -> None:
    with pytest.raises(KeyboardInterrupt), nbflow.start_run() as run:
        raise KeyboardInterrupt

    assert run.status == "KILLED"
    assert run.error is not None
    assert run.error.type == "KeyboardInterrupt"


def test_an_exception_fails_the_nested_run_and_its_parent() -> None:
    with (
        pytest.raises(RuntimeError, match="boom"),
        nbflow.start_run() as parent,
        nbflow.start_run(nested=True) as child,
    ):
        raise RuntimeError("boom")

    assert (parent.status, child.status) == ("FAILED", "FAILED")


def test_a_caught_exception_fails_the_nested_run_only() -> None:
    with nbflow.start_run() as parent:
        with pytest.raises(RuntimeError), nbflow.start_run(nested=True) as child:
            raise RuntimeError
        nbflow.log_metric("goes on", 1.0)

    assert (parent.status, child.status) == ("FINISHED", "FAILED")
    assert parent.error is None


def test_a_run_resumed_after_a_failure_has_no_error_when_it_finishes() -> None:
    with pytest.raises(RuntimeError), nbflow.start_run() as run:
        raise RuntimeError

    with nbflow.start_run(run_id=run.run_id):
        pass

    assert run.status == "FINISHED"
    assert run.error is None


def test_ending_in_the_block_is_not_undone_by_its_end() -> None:
    with nbflow.start_run() as run:
        nbflow.end_run("KILLED")

    assert run.status == "KILLED"


def test_the_end_of_the_process_finishes_what_is_open(python: Callable[..., str]) -> None:
    outer, inner = python(
        """
        import nbflow
        outer = nbflow.start_run()
        inner = nbflow.start_run(nested=True)
        nbflow.log_metric("a", 1.0)
        print(outer.run_id, inner.run_id)
        """
    ).split()

    assert (nbflow.get_run(outer).status, nbflow.get_run(inner).status) == ("FINISHED", "FINISHED")
    assert nbflow.get_run(inner).metrics == {"a": 1.0}


def test_a_killed_process_leaves_a_killed_run(python: Callable[..., str]) -> None:
    run_id = python(
        """
        import nbflow, os
        run = nbflow.start_run()
        nbflow.log_metric("a", 1.0)
        print(run.run_id, flush=True)
        os._exit(0)
        """
    )

    record = nbflow.get_run(run_id)
    assert (record.status, record.info.end_time, record.metrics) == ("KILLED", None, {"a": 1.0})
    assert list(nbflow.search_runs()["status"]) == ["KILLED"]


# ---------------------------------------------------------------- resuming


def test_a_resumed_run_is_running_again_and_keeps_its_end() -> None:
    run = finished(run_name="first")
    start, end = run.info.start_time, run.info.end_time
    next_millisecond()

    with nbflow.start_run(run_id=run.run_id) as resumed:
        assert resumed.run_id == run.run_id
        assert resumed.status == "RUNNING"
        assert (resumed.info.start_time, resumed.info.end_time) == (start, end)
        assert resumed.name == "first"
        nbflow.log_metric("later", 2.0)

    assert (run.status, run.metrics) == ("FINISHED", {"later": 2.0})
    assert end is not None
    assert run.info.end_time is not None
    assert run.info.end_time > end


def test_resuming_can_rename_and_tag() -> None:
    run = finished(run_name="first", tags={"a": "1", "b": "1"})

    with nbflow.start_run(run_id=run.run_id, run_name="second", tags={"b": "2"}, description="New."):
        pass

    assert run.name == "second"
    assert {"a": "1", "b": "2", "mlflow.runName": "second", "mlflow.note.content": "New."}.items() <= run.tags.items()


def test_what_is_refused_resumes_nothing() -> None:
    run = finished(run_name="first")
    other = nbflow.create_experiment("other")

    for arguments in (
        {"experiment_id": other},
        {"experiment_id": 1.5},
        {"run_name": "\ud800"},
        {"tags": {"a//b": 1}},
        {"description": "a", "tags": {"mlflow.note.content": "b"}},
    ):
        with pytest.raises(InvalidInputError):
            nbflow.start_run(run_id=run.run_id, **arguments)

    assert nbflow.active_run() is None
    assert (run.status, run.name) == ("FINISHED", "first")


def test_the_experiment_may_be_named_when_it_is_the_runs() -> None:
    run = finished()

    with nbflow.start_run(run_id=run.run_id, experiment_id="0"):
        assert run.status == "RUNNING"


def test_a_deleted_or_unknown_run_is_not_resumed() -> None:
    run = finished()
    nbflow.delete_run(run.run_id)

    with pytest.raises(RunDeletedError):
        nbflow.start_run(run_id=run.run_id)
    with pytest.raises(RunNotFoundError, match="search_runs"):
        nbflow.start_run(run_id=UNKNOWN)

    assert nbflow.active_run() is None
    nbflow.restore_run(run.run_id)
    assert run.status == "FINISHED"


def test_a_run_that_another_process_runs_is_not_resumed() -> None:
    script = (
        "import nbflow, sys\n"
        "with nbflow.start_run() as run:\n"
        "    print(run.run_id, flush=True)\n"
        "    sys.stdin.readline()\n"
    )
    other = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with other:
        assert other.stdout is not None
        run_id = other.stdout.readline().strip()

        with pytest.raises(RunBusyError, match=f"process {other.pid}") as caught:
            nbflow.start_run(run_id=run_id)
        assert caught.value.run_id == run_id
        with pytest.raises(RunBusyError):
            Client().update_run(run_id, status="RUNNING", name="mine")
        assert nbflow.active_run() is None
        assert nbflow.get_run(run_id).name != "mine"
        # To log to it is another matter.
        nbflow.log_metric("from here", 1.0, run_id=run_id)

        other.communicate("go on\n", timeout=30)
    assert nbflow.get_run(run_id).status == "FINISHED"
    with nbflow.start_run(run_id=run_id) as resumed:
        assert resumed.metrics == {"from here": 1.0}


def test_a_run_whose_process_died_is_resumed(python: Callable[..., str]) -> None:
    run_id = python("import nbflow, os\nprint(nbflow.start_run().run_id, flush=True)\nos._exit(0)")

    with nbflow.start_run(run_id=run_id) as run:
        assert run.status == "RUNNING"

    assert run.status == "FINISHED"


def test_the_variable_resumes_once(monkeypatch: pytest.MonkeyPatch) -> None:
    run = finished()
    monkeypatch.setenv("NBFLOW_RUN_ID", run.run_id)

    with nbflow.start_run() as first:
        assert first.run_id == run.run_id
    with nbflow.start_run() as second:
        assert second.run_id != run.run_id
    assert "NBFLOW_RUN_ID" not in os.environ


def test_the_argument_wins_over_the_variable_and_a_refused_start_leaves_it(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = finished(), finished()
    monkeypatch.setenv("NBFLOW_RUN_ID", one.run_id)

    with nbflow.start_run(run_id=two.run_id) as run:
        assert run.run_id == two.run_id
        with pytest.raises(RunActiveError):
            nbflow.start_run()
    with pytest.raises(InvalidInputError):
        nbflow.start_run(tags={"a//b": 1})

    assert os.environ["NBFLOW_RUN_ID"] == one.run_id


def test_a_resumed_run_can_be_nested() -> None:
    run = finished()

    with nbflow.start_run() as outer, nbflow.start_run(run_id=run.run_id, nested=True):
        nbflow.log_metric("inner", 1.0)

    assert (run.metrics, outer.metrics) == ({"inner": 1.0}, {})


# ---------------------------------------------------------------- names


def test_the_name_and_its_tag_are_one() -> None:
    run = finished(run_name="first")
    client = Client()

    client.set_tag(run.run_id, "mlflow.runName", "by tag")
    assert run.name == "by tag"
    client.update_run(run.run_id, name="by name")
    assert run.tags["mlflow.runName"] == "by name"
    assert nbflow.search_runs(filter_string="run_name = 'by name'")["run_id"].tolist() == [run.run_id]
    client.delete_tag(run.run_id, "mlflow.runName")
    assert run.name == "by name"
    assert "mlflow.runName" not in run.tags


# ---------------------------------------------------------------- trash and other experiments


def test_a_deleted_run_is_out_of_sight_and_can_come_back() -> None:
    run = finished()

    nbflow.delete_run(run.run_id)
    nbflow.delete_run(run.run_id)

    assert nbflow.get_run(run.run_id).info.lifecycle_stage == "deleted"
    assert len(nbflow.search_runs()) == 0

    nbflow.restore_run(run.run_id)
    nbflow.restore_run(run.run_id)

    assert nbflow.get_run(run.run_id).info.lifecycle_stage == "active"
    assert len(nbflow.search_runs()) == 1


WRITES: list[Callable[[Client, str], object]] = [
    lambda client, run_id: client.log_metric(run_id, "a", 1.0),
    lambda client, run_id: client.log_param(run_id, "a", 1),
    lambda client, run_id: client.log_batch(run_id),
    lambda client, run_id: client.set_tag(run_id, "a", 1),
    lambda client, run_id: client.delete_tag(run_id, "mlflow.user"),
    lambda client, run_id: client.log_inputs(run_id),
    lambda client, run_id: client.set_terminated(run_id),
    lambda client, run_id: client.update_run(run_id, name="a"),
    lambda client, run_id: client.move_run(run_id, "0"),
    lambda client, run_id: client.log_text(run_id, "a", "a.txt"),
    lambda client, run_id: client.log_dict(run_id, {}, "a.json"),
    lambda client, run_id: client.log_table(run_id, {"a": [1]}, "a.json"),
    lambda client, run_id: client.log_artifacts(run_id, "."),
    lambda _client, run_id: nbflow.log_metric("a", 1.0, run_id=run_id),
    lambda _client, run_id: nbflow.log_metrics({"a": 1.0}, run_id=run_id),
    lambda _client, run_id: nbflow.log_params({"a": 1.0}, run_id=run_id),
    lambda _client, run_id: nbflow.set_tags({"a": 1.0}, run_id=run_id),
    lambda _client, run_id: nbflow.log_text("a", "a.txt", run_id=run_id),
]


@pytest.mark.parametrize("write", WRITES)
def test_a_deleted_run_takes_nothing(write: Callable[[Client, str], object]) -> None:
    run = finished()
    nbflow.delete_run(run.run_id)
    before = nbflow.get_run(run.run_id)

    with pytest.raises(RunDeletedError, match="must be in the 'active' state") as caught:
        write(Client(), run.run_id)

    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"
    assert nbflow.get_run(run.run_id) == before
    assert not os.path.exists(run.info.artifact_uri)  # noqa: PTH110 - as a string


READS: list[Callable[[Client, str], object]] = [
    lambda client, run_id: client.get_run(run_id),
    lambda client, run_id: client.get_parent_run(run_id),
    lambda client, run_id: client.get_metric_history(run_id, "a"),
    lambda client, run_id: client.list_artifacts(run_id),
    lambda client, run_id: client.download_artifacts(run_id, ""),
    lambda client, run_id: client.delete_run(run_id),
    lambda client, run_id: client.restore_run(run_id),
]


@pytest.mark.parametrize("call", WRITES + READS)
def test_an_unknown_run_is_not_found(call: Callable[[Client, str], object], tmp_path: Path) -> None:
    with pytest.raises(RunNotFoundError) as caught:
        call(Client(), UNKNOWN)

    assert caught.value.run_id == UNKNOWN
    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("call", WRITES + READS)
def test_a_run_id_that_is_none_is_refused(call: Callable[[Client, str], object]) -> None:
    with pytest.raises(InvalidNameError, match="32 lower-case hex digits"):
        call(Client(), "../../etc")


def test_a_moved_run_is_found_in_its_new_experiment_with_all_it_has() -> None:
    old, new = nbflow.create_experiment("old"), nbflow.create_experiment("new")
    with nbflow.start_run(experiment_id=old) as run:
        nbflow.log_metric("loss", 0.5)
        nbflow.log_text("hello", "a.txt")
    before = nbflow.get_run(run.run_id)

    Client().move_run(run.run_id, new)

    moved = nbflow.get_run(run.run_id)
    assert moved.info.experiment_id == new
    assert (moved.data, moved.info.artifact_uri, moved.status) == (before.data, before.info.artifact_uri, "FINISHED")
    assert len(nbflow.search_runs([old])) == 0
    assert list(nbflow.search_runs([new])["run_id"]) == [run.run_id]
    assert nbflow.artifacts.load_text(f"runs:/{run.run_id}/a.txt") == "hello"
    nbflow.delete_experiment(old)
    assert nbflow.get_run(run.run_id).info.lifecycle_stage == "active"
    nbflow.delete_experiment(new)
    assert nbflow.get_run(run.run_id).info.lifecycle_stage == "deleted"


def test_a_run_is_not_moved_to_where_nothing_is() -> None:
    gone = nbflow.create_experiment("gone")
    nbflow.delete_experiment(gone)
    run = finished()

    for target in ("999999999999999999", "abc", gone):
        with pytest.raises(NbflowError):
            Client().move_run(run.run_id, target)

    assert run.info.experiment_id == "0"


def test_writing_to_a_finished_run_is_allowed() -> None:
    run = finished()

    nbflow.log_metric("late", 1.0, run_id=run.run_id)
    nbflow.log_metrics({"late": 2.0}, step=1, run_id=run.run_id)
    nbflow.log_params({"p": 1}, run_id=run.run_id)
    nbflow.set_tags({"t": 1}, run_id=run.run_id)
    nbflow.log_text("x", "a.txt", run_id=run.run_id)

    assert run.status == "FINISHED"
    assert (run.metrics, run.params, run.tags["t"]) == ({"late": 2.0}, {"p": "1"}, "1")
    row = nbflow.search_runs().iloc[0]
    assert (row["metrics.late"], row["params.p"], row["tags.t"]) == (2.0, "1", "1")


# ---------------------------------------------------------------- the last run


def test_the_last_active_run_is_the_one_that_is_or_was() -> None:
    with nbflow.start_run() as outer, nbflow.start_run(nested=True) as run:
        last = nbflow.last_active_run()
        assert last is not None
        assert last.run_id == run.run_id

    last = nbflow.last_active_run()
    assert last is not None
    assert (last.run_id, last.status) == (outer.run_id, "FINISHED")


def last_run_id() -> str | None:
    last = nbflow.last_active_run()
    return None if last is None else last.run_id


def test_the_last_active_run_after_nested_ones_is_the_one_that_ended_last() -> None:
    with nbflow.start_run() as outer:
        with nbflow.start_run(nested=True):
            pass
        assert last_run_id() == outer.run_id
        with nbflow.start_run(nested=True):
            pass
    assert last_run_id() == outer.run_id

    with nbflow.start_run():
        nbflow.end_run()
        with nbflow.start_run() as later:
            pass
    assert last_run_id() == later.run_id


def test_the_last_active_run_of_one_thread_is_not_that_of_another() -> None:
    ended = finished().run_id
    found: list[str | None] = []

    thread = threading.Thread(target=lambda: found.append(last_run_id()))
    thread.start()
    thread.join()

    assert found == [None]
    assert last_run_id() == ended


def test_the_last_run_of_another_store_is_not_this_ones() -> None:
    finished()
    nbflow.set_tracking_uri("other")

    assert nbflow.last_active_run() is None


def test_a_tag_name_of_another_type_is_refused_everywhere(run: nbflow.ActiveRun) -> None:
    client = Client()
    before = run.record

    for call in (
        lambda: nbflow.set_tag(["a"], 1),  # type: ignore[arg-type]
        lambda: nbflow.log_param(["a"], 1),  # type: ignore[arg-type]
        lambda: nbflow.log_metric(["a"], 1),  # type: ignore[arg-type]
        lambda: client.set_tag(run.run_id, ["a"], 1),  # type: ignore[arg-type]
        lambda: client.log_param(run.run_id, ["a"], 1),  # type: ignore[arg-type]
        lambda: client.log_metric(run.run_id, ["a"], 1),  # type: ignore[arg-type]
    ):
        with pytest.raises(UnsupportedValueError, match="names are strings"):
            call()

    assert run.record == before
