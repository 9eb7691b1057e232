"""Reading a pickle that is trusted."""

from __future__ import annotations

import bz2
import gzip
import lzma
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbflow.errors import ModelFormatError

__all__ = ["unpickle"]

# What MLflow may have compressed it with.
_OPEN: dict[object, Callable[..., Any]] = {"lzma": lzma.open, "bzip2": bz2.open, "gzip": gzip.open}


def unpickle(file: Path, compression: object = None) -> Any:
    """Read a pickle, which may do anything: whoever calls this has checked that it is trusted.

    Parameters
    ----------
    file
        The file.
    compression
        What MLflow calls the way in which it is compressed; None for not at all.

    Raises
    ------
    ModelFormatError
        If it is no pickle, or cut off.
    """
    try:
        with _OPEN.get(compression, open)(file, "rb") as stream:
            return pickle.load(stream)  # noqa: S301 - see above
    except (pickle.UnpicklingError, EOFError, lzma.LZMAError, gzip.BadGzipFile) as exc:
        raise ModelFormatError(str(file.parent), f"Its file {file.name} is no pickle, or damaged: {exc}.") from exc
