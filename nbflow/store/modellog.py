"""The log of a registered model, and that of one of its versions: what may be added to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from nbflow.errors import RegisteredModelNotFoundError, UnsupportedValueError
from nbflow.store.events import Granted, encode
from nbflow.store.folderlog import FolderLog, now_ms
from nbflow.store.model_events import (
    AliasDeleted,
    AliasSet,
    Approved,
    Asked,
    Commented,
    Described,
    Evaluated,
    ModelClaimed,
    ModelCreated,
    ModelDeleted,
    ModelRenamed,
    ModelRestored,
    ModelTagDeleted,
    ModelTagSet,
    PolicyDeleted,
    PolicySet,
    Registered,
    Rejected,
    Staged,
    VersionRemoved,
    decode_version_lines,
    numbers_to,
)
from nbflow.store.model_fold import ModelState, VersionState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from nbflow.entities import AliasPolicy
    from nbflow.store.clock import LogicalClock
    from nbflow.store.events import Event
    from nbflow.store.reader import News, StoreReader
    from nbflow.store.stamps import FileCursor

__all__ = ["ModelLog", "VersionLog", "check_readable"]


S = TypeVar("S", ModelState, VersionState)


class _RegistryLog(FolderLog[S]):
    """What can be written of a model as of a version. Each write says in `by` whose it is."""

    def set_tag(self, key: str, value: str, by: str) -> None:
        """Set a tag."""
        self._write([ModelTagSet(self._clock.tick(), key, value, by=by)])

    def delete_tag(self, key: str, by: str) -> None:
        """Take a tag away."""
        self._write([ModelTagDeleted(self._clock.tick(), key, by=by)])

    def describe(self, text: str, by: str) -> None:
        """Say what it is."""
        self._write([Described(self._clock.tick(), text, by=by)])

    def delete(self, by: str) -> None:
        """Put it into the trash; with a model go its versions."""
        self._write([ModelDeleted(self._clock.tick(), now_ms(), by=by)])

    def _write(self, events: Sequence[Event]) -> None:
        super()._write(events)
        self.close()  # the next event may be weeks away, and there may be many models


class ModelLog(_RegistryLog[ModelState]):
    """One registered model of a store, for reading and writing. Each write says in `by` whose it is.

    Parameters
    ----------
    key
        The name of its folder.
    folder
        Its folder.
    reader, clock
        The store's.
    """

    def __init__(self, key: str, folder: Path, *, reader: StoreReader, clock: LogicalClock) -> None:
        self.key = key
        self._reader = reader
        super().__init__(folder, clock)

    def create(
        self,
        name: str,
        by: str,
        *,
        description: str = "",
        tags: Mapping[str, str],
        policies: Sequence[AliasPolicy] = (),
        owner: str | None = None,
    ) -> None:
        """Write the model's first events, in a folder that this process made; `owner` may do all with it.

        Raises
        ------
        StoreWriteError
            If the disk refuses.
        """
        events = self._policies(policies, by)
        if owner is not None:
            events.append(Granted(self._clock.tick(), f"user:{owner}", "MANAGE", owner))
        # What makes it a model comes last: it is whole then, also when the process dies half way.
        events.append(ModelCreated(self._clock.tick(), name, now_ms(), description, dict(tags), by=by))
        self._write(events)

    def claim(self, key: str) -> None:
        """Reserve the name that this folder stands for."""
        self._write([ModelClaimed(self._clock.tick(), key)])

    def rename(self, name: str, by: str, policies: Sequence[AliasPolicy] = ()) -> None:
        """Give the model another name, and the policies that go with it."""
        self._write([*self._policies(policies, by), ModelRenamed(self._clock.tick(), name, by=by)])

    def restore(self, by: str, policies: Sequence[AliasPolicy] = ()) -> None:
        """Take the model out of the trash, with the policies that its name has by now."""
        self._write([*self._policies(policies, by), ModelRestored(self._clock.tick(), now_ms(), by=by)])

    def set_alias(self, alias: str, version: VersionState, by: str) -> None:
        """Let an alias stand for a version."""
        self._write([AliasSet(self._clock.tick(), alias, version.version, version.registered.id, by=by)])

    def delete_aliases(self, aliases: Sequence[str], by: str) -> None:
        """Take aliases away."""
        self._write([AliasDeleted(self._clock.tick(), alias, by=by) for alias in aliases])

    def set_policy(self, policy: AliasPolicy, by: str) -> None:
        """Say what an alias asks for."""
        self._write(self._policies([policy], by))

    def delete_policy(self, alias: str, by: str) -> None:
        """Let an alias ask for nothing."""
        self._write([PolicyDeleted(self._clock.tick(), alias, by=by)])

    def grant(self, subject: str, permission: str, by: str) -> None:
        """Give somebody a permission, also on a model in the trash; an empty one takes away what was given."""
        self._write([Granted(self._clock.tick(), subject, permission, by)])

    def note_removal(self, version: VersionState, by: str) -> None:
        """Note that a version is being removed for good, and that its number stays used."""
        self._write([VersionRemoved(self._clock.tick(), version.version, version.registered.id, by=by)])

    def writable(self) -> ModelState:
        """Read the state of a model that can be changed.

        Raises
        ------
        RegisteredModelNotFoundError
            If it is not there, or in the trash.
        """
        state = self.refresh()
        if not state.exists or state.deleted:
            raise RegisteredModelNotFoundError(state.current_name)
        return state

    def _policies(self, policies: Sequence[AliasPolicy], by: str) -> list[Event]:
        return [PolicySet(self._clock.tick(), each.alias, each.approvals, each.require, by=by) for each in policies]

    def _empty(self) -> ModelState:
        return ModelState(self.key)

    def _news(self, files: Mapping[str, FileCursor]) -> Iterator[News]:
        return self._reader.model_news(self.key, files)


class VersionLog(_RegistryLog[VersionState]):
    """One version of a registered model, for reading and writing. Each write says in `by` whose it is.

    Parameters
    ----------
    key, version
        The name of the model's folder, and the version's number.
    folder
        The version's folder.
    reader, clock
        The store's.
    """

    def __init__(self, key: str, version: int, folder: Path, *, reader: StoreReader, clock: LogicalClock) -> None:
        self.key = key
        self.version = version
        self._reader = reader
        super().__init__(folder, clock)

    def register(self, event: Registered) -> None:
        """Write the event that makes a version of the number that this process took.

        Raises
        ------
        StoreWriteError
            If the disk refuses.
        """
        self._write([event])

    def stage(self, stage: str, by: str) -> None:
        """Give the version another stage."""
        self._write([Staged(self._clock.tick(), stage, by=by)])

    def comment(self, text: str, by: str) -> None:
        """Say something about the version."""
        self._write([Commented(self._clock.tick(), text, by=by)])

    def ask(self, text: str, alias: str | None, by: str) -> None:
        """Ask others to approve the version."""
        self._write([Asked(self._clock.tick(), text, alias, by=by)])

    def judge(self, text: str, by: str, *, approved: bool) -> None:
        """Approve or reject what is registered."""
        kind = Approved if approved else Rejected
        self._write([kind(self._clock.tick(), text, self.state.registered.id, by=by)])

    def evaluated(self, metrics: Mapping[str, float], dataset: str, by: str) -> None:
        """Note what an evaluation of what is registered found."""
        event = Evaluated(self._clock.tick(), numbers_to(metrics), dataset, self.state.registered.id, by=by)
        self._write([event])

    def restore(self, by: str) -> None:
        """Take the version out of the trash."""
        self._write([ModelRestored(self._clock.tick(), now_ms(), by=by)])

    def _empty(self) -> VersionState:
        return VersionState(self.key, self.version)

    def _news(self, files: Mapping[str, FileCursor]) -> Iterator[News]:
        return self._reader.version_news(self.key, self.version, files)


def check_readable(event: Event) -> None:
    """Check that what would be written of a version's event can be read again: facts of a model may hold anything.

    Raises
    ------
    UnsupportedValueError
        If not.
    """
    try:
        readable = decode_version_lines(encode(event)) == ([event], 0)
    except (UnicodeEncodeError, TypeError):
        readable = False
    if not readable:
        raise UnsupportedValueError("the model version", event, "its fields are what a file can hold.")
