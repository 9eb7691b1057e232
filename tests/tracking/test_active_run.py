from __future__ import annotations

import asyncio
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

import pytest

import nbflow
from nbflow.errors import InvalidInputError, TagNotFoundError

# ---------------------------------------------------------------- threads and tasks


def test_a_thread_does_not_see_the_run_of_another() -> None:
    seen: list[object] = []

    def work() -> None:
        seen.append(nbflow.active_run())
        with nbflow.start_run() as mine:
            nbflow.log_metric("mine", 1.0)
            seen.append(mine.run_id)

    with nbflow.start_run() as run:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert nbflow.active_run() is run

    assert seen[0] is None
    assert nbflow.get_run(str(seen[1])).metrics == {"mine": 1.0}
    assert run.metrics == {}


def test_runs_in_many_threads_do_not_mix() -> None:
    def train(number: int) -> str:
        with nbflow.start_run(run_name=f"worker {number}") as run:
            for step in range(50):
                nbflow.log_metric("number", number, step=step)
                nbflow.log_param(f"p{step % 5}", number)
            active = nbflow.active_run()
            assert active is run
        return run.run_id

    with ThreadPoolExecutor(4) as pool:
        ids = list(pool.map(train, range(8)))

    for number, run_id in enumerate(ids):
        record = nbflow.get_run(run_id)
        assert record.name == f"worker {number}"
        assert record.params == {f"p{i}": str(number) for i in range(5)}
        history = nbflow.get_metric_history(run_id, "number")
        assert [(point.step, point.value) for point in sorted(history, key=lambda p: p.step)] == [
            (step, float(number)) for step in range(50)
        ]


def test_threads_log_to_one_run_by_its_id() -> None:
    with nbflow.start_run() as run:

        def work(number: int) -> None:
            for step in range(25):
                nbflow.log_metric(f"thread {number}", step, step=step, run_id=run.run_id)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(4)))

    assert run.metrics == {f"thread {number}": 24.0 for number in range(4)}


def test_threads_log_to_one_active_run_in_its_context() -> None:
    with nbflow.start_run() as run:

        def work(number: int) -> None:
            for step in range(200):
                nbflow.log_metric("shared", step, step=step)
                nbflow.log_metric(f"own {number}", step, step=step)

        threads = [threading.Thread(target=copy_context().run, args=(work, number)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert len(nbflow.get_metric_history(run.run_id, "shared")) == 800
    assert [len(nbflow.get_metric_history(run.run_id, f"own {number}")) for number in range(4)] == [200] * 4


def test_runs_in_asyncio_tasks_do_not_mix() -> None:
    async def train(number: int) -> str:
        with nbflow.start_run(run_name=f"task {number}") as run:
            for step in range(5):
                nbflow.log_metric("number", number, step=step)
                await asyncio.sleep(0)
            assert nbflow.active_run() is run
        assert nbflow.active_run() is None
        return run.run_id

    async def main() -> list[str]:
        return await asyncio.gather(*(train(number) for number in range(4)))

    for number, run_id in enumerate(asyncio.run(main())):
        assert nbflow.get_run(run_id).metrics == {"number": float(number)}
        assert len(nbflow.get_metric_history(run_id, "number")) == 5


def test_tasks_nest_below_the_run_they_were_started_in() -> None:
    async def train() -> str:
        with nbflow.start_run(nested=True) as run:
            await asyncio.sleep(0)
            return run.run_id

    async def main() -> list[str]:
        return list(await asyncio.gather(train(), train()))

    with nbflow.start_run() as parent:
        ids = asyncio.run(main())
        assert nbflow.active_run() is parent

    assert [nbflow.get_run(run_id).tags["mlflow.parentRunId"] for run_id in ids] == [parent.run_id] * 2


# ---------------------------------------------------------------- without a run

LOGS: list[Callable[[], object]] = [
    lambda: nbflow.log_metric("a", 1.0),
    lambda: nbflow.log_metrics({"a": 1.0}),
    lambda: nbflow.log_param("a", 1),
    lambda: nbflow.log_params({"a": 1}),
    lambda: nbflow.set_tag("a", 1),
    lambda: nbflow.set_tags({"a": 1}),
    lambda: nbflow.log_text("a", "a.txt"),
    lambda: nbflow.log_dict({"a": 1}, "a.json"),
    lambda: nbflow.log_table({"a": [1]}, "a.json"),
    nbflow.get_artifact_uri,
]


@pytest.mark.parametrize("log", LOGS)
def test_logging_without_a_run_starts_one_that_stays_active(log: Callable[[], object]) -> None:
    log()

    run = nbflow.active_run()
    assert run is not None
    assert run.status == "RUNNING"
    nbflow.log_metric("more", 2.0)
    assert nbflow.active_run() is run
    nbflow.end_run()
    assert nbflow.get_run(run.run_id).status == "FINISHED"
    assert len(nbflow.search_runs()) == 1


WRONG: list[Callable[[], object]] = [
    lambda: nbflow.log_metric("a//b", 1.0),
    lambda: nbflow.log_metric("a", "high"),  # type: ignore[arg-type]
    lambda: nbflow.log_metric("a", 1.0, step=1.5),  # type: ignore[arg-type]
    lambda: nbflow.log_metric("a", 1.0, timestamp=-1),
    lambda: nbflow.log_metrics({"a": 1.0, "": 2.0}),
    lambda: nbflow.log_metrics([1.0]),  # type: ignore[arg-type]
    lambda: nbflow.log_metric("a", 1.0, dataset="no data set"),  # type: ignore[arg-type]
    lambda: nbflow.log_param("", 1),
    lambda: nbflow.log_params({"a": 1, "b?": 2}),
    lambda: nbflow.set_tag("/a", 1),
    lambda: nbflow.set_tags("text"),  # type: ignore[arg-type]
    lambda: nbflow.log_input("no data set"),  # type: ignore[arg-type]
    lambda: nbflow.log_text("a", "../a.txt"),
    lambda: nbflow.log_dict({}, "/a.json"),
    lambda: nbflow.log_figure(None, ""),
    lambda: nbflow.log_image(None, "a/../../b.png"),
    lambda: nbflow.log_table({}, "../a.json"),
    lambda: nbflow.log_artifact("a.txt", ".."),
    lambda: nbflow.log_artifacts(".", ".."),
    lambda: nbflow.get_artifact_uri(".."),
]


@pytest.mark.parametrize("log", WRONG)
def test_a_wrong_call_starts_no_run(log: Callable[[], object]) -> None:
    with pytest.raises(InvalidInputError):
        log()

    assert nbflow.active_run() is None
    assert len(nbflow.search_runs()) == 0


def test_there_is_no_tag_to_take_away_without_a_run() -> None:
    with pytest.raises(TagNotFoundError):
        nbflow.delete_tag("a")

    assert nbflow.active_run() is None


# ---------------------------------------------------------------- the object


def test_a_run_reads_as_it_is_now(run: nbflow.ActiveRun) -> None:
    assert run.metrics == {}

    nbflow.log_metric("a", 1.0)
    nbflow.log_param("p", "x")
    nbflow.set_tag("t", "y")
    nbflow.log_metric("a", 2.0, step=1)

    record = nbflow.get_run(run.run_id)
    assert run.record == record
    assert (run.info, run.data, run.inputs, run.error) == (record.info, record.data, record.inputs, record.error)
    assert (run.metrics, run.params, run.tags["t"]) == ({"a": 2.0}, {"p": "x"}, "y")
    assert run.name == record.info.run_name == "of a test"
    assert record.data.latest_metrics[0].step == 1


def test_a_run_says_what_it_is() -> None:
    with nbflow.start_run() as run:
        assert repr(run) == f"<ActiveRun {run.run_id} running>"
    assert repr(run) == f"<ActiveRun {run.run_id} ended>"


def test_a_run_shows_itself() -> None:
    with nbflow.start_run(run_name="<script>") as run:
        nbflow.log_metric("loss", 0.25)

    bundle = run._repr_mimebundle_()

    assert "0.25" in bundle["text/plain"]
    assert "<script>" not in bundle["text/html"]


def test_a_run_can_be_ended_from_elsewhere_and_once(run: nbflow.ActiveRun) -> None:
    nbflow.log_metric("a", 1.0)

    run.end("KILLED")
    end = run.info.end_time
    run.end("FINISHED")

    assert (run.status, run.info.end_time) == ("KILLED", end)


def test_blocks_that_end_crosswise_end_their_own_runs() -> None:
    first = nbflow.start_run()
    second = nbflow.start_run(nested=True)

    first.__exit__(None, None, None)
    assert nbflow.active_run() is second
    nbflow.log_metric("a", 1.0)
    second.__exit__(None, None, None)

    assert nbflow.active_run() is None
    assert (first.status, second.status) == ("FINISHED", "FINISHED")
    assert (first.metrics, second.metrics) == ({}, {"a": 1.0})


def test_the_active_run_stays_in_its_store_when_another_is_chosen() -> None:
    with nbflow.start_run() as run:
        nbflow.set_tracking_uri("other")
        nbflow.log_metric("a", 1.0)
        nbflow.log_param("p", 1)
        nbflow.log_text("hello", "a.txt")

    assert (run.metrics, run.params, run.status) == ({"a": 1.0}, {"p": "1"}, "FINISHED")
    assert [file.path for file in run.client.list_artifacts(run.run_id)] == ["a.txt"]
    assert len(nbflow.search_runs()) == 0


def test_an_error_on_its_way_out_is_not_hidden_by_a_run_that_cannot_be_ended() -> None:
    run = nbflow.start_run()
    nbflow.delete_run(run.run_id)
    run.log.runs_here = False  # as after a fork: then it may not end what is in the trash

    def fail() -> None:
        with run:
            msg = "the news"
            raise RuntimeError(msg)

    with (
        pytest.warns(RuntimeWarning, match="could not be ended.*deleted"),
        pytest.raises(RuntimeError, match="the news"),
    ):
        fail()

    assert nbflow.active_run() is None
    nbflow.restore_run(run.run_id)
    run.end()


def test_nothing_is_said_when_all_goes_well(capsys: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings(), nbflow.start_run():
        warnings.simplefilter("error")
        nbflow.log_metric("a", 1.0)

    assert capsys.readouterr() == ("", "")


def test_a_generator_keeps_its_own_run_apart() -> None:
    def steps() -> Any:
        with nbflow.start_run(nested=True) as mine:
            yield mine
            nbflow.log_metric("of the generator", 1.0, run_id=mine.run_id)

    with nbflow.start_run() as outer:
        generator = steps()
        mine = next(generator)
        assert next(generator, None) is None
        assert nbflow.active_run() is outer

    assert mine.metrics == {"of the generator": 1.0}
