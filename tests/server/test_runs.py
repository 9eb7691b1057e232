"""Lists of runs over HTTP, and what is done to several at once."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nbflow.entities import Metric, Param, RunTag
from nbflow.provenance.tags import KERNEL_TAG
from nbflow.provenance.user import user_name
from nbflow.widgets.listed import ATTRIBUTES
from tests.server.asking import Ask, Refused

if TYPE_CHECKING:
    from nbflow import Client

ME = f"user:{user_name()}"
ABSENT = "0198c2f0a1b27c3d8e4f5061728394a5"
HOSTILE = ["<img src=x onerror=alert(1)>", "'; DROP TABLE runs; --", "a.b.c", "ünï ☃ \u202etxt", "__proto__"]


@pytest.fixture
def place(store_id: str) -> str:
    return f"/stores/{store_id}"


@pytest.fixture
def run_ids(client: Client) -> list[str]:
    """Five runs, whose losses are 4, 3, 2, 1 and 0."""
    ids = []
    for n in range(5):
        run_id = client.create_run("0", start_time=1_000 + n, run_name=f"run {n}").run_id
        client.log_batch(run_id, [Metric("loss", 4.0 - n, n, 1)], [Param("lr", f"0.{n}")], [RunTag("team", "a")])
        client.set_terminated(run_id, end_time=2_000 + n)
        ids.append(run_id)
    return ids


async def refused(ask: Ask, *args: Any, **named: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        await ask(*args, **named)
    return caught.value


def values(page: dict[str, Any], column: str) -> list[Any]:
    found: list[Any] = next(each["values"] for each in page["columns"] if each["id"] == column)
    return found


# Searching


async def test_a_page_has_what_runs_have_by_themselves(ask: Ask, place: str, run_ids: list[str]) -> None:
    page = await ask("GET", f"{place}/runs", query={"experiment_id": "0"})

    assert [column["id"] for column in page["columns"]] == list(ATTRIBUTES)
    assert (page["n_rows"], page["next_page_token"]) == (5, None)
    assert values(page, "run_id") == run_ids[::-1]
    assert values(page, "tags.mlflow.runName") == [f"run {n}" for n in (4, 3, 2, 1, 0)]
    assert values(page, "duration") == [1.0] * 5
    assert page["columns"][2] == {
        "id": "start_time",
        "kind": "attribute",
        "name": "started",
        "type": "time",
        "best": None,
        "values": [1_004, 1_003, 1_002, 1_001, 1_000],
    }


async def test_a_page_is_filtered_ordered_and_has_the_columns_that_are_asked_for(
    ask: Ask, place: str, run_ids: list[str]
) -> None:
    query = {
        "filter": "metrics.loss > 0 AND tags.team = 'a'",
        "order_by": "metrics.loss ASC",
        "column": ["run_id", "metrics.loss", "params.lr", "tags.team", "metrics.unknown"],
    }

    page = await ask("GET", f"{place}/runs", query=query)

    assert values(page, "run_id") == run_ids[3::-1]
    assert values(page, "metrics.loss") == [1, 2, 3, 4]
    assert values(page, "params.lr") == [0.3, 0.2, 0.1, 0.0]
    assert values(page, "metrics.unknown") == [None] * 4
    assert [(each["kind"], each["type"], each["best"]) for each in page["columns"][1:4]] == [
        ("metric", "number", "min"),
        ("param", "number", None),
        ("tag", "text", None),
    ]


@pytest.mark.parametrize("size", [1, 2, 4, 5, 6])
async def test_pages_hold_all_runs_once(ask: Ask, place: str, run_ids: list[str], size: int) -> None:
    found: list[str] = []
    query: dict[str, Any] = {"max_results": size, "column": "run_id"}
    while True:
        page = await ask("GET", f"{place}/runs", query=query)
        assert page["n_rows"] == len(values(page, "run_id")) <= size
        found += values(page, "run_id")
        if page["next_page_token"] is None:
            break
        query["page_token"] = page["next_page_token"]

    assert found == run_ids[::-1]


async def test_numbers_that_json_has_no_word_for(ask: Ask, client: Client, place: str, run_ids: list[str]) -> None:
    for run_id, value in zip(run_ids, (math.nan, math.inf, -math.inf), strict=False):
        client.log_metric(run_id, "odd", value)

    page = await ask("GET", f"{place}/runs", query={"column": "metrics.odd", "order_by": "start_time ASC"})

    assert values(page, "metrics.odd") == ["NaN", "Infinity", "-Infinity", None, None]


async def test_aggregates_are_columns_too(ask: Ask, client: Client, place: str, run_ids: list[str]) -> None:
    for step in range(3):
        client.log_metric(run_ids[0], "acc", step / 2, step=step)
    client.log_metric(run_ids[1], "acc", 7)

    query = {"column": ["metrics.acc", "metrics.acc.min", "metrics.acc.mean"], "order_by": "start_time ASC"}
    page = await ask("GET", f"{place}/runs", query={**query, "filter": "metrics.acc >= 0"})

    assert [each["values"] for each in page["columns"]] == [[1, 7], [0, 7], [0.5, 7]]


@pytest.mark.parametrize("view", ["active", "deleted", "all"])
async def test_the_trash_is_looked_at_where_that_is_asked_for(
    ask: Ask, client: Client, place: str, run_ids: list[str], view: str
) -> None:
    client.delete_run(run_ids[1])

    page = await ask("GET", f"{place}/runs", query={"view": view, "column": "run_id", "order_by": "start_time ASC"})

    wanted = {"active": [run_ids[0], *run_ids[2:]], "deleted": [run_ids[1]], "all": run_ids}
    assert values(page, "run_id") == wanted[view]


async def test_what_was_logged_a_moment_ago_is_found(ask: Ask, client: Client, place: str, run_ids: list[str]) -> None:
    query = {"column": ["run_id", "metrics.loss"], "order_by": "start_time ASC"}
    assert values(await ask("GET", f"{place}/runs", query=query), "metrics.loss")[0] == 4
    assert values(await ask("GET", f"{place}/runs", query=query), "metrics.loss")[0] == 4

    client.log_metric(run_ids[0], "loss", 9, step=9)

    assert values(await ask("GET", f"{place}/runs", query=query), "metrics.loss")[0] == 9


async def test_the_same_answer_is_not_sent_twice(
    ask: Ask, client: Client, place: str, run_ids: list[str], jp_auth_header: dict[str, str]
) -> None:
    first = await ask("GET", f"{place}/runs", whole=True)
    headers = {**jp_auth_header, "If-None-Match": first.headers["ETag"]}

    assert (await ask("GET", f"{place}/runs", headers=headers, whole=True)).code == 304
    client.set_tag(run_ids[0], "mlflow.runName", "another")
    assert (await ask("GET", f"{place}/runs", headers=headers, whole=True)).code == 200


@pytest.mark.parametrize("name", HOSTILE)
async def test_values_are_what_they_are(ask: Ask, client: Client, place: str, run_ids: list[str], name: str) -> None:
    client.set_tag(run_ids[0], "note", name)

    page = await ask("GET", f"{place}/runs", query={"filter": "tags.note IS NOT NULL", "column": "tags.note"})
    named = await ask("GET", f"{place}/runs", query={"column": f"metrics.{name}"})

    assert values(page, "tags.note") == [name]
    assert values(named, f"metrics.{name}") == [None] * 5


@pytest.mark.parametrize(
    ("filter_string", "position"), [("metrics.loss <", 14), ("metrics.loss < 'a", 15), ("AND", 0), ("status ~ 1", 7)]
)
async def test_a_filter_that_does_not_parse_is_told_with_the_place(
    ask: Ask, place: str, run_ids: list[str], filter_string: str, position: int
) -> None:
    assert run_ids
    asked = [
        ("GET", f"{place}/runs", {"query": {"filter": filter_string}}),
        ("GET", f"{place}/table", {"query": {"filter": filter_string}}),
        ("GET", f"{place}/table.csv", {"query": {"filter": filter_string}}),
        ("POST", f"{place}/runs/filter", {"body": {"filter": filter_string}}),
    ]

    for method, path, named in asked:
        error = await refused(ask, method, path, **named)
        assert (error.status, error.code) == (400, "INVALID_PARAMETER_VALUE")
        assert error.body["details"]["position"] == position


@pytest.mark.parametrize(
    "query",
    [
        {"experiment_id": "../0"},
        {"experiment_id": "1" * 19},
        {"order_by": "metrics.loss SIDEWAYS"},
        {"order_by": ["metrics.loss"] * 21},
        {"column": "loss"},
        {"column": ["run_id", "run_id"]},
        {"column": [f"metrics.m{n}" for n in range(501)]},
        {"view": "both"},
        {"max_results": 0},
        {"max_results": 50_001},
        {"max_results": "many"},
        {"page_token": "bm90aGluZw=="},
        {"base": "1"},
        {"filter": ["a", "b"]},
    ],
)
async def test_questions_that_make_no_sense(ask: Ask, place: str, query: dict[str, Any]) -> None:
    assert (await refused(ask, "GET", f"{place}/runs", query=query)).status == 400


async def test_what_may_not_be_seen_is_not_found(ask: Ask, client: Client, place: str, run_ids: list[str]) -> None:
    hidden = client.create_experiment("hidden")
    secret = client.create_run(hidden, run_name="secret").run_id
    client.log_metric(secret, "secret metric", 1)
    found = values(await ask("GET", f"{place}/runs", query={"column": "run_id"}), "run_id")
    assert set(found) == {secret, *run_ids}

    client.set_experiment_permission(hidden, ME, "NO_PERMISSIONS")

    for query in ({}, {"experiment_id": hidden}, {"experiment_id": ["0", hidden]}, {"filter": f"run_id = '{secret}'"}):
        page = await ask("GET", f"{place}/runs", query={"column": "run_id", **query})
        assert secret not in values(page, "run_id")
    assert "secret metric" not in (await ask("GET", f"{place}/keys"))["metrics"]
    assert secret not in (await ask("POST", f"{place}/runs/filter", {}))["run_ids"]
    lines = await ask("POST", f"{place}/runs/sparklines", {"run_ids": [secret], "metrics": ["secret metric"]})
    assert lines == {"lines": {}}
    assert (await ask("GET", f"{place}/runs/active", query={"notebook": "a.ipynb"}))["runs"] == []


async def test_the_names_of_what_runs_have(ask: Ask, client: Client, place: str, run_ids: list[str]) -> None:
    assert run_ids
    other = client.create_experiment("other")
    client.log_metric(client.create_run(other).run_id, "elsewhere", 1)

    keys = await ask("GET", f"{place}/keys", query={"experiment_id": "0"})

    assert (keys["metrics"], keys["params"]) == (["loss"], ["lr"])
    assert {"team", "mlflow.runName"} <= set(keys["tags"])
    assert {"status", "start_time", "duration"} <= set(keys["attributes"])
    assert (await ask("GET", f"{place}/keys"))["metrics"] == ["elsewhere", "loss"]


async def test_runs_that_pass_a_filter(ask: Ask, client: Client, place: str, run_ids: list[str]) -> None:
    client.delete_run(run_ids[4])
    body = {"experiment_ids": ["0"], "filter": "metrics.loss <= 1"}

    assert (await ask("POST", f"{place}/runs/filter", body))["run_ids"] == [run_ids[3]]
    found = await ask("POST", f"{place}/runs/filter", {**body, "view": "all"})
    assert set(found["run_ids"]) == set(run_ids[3:])


async def test_how_metrics_went(ask: Ask, client: Client, place: str, run_ids: list[str]) -> None:
    for step in range(500):
        client.log_metric(run_ids[0], "acc", step % 100, step=step, timestamp=step + 1)
    asked = {"run_ids": [run_ids[0], run_ids[1], ABSENT, "no id"], "metrics": ["acc", "unknown"]}

    lines = (await ask("POST", f"{place}/runs/sparklines", asked))["lines"]

    assert list(lines) == [run_ids[0]]
    assert len(lines[run_ids[0]]["acc"]) <= 60
    assert {0, 99} <= set(lines[run_ids[0]]["acc"])


async def test_too_many_lines_at_once(ask: Ask, place: str) -> None:
    body = {"run_ids": [f"{n:032x}" for n in range(2_501)], "metrics": ["a", "b"]}

    assert (await refused(ask, "POST", f"{place}/runs/sparklines", body)).status == 400


# The active runs of a notebook


@pytest.fixture
def running(client: Client, jp_root_dir: Path) -> dict[str, str]:
    """Runs that run: of two kernels of a notebook, of one that does not say which, and of another notebook."""
    ours, other = str(jp_root_dir / "work" / "a.ipynb"), str(jp_root_dir / "b.ipynb")
    tags = {
        "first": {"mlflow.source.name": ours, KERNEL_TAG: "k1"},
        "second": {"mlflow.source.name": ours, KERNEL_TAG: "k2"},
        "older": {"mlflow.source.name": ours},
        "elsewhere": {"mlflow.source.name": other},
    }
    made = {name: client.create_run("0", n + 1, tags[name], name).run_id for n, name in enumerate(tags)}
    client.set_terminated(client.create_run("0", 9, tags["first"], "ended").run_id)
    return made


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"notebook": "work/a.ipynb", "kernel_id": "k1"}, ["older", "first"]),
        ({"notebook": "work/a.ipynb", "kernel_id": "k3"}, ["older"]),
        ({"notebook": "/work//a.ipynb"}, ["older", "second", "first"]),
        ({"notebook": "b.ipynb", "kernel_id": "k2"}, ["elsewhere", "second"]),
        ({"notebook": "work/../b.ipynb"}, ["elsewhere"]),
        ({"notebook": "c.ipynb"}, []),
        ({"notebook": "a\0.ipynb"}, []),
        ({"notebook": "../../../etc/passwd"}, []),
    ],
)
async def test_the_runs_that_a_kernel_has_running(
    ask: Ask, place: str, running: dict[str, str], query: dict[str, str], names: list[str]
) -> None:
    found = (await ask("GET", f"{place}/runs/active", query=query))["runs"]

    assert [run["name"] for run in found] == names
    assert [run["run_id"] for run in found] == [running[name] for name in names]
    assert all(run["status"] == "RUNNING" and run["experiment_id"] == "0" for run in found)


# Changing several


async def test_renaming(ask: Ask, client: Client, place: str, run_ids: list[str]) -> None:
    for name in HOSTILE:
        told = await ask("POST", f"{place}/runs/rename", {"run_id": run_ids[0], "name": name})
        assert told == {"done": [run_ids[0]], "failed": []}
        assert client.get_run(run_ids[0]).name == name


async def test_tagging_and_taking_a_tag_away(ask: Ask, client: Client, place: str, run_ids: list[str]) -> None:
    body = {"run_ids": [*run_ids[:2], run_ids[0], ABSENT], "key": "colour", "value": "red"}

    told = await ask("POST", f"{place}/runs/tag", body)

    assert told["done"] == run_ids[:2]
    (failed,) = told["failed"]
    assert (failed["run_id"], failed["code"]) == (ABSENT, "RESOURCE_DOES_NOT_EXIST")
    assert client.get_run(run_ids[1]).tags["colour"] == "red"
    told = await ask("POST", f"{place}/runs/tag", {**body, "run_ids": run_ids[:3], "value": None})
    assert (told["done"], [each["run_id"] for each in told["failed"]]) == (run_ids[:2], [run_ids[2]])
    assert "colour" not in client.get_run(run_ids[1]).tags


async def test_into_the_trash_and_back(ask: Ask, client: Client, place: str, run_ids: list[str]) -> None:
    body = {"run_ids": run_ids[:2]}

    assert await ask("POST", f"{place}/runs/delete", body) == {"done": run_ids[:2], "failed": []}
    assert client.count_runs() == 3
    assert await ask("POST", f"{place}/runs/restore", body) == {"done": run_ids[:2], "failed": []}
    assert client.count_runs() == 5


CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("rename", {"run_id": "", "name": "x"}),
    ("tag", {"run_ids": [], "key": "a", "value": "b"}),
    ("delete", {"run_ids": []}),
    ("restore", {"run_ids": []}),
]


def about(body: dict[str, Any], run_id: str) -> dict[str, Any]:
    return {**body, **({"run_id": run_id} if "run_id" in body else {"run_ids": [run_id]})}


@pytest.mark.parametrize(("change", "body"), CHANGES)
async def test_who_may_not_change_a_run_is_told_which_one(
    ask: Ask, client: Client, place: str, run_ids: list[str], change: str, body: dict[str, Any]
) -> None:
    client.set_experiment_permission("0", ME, "READ")
    before = client.get_run(run_ids[0])

    told = await ask("POST", f"{place}/runs/{change}", about(body, run_ids[0]))

    assert told["done"] == []
    assert [(each["run_id"], each["code"]) for each in told["failed"]] == [(run_ids[0], "PERMISSION_DENIED")]
    assert client.get_run(run_ids[0]) == before


@pytest.mark.parametrize(("change", "body"), CHANGES)
async def test_a_run_that_may_not_be_seen_is_told_like_one_that_is_not_there(
    ask: Ask, client: Client, place: str, run_ids: list[str], change: str, body: dict[str, Any]
) -> None:
    client.set_experiment_permission("0", ME, "NO_PERMISSIONS")

    told = [(await ask("POST", f"{place}/runs/{change}", about(body, each)))["failed"] for each in (run_ids[0], ABSENT)]

    messages = [(failed["code"], failed["message"].replace(failed["run_id"], "")) for (failed,) in told]
    assert messages[0] == messages[1]
    assert messages[0][0] == "RESOURCE_DOES_NOT_EXIST"


@pytest.mark.parametrize(("change", "body"), CHANGES)
@pytest.mark.parametrize("run_id", ["../../etc", "", "ABC", "\0", f"{ABSENT}/log"])
async def test_ids_that_are_none(
    ask: Ask, place: str, run_ids: list[str], change: str, body: dict[str, Any], run_id: str
) -> None:
    assert run_ids

    told = await ask("POST", f"{place}/runs/{change}", about(body, run_id))

    assert [each["code"] for each in told["failed"]] == ["INVALID_PARAMETER_VALUE"]


@pytest.mark.parametrize(("change", "body"), CHANGES)
async def test_bodies_that_do_not_fit(
    ask: Ask, client: Client, place: str, run_ids: list[str], change: str, body: dict[str, Any]
) -> None:
    wrong: list[Any] = [{}, [], b"", b"{", {**body, "more": 1}, {**body, "run_ids": "all"}, {**body, "run_id": 3}]

    for each in wrong:
        assert (await refused(ask, "POST", f"{place}/runs/{change}", each)).status == 400
    assert client.count_runs() == len(run_ids)


@pytest.mark.parametrize("change", ["tag", "delete", "restore"])
async def test_too_many_at_once(ask: Ask, place: str, change: str) -> None:
    body = next(body for name, body in CHANGES if name == change)

    error = await refused(ask, "POST", f"{place}/runs/{change}", {**body, "run_ids": [f"{n}" for n in range(1_001)]})

    assert error.status == 400
    assert "1,000" in error.message


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/runs"),
        ("GET", "/keys"),
        ("GET", "/runs/active"),
        ("POST", "/runs/filter"),
        ("POST", "/runs/sparklines"),
        *(("POST", f"/runs/{change}") for change, _ in CHANGES),
    ],
)
async def test_nobody_gets_in_without_the_token(ask: Ask, place: str, method: str, path: str) -> None:
    for headers in ({}, {"Authorization": "token wrong"}):
        assert (await refused(ask, method, f"{place}{path}", headers=headers)).status in (401, 403)


class TestOnAServerThatOnlyReads:
    @pytest.fixture
    def nbflow_config(self) -> dict[str, Any]:
        return {"read_only": True}

    async def test_questions_are_answered(self, ask: Ask, place: str, run_ids: list[str]) -> None:
        assert len((await ask("POST", f"{place}/runs/filter", {}))["run_ids"]) == len(run_ids)
        body = {"run_ids": run_ids, "metrics": ["loss"]}
        assert await ask("POST", f"{place}/runs/sparklines", body) == {"lines": {}}

    async def test_nothing_is_changed(self, ask: Ask, client: Client, place: str, run_ids: list[str]) -> None:
        for change, body in CHANGES:
            error = await refused(ask, "POST", f"{place}/runs/{change}", about(body, run_ids[0]))
            assert (error.status, error.code) == (403, "PERMISSION_DENIED")
        assert client.count_runs() == len(run_ids)


async def test_a_page_says_how_many_runs_were_found_on_all_pages(ask: Ask, client: Client, store_id: str) -> None:
    for number in range(5):
        client.create_run("0", tags={"half": "low" if number < 3 else "high"})
    query = {"filter": "tags.half = 'low'", "max_results": 2}

    first = await ask("GET", f"/stores/{store_id}/runs", query=query)
    last = await ask("GET", f"/stores/{store_id}/runs", query={**query, "page_token": first["next_page_token"]})
    client.create_run("0", tags={"half": "low"})
    later = await ask("GET", f"/stores/{store_id}/runs", query=query)

    assert [(page["n_rows"], page["n_found"]) for page in (first, last, later)] == [(2, 3), (1, 3), (2, 4)]
