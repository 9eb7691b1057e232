"""What the parts of the registry share: finding a model or a version by name, and saying who does something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow.errors import (
    ModelVersionNotFoundError,
    RegisteredModelExistsError,
    RegisteredModelNotFoundError,
    UnsupportedValueError,
)
from nbflow.names import check_key, check_length
from nbflow.registry import MAX_MODEL_TAG, check_model_name, check_version
from nbflow.values import text_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.entities import Identity, ModelVersion, RegisteredModel
    from nbflow.store.filestore import FileStore
    from nbflow.store.model_fold import ModelState, VersionState
    from nbflow.store.modellog import ModelLog, VersionLog

__all__ = ["RegistryLookup", "checked_model_tags", "checked_text"]

_IN_TRASH = "It is in the trash: Client.restore_{} takes it out."


class RegistryLookup:
    """Finding what is registered."""

    _store: FileStore
    _identity: Identity | None

    if TYPE_CHECKING:  # what another part of Client gives

        def _user(self) -> str: ...

    def _who(self) -> str:
        """Say who does this, in letters that a file can hold."""
        return self._user().encode(errors="replace").decode()

    def _seen(self, models: list[ModelState]) -> list[ModelState]:
        """Leave out the models that who asks may not see."""
        if self._identity is None:
            return models
        from nbflow.tracking.rights import Rights

        return Rights(self._store, self._identity).seen_models(models)

    def _check_may_edit(self, name: str) -> None:
        """Raise if who asks may not change a model: somebody else may have taken its name since it was free."""
        if self._identity is not None:
            from nbflow.access import Permission
            from nbflow.tracking.rights import Rights

            Rights(self._store, self._identity).need_on_new_model(name, Permission.EDIT)

    def _check_may_take(self, name: str) -> None:
        """Raise if who asks may not give the name of a model in the trash to another one: its aliases lead by the name.

        Raises
        ------
        RegisteredModelExistsError
            If that takes a permission on the model in the trash that is not there.
        """
        if self._identity is None or not self._store.check():
            return
        from nbflow.access import Permission
        from nbflow.tracking.rights import Rights

        holder = self._store.models.last_deleted(name)
        if holder is not None and Rights(self._store, self._identity).on_model(holder) < Permission.MANAGE:
            raise RegisteredModelExistsError(name, "Choose another name.")

    def _found(self, name: str) -> ModelState:
        """Find a model by name, an active one first.

        Raises
        ------
        RegisteredModelNotFoundError
            If there is none.
        """
        check_model_name(name)
        state = self._store.models.find(name) if self._store.check() else None
        if state is None:
            raise RegisteredModelNotFoundError(name, known=self._names())
        return state

    def _names(self) -> list[str]:
        """Give the names that may have been meant; nobody is told of models that they may not see."""
        if self._identity is not None or not self._store.check():
            return []
        return [model.current_name for model in self._store.models.all() if not model.deleted]

    def _model(self, name: str) -> ModelState:
        """Find an active model.

        Raises
        ------
        RegisteredModelNotFoundError
            If there is none, or only one in the trash.
        """
        state = self._found(name)
        if state.deleted:
            raise RegisteredModelNotFoundError(name, _IN_TRASH.format("registered_model"))
        return state

    def _model_log(self, name: str) -> ModelLog:
        return self._store.models.log(self._model(name).folder)

    def _version_log(self, model: ModelState, version: int | str, *, deleted: bool = False) -> VersionLog:
        """Find a version of a model, also one in the trash if that is wanted.

        Raises
        ------
        ModelVersionNotFoundError
            If there is none.
        """
        number = check_version(version)
        log = self._store.models.version(model.folder, number)
        state = log.refresh()
        if not state.exists:
            hint = "It was removed for good." if number in model.removed_numbers else ""
            raise ModelVersionNotFoundError(model.current_name, number, hint)
        if state.deleted and not deleted:
            raise ModelVersionNotFoundError(model.current_name, number, _IN_TRASH.format("model_version"))
        return log

    def _version(self, name: str, version: int | str) -> tuple[ModelState, VersionLog]:
        model = self._model(name)
        return model, self._version_log(model, version)

    def _record(self, model: ModelState, version: VersionState) -> ModelVersion:
        """Make the record of a version.

        Raises
        ------
        ModelVersionNotFoundError
            If it is gone: what was in the trash with its model may be removed at any time.
        """
        from nbflow.store.model_entity import version_of

        if not version.exists:
            raise ModelVersionNotFoundError(model.current_name, version.version, "It was removed for good.")
        return version_of(version, model)

    def _model_record(self, model: ModelState) -> RegisteredModel:
        from nbflow.store.model_entity import model_of

        return model_of(model, self._store.models.versions(model.folder))


def checked_model_tags(tags: Mapping[str, Any] | None) -> dict[str, str]:
    """Check the tags of a model or a version, and make their values text.

    Raises
    ------
    UnsupportedValueError
        If they are no mapping, or a value cannot be kept.
    InvalidNameError
        If a key cannot be a tag's.
    LimitExceededError
        If a value is too long.
    """
    if tags is None:
        return {}
    if not hasattr(tags, "items"):
        raise UnsupportedValueError("tags", tags, "give a dict of names and values.")
    checked = {}
    for key, value in tags.items():
        what = f"the value of tag {check_key(key, 'tag name')!r}"
        checked[check_key(key, "tag name")] = check_length(text_value(value, what), what, MAX_MODEL_TAG)
    return checked


def checked_text(text: object, what: str) -> str:
    """Check a text that somebody writes; None is none.

    Raises
    ------
    UnsupportedValueError
        If it is not a `str`, or holds what no file can hold.
    LimitExceededError
        If it is longer than a million characters.
    """
    if text is None:
        return ""
    if not isinstance(text, str):
        raise UnsupportedValueError(what, text, "it is a text.")
    return text_value(str.__str__(text), what)
