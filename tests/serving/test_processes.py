"""`nbflow models serve` as a process: where it listens, and that it leaves nothing behind, however it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows ends processes otherwise")

PROGRAM = """
import sys
from nbflow.cli.door import Door
from nbflow.verbs.models_serve import serve_model
Door("nbflow", commands=[serve_model]).main(sys.argv[1:])
"""


def double(data: Any) -> Any:
    return [2 * each for each in data.tolist()]


def slow(data: Any) -> Any:
    import sys
    import time

    print("predicting", file=sys.stderr, flush=True)
    time.sleep(float(data[0]))
    return os.getpid()


class Server:
    """A process that serves a model."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "serve", "-m", str(folder), "--trust", "--port", "0", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()

    def predict(self, *data: float) -> Any:
        return httpx.post(f"{self.url}/invocations", json={"inputs": list(data)}, timeout=20).json()["predictions"]

    def read_until(self, word: str) -> None:
        assert self.process.stderr is not None
        while word not in (line := self.process.stderr.readline()):
            assert line

    def workers(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children()

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(20)

    def close(self) -> str:
        if self.process.poll() is None:
            self.process.kill()
        _, said = self.process.communicate()
        return said


@pytest.fixture
def start() -> Iterator[Callable[..., Server]]:
    """Give what starts a server; it is ended with the test."""
    begun: list[Server] = []

    def started(folder: Path, *options: str) -> Server:
        begun.append(Server(folder, *options))
        return begun[-1]

    yield started
    for server in begun:
        server.close()


def eventually(holds: Callable[[], bool]) -> bool:
    for _ in range(200):
        if holds():
            return True
        time.sleep(0.05)
    return False


@posix
@pytest.mark.parametrize("options", [[], ["--workers", "2"]], ids=["one process", "two"])
def test_a_request_in_flight_is_answered_before_the_end(
    options: list[str], saved: Any, start: Callable[..., Server]
) -> None:
    server = start(saved(slow), *options)
    answers: list[Any] = []
    client = threading.Thread(target=lambda: answers.append(server.predict(1.0)))
    client.start()
    server.read_until("predicting")
    workers = server.workers()

    status = server.stop()

    client.join()
    assert (status, len(answers)) == (0, 1)
    assert not any(worker.is_running() for worker in workers)
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{server.url}/ping")


@posix
def test_ctrl_c_ends_it_with_all_it_started(saved: Any, start: Callable[..., Server]) -> None:
    server = start(saved(double), "--workers", "2")
    workers = server.workers()

    # As a terminal does: the signal goes to every process.
    for worker in workers:
        worker.send_signal(signal.SIGINT)
    status = server.stop(signal.SIGINT)

    assert (status, len(workers)) == (0, 2)
    assert not any(worker.is_running() for worker in workers)


def suppressed(call: Callable[..., Any], *arguments: Any) -> None:
    with suppress(httpx.HTTPError, ValueError):  # no answer, or none that the server gives
        call(*arguments)


@posix
def test_told_twice_it_waits_for_nobody(saved: Any, start: Callable[..., Server]) -> None:
    server = start(saved(slow))
    client = threading.Thread(target=lambda: suppressed(server.predict, 30.0))
    client.start()
    server.read_until("predicting")

    server.process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    status = server.stop(signal.SIGINT)

    client.join()
    assert status == 0


@posix
@pytest.mark.parametrize("options", [[], ["--workers", "2"]], ids=["one process", "two"])
def test_a_model_that_is_still_being_loaded_is_no_reason_to_wait(options: list[str], tmp_path: Path) -> None:
    (tmp_path / "MLmodel").write_text(
        "flavors: {python_function: {loader_module: slow_loader, code: code}}\n", encoding="utf-8"
    )
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "slow_loader.py").write_text(
        "import sys, time\nprint('loading', file=sys.stderr, flush=True)\ntime.sleep(60)\n", encoding="utf-8"
    )
    command = [sys.executable, "-c", PROGRAM, "serve", "-m", str(tmp_path), "--trust", "-p", "0", *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        while "loading" not in (line := process.stderr.readline()):
            assert line

        process.send_signal(signal.SIGTERM)

        assert process.wait(10) == 0


@posix
def test_workers_do_not_outlive_who_started_them(saved: Any, start: Callable[..., Server]) -> None:
    server = start(saved(double), "--workers", "2")
    workers = server.workers()
    assert len(workers) == 2

    server.process.kill()

    _, alive = psutil.wait_procs(workers, timeout=10)
    assert alive == []


@posix
def test_a_worker_that_dies_is_replaced(saved: Any, start: Callable[..., Server]) -> None:
    server = start(saved(double), "--workers", "2")
    (first, second) = server.workers()

    first.kill()

    assert eventually(lambda: len(set(server.workers()) - {first}) == 2)
    assert second.is_running()
    assert server.predict(3.0) == [6.0]
    assert server.stop() == 0


@pytest.mark.parametrize("options", [[], ["--workers", "2"]], ids=["one process", "two"])
def test_a_model_that_cannot_be_loaded_is_told(
    options: list[str], tmp_path: Path, start: Callable[..., Server]
) -> None:
    (tmp_path / "MLmodel").write_text(
        "flavors: {python_function: {loader_module: mlflow.sklearn, model_path: model.pkl}}\n", encoding="utf-8"
    )

    server = start(tmp_path, *options)

    assert server.process.wait(20) == 1
    assert server.url == ""
    assert "model.pkl" in server.close()


def test_it_listens_on_this_machine_alone(saved: Any, start: Callable[..., Server]) -> None:
    server = start(saved(double))

    places = {connection.laddr.ip for connection in psutil.Process(server.process.pid).net_connections("tcp")}

    assert server.url.startswith("http://127.0.0.1:")
    assert places == {"127.0.0.1"}
    assert "Warning" not in server.close()


def test_it_warns_where_others_could_reach_it(saved: Any, start: Callable[..., Server]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:  # so that they never can
        port = str(taken.getsockname()[1])

        server = start(saved(double), "--host", "0.0.0.0", "--port", port)  # noqa: S104 - what is warned of

        assert server.process.wait(20) == 1
    said = server.close()
    assert "Warning: 0.0.0.0 can be reached by other machines" in said
    assert "asks nobody who they are" in said


def test_a_port_that_is_taken_is_told_before_the_model_is_loaded(saved: Any, start: Callable[..., Server]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        server = start(saved(double), "--port", str(port))

        assert server.process.wait(20) == 1
    assert f"Invalid value {port} for the port. It cannot be listened at on 127.0.0.1: Address already in use." in (
        server.close()
    )


def test_a_port_is_free_again_at_once(saved: Any, start: Callable[..., Server]) -> None:
    folder = saved(double)
    first = start(folder)
    assert first.predict(1.0) == [2.0]
    port = first.url.rpartition(":")[2]
    first.stop()

    second = start(folder, "--port", port)

    assert second.predict(1.0) == [2.0]
