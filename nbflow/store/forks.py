"""What must not be shared with a forked child: files that only the parent may append to, locks, connections."""

from __future__ import annotations

import os
import weakref
from typing import Protocol

__all__ = ["Forkable", "forkable"]


class Forkable(Protocol):
    """An object that knows how to begin anew in a forked child."""

    def forget(self) -> None:
        """Let go of what is the parent's."""


forkable: weakref.WeakSet[Forkable] = weakref.WeakSet()


def _forget_all() -> None:
    for each in list(forkable):
        each.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
