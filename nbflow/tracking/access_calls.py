"""The part of `Client` that is about who may do what."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from nbflow.access import Permission, check_identity, check_permission, check_subject, resolve
from nbflow.entities import Grant
from nbflow.errors import GrantNotFoundError, InvalidInputError, shown
from nbflow.tracking.rights import Rights, in_force

if TYPE_CHECKING:
    from nbflow.entities import Identity
    from nbflow.store.filestore import FileStore
    from nbflow.store.model_fold import ModelState

__all__ = ["AccessCalls"]


class _Resource(Struct):
    """What permissions are given on: its name in messages, what is granted there now, and how to grant more."""

    name: str
    granted: dict[str, str]
    grant: Callable[[str, str, str], None]


class AccessCalls:
    """Giving, taking and listing permissions. They bind who comes with an identity: `Client(root, identity=...)`."""

    _store: FileStore
    _identity: Identity | None

    if TYPE_CHECKING:  # what another part of Client gives

        def _found(self, name: str) -> ModelState: ...

    def set_experiment_permission(self, experiment_id: str, subject: str, permission: str | Permission) -> None:
        """Say what somebody may do with an experiment and its runs.

        Parameters
        ----------
        experiment_id
            The experiment, which may be in the trash.
        subject
            `"user:<name>"`, `"group:<name>"`, or `"*"` for everyone who is given nothing else there.
        permission
            `"NO_PERMISSIONS"`, `"READ"`, `"EDIT"` or `"MANAGE"`.

        Raises
        ------
        ExperimentNotFoundError
            If the experiment is not there.
        InvalidInputError
            If there is no such subject or permission, or if who asks would lose MANAGE there.
        """
        subject, permission = check_subject(subject), check_permission(permission)
        self._give(self._experiment(experiment_id), subject, permission)

    def delete_experiment_permission(self, experiment_id: str, subject: str) -> None:
        """Take back what was said about somebody and an experiment: what is granted on the store counts again.

        Raises
        ------
        ExperimentNotFoundError
            If the experiment is not there.
        GrantNotFoundError
            If nothing was said.
        InvalidInputError
            If there is no such subject, or if who asks would lose MANAGE there.
        """
        self._take_back(self._experiment(experiment_id), check_subject(subject))

    def list_experiment_permissions(self, experiment_id: str) -> list[Grant]:
        """List what is granted on an experiment itself, by subject.

        Raises
        ------
        ExperimentNotFoundError
            If it is not there.
        """
        return _listed(self._experiment(experiment_id))

    def set_registered_model_permission(self, name: str, subject: str, permission: str | Permission) -> None:
        """Say what somebody may do with a registered model and its versions.

        Parameters
        ----------
        name
            The model, which may be in the trash.
        subject, permission
            As in `set_experiment_permission`.

        Raises
        ------
        RegisteredModelNotFoundError
            If the model is not there.
        InvalidInputError
            If there is no such subject or permission, or if who asks would lose MANAGE there.
        """
        subject, permission = check_subject(subject), check_permission(permission)
        self._give(self._registered_model(name), subject, permission)

    def delete_registered_model_permission(self, name: str, subject: str) -> None:
        """Take back what was said about somebody and a registered model: what is granted on the store counts again.

        Raises
        ------
        RegisteredModelNotFoundError
            If the model is not there.
        GrantNotFoundError
            If nothing was said.
        InvalidInputError
            If there is no such subject, or if who asks would lose MANAGE there.
        """
        self._take_back(self._registered_model(name), check_subject(subject))

    def list_registered_model_permissions(self, name: str) -> list[Grant]:
        """List what is granted on a registered model itself, by subject.

        Raises
        ------
        RegisteredModelNotFoundError
            If it is not there.
        """
        return _listed(self._registered_model(name))

    def set_store_permission(self, subject: str, permission: str | Permission) -> None:
        """Say what somebody may do where nothing else is said, and with the store as a whole.

        A user or a group with MANAGE on the store administers it, whatever is granted on a resource. Until something
        is said about `"*"`, who is given nothing may do everything.

        Parameters
        ----------
        subject, permission
            As in `set_experiment_permission`.

        Raises
        ------
        InvalidInputError
            If there is no such subject or permission, or if who asks would lose MANAGE on the store.
        """
        subject, permission = check_subject(subject), check_permission(permission)
        self._store.prepare()
        self._give(self._whole_store(), subject, permission)

    def delete_store_permission(self, subject: str) -> None:
        """Take back what was said about somebody and the whole store.

        Raises
        ------
        GrantNotFoundError
            If nothing was said.
        InvalidInputError
            If there is no such subject, or if who asks would lose MANAGE on the store.
        """
        self._take_back(self._whole_store(), check_subject(subject))

    def list_store_permissions(self) -> list[Grant]:
        """List what is granted on the whole store, by subject."""
        return _listed(self._whole_store())

    def get_permission(
        self, identity: Identity | str, experiment_id: str | None = None, name: str | None = None
    ) -> str:
        """Say what somebody may do with an experiment and its runs, a registered model, or the store as a whole.

        Parameters
        ----------
        identity
            A user and the groups that the user is in; or the name of a user in no group.
        experiment_id, name
            The experiment, or the registered model; without both the store.

        Returns
        -------
        permission : str
            `"NO_PERMISSIONS"`, `"READ"`, `"EDIT"` or `"MANAGE"`.

        Raises
        ------
        ExperimentNotFoundError, RegisteredModelNotFoundError
            If that is not there.
        InvalidInputError
            If that is no identity, or both an experiment and a model are named.
        """
        rights = Rights(self._store, check_identity(identity))
        if experiment_id is not None and name is not None:
            raise InvalidInputError("experiment_id and name", (experiment_id, name), "Give one of them.")
        if name is not None:
            return rights.on_model(self._found(name)).name
        if experiment_id is None:
            return rights.on_store().name
        self._experiment(experiment_id)
        return rights.on_experiment(str(experiment_id)).name

    def _experiment(self, experiment_id: str) -> _Resource:
        self._store.check()
        state = self._store.experiments.state(str(experiment_id))
        log = self._store.experiments.log(state.experiment_id)
        return _Resource(f"experiment {state.experiment_id}", in_force(state.grants), log.grant)

    def _registered_model(self, name: str) -> _Resource:
        state = self._found(name)
        log = self._store.models.log(state.folder)
        return _Resource(f"registered model {shown(name)}", in_force(state.grants), log.grant)

    def _whole_store(self) -> _Resource:
        log = self._store.access
        return _Resource("the store", in_force(log.refresh().grants), log.grant)

    def _give(self, resource: _Resource, subject: str, permission: Permission) -> None:
        self._check_stays(resource, {**resource.granted, subject: permission.name})
        resource.grant(subject, permission.name, self._user())

    def _take_back(self, resource: _Resource, subject: str) -> None:
        if subject not in resource.granted:
            raise GrantNotFoundError(subject, resource.name)
        self._check_stays(resource, {key: text for key, text in resource.granted.items() if key != subject})
        resource.grant(subject, "", self._user())

    def _check_stays(self, resource: _Resource, granted: dict[str, str]) -> None:
        """Keep who asks from shutting the door behind himself: nobody might be left to open it."""
        if self._identity is None:
            return
        store = self._whole_store().granted
        of_store = resource.name == "the store"
        own, store = ({}, granted) if of_store else (granted, store)
        if resolve(self._identity, own, store) < Permission.MANAGE:
            user = f"user:{self._identity.user}"
            rule = (
                f"It would take MANAGE on {resource.name} from you. Give {user!r} MANAGE there first, or ask another."
            )
            raise InvalidInputError("permission", granted, rule)

    def _user(self) -> str:
        """Say who does this: the identity's user, else the one this process runs for."""
        if self._identity is not None:
            return self._identity.user
        from nbflow.provenance.user import user_name

        return user_name()


def _listed(resource: _Resource) -> list[Grant]:
    return [Grant(subject, permission) for subject, permission in sorted(resource.granted.items())]
