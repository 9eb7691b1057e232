"""The log of a folder that has no numbers (an experiment, a model): its state as far as it was read, and a writer."""

from __future__ import annotations

import threading
import time
from copy import copy
from typing import TYPE_CHECKING, Generic, TypeVar

from nbflow.store.forks import forkable
from nbflow.store.liveness import this_process
from nbflow.store.reader import LogShrankError
from nbflow.store.stamps import Folded, snapshot
from nbflow.store.writer import LogWriter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from nbflow.store.clock import LogicalClock
    from nbflow.store.events import Event
    from nbflow.store.reader import News
    from nbflow.store.stamps import FileCursor

__all__ = ["FolderLog", "now_ms"]


S = TypeVar("S", bound=Folded)


class FolderLog(Generic[S]):
    """The log of one folder, for reading and writing.

    Parameters
    ----------
    folder
        The folder.
    clock
        The store's.
    """

    def __init__(self, folder: Path, clock: LogicalClock) -> None:
        self.folder = folder
        self.state = self._empty()
        self._clock = clock
        self._own_writer: LogWriter | None = None
        self.forget()
        forkable.add(self)

    def forget(self) -> None:
        """After a fork: the lock may have been held by a thread that is not here."""
        self._lock = threading.RLock()

    def refresh(self) -> S:
        """Read what is new in the log. What is not there has a state that does not `exist`.

        Returns
        -------
        state : S
            Nobody changes it any more: news make another one, so that threads can read it as long as they like.
        """
        with self._lock:
            try:
                self.state = self._with_news(self.state)
            except LogShrankError:
                if self._own_writer is not None:
                    self._own_writer.begin_anew()  # its file may be what is gone
                self.state = self._with_news(self._empty())
            self._clock.observe(self.state.last_t)
            return self.state

    def close(self) -> None:
        """Close the file; a later write opens it again."""
        if self._own_writer is not None:
            self._own_writer.close()

    # What each kind of folder says for itself

    def _empty(self) -> S:
        """Make the state of which nothing has been read."""
        raise NotImplementedError

    def _news(self, files: Mapping[str, FileCursor]) -> Iterator[News]:
        """Read what is new since the files were read so far."""
        raise NotImplementedError

    # For their writing methods

    @property
    def _writer(self) -> LogWriter:
        # Most logs are only read: a search looks at all there are.
        if self._own_writer is None:
            with self._lock:
                if self._own_writer is None:
                    self._own_writer = LogWriter(self.folder, this_process().host, self._clock)
        return self._own_writer

    def _write(self, events: Sequence[Event]) -> None:
        self._writer.append(events)
        self._writer.sync()
        self.refresh()

    def _with_news(self, state: S) -> S:
        """Give a state with what is new: the same where there is nothing."""
        grown = None
        for news in self._news(state.files):
            if grown is None:
                grown = snapshot(state)
            cursor = grown.files.get(news.writer)
            if cursor is not None:
                grown.files[news.writer] = copy(cursor)
            grown.take(news)
        return state if grown is None else grown


def now_ms() -> int:
    """Give the time, in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000
