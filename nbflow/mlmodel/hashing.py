"""The SHA-256 of files, taken once: what was taken of a file is remembered, of a large one beside the user's caches.

To read a pickle of 100 MB takes about as long as to take its digest; who loads it ten times need not take it ten times.
What is remembered is known by the file's device, inode, size and times. Its `ctime` is the system's own: no program can
set it, so that a file which was changed is another one. Not so on Windows, where it is the time of creation; nor where
a file is mapped into memory: what is written there may change no time (for half a minute; in a tmpfs for ever). So of
files that run code only those that nobody else may write to are remembered, and only where nobody else can write what
is remembered. Of other files, where a digest tells a mishap and no attack, each is.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

from nbflow.config import cache_folder
from nbflow.mlmodel.files import opened
from nbflow.names import temporary_name

if TYPE_CHECKING:
    from io import BufferedReader

__all__ = ["sha256_of"]

# Smaller ones are read in less time than it takes to look beside the caches.
_LARGE_BYTES = 1 << 18
# A file that changed so lately may change again without its times showing it.
_UNSETTLED_NS = 2_000_000_000
_MOST_KNOWN = 10_000

# What this process has taken or looked up, by what is known of the file.
_known: dict[tuple[object, ...], str] = {}


def sha256_of(path: Path, *, runs_code: bool = True) -> str:
    """Give the SHA-256 of a file, as 64 hex digits.

    Parameters
    ----------
    path
        The file.
    runs_code
        Whether somebody could gain by having it taken for another one; False takes less care, and is faster for files
        that are not the user's own, and on Windows.

    Raises
    ------
    StoreReadError
        If it cannot be read.
    """
    with suppress(OSError, ValueError):
        known = _known.get(_facts(path.stat(), runs_code=runs_code))
        if known is not None:
            return known
    with opened(path) as file:
        status = os.fstat(file.fileno())
        if not _is_settled(status, runs_code=runs_code):
            return _taken(file)
        # Of what it was before it was read: a change meanwhile makes it another file.
        facts = _facts(status, runs_code=runs_code)
        memory = _memory(facts) if status.st_size >= _LARGE_BYTES else None
        digest = None if memory is None else _recalled(memory)
        if digest is None:
            digest = _taken(file)
            if memory is not None:
                _remember(memory, digest)
    if len(_known) >= _MOST_KNOWN:
        _known.clear()
    _known[facts] = digest
    return digest


def _taken(file: object) -> str:
    return hashlib.file_digest(cast("BufferedReader", file), "sha256").hexdigest()


def _facts(status: os.stat_result, *, runs_code: bool) -> tuple[object, ...]:
    facts = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    return facts if runs_code else (*facts, "no code")


def _is_settled(status: os.stat_result, *, runs_code: bool) -> bool:
    """Tell whether a file with these facts will be the same file as long as it has them."""
    if time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns) < _UNSETTLED_NS:
        return False
    return not runs_code or _is_own(status)


def _memory(facts: tuple[object, ...]) -> Path | None:
    """Say where a file's digest is remembered; None where it is not."""
    folder = cache_folder() / "digests"
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Windows gives each user's folders to that user alone.
        if sys.platform == "win32" or _is_own(folder.lstat()):
            return folder / hashlib.sha256(repr(facts).encode()).hexdigest()[:32]
    return None


def _recalled(memory: Path) -> str | None:
    with suppress(OSError, UnicodeDecodeError):
        remembered = memory.read_text(encoding="ascii")
        if len(remembered) == 64 and set(remembered) <= set("0123456789abcdef"):  # noqa: PLR2004
            return remembered
    return None


def _is_own(status: os.stat_result) -> bool:
    """Tell whether a file is this user's, and no other may write to it."""
    if sys.platform == "win32" or status.st_uid != os.geteuid() or status.st_mode & stat.S_IWOTH:
        return False
    return not status.st_mode & stat.S_IWGRP or _is_private(status.st_gid)


@cache
def _is_private(group: int) -> bool:
    """Tell whether a group is one that many systems make for each user: called the same, with no other member."""
    import grp
    import pwd

    try:
        user, found = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(group)
    except KeyError:
        return False
    return found.gr_name == user and set(found.gr_mem) <= {user}


def _remember(memory: Path, digest: str) -> None:
    with suppress(OSError):  # a cache that cannot be written to costs time only
        new = memory.with_name(temporary_name())
        new.write_text(digest, encoding="ascii")
        new.replace(memory)
