"""From the events of a registered model and its versions to its history, in words (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow.entities import ModelHistoryEntry
from nbflow.store.events import Event, Granted
from nbflow.store.model_events import (
    AliasDeleted,
    AliasSet,
    Approved,
    Asked,
    Commented,
    Described,
    Evaluated,
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

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from nbflow.store.stamps import Stamp

__all__ = ["history_of"]


def history_of(
    events: Iterable[tuple[Stamp, int | None, Event]],
) -> Iterator[tuple[ModelHistoryEntry, set[int]]]:
    """Tell what happened.

    Parameters
    ----------
    events
        Stamp, version (None for what happened to the model) and event, in order.

    Yields
    ------
    entry : ModelHistoryEntry
        What happened, in one line.
    about : set of int
        The versions that it is about.
    """
    events = list(events)
    # Where the logs were brought from, a version may have had another number: its registration says which it is.
    teller = _Teller({event.id: version for _, version, event in events if version and isinstance(event, Registered)})
    for (t, _, _), version, event in events:
        rule = _RULES.get(type(event))
        if rule is None:  # what only keeps the log's own books
            continue
        teller.version, teller.also = version, None
        action, text = rule(teller, event)
        user = getattr(event, "by", "")
        entry = ModelHistoryEntry(t // 1000, user, action, " ".join(text.split()), teller.version)
        yield entry, {each for each in (teller.version, teller.also) if each is not None}


class _Teller:
    """What was said so far, for what changes after it; and what the thing that is being told is about."""

    def __init__(self, numbers: dict[str, int]) -> None:
        self._numbers = numbers
        self.name = ""
        self.stages: dict[int | None, str] = {}
        self.aliases: dict[str, int] = {}
        self.version: int | None = None
        self.also: int | None = None

    @property
    def about(self) -> str:
        """How the words begin."""
        return "" if self.version is None else f"version {self.version}: "

    def number_of(self, event: AliasSet | VersionRemoved) -> int:
        """Give the number that the version which an event names has here."""
        return self._numbers.get(event.id, event.version)


def _created(teller: _Teller, event: ModelCreated) -> tuple[str, str]:
    teller.name = teller.name or event.name
    return "created", f"created as {event.name}"


def _renamed(teller: _Teller, event: ModelRenamed) -> tuple[str, str]:
    old, teller.name = teller.name, event.name
    return "renamed", f"renamed to {event.name} (was {old})"


def _alias(teller: _Teller, event: AliasSet) -> tuple[str, str]:
    teller.version = number = teller.number_of(event)
    old = teller.aliases.get(event.alias)
    teller.aliases[event.alias] = number
    if old is None or old == number:
        return "alias set", f"alias {event.alias} set to {number}"
    teller.also = old
    return "alias set", f"alias {event.alias} set to {number} (was {old})"


def _unalias(teller: _Teller, event: AliasDeleted) -> tuple[str, str]:
    teller.version = old = teller.aliases.pop(event.alias, None)
    return "alias deleted", f"alias {event.alias} deleted" + (f" (was {old})" if old is not None else "")


def _policy(_teller: _Teller, event: PolicySet) -> tuple[str, str]:
    asks = [f"{event.approvals} approval{'s' * (event.approvals != 1)}"] if event.approvals else []
    asks += [event.require] if event.require else []
    return "policy set", f"alias {event.alias} needs {' and '.join(asks) or 'nothing'}"


def _unpolicy(_teller: _Teller, event: PolicyDeleted) -> tuple[str, str]:
    return "policy deleted", f"alias {event.alias} needs nothing any more"


def _granted(_teller: _Teller, event: Granted) -> tuple[str, str]:
    return "permission set", f"{event.subject} has {event.permission or 'no permission of its own'}"


def _removed(teller: _Teller, event: VersionRemoved) -> tuple[str, str]:
    teller.version = teller.number_of(event)
    return "removed", f"version {teller.version} removed for good"


def _registered(teller: _Teller, event: Registered) -> tuple[str, str]:
    return "registered", f"version {teller.version} registered from {event.source}"


def _staged(teller: _Teller, event: Staged) -> tuple[str, str]:
    old = teller.stages.get(teller.version, "None")
    teller.stages[teller.version] = event.stage
    return "stage set", f"{teller.about}stage {event.stage} (was {old})"


def _commented(teller: _Teller, event: Commented) -> tuple[str, str]:
    return "commented", f"{teller.about}commented{_said(event.text)}"


def _asked(teller: _Teller, event: Asked) -> tuple[str, str]:
    wanted = f" for alias {event.alias}" if event.alias else ""
    return "approval asked", f"{teller.about}approval asked{wanted}{_said(event.text)}"


def _judged(teller: _Teller, event: Approved | Rejected) -> tuple[str, str]:
    action = "approved" if isinstance(event, Approved) else "rejected"
    return action, f"{teller.about}{action}{_said(event.text)}"


def _evaluated(teller: _Teller, event: Evaluated) -> tuple[str, str]:
    found = ", ".join(f"{key} {value:g}" for key, value in sorted(numbers_from(event.metrics).items()))
    return "evaluated", f"{teller.about}evaluated{f' on {event.dataset}' if event.dataset else ''}: {found}"


def _tag(teller: _Teller, event: ModelTagSet) -> tuple[str, str]:
    return "tag set", f"{teller.about}tag {event.key} set to {event.value}"


def _untag(teller: _Teller, event: ModelTagDeleted) -> tuple[str, str]:
    return "tag deleted", f"{teller.about}tag {event.key} deleted"


def _described(teller: _Teller, event: Described) -> tuple[str, str]:
    return "described", f"{teller.about}{f'described: {event.text}' if event.text else 'description deleted'}"


def _deleted(teller: _Teller, _event: ModelDeleted) -> tuple[str, str]:
    return "deleted", f"{teller.about}deleted"


def _restored(teller: _Teller, _event: ModelRestored) -> tuple[str, str]:
    return "restored", f"{teller.about}restored"


def _said(text: str) -> str:
    return f": {text}" if text.strip() else ""


_RULES: dict[type[Event], Callable[[_Teller, Any], tuple[str, str]]] = {
    ModelCreated: _created,
    ModelRenamed: _renamed,
    AliasSet: _alias,
    AliasDeleted: _unalias,
    PolicySet: _policy,
    PolicyDeleted: _unpolicy,
    Granted: _granted,
    VersionRemoved: _removed,
    Registered: _registered,
    Staged: _staged,
    Commented: _commented,
    Asked: _asked,
    Approved: _judged,
    Rejected: _judged,
    Evaluated: _evaluated,
    ModelTagSet: _tag,
    ModelTagDeleted: _untag,
    Described: _described,
    ModelDeleted: _deleted,
    ModelRestored: _restored,
}
