from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nbflow import Client

if TYPE_CHECKING:
    from nbflow.server.running import Server
    from tests.server.asking import Ask

SOON_S = 5.0
QUIET_S = 1.2


class Page:
    """A page that shows stores, and hears of them."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket

    async def watch(self, *store_ids: str) -> None:
        await self.socket.write_message(json.dumps({"watch": store_ids}))

    async def hears(self, within_s: float = 5.0) -> dict[str, Any]:
        message = await asyncio.wait_for(self.socket.read_message(), within_s)
        assert message is not None, "the socket was closed"
        found: dict[str, Any] = json.loads(message)
        return found

    async def hears_nothing(self, for_s: float = QUIET_S) -> None:
        message = asyncio.ensure_future(self.socket.read_message())
        done, _ = await asyncio.wait([message], timeout=for_s)
        assert not done, message.result()
        message.cancel()


OpenPage = Callable[[], Awaitable[Page]]


@pytest.fixture
def open_page(jp_ws_fetch: Any, jp_asyncio_loop: asyncio.AbstractEventLoop) -> Iterator[OpenPage]:
    sockets = []

    async def opened() -> Page:
        sockets.append(await jp_ws_fetch("nbflow", "api", "events"))
        return Page(sockets[-1])

    async def close() -> None:
        for socket in sockets:
            is_open = socket.close_code is None
            socket.close()
            while is_open and await socket.read_message() is not None:
                pass

    yield opened
    jp_asyncio_loop.run_until_complete(close())


async def test_a_page_is_told_at_once_what_the_store_is_at(open_page: OpenPage, client: Client, store_id: str) -> None:
    client.create_experiment("one")
    page = await open_page()

    await page.watch(store_id)

    news = await page.hears()
    assert news["store"] == store_id
    assert news["revision"]
    assert news["runs"] is None
    assert (news["experiments"], news["models"]) == (True, True)


async def test_a_page_hears_which_run_is_new(open_page: OpenPage, client: Client, store_id: str) -> None:
    experiment_id = client.create_experiment("one")
    page = await open_page()
    await page.watch(store_id)
    first = await page.hears()

    run = client.create_run(experiment_id)

    news = await page.hears(SOON_S)
    assert news["runs"] == [run.run_id]
    assert news["revision"] != first["revision"]
    assert news["models"] is False


async def test_a_metric_of_a_running_run_is_heard_within_a_second(
    open_page: OpenPage, client: Client, store_id: str
) -> None:
    run = client.create_run(client.create_experiment("one"))
    page = await open_page()
    await page.watch(store_id)
    await page.hears()

    lasted, heard = [], []
    for step in range(3):
        began = time.monotonic()
        client.log_metric(run.run_id, "loss", 0.5, step=step)
        heard.append(await page.hears(SOON_S))
        lasted.append(time.monotonic() - began)

    assert [each["runs"] for each in heard] == [[run.run_id]] * 3
    assert [each["experiments"] for each in heard] == [False] * 3
    assert min(lasted) < 1  # the best: a machine may do other things, too


async def test_nothing_is_sent_when_nothing_changes(open_page: OpenPage, client: Client, store_id: str) -> None:
    client.create_run(client.create_experiment("one"))
    page = await open_page()
    await page.watch(store_id)
    await page.hears()

    await page.hears_nothing(3.0)


async def test_a_model_that_is_registered_is_heard_of(open_page: OpenPage, client: Client, store_id: str) -> None:
    client.create_experiment("one")
    page = await open_page()
    await page.watch(store_id)
    await page.hears()

    client.create_registered_model("iris")
    news = await page.hears(SOON_S)
    client.set_registered_model_tag("iris", "owner", "ada")
    more = await page.hears(SOON_S)

    assert (news["runs"], news["experiments"], news["models"]) == ([], False, True)
    assert more["models"] is True
    assert more["revision"] != news["revision"]


async def test_an_experiment_that_is_renamed_is_heard_of(open_page: OpenPage, client: Client, store_id: str) -> None:
    experiment_id = client.create_experiment("one")
    page = await open_page()
    await page.watch(store_id)
    await page.hears()

    client.rename_experiment(experiment_id, "two")

    news = await page.hears(SOON_S)
    assert (news["runs"], news["experiments"], news["models"]) == ([], True, False)


async def test_who_may_do_what_is_heard_of(open_page: OpenPage, client: Client, store_id: str) -> None:
    client.create_experiment("one")
    page = await open_page()
    await page.watch(store_id)
    await page.hears()

    client.set_store_permission("user:ada", "MANAGE")

    news = await page.hears(SOON_S)
    assert (news["runs"], news["experiments"], news["models"]) == (None, True, True)


async def test_the_first_run_of_a_store_is_heard_of(open_page: OpenPage, client: Client, store_id: str) -> None:
    page = await open_page()
    await page.watch(store_id)
    first = await page.hears()

    client.create_run("0")

    news = await page.hears(SOON_S)
    assert "problem" not in first
    assert news["revision"] != first["revision"]


async def test_a_store_that_goes_is_told_of_once_and_when_it_is_back(
    open_page: OpenPage, client: Client, root: Path, store_id: str, tmp_path: Path
) -> None:
    client.create_experiment("one")
    page = await open_page()
    await page.watch(store_id)
    await page.hears()

    shutil.move(root, tmp_path / "away")
    gone = await page.hears(SOON_S)
    await page.hears_nothing()
    shutil.move(tmp_path / "away", root)

    assert gone["store"] == store_id
    assert "is not there any more" in gone["problem"]


async def test_a_store_that_is_back_is_told_of(
    open_page: OpenPage, client: Client, root: Path, store_id: str, tmp_path: Path
) -> None:
    client.create_experiment("one")
    page = await open_page()
    await page.watch(store_id)
    await page.hears()
    shutil.move(root, tmp_path / "away")
    await page.hears(SOON_S)

    shutil.move(tmp_path / "away", root)

    back = await page.hears(SOON_S)
    assert back["revision"]
    assert (back["runs"], back["experiments"]) == (None, True)


async def test_a_store_that_becomes_something_else_is_told_of(
    open_page: OpenPage, client: Client, root: Path, store_id: str
) -> None:
    client.create_experiment("one")
    page = await open_page()
    await page.watch(store_id)
    await page.hears()

    (root / "store.json").write_text("nonsense")

    assert "is not an nbflow store" in (await page.hears(SOON_S))["problem"]


async def test_a_store_that_is_not_open_is_told_of(open_page: OpenPage) -> None:
    page = await open_page()

    await page.watch("0123456789abcdef")

    assert "Open it first" in (await page.hears())["problem"]


@pytest.mark.parametrize(
    "message", ["nonsense", "[]", '{"watch": 5}', '{"watch": [], "more": 1}', "x" * 20_000, b"\xff"]
)
async def test_what_is_not_understood_ends_the_socket(open_page: OpenPage, message: str | bytes) -> None:
    page = await open_page()

    await page.socket.write_message(message, binary=isinstance(message, bytes))

    assert await asyncio.wait_for(page.socket.read_message(), 5) is None
    assert page.socket.close_code == 1007


async def test_a_page_that_turns_to_another_store_hears_of_that_one_only(
    open_page: OpenPage, ask: Ask, client: Client, store_id: str, tmp_path: Path
) -> None:
    client.create_experiment("one")
    other = Client(tmp_path / "other")
    experiment_id = other.create_experiment("two")
    other_id = (await ask("POST", "/stores", {"path": str(tmp_path / "other")}))["id"]
    page = await open_page()
    await page.watch(store_id)
    await page.hears()

    await page.watch(other_id)
    first = await page.hears()
    client.create_experiment("three")
    other.create_run(experiment_id)
    news = await page.hears(SOON_S)

    assert [first["store"], news["store"]] == [other_id, other_id]
    await page.hears_nothing()


async def test_twenty_pages_hear_the_same_and_cost_one_look(
    open_page: OpenPage, client: Client, server: Server, store_id: str
) -> None:
    experiment_id = client.create_experiment("one")
    pages = [await open_page() for _ in range(20)]
    for page in pages:
        await page.watch(store_id)
    for page in pages:
        await page.hears()

    run = client.create_run(experiment_id)

    heard = [await page.hears(SOON_S) for page in pages]
    assert [each["runs"] for each in heard] == [[run.run_id]] * 20
    assert server.watches.of(server.stores.get(store_id)).is_watching


async def test_when_the_last_page_is_closed_nobody_looks_any_more(
    open_page: OpenPage, client: Client, server: Server, store_id: str
) -> None:
    client.create_experiment("one")
    watch = server.watches.of(server.stores.get(store_id))
    page = await open_page()
    await page.watch(store_id)
    await page.hears()
    before = watch.is_watching

    page.socket.close()
    async with asyncio.timeout(5):
        while watch.is_watching:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)

    assert before is True


async def test_a_user_hears_nothing_of_what_may_not_be_seen(
    open_page: OpenPage, client: Client, store_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = client.create_experiment("secret")
    client.set_store_permission("user:ada", "MANAGE")
    client.set_experiment_permission(secret, "*", "NO_PERMISSIONS")
    monkeypatch.setenv("NBFLOW_USER", "ben")
    page = await open_page()
    await page.watch(store_id)
    await page.hears()

    client.create_run(secret)

    await page.hears_nothing()


async def test_a_user_hears_of_what_may_be_seen(
    open_page: OpenPage, client: Client, store_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, shared = client.create_experiment("secret"), client.create_experiment("shared")
    client.set_store_permission("user:ada", "MANAGE")
    client.set_experiment_permission(secret, "*", "NO_PERMISSIONS")
    monkeypatch.setenv("NBFLOW_USER", "ben")
    page = await open_page()
    await page.watch(store_id)
    await page.hears()

    client.create_run(secret)
    run = client.create_run(shared)

    assert (await page.hears(SOON_S))["runs"] == [run.run_id]


async def test_a_user_hears_only_of_registered_models_that_may_be_seen(
    open_page: OpenPage, client: Client, store_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.set_store_permission("user:ada", "MANAGE")
    client.create_registered_model("secret")
    client.create_registered_model("shared")
    client.set_registered_model_permission("secret", "*", "NO_PERMISSIONS")
    monkeypatch.setenv("NBFLOW_USER", "ben")
    page = await open_page()
    await page.watch(store_id)
    await page.hears()

    client.set_registered_model_tag("secret", "a", "1")
    await page.hears_nothing()
    client.set_registered_model_tag("shared", "a", "1")

    assert (await page.hears(SOON_S))["models"] is True
