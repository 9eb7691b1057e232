"""Putting a whole folder in place: a model, which must never be found half written."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from nbflow.artifact_store.paths import check_artifact_path
from nbflow.artifact_store.writing import make_folder, write_error
from nbflow.errors import ArtifactNotFoundError, InvalidPathError, NbflowError, StoreWriteError
from nbflow.names import temporary_name

if TYPE_CHECKING:
    from nbflow.artifact_store.protocol import ArtifactStore, Written

__all__ = ["new_folder"]

# How often others that put a folder at the same path at once may come between: each time one of them is done.
_TRIES = 100
# Beside the files of a folder that is being uploaded, and of one whose upload broke off: its name's end, its beginning.
_MARK = ".incomplete"
_MARKED = (
    "nbflow: the upload of this folder goes on, or broke off. The next one to the same path removes what is here.\n"
)
# What the system says of a rename to where somebody else has put a folder meanwhile.
_TAKEN = (errno.ENOTEMPTY, errno.EEXIST)


@contextmanager
def new_folder(files: ArtifactStore, path: str, last: str) -> Iterator[tuple[Path, Callable[[], list[Written]]]]:
    """Let a folder be written on this machine, and put it at a path, in place of an older one of its kind.

    On this machine's disk the folder is renamed into place. Elsewhere its files are uploaded one by one, and the one
    that makes it what it is comes last, after that of an older folder has gone: whoever looks in between finds none. A
    mark beside them says so meanwhile: what a process that was killed leaves is known by it, and makes way.

    Parameters
    ----------
    files
        The artifacts.
    path
        Where it goes.
    last
        The file without which the folder is nothing.

    Yields
    ------
    folder, put : Path, callable
        Where to write it, a place where nothing is; and what puts it in place and says what has to be synced. When
        `put` is not called, nothing has happened.

    Raises
    ------
    InvalidPathError
        If the path is not an artifact's or leads out by a symlink, or other artifacts are there.
    StoreWriteError
        If the store refuses, or somebody else puts a folder at the same path at the same time.
    """
    path = check_artifact_path(path)
    target = files.local_path(path)
    if _holds_something_else(files, path, last, target):
        raise InvalidPathError(path, "Other artifacts of the run are there, which this would delete. Use another name.")
    if target is None:
        with TemporaryDirectory(prefix="nbflow-") as above:
            folder = Path(above, path.rpartition("/")[2])
            yield folder, lambda: _upload(files, path, folder, last)
        return
    make_folder(target.parent)
    folder = target.with_name(temporary_name())
    try:
        yield folder, lambda: _swap(folder, target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _holds_something_else(files: ArtifactStore, path: str, last: str, target: Path | None) -> bool:
    if target is None:
        if not files.exists(path) or files.exists(f"{path}/{last}"):
            return False
        # What an upload that was killed left behind is for the next one to remove.
        return not _read(files, f"{path}/{last}{_MARK}").startswith(_MARKED.encode())
    while (before := _identity(target)) and not files.exists(f"{path}/{last}"):
        if _identity(target) == before:  # else somebody has put another there between the two looks
            return True
    return False


def _identity(target: Path) -> tuple[int, int] | None:
    with suppress(OSError):
        found = target.stat()
        return found.st_ino, found.st_ctime_ns  # an inode is soon used again; a rename sets the time
    return None


def _swap(folder: Path, target: Path) -> list[Written]:
    names = [found.relative_to(folder) for found in folder.rglob("*") if found.is_file()]
    for tries_left in reversed(range(_TRIES)):
        old = target.with_name(temporary_name())
        try:
            with suppress(FileNotFoundError):
                os.replace(target, old)  # noqa: PTH105 (a folder that is not empty is never written over)
            os.replace(folder, target)  # noqa: PTH105
        except OSError as exc:
            # Not whether one is there: a third may have moved it away since.
            if tries_left and (exc.errno in _TAKEN or os.path.lexists(target)):
                shutil.rmtree(old, ignore_errors=True)
                continue
            if not os.path.lexists(target):
                with suppress(OSError):
                    os.replace(old, target)  # noqa: PTH105
            raise write_error(target, exc) from exc
        shutil.rmtree(old, ignore_errors=True)
        break
    return [target / name for name in names]


def _upload(files: ArtifactStore, path: str, folder: Path, last: str) -> list[Written]:
    names = sorted(found.relative_to(folder).as_posix() for found in folder.rglob("*") if found.is_file())
    mark, ours = f"{path}/{last}{_MARK}", f"{_MARKED}{temporary_name()}\n".encode()
    files.write_bytes(mark, ours)
    files.delete(f"{path}/{last}")
    _clear(files, path, mark)
    try:
        written = [files.write_file(f"{path}/{name}", folder / name) for name in names if name != last]
        if _read(files, mark) == ours:
            written.append(files.write_file(f"{path}/{last}", folder / last))
            files.delete(mark)
            return written
    except BaseException:
        with suppress(NbflowError):
            _clear(files, path, mark)
            files.delete(path)
        raise
    # What is there is somebody else's now, and some of it ours: both go without the file that makes it a whole.
    raise StoreWriteError(f"{files.location}/{path}", errno.EBUSY, "somebody else uploads to it at the same time")


def _clear(files: ArtifactStore, path: str, mark: str) -> None:
    """Delete what is in a folder but for the mark, which goes last: else the rest would be nobody's after a kill."""
    for info in files.list(path):
        if info.path != mark:
            files.delete(info.path)


def _read(files: ArtifactStore, path: str) -> bytes:
    with suppress(ArtifactNotFoundError, InvalidPathError):
        return files.read_bytes(path)
    return b""
