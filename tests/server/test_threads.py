"""Threads of a store while its index is being made."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref

import pytest

from nbflow.errors import IndexBuildingError, StoreTimeoutError
from nbflow.server.threads import Threads, held


class Body:
    """What a call works with."""

    def read(self) -> None:
        return None


async def test_who_waits_for_an_index_is_told_so_and_no_more_threads_wait_for_it() -> None:
    ready, begun = threading.Event(), []
    threads = Threads("s", limit_s=0.05, reason=lambda: None if ready.is_set() else IndexBuildingError("s", 1, 9))

    with pytest.raises(IndexBuildingError, match="1 of 9 runs are read"):
        await threads.run(ready.wait)
    with pytest.raises(IndexBuildingError):
        await threads.run(lambda: begun.append(1))
    ready.set()

    assert await threads.run(lambda: "well again", limit_s=5) == "well again"
    assert begun == []


async def test_a_call_that_nobody_waits_for_any_more_is_forgotten() -> None:
    gate, begun, body = threading.Event(), [], Body()
    threads = Threads("s", most=1)
    running = asyncio.ensure_future(threads.run(lambda: gate.wait(30)))
    waiting = asyncio.ensure_future(threads.run(lambda: begun.append(1)))
    await asyncio.sleep(0.05)
    future, kept = threads.submit(body.read), weakref.ref(body)

    threads.give_up(future)
    for each in (waiting, running):
        each.cancel()
    await asyncio.gather(waiting, running, return_exceptions=True)
    del body, future
    gc.collect()

    assert kept() is None
    with pytest.raises(StoreTimeoutError):
        await threads.run(lambda: 1)
    gate.set()
    await asyncio.sleep(0.1)
    assert await threads.run(lambda: 2) == 2
    assert begun == []


def test_who_waits_for_what_another_call_makes_does_not_wait_for_ever() -> None:
    lock = threading.Lock()

    with held(lock, "s"), pytest.raises(StoreTimeoutError), held(lock, "s", 0.01):
        pass

    assert not lock.locked()
