"""The events of a registered model's log and of a version's; each says in `by` who did it.

What `events.py` says of new kinds and fields holds for these too.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta, field

from nbflow.store.events import Event, Granted, Number, decode_by
from nbflow.store.layout import HIGHEST_VERSION, MODEL_FOLDER_PATTERN

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "AliasDeleted",
    "AliasSet",
    "Approved",
    "Asked",
    "Commented",
    "Described",
    "Evaluated",
    "ModelClaimed",
    "ModelCreated",
    "ModelDeleted",
    "ModelEvent",
    "ModelRenamed",
    "ModelRestored",
    "ModelTagDeleted",
    "ModelTagSet",
    "Numbers",
    "PolicyDeleted",
    "PolicySet",
    "Registered",
    "Rejected",
    "Staged",
    "VersionEvent",
    "VersionNumber",
    "VersionRemoved",
    "decode_model_lines",
    "decode_version_lines",
    "numbers_from",
    "numbers_to",
]

VersionNumber = Annotated[int, Meta(ge=1, le=HIGHEST_VERSION)]
Numbers = dict[str, float | str]
"""Metrics as JSON can hold them: what is no finite number is `"NaN"`, `"Infinity"` or `"-Infinity"`."""

_NAMED_NUMBERS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class _By(Event, frozen=True, kw_only=True):
    by: str = ""


# Kinds that models and versions share.


class ModelTagSet(_By, frozen=True, tag="tag"):
    """A tag's value."""

    key: str
    value: str


class ModelTagDeleted(_By, frozen=True, tag="untag"):
    """A tag taken away."""

    key: str


class Described(_By, frozen=True, tag="described"):
    """A new description."""

    text: str


class ModelDeleted(_By, frozen=True, tag="deleted"):
    """Put into the trash, at `time` in milliseconds."""

    time: Number


class ModelRestored(_By, frozen=True, tag="restored"):
    """Taken out of the trash, at `time` in milliseconds."""

    time: Number


# Kinds of a model.


class ModelCreated(_By, frozen=True, tag="created"):
    """A model came to be, at `time` in milliseconds."""

    name: str
    time: Number
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)


class ModelRenamed(_By, frozen=True, tag="renamed"):
    """A new name."""

    name: str


class ModelClaimed(_By, frozen=True, tag="claimed"):
    """The folder only reserves a name: the model in `folder` was renamed to it."""

    folder: Annotated[str, Meta(pattern=MODEL_FOLDER_PATTERN)]


class AliasSet(_By, frozen=True, tag="alias"):
    """What an alias stands for: the version that was registered with `id`, whatever number it has in this store."""

    alias: str
    version: VersionNumber
    id: str = ""


class AliasDeleted(_By, frozen=True, tag="unalias"):
    """An alias taken away."""

    alias: str


class PolicySet(_By, frozen=True, tag="policy"):
    """What a version must have before an alias may stand for it."""

    alias: str
    approvals: Number = 0
    require: str = ""


class PolicyDeleted(_By, frozen=True, tag="unpolicy"):
    """A policy taken away."""

    alias: str


class VersionRemoved(_By, frozen=True, tag="removed"):
    """A version was removed for good. Its number is never used again."""

    version: VersionNumber
    id: str = ""


# Kinds of a version.


class Registered(_By, frozen=True, tag="registered"):
    """A version came to be, at `time` in milliseconds. All that it began with is in this one line: it is whole or not.

    `id` is no other's. `location` is where the files are, when `source` does not say it for itself. `of` names those
    who registered what this is a copy of.
    """

    id: str
    source: str
    time: Number
    location: str | None = None
    run_id: str | None = None
    run_link: str | None = None
    model_uuid: str | None = None
    signature: dict[str, str | None] | None = None
    flavors: tuple[str, ...] = ()
    metrics: Numbers = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    size: Number = 0
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    of: tuple[str, ...] = ()


class Staged(_By, frozen=True, tag="staged"):
    """A new stage."""

    stage: str


class Commented(_By, frozen=True, tag="commented"):
    """Something said about the version."""

    text: str


class Asked(_By, frozen=True, tag="asked"):
    """Somebody asks others to approve the version, for an alias perhaps."""

    text: str = ""
    alias: str | None = None


class Approved(_By, frozen=True, tag="approved"):
    """Somebody approves what was registered with `id`."""

    text: str = ""
    id: str = ""


class Rejected(_By, frozen=True, tag="rejected"):
    """Somebody rejects what was registered with `id`."""

    text: str = ""
    id: str = ""


class Evaluated(_By, frozen=True, tag="evaluated"):
    """What `evaluate` found of what was registered with `id`, on a data set."""

    metrics: Numbers
    dataset: str = ""
    id: str = ""


ModelEvent = (
    ModelCreated
    | ModelRenamed
    | ModelClaimed
    | ModelTagSet
    | ModelTagDeleted
    | Described
    | AliasSet
    | AliasDeleted
    | PolicySet
    | PolicyDeleted
    | VersionRemoved
    | Granted
    | ModelDeleted
    | ModelRestored
)
VersionEvent = (
    Registered
    | ModelTagSet
    | ModelTagDeleted
    | Described
    | Staged
    | Commented
    | Asked
    | Approved
    | Rejected
    | Evaluated
    | ModelDeleted
    | ModelRestored
)

_model_decoder: msgspec.json.Decoder[ModelEvent] = msgspec.json.Decoder(ModelEvent)
_version_decoder: msgspec.json.Decoder[VersionEvent] = msgspec.json.Decoder(VersionEvent)


def decode_model_lines(lines: bytes) -> tuple[list[Event], int]:
    """Decode whole lines of a model's log, as `decode_lines` does."""
    return decode_by(_model_decoder, lines)


def decode_version_lines(lines: bytes) -> tuple[list[Event], int]:
    """Decode whole lines of a version's log, as `decode_lines` does."""
    return decode_by(_version_decoder, lines)


def numbers_to(metrics: Mapping[str, float]) -> Numbers:
    """Write metrics as JSON can hold them."""
    return {key: value if math.isfinite(value) else _name_of(value) for key, value in metrics.items()}


def numbers_from(numbers: Numbers) -> dict[str, float]:
    """Read metrics; what is neither a number nor the name of one is left out."""
    read = {key: _NAMED_NUMBERS.get(value) if isinstance(value, str) else value for key, value in numbers.items()}
    return {key: value for key, value in read.items() if value is not None}


def _name_of(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
