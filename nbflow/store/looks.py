"""How fresh a look at the store has to be for who asks.

Each search looks at the store itself first: what was logged before it is found. Who asks several things that belong
together, and who waited in line with others, can do with one look that began after the first of them was asked.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from contextvars import ContextVar

__all__ = ["asked_at", "one_look"]

_since: ContextVar[int | None] = ContextVar("nbflow_since", default=None)


@contextlib.contextmanager
def one_look(since_ns: int) -> Iterator[None]:
    """Let what is asked within be answered by a look that began after a time; what is written within is not awaited.

    Parameters
    ----------
    since_ns
        The time, as `time.monotonic_ns` gives it.
    """
    token = _since.set(since_ns)
    try:
        yield
    finally:
        _since.reset(token)


def asked_at() -> int:
    """Say after which time a look has to begin that answers what is asked now."""
    since = _since.get()
    return time.monotonic_ns() if since is None else since
