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
from nbflow.store.events import Event, Key, decode_lines, encode
from nbflow.store.fold import FileCursor
from nbflow.store.forks import forkable
from nbflow.store.layout import LOG, new_writer_name
from nbflow.store.reader import News
from nbflow.values import step_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from nbflow.store.clock import LogicalClock

__all__ = ["LogWriter"]

_pack = points.pack
_write = os.write
_SIZE = points.SIZE
_MOST_UNTOLD = 1 << 16


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
        self._log = folder / LOG
        self._host = host
        self._clock = clock
        self.point, self._aim = _one_point(otherwise or self.points, self._finish)
        """Append one point (key, value, step, time in ms): at once while `fast`, else by `otherwise`."""
        self._new_lock()
        self._begin()
        forkable.add(self)

    def _new_lock(self) -> None:
        self._lock = threading.RLock()

    def _begin(self) -> None:
        """Take a new name, and files of that name: at first, after a fork, or when a file had to be given up."""
        self.name = new_writer_name(self._host)
        self._events = AppendFile(self._log / f"{self.name}.jsonl")
        self._points = AppendFile(self._log / f"{self.name}.metrics", points.HEADER)
        self._keys: dict[str, int] = {}
        self._written = 0  # bytes of events; the last of them are these, which `own_news` has not given
        self._untold = bytearray()
        self._aim(-1, self._keys, self._lock)

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
        with self._lock:
            self._ready()
            self._append(events)

    def own_news(self, files: Mapping[str, FileCursor]) -> News | None:
        """Give what was appended to the `.jsonl` of a run, as reading on in it would, but without reading.

        Parameters
        ----------
        files
            How far the files have been read.

        Returns
        -------
        news : News or None
            Without points; None when there is nothing yet, or only reading can tell.
        """
        with self._lock:
            name, end, text = self.name, self._written, bytes(self._untold)
            self._untold.clear()
        cursor = files.get(name) or FileCursor()
        begin = end - len(text)
        if not begin <= cursor.events <= end or not end:
            return None
        events, damaged = decode_lines(text[cursor.events - begin :], of_run=True)
        return News(name, events, b"", end, cursor.points, damaged)

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
            self._aim(-1, keys, self._lock)
            self._points.append(b"".join(_pack(step, ms, value, keys[key]) for key, value, step, ms in rows))
            if self.fast:
                self._aim(self._points.fd, keys, self._lock)

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
            self._aim(-1, self._keys, self._lock)
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

    def _finish(self, data: bytes, done: int) -> None:
        self._aim(-1, self._keys, self._lock)  # the file may get closed, and its number be another one's
        self._points.finish(data, done)

    def _declare(self, new: list[str]) -> None:
        """Give numbers to new keys, on the log before the first record that has one: a reader can name all it meets."""
        if new:
            first = len(self._keys)
            numbers = {key: first + i for i, key in enumerate(new)}
            self._append([Key(t=self._clock.tick(), id=number, key=key) for key, number in numbers.items()])
            self._keys.update(numbers)

    def _append(self, events: Iterable[Event]) -> None:
        data = b"".join(map(encode, events))
        self._events.append(data)
        self._written += len(data)
        self._untold += data
        if len(self._untold) > _MOST_UNTOLD:
            self._untold.clear()  # nobody asks; who does later reads the file

    def _ready(self) -> None:
        if self._events.lost or self._points.lost:
            keys = list(self._keys)
            self._events.close()
            self._points.close()
            self._begin()
            self._declare(keys)


def _one_point(
    otherwise: Callable[[list[tuple[str, float, int, int]]], None], finish: Callable[[bytes, int], None]
) -> tuple[Callable[[str, float, int, int], None], Callable[[int, dict[str, int], threading.RLock], None]]:
    """Make the function that appends one point, and the one that says which file and lock and what keys it uses."""
    fd = -1
    numbers: dict[str, int] = {}
    lock = threading.RLock()
    acquire, release = lock.acquire, lock.release

    def point(key: str, value: float, step: int, time_ms: int) -> None:
        # The hot path of every training loop: one system call, and as little as can be around it. (Variables of a
        # function are found faster than attributes, 60 ns in all; two calls take and release a lock in half the
        # time of a `with`.)
        acquire()
        try:
            try:
                data = _pack(step, time_ms, value, numbers[key])
                done = _write(fd, data)
            except (KeyError, TypeError, OSError, StructError):
                otherwise([(key, value, step, time_ms)])
            else:
                if done != _SIZE:
                    finish(data, done)
        finally:
            release()

    def aim(new_fd: int, new_numbers: dict[str, int], new_lock: threading.RLock) -> None:
        nonlocal fd, numbers, acquire, release
        fd, numbers, acquire, release = new_fd, new_numbers, new_lock.acquire, new_lock.release

    return point, aim
