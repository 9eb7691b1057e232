"""Layouts of run tables that the user gave names: kept in files among the user's settings, not in a store."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from nbflow.config import config_folder
from nbflow.errors import InvalidInputError, LimitExceededError, StoreWriteError, did_you_mean
from nbflow.widgets.limits import json_text
from nbflow.widgets.wire import to_json

__all__ = ["Layouts"]

_FOLDER = "table-layouts"
_LAST = "last.json"
_MAX_NAME = 100
_MAX_BYTES = 100_000
_MAX_LAYOUTS = 200


class _Kept(msgspec.Struct):
    """A layout's file."""

    name: str
    layout: dict[str, Any]
    version: int = 1


class _Last(msgspec.Struct):
    """The file that says which layout was used last."""

    name: str | None
    version: int = 1


_File = TypeVar("_File", _Kept, _Last)


class Layouts:
    """The layouts that are kept.

    Each has a file of its own, which is written whole: several kernels and a server of one user share them, and what
    they save at the same moment is all kept. Each call reads the files anew. One that cannot be read is as if it were
    not there, and is written over when its layout is saved.

    Parameters
    ----------
    folder
        Where they are; None is the user's.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = config_folder() / _FOLDER if folder is None else folder

    def all(self) -> dict[str, dict[str, Any]]:
        """Give the layouts by name, in the order of names."""
        found: dict[str, dict[str, Any]] = {}
        with contextlib.suppress(OSError):
            for path in self._folder.glob("*.json"):
                kept = _read(path, _Kept)
                if kept is not None and path == self._path(kept.name):
                    found[kept.name] = kept.layout
        return dict(sorted(found.items()))

    @property
    def last(self) -> str | None:
        """The one that was used last, which the next table begins with; None where there is none."""
        last = _read(self._folder / _LAST, _Last)
        name = None if last is None else last.name
        return None if name is None or _read(self._path(name), _Kept) is None else name

    def get(self, name: str) -> dict[str, Any]:
        """Give a layout.

        Raises
        ------
        InvalidInputError
            If none has that name.
        """
        known = self.all()
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
            If its file cannot be written.
        """
        if not name.strip() or not name.isprintable():
            raise InvalidInputError("layout", name, "Give it a name that can be read.")
        if len(name) > _MAX_NAME:
            raise LimitExceededError("layout's name", len(name), _MAX_NAME, "Choose a shorter one.")
        made = json.loads(json_text(to_json(dict(layout))))
        size = len(json_text(made))
        if size > _MAX_BYTES:
            raise LimitExceededError("layout", size, _MAX_BYTES, "Take columns out of it.", unit="bytes")
        n_after = len({*self.all(), name})
        if n_after > _MAX_LAYOUTS:
            raise LimitExceededError("layouts", n_after, _MAX_LAYOUTS, "Delete some.", unit="layouts")
        self._write(self._path(name), _Kept(name, made))
        self._write(self._folder / _LAST, _Last(name))

    def use(self, name: str | None) -> None:
        """Note which layout was taken last; None goes back to none."""
        if self.last != name and (name is None or name in self.all()):
            self._write(self._folder / _LAST, _Last(name))

    def delete(self, name: str) -> None:
        """Forget a layout; nothing happens where there is none of that name.

        Raises
        ------
        StoreWriteError
            If its file cannot be removed.
        """
        path = self._path(name)
        try:
            path.unlink(missing_ok=True)
        except OSError as exc:
            raise StoreWriteError(str(path), exc.errno, exc.strerror or str(exc)) from exc

    def _path(self, name: str) -> Path:
        # Not the name itself: it may hold what no file's name can, and `a` and `A` are one file on some disks.
        digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
        return self._folder / f"{digest[:32]}.json"

    def _write(self, path: Path, kept: _Kept | _Last) -> None:
        content = msgspec.json.format(msgspec.json.encode(kept), indent=1)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            # Another kernel may be reading: it sees the old file or the new one.
            handle, name = tempfile.mkstemp(dir=self._folder, prefix="new-")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                Path(name).replace(path)
            except OSError:
                with contextlib.suppress(OSError):
                    Path(name).unlink()
                raise
        except OSError as exc:
            raise StoreWriteError(str(path), exc.errno, exc.strerror or str(exc)) from exc


def _read(path: Path, of: type[_File]) -> _File | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=of)
    except (OSError, msgspec.DecodeError):
        return None
