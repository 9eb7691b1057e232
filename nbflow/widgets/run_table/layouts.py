"""Layouts of run tables that the user gave names: kept in a file among the user's settings, not in a store."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from nbflow.config import config_folder
from nbflow.errors import InvalidInputError, LimitExceededError, StoreWriteError, did_you_mean
from nbflow.widgets.limits import json_text
from nbflow.widgets.wire import to_json

__all__ = ["Layouts"]

_FILE = "table-layouts.json"
_MAX_NAME = 100
_MAX_BYTES = 100_000
_MAX_LAYOUTS = 200


class _Kept(msgspec.Struct, forbid_unknown_fields=False):
    version: int = 1
    last: str | None = None
    layouts: dict[str, dict[str, Any]] = {}


class Layouts:
    """The layouts that are kept.

    Each call reads the file anew: several kernels of one user share it. One that cannot be read is as if it were not
    there, and is written over when a layout is saved.

    Parameters
    ----------
    path
        The file; None is the user's.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = config_folder() / _FILE if path is None else path

    def all(self) -> dict[str, dict[str, Any]]:
        """Give the layouts by name, in the order of names."""
        return dict(sorted(self._read().layouts.items()))

    @property
    def last(self) -> str | None:
        """The one that was used last, which the next table begins with; None where there is none."""
        kept = self._read()
        return kept.last if kept.last in kept.layouts else None

    def get(self, name: str) -> dict[str, Any]:
        """Give a layout.

        Raises
        ------
        InvalidInputError
            If none has that name.
        """
        known = self._read().layouts
        if name not in known:
            hint = did_you_mean(str(name), known) if known else " None was saved yet."
            raise InvalidInputError("layout", name, f"There is no layout of this name.{hint}")
        return known[name]

    def save(self, name: str, layout: Mapping[str, Any]) -> None:
        """Keep a layout under a name, in place of one that has it, as the last used.

        Raises
        ------
        InvalidInputError
            If the name is empty.
        LimitExceededError
            If name or layout are too long, or there are too many.
        StoreWriteError
            If the file cannot be written.
        """
        if not name.strip() or not name.isprintable():
            raise InvalidInputError("layout", name, "Give it a name that can be read.")
        if len(name) > _MAX_NAME:
            raise LimitExceededError("layout's name", len(name), _MAX_NAME, "Choose a shorter one.")
        made = json.loads(json_text(to_json(dict(layout))))
        size = len(json_text(made))
        if size > _MAX_BYTES:
            raise LimitExceededError("layout", size, _MAX_BYTES, "Take columns out of it.", unit="bytes")
        kept = self._read()
        kept.layouts[name] = made
        if len(kept.layouts) > _MAX_LAYOUTS:
            raise LimitExceededError("layouts", len(kept.layouts), _MAX_LAYOUTS, "Delete some.", unit="layouts")
        kept.last = name
        self._write(kept)

    def use(self, name: str | None) -> None:
        """Note which layout was taken last; None goes back to none."""
        kept = self._read()
        if kept.last != name and (name is None or name in kept.layouts):
            kept.last = name
            self._write(kept)

    def delete(self, name: str) -> None:
        """Forget a layout; nothing happens where there is none of that name."""
        kept = self._read()
        if kept.layouts.pop(name, None) is not None:
            kept.last = None if kept.last == name else kept.last
            self._write(kept)

    def _read(self) -> _Kept:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=_Kept)
        except (OSError, msgspec.DecodeError):
            return _Kept()

    def _write(self, kept: _Kept) -> None:
        content = msgspec.json.format(msgspec.json.encode(kept), indent=1)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # Another kernel may be reading: it sees the old file or the new one.
            handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=_FILE)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                Path(name).replace(self._path)
            except OSError:
                with contextlib.suppress(OSError):
                    Path(name).unlink()
                raise
        except OSError as exc:
            raise StoreWriteError(str(self._path), exc.errno, exc.strerror or str(exc)) from exc
