"""The events of the log: one JSON object on a line, told apart by `kind`.

Raising the format: give `FORMAT` the next number, keep this module's reader for the old one under `store/old/`
with a golden store in the tests, and let `FileStore` choose by what `store.json` says. A new kind or a new field
does not need it: readers skip kinds and fields that they do not know. A changed meaning does.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from nbflow.entities import RunError
from nbflow.store.clock import LATEST

__all__ = [
    "FORMAT",
    "RUNNING",
    "Changed",
    "Claimed",
    "Created",
    "Deleted",
    "Ended",
    "Event",
    "ExperimentEvent",
    "Granted",
    "Input",
    "Key",
    "ModelLogged",
    "Moved",
    "ParamSet",
    "Renamed",
    "Restored",
    "Resumed",
    "RunEvent",
    "Started",
    "TagDeleted",
    "TagSet",
    "decode_by",
    "decode_lines",
    "encode",
]

FORMAT = 1
# The statuses of a run that is not over.
RUNNING = frozenset({"RUNNING", "SCHEDULED"})

Time = Annotated[int, Meta(ge=0, le=LATEST)]
# What a damaged or hostile log says must not reach a path, nor be more than a database can hold.
Number = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
ExperimentId = Annotated[str, Meta(pattern=r"^(0|[1-9][0-9]{0,17})\Z")]
RunId = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]


class Event(Struct, frozen=True, tag_field="kind", omit_defaults=True, gc=False):
    """What every event has: its logical time, in microseconds.

    Nothing in it can point back to it, so that the garbage collector need not look.
    """

    t: Time


# Kinds that experiments and runs, or experiments and models, share.


class Renamed(Event, frozen=True, tag="renamed"):
    """A new name."""

    name: str


class TagSet(Event, frozen=True, tag="tag"):
    """A tag's value."""

    key: str
    value: str


class TagDeleted(Event, frozen=True, tag="untag"):
    """A tag taken away."""

    key: str


class Deleted(Event, frozen=True, tag="deleted"):
    """Put into the trash, at `time` in milliseconds."""

    time: Number


class Restored(Event, frozen=True, tag="restored"):
    """Taken out of the trash, at `time` in milliseconds."""

    time: Number


class Granted(Event, frozen=True, tag="granted"):
    """What `subject` may do, given by `by`; an empty `permission` takes away what was given."""

    subject: str
    permission: str
    by: str = ""


# Kinds of an experiment.


class Created(Event, frozen=True, tag="created"):
    """An experiment came to be, at `time` in milliseconds."""

    name: str
    time: Number
    location: str | None = None


class Claimed(Event, frozen=True, tag="claimed"):
    """The folder only reserves a name: experiment `experiment_id` was renamed to it."""

    experiment_id: ExperimentId


class Changed(Event, frozen=True, tag="changed"):
    """A run of this experiment has news that its folder's parent does not show. A hint for indexes, no state."""

    run_id: RunId


# Kinds of a run.


class Started(Event, frozen=True, tag="started"):
    """A run came to be, at `time` in milliseconds, by process `pid` of `host`, booted as `boot`."""

    run_id: RunId
    experiment_id: ExperimentId
    name: str
    user: str
    time: Number
    host: str = ""
    boot: str = ""
    pid: Number = 0
    status: str = "RUNNING"


class Resumed(Event, frozen=True, tag="resumed"):
    """A run goes on, in another process perhaps."""

    time: Number
    host: str = ""
    boot: str = ""
    pid: Number = 0
    status: str = "RUNNING"


class ParamSet(Event, frozen=True, tag="param"):
    """A param. The first value wins."""

    key: str
    value: str


class Key(Event, frozen=True, tag="key"):
    """Records of this writer's `.metrics` that carry `id` belong to metric `key`."""

    id: Number
    key: str


class Input(Event, frozen=True, tag="input"):
    """A data set that the run read."""

    name: str
    digest: str
    source_type: str
    source: str
    schema: str | None = None
    profile: str | None = None
    tags: dict[str, str] = {}


class ModelLogged(Event, frozen=True, tag="model"):
    """A model that the run logged to `path` of its artifacts; `files` says the SHA-256 of each, `size` is in bytes."""

    path: str
    uuid: str
    flavors: tuple[str, ...] = ()
    step: Number = 0
    time: Number = 0
    files: dict[str, str] = {}
    size: Number = 0


class Ended(Event, frozen=True, tag="ended"):
    """A run's end, at `time` in milliseconds; `points` records are in this writer's `.metrics`."""

    status: str
    time: Number | None = None
    points: Number = 0
    error: RunError | None = None


class Moved(Event, frozen=True, tag="moved"):
    """The run belongs to another experiment now. Its folder stays where it is."""

    experiment_id: ExperimentId


ExperimentEvent = Created | Claimed | Changed | Renamed | TagSet | TagDeleted | Deleted | Restored | Granted
RunEvent = (
    Started
    | Resumed
    | ParamSet
    | Key
    | Input
    | ModelLogged
    | Ended
    | Moved
    | Renamed
    | TagSet
    | TagDeleted
    | Deleted
    | Restored
)

_encoder = msgspec.json.Encoder()
_run_decoder: msgspec.json.Decoder[RunEvent] = msgspec.json.Decoder(RunEvent)
_experiment_decoder: msgspec.json.Decoder[ExperimentEvent] = msgspec.json.Decoder(ExperimentEvent)
_any_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])
# The last one is for what is nested a thousand deep.
_NO_EVENT = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def encode(event: Event) -> bytes:
    """Encode one event as its line, newline included."""
    return _encoder.encode(event) + b"\n"


def decode_lines(lines: bytes, *, of_run: bool) -> tuple[list[Event], int]:
    """Decode whole lines of a log.

    Parameters
    ----------
    lines
        Any number of lines, each ended by a newline.
    of_run
        Whether they are a run's, else an experiment's.

    Returns
    -------
    events : list of Event
        Those of known kinds, in order.
    damaged : int
        How many lines were no event at all. Lines of an unknown kind are not counted: a newer nbflow wrote them.
    """
    return decode_by(_run_decoder if of_run else _experiment_decoder, lines)


def decode_by(decoder: msgspec.json.Decoder[Any], lines: bytes) -> tuple[list[Event], int]:
    """Decode whole lines of a log whose events `decoder` knows, as `decode_lines` does."""
    try:
        events: list[Event] = decoder.decode_lines(lines)
    except _NO_EVENT:
        events = []
    # It takes any white space, or none, for the end of a line: what that makes of damage depends on where it began.
    if len(events) == lines.count(b"\n"):
        return events, 0
    events = []
    damaged = 0
    for line in lines.split(b"\n"):
        if not line.strip():
            continue
        try:
            events.append(decoder.decode(line))
        except _NO_EVENT:
            damaged += not _is_unknown_kind(line, decoder.type)
    return events, damaged


def _is_unknown_kind(line: bytes, known: object) -> bool:
    try:
        kind = msgspec.json.decode(_any_decoder.decode(line)["kind"], type=str)
    except (*_NO_EVENT, KeyError):
        return False
    kinds = {member.__struct_config__.tag for member in getattr(known, "__args__", ())}
    return kind not in kinds
