"""How the images of one key are named, step after step (pure): as MLflow names them, so that its UI finds them."""

from __future__ import annotations

import operator
import re
from typing import Any

from msgspec import Struct

from nbflow.artifact_store.paths import MAX_SEGMENT_BYTES
from nbflow.errors import InvalidInputError, InvalidNameError, LimitExceededError, UnsupportedValueError

__all__ = ["SeriesImage", "image_series_name", "parse_image_series_name", "thumbnail_name"]

_FOLDER = "images/"
_COMPRESSED = "+compressed.webp"
_KEY = re.compile(r"[A-Za-z0-9_\-./ ]+")
_UNIQUE = re.compile(r"[A-Za-z0-9-]+")
# Before 3.x MLflow parted the fields by "%" and wrote "#" for "/" in the key.
_NAME = re.compile(
    r"images/(?P<key>[^/+%]+)(?P<sep>[+%])step(?P=sep)(?P<step>-?[0-9]{1,20})(?P=sep)timestamp(?P=sep)(?P<time>[0-9]{1,20})"
    r"(?P=sep)(?P<unique>[A-Za-z0-9-]+)(?P<end>\.png|(?P=sep)compressed\.webp)"
)


class SeriesImage(Struct, frozen=True):
    """What the name of one image of a series says."""

    key: str
    step: int
    timestamp_ms: int
    unique: str
    is_thumbnail: bool = False


def image_series_name(key: str, step: int, timestamp_ms: int, unique: str) -> str:
    """Name an image of a series.

    Parameters
    ----------
    key
        The series: ASCII letters, digits, `_ - . /` and space.
    step
        The step; may be negative.
    timestamp_ms
        When, in milliseconds since the epoch.
    unique
        What keeps two images of one step and time apart, such as a UUID.

    Returns
    -------
    name : str
        An artifact path.

    Raises
    ------
    UnsupportedValueError
        If the key is no text, or the step or the time is no integer.
    InvalidNameError
        If the key or the unique part has other characters.
    InvalidInputError
        If the time is negative.
    LimitExceededError
        If the key is so long that its files cannot be named.

    Examples
    --------
    >>> image_series_name("val/grid", 3, 1700000000000, "a1")
    'images/val~grid+step+3+timestamp+1700000000000+a1.png'
    """
    step, timestamp_ms = _integer("the step", step), _integer("the timestamp", timestamp_ms)
    if timestamp_ms < 0:
        raise InvalidInputError("the timestamp", timestamp_ms, "It is in milliseconds since 1970, and not negative.")
    if not isinstance(key, str):
        raise UnsupportedValueError("the image key", key, "keys are strings such as 'samples'.")
    if not _KEY.fullmatch(key):
        raise InvalidNameError(
            "image key",
            key,
            "It may only have ASCII letters, digits, underscores (_), dashes (-), periods (.), spaces and slashes (/).",
        )
    if not _UNIQUE.fullmatch(unique):
        raise InvalidNameError("unique part", unique, "It may only have ASCII letters, digits and dashes (-).")
    name = f"{key.replace('/', '~')}+step+{step}+timestamp+{timestamp_ms}+{unique}"
    spare = MAX_SEGMENT_BYTES - len(name) - len(_COMPRESSED)
    if spare < 0:
        raise LimitExceededError("the image key", len(key), len(key) + spare)
    return f"{_FOLDER}{name}.png"


def thumbnail_name(name: str) -> str:
    """Name the small copy of an image of a series.

    >>> thumbnail_name("images/grid+step+0+timestamp+1+a1.png")
    'images/grid+step+0+timestamp+1+a1+compressed.webp'
    """
    return f"{name.removesuffix('.png')}{_COMPRESSED}"


def parse_image_series_name(name: str) -> SeriesImage | None:
    """Read the name of an image of a series, of MLflow's older versions too; None for any other artifact path.

    >>> parse_image_series_name("images/val~grid+step+3+timestamp+17+a1+compressed.webp")
    SeriesImage(key='val/grid', step=3, timestamp_ms=17, unique='a1', is_thumbnail=True)
    """
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    slash = "~" if match["sep"] == "+" else "#"
    return SeriesImage(
        key=match["key"].replace(slash, "/"),
        step=int(match["step"]),
        timestamp_ms=int(match["time"]),
        unique=match["unique"],
        is_thumbnail=match["end"] != ".png",
    )


def _integer(what: str, number: Any) -> int:
    try:
        return operator.index(number)  # NumPy's integers are integers too
    except TypeError as exc:
        raise UnsupportedValueError(what, number, "it is an integer.") from exc
