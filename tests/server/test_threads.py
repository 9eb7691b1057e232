"""Threads of a store while its index is being made."""

from __future__ import annotations

import threading

import pytest

from nbflow.errors import IndexBuildingError
from nbflow.server.threads import Threads


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
