"""Threads for what may wait for a disk: a few for each store, each call with a time limit, and none for ever."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, TypeVar

from nbflow.errors import StoreTimeoutError

__all__ = ["LIMIT_S", "WAIT_S", "Threads", "held"]

LIMIT_S = 10.0
"""How long a call may take, in seconds."""

WAIT_S = LIMIT_S / 2
"""How long a call waits for another one that makes the same: its thread is of use to others, too."""

_MOST = 4
_IDLE_S = 30.0

_T = TypeVar("_T")


@contextmanager
def held(lock: threading.Lock, name: str, wait_s: float = WAIT_S) -> Iterator[None]:
    """Hold a lock; what waits for it on a store's thread does not wait for ever.

    Parameters
    ----------
    lock
        The lock.
    name
        What is being made: the path of a store.
    wait_s
        How long to wait for it.

    Raises
    ------
    StoreTimeoutError
        If it is not free by then.
    """
    if not lock.acquire(timeout=wait_s):
        raise StoreTimeoutError(name, wait_s)
    try:
        yield
    finally:
        lock.release()


class Threads:
    """Calls functions on a few threads of their own.

    A call that takes too long is given up: nobody can end its thread, but it counts as lost, and who asked gets an
    error. When all threads are lost, what is asked next is refused at once. A thread that comes back after all works
    on. Threads end when there is nothing to do, and none of them keeps the process from ending.

    Parameters
    ----------
    name
        What they work with: the path of a store.
    most
        How many there are at most.
    limit_s
        How long a call may take, waiting for a thread included.
    reason
        Says what is being waited for, where that is known: calls would only wait for the same.
    """

    def __init__(
        self,
        name: str,
        *,
        most: int = _MOST,
        limit_s: float = LIMIT_S,
        reason: Callable[[], StoreTimeoutError | None] = lambda: None,
    ) -> None:
        self.limit_s = limit_s
        self._reason = reason
        self._name = name
        self._most = most
        self._changed = threading.Condition()
        self._waiting: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._running: set[Future[Any]] = set()
        self._lost: set[Future[Any]] = set()
        self._threads = 0
        self._idle = 0

    def submit(self, function: Callable[[], _T]) -> Future[_T]:
        """Call a function soon; who waits for it says with `give_up` when that has lasted too long.

        Raises
        ------
        StoreTimeoutError
            If no thread is left.
        """
        future: Future[_T] = Future()
        with self._changed:
            if len(self._lost) >= self._most:
                raise self.late(0)
            self._waiting.append((future, function))
            if self._idle >= len(self._waiting):
                self._changed.notify()
            elif self._threads < self._most:
                self._threads += 1
                threading.Thread(target=self._work, name="nbflow-store", daemon=True).start()
        return future

    async def run(self, function: Callable[[], _T], limit_s: float | None = None) -> _T:
        """Call a function, and wait for what it gives without keeping anybody waiting.

        Parameters
        ----------
        function
            What to call.
        limit_s
            How long to wait; None is what these threads were made with.

        Raises
        ------
        StoreTimeoutError
            If it takes longer, or no thread is left.
        """
        limit_s = self.limit_s if limit_s is None else limit_s
        if self._lost and (known := self._reason()) is not None:
            raise known
        future = self.submit(function)
        waiter = asyncio.wrap_future(future)
        try:
            done, _ = await asyncio.wait([waiter], timeout=limit_s)
        except asyncio.CancelledError:  # who asked is gone
            self.give_up(future)
            waiter.cancel()
            raise
        if done:
            return waiter.result()
        self.give_up(future)
        waiter.cancel()
        raise self.late(limit_s)

    def late(self, limit_s: float) -> StoreTimeoutError:
        """Make the error of a call that was waited for so long, or not at all."""
        return self._reason() or StoreTimeoutError(self._name, limit_s)

    def give_up(self, future: Future[Any]) -> None:
        """Wait for a call no longer: it is not begun any more, or its thread counts as lost until it comes back."""
        with self._changed:
            if future.cancel():
                # What it would have worked with is not kept until a thread is free, which may be never.
                self._waiting = deque(each for each in self._waiting if each[0] is not future)
            elif future in self._running:
                self._lost.add(future)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._idle += 1
                self._changed.wait_for(lambda: self._waiting, timeout=_IDLE_S)
                self._idle -= 1
                if not self._waiting:
                    self._threads -= 1
                    return
                future, function = self._waiting.popleft()
                if not future.set_running_or_notify_cancel():
                    continue
                self._running.add(future)
            try:
                outcome, error = function(), None
            except BaseException as exc:  # noqa: BLE001 - it is raised where the answer is waited for
                outcome, error = None, exc
            with self._changed:
                self._running.discard(future)
                self._lost.discard(future)
            if error is None:
                future.set_result(outcome)
            else:
                future.set_exception(error)
            del future, function, outcome, error  # an answer may be large, and the next call far away
