"""Runs side by side over HTTP."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nbflow.entities import Metric, Param
from nbflow.provenance.user import user_name
from nbflow.widgets.comparison.sides import Sides
from nbflow.widgets.wire import to_json
from tests.server.asking import Ask, Refused

if TYPE_CHECKING:
    from nbflow import Client
    from nbflow.server.running import Server

ME = f"user:{user_name()}"
ABSENT = "0198c2f0a1b27c3d8e4f5061728394a5"
HOSTILE = "</script><img src=x>"


@pytest.fixture
def place(store_id: str) -> str:
    return f"/stores/{store_id}/comparisons"


def add_run(client: Client, experiment_id: str, n: int) -> str:
    run_id = client.create_run(experiment_id, start_time=1_000 + n, run_name=f"run {n}").run_id
    points = [Metric("loss", (n + 1) / (step + 1), 1_000 + step, step) for step in range(20)]
    client.log_batch(run_id, points, [Param("lr", f"0.{n + 1}"), Param("model", "mlp"), Param("note", HOSTILE)])
    client.set_terminated(run_id)
    return run_id


@pytest.fixture
def run_ids(client: Client) -> list[str]:
    return [add_run(client, "0", n) for n in range(3)]


async def refused(ask: Ask, *args: Any, **named: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        await ask(*args, **named)
    return caught.value


async def test_a_comparison_is_that_of_the_widget(ask: Ask, client: Client, place: str, run_ids: list[str]) -> None:
    found = await ask("POST", place, {"run_ids": run_ids})

    frame = client.search_frame(["0"], order_by=["start_time ASC"])
    wanted = json.loads(json.dumps(to_json(Sides(frame).data())))
    charts = found.pop("charts")
    del wanted["charts"]
    assert found == wanted
    assert [run["id"] for run in found["runs"]] == run_ids
    assert {"lines", "scatter", "parallel", "bars"} <= {chart["kind"] for chart in charts}


async def test_a_chart_that_is_asked_for(ask: Ask, place: str, run_ids: list[str]) -> None:
    body = {"run_ids": run_ids, "kind": "lines", "args": {"metric": "loss", "x": "relative"}}

    chart = await ask("POST", f"{place}/chart", body)

    assert (chart["kind"], chart["args"]) == ("lines", body["args"])
    assert chart["code"] == 'runs.chart.lines("loss", x="relative")'
    assert chart["spec"]["datasets"]


async def test_the_exact_points_of_a_part(ask: Ask, place: str, run_ids: list[str]) -> None:
    body = {"run_ids": run_ids, "args": {"metric": "loss"}, "low": 5, "high": 7}

    found = await ask("POST", f"{place}/points", body)

    assert (found["n"], found["shown"]) == (15, 15)
    assert all(line["x"] == [4, 5, 6, 7, 8] for line in found["lines"].values())


async def test_charts_are_made_once_as_long_as_nothing_changes(
    ask: Ask, client: Client, server: Server, store_id: str, place: str, run_ids: list[str]
) -> None:
    await ask("POST", place, {"run_ids": run_ids})
    before = server.stores.get(store_id).comparisons.n_made

    again = await ask("POST", place, {"run_ids": run_ids})
    assert server.stores.get(store_id).comparisons.n_made == before
    client.log_metric(run_ids[0], "loss", 0.001, step=99)
    after = await ask("POST", place, {"run_ids": run_ids})

    assert server.stores.get(store_id).comparisons.n_made == before + 1
    assert after["rows"] != again["rows"]


async def test_runs_with_nan_and_hostile_texts(ask: Ask, client: Client, place: str, run_ids: list[str]) -> None:
    client.log_metric(run_ids[0], "odd", math.nan)
    client.log_metric(run_ids[1], "odd", math.inf)

    found = await ask("POST", place, {"run_ids": run_ids})

    (note,) = (row for row in found["rows"] if row["name"] == "note")
    assert note["values"] == [HOSTILE] * 3


async def test_of_many_runs_the_first_hundred_are_compared(ask: Ask, client: Client, place: str) -> None:
    ids = [client.create_run("0").run_id for _ in range(102)]

    found = await ask("POST", place, {"run_ids": [*ids, ids[0]]})

    assert [run["id"] for run in found["runs"]] == ids[:100]
    assert found["all"] == 102


async def test_histories_come_from_the_store_wherever_artifacts_are(
    ask: Ask, client: Client, place: str, tmp_path: Path
) -> None:
    experiment_id = client.create_experiment("away", artifact_location=str(tmp_path / "away"))
    ids = [add_run(client, experiment_id, n) for n in range(2)]

    found = await ask("POST", place, {"run_ids": ids})

    assert found["choices"]["histories"] == ["loss"]
    (lines,) = (chart for chart in found["charts"] if chart["kind"] == "lines")
    assert lines["spec"]["datasets"]


@pytest.mark.parametrize(
    ("end", "more"),
    [
        ("", {}),
        ("/chart", {"kind": "bars", "args": {"metric": "loss"}}),
        ("/points", {"args": {}, "low": 0, "high": 1}),
    ],
)
async def test_a_run_that_may_not_be_seen_is_told_like_one_that_is_not_there(
    ask: Ask, client: Client, place: str, run_ids: list[str], end: str, more: dict[str, Any]
) -> None:
    hidden = client.create_experiment("hidden")
    secret = add_run(client, hidden, 0)
    await ask("POST", place, {"run_ids": [*run_ids, secret]})
    client.set_experiment_permission(hidden, ME, "NO_PERMISSIONS")

    errors = [
        await refused(ask, "POST", f"{place}{end}", {"run_ids": [*run_ids, each], **more}) for each in (secret, ABSENT)
    ]

    told = [(error.status, error.code, error.message.replace(secret, "").replace(ABSENT, "")) for error in errors]
    assert told[0] == told[1]
    assert told[0][:2] == (404, "RESOURCE_DOES_NOT_EXIST")


@pytest.mark.parametrize(
    ("end", "body"),
    [
        ("", {}),
        ("", {"run_ids": []}),
        ("", {"run_ids": ["../.."]}),
        ("", {"run_ids": "all"}),
        ("", {"run_ids": [1]}),
        ("/chart", {"kind": "pie", "args": {}}),
        ("/chart", {"kind": "lines", "args": {"code": "1"}}),
        ("/chart", {"kind": "lines", "args": {}}),
        ("/chart", {"kind": "lines", "args": {"metric": "unknown"}}),
        ("/chart", {"kind": "lines", "args": {"metric": {"a": []}}}),
        ("/chart", {"kind": "lines", "args": []}),
        ("/points", {"args": {"metric": "loss"}, "low": "a", "high": 1}),
        ("/points", {"args": {"metric": "unknown"}, "low": 0, "high": 1}),
        ("/points", {"args": {}, "low": 0, "high": 1}),
    ],
)
async def test_questions_that_make_no_sense(
    ask: Ask, place: str, run_ids: list[str], end: str, body: dict[str, Any]
) -> None:
    error = await refused(ask, "POST", f"{place}{end}", {**({"run_ids": run_ids} if end else {}), **body})

    assert error.status in (400, 404)


@pytest.mark.parametrize("end", ["", "/chart", "/points"])
async def test_nobody_gets_in_without_the_token(ask: Ask, place: str, end: str) -> None:
    for headers in ({}, {"Authorization": "token wrong"}):
        assert (await refused(ask, "POST", f"{place}{end}", {}, headers=headers)).status in (401, 403)


class TestOnAServerThatOnlyReads:
    @pytest.fixture
    def nbflow_config(self) -> dict[str, Any]:
        return {"read_only": True}

    async def test_runs_are_compared(self, ask: Ask, place: str, run_ids: list[str]) -> None:
        assert len((await ask("POST", place, {"run_ids": run_ids}))["runs"]) == 3
