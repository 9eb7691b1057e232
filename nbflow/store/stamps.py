"""What every folded state is made of (pure): stamps, values with a stamp, and how far each file has been read."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Protocol, TypeVar

from msgspec import Struct, field

if TYPE_CHECKING:
    from nbflow.store.reader import News

__all__ = ["FileCursor", "Folded", "HasStamp", "Named", "Stamp", "Stamped", "advance", "later", "snapshot"]

Stamp = tuple[int, str, int]
"""Logical time, writer, position in the writer's file: no two events have the same."""


class Folded(Protocol):
    """A state that grows by what is new in a log."""

    files: dict[str, FileCursor]
    last_t: int

    def take(self, news: News) -> object:
        """Take in what one writer has written since the last reading."""


class HasStamp(Protocol):
    """Whatever an event gave."""

    stamp: Stamp


class Stamped(Struct, array_like=True):
    """A text value and the stamp of the event that gave it; None stands for what was taken away."""

    stamp: Stamp
    value: str | None


class FileCursor(Struct, array_like=True):
    """How far the files of one writer have been read, and what its metric numbers mean.

    `events` and `points` are bytes of the `.jsonl` and the `.metrics`, `lines` the events among the former. `nameless`
    says that points were read before the key that they carry was declared.
    """

    events: int = 0
    points: int = 0
    lines: int = 0
    keys: dict[int, str] = field(default_factory=dict)
    claimed_points: int = 0
    damaged: int = 0
    nameless: bool = False


class Named:
    """Mixin: what runs, experiments and models have in common, a name that may change and a place in the trash."""

    __slots__ = ()

    if TYPE_CHECKING:
        first_name: str
        name: Stamped | None
        trash: Stamped | None

    @property
    def current_name(self) -> str:
        """The name it has now."""
        return self.first_name if self.name is None or self.name.value is None else self.name.value

    @property
    def deleted(self) -> bool:
        """Whether it is in the trash."""
        return self.trash is not None and self.trash.value is not None

    @property
    def deleted_time(self) -> int | None:
        """When it was put into the trash, in milliseconds."""
        return int(self.trash.value) if self.trash is not None and self.trash.value is not None else None


def advance(files: dict[str, FileCursor], news: News) -> FileCursor:
    """Note how far a writer's files have been read now, but for the lines among it."""
    cursor = files.get(news.writer)
    if cursor is None:
        cursor = files[news.writer] = FileCursor()
    cursor.events = news.events_end
    cursor.points = news.points_end
    cursor.damaged += news.damaged
    return cursor


S = TypeVar("S", bound=Folded)


def snapshot(state: S) -> S:
    """Copy a folded state, so that one can grow while somebody reads the other. What its dicts hold stays as it is."""
    new = copy(state)
    for name in new.__struct_fields__:  # type: ignore[attr-defined]  # all states are Structs
        value = getattr(new, name)
        if isinstance(value, dict):
            setattr(new, name, value.copy())
    return new


def later(old: HasStamp | None, stamp: Stamp) -> bool:
    """Tell whether an event comes after the one that gave a value."""
    return old is None or stamp > old.stamp
