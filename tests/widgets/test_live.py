"""What a live display holds, without a kernel: it is asked to look, and says what it sends."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import nbflow
from nbflow.errors import InvalidInputError, RunNotFoundError, UnsupportedValueError
from nbflow.tracking.active import started
from nbflow.widgets.limits import json_text, saved_bytes
from nbflow.widgets.live.run import LiveRun
from nbflow.widgets.live.widget import MAX_RUNS, Live, is_shown
from nbflow.widgets.wire import to_json
from tests.widgets.conftest import Page, connected, saved_data

if TYPE_CHECKING:
    from pathlib import Path

    from nbflow import Client
    from nbflow.tracking.active import ActiveRun

Follow = Callable[["ActiveRun"], tuple[Live, Page]]
MIME = "application/vnd.nbflow.live.v1+json"
HOSTILE = "<img src=x onerror=alert(1)></script>\u202e"


@pytest.fixture
def run(tmp_path: Path) -> ActiveRun:
    """Start a run in a store of its own."""
    nbflow.set_tracking_uri(tmp_path / "nbruns")
    return nbflow.start_run(run_name="keen-fox")


@pytest.fixture
def followed() -> Iterator[Follow]:
    """Give the display of a run, with a page at the other end; it looks when it is told to."""
    opened: list[tuple[Live, Page]] = []

    def follow(run: ActiveRun) -> tuple[Live, Page]:
        view, page = connected(Live([LiveRun(run.client.tracking_uri, run.run_id)]))
        started.append(view._new.append)
        view._ended.clear()
        opened.append((view, page))
        return view, page

    yield follow
    for view, page in opened:
        if not page.closed:
            view.close()


def metric(view: Live, key: str) -> dict[str, Any]:
    return next(each for each in view._data()["metrics"] if each["key"] == key)


def test_what_is_logged_is_sent_and_nothing_twice(followed: Follow, run: ActiveRun) -> None:
    view, page = followed(run)
    nbflow.log_metric("loss", 0.5, step=1)
    nbflow.log_metric("loss", 0.25, step=2)
    nbflow.log_metric("acc", 0.75)

    view.look()
    view.look()
    nbflow.log_metric("acc", 0.875)
    view.look()

    first, second = page.events("patch")
    assert {each["key"] for each in first["patch"]["metrics"]} == {"loss", "acc"}
    assert first["patch"]["metrics"][0]["series"]["value"].tolist() == [0.5, 0.25]
    assert [each["key"] for each in second["patch"]["metrics"]] == ["acc"]
    assert "params" not in second["patch"]["runs"][0]


def test_the_best_value_is_the_lowest_of_a_loss_and_unknown_of_what_is_not_judged(
    followed: Follow, run: ActiveRun
) -> None:
    view, _ = followed(run)
    for step, value in enumerate((0.5, 0.25, 0.375)):
        nbflow.log_metrics({"loss": value, "accuracy": value, "epoch": value}, step=step)

    view.look()

    assert [metric(view, key)["best"] for key in ("loss", "accuracy", "epoch")] == ["min", "max", None]
    assert (metric(view, "loss")["min"], metric(view, "loss")["value"]) == (0.25, 0.375)


def test_a_long_course_keeps_its_peaks_in_few_points(followed: Follow, run: ActiveRun) -> None:
    view, _ = followed(run)
    values = np.sin(np.arange(60_000) / 500)
    values[12_345], values[45_678] = 50.0, -50.0
    for part in range(0, 60_000, 7_000):
        run.client.log_batch(
            run.run_id,
            [
                nbflow.entities.Metric("m", float(v), 1000 + i, i)
                for i, v in enumerate(values[part : part + 7_000], part)
            ],
        )
        view.look()

    series = metric(view, "m")["series"]
    assert len(series["value"]) <= 500
    assert series["n"] == 60_000
    assert (series["value"].min(), series["value"].max()) == (-50.0, 50.0)
    assert series["step"][-1] == 59_999
    assert (np.diff(series["step"]) > 0).all()


def test_it_ends_with_the_run(followed: Follow, run: ActiveRun) -> None:
    view, page = followed(run)
    nbflow.log_metric("loss", 0.5)
    assert not view.look()

    nbflow.end_run("FAILED")

    assert view.look()
    assert not view.is_following
    assert view._new.append not in started
    assert page.events("patch")[-1]["patch"]["runs"][0]["status"] == "FAILED"


def test_a_thread_looks_until_the_run_has_ended(followed: Follow, run: ActiveRun) -> None:
    view, page = followed(run)
    thread = view.follow()
    nbflow.log_metric("loss", 0.5)
    nbflow.end_run()

    thread.join(20)

    assert not thread.is_alive()
    assert page.events("patch")[-1]["patch"]["runs"][0]["status"] == "FINISHED"


def test_a_thread_ends_when_the_display_is_closed(followed: Follow, run: ActiveRun) -> None:
    view, page = followed(run)
    thread = view.follow()

    view.close()
    thread.join(20)

    assert not thread.is_alive()
    assert page.closed


def test_runs_that_belong_to_it_are_drawn_with_it(followed: Follow, run: ActiveRun) -> None:
    view, _ = followed(run)
    with nbflow.start_run(nested=True, run_name="child"):
        nbflow.log_metrics({"loss": 0.5})
        with nbflow.start_run(nested=True, run_name="grandchild"):
            nbflow.log_metrics({"loss": 0.25})
    with_others = threading.Thread(target=lambda: nbflow.start_run(run_name="another's"))
    with_others.start()
    with_others.join()

    view.look()

    assert [each["name"] for each in view._data()["runs"]] == ["keen-fox", "child", "grandchild"]
    assert [each["value"] for each in view._data()["metrics"]] == [0.5, 0.25]


def test_of_many_runs_the_newest_are_drawn_and_all_counted(followed: Follow, run: ActiveRun) -> None:
    view, _ = followed(run)
    for i in range(MAX_RUNS + 5):
        with nbflow.start_run(nested=True, run_name=f"child {i}"):
            pass

    view.look()

    names = [each["name"] for each in view._data()["runs"]]
    assert (len(names), names[0], names[-1]) == (MAX_RUNS, "keen-fox", f"child {MAX_RUNS + 4}")
    assert view._data()["n_runs"] == MAX_RUNS + 6


def test_steps_a_second_are_told(followed: Follow, run: ActiveRun) -> None:
    view, _ = followed(run)
    points = [nbflow.entities.Metric("m", 1.0, 5_000 + 100 * i, i) for i in range(50)]
    run.client.log_batch(run.run_id, points)

    view.look()

    assert view._data()["runs"][0]["rate"] == {"value": pytest.approx(10), "unit": "steps"}


def test_points_a_second_are_told_where_there_are_no_steps(followed: Follow, run: ActiveRun) -> None:
    view, _ = followed(run)
    run.client.log_batch(run.run_id, [nbflow.entities.Metric("m", 1.0, 5_000 + 500 * i, 0) for i in range(11)])

    view.look()

    assert view._data()["runs"][0]["rate"] == {"value": pytest.approx(2), "unit": "points"}


def test_a_store_that_is_gone_is_told_and_ends_it(client: Client, tmp_path: Path) -> None:
    run = client.create_run("0")
    client.log_metric(run.run_id, "loss", 0.5)
    view = Live([LiveRun(client.tracking_uri, run.run_id)])
    assert not view.look()

    shutil.rmtree(tmp_path / "nbruns")

    assert view.look()
    assert "not there any more" in view._data()["notice"]
    assert metric(view, "loss")["value"] == 0.5


@pytest.mark.parametrize("how", ["entity", "id", "active"])
def test_a_run_that_has_ended_is_shown_as_it_ended(run: ActiveRun, how: str) -> None:
    for i in range(5):
        nbflow.log_metric("loss", 1 / (i + 1), step=i)
    nbflow.end_run()

    given: dict[str, Any] = {"entity": nbflow.get_run(run.run_id), "id": run.run_id, "active": run}
    view = nbflow.live(given[how])

    data = saved_data(view.bundle()[0], MIME)
    assert not view.is_following
    assert (data["runs"][0]["status"], data["metrics"][0]["series"]["value"][-1]) == ("FINISHED", 0.2)


def test_without_a_run_it_says_what_to_do() -> None:
    with pytest.raises(InvalidInputError, match=r"No run is active.*start_run"):
        nbflow.live()
    with pytest.raises(UnsupportedValueError):
        nbflow.live(3)  # type: ignore[arg-type]
    with pytest.raises(RunNotFoundError):
        nbflow.live("0" * 32)
    with pytest.raises(InvalidInputError):
        nbflow.live("0" * 32, starting=True)


@pytest.mark.usefixtures("run")
def test_numbers_that_json_cannot_say_and_hostile_names_are_saved() -> None:
    for step, value in enumerate((1.0, float("nan"), -float("inf"), float("inf"))):
        nbflow.log_metric("loss", value, step=step)
    nbflow.log_param("p", HOSTILE)
    nbflow.set_tag("mlflow.runName", HOSTILE)

    bundle, _ = nbflow.live().bundle()

    (found,) = saved_data(bundle, MIME)["metrics"]
    assert found["value"] == "Infinity"
    assert found["series"]["value"] == [1.0, None, None, None]
    assert "<img src=x" not in bundle["text/html"]


@pytest.mark.usefixtures("run")
def test_a_run_without_metrics_is_drawn() -> None:
    bundle, _ = nbflow.live().bundle()

    assert "keen-fox" in bundle["text/html"]
    assert "running" in bundle["text/plain"]


@pytest.mark.usefixtures("run")
def test_a_thousand_metrics_stay_small() -> None:
    for i in range(50):
        nbflow.log_metrics({f"layer.{n}/norm": n / (i + 1) for n in range(1000)}, step=i)

    view = nbflow.live()

    series = [each["series"] for each in view._data()["metrics"] if "series" in each]
    assert sum(len(each["value"]) for each in series) <= 6_000
    bundle, _ = view.bundle()
    assert len(saved_data(bundle, MIME)["metrics"]) >= 500
    assert saved_bytes(json_text(to_json(bundle[MIME]))) < 400_000


def test_every_point_of_a_part_is_answered(followed: Follow, run: ActiveRun) -> None:
    for i in range(100):
        nbflow.log_metric("loss", i, step=i)
    _, page = followed(run)

    answer = page.ask("history", key="loss", axis="step", low=10, high=19)["answer"]

    assert answer["value"].tolist() == list(range(10, 20))
    assert page.ask("history", key="none")["error"]["code"]


def test_a_fault_in_looking_is_a_notice_and_ends_it(followed: Follow, run: ActiveRun) -> None:
    view, _ = followed(run)
    view._new.append(object())  # type: ignore[arg-type]

    assert view.look()

    assert "This display has stopped: AttributeError" in view._data()["notice"]


def test_several_threads_may_end_it_at_once(followed: Follow, run: ActiveRun) -> None:
    n_before = len(started)
    for _ in range(20):
        view, _ = followed(run)
        together = threading.Barrier(4)

        def end(view: Live = view, together: threading.Barrier = together) -> None:
            together.wait(10)
            view._stop()

        with ThreadPoolExecutor(4) as pool:
            for ended in [pool.submit(end) for _ in range(4)]:
                ended.result(10)

    assert len(started) == n_before


def test_a_run_is_looked_for_among_displays_while_others_are_made(run: ActiveRun) -> None:
    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            is_shown("f" * 32, None)

    with ThreadPoolExecutor(2) as pool:
        looking = [pool.submit(look) for _ in range(2)]
        for _ in range(100):
            Live([LiveRun(run.client.tracking_uri, run.run_id)])
        over.set()
        for each in looking:
            each.result(10)
