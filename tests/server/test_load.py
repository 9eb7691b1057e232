"""Many pages at once, while runs are logged: no errors, no old answers, and no more looks at the store than needed."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING, Any

from nbflow.config import Settings
from nbflow.store.index import Index
from nbflow.store.layout import Layout
from nbflow.store.looks import one_look
from nbflow.store.query import Selection
from nbflow.store.reader import FolderReader, News

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbflow import Client
    from nbflow.store.stamps import FileCursor
    from tests.server.asking import Ask

CONNECTIONS = 8
QUESTIONS = 25


def values(page: dict[str, Any], column: str) -> list[Any]:
    found: list[Any] = next(each["values"] for each in page["columns"] if each["id"] == column)
    return found


async def test_pages_that_ask_while_runs_are_logged_get_what_was_there_when_they_asked(
    ask: Ask, client: Client, store_id: str
) -> None:
    client.create_experiment("load")
    logged = 0

    async def log() -> None:
        nonlocal logged
        for n in range(40):
            run_id = client.create_run("0").run_id
            client.log_metric(run_id, "m", n)
            client.set_terminated(run_id)
            logged = n + 1
            await asyncio.sleep(0.01)

    async def look(number: int) -> None:
        for question in range(QUESTIONS):
            before = logged
            least = (number * QUESTIONS + question) % 5
            query = {"filter": f"metrics.m >= {least}", "order_by": "metrics.m ASC", "column": "metrics.m"}
            found = values(await ask("GET", f"/stores/{store_id}/runs", query=query), "metrics.m")
            # None that was there is missing, none is there twice, and all are in their order.
            assert found == list(range(least, least + len(found)))
            assert len(found) >= before - least

    await asyncio.gather(log(), *(look(number) for number in range(CONNECTIONS)))


class CountingReader(FolderReader):
    """Counts how often an index looks: each look reads the log of the one experiment there is."""

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout)
        self.looks = 0

    def experiment_news(self, experiment_id: str, files: Mapping[str, FileCursor]) -> Iterator[News]:
        self.looks += 1
        return super().experiment_news(experiment_id, files)


def counted(client: Client) -> tuple[Index, CountingReader]:
    layout = Layout(client._store.root)
    reader = CountingReader(layout)
    index = Index(layout, reader, Settings.from_environment())
    index.refresh()
    reader.looks = 0
    return index, reader


def test_who_waits_in_line_shares_one_look(client: Client) -> None:
    client.create_run("0")
    index, reader = counted(client)
    threads = [threading.Thread(target=index.refresh) for _ in range(8)]

    with index._lock:
        for thread in threads:
            thread.start()
        threading.Event().wait(0.2)  # until all of them have asked, and wait
    for thread in threads:
        thread.join()

    assert reader.looks == 1


def test_who_asks_after_a_look_began_looks_anew(client: Client) -> None:
    client.create_run("0")
    index, reader = counted(client)

    for n in range(1, 4):
        index.refresh()
        assert reader.looks == n


def test_what_belongs_together_is_answered_by_one_look(client: Client) -> None:
    client.create_run("0")
    index, reader = counted(client)

    with one_look(time.monotonic_ns()):
        stamp = index.stamp()
        client.create_run("0")
        assert index.count(Selection()) == 1
        assert index.stamp() == stamp
    assert reader.looks == 1
    assert index.count(Selection()) == 2
