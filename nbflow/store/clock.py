"""Logical time: microseconds since the epoch, but never backwards.

A writer that has seen an event writes later than it, whatever its own clock says (Lamport's rule on top of wall
time, as in hybrid logical clocks: Kulkarni et al., 2014), so the last word on a tag is the last one that was said
knowing the others.
"""

from __future__ import annotations

import threading
import time

from nbflow.store.forks import forkable

__all__ = ["LATEST", "LogicalClock"]

# An event that claims a later time than this is damage, not a clock that runs ahead: 2 ** 53 is also the last
# integer that every JSON reader keeps exact, the year 2255.
LATEST = 2**53


class LogicalClock:
    """The clock of one process for one store."""

    def __init__(self) -> None:
        self._last = 0
        self.forget()
        forkable.add(self)

    def forget(self) -> None:
        """After a fork: the lock may have been held by a thread that is not here."""
        self._lock = threading.Lock()

    def tick(self) -> int:
        """Give the time for a new event: later than every event seen or written here."""
        now = time.time_ns() // 1000
        with self._lock:
            self._last = min(max(now, self._last + 1), LATEST)
            return self._last

    def observe(self, seen: int) -> None:
        """Take note of an event that was read."""
        if seen > self._last:
            with self._lock:
                self._last = max(self._last, min(seen, LATEST - 1))
