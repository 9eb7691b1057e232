"""The root of a store: what makes a directory one, and what is refused."""

from __future__ import annotations

import contextlib
import json
import os
from typing import TYPE_CHECKING

from nbflow.errors import NewerFormatError, NotAStoreError, StoreWriteError
from nbflow.store.events import FORMAT

if TYPE_CHECKING:
    from nbflow.store.layout import Layout

__all__ = ["check_store", "make_store"]


def check_store(layout: Layout) -> bool:
    """Tell whether there is a store, for reading it.

    Returns
    -------
    there : bool
        False where there is nothing yet: no directory, or an empty one.

    Raises
    ------
    NotAStoreError
        If the path holds something else.
    NewerFormatError
        If a newer nbflow wrote the store.
    """
    text = _read(layout)
    if text is None:
        if _is_empty(layout):
            return False
        text = _read(layout)  # made between the two looks
        if text is None:
            raise NotAStoreError(str(layout.root), f"{layout.store_file.name} is a symlink that leads nowhere")
    try:
        found = json.loads(text)["format"]
    except (ValueError, KeyError, TypeError) as exc:
        raise NotAStoreError(str(layout.root), f"{layout.store_file.name} does not say its format") from exc
    if not isinstance(found, int) or isinstance(found, bool) or found > FORMAT:
        raise NewerFormatError(str(layout.root), found, FORMAT)
    return True


def make_store(layout: Layout) -> None:
    """Make the directory a store, if it is not one already.

    Raises
    ------
    NotAStoreError
        If the path holds something else.
    NewerFormatError
        If a newer nbflow wrote the store.
    StoreWriteError
        If it cannot be written there.
    """
    if check_store(layout):
        return
    # A name of our own, then one atomic step: nobody reads half a file, and two makers write the same.
    draft = layout.root / f".{layout.store_file.name}.{os.urandom(6).hex()}"
    try:
        layout.root.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps({"format": FORMAT}) + "\n")
        draft.replace(layout.store_file)
    except OSError as exc:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise StoreWriteError(str(layout.root), exc.errno, exc.strerror or str(exc)) from exc


def _read(layout: Layout) -> bytes | None:
    try:
        return layout.store_file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as exc:
        raise NotAStoreError(str(layout.root), f"{layout.store_file.name} cannot be read ({exc.strerror})") from exc


def _is_empty(layout: Layout) -> bool:
    """Tell whether there is nothing, or, false, a store that was not there a moment ago."""
    root = layout.root
    if not root.exists():
        return True
    if not root.is_dir():
        raise NotAStoreError(str(root), "it is a file")
    try:
        names = [entry.name for entry in root.iterdir() if not entry.name.startswith(f".{layout.store_file.name}.")]
    except OSError as exc:
        raise NotAStoreError(str(root), f"it cannot be listed ({exc.strerror})") from exc
    if not names or layout.store_file.name in names:
        return not names
    if any((root / name / "meta.yaml").is_file() for name in names if name.isdecimal()):
        raise NotAStoreError(str(root), "it is MLflow's file store (mlruns); choose a new directory for nbflow")
    raise NotAStoreError(str(root), f"it has no {layout.store_file.name} and is not empty; choose a new directory")
