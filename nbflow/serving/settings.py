"""How a model is served: limits that keep one client from taking the server from the others."""

from __future__ import annotations

import math
import os

from msgspec import Struct

from nbflow.errors import InvalidInputError

__all__ = ["ServingSettings"]

_MOST_THREADS = 32
_MORE_THAN_CORES = 4


def _usual_threads() -> int:
    """As many as asyncio has: some more than there are cores, for models that wait for something else."""
    return min(_MOST_THREADS, (os.cpu_count() or 1) + _MORE_THAN_CORES)


class ServingSettings(Struct, frozen=True):
    """What a server of a model keeps to.

    Parameters
    ----------
    timeout_s
        Seconds that a request may take, from its first byte to its answer (`NBFLOW_SCORING_TIMEOUT`).
    max_bytes
        How long the body of a request may be (`NBFLOW_SCORING_MAX_BYTES`).
    threads
        How many predictions one process makes at a time (`NBFLOW_SCORING_THREADS`); 0 is some more than there are
        cores.
    queue
        How many requests may wait for their turn, in each process (`NBFLOW_SCORING_QUEUE`).
    debug
        Whether the answer to a request that failed has the traceback in it.
    any_host
        Whether a request may name the server by any name. One that listens on a loopback address alone refuses
        others than its own, so that no page of the web reaches it by a name that its owner leads there.
    """

    timeout_s: float = 60.0
    max_bytes: int = 32 << 20
    threads: int = 0
    queue: int = 64
    debug: bool = False
    any_host: bool = False

    @property
    def n_threads(self) -> int:
        """How many predictions one process makes at a time."""
        return self.threads or _usual_threads()

    @classmethod
    def from_environment(cls) -> ServingSettings:
        """Read the settings from `os.environ`.

        Raises
        ------
        InvalidInputError
            If a variable holds something that it cannot.
        """
        usual = cls()
        return cls(
            timeout_s=_seconds("NBFLOW_SCORING_TIMEOUT", usual.timeout_s),
            max_bytes=_count("NBFLOW_SCORING_MAX_BYTES", usual.max_bytes),
            threads=_count("NBFLOW_SCORING_THREADS", usual.threads),
            queue=_count("NBFLOW_SCORING_QUEUE", usual.queue, least=0),
        )


def _seconds(variable: str, usual: float) -> float:
    text = os.environ.get(variable)
    if not text:
        return usual
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not value > 0 or math.isinf(value):
        raise InvalidInputError(variable, text, "It is a number of seconds above 0.")
    return value


def _count(variable: str, usual: int, least: int = 1) -> int:
    text = os.environ.get(variable)
    if not text:
        return usual
    if not text.isdecimal() or int(text[:20]) < least:
        raise InvalidInputError(variable, text, f"It is a whole number, {least} or more.")
    return int(text)
