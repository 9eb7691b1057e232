"""The files of a model folder: where a name in it leads, reading with a limit, writing whole or not at all.

A model folder may be anybody's, so what its files name is checked before it is opened.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from nbflow.errors import ModelFormatError, StoreReadError, StoreWriteError
from nbflow.links import is_below, real_below, real_folder
from nbflow.names import temporary_name

__all__ = ["inside", "opened", "read_text", "write_text"]

_UNWRITABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_ANCHORED = re.compile(r"[/\\]|[A-Za-z]:")


def inside(folder: str | os.PathLike[str], relative: object) -> Path:
    r"""Find the file or folder that a model's files name, and refuse what lies outside of the model.

    Parameters
    ----------
    folder
        The model's folder.
    relative
        What stands in one of its files. Parts are parted by `/`, and by `\` where the system does so; `.` is the
        folder itself.

    Returns
    -------
    path : Path
        Where it really lies, with all symlinks followed. It need not exist.

    Raises
    ------
    ModelFormatError
        If it is no text, is empty, absolute, climbs with `..`, has a character that no path can have, or leads out of
        the folder, or in a circle, by a symlink.
    """
    fault = _fault(relative)
    if not fault:
        root = real_folder(folder)
        real = real_below(root, str(relative))
        # realpath leaves a link unresolved only when it leads in a circle.
        if is_below(real, root) and not os.path.islink(real):  # noqa: PTH114 - Path's raises for long names
            return Path(real)
        fault = "leads out of the model's folder, or in a circle, by a symlink"
    shown = repr(relative) if isinstance(relative, str) else f"{relative!r:.80}"
    raise ModelFormatError(str(folder), f"The path {shown} in its files {fault}. Files of a model lie in its folder.")


def read_text(path: Path, limit: int) -> str:
    """Read a file of UTF-8.

    Parameters
    ----------
    path
        The file.
    limit
        How many bytes it may have.

    Raises
    ------
    ModelFormatError
        If it is longer, or no UTF-8, or no regular file.
    StoreReadError
        If it is not there, or cannot be read.
    """
    with opened(path) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise ModelFormatError(str(path), f"It is longer than {limit:,} bytes, which no such file needs.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise ModelFormatError(str(path), f"It is not UTF-8: byte {exc.start:,} is {data[exc.start]:#x}.") from exc


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    ModelFormatError
        If it is no regular file.
    StoreReadError
        If it is not there, or cannot be read.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait for somebody to write
            raise ModelFormatError(str(path), "It is a folder, a pipe or a device, where a file must be.")
        with path.open("rb") as file:
            yield file
    except OSError as exc:
        raise StoreReadError(str(path), exc.errno, exc.strerror or str(exc)) from exc


def write_text(path: Path, text: str) -> None:
    """Write a file of UTF-8, with the line ends as they are, so that a reader sees the old one or the new one.

    Raises
    ------
    StoreWriteError
        If the disk refuses. What was there before is untouched.
    """
    temporary = path.with_name(temporary_name())
    try:
        with temporary.open("xb") as file:
            file.write(text.encode())
        temporary.replace(path)
    except OSError as exc:
        with suppress(OSError):
            temporary.unlink()
        raise StoreWriteError(str(path), exc.errno, exc.strerror or str(exc)) from exc


def _fault(relative: object) -> str:
    if not isinstance(relative, str):
        return f"is a {type(relative).__name__}, not text"
    if not relative:
        return "is empty"
    if _UNWRITABLE.search(relative):
        return "has a character that no path can have"
    # Read as both Windows and others read it: a model moves between them.
    if _ANCHORED.match(relative):
        return "is absolute"
    if ".." in re.split(r"[/\\]", relative):
        return "climbs with '..'"
    return ""
