"""Serving a model in this process, until it is told to end."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from nbflow.serving.app import make_app
from nbflow.serving.running import Running, StoppedError, on_signals
from nbflow.serving.sockets import listen

if TYPE_CHECKING:
    from nbflow.serving.job import Job

__all__ = ["serve_here"]


def serve_here(job: Job, sock: socket.socket, when_ready: Callable[[Running], None]) -> None:
    """Serve a model, and come back when this process was told to end, and all that had been asked is answered.

    Told twice, it comes back at once.

    Parameters
    ----------
    job
        Which model, and how.
    sock
        Where to listen.
    when_ready
        Called with what can be stopped, once it answers.

    Raises
    ------
    NbflowError
        If the model cannot be loaded, or is not trusted.
    """
    begun: list[Running] = []

    def stop() -> None:
        if not begun:
            raise StoppedError  # the model is being loaded
        if begun[0].stopping:
            begun[0].stop_now()
        begun[0].stop()

    try:
        with on_signals(stop):
            app = make_app(job.load(), job.settings)
            listen(sock)
            with Running(app, sock, timeout_s=job.settings.timeout_s) as server:
                begun.append(server)
                when_ready(server)
                server.wait()
    except StoppedError:
        return
