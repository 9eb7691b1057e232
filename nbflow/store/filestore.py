"""The store: the only face of this package that layers above use."""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

from nbflow.errors import (
    ExperimentDeletedError,
    RunNotFoundError,
    StoreWriteError,
)
from nbflow.names import check_run_id
from nbflow.store.accesslog import AccessLog
from nbflow.store.appendfile import sync_folder
from nbflow.store.clock import LogicalClock
from nbflow.store.entity import artifact_uri, experiment_id_of, experiment_of, run_of
from nbflow.store.experiments import Experiments
from nbflow.store.forks import forkable
from nbflow.store.layout import LOG, Layout, new_run_id
from nbflow.store.reader import FolderReader
from nbflow.store.root import check_store, make_store
from nbflow.store.runlog import RUNNING, RunLog

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.config import Settings
    from nbflow.entities import Experiment, Run, RunError
    from nbflow.store.history import History
    from nbflow.store.index import Index
    from nbflow.store.models import Models

__all__ = ["FileStore"]

# Logs that are kept at hand; each has up to two open files while it is written to.
_KEPT = 256


class FileStore:
    """A store of format 1 on a file system.

    Parameters
    ----------
    root
        Its directory. Reading makes nothing there; the first write makes it.
    settings
        What can be set from outside.
    """

    def __init__(self, root: Path, settings: Settings) -> None:
        self.layout = Layout(Path(os.path.abspath(root)))
        self.settings = settings
        self.reader = FolderReader(self.layout)
        self._clock = LogicalClock()
        self.experiments = Experiments(self.layout, self.reader, self._clock)
        self.access = AccessLog(self.layout.access, reader=self.reader, clock=self._clock)
        self._runs: OrderedDict[str, RunLog] = OrderedDict()
        self._models: Models | None = None
        self._index: Index | None = None
        self._ready = False
        self.forget()
        forkable.add(self)

    def forget(self) -> None:
        """After a fork: the lock may have been held by a thread that is not here."""
        self._lock = threading.RLock()

    @property
    def root(self) -> Path:
        """The store's directory, absolute."""
        return self.layout.root

    def check(self) -> bool:
        """Tell whether there is a store; see `check_store`."""
        return check_store(self.layout)

    def prepare(self) -> None:
        """Make the store and its `Default` experiment, if they are not there.

        Raises
        ------
        NotAStoreError
            If the directory holds something else.
        NewerFormatError
            If a newer nbflow wrote the store.
        StoreWriteError
            If it cannot be written there.
        """
        # Looked at again when the store's file is gone: a store that was deleted in between is begun anew.
        if not self._ready or not self.layout.store_file.exists():
            make_store(self.layout)
            self.experiments.ensure_default()
            self._ready = True

    # Experiments

    def experiment(self, experiment_id: str) -> Experiment:
        """Give an experiment; the store's own `ExperimentNotFoundError` when it is not there."""
        self.check()
        return experiment_of(self.experiments.state(experiment_id), self.layout)

    def experiment_named(self, name: str) -> Experiment | None:
        """Give the experiment of a name: the active one, else the last deleted one, else None."""
        if not self.check():
            return None
        state = self.experiments.find(name)
        return None if state is None else experiment_of(state, self.layout)

    def all_experiments(self) -> list[Experiment]:
        """Give all experiments, deleted ones too, by id."""
        if not self.check():
            return []
        return [experiment_of(state, self.layout) for state in self.experiments.all()]

    # Runs

    def start_run(
        self,
        experiment_id: str,
        *,
        name: str,
        user: str,
        tags: Mapping[str, str],
        start_time: int | None = None,
    ) -> RunLog:
        """Start a run.

        Parameters
        ----------
        experiment_id
            Its experiment.
        name, user
            Its name and who runs it.
        tags
            Its first tags.
        start_time
            In milliseconds since the epoch; None is now.

        Returns
        -------
        log : RunLog
            Its log, for what comes next.

        Raises
        ------
        ExperimentNotFoundError
            If the experiment is not there.
        ExperimentDeletedError
            If the experiment is in the trash.
        StoreWriteError
            If the disk refuses.
        """
        self.prepare()
        experiment = self.experiments.state(experiment_id)
        if experiment.deleted:
            raise ExperimentDeletedError(experiment.current_name)
        now_ns = time.time_ns()
        run_id = new_run_id(now_ns)
        folder = self.layout.run(experiment_id, run_id)
        try:
            folder.mkdir()
            (folder / LOG).mkdir()
        except OSError as exc:
            raise StoreWriteError(str(folder), exc.errno, exc.strerror or str(exc)) from exc
        log = self._new_log(experiment_id, run_id)
        log.start(
            experiment_id=experiment_id,
            name=name,
            user=user,
            time_ms=now_ns // 1_000_000 if start_time is None else start_time,
            tags=tags,
        )
        return log

    def end_run(self, log: RunLog, status: str, end_time: int | None, error: RunError | None = None) -> None:
        """End a run, and bring it to the disk with the folders that name it.

        Raises
        ------
        StoreWriteError
            If the disk refuses.
        """
        log.end(status, end_time, error)
        sync_folder(log.folder)
        sync_folder(log.folder.parent)

    def run_log(self, run_id: str) -> RunLog:
        """Give the log of a run, read up to now.

        Raises
        ------
        InvalidNameError
            If the id has another form than run ids have.
        RunNotFoundError
            If there is no such run.
        """
        check_run_id(run_id)
        with self._lock:
            log = self._runs.get(run_id)
            if log is not None:
                self._runs.move_to_end(run_id)
        if log is None or not log.folder.is_dir():
            self.check()
            log = self._new_log(self._home(run_id), run_id)
        log.refresh()
        return log

    def run(self, run_id: str) -> Run:
        """Give a run as it is now; see `run_log` for the errors."""
        return self.record(self.run_log(run_id))

    def record(self, log: RunLog) -> Run:
        """Make the record of a run from its log as far as it was read."""
        state = log.state
        home = self.experiments.log(log.home).refresh()
        owner = self.experiments.log(experiment_id_of(state)).refresh()
        return run_of(
            state,
            uri=artifact_uri(self.layout, log.home, log.run_id, home.location),
            status=self.status(log),
            experiment_deleted=owner.deleted,
        )

    def status(self, log: RunLog) -> str:
        """Give a run's status: as written, but KILLED when it says it runs and its process does not."""
        written = log.state.written_status
        return "KILLED" if written in RUNNING and log.liveness() != "alive" else written

    def move_run(self, run_id: str, experiment_id: str) -> None:
        """Make a run another experiment's.

        Raises
        ------
        ExperimentNotFoundError
            If that experiment is not there.
        ExperimentDeletedError
            If it is in the trash.
        """
        self.experiments.log(experiment_id).writable()
        self.run_log(run_id).move(experiment_id)

    def history(self, run_id: str, key: str) -> History:
        """Read the whole history of a metric, ordered by (time, step, value).

        Raises
        ------
        InvalidNameError
            If the id has another form than run ids have.
        RunNotFoundError
            If there is no such run.
        """
        from nbflow.store.history import read_history

        self.check()
        history = read_history(self.layout.run(self._home(check_run_id(run_id)), run_id), key)
        if history is None:
            raise RunNotFoundError(run_id)
        return history

    @property
    def models(self) -> Models:
        """The registered models."""
        with self._lock:
            if self._models is None:
                from nbflow.store.models import Models

                self._models = Models(self.layout, self.reader, self._clock)
            return self._models

    @property
    def index(self) -> Index:
        """The search index."""
        with self._lock:
            if self._index is None:
                from nbflow.store.index import Index

                self._index = Index(self.layout, self.reader, self.settings)
            return self._index

    def close(self) -> None:
        """Close all files and the index; the next use opens them again."""
        with self._lock:
            for log in self._runs.values():
                log.close()
            self.experiments.close()
            self.access.close()
            if self._models is not None:
                self._models.close()
            if self._index is not None:
                self._index.close()

    def _new_log(self, home: str, run_id: str) -> RunLog:
        log = RunLog(
            home,
            run_id,
            self.layout.run(home, run_id),
            reader=self.reader,
            clock=self._clock,
            settings=self.settings,
            announce=self._announce,
            in_trash=self._is_in_trash,
        )
        with self._lock:
            self._runs[run_id] = log
            if len(self._runs) > _KEPT:
                # One that runs here stays: it knows what it wrote, and its heart beats.
                spare = next((each for each in self._runs.values() if not each.runs_here), None)
                if spare is not None:
                    self._runs.pop(spare.run_id).close()
        return log

    def _home(self, run_id: str) -> str:
        for experiment_id in self.reader.experiments():
            if (self.layout.run(experiment_id, run_id) / LOG).is_dir():
                return experiment_id
        raise RunNotFoundError(run_id)

    def delete_experiment(self, experiment_id: str) -> None:
        """Put an experiment into the trash, and with it its runs: those that run here take nothing more.

        Raises
        ------
        ExperimentNotFoundError
            If it is not there.
        ExperimentDeletedError
            If it is in the trash already.
        StoreWriteError
            If the disk refuses.
        """
        self.experiments.log(experiment_id).delete()
        with self._lock:
            for log in self._runs.values():
                log.ask_first()

    def _is_in_trash(self, experiment_id: str, look: bool) -> bool:
        log = self.experiments.log(experiment_id)
        return (log.refresh() if look else log.state).deleted

    def _announce(self, home: str, run_id: str) -> None:
        self.experiments.log(home).announce(run_id)
