"""Who imports what, while a model is loaded and predicts.

Libraries try to import many others and go on without: progress bars, test tools, terminal colours. Such a tool belongs
into a model's requirements only if the model's own code asks for it.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["needed_modules", "watch_imports"]

_TOOLS = {
    "IPython",
    "_pytest",
    "charset_normalizer",
    "colorama",
    "coverage",
    "ipykernel",
    "ipywidgets",
    "matplotlib",
    "numpydoc",
    "psutil",
    "pygments",
    "pytest",
    "rich",
    "tqdm",
}


@contextmanager
def watch_imports() -> Iterator[dict[str, set[str]]]:
    """Take note of imports while this lasts.

    Returns
    -------
    importers : dict of str to set of str
        For each top-level module the top-level modules whose code imported it; it fills as they do.
    """
    importers: dict[str, set[str]] = {}
    original = builtins.__import__

    def watched(name: str, *args: Any, **kwargs: Any) -> Any:
        space = args[0] if args else kwargs.get("globals")
        importer = str((space or {}).get("__name__", ""))
        importers.setdefault(name.partition(".")[0], set()).add(importer.partition(".")[0])
        return original(name, *args, **kwargs)

    builtins.__import__ = watched
    try:
        yield importers
    finally:
        builtins.__import__ = original


def needed_modules(modules: Iterable[str], importers: dict[str, set[str]], own: set[str]) -> list[str]:
    """Leave out the tools that only libraries have imported.

    Parameters
    ----------
    modules
        Names of all modules that were imported.
    importers
        What `watch_imports` gave.
    own
        Top-level names of the model's own code, and of what unpickles it.
    """
    tools = {tool for tool in _TOOLS if not importers.get(tool, set()) & own}
    return sorted(name for name in modules if name.partition(".")[0] not in tools)
