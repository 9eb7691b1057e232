"""The experiments of a store: their names, and who may have one.

An id is derived from the name, and is that of the folder which takes it: see `NamedFolders`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow.errors import ExperimentExistsError, ExperimentNotFoundError
from nbflow.store.experimentlog import ExperimentLog
from nbflow.store.fold import ExperimentState
from nbflow.store.layout import DEFAULT_EXPERIMENT, Layout, experiment_id_for, is_experiment_id
from nbflow.store.named import NamedFolders

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbflow.store.clock import LogicalClock
    from nbflow.store.reader import StoreReader

__all__ = ["Experiments"]


class Experiments(NamedFolders[ExperimentLog, ExperimentState]):
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
        super().__init__()

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

    def create(self, name: str, location: str | None, tags: Mapping[str, str], owner: str | None = None) -> str:
        """Make an experiment; `owner`, a user, may do all with it.

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
        log.create(name, location, tags, owner)
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
        self._check_free(state)
        self.log(experiment_id).restore()

    def ensure_default(self) -> None:
        """Make the experiment `0` of every store, if it is not there."""
        if not self.log("0").refresh().exists:
            try:
                self.create(DEFAULT_EXPERIMENT, None, {})
            except ExperimentExistsError:
                return

    def _key(self, name: str, generation: int) -> str:
        return experiment_id_for(name, generation)

    def _keys(self) -> Sequence[str]:
        return self._reader.experiments()

    def _new_log(self, key: str) -> ExperimentLog:
        return ExperimentLog(key, self._layout.experiment(key), reader=self._reader, clock=self._clock)

    def _exists_error(self, name: str, key: str, remedy: str | None = None) -> ExperimentExistsError:
        return ExperimentExistsError(name, key, remedy)
