"""Whole tables of runs over HTTP: all of one, what changed, and as CSV."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from nbflow.entities import Metric, Param
from nbflow.provenance.user import user_name
from nbflow.server.encoding import BUFFERS
from nbflow.server.kept_tables import KeptTables
from nbflow.tracking.frame import RunFrame
from nbflow.widgets.run_table.data import TableData
from tests.server.asking import Ask, Refused
from tests.widgets.conftest import cells, decode, patched

if TYPE_CHECKING:
    from nbflow import Client
    from nbflow.server.running import Server

ME = f"user:{user_name()}"
REST = {"notice": None, "live": True}


@pytest.fixture
def place(store_id: str) -> str:
    return f"/stores/{store_id}/table"


@pytest.fixture
def run_ids(client: Client) -> list[str]:
    ids = []
    for n in range(6):
        run_id = client.create_run("0", start_time=1_000 + n, run_name=f"run {n}").run_id
        client.log_batch(run_id, [Metric("loss", 6.0 - n, n, 1)], [Param("lr", f"0.{n}")])
        client.set_terminated(run_id, end_time=2_000 + n)
        ids.append(run_id)
    return ids


async def refused(ask: Ask, *args: Any, **named: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        await ask(*args, **named)
    return caught.value


def values(data: dict[str, Any]) -> dict[str, list[Any]]:
    return {column["id"]: cells(column) for column in data["columns"]}


def unpacked(body: bytes) -> Any:
    """Read JSON and buffers, as `labextension/src/api/body.ts` does."""
    (n,) = struct.unpack_from("<I", body)
    message, buffers, offset = json.loads(body[4 : 4 + n]), [], 4 + n
    while offset < len(body):
        (m,) = struct.unpack_from("<I", body, offset)
        assert (offset + 4) % 8 == 0
        buffers.append(body[offset + 4 : offset + 4 + m])
        offset = (((offset + 4 + m + 3) >> 3) << 3) + 4
    return decode(message, buffers)


async def test_a_table_has_all_runs_with_all_they_have(ask: Ask, place: str, run_ids: list[str]) -> None:
    found = await ask("GET", place)

    assert {key: found["data"][key] for key in REST} == REST
    assert found["data"]["reduced"] is None
    table = values(found["data"])
    assert table["run_id"] == run_ids[::-1]
    assert table["metrics.loss"] == [1, 2, 3, 4, 5, 6]
    assert table["experiment_id"] == ["Default"] * 6


async def test_numbers_of_many_runs_come_as_buffers(
    ask: Ask, client: Client, place: str, jp_auth_header: dict[str, str]
) -> None:
    for n in range(70):
        client.log_metric(client.create_run("0", start_time=n + 1).run_id, "m", n)

    found = await ask("GET", place, headers={**jp_auth_header, "Accept": BUFFERS}, whole=True)

    table = unpacked(found.body)["data"]
    (column,) = (each for each in table["columns"] if each["id"] == "metrics.m")
    assert column["values"].tolist() == list(range(69, -1, -1))


async def test_a_table_is_that_of_its_search(ask: Ask, client: Client, place: str, run_ids: list[str]) -> None:
    client.delete_run(run_ids[0])
    other = client.create_experiment("other")
    client.create_run(other)
    query = {"experiment_id": "0", "filter": "metrics.loss > 2", "order_by": "metrics.loss DESC"}

    assert values((await ask("GET", place, query=query))["data"])["run_id"] == run_ids[1:4]
    deleted = await ask("GET", place, query={**query, "view": "deleted"})
    assert values(deleted["data"])["run_id"] == [run_ids[0]]
    assert values((await ask("GET", place, query={"experiment_id": other}))["data"])["experiment_id"] == ["other"]


async def test_nothing_is_sent_where_nothing_changed(ask: Ask, client: Client, place: str, run_ids: list[str]) -> None:
    query = {"experiment_id": "0"}
    found = await ask("GET", place, query=query)

    known = await ask("GET", place, query={**query, "base": found["revision"]}, whole=True)

    assert (known.code, known.body) == (204, b"")
    client.create_run(client.create_experiment("elsewhere"))
    known = await ask("GET", place, query={**query, "base": found["revision"]}, whole=True)
    assert known.code == 204
    assert run_ids


async def test_what_changed_makes_the_new_table_of_the_old_one(
    ask: Ask, client: Client, place: str, run_ids: list[str]
) -> None:
    first = await ask("GET", place)
    data, states = first["data"], [first["revision"]]
    changes: list[Callable[[], object]] = [
        lambda: client.log_metric(run_ids[3], "loss", 0.25, step=7),
        lambda: client.create_run("0", run_name="new"),
        lambda: client.delete_run(run_ids[1]),
        lambda: client.set_tag(run_ids[0], "note", "<b>"),
    ]
    for change in changes:
        change()
        news = await ask("GET", place, query={"base": states[-1]})
        assert news["base"] == states[-1]
        data = patched(data, news["patch"])
        states.append(news["revision"])

    whole = await ask("GET", place)
    assert values(data) == values(whole["data"])
    assert whole["revision"] == states[-1]
    # Who slept is told all that changed since, as far back as that is known; else all of it.
    late = await ask("GET", place, query={"base": states[1]})
    assert late["base"] == states[1]
    assert "data" in await ask("GET", place, query={"base": states[0]})
    assert "data" in await ask("GET", place, query={"base": "made up"})


async def test_a_filter_that_runs_come_to_pass(ask: Ask, client: Client, place: str, run_ids: list[str]) -> None:
    query = {"filter": "metrics.loss < 1"}
    found = await ask("GET", place, query=query)
    assert values(found["data"])["run_id"] == []

    client.log_metric(run_ids[2], "loss", 0.5, step=3)

    news = await ask("GET", place, query={**query, "base": found["revision"]})
    data = patched(found["data"], news["patch"]) if "patch" in news else news["data"]
    assert values(data)["run_id"] == [run_ids[2]]


async def test_twenty_pages_cost_one_search(
    ask: Ask, client: Client, server: Server, place: str, run_ids: list[str], store_id: str
) -> None:
    first = await ask("GET", place)
    client.log_metric(run_ids[0], "loss", 0.5, step=3)
    tables = server.stores.get(store_id).tables
    before = tables.n_made

    pages = [ask("GET", place, query={"base": first["revision"]}) for _ in range(20)]
    found = await asyncio.gather(*pages)

    assert all(each == found[0] for each in found)
    assert "patch" in found[0]
    assert tables.n_made == before + 1


async def test_what_may_not_be_seen_is_not_in_it(ask: Ask, client: Client, place: str, run_ids: list[str]) -> None:
    hidden = client.create_experiment("hidden")
    client.set_tag(client.create_run(hidden).run_id, "secret tag", "x")
    both = await ask("GET", place)
    assert "tags.secret tag" in values(both["data"])

    client.set_experiment_permission(hidden, ME, "NO_PERMISSIONS")

    news = await ask("GET", place, query={"base": both["revision"]})
    found = news.get("data") or patched(both["data"], news["patch"])
    assert values(found)["run_id"] == run_ids[::-1]
    assert "tags.secret tag" not in values(found)
    for path in (place, f"{place}.csv"):
        told = await ask("GET", path, query={"experiment_id": hidden}, whole=True)
        absent = await ask("GET", path, query={"experiment_id": "987654321"}, whole=True)
        assert told.code == absent.code == 200
        assert b"secret" not in told.body


@pytest.mark.parametrize("end", ["", ".csv"])
@pytest.mark.parametrize(
    "query", [{"experiment_id": "../0"}, {"order_by": "metrics.loss UP"}, {"view": "x"}, {"max_results": 1}]
)
async def test_questions_that_make_no_sense(ask: Ask, place: str, end: str, query: dict[str, Any]) -> None:
    assert (await refused(ask, "GET", f"{place}{end}", query=query)).status == 400


@pytest.mark.parametrize("end", ["", ".csv"])
async def test_nobody_gets_in_without_the_token(ask: Ask, place: str, end: str) -> None:
    for headers in ({}, {"Authorization": "token wrong"}):
        assert (await refused(ask, "GET", f"{place}{end}", headers=headers)).status in (401, 403)


# CSV


def rows_of(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(response.body.decode("utf-8"), newline="")))


async def test_a_table_as_csv(ask: Ask, client: Client, place: str, run_ids: list[str]) -> None:
    query = {"filter": "metrics.loss > 4", "order_by": "metrics.loss DESC"}

    found = await ask("GET", f"{place}.csv", query=query, whole=True)

    assert found.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert found.headers["Content-Disposition"].startswith("attachment")
    frame = client.search_frame(["0"], query["filter"], order_by=[query["order_by"]])
    pd.testing.assert_frame_equal(
        pd.read_csv(io.BytesIO(found.body), dtype=str), pd.read_csv(io.StringIO(frame.to_csv(index=False)), dtype=str)
    )
    assert [row["run_id"] for row in rows_of(found)] == run_ids[:2]


async def test_no_text_of_somebodys_is_a_formula_in_a_spreadsheet(
    ask: Ask, client: Client, place: str, run_ids: list[str]
) -> None:
    harmless = ["-1", "+2.5e-3", "a=b", "1-2", "-.5", "'"]
    risky = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "-", "=1"]
    wanted = [*harmless, *(f"'{text}" for text in risky)]
    for n, text in enumerate([*harmless, *risky]):
        client.set_tag(run_ids[0], f"note {n:02}", text)

    (row,) = rows_of(await ask("GET", f"{place}.csv", query={"filter": f"run_id = '{run_ids[0]}'"}, whole=True))

    assert [row[f"tags.note {n:02}"] for n in range(len(wanted))] == wanted


# What is kept


def table(*losses: float) -> TableData:
    runs: dict[str, Any] = {"run_id": [f"{n:032x}" for n in range(len(losses))], "metrics.loss": list(losses)}
    return TableData(RunFrame.from_columns(runs, "nowhere"), {})


def test_states_of_a_table_that_are_the_same_have_one_revision() -> None:
    kept = KeptTables()

    first = kept.get("q", "1", None, lambda: table(1, 2))
    again = kept.get("q", "2", None, lambda: table(1, 2))

    assert first is not None
    assert again is first
    assert kept.n_made == 2


def test_what_is_forgotten_is_told_anew() -> None:
    kept = KeptTables()
    first = kept.get("q", "1", None, lambda: table(1))
    assert first is not None
    revision = json.loads(first.answer(buffers=False).body or b"")["revision"]
    for n in range(16):
        kept.get(f"other {n}", "1", None, lambda: table(1))

    found = kept.get("q", "1", revision, lambda: table(1))

    assert found is not None
    assert "data" in json.loads(found.answer(buffers=False).body or b"")
