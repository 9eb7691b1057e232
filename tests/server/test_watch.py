from __future__ import annotations

import asyncio
import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from nbflow.entities import Identity
from nbflow.errors import StoreTimeoutError
from nbflow.server.looking import Seen, Visible
from nbflow.server.stores import OpenStore
from nbflow.server.watch import INTERVAL_S, Watch

ADA, BEN = Identity("ada"), Identity("ben")


class Page:
    """Somebody who listens, and notes what is said."""

    def __init__(self, identity: Identity = ADA) -> None:
        self.identity = identity
        self.heard: list[dict[str, Any]] = []

    def tell(self, message: str) -> None:
        self.heard.append(json.loads(message))


class Sight:
    """Looks at a store that there is not: what is seen is what a test says."""

    def __init__(self, seen: Seen, **visible: set[str]) -> None:
        self.seen = seen
        self.may_see = visible
        self.n_looks = 0
        self.lasts_s = 0.0
        self.fails = False
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self) -> Seen:
        self.n_looks += 1
        time.sleep(self.lasts_s)
        self.gate.wait(30)
        return self.seen

    def visible(self, identities: set[Identity], models: frozenset[str] | None) -> dict[Identity, Visible]:
        if self.fails:
            raise OSError("busy")
        return {each: self._seen_by(each.user, models) for each in identities}

    def _seen_by(self, user: str, models: frozenset[str] | None) -> Visible:
        if user not in self.may_see:
            return Visible(None, models=True)
        return Visible(frozenset(self.may_see[user]), models=models is None or bool(models & self.may_see[user]))


def watch_with(sight: Sight, tmp_path: Path, limit_s: float = 10.0) -> Watch:
    return Watch(OpenStore(tmp_path, limit_s=limit_s), lambda _: sight)


async def watching(sight: Sight, tmp_path: Path, *pages: Page, limit_s: float = 10.0) -> Watch:
    """Give a watch to which pages listen, and that looked already."""
    watch = watch_with(sight, tmp_path, limit_s)
    for page in pages:
        watch.add(page)
    await looked(sight)
    return watch


async def looked(sight: Sight, times: int = 2) -> None:
    """Wait until the store was looked at some times more."""
    until = sight.n_looks + times
    async with asyncio.timeout(20):
        while sight.n_looks < until:  # noqa: ASYNC110 - it looks on another thread
            await asyncio.sleep(0.02)


async def test_twenty_pages_cost_as_many_looks_as_one(tmp_path: Path) -> None:
    sight = Sight(Seen("1"))
    watch = watch_with(sight, tmp_path)
    pages = [Page() for _ in range(20)]

    began = time.monotonic()
    for page in pages:
        watch.add(page)
    await looked(sight, 4)
    lasted = time.monotonic() - began
    watch.stop()

    assert sight.n_looks <= lasted / INTERVAL_S + 1
    assert [len(page.heard) for page in pages] == [1] * 20


async def test_nobody_looks_when_nobody_listens(tmp_path: Path) -> None:
    sight = Sight(Seen("1"))
    page = Page()
    watch = await watching(sight, tmp_path, page)

    watch.discard(page)
    await asyncio.sleep(0.1)
    before = sight.n_looks
    await asyncio.sleep(3 * INTERVAL_S)

    assert sight.n_looks == before


async def test_who_comes_later_is_told_at_once_what_is_known(tmp_path: Path) -> None:
    sight = Sight(Seen("1", runs={}))
    watch = watch_with(sight, tmp_path)
    watch.add(Page())
    await looked(sight)

    page = Page()
    watch.add(page)
    watch.stop()

    assert len(page.heard) == 1
    assert page.heard[0]["runs"] is None


async def test_a_change_is_told_once(tmp_path: Path) -> None:
    sight = Sight(Seen("1"))
    page = Page()
    watch = await watching(sight, tmp_path, page)

    sight.seen = Seen("2", runs={"a" * 32: "7"}, experiments=frozenset(), access=False, models=frozenset())
    await looked(sight, 4)
    watch.stop()

    (news,) = page.heard[1:]
    revision = news.pop("revision")
    assert news == {"store": watch.store_id, "runs": ["a" * 32], "experiments": False, "models": False}
    assert revision not in ("2", page.heard[0]["revision"])  # the store's counter is not for everybody to know


async def test_a_page_is_told_nothing_of_experiments_that_it_may_not_see(tmp_path: Path) -> None:
    sight = Sight(Seen("1"), ben={"8"})
    ada, ben = Page(ADA), Page(BEN)
    watch = await watching(sight, tmp_path, ada, ben)

    sight.seen = Seen("2", runs={"a" * 32: "7"}, experiments=frozenset({"7"}), access=False, models=frozenset())
    await looked(sight, 3)
    sight.seen = Seen(
        "3", runs={"a" * 32: "7", "b" * 32: "8"}, experiments=frozenset(), access=False, models=frozenset()
    )
    await looked(sight, 3)
    watch.stop()

    assert [each["runs"] for each in ada.heard[1:]] == [["a" * 32], ["a" * 32, "b" * 32]]
    assert [each["runs"] for each in ben.heard[1:]] == [["b" * 32]]


async def test_a_store_that_hangs_is_told_of_once_and_takes_one_thread(tmp_path: Path) -> None:
    sight = Sight(Seen("1"))
    page = Page()
    watch = await watching(sight, tmp_path, page, limit_s=0.2)

    sight.gate.clear()
    await asyncio.sleep(1.5)
    looks = sight.n_looks
    sight.gate.set()
    await looked(sight)
    watch.stop()

    assert [bool(each.get("problem")) for each in page.heard] == [False, True, False]
    assert "does not answer" in page.heard[1]["problem"]
    assert looks <= 3 + 1


async def test_a_store_that_takes_long_to_look_at_is_looked_at_less_often(tmp_path: Path) -> None:
    sight = Sight(Seen("1"))
    sight.lasts_s = 0.1
    watch = watch_with(sight, tmp_path)
    watch.add(Page())

    began = time.monotonic()
    await looked(sight, 3)
    lasted = time.monotonic() - began
    watch.stop()

    assert lasted >= 2 * 0.1 / 0.1 * 0.9  # of ten parts of the time one


async def test_a_change_is_told_though_nobody_knows_who_may_see_it(tmp_path: Path) -> None:
    sight = Sight(Seen("1"))
    page = Page()
    watch = await watching(sight, tmp_path, page)

    sight.fails = True
    sight.seen = Seen("2", runs={"a" * 32: "7"}, experiments=frozenset(), access=False, models=frozenset())
    await looked(sight, 4)
    watch.stop()

    assert [(each["runs"], each["experiments"]) for each in page.heard[1:]] == [(None, True)]


async def test_a_page_is_told_neither_of_hidden_models_nor_of_many_hidden_runs(tmp_path: Path) -> None:
    sight = Sight(Seen("1"), ben={"8"})
    ada, ben = Page(ADA), Page(BEN)
    watch = await watching(sight, tmp_path, ada, ben)

    nothing: frozenset[str] = frozenset()
    sight.seen = Seen("2", runs={}, experiments=nothing, access=False, models=frozenset({"secret"}))
    await looked(sight, 3)
    sight.seen = Seen("3", None, nothing, access=False, models=nothing, touched=frozenset({"7"}))
    await looked(sight, 3)
    watch.stop()

    assert [(each["runs"], each["models"]) for each in ada.heard[1:]] == [([], True), (None, False)]
    assert ben.heard[1:] == []


async def test_a_problem_that_is_no_utf8_does_not_end_the_watch(tmp_path: Path) -> None:
    sight = Sight(Seen("1"))
    page = Page()
    watch = await watching(sight, tmp_path, page)

    sight.seen = Seen("", problem="The store /tmp/\udcff cannot be read.")
    await looked(sight, 3)
    sight.seen = Seen("3")
    await looked(sight, 3)
    watch.stop()

    assert ["problem" in each for each in page.heard] == [False, True, False]


async def test_a_page_that_cannot_be_told_keeps_nothing_from_the_others(tmp_path: Path) -> None:
    class Broken(Page):
        def tell(self, message: str) -> None:
            raise RuntimeError(message)

    sight = Sight(Seen("1"))
    watch = watch_with(sight, tmp_path)
    pages = [Broken(), Page(), Broken(), Page()]
    for page in pages:
        watch.add(page)
    await looked(sight)
    sight.seen = Seen("2")
    await looked(sight, 3)

    assert watch.is_watching
    watch.stop()
    assert [len(page.heard) for page in pages] == [0, 2, 0, 2]


async def test_pages_that_come_and_go_while_a_disk_hangs_leave_no_call_waiting(tmp_path: Path) -> None:
    sight = Sight(Seen("1"))
    sight.gate.clear()
    store = OpenStore(tmp_path, limit_s=5.0)
    watch = Watch(store, lambda _: sight)
    for _ in range(4):
        page = Page()
        watch.add(page)
        await asyncio.sleep(0.1)
        watch.discard(page)
    await asyncio.sleep(0.1)

    began = time.monotonic()
    with pytest.raises(StoreTimeoutError):
        await store.threads.run(lambda: 1)
    lasted = time.monotonic() - began
    sight.gate.set()

    assert lasted < 1
