from __future__ import annotations

import math
import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nbflow.entities import Run, RunError
from nbflow.widgets.run_page.widget import RunPage
from tests.widgets.conftest import Page, connected, saved_data

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbflow import Client

MIME = "application/vnd.nbflow.run.v1+json"
SPEC = {"$schema": "https://vega.github.io/schema/vega-lite/v6.json", "mark": "bar"}


def a_run(client: Client, **tags: str) -> str:
    run_id = client.create_run("0", run_name="keen-fox", tags=tags).run_id
    for step in range(3):
        client.log_metric(run_id, "loss", 3.0 - step, step=step, timestamp=1_000 + step)
    client.log_param(run_id, "lr", "0.1")
    client.log_text(run_id, "hello", "notes/hello.txt")
    return run_id


def opened(client: Client, run_id: str) -> tuple[RunPage, Page]:
    return connected(RunPage(client.get_run(run_id)))


def saved(page: RunPage) -> Any:
    bundle, _ = page.bundle()
    return saved_data(bundle, MIME)


def in_time(holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + 20
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    return holds()


def test_a_run_is_shown_by_its_page(client: Client) -> None:
    bundle = client.get_run(a_run(client))._repr_mimebundle_()

    assert set(bundle) == {"text/plain", "text/html", MIME}
    assert "model_id" not in bundle[MIME]


def test_the_page_says_what_was_logged(client: Client) -> None:
    run_id = a_run(client, team="vision")

    data = saved(RunPage(client.get_run(run_id)))

    assert data["run"]["name"] == "keen-fox"
    assert data["params"] == [["lr", "0.1"]]
    assert data["tags"] == [["team", "vision"]]
    assert data["code"] == f'run = nbflow.get_run("{run_id}")'
    [metric] = data["metrics"]
    assert {name: metric[name] for name in ("key", "value", "step", "n", "min", "max")} == {
        "key": "loss",
        "value": 1.0,
        "step": 2,
        "n": 3,
        "min": 1.0,
        "max": 3.0,
    }
    assert metric["series"]["step"] == [0, 1, 2]
    assert metric["series"]["value"] == [3.0, 2.0, 1.0]


def test_metrics_of_the_machine_come_last_and_apart(client: Client) -> None:
    run_id = client.create_run("0").run_id
    client.log_metric(run_id, "system/cpu", 1.0)
    client.log_metric(run_id, "loss", 1.0)

    metrics = saved(RunPage(client.get_run(run_id)))["metrics"]

    assert [(metric["key"], metric["system"]) for metric in metrics] == [("loss", False), ("system/cpu", True)]


def test_numbers_that_are_not_finite_are_told_and_leave_a_gap(client: Client) -> None:
    run_id = client.create_run("0").run_id
    for step, value in enumerate([1.0, math.nan, math.inf, 2.0, math.nan]):
        client.log_metric(run_id, "m", value, step=step)

    [metric] = saved(RunPage(client.get_run(run_id)))["metrics"]

    assert metric["value"] == "NaN"
    assert (metric["min"], metric["max"]) == (1.0, "Infinity")
    assert metric["series"]["value"] == [1.0, None, None, 2.0, None]


def test_a_long_series_is_reduced_and_keeps_its_extremes(client: Client) -> None:
    run_id = client.create_run("0").run_id
    client.log_batch(run_id, metrics=_points("m", 5_000, {1234: -7.0, 4321: 9.0}))

    [metric] = saved(RunPage(client.get_run(run_id)))["metrics"]

    assert metric["series"]["n"] == 5_000
    assert len(metric["series"]["value"]) <= 500
    assert (min(metric["series"]["value"]), max(metric["series"]["value"])) == (-7.0, 9.0)


def test_all_points_of_a_part_are_given_when_they_are_asked_for(client: Client) -> None:
    run_id = client.create_run("0").run_id
    client.log_batch(run_id, metrics=_points("m", 5_000, {}))
    _, page = opened(client, run_id)

    part = page.ask("history", key="m", axis="step", low=1000.5, high=2000)["answer"]

    assert part["n"] == len(part["value"]) == 1000
    assert (part["step"][0], part["step"][-1]) == (1001, 2000)


def test_a_history_is_given_in_as_few_points_as_are_asked_for(client: Client) -> None:
    run_id = client.create_run("0").run_id
    client.log_batch(run_id, metrics=_points("m", 5_000, {}))
    _, page = opened(client, run_id)

    part = page.ask("history", key="m", points=100)["answer"]

    assert part["n"] == 5_000
    assert len(part["value"]) <= 100


@pytest.mark.parametrize("arguments", [{"key": 3}, {"key": "m", "axis": "x"}, {"key": "m", "low": "1"}, {}])
def test_a_question_that_is_none_gets_an_error(client: Client, arguments: dict[str, Any]) -> None:
    _, page = opened(client, a_run(client))

    assert page.ask("history", **arguments)["error"]["code"] == "BAD_REQUEST"


def test_files_are_listed_previewed_and_sent(client: Client) -> None:
    _, page = opened(client, a_run(client))

    assert page.ask("list", path="notes")["answer"] == [{"path": "notes/hello.txt", "is_dir": False, "size": 5}]
    assert page.ask("preview", path="notes/hello.txt")["answer"]["text"] == "hello"
    assert bytes(page.ask("file", path="notes/hello.txt")["answer"]["data"]) == b"hello"


@pytest.mark.parametrize("ask", ["preview", "file"])
@pytest.mark.parametrize("path", ["../../experiment.jsonl", "/etc/passwd", "notes", "gone.txt", "", "a\0b", 3, None])
def test_what_is_no_file_of_the_run_is_refused(client: Client, ask: str, path: Any) -> None:
    _, page = opened(client, a_run(client))

    assert page.ask(ask, path=path)["error"]["code"] in {
        "INVALID_PARAMETER_VALUE",
        "RESOURCE_DOES_NOT_EXIST",
    }


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_a_link_that_leads_out_is_neither_listed_nor_read(client: Client, tmp_path: Path) -> None:
    run_id = a_run(client)
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    artifacts = Path(client.get_run(run_id).info.artifact_uri)
    (artifacts / "notes" / "link.txt").symlink_to(secret)
    (artifacts / "all").symlink_to(tmp_path)
    shown, page = opened(client, run_id)

    assert [entry["path"] for entry in page.ask("list", path="notes")["answer"]] == ["notes/hello.txt"]
    assert "error" in page.ask("preview", path="notes/link.txt")
    assert "error" in page.ask("file", path="all/secret.txt")
    assert "error" in page.ask("list", path="all")
    assert "secret" not in str(saved(shown)["previews"])


def test_small_files_stay_in_the_notebook(client: Client) -> None:
    run_id = a_run(client)
    client.log_dict(run_id, SPEC, "plots/chart.json")

    previews = saved(RunPage(client.get_run(run_id)))["previews"]

    assert previews["notes/hello.txt"]["text"] == "hello"
    assert previews["plots/chart.json"]["spec"] == SPEC


def test_of_a_figure_of_plotly_the_picture_beside_it_is_shown(client: Client) -> None:
    run_id = a_run(client)
    client.log_dict(run_id, {"data": [], "layout": {}}, "plots/fig.json")
    _, page = opened(client, run_id)
    alone = page.ask("preview", path="plots/fig.json")["answer"]
    client.log_text(run_id, "<p>page", "plots/fig.html")
    client.log_bytes(run_id, b"png", "plots/fig.png")

    made = page.ask("preview", path="plots/fig.json")["answer"]

    assert alone["kind"] == "plotly"
    assert (made["kind"], made["instead"]) == ("image", "plots/fig.png")


def test_a_run_whose_store_is_gone_is_shown_as_far_as_it_is_known(client: Client) -> None:
    run = client.get_run(a_run(client))
    shutil.rmtree(client.tracking_uri)

    shown, page = connected(RunPage(run))

    data = saved(shown)
    assert data["params"] == [["lr", "0.1"]]
    assert data["metrics"][0]["value"] == 1.0
    assert data["artifacts"]["why"]
    assert "not there" in page.ask("preview", path="notes/hello.txt")["error"]["message"]


def test_a_store_that_goes_while_the_page_is_open_is_an_error_in_its_answers(client: Client) -> None:
    shown, page = opened(client, a_run(client))
    shutil.rmtree(client.tracking_uri)

    assert page.ask("list", path="notes")["error"]["message"]
    assert page.ask("history", key="loss")["error"]["message"]
    assert saved(shown)["run"]["name"] == "keen-fox"


def test_artifacts_on_another_machine_are_not_asked_for_with_the_display(client: Client) -> None:
    run = client.get_run(a_run(client))
    from msgspec import structs

    elsewhere = structs.replace(run, info=structs.replace(run.info, artifact_uri="s3://bucket/x"))
    from nbflow.widgets.artifacts import ArtifactsOfRun, artifact_tree

    assert artifact_tree(ArtifactsOfRun(elsewhere, client)) == {"folders": {}, "why": None}


def test_what_ended_a_run_is_shown_with_its_traceback(client: Client) -> None:
    from msgspec import structs

    run = structs.replace(
        client.get_run(a_run(client)), error=RunError("ValueError", "no", "Traceback\n" * 9, "a.py:3")
    )
    from nbflow.drawing.surroundings import Surroundings
    from nbflow.widgets.run_page.data import page_data

    error = page_data(run, client, Surroundings())["error"]

    assert (error["type"], error["where"]) == ("ValueError", "a.py:3")


def test_a_running_run_is_followed_to_its_end(client: Client) -> None:
    run_id = a_run(client)
    shown, page = opened(client, run_id)
    saved(shown)
    follower = shown.follow(0.01)

    client.log_metric(run_id, "acc", 0.5)
    assert in_time(lambda: any("metrics" in each["patch"] for each in page.events("patch")))
    client.log_text(run_id, "new", "new.txt")
    assert in_time(lambda: "new.txt" in str(page.events("patch")))
    client.set_terminated(run_id)

    follower.join(20)
    assert not follower.is_alive()
    patches = [each["patch"] for each in page.events("patch")]
    assert [metric["key"] for patch in patches for metric in patch.get("metrics", [])] == ["acc"]
    assert patches[-1]["run"]["status"] == "FINISHED"
    assert saved(shown)["run"]["status"] == "FINISHED"


def test_a_closed_page_follows_nothing(client: Client) -> None:
    shown, _ = opened(client, a_run(client))
    follower = shown.follow(0.01)

    shown.close()

    follower.join(20)
    assert not follower.is_alive()


def test_names_and_contents_are_nothing_but_text(client: Client) -> None:
    evil = "</script><img src=x onerror=alert(1)>"
    run_id = client.create_run("0", run_name=evil, tags={"team": evil, "mlflow.source.name": evil}).run_id
    client.log_param(run_id, "p", evil)
    client.log_text(run_id, evil, "a.html")

    page = RunPage(client.get_run(run_id))
    bundle, _ = page.bundle()

    assert "<img" not in bundle["text/html"]
    assert saved(page)["params"] == [["p", evil]]
    assert saved(page)["previews"]["a.html"]["html"] == evil


def _points(key: str, n: int, peaks: dict[int, float]) -> list[Any]:
    from nbflow.entities import Metric

    return [Metric(key, peaks.get(i, math.sin(i)), 1_000 + i, i) for i in range(n)]


def test_a_bundle_is_made_of_any_run(client: Client) -> None:
    run: Run = client.get_run(client.create_run("0").run_id)

    bundle, _ = RunPage(run).bundle()

    assert saved_data(bundle, MIME)["metrics"] == []
