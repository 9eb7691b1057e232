"""A file that only this process appends to, whole pieces at a time."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from nbflow.errors import StoreWriteError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["AppendFile", "sync_folder"]

_FLAGS = os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0)


class AppendFile:
    """A file that only this process appends to.

    Parameters
    ----------
    path
        Where it will be. It is made by the first `append`, and its folder with it, but not that folder's parent.
    header
        Bytes that it begins with.
    """

    __slots__ = ("_left", "broken", "created", "fd", "header", "path")

    def __init__(self, path: Path, header: bytes = b"") -> None:
        self.path = path
        self.header = header
        self.fd = -1
        self.created = False
        self.broken = False
        self._left: tuple[int, int, int] | None = None

    @property
    def lost(self) -> bool:
        """Whether nothing may follow in this file: its end is torn, or it was removed, or another put in its place."""
        if self.broken:
            return True
        try:
            if self.fd >= 0:
                return os.fstat(self.fd).st_nlink == 0
            return self._left is not None and _identity(os.stat(self.path)) != self._left
        except OSError:  # gone; or, open on NFS and removed by another client: ESTALE
            return True

    def append(self, data: bytes) -> None:
        """Append bytes whole, or not at all.

        Raises
        ------
        StoreWriteError
            If the file cannot be made, or the disk refuses the bytes: the file is then as it was before.
        """
        if self.fd < 0:
            self._open()
        self.finish(data, 0)

    def finish(self, data: bytes, done: int) -> None:
        """Append what is left of a piece after its first `done` bytes, or take those back.

        Raises
        ------
        StoreWriteError
            If the disk refuses.
        """
        try:
            # A short write is how a disk that fills up, or a quota, shows itself first.
            while done < len(data):
                done += os.write(self.fd, data[done:] if done else data)
        except OSError as exc:
            self._take_back(done)
            raise StoreWriteError(str(self.path), exc.errno, exc.strerror or str(exc)) from exc
        except BaseException:  # Ctrl-C between two pieces
            self._take_back(done)
            raise

    def sync(self) -> None:
        """Bring what was appended to the disk.

        Raises
        ------
        StoreWriteError
            If the disk refuses.
        """
        if self.fd >= 0:
            try:
                os.fsync(self.fd)
            except OSError as exc:
                raise StoreWriteError(str(self.path), exc.errno, exc.strerror or str(exc)) from exc

    def close(self) -> None:
        """Close the file. The next `append` opens it again."""
        if self.fd >= 0:
            fd, self.fd = self.fd, -1
            with contextlib.suppress(OSError):
                try:
                    self._left = _identity(os.fstat(fd))
                finally:
                    os.close(fd)

    def size(self) -> int:
        """Give the size in bytes; 0 while there is no file."""
        try:
            return os.fstat(self.fd).st_size if self.fd >= 0 else self.path.stat().st_size
        except OSError:
            return 0

    def _open(self) -> None:
        flags = _FLAGS if self.created else _FLAGS | os.O_CREAT | os.O_EXCL
        try:
            try:
                self.fd = os.open(self.path, flags, 0o666)
            except FileNotFoundError:
                if self.created:
                    raise
                self.path.parent.mkdir(exist_ok=True)  # somebody else may begin a log of his own there
                self.fd = os.open(self.path, flags, 0o666)
        except OSError as exc:
            raise StoreWriteError(str(self.path), exc.errno, exc.strerror or str(exc)) from exc
        self.created = True
        if not self.header:
            return
        try:
            if os.fstat(self.fd).st_size == 0:
                self.finish(self.header, 0)
        except BaseException as exc:
            self.close()  # so that the next one begins with the header again
            if isinstance(exc, OSError) and not isinstance(exc, StoreWriteError):
                raise StoreWriteError(str(self.path), exc.errno, exc.strerror or str(exc)) from exc
            raise

    def _take_back(self, done: int) -> None:
        if not done:
            return
        try:
            os.ftruncate(self.fd, os.fstat(self.fd).st_size - done)
        except OSError:
            # The torn end stays, as after a crash, and readers skip it; nothing may ever follow it.
            self.close()
            self.broken = True


def _identity(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_dev, status.st_ino, status.st_size


def sync_folder(folder: Path) -> None:
    """Bring a folder's own entries to the disk. Windows has no such thing, and some file systems refuse it."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        fd = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
