"""Experiments over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from nbflow.entities import ViewType
from nbflow.provenance.user import user_name
from tests.server.asking import Ask, Refused

if TYPE_CHECKING:
    from nbflow import Client

ME = f"user:{user_name()}"
HOSTILE = ["<script>alert(1)</script>", "a/../../b", "x'; DROP TABLE runs; --", "ünï ☃ \u202etxt", "%2e%2e%2f"]


@pytest.fixture
def place(store_id: str) -> str:
    return f"/stores/{store_id}/experiments"


@pytest.fixture
def vision(client: Client) -> str:
    return client.create_experiment("vision", tags={"team": "a"})


async def refused(ask: Ask, *args: Any, **named: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        await ask(*args, **named)
    return caught.value


async def test_a_store_that_is_not_there_has_no_experiments(ask: Ask, place: str) -> None:
    assert await ask("GET", place) == {"experiments": [], "next_page_token": None}


async def test_experiments_are_told_with_their_runs(ask: Ask, client: Client, place: str, vision: str) -> None:
    for n in range(3):
        run_id = client.create_run(vision).run_id
        if n:
            client.set_terminated(run_id)
    client.delete_run(run_id)

    found = (await ask("GET", place, query={"filter": "name = 'vision'"}))["experiments"]

    (told,) = found
    record = client.get_experiment(vision)
    assert told == {
        "experiment_id": vision,
        "name": "vision",
        "lifecycle_stage": "active",
        "creation_time": record.creation_time,
        "last_update_time": record.last_update_time,
        "tags": {"team": "a"},
        "runs": 2,
        "running": 1,
        "permission": "MANAGE",
    }
    assert await ask("GET", f"{place}/{vision}") == told


async def test_experiments_come_in_pages_in_the_order_that_is_asked_for(ask: Ask, client: Client, place: str) -> None:
    for name in "cab":
        client.create_experiment(name)
    names, query = [], {"order_by": "name ASC", "max_results": 2, "filter": "name != 'Default'"}
    while True:
        found = await ask("GET", place, query=query)
        names.append([each["name"] for each in found["experiments"]])
        if found["next_page_token"] is None:
            break
        query["page_token"] = found["next_page_token"]

    assert names == [["a", "b"], ["c"]]


async def test_a_filter_that_does_not_parse_is_told_with_the_place(ask: Ask, place: str) -> None:
    error = await refused(ask, "GET", place, query={"filter": "name = 'a' AND"})

    assert (error.status, error.code) == (400, "INVALID_PARAMETER_VALUE")
    assert error.body["details"]["position"] == 14
    assert error.body["details"]["expected"]


@pytest.mark.parametrize(
    "query", [{"view": "some"}, {"max_results": 0}, {"max_results": "many"}, {"page_token": "x"}, {"fliter": "a"}]
)
async def test_other_questions_that_make_no_sense(ask: Ask, place: str, query: dict[str, Any]) -> None:
    assert (await refused(ask, "GET", place, query=query)).status == 400


@pytest.mark.parametrize("name", HOSTILE)
async def test_an_experiment_has_any_name(ask: Ask, client: Client, place: str, name: str) -> None:
    made = await ask("POST", place, {"name": name, "tags": {"note": name}})

    assert (made["name"], made["tags"], made["runs"]) == (name, {"note": name}, 0)
    found = client.get_experiment_by_name(name)
    assert found is not None
    assert found.experiment_id == made["experiment_id"]


async def test_a_name_that_is_taken(ask: Ask, place: str, vision: str) -> None:
    error = await refused(ask, "POST", place, {"name": "vision"})

    assert (error.status, error.code) == (409, "RESOURCE_ALREADY_EXISTS")
    assert error.body["details"]["experiment_id"] == vision


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": 3}, {"name": "a", "colour": "red"}, b"{", b"\xff", []])
async def test_a_body_that_does_not_fit_makes_nothing(ask: Ask, client: Client, place: str, body: Any) -> None:
    assert (await refused(ask, "POST", place, body)).status == 400
    assert not client.search_experiments()


async def test_renaming_and_tagging(ask: Ask, client: Client, place: str, vision: str) -> None:
    change = {"name": "sight", "tags": {"team": None, "stage": "late", "absent": None}}

    told = await ask("PATCH", f"{place}/{vision}", change)

    assert (told["name"], told["tags"]) == ("sight", {"stage": "late"})
    assert client.get_experiment(vision).name == "sight"


async def test_of_a_change_that_cannot_be_made_nothing_is(ask: Ask, client: Client, place: str, vision: str) -> None:
    client.create_experiment("taken")

    error = await refused(ask, "PATCH", f"{place}/{vision}", {"name": "taken", "tags": {"team": "b"}})

    assert error.status == 409
    assert client.get_experiment(vision).tags == {"team": "a"}


async def test_into_the_trash_and_back(ask: Ask, client: Client, place: str, vision: str) -> None:
    client.create_run(vision)

    assert await ask("DELETE", f"{place}/{vision}") is None
    (told,) = (await ask("GET", place, query={"view": "deleted"}))["experiments"]
    assert (told["lifecycle_stage"], told["runs"]) == ("deleted", 1)
    assert (await refused(ask, "DELETE", f"{place}/{vision}")).status == 404
    assert await ask("POST", f"{place}/{vision}/restore") is None
    assert client.search_experiments(ViewType.DELETED_ONLY) == []
    assert (await refused(ask, "POST", f"{place}/{vision}/restore")).status == 404


@pytest.mark.parametrize("experiment_id", ["123", "none", "..", "../0", "a/b", "\0", "0" * 40, "٣", "-1"])
async def test_an_experiment_that_is_not_there(ask: Ask, place: str, vision: str, experiment_id: str) -> None:
    assert vision
    address = f"{place}/{quote(experiment_id, safe='').replace('.', '%2E')}"

    for method, body in (("GET", None), ("PATCH", {"name": "x"}), ("DELETE", None)):
        assert (await refused(ask, method, address, body)).status in (400, 404)
    assert (await refused(ask, "POST", f"{address}/restore")).status in (400, 404)


@pytest.mark.parametrize("which", ["hidden", "absent"])
async def test_what_may_not_be_seen_is_told_like_what_is_not_there(
    ask: Ask, client: Client, place: str, vision: str, which: str
) -> None:
    client.set_experiment_permission(vision, ME, "NO_PERMISSIONS")
    address = f"{place}/{vision if which == 'hidden' else '987654321'}"

    told = {(error.status, error.code) for error in await all_refused(ask, address)}

    assert told == {(404, "RESOURCE_DOES_NOT_EXIST")}
    assert vision not in str(await ask("GET", place, query={"view": "all"}))


async def all_refused(ask: Ask, address: str) -> list[Refused]:
    return [
        await refused(ask, "GET", address),
        await refused(ask, "PATCH", address, {"name": "x"}),
        await refused(ask, "DELETE", address),
        await refused(ask, "POST", f"{address}/restore"),
    ]


async def test_who_may_only_read_changes_nothing(ask: Ask, client: Client, place: str, vision: str) -> None:
    client.set_experiment_permission(vision, ME, "READ")
    client.set_store_permission("user:root of all", "MANAGE")
    client.set_store_permission("*", "READ")

    assert (await ask("GET", f"{place}/{vision}"))["permission"] == "READ"
    _, *changes = await all_refused_but_reading(ask, f"{place}/{vision}")
    changes.append(await refused(ask, "POST", place, {"name": "new"}))

    assert {(error.status, error.code) for error in changes} == {(403, "PERMISSION_DENIED")}
    assert changes[0].body["details"] == {"needed": "EDIT", "have": "READ"}
    assert client.get_experiment(vision).name == "vision"
    assert client.get_experiment_by_name("new") is None


async def all_refused_but_reading(ask: Ask, address: str) -> list[Any]:
    return [
        await ask("GET", address),
        await refused(ask, "PATCH", address, {"name": "x"}),
        await refused(ask, "DELETE", address),
        await refused(ask, "POST", f"{address}/restore"),
    ]


@pytest.mark.parametrize(
    ("method", "end"), [("GET", ""), ("POST", ""), ("GET", "/0"), ("PATCH", "/0"), ("DELETE", "/0")]
)
async def test_nobody_gets_in_without_the_token(ask: Ask, place: str, method: str, end: str) -> None:
    for headers in ({}, {"Authorization": "token wrong"}):
        error = await refused(ask, method, f"{place}{end}", headers=headers)
        assert error.status in (401, 403)
