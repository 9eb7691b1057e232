"""The experiments of a store: their names, and who may have one.

An id is derived from the name, and making its folder is what takes the name: `mkdir` succeeds for one process only.
A name that was given up (its experiment deleted or renamed) can be taken again under the next generation of ids.
A new name is taken in the same way: its folder then holds a claim that points to the experiment.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from nbflow.errors import ExperimentExistsError, ExperimentNotFoundError, StoreWriteError
from nbflow.store.experimentlog import ExperimentLog
from nbflow.store.forks import forkable
from nbflow.store.layout import DEFAULT_EXPERIMENT, Layout, experiment_id_for, is_experiment_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbflow.store.clock import LogicalClock
    from nbflow.store.fold import ExperimentState
    from nbflow.store.reader import StoreReader

__all__ = ["Experiments"]

# How long a folder may stay without its first event before it counts as left over from a crash.
_PATIENCE_S = 1.0


class Experiments:
    """The experiments of one store.

    Parameters
    ----------
    layout, reader, clock
        The store's.
    """

    def __init__(self, layout: Layout, reader: StoreReader, clock: LogicalClock) -> None:
        self._layout = layout
        self._reader = reader
        self._clock = clock
        self._logs: dict[str, ExperimentLog] = {}
        self.forget()
        forkable.add(self)

    def forget(self) -> None:
        """After a fork: the lock may have been held by a thread that is not here."""
        self._lock = threading.Lock()

    def log(self, experiment_id: str) -> ExperimentLog:
        """Give the log of an experiment, whether it is there or not."""
        with self._lock:
            log = self._logs.get(experiment_id)
            if log is None:
                log = ExperimentLog(
                    experiment_id, self._layout.experiment(experiment_id), reader=self._reader, clock=self._clock
                )
                self._logs[experiment_id] = log
            return log

    def state(self, experiment_id: str) -> ExperimentState:
        """Read the state of an experiment.

        Raises
        ------
        ExperimentNotFoundError
            If it is not there.
        """
        if not is_experiment_id(experiment_id):
            raise ExperimentNotFoundError(experiment_id)
        state = self.log(experiment_id).refresh()
        if not state.exists:
            raise ExperimentNotFoundError(experiment_id)
        return state

    def find(self, name: str) -> ExperimentState | None:
        """Find an experiment by name: the active one, else the last deleted one, else None."""
        deleted = None
        for state in self._generations(name):
            for found in self._named(state, name):
                if not found.deleted:
                    return found
                deleted = found
        return self._active(name) or deleted

    def all(self) -> list[ExperimentState]:
        """Read the states of all experiments, deleted ones too, by id."""
        states = (self.log(experiment_id).refresh() for experiment_id in self._reader.experiments())
        return [state for state in states if state.exists]

    def create(self, name: str, location: str | None, tags: Mapping[str, str]) -> str:
        """Make an experiment.

        Returns
        -------
        experiment_id : str
            Its id.

        Raises
        ------
        ExperimentExistsError
            If an active experiment has the name.
        StoreWriteError
            If the disk refuses.
        """
        log = self._take(name)
        log.create(name, location, tags)
        return log.experiment_id

    def rename(self, experiment_id: str, name: str) -> None:
        """Give an experiment another name; nothing happens when it has it.

        Raises
        ------
        ExperimentExistsError
            If another active experiment has the name.
        StoreWriteError
            If the disk refuses.
        """
        log = self.log(experiment_id)
        if log.writable().current_name == name:
            return
        folder = self._take(name)
        # In this order: who meets the claim can rely on the new name being there to be read.
        log.rename(name)
        folder.claim(experiment_id)

    def restore(self, experiment_id: str) -> None:
        """Take an experiment out of the trash.

        Raises
        ------
        ExperimentNotFoundError
            If it is not in the trash.
        ExperimentExistsError
            If another experiment has its name by now.
        """
        state = self.state(experiment_id)
        if not state.deleted:
            raise ExperimentNotFoundError(f"{experiment_id} (deleted)")
        namesake = self.find(state.current_name)
        if namesake is not None and not namesake.deleted:
            remedy = "Rename that one, then restore this one."
            raise ExperimentExistsError(state.current_name, namesake.experiment_id, remedy)
        self.log(experiment_id).restore()

    def is_last_of_its_name(self, state: ExperimentState) -> bool:
        """Tell whether an experiment's folder is the last that its first name stood for: none follows it."""
        generation = 0
        while self._layout.experiment(found := experiment_id_for(state.first_name, generation)).is_dir():
            generation += 1
            if found == state.experiment_id:
                return not self._layout.experiment(experiment_id_for(state.first_name, generation)).is_dir()
        return False

    def retire(self, experiment_id: str) -> None:
        """Keep the id of an experiment whose log was removed from being taken by another one of its name.

        Raises
        ------
        StoreWriteError
            If the disk refuses.
        """
        log = self.log(experiment_id)
        log.refresh()
        log.claim(experiment_id)

    def ensure_default(self) -> None:
        """Make the experiment `0` of every store, if it is not there."""
        if not self.log("0").refresh().exists:
            try:
                self.create(DEFAULT_EXPERIMENT, None, {})
            except ExperimentExistsError:
                return

    def close(self) -> None:
        """Close all files; a later write opens them again."""
        with self._lock:
            logs = list(self._logs.values())
        for log in logs:
            log.close()

    def _generations(self, name: str) -> Iterator[ExperimentState]:
        """Read the folders that the name stood for, as far as there are any."""
        generation = 0
        while True:
            experiment_id = experiment_id_for(name, generation)
            log = self.log(experiment_id)
            state = log.refresh()
            if not state.exists and state.claim is None and not log.folder.is_dir():
                return
            yield state
            generation += 1

    def _named(self, state: ExperimentState, name: str) -> Iterator[ExperimentState]:
        """Give the experiments of this name that a folder stands for: itself, or the one it is claimed by."""
        if state.exists and state.current_name == name:
            yield state
        if state.claim is not None and state.claim.value is not None:
            claimant = self.log(state.claim.value).refresh()
            if claimant.exists and claimant.current_name == name:
                yield claimant

    def _active(self, name: str) -> ExperimentState | None:
        """Find an active experiment by looking at all: a rename may have been killed before its claim."""
        return next((s for s in self.all() if s.current_name == name and not s.deleted), None)

    def _take(self, name: str) -> ExperimentLog:
        """Take a name by making the folder of its first free generation.

        Raises
        ------
        ExperimentExistsError
            If an active experiment has the name.
        StoreWriteError
            If the disk refuses.
        """
        generation = 0
        while True:
            experiment_id = experiment_id_for(name, generation)
            log = self.log(experiment_id)
            try:
                log.folder.mkdir()
            except FileExistsError:
                state = self._settled(log)
                for found in self._named(state, name):
                    if not found.deleted:
                        raise ExperimentExistsError(name, found.experiment_id) from None
                if not state.exists and state.claim is None:
                    # Left over from a crash: what its maker began is ours to finish, unless that was a rename.
                    renamed = self._active(name)
                    if renamed is not None:
                        raise ExperimentExistsError(name, renamed.experiment_id) from None
                    return log
                generation += 1
            except OSError as exc:
                raise StoreWriteError(str(log.folder), exc.errno, exc.strerror or str(exc)) from exc
            else:
                log.refresh()  # what was read and written here before went with an earlier folder
                return log

    def _settled(self, log: ExperimentLog) -> ExperimentState:
        """Read a log that another process is perhaps just beginning."""
        end = time.monotonic() + _PATIENCE_S
        state = log.refresh()
        while not state.exists and state.claim is None and time.monotonic() < end:
            time.sleep(0.005)
            state = log.refresh()
        return state
