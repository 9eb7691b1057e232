"""What a kill can leave in a store: folders on their way out (`*.gc`), and files that were never finished.

Readers skip both by their names; `nbflow doctor` names them and `nbflow gc` removes them.
"""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

from nbflow.names import is_temporary_name
from nbflow.store.layout import LOG, STORE_FILE, is_experiment_id, is_run_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbflow.store.layout import Layout

__all__ = ["GONE", "abandoned_files", "gone_folders", "is_gone", "is_temporary"]

GONE = ".gc"

_DRAFT = re.compile(rf"\.{re.escape(STORE_FILE)}\.[0-9a-f]{{12}}")
# A file that has not grown for so long is nobody's any more.
_ABANDONED_S = 3600.0


def is_temporary(name: str) -> bool:
    """Tell whether a file's name says that it is being written."""
    return is_temporary_name(name) or _DRAFT.fullmatch(name) is not None


def is_gone(name: str) -> bool:
    """Tell whether a folder's name says that it is being removed."""
    stem = name.removesuffix(GONE)
    return stem != name and (is_run_id(stem) or is_experiment_id(stem) or stem == LOG)


def gone_folders(layout: Layout) -> list[Path]:
    """List the folders of runs and experiments, and the logs of experiments, whose removal was begun."""
    folders = (*_experiments(layout), layout.root)
    return [folder / name for folder in folders for name in sorted(_names(folder)) if is_gone(name)]


def abandoned_files(layout: Layout) -> Iterator[Path]:
    """Find the files that were begun, never finished, and have not grown for an hour."""
    latest = time.time() - _ABANDONED_S
    for folder in (layout.root, *_experiments(layout)):
        deep = folder != layout.root
        pending = [folder]
        while pending:
            for entry in _entries(pending.pop()):
                if is_temporary(entry.name):
                    if _mtime(entry) <= latest:
                        yield Path(entry.path)
                elif deep and entry.is_dir(follow_symlinks=False) and not is_gone(entry.name):
                    pending.append(Path(entry.path))


def _experiments(layout: Layout) -> list[Path]:
    return [layout.root / name for name in sorted(_names(layout.root)) if is_experiment_id(name)]


def _names(folder: Path) -> list[str]:
    return [entry.name for entry in _entries(folder)]


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError:  # gone, or not to be read: not for this module to say
        return []


def _mtime(entry: os.DirEntry[str]) -> float:
    try:
        return entry.stat(follow_symlinks=False).st_mtime
    except OSError:
        return time.time()
