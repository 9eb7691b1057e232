"""The part of `gc` that empties the trash of registered models and of their versions.

A version's folder first gets a name that readers skip, as a run's does; before that its model's log says that its
number stays used. A model goes when its versions have gone. Where a later model has its name, its folder stays with a
claim in it, as an experiment's does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow.errors import InvalidInputError, RegisteredModelNotFoundError, shown
from nbflow.store.disposal import size_of
from nbflow.store.layout import LOG

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbflow.store.disposal import Disposal
    from nbflow.store.filestore import FileStore
    from nbflow.store.model_fold import ModelState, VersionState

__all__ = ["ModelSweep", "live_sources"]


class ModelSweep:
    """The models and versions that one emptying of the trash may take, and those that it took.

    Parameters
    ----------
    store
        The store.
    disposal
        What removes, and counts.
    by
        Who does it, for the history of the models.
    """

    def __init__(self, store: FileStore, disposal: Disposal, by: str) -> None:
        self._store = store
        self._disposal = disposal
        self._by = by
        self.models: list[str] = []
        self.versions: list[str] = []

    def in_trash(self) -> list[tuple[ModelState, int | None]]:
        """List what was deleted long enough ago: models, and versions (by number) of models that stay."""
        return [found for model in self._store.models.all() for found in self._of(model)]

    def named(self, names: Iterable[str]) -> list[tuple[ModelState, int | None]]:
        """List the same of models that are called so.

        Raises
        ------
        RegisteredModelNotFoundError
            If there is no such model.
        InvalidInputError
            If nothing of it is in the trash.
        """
        found = []
        for name in dict.fromkeys(names):
            models = self._store.models.all_named(name)
            if not models:
                raise RegisteredModelNotFoundError(name)
            in_trash = [each for model in models for each in self._of(model, whatever_age=True)]
            if not in_trash:
                rule = "Neither it nor a version of it is in the trash, and only what is there is removed for good."
                raise InvalidInputError("model_names", name, rule)
            old = [each for model in models for each in self._of(model)]
            found += old
            if len(old) < len(in_trash):
                self._disposal.keep(name, "it, or a version of it, was deleted too lately")
        return found

    def take(self, model: ModelState, version: int | None) -> None:
        """Remove a model or a version, unless it was restored meanwhile."""
        model = self._store.models.log(model.folder).refresh()
        if version is None:
            self._take_model(model)
            return
        state = self._store.models.version(model.folder, version).refresh()
        if state.exists and self._is_old(state.deleted_time) and self._remove_version(model, state):
            self.versions.append(f"{model.current_name}/{version}")

    def _of(self, model: ModelState, *, whatever_age: bool = False) -> list[tuple[ModelState, int | None]]:
        if model.deleted:
            return [(model, None)] if whatever_age or self._is_old(model.deleted_time) else []
        return [
            (model, version.version)
            for version in self._store.models.versions(model.folder)
            if version.deleted and (whatever_age or self._is_old(version.deleted_time))
        ]

    def _is_old(self, deleted_ms: int | None) -> bool:
        return deleted_ms is not None and deleted_ms <= self._disposal.latest_ms

    def _take_model(self, model: ModelState) -> None:
        if not self._is_old(model.deleted_time):
            return
        store, disposal = self._store, self._disposal
        folder = store.layout.model(model.folder)
        # Its versions first: what a kill leaves is then a model in the trash with fewer of them, and never a folder
        # with versions that the next model of the name would find in its own.
        if not all(self._remove_version(model, each) for each in store.models.versions(model.folder)):
            return
        disposal.freed += size_of(folder)
        if not disposal.dry_run:
            store.models.log(model.folder).close()
            last = store.models.is_last_of_its_name(model)
            hidden = disposal.hide(folder if last else folder / LOG, model.current_name)
            if hidden is None:
                return
            disposal.remove(hidden)
        self.models.append(model.current_name)

    def _remove_version(self, model: ModelState, version: VersionState) -> bool:
        store, disposal = self._store, self._disposal
        folder = store.layout.version(version.folder, version.version)
        if disposal.dry_run:
            if not model.deleted:  # else it is counted with its model
                disposal.freed += size_of(folder)
            return True
        disposal.freed += size_of(folder)
        store.models.log(model.folder).note_removal(version, self._by)
        store.models.version(version.folder, version.version).close()
        hidden = disposal.hide(folder, f"{model.current_name}/{version.version}")
        if hidden is None:
            return False
        disposal.remove(hidden)
        return True


def live_sources(store: FileStore) -> dict[str, str]:
    """Give the runs that versions were registered from which are not in the trash, each with one such version."""
    found: dict[str, str] = {}
    for model in store.models.all():
        for version in [] if model.deleted else store.models.versions(model.folder):
            run_id = version.registered.run_id
            if not version.deleted and run_id is not None:
                found.setdefault(run_id, f"version {version.version} of model {shown(model.current_name)}")
    return found
