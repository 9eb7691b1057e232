"""Copying what a user names, files and folders of this machine, into a model's folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nbflow.errors import InvalidInputError, LocalFileNotFoundError, StoreWriteError, UnsupportedValueError

__all__ = ["check_paths", "copy_into"]


def check_paths(paths: Any, what: str) -> list[Path]:
    """Check that paths are there, and that no two have the same name.

    Parameters
    ----------
    paths
        A list of files and folders; None is none.
    what
        The argument's name, for messages.

    Returns
    -------
    paths : list of Path
        Absolute.

    Raises
    ------
    UnsupportedValueError
        If it is not a list of paths.
    LocalFileNotFoundError
        If one is not there.
    InvalidInputError
        If two have the same name, or one is the root of a disk.
    """
    if paths is None:
        return []
    if isinstance(paths, str | bytes | os.PathLike) or not isinstance(paths, Iterable):
        raise UnsupportedValueError(what, paths, "it is a list of files and folders of this machine.")
    found: dict[str, Path] = {}
    for given in paths:
        if not isinstance(given, str | os.PathLike):
            raise UnsupportedValueError(what, given, "it is a list of files and folders of this machine.")
        path = Path(os.path.abspath(given))
        if not path.exists():
            raise LocalFileNotFoundError(os.fspath(given))
        if not path.name:
            raise InvalidInputError(what, os.fspath(given), "That is the whole disk: give a folder of it.")
        if path.name in found:
            rule = f"{found[path.name]} has the same name: they would lie in one place. Rename one of them."
            raise InvalidInputError(what, os.fspath(given), rule)
        found[path.name] = path
    return list(found.values())


def copy_into(source: Path, folder: Path) -> None:
    """Copy a file or folder into a folder, which is made; without bytecode.

    Parameters
    ----------
    source
        Absolute.
    folder
        Where it goes, under its own name.

    Raises
    ------
    StoreWriteError
        If it cannot be read, or the disk refuses.
    """

    def left_out(above: str, names: list[str]) -> set[str]:
        # A folder that holds the model's own folder is not copied into itself.
        places = {name: Path(above, name) for name in names}
        return {
            name for name, path in places.items() if name == "__pycache__" or path == folder or path in folder.parents
        }

    try:
        folder.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, folder / source.name, ignore=left_out)
        else:
            shutil.copyfile(source, folder / source.name)
    except OSError as exc:  # shutil.Error, too, which lists what could not be copied
        raise StoreWriteError(str(folder / source.name), exc.errno, exc.strerror or str(exc)) from exc
