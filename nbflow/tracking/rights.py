"""What somebody may do with the things of a store: what its logs grant, put to the rules of `nbflow.access`."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from nbflow.access import Permission, is_administrator, resolve
from nbflow.errors import (
    ExperimentNotFoundError,
    InvalidUriError,
    PermissionDeniedError,
    RegisteredModelExistsError,
    RegisteredModelNotFoundError,
    RunNotFoundError,
    shown,
)
from nbflow.registry import check_model_name
from nbflow.store.accesslog import unreadable_log
from nbflow.store.entity import experiment_id_of
from nbflow.tracking.run_places import run_at
from nbflow.uris import parse_model_uri, parse_run_uri

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nbflow.entities import Identity
    from nbflow.store.filestore import FileStore
    from nbflow.store.fold import ExperimentState
    from nbflow.store.model_fold import ModelState
    from nbflow.store.stamps import Stamped

__all__ = ["Rights", "in_force"]

_DEFAULT = "0"


def in_force(grants: Mapping[str, Stamped]) -> dict[str, str]:
    """Give the grants that were not taken away: permissions by subject."""
    return {subject: grant.value for subject, grant in grants.items() if grant.value is not None}


class Rights:
    """What one user may do with one store, read anew each time.

    Parameters
    ----------
    store
        The store.
    identity
        Who asks.
    """

    def __init__(self, store: FileStore, identity: Identity) -> None:
        self.identity = identity
        self._store = store

    def granted_on_store(self) -> dict[str, str]:
        """Give what is granted on the whole store.

        Raises
        ------
        StoreReadError
            If it cannot be read: nothing is allowed then.
        """
        self._store.check()
        return in_force(self._store.access.refresh().grants)

    def revision(self) -> str:
        """Give a text that is another one once anything was granted on the whole store, or taken away."""
        self._store.check()
        grants = sorted(self._store.access.refresh().grants.items())
        return hashlib.sha256(repr(grants).encode()).hexdigest()[:16]

    def on_store(self) -> Permission:
        """Say what the user may do with the store as a whole."""
        return resolve(self.identity, {}, self.granted_on_store())

    def on_experiment(self, experiment_id: str) -> Permission:
        """Say what the user may do with an experiment and its runs.

        Where its log is not there, or not all of it may be read, nobody knows what it forbids: only administrators are
        let in. A merge, for one, brings the runs first.
        """
        return self._on_experiment(experiment_id, self.granted_on_store())

    def _on_experiment(self, experiment_id: str, granted: Mapping[str, str]) -> Permission:
        if is_administrator(self.identity, granted):
            return Permission.MANAGE
        log = self._store.experiments.log(experiment_id)
        return self._by_state(log.refresh(), log.folder, granted)

    def _by_state(self, state: ExperimentState | ModelState, folder: Path, granted: Mapping[str, str]) -> Permission:
        if not state.exists or unreadable_log(folder, state.files) is not None:
            return Permission.NO_PERMISSIONS
        return resolve(self.identity, in_force(state.grants), granted)

    def on_run(self, run_id: str) -> Permission:
        """Say what the user may do with a run: what the user may do with its experiment.

        Raises
        ------
        InvalidNameError
            If the id has another form than run ids have.
        RunNotFoundError
            If there is no such run.
        """
        return self.on_experiment(experiment_id_of(self._store.run_log(run_id).state))

    def on_model(self, state: ModelState) -> Permission:
        """Say what the user may do with a registered model and its versions."""
        return self._on_model(state, self.granted_on_store())

    def _on_model(self, state: ModelState, granted: Mapping[str, str]) -> Permission:
        if is_administrator(self.identity, granted):
            return Permission.MANAGE
        return self._by_state(state, self._store.layout.model(state.folder), granted)

    def seen_models(self, states: list[ModelState]) -> list[ModelState]:
        """Leave out the registered models that the user may not see."""
        granted = self.granted_on_store()
        return [state for state in states if self._on_model(state, granted) >= Permission.READ]

    def seen_experiments(self) -> list[str] | None:
        """Give the ids of the experiments that the user may see; None are all, and all that will come."""
        granted = self.granted_on_store()
        if is_administrator(self.identity, granted):
            return None
        ids = self._store.reader.experiments()
        return [each for each in ids if self._on_experiment(each, granted) >= Permission.READ]

    # Letting through, or not: what may not be seen is refused in the same words as what is not there

    def need_on_store(self, needed: Permission) -> None:
        """Let through who has a permission on the whole store.

        Raises
        ------
        PermissionDeniedError
            Who has less.
        """
        self._enough(self.on_store(), needed, "the store")

    def need_on_experiment(self, experiment_id: str, needed: Permission) -> None:
        """Let through who has a permission on an experiment.

        Raises
        ------
        ExperimentNotFoundError
            If it is not there, or may not be seen.
        PermissionDeniedError
            Who has less than is needed.
        """
        if experiment_id == _DEFAULT and needed > Permission.READ and not self._store.check():
            self._store.prepare()  # it comes with the store, which is made by the first who writes there
        self._store.check()
        self._store.experiments.state(experiment_id)
        have = self.on_experiment(experiment_id)
        if have < Permission.READ:
            raise ExperimentNotFoundError(experiment_id)
        self._enough(have, needed, f"experiment {experiment_id}")

    def need_on_run(self, run_id: str, needed: Permission) -> None:
        """Let through who has a permission on a run's experiment.

        Raises
        ------
        RunNotFoundError
            If it is not there, or may not be seen.
        PermissionDeniedError
            Who has less than is needed.
        """
        have = self.on_run(run_id)
        if have < Permission.READ:
            raise RunNotFoundError(run_id)
        self._enough(have, needed, f"run {run_id}")

    def need_on_model(self, name: str, needed: Permission, *, deleted: bool = False) -> None:
        """Let through who has a permission on a registered model.

        Parameters
        ----------
        name
            The model's: of several the active one, else that in the trash which had the name last.
        needed
            The permission.
        deleted
            Whether only that in the trash is meant.

        Raises
        ------
        RegisteredModelNotFoundError
            If it is not there, or may not be seen.
        PermissionDeniedError
            Who has less than is needed.
        """
        state = self._model(name, deleted=deleted)
        have = Permission.NO_PERMISSIONS if state is None else self.on_model(state)
        if have < Permission.READ:
            raise RegisteredModelNotFoundError(name)
        self._enough(have, needed, f"registered model {shown(name)}")

    def need_on_new_model(self, name: str, needed: Permission) -> None:
        """Let through who has a permission on a registered model, or, where there is none, on the store to make it.

        Raises
        ------
        RegisteredModelExistsError
            If it is there and may not be seen.
        PermissionDeniedError
            Who has less than is needed.
        """
        state = self._model(name)
        if state is None or state.deleted:
            self.need_on_store(needed)
            return
        have = self.on_model(state)
        if have < Permission.READ:
            raise RegisteredModelExistsError(name, "Choose another name.")
        self._enough(have, needed, f"registered model {shown(name)}")

    def need_on_source(self, uri: object, needed: Permission) -> None:
        """Let through who has a permission on what a model's URI leads to: a registered model, or a run.

        Files that are no run's of this store are read with this process's rights, not the user's: they are only for
        those who manage the store.

        Raises
        ------
        InvalidUriError
            If it is none, or climbs out of what it names.
        RegisteredModelNotFoundError, RunNotFoundError
            If that is not there, or may not be seen.
        PermissionDeniedError
            Who has less than is needed.
        """
        text = os.fspath(uri) if isinstance(uri, str | os.PathLike) else None
        if not isinstance(text, str):
            raise InvalidUriError(uri, "It is a path or a URI.")
        registered, of_run = parse_model_uri(text), parse_run_uri(text)
        path = registered.path if registered is not None else of_run.path if of_run is not None else ""
        if ".." in path.replace("\\", "/").split("/"):
            raise InvalidUriError(text, "It must not have '..' in it.")
        if registered is not None:
            self.need_on_model(registered.name, needed)
        elif of_run is not None:
            self.need_on_run(of_run.run_id, needed)
        else:
            run_id = run_at(self._store, text)
            if run_id is not None and self.on_run(run_id) >= Permission.READ:
                self.need_on_run(run_id, needed)
            else:  # also for a run that may not be seen: that it is there is not to be told
                self.need_on_store(Permission.MANAGE)

    def _model(self, name: str, *, deleted: bool = False) -> ModelState | None:
        check_model_name(name)
        if not self._store.check():
            return None
        models = self._store.models
        return models.last_deleted(name) if deleted else models.find(name)

    def _enough(self, have: Permission, needed: Permission, resource: str) -> None:
        if have < needed:
            raise PermissionDeniedError(self.identity.user, needed.name, have.name, resource)
