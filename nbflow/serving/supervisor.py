"""Several processes that serve one model at one address: they are started, kept going, and stopped together.

They are told to end by the end of their standard input, which works on every system, and comes by itself when this
process is killed: none is left behind.
"""

from __future__ import annotations

import logging
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from msgspec.structs import replace

from nbflow.errors import ModelProcessError
from nbflow.serving.job import Job, command
from nbflow.serving.running import GRACE_S, on_signals
from nbflow.serving.sockets import sent
from nbflow.serving.worker import heard

__all__ = ["Supervisor"]

_LOG = logging.getLogger(__name__)
_TICK_S = 0.2
_LONGEST_PAUSE_S = 30.0


class Supervisor:
    """Keeps processes of a model going.

    Parameters
    ----------
    job
        What each of them is told, but for the socket.
    sock
        Where they listen.
    n_workers
        How many there are.
    python
        The Python that runs them; `""` is this one.
    environment
        Their environment variables; None is this process's.
    """

    def __init__(
        self,
        job: Job,
        sock: socket.socket,
        n_workers: int,
        *,
        python: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._sock = sock
        self._stopping = threading.Event()
        self._kill = threading.Event()
        self._grace_s = job.settings.timeout_s + 2 * GRACE_S
        start = command(python or sys.executable)
        self._workers = [_Worker(start, job, sock, environment) for _ in range(n_workers)]

    def run(self, when_ready: Callable[[], None]) -> None:
        """Start them, and come back when they have ended, since this process was told to end.

        Parameters
        ----------
        when_ready
            Called once all of them serve.

        Raises
        ------
        ModelProcessError
            If one of them cannot serve the model; the others are ended.
        """
        with on_signals(self._signalled):
            try:
                for worker in self._workers:
                    worker.start()
                self._wait_until_ready()
                if not self._stopping.is_set():
                    when_ready()
                while not self._stopping.wait(_TICK_S):
                    for worker in self._workers:
                        worker.tend()
            finally:
                self._stop()

    def stop(self) -> None:
        """Have `run` come back, from any thread."""
        self._stopping.set()

    def _signalled(self) -> None:
        if self._stopping.is_set():
            self._kill.set()  # said twice
        self._stopping.set()

    def _wait_until_ready(self) -> None:
        waiting = list(self._workers)
        while waiting and not self._stopping.wait(_TICK_S / 4):
            for worker in waiting:
                if worker.ended and worker.fault:
                    raise ModelProcessError(worker.fault)
            waiting = [worker for worker in waiting if not worker.ready]

    def _stop(self) -> None:
        for worker in self._workers:
            worker.tell_to_end()
        until = time.monotonic() + self._grace_s
        while time.monotonic() < until and not self._kill.is_set():
            if all(worker.ended for worker in self._workers):
                break
            time.sleep(_TICK_S / 4)
        for worker in self._workers:
            worker.end()


class _Worker:
    """One process, and the one that comes after it."""

    def __init__(self, start: list[str], job: Job, sock: socket.socket, environment: Mapping[str, str] | None) -> None:
        self._command = start
        self._job = job
        self._sock = sock
        self._environment = None if environment is None else dict(environment)
        self._process: subprocess.Popen[bytes] | None = None
        self._pause_s = 1.0
        self._again_at = 0.0
        self._error = ""
        self._hearing = threading.Thread()
        self.ready = False

    @property
    def ended(self) -> bool:
        """Whether there is no process."""
        return self._process is None or self._process.poll() is not None

    @property
    def fault(self) -> str:
        """Why one that has ended did not serve; `""` for one that did."""
        self._hearing.join()
        if self.ready:
            return ""
        status = None if self._process is None else self._process.returncode
        return self._error or f"The process that was to serve the model ended before it had loaded it: status {status}."

    def start(self) -> None:
        """Start the process."""
        self.ready, self._error = False, ""
        inherited = () if sys.platform == "win32" else (self._sock.fileno(),)
        process = subprocess.Popen(  # noqa: S603 - a Python, with a program of ours
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=inherited,
            env=self._environment,
        )
        self._process = process
        assert process.stdin is not None
        with suppress(OSError):  # it has ended already: that is seen when it is looked after
            process.stdin.write(replace(self._job, socket=sent(self._sock, process.pid)).line())
            process.stdin.flush()
        self._hearing = threading.Thread(target=self._hear, args=(process,), daemon=True)
        self._hearing.start()

    def tend(self) -> None:
        """Start another process in place of one that has ended; one that ends again and again, less and less often."""
        if not self.ended:
            self._again_at = 0.0
            return
        now = time.monotonic()
        if not self._again_at:
            self._pause_s = 1.0 if self.ready else min(2 * self._pause_s, _LONGEST_PAUSE_S)
            self._again_at = now + self._pause_s
            _LOG.error("A process that serves the model has ended. Another one starts in %g s.", self._pause_s)
        elif now >= self._again_at:
            self._again_at = 0.0
            self.start()

    def tell_to_end(self) -> None:
        """Have the process end once it has answered what it was asked; at once, where it is still loading the model."""
        process = self._process
        if process is None or process.stdin is None:
            return
        with suppress(OSError):
            process.stdin.close()
        if not self.ready:
            process.terminate()

    def end(self) -> None:
        """End the process, whatever it is at."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._hearing.join()

    def _hear(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                told = heard(line)
                self._error = told.error or self._error
                self.ready = self.ready or told.ready
