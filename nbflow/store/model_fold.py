"""What the logs of a registered model and of its versions say (pure): a fold by the same rules as in `fold.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from nbflow.store.events import Event, Granted
from nbflow.store.model_events import (
    AliasDeleted,
    AliasSet,
    Approved,
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
    numbers_from,
)
from nbflow.store.stamps import FileCursor, Named, Stamp, Stamped, advance, later

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbflow.store.reader import News

__all__ = ["AliasTarget", "Found", "ModelState", "Policy", "Verdict", "VersionState", "content_of"]

NO_STAGE = "None"


class AliasTarget(Struct, array_like=True):
    """What an alias stands for: the version registered with `id`, which had this number where the alias was set.

    `version` is None for an alias that was taken away.
    """

    stamp: Stamp
    version: int | None = None
    id: str = ""


class Policy(Struct, array_like=True):
    """What a version must have before an alias may stand for it; `stands` is False for one that was taken away."""

    stamp: Stamp
    approvals: int = 0
    require: str = ""
    stands: bool = True


class Verdict(Struct, array_like=True):
    """A reviewer's last word on what was registered with `id`."""

    stamp: Stamp
    reviewer: str
    approved: bool
    id: str = ""


class Found(Struct, array_like=True):
    """The value of a metric that an evaluation of what was registered with `id` found."""

    stamp: Stamp
    metric: str
    value: float
    id: str = ""


class ModelState(Named, Struct):
    """Everything that a registered model's own log says, and where its reading stopped."""

    folder: str
    files: dict[str, FileCursor] = field(default_factory=dict)
    created: Stamp | None = None
    creation_time: int = 0
    updated_time: int = 0
    user: str = ""
    first_name: str = ""
    name: Stamped | None = None
    trash: Stamped | None = None
    claim: Stamped | None = None
    description: Stamped | None = None
    tags: dict[str, Stamped] = field(default_factory=dict)
    aliases: dict[str, AliasTarget] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)
    grants: dict[str, Stamped] = field(default_factory=dict)
    held: dict[str, Stamp] = field(default_factory=dict)
    removed: dict[str, tuple[Stamp, int]] = field(default_factory=dict)
    last_t: int = 0

    @property
    def key(self) -> str:
        """The name of its folder."""
        return self.folder

    @property
    def exists(self) -> bool:
        """Whether it is a model, not only a reserved name or a log that has not arrived."""
        return self.created is not None

    @property
    def removed_numbers(self) -> set[int]:
        """The numbers of versions that were removed for good."""
        return {number for _, number in self.removed.values()}

    def take(self, news: News) -> None:
        """Take in what one writer has written since the last reading."""
        self.last_t = max(self.last_t, _apply(self, self.files, news, _MODEL_RULES))


class VersionState(Struct):
    """Everything that a version's log says, and where its reading stopped.

    Usually one thing was registered. Two stores that were copied into one by hand may both have taken the number: then
    the first counts, and `doctor` tells of the others.
    """

    folder: str
    version: int
    files: dict[str, FileCursor] = field(default_factory=dict)
    registrations: dict[str, tuple[Stamp, Registered]] = field(default_factory=dict)
    updated_time: int = 0
    trash: Stamped | None = None
    stage: Stamped | None = None
    description: Stamped | None = None
    tags: dict[str, Stamped] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    found: dict[str, Found] = field(default_factory=dict)
    last_t: int = 0

    @property
    def exists(self) -> bool:
        """Whether something was registered, not only a number taken."""
        return bool(self.registrations)

    @property
    def registered(self) -> Registered:
        """What was registered first."""
        return min(self.registrations.values(), key=_stamp_of)[1]

    @property
    def location(self) -> str:
        """Where the files are: a URI that names no version of a model."""
        first = self.registered
        return first.location or first.source

    @property
    def deleted(self) -> bool:
        """Whether it is in the trash."""
        return self.trash is not None and self.trash.value is not None

    @property
    def deleted_time(self) -> int | None:
        """When it was put into the trash, in milliseconds."""
        return int(self.trash.value) if self.trash is not None and self.trash.value is not None else None

    @property
    def current_stage(self) -> str:
        """Its stage."""
        return NO_STAGE if self.stage is None or self.stage.value is None else self.stage.value

    @property
    def same_content(self) -> set[str]:
        """The ids under which what counts was registered: on two machines the same thing may have been."""
        content = content_of(self.registered)
        return {key for key, (_, event) in self.registrations.items() if content_of(event) == content}

    @property
    def registrants(self) -> set[str]:
        """Who registered what counts, and what it is a copy of."""
        events = [self.registrations[key][1] for key in self.same_content]
        return {name for event in events for name in (event.by, *event.of)}

    def is_meant(self, version: int, registration: str) -> bool:
        """Tell whether an alias that was set on a version of this number and id stands for this one.

        A merge may have given it another number; by hand, another version may have come to have its number.
        """
        if not self.exists:
            return False
        return registration in self.same_content if registration else self.version == version

    @property
    def standing(self) -> dict[str, bool]:
        """What each reviewer said last of what counts: whether it was an approval."""
        ids = self.same_content
        last: dict[str, Verdict] = {}
        for verdict in self.verdicts.values():
            old = last.get(verdict.reviewer)
            if verdict.id in ids and (old is None or verdict.stamp > old.stamp):
                last[verdict.reviewer] = verdict
        return {reviewer: verdict.approved for reviewer, verdict in sorted(last.items())}

    @property
    def evaluated(self) -> dict[str, float]:
        """What evaluations of what counts found last."""
        ids = self.same_content
        last: dict[str, Found] = {}
        for found in self.found.values():
            old = last.get(found.metric)
            if found.id in ids and (old is None or found.stamp > old.stamp):
                last[found.metric] = found
        return {metric: found.value for metric, found in sorted(last.items())}

    def take(self, news: News) -> None:
        """Take in what one writer has written since the last reading."""
        self.last_t = max(self.last_t, _apply(self, self.files, news, _VERSION_RULES))


def content_of(event: Registered) -> tuple[object, ...]:
    """Say what was registered, whoever did it and when: two of the same content are the same."""
    return event.run_id, event.location or event.source, event.model_uuid, tuple(sorted(event.files.items()))


def _apply(
    state: object, files: dict[str, FileCursor], news: News, rules: dict[type[Event], Callable[..., None]]
) -> int:
    """Apply a writer's events to a state; give their latest logical time."""
    cursor = advance(files, news)
    last_t = 0
    for position, event in enumerate(news.events, cursor.lines):
        rule = rules.get(type(event))
        if rule is not None:
            rule(state, (event.t, news.writer, position), event)
        last_t = max(last_t, event.t)
    cursor.lines += len(news.events)
    return last_t


def _stamp_of(registration: tuple[Stamp, Registered]) -> Stamp:
    return registration[0]


# What models and versions share

_Either = ModelState | VersionState


def _tag(state: _Either, stamp: Stamp, event: ModelTagSet) -> None:
    if later(state.tags.get(event.key), stamp):
        state.tags[event.key] = Stamped(stamp, event.value)


def _untag(state: _Either, stamp: Stamp, event: ModelTagDeleted) -> None:
    if later(state.tags.get(event.key), stamp):
        state.tags[event.key] = Stamped(stamp, None)


def _described(state: _Either, stamp: Stamp, event: Described) -> None:
    if later(state.description, stamp):
        state.description = Stamped(stamp, event.text)


def _deleted(state: _Either, stamp: Stamp, event: ModelDeleted) -> None:
    if later(state.trash, stamp):
        state.trash = Stamped(stamp, str(event.time))


def _restored(state: _Either, stamp: Stamp, _event: ModelRestored) -> None:
    if later(state.trash, stamp):
        state.trash = Stamped(stamp, None)


def _dated(rule: Callable[..., None]) -> Callable[..., None]:
    def both(state: _Either, stamp: Stamp, event: Event) -> None:
        # As for experiments: logical time is microseconds of wall time.
        state.updated_time = max(state.updated_time, event.t // 1000)
        rule(state, stamp, event)

    return both


# Of a model


def _created(model: ModelState, stamp: Stamp, event: ModelCreated) -> None:
    model.updated_time = max(model.updated_time, event.time)
    if model.created is None or stamp < model.created:
        model.created = stamp
        model.creation_time = event.time
        model.first_name = event.name
        model.user = event.by
    _held(model, stamp, event.name)
    if event.description and later(model.description, stamp):
        model.description = Stamped(stamp, event.description)
    for key, value in event.tags.items():
        if later(model.tags.get(key), stamp):
            model.tags[key] = Stamped(stamp, value)


def _renamed(model: ModelState, stamp: Stamp, event: ModelRenamed) -> None:
    _held(model, stamp, event.name)
    if later(model.name, stamp):
        model.name = Stamped(stamp, event.name)


def _held(model: ModelState, stamp: Stamp, name: str) -> None:
    model.held[name] = max(stamp, model.held.get(name, stamp))


def _claimed(model: ModelState, stamp: Stamp, event: ModelClaimed) -> None:
    if later(model.claim, stamp):
        model.claim = Stamped(stamp, event.folder)


def _alias(model: ModelState, stamp: Stamp, event: AliasSet) -> None:
    if later(model.aliases.get(event.alias), stamp):
        model.aliases[event.alias] = AliasTarget(stamp, event.version, event.id)


def _unalias(model: ModelState, stamp: Stamp, event: AliasDeleted) -> None:
    if later(model.aliases.get(event.alias), stamp):
        model.aliases[event.alias] = AliasTarget(stamp)


def _policy(model: ModelState, stamp: Stamp, event: PolicySet) -> None:
    if later(model.policies.get(event.alias), stamp):
        model.policies[event.alias] = Policy(stamp, event.approvals, event.require)


def _unpolicy(model: ModelState, stamp: Stamp, event: PolicyDeleted) -> None:
    if later(model.policies.get(event.alias), stamp):
        model.policies[event.alias] = Policy(stamp, stands=False)


def _granted(model: ModelState, stamp: Stamp, event: Granted) -> None:
    if later(model.grants.get(event.subject), stamp):
        model.grants[event.subject] = Stamped(stamp, event.permission or None)


def _removed(model: ModelState, stamp: Stamp, event: VersionRemoved) -> None:
    key = event.id or str(event.version)
    model.removed[key] = max((stamp, event.version), model.removed.get(key, (stamp, event.version)))


_MODEL_RULES: dict[type[Event], Callable[..., None]] = {
    ModelCreated: _created,
    ModelRenamed: _dated(_renamed),
    ModelClaimed: _claimed,
    ModelTagSet: _tag,
    ModelTagDeleted: _untag,
    Described: _dated(_described),
    AliasSet: _alias,
    AliasDeleted: _unalias,
    PolicySet: _policy,
    PolicyDeleted: _unpolicy,
    VersionRemoved: _removed,
    Granted: _granted,
    ModelDeleted: _dated(_deleted),
    ModelRestored: _dated(_restored),
}


# Of a version


def _registered(version: VersionState, stamp: Stamp, event: Registered) -> None:
    version.updated_time = max(version.updated_time, event.time)
    old = version.registrations.get(event.id)
    if old is None or stamp < old[0]:
        version.registrations[event.id] = (stamp, event)


def _staged(version: VersionState, stamp: Stamp, event: Staged) -> None:
    if later(version.stage, stamp):
        version.stage = Stamped(stamp, event.stage)


def _verdict(version: VersionState, stamp: Stamp, event: Approved | Rejected) -> None:
    key = f"{event.id}\0{event.by}"
    if later(version.verdicts.get(key), stamp):
        version.verdicts[key] = Verdict(stamp, event.by, isinstance(event, Approved), event.id)


def _evaluated(version: VersionState, stamp: Stamp, event: Evaluated) -> None:
    for metric, value in numbers_from(event.metrics).items():
        key = f"{event.id}\0{metric}"
        if later(version.found.get(key), stamp):
            version.found[key] = Found(stamp, metric, value, event.id)


_VERSION_RULES: dict[type[Event], Callable[..., None]] = {
    Registered: _registered,
    ModelTagSet: _tag,
    ModelTagDeleted: _untag,
    Described: _dated(_described),
    Staged: _dated(_staged),
    Approved: _verdict,
    Rejected: _verdict,
    Evaluated: _evaluated,
    ModelDeleted: _dated(_deleted),
    ModelRestored: _dated(_restored),
}
