"""The registered models of a store, and their versions: names, numbers, and what an alias stands for.

A name is taken as an experiment's is (`NamedFolders`); a version's number by `mkdir` of its folder, so that each is
given once. A number whose folder has no `registered` in its log is no version, and stays used.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from msgspec import Struct, field

from nbflow.errors import InvalidInputError, RegisteredModelExistsError, RegisteredModelNotFoundError, StoreWriteError
from nbflow.store.appendfile import sync_folder
from nbflow.store.folderlog import now_ms
from nbflow.store.layout import HIGHEST_VERSION, Layout, model_folder_for
from nbflow.store.model_events import Registered, numbers_to
from nbflow.store.model_fold import ModelState
from nbflow.store.modellog import ModelLog, VersionLog, check_readable
from nbflow.store.named import NamedFolders

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from nbflow.entities import AliasPolicy
    from nbflow.store.clock import LogicalClock
    from nbflow.store.events import Event
    from nbflow.store.model_fold import VersionState
    from nbflow.store.reader import StoreReader
    from nbflow.store.stamps import Stamp

__all__ = ["ModelFacts", "Models", "NewVersion"]


class ModelFacts(Struct, frozen=True):
    """What is known of a model's files when it is registered.

    Parameters
    ----------
    model_uuid, flavors, signature
        As its MLmodel file says.
    metrics
        Those of its run.
    files
        The SHA-256 of each file, as hex digits, by its path in the model's folder.
    size_bytes
        Of all files.
    """

    model_uuid: str | None = None
    flavors: tuple[str, ...] = ()
    signature: dict[str, str | None] | None = None
    metrics: dict[str, float] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    size_bytes: int = 0


class NewVersion(Struct, frozen=True):
    """What a version begins with.

    Parameters
    ----------
    source
        The URI that it is registered from.
    facts
        What is known of its files.
    location
        Where the files are, when the source does not say it for itself.
    run_id, run_link
        The run that made it.
    description, tags
        What is said about it.
    of
        Who registered what it is a copy of.
    """

    source: str
    facts: ModelFacts = ModelFacts()
    location: str | None = None
    run_id: str | None = None
    run_link: str | None = None
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    of: tuple[str, ...] = ()


class Models(NamedFolders[ModelLog, ModelState]):
    """The registered models of one store. Whose each change is says `by`.

    Parameters
    ----------
    layout, reader, clock
        The store's.
    """

    def __init__(self, layout: Layout, reader: StoreReader, clock: LogicalClock) -> None:
        self._layout = layout
        self._reader = reader
        self._clock = clock
        self._versions: dict[tuple[str, int], VersionLog] = {}
        super().__init__()

    def create(
        self,
        name: str,
        by: str,
        *,
        description: str = "",
        tags: Mapping[str, str],
        policies: Sequence[AliasPolicy] = (),
        owner: str | None = None,
    ) -> ModelState:
        """Make a registered model; `owner`, a user, may do all with it.

        Raises
        ------
        RegisteredModelExistsError
            If an active model has the name.
        StoreWriteError
            If the disk refuses.
        """
        log = self._take(name)
        log.create(name, by, description=description, tags=tags, policies=policies, owner=owner)
        sync_folder(log.folder)
        sync_folder(self._layout.models)
        return log.state

    def rename(self, folder: str, name: str, by: str, policies: Sequence[AliasPolicy] = ()) -> None:
        """Give a model another name, and the policies that go with it; nothing happens when it has that name.

        Raises
        ------
        RegisteredModelNotFoundError
            If it is in the trash.
        RegisteredModelExistsError
            If another active model has the name.
        StoreWriteError
            If the disk refuses.
        """
        log = self.log(folder)
        if log.writable().current_name == name:
            return
        place = self._take(name)
        # In this order: who meets the claim can rely on the new name being there to be read.
        log.rename(name, by, policies)
        place.claim(folder)

    def restore(self, folder: str, by: str, policies: Sequence[AliasPolicy] = ()) -> None:
        """Take a model out of the trash, with the policies that its name has by now.

        Raises
        ------
        RegisteredModelExistsError
            If another model has its name by now.
        """
        log = self.log(folder)
        self._check_free(log.refresh())
        log.restore(by, policies)

    def all_named(self, name: str) -> list[ModelState]:
        """Read the models that are called so, in the trash or not."""
        return [state for state in self.all() if state.current_name == name]

    def last_deleted(self, name: str) -> ModelState | None:
        """Find, of the models in the trash that are called so, the one that got the name last."""
        holders = [state for state in self.all_named(name) if state.deleted]
        return max(holders, key=lambda state: state.held[name], default=None)

    def last_holder(self, name: str) -> ModelState | None:
        """Find the model that got a name last, whatever it is called now, and wherever it is."""
        holders = [state for state in self.all() if name in state.held]
        return max(holders, key=lambda state: state.held[name], default=None)

    # Versions

    def version(self, folder: str, version: int) -> VersionLog:
        """Give the log of a version, whether it is there or not."""
        with self._lock:
            log = self._versions.get((folder, version))
            if log is None:
                place = self._layout.version(folder, version)
                log = VersionLog(folder, version, place, reader=self._reader, clock=self._clock)
                self._versions[folder, version] = log
            return log

    def versions(self, folder: str) -> list[VersionState]:
        """Read the states of all versions of a model, deleted ones too, by number."""
        states = (self.version(folder, number).refresh() for number in self._reader.versions(folder))
        return [state for state in states if state.exists]

    def register(
        self, folder: str, by: str, new: NewVersion, *, put: Callable[[Path], object] | None = None
    ) -> VersionState:
        """Make the next version of a model.

        Parameters
        ----------
        folder
            The model's.
        by
            Who registers it.
        new
            What it begins with.
        put
            Called with a place that is not there, to put files of the version's own into; None when it needs none.
            Until it returns there is no version, and none if it raises.

        Returns
        -------
        state : VersionState
            The new version.

        Raises
        ------
        RegisteredModelNotFoundError
            If the model is gone.
        InvalidInputError
            If there is no number left.
        UnsupportedValueError
            If something in it is no text that a file can hold.
        StoreWriteError
            If the disk refuses.
        """
        facts = new.facts
        event = Registered(
            self._clock.tick(),
            os.urandom(16).hex(),
            new.source,
            now_ms(),
            new.location,
            new.run_id,
            new.run_link,
            facts.model_uuid,
            facts.signature,
            tuple(facts.flavors),
            numbers_to(facts.metrics),
            dict(facts.files),
            facts.size_bytes,
            new.description,
            dict(new.tags),
            new.of,
            by=by,
        )
        check_readable(event)
        number = self.take_number(folder)
        if put is not None:
            place = self._layout.version_artifacts(folder, number)
            try:
                put(place)
            except BaseException:
                shutil.rmtree(place, ignore_errors=True)
                raise
        log = self.version(folder, number)
        log.register(event)
        sync_folder(log.folder)
        sync_folder(log.folder.parent)
        return log.state

    def take_number(self, folder: str, wanted: int | None = None) -> int:
        """Take a number for a version of a model by making its folder.

        Parameters
        ----------
        folder
            The model's.
        wanted
            A number to take if nobody has it; None is the one after all that were ever used.

        Raises
        ------
        RegisteredModelNotFoundError
            If the model is gone.
        InvalidInputError
            If there is no number left.
        StoreWriteError
            If the disk refuses.
        """
        state = self.log(folder).refresh()
        number = wanted or max([*self._reader.versions(folder), *state.removed_numbers, 0]) + 1
        while True:
            if number > HIGHEST_VERSION:
                rule = f"The highest number, {HIGHEST_VERSION:,}, is taken. Register it under another name."
                raise InvalidInputError("version", number, rule)
            place = self._layout.version(folder, number)
            try:
                place.mkdir()
            except FileExistsError:
                following = max([*self._reader.versions(folder), *state.removed_numbers, 0]) + 1
                number = max(following, number + 1) if wanted is None else following
                wanted = None
            except FileNotFoundError as exc:
                raise RegisteredModelNotFoundError(state.current_name) from exc
            except OSError as exc:
                raise StoreWriteError(str(place), exc.errno, exc.strerror or str(exc)) from exc
            else:
                self.version(folder, number).refresh()  # what was read there before went with an earlier folder
                return number

    def artifacts(self, name: str, version: int) -> Path:
        """Say where a version has files of its own; there is nothing when they are a run's, or at a URL.

        Raises
        ------
        RegisteredModelNotFoundError
            If there is no such model.
        """
        model = self.find(name)
        if model is None:
            raise RegisteredModelNotFoundError(name)
        return self._layout.version_artifacts(model.folder, version)

    def events(self, folder: str) -> list[tuple[Stamp, int | None, Event]]:
        """Read all that ever happened to a model and its versions, in order: stamp, version (if it is one's), event."""
        reader = self._reader
        found: list[tuple[Stamp, int | None, Event]] = []
        for number in (None, *reader.versions(folder)):
            log = reader.model_news(folder, {}) if number is None else reader.version_news(folder, number, {})
            for news in log:
                found += [((event.t, news.writer, i), number, event) for i, event in enumerate(news.events)]
        return sorted(found, key=lambda each: (each[0], each[1] or 0))

    def target(self, model: ModelState, alias: str) -> VersionState | None:
        """Read the version that an alias stands for; None when there is no such alias, or version, or it is deleted."""
        target = model.aliases.get(alias)
        if target is None or target.version is None:
            return None
        # Mostly it has the number that it had where the alias was set.
        at_once = self.version(model.folder, target.version).refresh()
        if at_once.is_meant(target.version, target.id):
            return None if at_once.deleted else at_once
        found = (each for each in self.versions(model.folder) if each.is_meant(target.version, target.id))
        return next((each for each in found if not each.deleted), None)

    def close(self) -> None:
        """Close all files; a later write opens them again."""
        super().close()
        with self._lock:
            logs = list(self._versions.values())
        for log in logs:
            log.close()

    def _key(self, name: str, generation: int) -> str:
        return model_folder_for(name, generation)

    def _keys(self) -> Sequence[str]:
        return self._reader.models()

    def _new_log(self, key: str) -> ModelLog:
        return ModelLog(key, self._layout.model(key), reader=self._reader, clock=self._clock)

    def _exists_error(self, name: str, key: str, remedy: str | None = None) -> RegisteredModelExistsError:
        return RegisteredModelExistsError(name, remedy)

    def _take(self, name: str) -> ModelLog:
        models = self._layout.models
        try:
            models.mkdir(exist_ok=True)
        except OSError as exc:
            raise StoreWriteError(str(models), exc.errno, exc.strerror or str(exc)) from exc
        return super()._take(name)
