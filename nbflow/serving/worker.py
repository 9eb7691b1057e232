"""A process of a model: it loads the model, and serves it, or predicts once.

What it is told comes by the standard input, and when that ends, the process that started it wants it to end, or has
ended itself. What it has to say goes to the standard output, one line of JSON each; what the model prints goes to the
standard error.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from typing import IO, TYPE_CHECKING

import msgspec

from nbflow.errors import NbflowError
from nbflow.serving.job import Job

if TYPE_CHECKING:
    from nbflow.serving.running import Running

__all__ = ["LOG_FORMAT", "Told", "heard", "run"]

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a process of a model says.

    Parameters
    ----------
    ready
        Whether it has loaded the model, and serves it.
    predictions
        What the model predicts, as JSON.
    error
        What went wrong.
    """

    ready: bool = False
    predictions: bytes = b""
    error: str = ""


def heard(line: bytes) -> Told:
    """Read a line that a process of a model has written; one that is none of ours says nothing."""
    try:
        return msgspec.json.decode(line, type=Told)
    except msgspec.DecodeError:  # what prints at the very start of Python, before the output is kept for us
        return Told()


def run(line: bytes) -> None:
    """Do a job.

    Parameters
    ----------
    line
        The line that says which.
    """
    out = _own_output()
    logging.basicConfig(level=logging.WARNING, format=LOG_FORMAT)
    job = msgspec.json.decode(line, type=Job)
    try:
        if job.socket is None:
            _predict(job, out)
        else:
            _serve(job, out)
    except NbflowError as exc:
        _fail(out, str(exc))
    # The door of the process: what a library says when it cannot load a model goes to whoever wants the model.
    except Exception as exc:
        logging.getLogger(__name__).exception("The model's process failed")
        _fail(out, " ".join([f"{type(exc).__name__}: {exc}", *getattr(exc, "__notes__", ())]))


def _own_output() -> IO[bytes]:
    """Keep the standard output for what is told; who prints, prints to the standard error."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return out


def _tell(out: IO[bytes], told: Told) -> None:
    out.write(msgspec.json.encode(told) + b"\n")
    out.flush()


def _fail(out: IO[bytes], error: str) -> None:
    _tell(out, Told(error=error))
    sys.exit(1)


def _predict(job: Job, out: IO[bytes]) -> None:
    from nbflow.serving.scorer import predict_once

    body = sys.stdin.buffer.read()
    _tell(out, Told(predictions=predict_once(job.load(), body, job.content_type)))


def _serve(job: Job, out: IO[bytes]) -> None:
    from nbflow.serving.here import serve_here
    from nbflow.serving.sockets import received

    def when_ready(server: Running) -> None:
        threading.Thread(target=_stop_at_end, args=(server,), daemon=True).start()
        _tell(out, Told(ready=True))

    serve_here(job, received(job.socket), when_ready)


def _stop_at_end(server: Running) -> None:
    """Stop the server when the process that started this one ends, or says so by closing the pipe."""
    sys.stdin.buffer.read()
    server.stop()
