"""Answers as bytes: JSON, or JSON and beside it buffers for what is long and made of numbers.

With `Accept: application/vnd.nbflow+buffers` an answer is::

    u32 n | JSON, n bytes | (u32 m | m bytes | zeros up to the next header) ...

All numbers are little-endian. Each buffer begins at a multiple of 8, so that it can be looked at as numbers where it
lies: JSON is padded with spaces so that n is a multiple of 8, and there are zeros behind a buffer so that the next
header is 4 behind a multiple of 8. `{"$buffer": i, "type": ...}` in the JSON stands for the i-th of them.
"""

from __future__ import annotations

import hashlib
import struct
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import Struct

from nbflow.server.threads import WAIT_S, held
from nbflow.widgets.wire import encode, to_json

__all__ = ["BUFFERS", "JSON", "Answer", "Download", "Kept", "encode_answer", "mark_of"]

JSON = "application/json"
BUFFERS = "application/vnd.nbflow+buffers"

_WORD = 8
_HEADER = 4


class Download(Struct, frozen=True):
    """What a route gives that is a file and no JSON.

    Parameters
    ----------
    content
        Its bytes.
    media_type
        What it is.
    name
        How it is called where it is saved.
    """

    content: bytes
    media_type: str
    name: str


class Answer(Struct, frozen=True):
    """An answer as it is sent.

    Parameters
    ----------
    body
        Its bytes; None is no content.
    media_type
        What they are.
    headers
        More headers.
    mark
        Its `ETag`, where that is known already.
    """

    body: bytes | None
    media_type: str = JSON
    headers: dict[str, str] = {}
    mark: str | None = None


class Kept:
    """A value that a route gives more than once: it is made once, and encoded once for each form.

    Parameters
    ----------
    make
        Makes the value, as `encode_answer` takes it.
    most_bytes
        An answer that is longer is not kept, but made again for who asks when it was given.
    wait_s
        How long to wait for an answer that is being made.
    """

    def __init__(self, make: Callable[[], Any], most_bytes: int = 16_000_000, wait_s: float = WAIT_S) -> None:
        self._make = make
        self._most_bytes = most_bytes
        self._wait_s = wait_s
        self._lock = threading.Lock()
        self._counting = threading.Lock()
        self._asking = 0
        self._answers: dict[bool, Answer] = {}
        self._long: dict[bool, Answer] = {}

    @property
    def size(self) -> int:
        """How many bytes are kept."""
        return sum(len(answer.body or b"") for answer in list(self._answers.values()))

    def answer(self, *, buffers: bool) -> Answer:
        """Give it encoded. Who asks while it is being made waits for that.

        Raises
        ------
        StoreTimeoutError
            If that takes too long.
        """
        known = self._answers.get(buffers)
        if known is not None:
            return known
        with self._counting:
            self._asking += 1
        try:
            with held(self._lock, "of this answer", self._wait_s):
                known = self._answers.get(buffers) or self._long.get(buffers)
                if known is None:
                    made = encode_answer(self._make(), buffers=buffers)
                    known = msgspec.structs.replace(made, mark=mark_of(made))
                    kept = self._answers if len(known.body or b"") <= self._most_bytes else self._long
                    kept[buffers] = known
                return known
        finally:
            with self._counting:
                self._asking -= 1
                if not self._asking:  # those who waited have it
                    self._long.clear()


def mark_of(answer: Answer) -> str:
    """Give the `ETag` of an answer: another one where its bytes are others."""
    if answer.mark is not None:
        return answer.mark
    return f'"{hashlib.blake2b(answer.body or b"", digest_size=16).hexdigest()}"'


def encode_answer(value: Any, *, buffers: bool = False) -> Answer:
    """Encode what a route gives.

    Parameters
    ----------
    value
        None, a `Download`, a `Kept`, or what `nbflow.widgets.wire.encode` knows, Structs among it.
    buffers
        Whether who asked takes buffers.

    Raises
    ------
    TypeError
        If there is anything else in it.
    """
    if value is None:
        return Answer(None)
    if isinstance(value, Kept):
        return value.answer(buffers=buffers)
    if isinstance(value, Download):
        disposition = f"attachment; filename*=utf-8''{quote(value.name, safe='')}"
        return Answer(value.content, value.media_type, {"Content-Disposition": disposition})
    if not buffers:
        return Answer(msgspec.json.encode(to_json(value)))
    message, made = encode(value)
    return Answer(_packed(msgspec.json.encode(message), made), BUFFERS)


def _packed(text: bytes, buffers: list[memoryview]) -> bytes:
    text += b" " * (-len(text) % _WORD)
    parts: list[bytes | memoryview] = [struct.pack("<I", len(text)), text]
    for buffer in buffers:
        parts += [struct.pack("<I", len(buffer)), buffer, bytes((-len(buffer) - _HEADER) % _WORD)]
    return b"".join(parts)
