"""Copying a file of another store: whole, under a temporary name, then renamed into place."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from io import FileIO
from typing import TYPE_CHECKING

from nbflow.errors import StoreReadError, StoreWriteError
from nbflow.names import temporary_name
from nbflow.store import points

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["copy_file", "open_source", "same_start", "seem_equal", "whole_length"]

_CHUNK = 1 << 20


def open_source(path: Path) -> FileIO:
    """Open a file for reading, but not through a symlink.

    Raises
    ------
    FileNotFoundError
        If it is gone.
    StoreReadError
        If it cannot be read.
    """
    try:
        flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
        return FileIO(os.open(path, flags))
    except FileNotFoundError:
        raise
    except OSError as exc:
        raise StoreReadError(str(path), exc.errno, exc.strerror or str(exc)) from exc


def copy_file(source: Path, target: Path, size: int | None = None) -> int:
    """Copy a file, with its mtime: that of a log is a run's sign of life.

    Parameters
    ----------
    source
        A regular file.
    target
        Where it goes; its folder exists. A file that is there is replaced in one step.
    size
        How many bytes; None is all there are.

    Returns
    -------
    copied : int
        How many bytes.

    Raises
    ------
    FileNotFoundError
        If the source is gone.
    StoreReadError
        If it cannot be read.
    StoreWriteError
        If the disk refuses the copy. What was at its place is untouched.
    """
    temporary = target.with_name(temporary_name())
    with open_source(source) as reading:
        status = os.fstat(reading.fileno())
        mode = 0o777 if status.st_mode & stat.S_IXUSR else 0o666
        try:
            copied = _pour(reading, source, temporary, size, mode)
            os.utime(temporary, ns=(status.st_atime_ns, status.st_mtime_ns))
            temporary.replace(target)
        except BaseException as exc:
            with suppress(OSError):
                temporary.unlink()
            if isinstance(exc, OSError) and not isinstance(exc, StoreReadError):
                raise StoreWriteError(str(target), exc.errno, exc.strerror or str(exc)) from exc
            raise
    return copied


def whole_length(path: Path, size: int) -> int:
    """Give the length of a log file without its torn end.

    Parameters
    ----------
    path
        A `.jsonl`, which has lines, or a `.metrics`, which has records.
    size
        Its size in bytes, or of the part that counts.
    """
    if path.suffix != ".jsonl":
        return size - size % points.SIZE
    with open_source(path) as file:
        end = size
        while end > 0:
            start = max(end - _CHUNK, 0)
            file.seek(start)
            newline = _read(file, path, end - start).rfind(b"\n")
            if newline >= 0:
                return start + newline + 1
            end = start
    return 0


def same_start(one: Path, other: Path, length: int) -> bool:
    """Tell whether two files agree in their first bytes."""
    with open_source(one) as file, open_source(other) as second:
        left = length
        while left > 0:
            chunk = _read(file, one, min(left, _CHUNK))
            if not chunk or chunk != _read(second, other, len(chunk)):
                return False
            left -= len(chunk)
    return True


def seem_equal(one: os.stat_result, other: os.stat_result) -> bool:
    """Tell whether two files are the same by their size and mtime, to the nanosecond: a copy keeps both."""
    return (one.st_size, one.st_mtime_ns) == (other.st_size, other.st_mtime_ns)


def _pour(reading: FileIO, source: Path, temporary: Path, size: int | None, mode: int) -> int:
    copied = 0
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(temporary, flags, mode), "wb") as copy:
        while size is None or copied < size:
            chunk = _read(reading, source, _CHUNK if size is None else min(_CHUNK, size - copied))
            if not chunk:
                break
            copy.write(chunk)
            copied += len(chunk)
    return copied


def _read(file: FileIO, path: Path, size: int) -> bytes:
    """Read so many bytes, or up to the end."""
    pieces = []
    try:
        while size > 0 and (piece := file.read(size)):
            pieces.append(piece)
            size -= len(piece)
    except OSError as exc:
        raise StoreReadError(str(path), exc.errno, exc.strerror or str(exc)) from exc
    return b"".join(pieces)
