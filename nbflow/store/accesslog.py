"""What is granted on the whole store: its state as far as it was read, and what may be added to it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from nbflow.errors import StoreReadError, StoreWriteError
from nbflow.store.events import Granted
from nbflow.store.fold import AccessState
from nbflow.store.folderlog import FolderLog
from nbflow.store.layout import LOG

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping
    from pathlib import Path

    from nbflow.store.clock import LogicalClock
    from nbflow.store.reader import News, StoreReader
    from nbflow.store.stamps import FileCursor

__all__ = ["AccessLog", "unreadable_log"]


class AccessLog(FolderLog[AccessState]):
    """The grants of one store, for reading and writing.

    Parameters
    ----------
    folder
        Where they are kept; made with the first grant.
    reader, clock
        The store's.
    """

    def __init__(self, folder: Path, *, reader: StoreReader, clock: LogicalClock) -> None:
        self._reader = reader
        super().__init__(folder, clock)

    def refresh(self) -> AccessState:
        """Read what is new in the log.

        Raises
        ------
        StoreReadError
            If there is something that may not be read: what it forbids would be allowed.
        """
        state = super().refresh()
        unread = unreadable_log(self.folder, state.files)
        if unread is not None:
            raise unread
        return state

    def grant(self, subject: str, permission: str, by: str) -> None:
        """Give somebody a permission; an empty one takes away what was given.

        Raises
        ------
        StoreWriteError
            If the disk refuses.
        """
        self.refresh()
        try:
            self.folder.mkdir(exist_ok=True)
        except OSError as exc:
            raise StoreWriteError(str(self.folder), exc.errno, exc.strerror or str(exc)) from exc
        self._write([Granted(self._clock.tick(), subject, permission, by)])
        self._writer.close()  # the next one may be years away

    def _empty(self) -> AccessState:
        return AccessState()

    def _news(self, files: Mapping[str, FileCursor]) -> Iterator[News]:
        return self._reader.access_news(files)


def unreadable_log(folder: Path, read: Container[str]) -> StoreReadError | None:
    """Look for what readers of a log pass over because they may not read it.

    Parameters
    ----------
    folder
        The folder whose `log/` was read.
    read
        The writers of which something was read.

    Returns
    -------
    error : StoreReadError or None
        What to raise where all must have been read.
    """
    log = os.path.join(folder, LOG)  # noqa: PTH118 - asked for every experiment of a search
    try:
        for name in os.listdir(log):
            path = f"{log}{os.sep}{name}"
            if name.endswith(".jsonl") and name[:-6] not in read and not os.access(path, os.R_OK):
                return StoreReadError(path, None, "it may not be read")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as exc:
        return StoreReadError(log, exc.errno, exc.strerror or str(exc))
    return None
