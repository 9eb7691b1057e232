"""The events of the log: one JSON object on a line, told apart by `kind`.

Raising the format: give `FORMAT` the next number, keep this module's reader for the old one under `store/old/`
with a golden store in the tests, and let `FileStore` choose by what `store.json` says. A new kind or a new field
does not need it: readers skip kinds and fields that they do not know. A changed meaning does.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from nbflow.entities import RunError
from nbflow.store.clock import LATEST

__all__ = [
    "FORMAT",
    "Changed",
    "Claimed",
    "Created",
    "Deleted",
    "Ended",
    "Event",
    "ExperimentEvent",
    "Input",
    "Key",
    "Moved",
    "ParamSet",
    "Renamed",
    "Restored",
    "Resumed",
    "RunEvent",
    "Started",
    "TagDeleted",
    "TagSet",
    "decode_lines",
    "encode",
]

FORMAT = 1

Time = Annotated[int, Meta(ge=0, le=LATEST)]


class Event(Struct, frozen=True, tag_field="kind", omit_defaults=True):
    """What every event has: its logical time, in microseconds."""

    t: Time


# Kinds that experiments and runs share.


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

    time: int


class Restored(Event, frozen=True, tag="restored"):
    """Taken out of the trash, at `time` in milliseconds."""

    time: int


# Kinds of an experiment.


class Created(Event, frozen=True, tag="created"):
    """An experiment came to be, at `time` in milliseconds."""

    name: str
    time: int
    location: str | None = None


class Claimed(Event, frozen=True, tag="claimed"):
    """The folder only reserves a name: experiment `experiment_id` was renamed to it."""

    experiment_id: str


class Changed(Event, frozen=True, tag="changed"):
    """A run of this experiment has news that its folder's parent does not show. A hint for indexes, no state."""

    run_id: str


# Kinds of a run.


class Started(Event, frozen=True, tag="started"):
    """A run came to be, at `time` in milliseconds, by process `pid` of `host`, booted as `boot`."""

    run_id: str
    experiment_id: str
    name: str
    user: str
    time: int
    host: str = ""
    boot: str = ""
    pid: int = 0
    status: str = "RUNNING"


class Resumed(Event, frozen=True, tag="resumed"):
    """A run goes on, in another process perhaps."""

    time: int
    host: str = ""
    boot: str = ""
    pid: int = 0
    status: str = "RUNNING"


class ParamSet(Event, frozen=True, tag="param"):
    """A param. The first value wins."""

    key: str
    value: str


class Key(Event, frozen=True, tag="key"):
    """Records of this writer's `.metrics` that carry `id` belong to metric `key`."""

    id: int
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


class Ended(Event, frozen=True, tag="ended"):
    """A run's end, at `time` in milliseconds; `points` records are in this writer's `.metrics`."""

    status: str
    time: int | None = None
    points: int = 0
    error: RunError | None = None


class Moved(Event, frozen=True, tag="moved"):
    """The run belongs to another experiment now. Its folder stays where it is."""

    experiment_id: str


ExperimentEvent = Created | Claimed | Changed | Renamed | TagSet | TagDeleted | Deleted | Restored
RunEvent = (
    Started | Resumed | ParamSet | Key | Input | Ended | Moved | Renamed | TagSet | TagDeleted | Deleted | Restored
)

_encoder = msgspec.json.Encoder()
_run_decoder: msgspec.json.Decoder[RunEvent] = msgspec.json.Decoder(RunEvent)
_experiment_decoder: msgspec.json.Decoder[ExperimentEvent] = msgspec.json.Decoder(ExperimentEvent)
_any_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])


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
    decoder = _run_decoder if of_run else _experiment_decoder
    try:
        return list(decoder.decode_lines(lines)), 0
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    events: list[Event] = []
    damaged = 0
    for line in lines.split(b"\n"):
        if not line.strip():
            continue
        try:
            events.append(decoder.decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError):
            damaged += not _is_unknown_kind(line, decoder.type)
    return events, damaged


def _is_unknown_kind(line: bytes, known: object) -> bool:
    try:
        kind = msgspec.json.decode(_any_decoder.decode(line)["kind"], type=str)
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError):
        return False
    kinds = {member.__struct_config__.tag for member in getattr(known, "__args__", ())}
    return kind not in kinds
