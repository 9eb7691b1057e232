"""Real servers, each a process of its own, for as long as something is measured of them."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.bench.timing import environment

__all__ = ["TOKEN", "Running", "mlflow_server", "nbflow_server"]

TOKEN = "benchmark"  # noqa: S105 - of a server that lives for a minute
_PATIENCE_S = 120


@dataclass
class Running:
    """A server that runs: its port and its process."""

    port: int
    pid: int

    def memory_mb(self) -> float:
        """Tell how much memory it has, its own children's with it."""
        return sum(each.memory_info().rss for each in self._processes()) / 1e6

    def cpu_s(self) -> float:
        """Tell how many seconds of a processor it has used."""
        return sum(each.cpu_times().user + each.cpu_times().system for each in self._processes())

    def _processes(self) -> list[psutil.Process]:
        process = psutil.Process(self.pid)
        return [process, *process.children(recursive=True)]


@contextlib.contextmanager
def nbflow_server(folder: Path, *, one_core: bool) -> Iterator[Running]:
    """Serve the store of a folder as `jupyter nbflow` does.

    Parameters
    ----------
    folder
        Where the store is.
    one_core
        Whether the server may use one core only, where the system can be told so.
    """
    settings = [
        f"--NbflowApp.stores={folder / 'store'}",
        "--ServerApp.open_browser=False",
        "--ServerApp.allow_root=True",
        "--ServerApp.log_level=ERROR",
        f"--IdentityProvider.token={TOKEN}",
    ]
    command = [sys.executable, "-c", "from nbflow.server.app import main; main()", *settings]
    with _served([*command, "--ServerApp.port={port}"], folder, "/login", one_core=one_core) as running:
        yield running


@contextlib.contextmanager
def mlflow_server(folder: Path, uri: str) -> Iterator[Running]:
    """Serve a database as `mlflow server` does, with all that it starts by itself."""
    command = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", uri, "--host", "127.0.0.1"]
    with _served([*command, "--port", "{port}"], folder, "/health", one_core=False) as running:
        yield running


@contextlib.contextmanager
def _served(command: Sequence[str], folder: Path, path: str, *, one_core: bool) -> Iterator[Running]:
    port = _free_port()
    own = {f"JUPYTER_{kind}_DIR": str(folder / "jupyter" / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    with open(folder / "server.log", "wb") as log:
        process = subprocess.Popen(
            [part.replace("{port}", str(port)) for part in command],
            env=environment(str(folder)) | own,
            cwd=folder,
            stdout=log,
            stderr=log,
        )
    try:
        own_process = psutil.Process(process.pid)
        if one_core and hasattr(own_process, "cpu_affinity"):
            own_process.cpu_affinity(own_process.cpu_affinity()[:1])
        _wait_for(process, port, path, folder)
        yield Running(port, process.pid)
    finally:
        for each in psutil.Process(process.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                each.terminate()
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _wait_for(process: subprocess.Popen[bytes], port: int, path: str, folder: Path) -> None:
    """Wait until a server answers; one that ended says why in its log."""
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    said = (folder / "server.log").read_text(encoding="utf-8", errors="replace")[-2000:]
    raise RuntimeError(f"the server did not come up: {said}")
