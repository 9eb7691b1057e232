"""What started this: the notebook, the script, or nothing that has a file."""

from __future__ import annotations

import functools
import os
import sys
from pathlib import Path

from nbflow.provenance.notebook import in_notebook, notebook_path

__all__ = ["source", "source_dir"]


def source() -> tuple[str, str]:
    """Name what runs, as in the tags `mlflow.source.name` and `mlflow.source.type`.

    Returns
    -------
    name : str
        In a kernel the notebook's path. Otherwise, and where no front end tells the path, `sys.argv[0]` as given: a
        script, `-c`, or `<console>` if it is empty.
    kind : str
        `NOTEBOOK` in a kernel, `LOCAL` anywhere else.
    """
    if in_notebook():
        return notebook_path() or _main(), "NOTEBOOK"
    return _main(), "LOCAL"


def source_dir() -> Path | None:
    """Find the folder whose git state is that of the code.

    Returns
    -------
    folder : Path or None
        The folder of the notebook or script; the working directory where there is none, or where the script is part of
        the Python installation (`ipython`, `pytest`, the kernel's launcher); None if that has been deleted.
    """
    try:
        here = os.getcwd()  # noqa: PTH109 (a key of the cache)
    except OSError:
        return None
    main = os.path.join(here, notebook_path() or _main())  # noqa: PTH118 (as above)
    return _folder(here, main if os.path.isfile(main) else None, (sys.prefix, sys.base_prefix))  # noqa: PTH113


@functools.lru_cache(maxsize=16)
def _folder(here: str, main: str | None, installed: tuple[str, ...]) -> Path:
    # Kept, since each run asks: following the links of four paths costs more than writing a run's first events.
    try:
        folder = Path(main).resolve().parent if main else Path(here)
        prefixes = [Path(prefix).resolve() for prefix in installed]
    except (OSError, ValueError, RuntimeError):  # unreachable, a NUL, a loop of links
        return Path(here)
    return Path(here) if any(folder.is_relative_to(prefix) for prefix in prefixes) else folder


def _main() -> str:
    argv = getattr(sys, "argv", None)  # an embedded interpreter may have none
    return str(argv[0]) if argv and argv[0] else "<console>"
