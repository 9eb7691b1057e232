"""What somebody reads of a log does not change under him: other threads' news make another state."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from nbflow import Client


@pytest.fixture
def hasty() -> Iterator[None]:
    """Let threads take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def test_a_state_stays_as_it_was_when_there_are_news(client: Client) -> None:
    client.create_registered_model("m", {"a": "1"})
    client.create_model_version("m", "s3://bucket/m")
    model = client._model("m")
    version = client._store.models.version(model.folder, 1).state

    client.set_registered_model_tag("m", "b", "2")
    client.set_registered_model_alias("m", "champion", 1)
    client.approve("m", 1)

    assert (list(model.tags), model.aliases, version.standing) == (["a"], {}, {})
    assert list(client._model("m").tags) == ["a", "b"]


def test_nothing_is_copied_when_there_are_none(client: Client) -> None:
    client.create_registered_model("m")

    assert client._model("m") is client._model("m")


@pytest.mark.usefixtures("hasty")
def test_a_thread_reads_while_another_one_writes(client: Client) -> None:
    run_id = client.create_run("0").info.run_id
    client.create_registered_model("m")
    client.create_model_version("m", "s3://bucket/m")
    failed: list[BaseException] = []
    done = threading.Event()

    def read(calls: list[Callable[[], object]]) -> None:
        try:
            while not done.is_set():
                for call in calls:
                    call()
        except RuntimeError as exc:
            failed.append(exc)

    readers = [
        threading.Thread(target=read, args=([lambda: client.get_run(run_id), lambda: client.get_experiment("0")],)),
        threading.Thread(target=read, args=([client.search_registered_models, client.search_model_versions],)),
    ]
    for reader in readers:
        reader.start()
    for i in range(150):
        client.log_metric(run_id, f"m{i}", i)
        client.set_tag(run_id, f"t{i}", i)
        client.set_registered_model_alias("m", f"a{i}", 1)
    done.set()
    for reader in readers:
        reader.join()

    assert failed == []
