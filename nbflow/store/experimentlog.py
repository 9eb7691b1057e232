"""One experiment's log: its state as far as it was read, and what may be added to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow.errors import ExperimentDeletedError, ExperimentNotFoundError, TagNotFoundError
from nbflow.store.events import (
    Changed,
    Claimed,
    Created,
    Deleted,
    Event,
    Granted,
    Renamed,
    Restored,
    TagDeleted,
    TagSet,
)
from nbflow.store.fold import ExperimentState
from nbflow.store.folderlog import FolderLog, now_ms

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from nbflow.store.clock import LogicalClock
    from nbflow.store.reader import News, StoreReader
    from nbflow.store.stamps import FileCursor

__all__ = ["ExperimentLog"]


class ExperimentLog(FolderLog[ExperimentState]):
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
        self._reader = reader
        super().__init__(folder, clock)

    def create(self, name: str, location: str | None, tags: Mapping[str, str], owner: str | None = None) -> None:
        """Write the experiment's first events, in a folder that this process made; `owner` may do all with it.

        Raises
        ------
        StoreWriteError
            If the disk refuses.
        """
        events: list[Event] = []
        if owner is not None:  # first: nobody meets an experiment that is not the owner's yet
            events.append(Granted(self._clock.tick(), f"user:{owner}", "MANAGE", owner))
        events.append(Created(self._clock.tick(), name, now_ms(), location))
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
        self._write([Deleted(self._clock.tick(), now_ms())])

    def restore(self) -> None:
        """Take the experiment out of the trash."""
        self._write([Restored(self._clock.tick(), now_ms())])

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

    def grant(self, subject: str, permission: str, by: str) -> None:
        """Give somebody a permission, also on an experiment in the trash; an empty one takes away what was given."""
        self._write([Granted(self._clock.tick(), subject, permission, by)])

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

    def _empty(self) -> ExperimentState:
        return ExperimentState(self.experiment_id)

    def _news(self, files: Mapping[str, FileCursor]) -> Iterator[News]:
        return self._reader.experiment_news(self.experiment_id, files)
