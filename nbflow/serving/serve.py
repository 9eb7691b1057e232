"""Serving a model until the process is told to end: in this process, or in several, or in an environment of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from nbflow.errors import InvalidInputError
from nbflow.serving.here import serve_here
from nbflow.serving.hosts import is_loopback
from nbflow.serving.job import Job
from nbflow.serving.sockets import bind, url_of
from nbflow.serving.supervisor import Supervisor

if TYPE_CHECKING:
    from nbflow.mlmodel.trust import Trust
    from nbflow.serving.settings import ServingSettings

__all__ = ["Place", "serve"]


class Place(Struct, frozen=True):
    """Where, and by what, a model is served.

    Parameters
    ----------
    host
        The address that is listened at.
    port
        The port; 0 is any that is free.
    n_workers
        How many processes there are.
    python
        The Python of the model's own environment; `""` is this one.
    environment
        The environment variables of that; None is this process's.
    """

    host: str = "127.0.0.1"
    port: int = 5000
    n_workers: int = 1
    python: str = ""
    environment: Mapping[str, str] | None = None

    @property
    def open_to_others(self) -> bool:
        """Whether other machines may reach it."""
        return not is_loopback(self.host)


def serve(
    folder: Path, trust: Trust, place: Place, settings: ServingSettings, when_ready: Callable[[str], None]
) -> None:
    """Serve a model, and come back when the process was told to end and all that had been asked is answered.

    Parameters
    ----------
    folder
        The model's folder.
    trust
        What is known of where it comes from.
    place
        Where, and by what.
    settings
        What the server keeps to.
    when_ready
        Called with the server's URL once it answers.

    Raises
    ------
    InvalidInputError
        If the port or the address is not to be had, or there is no worker.
    NbflowError
        If the model cannot be loaded, or is not trusted.
    ModelProcessError
        If that is so in a process of its own.
    """
    if place.n_workers < 1:
        raise InvalidInputError("the number of workers", place.n_workers, "There must be one at least.")
    with bind(place.host, place.port) as sock:
        url = url_of(sock, place.host)
        if place.n_workers == 1 and not place.python:
            serve_here(Job.of(folder, trust, settings=settings), sock, lambda _: when_ready(url))
            return
        job = Job.of(folder, trust, own_environment=bool(place.python), settings=settings)
        supervisor = Supervisor(job, sock, place.n_workers, python=place.python, environment=place.environment)
        supervisor.run(lambda: when_ready(url))
