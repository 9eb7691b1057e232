"""A process of a model: it loads the model, and serves it, or predicts once.

What it is told comes by the standard input, and when that ends, the process that started it wants it to end, or has
ended itself. What it has to say goes to the standard output, one line of JSON each; what the model prints goes to the
standard error.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import IO, Any

import msgspec

from nbflow.errors import NbflowError
from nbflow.serving.job import Job
from nbflow.serving.logs import log_to_stderr

__all__ = ["Told", "run"]


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a process of a model says.

    Parameters
    ----------
    ready
        Whether it has loaded the model, and serves it.
    error
        What went wrong.
    """

    ready: bool = False
    error: str = ""


def run(line: bytes) -> None:
    """Do a job.

    Parameters
    ----------
    line
        The line that says which.
    """
    out = _own_output()
    log_to_stderr()
    job = msgspec.json.decode(line, type=Job)
    try:
        if job.socket is None:
            out.write(_predicted(job, sys.stdin.buffer.read()))
        else:
            _serve(job, out)
    except NbflowError as exc:
        _tell(out, Told(error=str(exc)))
        sys.exit(1)
    # The door of the process: what a library says when it cannot load a model goes to whoever wants the model.
    except Exception as exc:  # noqa: BLE001
        notes = " ".join(getattr(exc, "__notes__", ()))
        _tell(out, Told(error=f"{type(exc).__name__}: {exc} {notes}".strip()))
        sys.exit(1)
    out.close()


def _own_output() -> IO[bytes]:
    """Keep the standard output for what is told; who prints, prints to the standard error."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return out


def _tell(out: IO[bytes], told: Told) -> None:
    out.write(msgspec.json.encode(told) + b"\n")
    out.flush()


def _predicted(job: Job, body: bytes) -> bytes:
    from nbflow.serving.once import predict_once

    return predict_once(job.load(), body, job.content_type, job.settings)


def _serve(job: Job, out: IO[bytes]) -> None:
    from nbflow.serving.app import make_app
    from nbflow.serving.running import Running, StoppedError, on_signals
    from nbflow.serving.sockets import received

    running: list[Running] = []

    def stop() -> None:
        if not running:
            raise StoppedError
        running[0].stop()

    sock = received(job.socket)
    try:
        with on_signals(stop):
            app = make_app(job.load(), job.settings)
            with Running(app, sock, timeout_s=job.settings.timeout_s) as server:
                running.append(server)
                threading.Thread(target=_stop_at_end_of, args=(sys.stdin.buffer, server), daemon=True).start()
                _tell(out, Told(ready=True))
                server.wait()
    except StoppedError:
        return


def _stop_at_end_of(stream: Any, server: Any) -> None:
    stream.read()
    server.stop()
