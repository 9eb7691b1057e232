"""The file that a flavor's entry in the MLmodel file names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbflow.errors import ModelFormatError
from nbflow.links import real_folder
from nbflow.mlmodel.files import inside

__all__ = ["named_file", "relative_name"]


def named_file(folder: Path, config: Mapping[str, Any], key: str = "data", default: str | None = None) -> Path:
    """Find the file that an entry names.

    Parameters
    ----------
    folder
        The model's folder.
    config
        What the MLmodel file says.
    key
        The entry's name.
    default
        The file's name where the entry is missing; None where it must be there.

    Returns
    -------
    file : Path
        Where it really lies, with all symlinks followed.

    Raises
    ------
    ModelFormatError
        If it is not there, or leads out of the folder.
    """
    file = inside(folder, config.get(key, default))
    if not file.is_file():
        raise ModelFormatError(str(folder), f"Its file {file.name} is missing.")
    return file


def relative_name(folder: Path, file: Path) -> str:
    """Give the path of a model's file in the model's folder, with `/` between its parts."""
    return file.relative_to(real_folder(folder)).as_posix()
