"""Which part of a file a request wants (pure): RFC 9110, of one range. Who asks for several gets the whole file."""

from __future__ import annotations

import re

from msgspec import Struct

__all__ = ["Span", "wanted_span"]

_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.IGNORECASE)


class Span(Struct, frozen=True):
    """Bytes of a file: `length` of them, from `start` on."""

    start: int
    length: int

    def content_range(self, size: int) -> str:
        """Say it in the header `Content-Range`."""
        return f"bytes {self.start}-{self.start + self.length - 1}/{size}"


def wanted_span(size: int, asked: str | None, condition: str | None, mark: str | None) -> Span | None:
    """Read the headers that ask for a part.

    Parameters
    ----------
    size
        That of the file.
    asked
        The header `Range`; None where there is none.
    condition
        The header `If-Range`: the mark of the file whose other part is there already.
    mark
        That of the file as it is now; None where it has none.

    Returns
    -------
    span : Span or None
        None for the whole file: also where the file is another one by now, or nobody knows, or what was asked for is
        none that this reads. A part that the file does not have has the length 0.
    """
    found = None if asked is None else _RANGE.fullmatch(asked)
    if found is None or (condition is not None and (mark is None or condition.strip() != mark)):
        return None
    first, last = found[1], found[2]
    if not first:
        if not last:
            return None
        length = min(int(last), size)
        return Span(size - length, length)
    start = int(first)
    if last and int(last) < start:
        return None
    end = min(int(last) + 1, size) if last else size
    return Span(start, max(0, end - start))
