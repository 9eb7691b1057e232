"""The clock of the store counts milliseconds: what tests do in one of them is told apart by other things than time."""

from __future__ import annotations

import time

__all__ = ["next_millisecond"]


def next_millisecond() -> None:
    """Wait until what is done next has a later time than what was done before."""
    now = time.time_ns() // 1_000_000
    while time.time_ns() // 1_000_000 <= now:
        time.sleep(0.0002)
