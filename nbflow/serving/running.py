"""A server that runs, and stops when it is told to: what has been asked is answered first.

It runs in a thread, so that the thread that started it, which is the one that gets signals, can wait for anything.
"""

from __future__ import annotations

import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Self

import uvicorn

if TYPE_CHECKING:
    from starlette.types import ASGIApp

__all__ = ["GRACE_S", "Running", "StoppedError", "on_signals"]

GRACE_S = 5.0
"""How much longer than a request may take a server waits for requests when it is to stop."""

_TICK_S = 0.2


class Running:
    """A server that runs.

    Parameters
    ----------
    app
        What answers.
    sock
        Where it listens.
    timeout_s
        How long a request may take, in seconds.
    """

    def __init__(self, app: ASGIApp, sock: socket.socket, *, timeout_s: float) -> None:
        config = uvicorn.Config(
            app,
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            headers=[("X-Content-Type-Options", "nosniff")],
            timeout_graceful_shutdown=int(timeout_s + GRACE_S),
        )
        self._server = uvicorn.Server(config)
        self._sock = sock
        self._thread = threading.Thread(target=self._run, name="nbflow-serve", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.wait()

    def stop(self) -> None:
        """Take no further connections, answer what has been asked, and end."""
        self._server.should_exit = True

    def stop_now(self) -> None:
        """End, whether or not all has been answered."""
        self._server.should_exit = self._server.force_exit = True

    @property
    def stopping(self) -> bool:
        """Whether it was told to end."""
        return self._server.should_exit

    def wait(self) -> None:
        """Wait until it has ended."""
        # Not for ever at once: a signal is handled between two waits, on Windows only then.
        while self._thread.is_alive():
            self._thread.join(_TICK_S)

    def _run(self) -> None:
        self._server.run(sockets=[self._sock])


class StoppedError(BaseException):
    """The process was told to end before there was anything to stop."""


@contextmanager
def on_signals(handle: Callable[[], None]) -> Iterator[None]:
    """Call a function when the process is told to end, by Ctrl-C or by the system; as before afterwards.

    Parameters
    ----------
    handle
        Called at each signal, in the main thread, between two steps of it; it may raise.
    """
    if threading.current_thread() is not threading.main_thread():  # no other thread may
        yield
        return

    def handler(_signal: int, _frame: FrameType | None) -> None:
        handle()

    numbers = [signal.SIGINT, signal.SIGTERM]
    if sys.platform == "win32":
        numbers.append(signal.SIGBREAK)
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
