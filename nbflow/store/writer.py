"""The one writer of its files: appends events and points, each acknowledged when the system has it.

A call that returns has been taken by the operating system (`kill -9` loses nothing); `sync` takes it to the disk.
A write that the disk refuses raises and leaves the files as they were; once there is room the next one works.
"""

from __future__ import annotations

import contextlib
import os
import threading
from typing import TYPE_CHECKING

from nbflow.store import points
from nbflow.store.appendfile import AppendFile, sync_folder
from nbflow.store.events import Event, Key, encode
from nbflow.store.forks import forkable
from nbflow.store.layout import LOG, new_writer_name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from nbflow.store.clock import LogicalClock

__all__ = ["LogWriter"]

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
    """

    def __init__(self, folder: Path, host: str, clock: LogicalClock) -> None:
        self._log = folder / LOG
        self._host = host
        self._clock = clock
        self._begin()
        forkable.add(self)

    def _begin(self) -> None:
        """Take a new name, and files of that name: at first, after a fork, or when a file had to be given up."""
        self._lock = threading.RLock()
        self.name = new_writer_name(self._host)
        self._events = AppendFile(self._log / f"{self.name}.jsonl")
        self._points = AppendFile(self._log / f"{self.name}.metrics", points.HEADER)
        self._keys: dict[str, int] = {}
        self._unsynced = False

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
            if self._events.fd < 0:
                self._ready()
            self._events.append(data)
            self._unsynced = True

    def point(self, key: str, value: float, step: int, time_ms: int) -> None:
        """Append one point of a metric.

        Raises
        ------
        StoreWriteError
            If the disk refuses. The point is not kept then.
        """
        with self._lock:
            number = self._keys.get(key)
            if number is None:
                number = self._declare(key)
            data = points.pack(step, time_ms, value, number, 0)
            file = self._points
            if file.fd < 0 or not self._unsynced:
                self._ready()
                self._points.append(data)
                self._unsynced = True
                return
            # The hot path of every training loop: one system call, spelled out here to save the calls around it.
            try:
                done = os.write(file.fd, data)
            except OSError:
                done = 0
            if done != points.SIZE:
                file.finish(data, done)

    def points(self, rows: Iterable[tuple[str, float, int, int]]) -> None:
        """Append many points (key, value, step, time in ms) in one write.

        Raises
        ------
        StoreWriteError
            If the disk refuses. None of the points is kept then.
        """
        rows = list(rows)
        with self._lock:
            for key in dict.fromkeys(row[0] for row in rows):
                if key not in self._keys:
                    self._declare(key)
            self._ready()
            keys, pack = self._keys, points.pack
            data = b"".join(pack(step, time_ms, value, keys[key], 0) for key, value, step, time_ms in rows)
            if data:
                self._points.append(data)
                self._unsynced = True

    def sync(self) -> None:
        """Bring everything to the disk: both files, and the folder that names them.

        Raises
        ------
        StoreWriteError
            If the disk refuses.
        """
        with self._lock:
            if self._unsynced:
                self._events.sync()
                self._points.sync()
                sync_folder(self._log)
                self._unsynced = False

    def touch(self) -> None:
        """Say that the writer is alive: its file's mtime is the heartbeat."""
        with contextlib.suppress(OSError):
            os.utime(self._events.path)

    def close(self) -> None:
        """Close the files. The next write opens them again."""
        with self._lock:
            self._events.close()
            self._points.close()

    def forget(self) -> None:
        """Let go of the files after a fork: they are the parent's. The next write begins files of our own."""
        self._events.close()
        self._points.close()
        self._begin()

    def _declare(self, key: str) -> int:
        number = len(self._keys)
        # On the log before the first record that uses it: a reader never meets a number that it cannot name.
        self.append([Key(t=self._clock.tick(), id=number, key=key)])
        self._keys[key] = number
        return number

    def _ready(self) -> None:
        if self._events.broken or self._points.broken:
            keys = list(self._keys)
            self._events.close()
            self._points.close()
            self._begin()
            for key in keys:
                self._declare(key)
