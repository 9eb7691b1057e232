"""The one writer of its files: appends events and points, each acknowledged when the system has it.

A call that returns has been taken by the operating system (`kill -9` loses nothing); `sync` takes it to the disk.
A write that the disk refuses raises and leaves the files as they were; once there is room the next one works.
"""

from __future__ import annotations

import contextlib
import os
import threading
from struct import error as StructError  # noqa: N812 (an exception's name)
from typing import TYPE_CHECKING

from nbflow.names import check_key
from nbflow.store import points
from nbflow.store.appendfile import AppendFile, sync_folder
from nbflow.store.events import Event, Key, encode
from nbflow.store.forks import forkable
from nbflow.store.layout import LOG, new_writer_name
from nbflow.values import step_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from nbflow.store.clock import LogicalClock

__all__ = ["LogWriter"]

_pack = points.pack
_write = os.write
_SIZE = points.SIZE


class LogWriter:
    """The writer of one process in one `log/` folder: a `.jsonl`, and a `.metrics` once a number comes.

    Parameters
    ----------
    folder
        The run's or experiment's folder; its `log/` is made when it is not there.
    host
        The machine's name, for the writer's.
    clock
        The logical clock of the store.
    otherwise
        What `point` hands a point to that it cannot just write; None is `points`.
    """

    def __init__(
        self,
        folder: Path,
        host: str,
        clock: LogicalClock,
        otherwise: Callable[[list[tuple[str, float, int, int]]], None] | None = None,
    ) -> None:
        self.fast = False
        """Whether `point` may write without asking anybody."""
        self._otherwise = otherwise or self.points
        self._log = folder / LOG
        self._host = host
        self._clock = clock
        self._new_lock()
        self._begin()
        forkable.add(self)

    def _new_lock(self) -> None:
        self._lock = threading.RLock()
        self._acquire, self._release = self._lock.acquire, self._lock.release

    def _begin(self) -> None:
        """Take a new name, and files of that name: at first, after a fork, or when a file had to be given up."""
        self.name = new_writer_name(self._host)
        self._events = AppendFile(self._log / f"{self.name}.jsonl")
        self._points = AppendFile(self._log / f"{self.name}.metrics", points.HEADER)
        self._keys: dict[str, int] = {}
        self._fast_fd = -1

    @property
    def n_points(self) -> int:
        """Records in this writer's `.metrics`."""
        return max(self._points.size() // points.SIZE - 1, 0)

    def append(self, events: Iterable[Event]) -> None:
        """Append events in one write.

        Raises
        ------
        StoreWriteError
            If the disk refuses. None of the events is kept then.
        """
        data = b"".join(map(encode, events))
        with self._lock:
            self._ready()
            self._events.append(data)

    def point(self, key: str, value: float, step: int, time_ms: int) -> None:
        """Append one point of a metric, or hand it to `otherwise` when there is anything to do but to write it.

        Raises
        ------
        StoreWriteError
            If the disk refuses. The point is not kept then.
        """
        # The hot path of every training loop: one system call, and as little as can be around it. (Two calls take
        # and release a lock in half the time of a `with`.)
        self._acquire()
        try:
            try:
                data = _pack(step, time_ms, value, self._keys[key])
                done = _write(self._fast_fd, data)
            except (KeyError, TypeError, OSError, StructError):
                self._otherwise([(key, value, step, time_ms)])
            else:
                if done != _SIZE:
                    self._fast_fd = -1  # it may get closed, and its number be another file's
                    self._points.finish(data, done)
        finally:
            self._release()

    def points(self, rows: Iterable[tuple[str, float, int, int]]) -> None:
        """Append many points (key, value, step, time in ms) in one write.

        Raises
        ------
        InvalidInputError
            If a key cannot be a name, or a step is no whole number of 64 bits.
        StoreWriteError
            If the disk refuses. None of the points is kept then.
        """
        rows = [(check_key(key, "metric name"), value, step_value(step), ms) for key, value, step, ms in rows]
        if not rows:
            return
        with self._lock:
            self._ready()
            self._declare([key for key in dict.fromkeys(row[0] for row in rows) if key not in self._keys])
            keys = self._keys
            self._fast_fd = -1
            self._points.append(b"".join(_pack(step, ms, value, keys[key]) for key, value, step, ms in rows))
            if self.fast:
                self._fast_fd = self._points.fd

    def sync(self) -> None:
        """Bring everything to the disk: both files, and the folder that names them.

        Raises
        ------
        StoreWriteError
            If the disk refuses.
        """
        with self._lock:
            self._events.sync()
            self._points.sync()
            sync_folder(self._log)

    def touch(self) -> None:
        """Say that the writer is alive: its file's mtime is the heartbeat."""
        with contextlib.suppress(OSError):
            os.utime(self._events.path)

    def close(self) -> None:
        """Close the files. The next write opens them again."""
        with self._lock:
            self._fast_fd = -1
            self._events.close()
            self._points.close()

    def forget(self) -> None:
        """Let go of the files after a fork: they are the parent's. The next write begins files of our own."""
        self._events.close()
        self._points.close()
        self._new_lock()
        self._begin()

    def begin_anew(self) -> None:
        """Let go of files that somebody removed, or may have: what is written to those is lost."""
        with self._lock:
            self.close()
            self._begin()

    def _declare(self, new: list[str]) -> None:
        """Give numbers to new keys, on the log before the first record that has one: a reader can name all it meets."""
        if new:
            first = len(self._keys)
            numbers = {key: first + i for i, key in enumerate(new)}
            self.append([Key(t=self._clock.tick(), id=number, key=key) for key, number in numbers.items()])
            self._keys.update(numbers)

    def _ready(self) -> None:
        if self._events.lost or self._points.lost:
            keys = list(self._keys)
            self._events.close()
            self._points.close()
            self._begin()
            self._declare(keys)
