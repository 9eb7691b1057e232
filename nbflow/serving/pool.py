"""Threads that predict, and the queue before them: so many at a time, so many in wait, and no more.

Threads of their own, and not those of `concurrent.futures`: a prediction that never ends would keep the process from
ending, too.
"""

from __future__ import annotations

import queue
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeAlias, TypeVar

__all__ = ["Pool"]

_T = TypeVar("_T")
_Jobs: TypeAlias = "queue.SimpleQueue[tuple[Future[_T], Callable[[], _T]] | None]"


class Pool(Generic[_T]):
    """Threads that work off a queue. They end when nobody has the pool any more, each after what it is at.

    Parameters
    ----------
    n_threads
        How many work at a time.
    n_waiting
        How many jobs may wait for a thread.
    """

    def __init__(self, n_threads: int, n_waiting: int) -> None:
        self._n_threads = n_threads
        self._n_started = 0
        self._starting = threading.Lock()
        self._places = threading.BoundedSemaphore(n_threads + n_waiting)
        self._jobs: _Jobs[_T] = queue.SimpleQueue()
        weakref.finalize(self, _end, self._jobs, n_threads)

    def claim(self) -> bool:
        """Take a place, in a thread or in the queue; whoever has one calls `submit` or `give_up` once.

        Returns
        -------
        free : bool
            Whether there was one.
        """
        return self._places.acquire(blocking=False)

    def give_up(self) -> None:
        """Give back a place that was taken and not used."""
        self._places.release()

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
        places = self._places
        future.add_done_callback(lambda _: places.release())
        self._jobs.put((future, job))
        with self._starting:
            if self._n_started < self._n_threads:
                self._n_started += 1
                name = f"nbflow-predict-{self._n_started}"
                threading.Thread(target=_work, args=(self._jobs,), name=name, daemon=True).start()
        return future


def _end(jobs: _Jobs[_T], n_threads: int) -> None:
    for _ in range(n_threads):
        jobs.put(None)


def _work(jobs: _Jobs[_T]) -> None:
    while (item := jobs.get()) is not None:
        future, job = item
        if not future.set_running_or_notify_cancel():
            continue
        try:
            future.set_result(job())
        except BaseException as exc:  # noqa: BLE001 - it is raised where the result is asked for
            future.set_exception(exc)
        del future, job, item  # a body of many bytes is not kept until the next request
