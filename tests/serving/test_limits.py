"""Many clients, slow models: each gets an answer in time, and the loop never waits for a model."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

import httpx
import pytest

from nbflow.errors import InvalidInputError
from nbflow.serving import ServingSettings

BODY = {"inputs": [1]}


class Gate:
    """A model that predicts once it is let."""

    def __init__(self) -> None:
        self.entered = threading.Semaphore(0)
        self.open = threading.Event()

    def __call__(self, data: Any) -> int:
        self.entered.release()
        assert self.open.wait(20)
        return len(data)


@pytest.fixture
def gate() -> Iterator[Gate]:
    """Give a model that predicts once it is let; at the end it is."""
    made = Gate()
    yield made
    made.open.set()


@pytest.fixture
def clients() -> Iterator[ThreadPoolExecutor]:
    """Give threads to ask from."""
    with ThreadPoolExecutor(16) as pool:
        yield pool


def post(url: str) -> httpx.Response:
    return httpx.post(f"{url}/invocations", json=BODY, timeout=20)


def test_eight_clients_at_once_get_their_own_answers(app: Any, served: Any, clients: ThreadPoolExecutor) -> None:
    url = served(app(lambda data: data))

    def client(number: int) -> list[Any]:
        with httpx.Client(base_url=url, timeout=20) as session:
            return [session.post("/invocations", json={"inputs": [number, i]}).json()["predictions"] for i in range(40)]

    answers = list(clients.map(client, range(8)))

    assert answers == [[[number, i] for i in range(40)] for number in range(8)]


def test_a_model_at_work_keeps_nobody_from_asking_how_the_server_is(
    app: Any, served: Any, gate: Gate, clients: ThreadPoolExecutor
) -> None:
    url = served(app(gate, ServingSettings(threads=1)))
    waiting = clients.submit(post, url)
    assert gate.entered.acquire(timeout=10)

    assert httpx.get(f"{url}/ping", timeout=5).status_code == 200
    gate.open.set()
    assert waiting.result().json() == {"predictions": 1}


def test_so_many_predict_at_a_time_so_many_wait_and_the_others_come_again(
    app: Any, served: Any, gate: Gate, clients: ThreadPoolExecutor
) -> None:
    url = served(app(gate, ServingSettings(threads=2, queue=3)))
    at_work = [clients.submit(post, url) for _ in range(2)]
    assert all(gate.entered.acquire(timeout=10) for _ in range(2))
    others = [clients.submit(post, url) for _ in range(8)]
    refused = [each.result() for _, each in zip(range(5), as_completed(others, timeout=10), strict=False)]

    assert {answer.status_code for answer in refused} == {503}
    assert refused[0].json()["error_code"] == "TEMPORARILY_UNAVAILABLE"
    assert int(refused[0].headers["Retry-After"]) >= 1
    gate.open.set()
    assert sorted(each.result().status_code for each in [*at_work, *others]) == [200] * 5 + [503] * 5
    assert post(url).status_code == 200


def test_a_request_that_takes_too_long_is_answered_all_the_same(app: Any, served: Any, gate: Gate) -> None:
    url = served(app(gate, ServingSettings(timeout_s=0.3)))

    response = post(url)

    assert response.status_code == 504
    assert response.json()["error_code"] == "DEADLINE_EXCEEDED"
    assert "0.3 seconds" in response.json()["message"]


def test_a_thread_that_is_still_at_it_counts_until_it_is_done(app: Any, served: Any, gate: Gate) -> None:
    url = served(app(gate, ServingSettings(timeout_s=0.3, threads=1, queue=0)))
    assert post(url).status_code == 504

    assert post(url).status_code == 503
    gate.open.set()
    assert eventually(lambda: post(url).status_code == 200)


def test_who_waited_in_vain_is_never_predicted_for(app: Any, served: Any, gate: Gate) -> None:
    url = served(app(gate, ServingSettings(timeout_s=0.3, threads=1, queue=5)))
    assert [post(url).status_code for _ in range(3)] == [504, 504, 504]

    gate.open.set()

    assert eventually(lambda: post(url).status_code == 200)
    entered = sum(gate.entered.acquire(blocking=False) for _ in range(10))
    assert entered == 2


def eventually(holds: Callable[[], bool]) -> bool:
    for _ in range(100):
        if holds():
            return True
        time.sleep(0.05)
    return False


def test_a_body_that_never_comes_takes_no_place_for_long(app: Any, served: Any) -> None:
    url = served(app(settings=ServingSettings(timeout_s=0.3, threads=1, queue=0)))

    def slow() -> Iterator[bytes]:
        yield b'{"inputs":'
        time.sleep(1)
        yield b"[1]}"

    first = httpx.post(f"{url}/invocations", content=slow(), headers={"Content-Type": "application/json"})

    assert first.status_code == 504
    assert post(url).status_code == 200


def test_limits_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"TIMEOUT": "1.5", "MAX_BYTES": "10", "THREADS": "2", "QUEUE": "0"}
    for name, value in values.items():
        monkeypatch.setenv(f"NBFLOW_SCORING_{name}", value)

    settings = ServingSettings.from_environment()

    assert (settings.timeout_s, settings.max_bytes, settings.n_threads, settings.queue) == (1.5, 10, 2, 0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TIMEOUT", "0"),
        ("TIMEOUT", "soon"),
        ("TIMEOUT", "inf"),
        ("MAX_BYTES", "1e3"),
        ("THREADS", "0"),
        ("QUEUE", "-1"),
    ],
)
def test_a_limit_that_is_none_is_told(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"NBFLOW_SCORING_{name}", value)

    with pytest.raises(InvalidInputError, match=f"NBFLOW_SCORING_{name}"):
        ServingSettings.from_environment()


def test_there_are_more_threads_than_cores() -> None:
    assert ServingSettings().n_threads > 1
