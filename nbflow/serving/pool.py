"""Threads that predict, and the queue before them: so many at a time, so many in wait, and no more.

Threads of their own, and not those of `concurrent.futures`: a prediction that never ends would keep the process from
ending, too.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

__all__ = ["Pool"]

_T = TypeVar("_T")


class Pool(Generic[_T]):
    """Threads that work off a queue.

    Parameters
    ----------
    n_threads
        How many work at a time.
    n_waiting
        How many jobs may wait for a thread.
    """

    def __init__(self, n_threads: int, n_waiting: int) -> None:
        self._n_threads = n_threads
        self._free = threading.BoundedSemaphore(n_threads + n_waiting)
        self._jobs: queue.SimpleQueue[tuple[Future[_T], Callable[[], _T]] | None] = queue.SimpleQueue()
        self._started = threading.Lock()
        self._threads: list[threading.Thread] = []

    def claim(self) -> bool:
        """Take a place, in a thread or in the queue; whoever has one calls `submit` or `give_up` once.

        Returns
        -------
        free : bool
            Whether there was one.
        """
        return self._free.acquire(blocking=False)

    def give_up(self) -> None:
        """Give back a place that was taken and not used."""
        self._free.release()

    def submit(self, job: Callable[[], _T]) -> Future[_T]:
        """Let a thread do a job, on a place that was taken.

        Parameters
        ----------
        job
            What to do.

        Returns
        -------
        future : Future
            Its result. A job that is cancelled before a thread has begun it is never begun. The place is free again
            once it is done, however long nobody has been waiting for it any more.
        """
        future: Future[_T] = Future()
        future.add_done_callback(lambda _: self._free.release())
        self._jobs.put((future, job))
        self._start()
        return future

    def close(self) -> None:
        """Let the threads end that have nothing to do; the others end after what they are at."""
        for _ in self._threads:
            self._jobs.put(None)

    def _start(self) -> None:
        with self._started:
            if len(self._threads) < self._n_threads:
                thread = threading.Thread(target=self._work, name=f"nbflow-predict-{len(self._threads)}", daemon=True)
                self._threads.append(thread)
                thread.start()

    def _work(self) -> None:
        while (item := self._jobs.get()) is not None:
            future, job = item
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(job())
            except BaseException as exc:  # noqa: BLE001 - it is raised where the result is asked for
                future.set_exception(exc)
            del future, job, item  # a body of many bytes is not kept until the next request
