"""Reading a store's folders: which experiments and runs there are, and what is new in a log.

This is all that knows files when reading: what comes out is `News`, events and points, whatever they were read from.
A reader of another format (MLflow's `mlruns/`) gives the same and needs nothing else changed.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from nbflow.store import points
from nbflow.store.events import Event, decode_lines
from nbflow.store.layout import LOG, Layout, is_experiment_id, is_run_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbflow.store.fold import FileCursor

__all__ = ["FolderReader", "LogShrankError", "News", "StoreReader"]

_CHUNK = 1 << 16


class News(Struct):
    """What one writer has written since its files were last read."""

    writer: str
    events: list[Event]
    points: bytes
    events_end: int
    points_end: int
    damaged: int = 0


class LogShrankError(Exception):
    """A log is shorter than what was read of it: another file took its place, and its state must be folded anew."""


class StoreReader(Protocol):
    """What turns a store's folders into events."""

    def experiments(self) -> list[str]:
        """List the ids of all folders that can be experiments."""

    def runs(self, experiment_id: str) -> list[str]:
        """List the ids of all folders of an experiment that can be runs."""

    def experiment_news(self, experiment_id: str, files: Mapping[str, FileCursor]) -> Iterator[News]:
        """Read what is new in an experiment's log."""

    def run_news(self, experiment_id: str, run_id: str, files: Mapping[str, FileCursor]) -> Iterator[News]:
        """Read what is new in a run's log."""


class FolderReader:
    """The reader of format 1.

    Parameters
    ----------
    layout
        The paths of the store.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._root = os.fspath(layout.root)

    def experiments(self) -> list[str]:
        """List the ids of all folders that can be experiments; none where there is no store."""
        try:
            return sorted(filter(is_experiment_id, os.listdir(self._root)))
        except (FileNotFoundError, NotADirectoryError):
            return []

    def runs(self, experiment_id: str) -> list[str]:
        """List the ids of all folders of an experiment that can be runs; none where there is no experiment."""
        try:
            return sorted(filter(is_run_id, os.listdir(f"{self._root}/{experiment_id}")))
        except (FileNotFoundError, NotADirectoryError):
            return []

    def experiment_news(self, experiment_id: str, files: Mapping[str, FileCursor]) -> Iterator[News]:
        """Read what is new in an experiment's log.

        Raises
        ------
        LogShrankError
            If a file is gone or shorter than before.
        """
        return _log_news(f"{self._root}/{experiment_id}/{LOG}", files, of_run=False)

    def run_news(self, experiment_id: str, run_id: str, files: Mapping[str, FileCursor]) -> Iterator[News]:
        """Read what is new in a run's log.

        Raises
        ------
        LogShrankError
            If a file is gone or shorter than before.
        """
        return _log_news(f"{self._root}/{experiment_id}/{run_id}/{LOG}", files, of_run=True)


def _log_news(log: str, files: Mapping[str, FileCursor], *, of_run: bool) -> Iterator[News]:
    try:
        names = sorted(os.listdir(log))
    except (FileNotFoundError, NotADirectoryError):
        names = []
    writers = {name[:-6] for name in names if name.endswith(".jsonl")}
    if not writers.issuperset(files):
        raise LogShrankError(log)
    with_points = {name[:-8] for name in names if name.endswith(".metrics")}
    for writer in sorted(writers):
        cursor = files.get(writer)
        events_at, points_at = (cursor.events, cursor.points) if cursor is not None else (0, 0)
        # Points first: whatever key they carry was declared before them, so it is in the events read after.
        numbers = b""
        if writer in with_points:
            numbers = _read_from(f"{log}/{writer}.metrics", points_at)
            numbers = numbers[: len(numbers) - len(numbers) % points.SIZE]
        text = _read_from(f"{log}/{writer}.jsonl", events_at)
        # What stands after the last newline is being written, or was torn off by a kill.
        text = text[: text.rfind(b"\n") + 1]
        if not text and not numbers:
            continue
        events, damaged = decode_lines(text, of_run=of_run)
        news = News(writer, events, numbers, events_at + len(text), points_at + len(numbers), damaged)
        if numbers and points_at == 0:
            if numbers.startswith(points.MAGIC):
                news.points = numbers[points.SIZE :]
            else:
                news.points = b""
                news.damaged += 1
        yield news


def _read_from(path: str, offset: int) -> bytes:
    """Read a file from an offset to its end.

    Raises
    ------
    LogShrankError
        If it is gone or shorter than the offset.
    """
    try:
        if offset:
            size = os.stat(path).st_size
            if size <= offset:
                if size < offset:
                    raise LogShrankError(path)
                return b""
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        raise LogShrankError(path) from None
    try:
        if offset:
            os.lseek(fd, offset, os.SEEK_SET)
        chunk = os.read(fd, _CHUNK)
        if not chunk or not (rest := os.read(fd, 1 << 24)):
            return chunk
        pieces = [chunk, rest]
        while rest := os.read(fd, 1 << 24):
            pieces.append(rest)
        return b"".join(pieces)
    finally:
        os.close(fd)
