"""One experiment's log: its state as far as it was read, and what may be added to it."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from nbflow.errors import ExperimentDeletedError, ExperimentNotFoundError, TagNotFoundError
from nbflow.store.events import (
    Changed,
    Claimed,
    Created,
    Deleted,
    Event,
    Renamed,
    Restored,
    TagDeleted,
    TagSet,
)
from nbflow.store.fold import ExperimentState
from nbflow.store.forks import forkable
from nbflow.store.liveness import this_process
from nbflow.store.reader import LogShrankError
from nbflow.store.writer import LogWriter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nbflow.store.clock import LogicalClock
    from nbflow.store.reader import StoreReader

__all__ = ["ExperimentLog"]


class ExperimentLog:
    """One experiment of a store, for reading and writing.

    Parameters
    ----------
    experiment_id
        The experiment.
    folder
        Its folder.
    reader, clock
        The store's.
    """

    def __init__(self, experiment_id: str, folder: Path, *, reader: StoreReader, clock: LogicalClock) -> None:
        self.experiment_id = experiment_id
        self.folder = folder
        self.state = ExperimentState(experiment_id)
        self._reader = reader
        self._clock = clock
        self._writer = LogWriter(folder, this_process().host, clock)
        self.forget()
        forkable.add(self)

    def forget(self) -> None:
        """After a fork: the lock may have been held by a thread that is not here."""
        self._lock = threading.RLock()

    def refresh(self) -> ExperimentState:
        """Read what is new in the log. An experiment that is not there has a state that does not `exist`."""
        with self._lock:
            try:
                self._take_news()
            except LogShrankError:
                self._writer.begin_anew()  # its file may be what is gone
                self.state = ExperimentState(self.experiment_id)
                self._take_news()
            self._clock.observe(self.state.last_t)
            return self.state

    def create(self, name: str, location: str | None, tags: Mapping[str, str]) -> None:
        """Write the experiment's first events, in a folder that this process made.

        Raises
        ------
        StoreWriteError
            If the disk refuses.
        """
        events: list[Event] = [Created(self._clock.tick(), name, _now(), location)]
        events += [TagSet(self._clock.tick(), key, value) for key, value in tags.items()]
        self._write(events)

    def claim(self, experiment_id: str) -> None:
        """Reserve the name that this folder stands for."""
        self._write([Claimed(self._clock.tick(), experiment_id)])

    def rename(self, name: str) -> None:
        """Give the experiment another name."""
        self.writable()
        self._write([Renamed(self._clock.tick(), name)])

    def delete(self) -> None:
        """Put the experiment into the trash."""
        self.writable()
        self._write([Deleted(self._clock.tick(), _now())])

    def restore(self) -> None:
        """Take the experiment out of the trash."""
        self._write([Restored(self._clock.tick(), _now())])

    def set_tags(self, tags: Mapping[str, str]) -> None:
        """Set tags.

        Raises
        ------
        ExperimentDeletedError
            If the experiment is in the trash.
        """
        self.writable()
        self._write([TagSet(self._clock.tick(), key, value) for key, value in tags.items()])

    def delete_tag(self, key: str) -> None:
        """Take a tag away.

        Raises
        ------
        TagNotFoundError
            If it is not set.
        """
        old = self.writable().tags.get(key)
        if old is None or old.value is None:
            raise TagNotFoundError(key, f"experiment {self.experiment_id}")
        self._write([TagDeleted(self._clock.tick(), key)])

    def announce(self, run_id: str) -> None:
        """Tell indexes that a run of this folder has news."""
        self._writer.append([Changed(self._clock.tick(), run_id)])

    def writable(self) -> ExperimentState:
        """Read the state of an experiment that can be changed.

        Raises
        ------
        ExperimentNotFoundError
            If it is not there.
        ExperimentDeletedError
            If it is in the trash.
        """
        state = self.refresh()
        if not state.exists:
            raise ExperimentNotFoundError(self.experiment_id)
        if state.deleted:
            raise ExperimentDeletedError(state.current_name)
        return state

    def close(self) -> None:
        """Close the file; a later write opens it again."""
        self._writer.close()

    def _take_news(self) -> None:
        for news in self._reader.experiment_news(self.experiment_id, self.state.files):
            self.state.take(news)

    def _write(self, events: list[Event]) -> None:
        self._writer.append(events)
        self._writer.sync()
        self.refresh()


def _now() -> int:
    return int(time.time() * 1000)
