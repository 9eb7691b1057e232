"""When a folder changed last, by which its listing is known to be old."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["times_ns"]


def times_ns(folder: Path) -> tuple[int, int]:
    """Give a folder's mtime and ctime, in nanoseconds since the epoch; -1 when it is gone.

    Copying tools set a folder's mtime to that of its origin, and may so set it back to one at which it was listed here.
    Nothing sets a ctime back. (On Windows it is the time of creation.)
    """
    try:
        if os.name == "nt":
            status = os.stat(folder)
        else:
            # A client of NFS answers a plain `stat` from memory, for up to a minute; opening asks the server.
            fd = os.open(folder, os.O_RDONLY)
            try:
                status = os.fstat(fd)
            finally:
                os.close(fd)
    except OSError:
        return -1, -1
    return status.st_mtime_ns, status.st_ctime_ns
