"""Reading a store's folders: which experiments and runs there are, and what is new in a log.

This is all that knows files when reading: what comes out is `News`, events and points, whatever they were read from.
A reader of another format (MLflow's `mlruns/`) gives the same and needs nothing else changed.
"""

from __future__ import annotations

import errno
import os
from functools import partial
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from nbflow.store import points
from nbflow.store.events import Event, decode_lines
from nbflow.store.layout import (
    ACCESS,
    LOG,
    MODELS,
    Layout,
    is_experiment_id,
    is_model_folder,
    is_run_id,
    is_version_folder,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from nbflow.store.fold import FileCursor

__all__ = ["FolderReader", "LogShrankError", "News", "StoreReader", "read_from"]

# Gone since its folder was listed, a symlink to nowhere, a folder of that name, or somebody's own.
_NOTHING = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EISDIR, errno.EACCES, errno.EPERM)
_CHUNK = 1 << 16
_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_NEWLINE = ord("\n")


class News(Struct, gc=False):
    """What one writer has written since its files were last read."""

    writer: str
    events: list[Event]
    points: bytes
    events_end: int
    points_end: int
    damaged: int = 0


class LogShrankError(Exception):
    """A log is not what was read of it and more: its state must be folded anew.

    Another file took its place, or it is a copy that was not whole.
    """


class StoreReader(Protocol):
    """What turns a store's folders into events."""

    def experiments(self) -> list[str]:
        """List the ids of all folders that can be experiments."""

    def runs(self, experiment_id: str) -> list[str]:
        """List the ids of all folders of an experiment that can be runs."""

    def experiment_news(self, experiment_id: str, files: Mapping[str, FileCursor]) -> Iterator[News]:
        """Read what is new in an experiment's log."""

    def access_news(self, files: Mapping[str, FileCursor]) -> Iterator[News]:
        """Read what is new in the log of what is granted on the whole store."""

    def run_news(
        self, experiment_id: str, run_id: str, files: Mapping[str, FileCursor], but: str = ""
    ) -> Iterator[News]:
        """Read what is new in a run's log, except for the files of one writer."""

    def run_size(self, experiment_id: str, run_id: str) -> int:
        """Tell how much a run's log holds, without reading it: another number after every write."""

    def models(self) -> list[str]:
        """List the folders that can be registered models."""

    def versions(self, folder: str) -> list[int]:
        """List the numbers of all folders of a model that can be versions."""

    def model_news(self, folder: str, files: Mapping[str, FileCursor]) -> Iterator[News]:
        """Read what is new in a model's log."""

    def version_news(self, folder: str, version: int, files: Mapping[str, FileCursor]) -> Iterator[News]:
        """Read what is new in a version's log."""


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
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            return []

    def experiment_news(self, experiment_id: str, files: Mapping[str, FileCursor]) -> Iterator[News]:
        """Read what is new in an experiment's log.

        Raises
        ------
        LogShrankError
            If a file is gone or shorter than before.
        """
        return _log_news(f"{self._root}/{experiment_id}/{LOG}", files, decode=_decode_experiment)

    def access_news(self, files: Mapping[str, FileCursor]) -> Iterator[News]:
        """Read what is new in the log of what is granted on the whole store.

        Raises
        ------
        LogShrankError
            If a file is gone or shorter than before.
        """
        return _log_news(f"{self._root}/{ACCESS}/{LOG}", files, decode=_decode_experiment)

    def run_news(
        self, experiment_id: str, run_id: str, files: Mapping[str, FileCursor], but: str = ""
    ) -> Iterator[News]:
        """Read what is new in a run's log, except for the files of one writer.

        Raises
        ------
        LogShrankError
            If a file is gone or shorter than before.
        """
        return _log_news(f"{self._root}/{experiment_id}/{run_id}/{LOG}", files, but, decode=_decode_run)

    def run_size(self, experiment_id: str, run_id: str) -> int:
        """Tell how much a run's log holds, without reading it: the bytes of all its files."""
        log = f"{self._root}/{experiment_id}/{run_id}/{LOG}"
        size = 0
        try:
            for name in os.listdir(log):
                if name.endswith((".jsonl", ".metrics")):
                    size += os.stat(f"{log}/{name}").st_size
        except OSError as exc:
            if exc.errno not in _NOTHING:
                raise
            return -1
        return size

    def models(self) -> list[str]:
        """List the folders that can be registered models; none where there is no store."""
        return sorted(filter(is_model_folder, self._listed(MODELS)))

    def versions(self, folder: str) -> list[int]:
        """List the numbers of all folders of a model that can be versions; none where there is no model."""
        return sorted(map(int, filter(is_version_folder, self._listed(f"{MODELS}/{folder}"))))

    def model_news(self, folder: str, files: Mapping[str, FileCursor]) -> Iterator[News]:
        """Read what is new in a model's log.

        Raises
        ------
        LogShrankError
            If a file is gone or shorter than before.
        """
        # Here, not above: most programs have no use for these events.
        from nbflow.store.model_events import decode_model_lines

        return _log_news(f"{self._root}/{MODELS}/{folder}/{LOG}", files, decode=decode_model_lines)

    def version_news(self, folder: str, version: int, files: Mapping[str, FileCursor]) -> Iterator[News]:
        """Read what is new in a version's log.

        Raises
        ------
        LogShrankError
            If a file is gone or shorter than before.
        """
        from nbflow.store.model_events import decode_version_lines

        return _log_news(f"{self._root}/{MODELS}/{folder}/{version}/{LOG}", files, decode=decode_version_lines)

    def _listed(self, place: str) -> list[str]:
        try:
            return os.listdir(f"{self._root}/{place}")
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            return []


_decode_run = partial(decode_lines, of_run=True)
_decode_experiment = partial(decode_lines, of_run=False)


def _log_news(
    log: str,
    files: Mapping[str, FileCursor],
    but: str = "",
    *,
    decode: Callable[[bytes], tuple[list[Event], int]],
) -> Iterator[News]:
    try:
        names = os.listdir(log)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        names = []
    writers = [name[:-6] for name in names if name.endswith(".jsonl")]
    if len(writers) > 1:
        writers.sort()
    if files and not files.keys() <= set(writers):
        raise LogShrankError(log)
    for writer in writers:
        if writer != but:
            news = _writer_news(f"{log}/{writer}", files.get(writer), f"{writer}.metrics" in names, decode)
            if news is not None:
                yield news


def _writer_news(
    path: str, cursor: FileCursor | None, has_points: bool, decode: Callable[[bytes], tuple[list[Event], int]]
) -> News | None:
    events_at, points_at = (cursor.events, cursor.points) if cursor is not None else (0, 0)
    # Points first: whatever key they carry was declared before them, so it is in the events read after.
    numbers = b""
    if points_at or has_points:
        numbers = read_from(f"{path}.metrics", points_at)
        torn = len(numbers) % points.SIZE
        if torn:
            numbers = numbers[:-torn]
    text = read_from(f"{path}.jsonl", events_at)
    # What stands after the last newline is being written, or was torn off by a kill.
    if text and text[-1] != _NEWLINE:
        text = text[: text.rfind(b"\n") + 1]
    if not text and not numbers:
        return None
    events, damaged = decode(text)
    writer = path.rpartition("/")[2]
    news = News(writer, events, numbers, events_at + len(text), points_at + len(numbers), damaged)
    if numbers and points_at == 0:
        _take_header(news)
    return news


def _take_header(news: News) -> None:
    """Take the header off the beginning of a `.metrics`. Behind another one than ours nothing is a record."""
    if news.points.startswith(points.MAGIC):
        news.points = news.points[points.SIZE :]
    else:
        news.points = b""
        news.damaged += 1


def read_from(path: str, offset: int) -> bytes:
    """Read a file from an offset to its end; nothing where there is nothing to read.

    Raises
    ------
    LogShrankError
        If it is gone or shorter than the offset.
    """
    try:
        if offset and not _has_more(path, offset):
            return b""
        fd = os.open(path, _FLAGS)
        try:
            if offset:
                os.lseek(fd, offset, os.SEEK_SET)
            chunk = os.read(fd, _CHUNK)
            return chunk if len(chunk) < _CHUNK else chunk + _rest(fd)
        finally:
            os.close(fd)
    except OSError as exc:
        if exc.errno not in _NOTHING:
            raise
        if offset:
            raise LogShrankError(path) from None
        return b""


def _has_more(path: str, offset: int) -> bool:
    size = os.stat(path).st_size
    if size < offset:
        raise LogShrankError(path)
    return size > offset


def _rest(fd: int) -> bytes:
    pieces = []
    while chunk := os.read(fd, 1 << 24):
        pieces.append(chunk)
    return b"".join(pieces)
