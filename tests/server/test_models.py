"""Registered models over HTTP: finding, making, changing and deleting them, and who is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from nbflow.provenance.user import user_name
from tests.server.asking import Ask, Refused
from tests.server.registered import registered_model

if TYPE_CHECKING:
    from nbflow import Client


@pytest.fixture
def models(store_id: str) -> str:
    return f"/stores/{store_id}/models"


@pytest.fixture
def net(client: Client, models: str) -> str:
    """Register two versions of a model, and give its address."""
    registered_model(client)
    return f"{models}/net"


async def test_a_store_without_models(ask: Ask, models: str) -> None:
    assert await ask("GET", models) == {"models": [], "next_page_token": None}


async def test_models_are_listed_with_their_newest_version_and_aliases(
    ask: Ask, client: Client, net: str, models: str
) -> None:
    assert net
    client.set_registered_model_alias("net", "champion", 1)
    client.set_registered_model_tag("net", "team", "risk")

    (found,) = (await ask("GET", models))["models"]

    assert (found["name"], found["latest"], found["versions"]) == ("net", 2, 2)
    assert (found["aliases"], found["tags"]) == ({"champion": 1}, {"team": "risk"})
    assert (found["permission"], found["lifecycle_stage"], found["user_id"]) == ("MANAGE", "active", user_name())
    assert found["creation_time"] <= found["last_update_time"]


async def test_models_are_searched_sorted_and_cut_into_pages(ask: Ask, client: Client, models: str) -> None:
    for name in ("b", "a", "ab"):
        client.create_registered_model(name)

    async def names(**query: Any) -> list[str]:
        return [model["name"] for model in (await ask("GET", models, query=query))["models"]]

    first = await ask("GET", models, query={"max_results": 2})
    second = await ask("GET", models, query={"max_results": 2, "page_token": first["next_page_token"]})

    assert await names(filter="name LIKE 'a%'") == ["a", "ab"]
    assert await names(order_by="name DESC") == ["b", "ab", "a"]
    assert [model["name"] for model in first["models"] + second["models"]] == ["a", "ab", "b"]
    assert second["next_page_token"] is None


async def test_a_filter_that_does_not_parse_says_where(ask: Ask, models: str) -> None:
    with pytest.raises(Refused) as caught:
        await ask("GET", models, query={"filter": "name LIKE"})

    assert caught.value.status == 400
    assert caught.value.body["details"]["position"] == 9
    assert caught.value.body["details"]["expected"]


@pytest.mark.parametrize(
    "query", [{"view": "some"}, {"max_results": "0"}, {"max_results": "many"}, {"page_token": "x"}, {"order": "name"}]
)
async def test_a_question_that_is_none(ask: Ask, models: str, query: dict[str, str]) -> None:
    with pytest.raises(Refused) as caught:
        await ask("GET", models, query=query)

    assert caught.value.status == 400


async def test_a_model_is_made(ask: Ask, client: Client, models: str) -> None:
    made = await ask("POST", models, {"name": "fraud", "description": "finds it", "tags": {"team": "risk"}})

    assert (made["name"], made["latest"], made["versions"]) == ("fraud", None, 0)
    kept = client.get_registered_model("fraud")
    assert (kept.description, kept.tags, kept.user_id) == ("finds it", {"team": "risk"}, user_name())


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "net"}, 409),
        ({"name": "a/b"}, 400),
        ({"name": ""}, 400),
        ({"name": 7}, 400),
        ({}, 400),
        ({"name": "a", "tags": {"b": 1}}, 400),
        ({"name": "a", "colour": "red"}, 400),
        (b"{", 400),
        (b"\xff", 400),
    ],
)
@pytest.mark.usefixtures("net")
async def test_a_model_that_cannot_be_made(ask: Ask, client: Client, models: str, body: Any, status: int) -> None:
    with pytest.raises(Refused) as caught:
        await ask("POST", models, body)

    assert caught.value.status == status
    assert len(client.search_registered_models()) == 1


async def test_the_page_of_a_model(ask: Ask, client: Client, net: str) -> None:
    client.set_registered_model_alias("net", "champion", 2)
    client.set_alias_policy("net", "champion", approvals=1)
    client.delete_model_version("net", 1)

    found = await ask("GET", net)

    assert (found["name"], found["latest"], found["versions"]) == ("net", 2, 1)
    assert [(each["version"], each["lifecycle_stage"]) for each in found["version_list"]] == [
        (2, "active"),
        (1, "deleted"),
    ]
    newest = found["version_list"][0]
    assert (newest["metrics"], newest["aliases"], newest["run_name"]) == ({"auc": 0.2}, ["champion"], "run 0.2")
    assert (newest["user_id"], newest["current_stage"], newest["flavors"]) == (user_name(), "None", ["python_function"])
    assert found["policies"] == [{"alias": "champion", "approvals": 1, "require": ""}]
    assert [(each["action"], each["version"]) for each in found["history"][:3]] == [
        ("deleted", 1),
        ("policy set", None),
        ("alias set", 2),
    ]
    assert found["history"][2]["text"] == "alias champion set to 2"


async def test_versions_of_an_older_model_of_that_name_are_not_its(ask: Ask, client: Client, net: str) -> None:
    client.delete_registered_model("net")
    registered_model(client, versions=1)

    found = await ask("GET", net)

    assert [(each["version"], each["lifecycle_stage"]) for each in found["version_list"]] == [(1, "active")]


async def test_how_many_versions_models_in_the_trash_have_is_said_where_it_is_known(
    ask: Ask, client: Client, models: str
) -> None:
    registered_model(client, "alone", versions=1)
    client.delete_registered_model("alone")
    for _ in range(2):
        registered_model(client, "twice", versions=1)
        client.delete_registered_model("twice")

    found = (await ask("GET", models, query={"view": "deleted"}))["models"]

    assert [(each["name"], each["versions"]) for each in found] == [("alone", 1), ("twice", None), ("twice", None)]


@pytest.mark.parametrize("name", ["räuber & söhne", "a%2Fb", "100 %", "a?b#c", 'it\'s "it"', "<script>"])
async def test_any_name_can_stand_in_an_address(ask: Ask, client: Client, models: str, name: str) -> None:
    registered_model(client, name, versions=1)

    found = await ask("GET", f"{models}/{quote(name, safe='')}")

    assert found["name"] == name
    assert [each["version"] for each in found["version_list"]] == [1]


async def test_a_model_is_changed(ask: Ask, client: Client, net: str) -> None:
    client.set_registered_model_tag("net", "old", "1")
    change = {"name": "network", "description": "new", "tags": {"old": None, "team": "risk"}}

    made = await ask("PATCH", net, change)

    assert (made["name"], made["description"], made["tags"], made["versions"]) == (
        "network",
        "new",
        {"team": "risk"},
        2,
    )
    with pytest.raises(Refused) as caught:
        await ask("GET", net)
    assert caught.value.status == 404


async def test_what_is_not_given_stays(ask: Ask, client: Client, net: str) -> None:
    client.update_registered_model("net", "stays")

    made = await ask("PATCH", net, {"tags": {"a": "b"}})

    assert (made["name"], made["description"]) == ("net", "stays")


async def test_a_model_goes_into_the_trash_and_comes_back(ask: Ask, models: str, net: str) -> None:
    await ask("DELETE", net)
    gone = (await ask("GET", models))["models"]
    await ask("POST", f"{net}/restore")
    back = (await ask("GET", models))["models"]

    assert (gone, [each["name"] for each in back]) == ([], ["net"])


OPERATIONS: list[tuple[str, str, Any]] = [
    ("GET", "", None),
    ("PATCH", "", {"description": "other"}),
    ("DELETE", "", None),
    ("POST", "/restore", None),
]


@pytest.mark.parametrize(("method", "at", "body"), OPERATIONS)
async def test_a_model_that_is_not_there(ask: Ask, models: str, method: str, at: str, body: Any) -> None:
    with pytest.raises(Refused) as caught:
        await ask(method, f"{models}/none{at}", body)

    assert (caught.value.status, caught.value.code) == (404, "RESOURCE_DOES_NOT_EXIST")


@pytest.mark.parametrize(
    ("method", "at", "body"), [*OPERATIONS, ("POST", "list", {"name": "a"}), ("GET", "list", None)]
)
async def test_nobody_is_let_in(ask: Ask, models: str, net: str, method: str, at: str, body: Any) -> None:
    with pytest.raises(Refused) as caught:
        await ask(method, models if at == "list" else f"{net}{at}", body, headers={})

    assert (caught.value.status, caught.value.code) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize(("method", "at", "body"), OPERATIONS)
async def test_who_may_not_see_a_model_is_told_that_there_is_none(
    ask: Ask, client: Client, net: str, method: str, at: str, body: Any
) -> None:
    client.set_registered_model_permission("net", f"user:{user_name()}", "NO_PERMISSIONS")
    if at:
        client.delete_registered_model("net")

    with pytest.raises(Refused) as caught:
        await ask(method, f"{net}{at}", body)

    assert (caught.value.status, caught.value.code) == (404, "RESOURCE_DOES_NOT_EXIST")


async def test_who_may_only_read_changes_nothing(ask: Ask, client: Client, models: str, net: str) -> None:
    client.set_registered_model_permission("net", f"user:{user_name()}", "READ")
    client.set_store_permission("*", "READ")

    assert (await ask("GET", net))["permission"] == "READ"
    for method, address, body in [
        ("PATCH", net, {"description": "other"}),
        ("PATCH", net, {"name": "other"}),
        ("DELETE", net, None),
        ("POST", models, {"name": "new"}),
    ]:
        with pytest.raises(Refused) as caught:
            await ask(method, address, body)
        assert (caught.value.status, caught.value.code) == (403, "PERMISSION_DENIED")
    assert client.get_registered_model("net").description == ""


async def test_models_that_may_not_be_seen_are_not_listed(ask: Ask, client: Client, models: str) -> None:
    for name in ("seen", "hidden"):
        client.create_registered_model(name)
    client.set_registered_model_permission("hidden", f"user:{user_name()}", "NO_PERMISSIONS")

    assert [each["name"] for each in (await ask("GET", models))["models"]] == ["seen"]


class TestOnAServerThatOnlyReads:
    @pytest.fixture
    def nbflow_config(self) -> dict[str, Any]:
        return {"read_only": True}

    async def test_nothing_is_changed(self, ask: Ask, models: str, net: str) -> None:
        assert (await ask("GET", net))["permission"] == "READ"
        for method, address, body in [*((m, f"{net}{at}", b) for m, at, b in OPERATIONS[1:]), ("POST", models, {})]:
            with pytest.raises(Refused) as caught:
                await ask(method, address, body)
            assert caught.value.status == 403
