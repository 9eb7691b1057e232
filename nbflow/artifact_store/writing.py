"""Putting a file in place whole: written beside its place under a temporary name, then renamed.

A reader sees the old file or the new one, never half of one; a process that is killed leaves a temporary file
which no listing shows.
"""

from __future__ import annotations

import errno
import io
import os
import shutil
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from nbflow.errors import InvalidPathError, StoreWriteError
from nbflow.names import temporary_name

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["copy_file", "make_folder", "new_file", "sync_files", "write_error"]

_BUFFER_BYTES = 1 << 20
_EXECUTABLE = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH
# A file that somebody reads cannot be replaced on Windows for that moment; elsewhere nothing needs a second try.
_REPLACE_TRIES = 20 if os.name == "nt" else 1
_REPLACE_PAUSE_S = 0.05


@contextmanager
def new_file(target: Path) -> Iterator[BinaryIO]:
    """Open a file for writing that is put in place when the block ends, and thrown away when it raises.

    Parameters
    ----------
    target
        Where it goes; its folder exists.

    Raises
    ------
    StoreWriteError
        If the disk refuses: it is full, read-only, or not ours. What was at the place before is untouched.
    """
    temporary = target.with_name(temporary_name())
    with _removed_on_error(temporary):
        raw = _NewFile(temporary, target, executable=False)
        file = cast("BinaryIO", io.BufferedWriter(raw, _BUFFER_BYTES))  # the type that callers write
        try:
            yield file
            if not file.closed:  # a wrapper, such as one for text, closes what it wraps
                file.flush()
        except BaseException:
            with suppress(OSError):  # closing tries once more to write what is buffered
                file.close()
            raise
        _close(file, target)
        _replace(temporary, target)


def copy_file(source: Path, target: Path) -> None:
    """Copy a regular file, as fast as the system can, and put it in place whole.

    Parameters
    ----------
    source
        Any readable file; its executable bit is kept.
    target
        Where it goes; its folder exists.

    Raises
    ------
    StoreWriteError
        If the disk refuses. What was at the place before is untouched.
    """
    temporary = target.with_name(temporary_name())
    with _removed_on_error(temporary):
        executable = bool(source.stat().st_mode & _EXECUTABLE)
        _close(_NewFile(temporary, target, executable=executable), target)
        with source.open("rb"):  # what cannot be read is the source's fault, and its own error
            try:
                shutil.copyfile(source, temporary)
            except OSError as exc:
                raise write_error(target, exc) from exc
        _replace(temporary, target)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, unless they are there.

    Raises
    ------
    InvalidPathError
        If a file is where a folder must be.
    StoreWriteError
        If the disk refuses.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as exc:
        raise InvalidPathError(str(folder), "A file is where this needs a folder. Use another path.") from exc
    except OSError as exc:
        raise write_error(folder, exc) from exc


def sync_files(paths: Iterable[Path], root: Path) -> None:
    """Wait until files and the folders that name them are on the disk.

    Parameters
    ----------
    paths
        Files below the root. What has been deleted since is left out.
    root
        Their root. The folders above it that name it and its run are synced too.

    Raises
    ------
    StoreWriteError
        If the disk reports that it could not keep a file.
    """
    paths = list(paths)
    folders = {root, *root.parents[:2]} if paths else set()
    for path in paths:
        _sync(path)
        folders.update(folder for folder in path.parents if root in folder.parents)
    # Innermost first: a folder's own entry is in its parent.
    for folder in sorted(folders, key=lambda folder: len(folder.parts), reverse=True):
        _sync_folder(folder)


def write_error(path: Path | str, exc: OSError) -> StoreWriteError:
    """Turn the system's error into ours."""
    return StoreWriteError(str(path), exc.errno, exc.strerror or str(exc) or type(exc).__name__)


class _NewFile(io.FileIO):
    """A file that is made here and now, whose write errors are ours."""

    def __init__(self, temporary: Path, target: Path, *, executable: bool) -> None:
        self._target = target
        # The mode is given at creation so that the umask applies, as for any file the user makes: a store that a
        # group shares must stay readable to it. (tempfile would give 0600.)
        mode = 0o777 if executable else 0o666
        try:
            super().__init__(temporary, "xb", opener=lambda path, flags: os.open(path, flags, mode))
        except OSError as exc:
            raise write_error(target, exc) from exc

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data)
        except OSError as exc:
            raise write_error(self._target, exc) from exc


@contextmanager
def _removed_on_error(temporary: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def _close(file: BinaryIO, target: Path) -> None:
    # A network file system may report a full disk only here.
    try:
        file.close()
    except OSError as exc:
        raise write_error(target, exc) from exc


def _replace(temporary: Path, target: Path) -> None:
    for left in reversed(range(_REPLACE_TRIES)):
        try:
            temporary.replace(target)
        except IsADirectoryError as exc:
            raise _folder_in_the_way(target) from exc
        except OSError as exc:
            if target.is_dir() and not target.is_symlink():
                raise _folder_in_the_way(target) from exc
            if not left or not isinstance(exc, PermissionError):
                raise write_error(target, exc) from exc
            time.sleep(_REPLACE_PAUSE_S)
        else:
            return


def _folder_in_the_way(target: Path) -> InvalidPathError:
    return InvalidPathError(str(target), "A folder of this name is there. Use another one.")


def _sync(path: Path) -> None:
    try:
        # Windows flushes only what is open for writing.
        descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    except FileNotFoundError:
        return
    try:
        os.fsync(descriptor)
    except OSError as exc:
        if exc.errno not in (errno.EINVAL, errno.ENOTSUP):  # a file system that cannot be asked
            raise write_error(path, exc) from exc
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # no folder can be opened there, and NTFS journals names by itself
        return
    with suppress(FileNotFoundError, PermissionError):  # a folder that may be written to but not listed
        _sync(folder)
