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
from nbflow.store.layout import (
    ARTIFACTS,
    LOG,
    STORE_FILE,
    is_experiment_id,
    is_model_folder,
    is_run_id,
    is_version_folder,
)

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
    """List the folders of runs, experiments, versions and models, and the logs of such, whose removal was begun."""
    folders = (*_experiments(layout), layout.root, *_models(layout))
    gone = [folder / name for folder in folders for name in sorted(_names(folder)) if is_gone(name)]
    return gone + [layout.models / name for name in sorted(_names(layout.models)) if name.endswith(GONE)]


def abandoned_files(layout: Layout) -> Iterator[Path]:
    """Find what was begun, never finished, and has not grown for an hour: files, and artifacts without a version."""
    latest = time.time() - _ABANDONED_S
    for folder in (layout.root, layout.access, layout.models, *_experiments(layout)):
        deep = folder != layout.root
        pending = [folder]
        while pending:
            for entry in _entries(pending.pop()):
                if is_temporary(entry.name):
                    if _mtime(entry) <= latest:
                        yield Path(entry.path)
                elif deep and entry.is_dir(follow_symlinks=False) and not is_gone(entry.name):
                    pending.append(Path(entry.path))
    for version in (Path(each.path) for model in _models(layout) for each in _entries(model)):
        artifacts = version / ARTIFACTS
        # Until a version has a log there is none, and its files are put there before.
        unfinished = is_version_folder(version.name) and artifacts.is_dir() and not (version / LOG).exists()
        if unfinished and _latest_mtime(artifacts) <= latest:
            yield artifacts


def _experiments(layout: Layout) -> list[Path]:
    return [layout.root / name for name in sorted(_names(layout.root)) if is_experiment_id(name)]


def _models(layout: Layout) -> list[Path]:
    return [layout.models / name for name in sorted(_names(layout.models)) if is_model_folder(name)]


def _names(folder: Path) -> list[str]:
    return [entry.name for entry in _entries(folder)]


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError:  # gone, or not to be read: not for this module to say
        return []


def _latest_mtime(folder: Path) -> float:
    try:
        found, pending = folder.stat().st_mtime, [folder]
    except OSError:
        return time.time()
    while pending:
        for entry in _entries(pending.pop()):
            found = max(found, _mtime(entry))
            if entry.is_dir(follow_symlinks=False):
                pending.append(Path(entry.path))
    return found


def _mtime(entry: os.DirEntry[str]) -> float:
    try:
        return entry.stat(follow_symlinks=False).st_mtime
    except OSError:
        return time.time()
