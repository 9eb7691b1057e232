"""A copy of what a cell prints, while it is shown as usual."""

from __future__ import annotations

import sys
from typing import Any

from nbflow.magics.wrapping import Wrappings

__all__ = ["MAX_OUTPUT", "StreamCopy"]

MAX_OUTPUT = 10_000_000  # bytes


class StreamCopy:
    """Copies what is written to `sys.stdout` and `sys.stderr`, in the order it is written.

    Parameters
    ----------
    limit
        The most that is kept, in bytes of UTF-8: a cell that prints without end must not fill the memory.
    """

    def __init__(self, limit: int = MAX_OUTPUT) -> None:
        self._limit = limit
        self._size = 0
        self._parts: list[str] = []
        self._cut = False
        self._wrappings = Wrappings()

    def start(self) -> None:
        """Begin to copy."""
        for stream in {id(stream): stream for stream in (sys.stdout, sys.stderr)}.values():
            self._wrappings.after(stream, "write", self._add)

    def stop(self) -> None:
        """Copy no more."""
        self._wrappings.undo()

    def text(self) -> str:
        """Give what was written; where some of it was not kept, the last line says so."""
        told = f"\n[nbflow: output beyond {self._limit:,} bytes is not kept]\n" if self._cut else ""
        return "".join(self._parts) + told

    def _add(self, text: object, *_rest: Any) -> None:
        if self._cut or not isinstance(text, str) or not text:
            return
        size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
        if self._size + size > self._limit:
            self._cut = True
            text = text.encode("utf-8", "surrogatepass")[: self._limit - self._size].decode("utf-8", "ignore")
        self._size += size
        self._parts.append(text)
