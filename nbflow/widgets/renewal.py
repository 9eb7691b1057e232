"""When the notebook's copy of a view's data is renewed: soon after a change, not too often, before the cell ends."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

from nbflow.provenance import ipython_shell

__all__ = ["INTERVAL_S", "Renewal"]

INTERVAL_S = 1.0
"""The least time between two renewals of one view."""

# Renewing takes at most this part of the time: a table of a hundred thousand runs takes half a second to write.
_SHARE = 0.05

_pending: weakref.WeakSet[Renewal] = weakref.WeakSet()
_pending_lock = threading.Lock()  # threads add to it while a cell's end looks through it
_hooked: weakref.WeakSet[Any] = weakref.WeakSet()


class Renewal:
    """Calls `renew` after changes, at most once in `INTERVAL_S`.

    Parameters
    ----------
    renew
        Writes the newest data into the notebook. It is called on a thread of its own, or at a cell's end.
    share
        Which part of the time it takes at most.
    """

    def __init__(self, renew: Callable[[], None], share: float = _SHARE) -> None:
        self._renew = renew
        self._share = share
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._timer: threading.Timer | None = None
        self._next = 0.0

    def soon(self) -> None:
        """Note that there is something new."""
        _hook()
        with self._lock:
            if self._timer is not None:
                return
            wait = max(0.05, self._next - time.monotonic())
            self._timer = threading.Timer(wait, self.now)
            self._timer.daemon = True
            self._timer.start()
            with _pending_lock:
                _pending.add(self)

    def now(self) -> None:
        """Renew at once if something is new, and wait for a renewal that is under way."""
        with self._writing:
            with self._lock:
                if self._timer is None:
                    return
                self._timer.cancel()
                self._timer = None
            began = time.monotonic()
            self._renew()
            took = time.monotonic() - began
            with self._lock:
                self._next = began + max(INTERVAL_S, took / self._share)
                if self._timer is None:  # only now: a cell that ends meanwhile must wait for what is being written
                    with _pending_lock:
                        _pending.discard(self)


def _hook() -> None:
    """Have what is pending done before a cell ends: a notebook that is executed as a whole has no kernel afterwards."""
    shell = ipython_shell()
    if shell is not None and shell not in _hooked:
        _hooked.add(shell)
        shell.events.register("post_run_cell", _flush)


def _flush(*_: Any) -> None:
    with _pending_lock:
        renewals = list(_pending)
    for renewal in renewals:
        renewal.now()
