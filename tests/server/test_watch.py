from __future__ import annotations

import asyncio
import json
import threading
import time
from pathlib import Path
from typing import Any

from nbflow.entities import Identity
from nbflow.server.looking import Seen
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
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self) -> Seen:
        self.n_looks += 1
        time.sleep(self.lasts_s)
        self.gate.wait(30)
        return self.seen

    def visible(self, identities: set[Identity]) -> dict[Identity, frozenset[str] | None]:
        return {each: frozenset(self.may_see[each.user]) if each.user in self.may_see else None for each in identities}


def watch_with(sight: Sight, tmp_path: Path, limit_s: float = 10.0) -> Watch:
    return Watch(OpenStore(tmp_path, limit_s=limit_s), lambda _: sight)


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
    watch = watch_with(sight, tmp_path)
    page = Page()
    watch.add(page)
    await looked(sight)

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

    assert [each["revision"] for each in page.heard] == ["1"]
    assert page.heard[0]["runs"] is None


async def test_a_change_is_told_once(tmp_path: Path) -> None:
    sight = Sight(Seen("1"))
    watch = watch_with(sight, tmp_path)
    page = Page()
    watch.add(page)
    await looked(sight)

    sight.seen = Seen("2", runs={"a" * 32: "7"}, experiments=frozenset(), access=False, models=False)
    await looked(sight, 4)
    watch.stop()

    assert page.heard[1:] == [
        {"store": watch.store_id, "revision": "2", "runs": ["a" * 32], "experiments": False, "models": False}
    ]


async def test_a_page_is_told_nothing_of_experiments_that_it_may_not_see(tmp_path: Path) -> None:
    sight = Sight(Seen("1"), ben={"8"})
    watch = watch_with(sight, tmp_path)
    ada, ben = Page(ADA), Page(BEN)
    watch.add(ada)
    watch.add(ben)
    await looked(sight)

    sight.seen = Seen("2", runs={"a" * 32: "7"}, experiments=frozenset({"7"}), access=False, models=False)
    await looked(sight, 3)
    sight.seen = Seen("3", runs={"a" * 32: "7", "b" * 32: "8"}, experiments=frozenset(), access=False, models=False)
    await looked(sight, 3)
    watch.stop()

    assert [each["runs"] for each in ada.heard[1:]] == [["a" * 32], ["a" * 32, "b" * 32]]
    assert [each["runs"] for each in ben.heard[1:]] == [["b" * 32]]


async def test_a_store_that_hangs_is_told_of_once_and_takes_one_thread(tmp_path: Path) -> None:
    sight = Sight(Seen("1"))
    watch = watch_with(sight, tmp_path, limit_s=0.2)
    page = Page()
    watch.add(page)
    await looked(sight)

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
