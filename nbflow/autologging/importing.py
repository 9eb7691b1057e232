"""Being told when a module has been imported, without a part in how it is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

__all__ = ["ImportWatch"]


class ImportWatch(MetaPathFinder):
    """Stands first among the finders, finds nothing itself, and calls back after a module that is waited for.

    The finders that would be asked without it are asked, and what they give is given; only its loader's `exec_module`
    is wrapped, for the one time that it is called.

    Parameters
    ----------
    wanted
        Whether a module, by its name, is waited for; called for every import.
    imported
        Called with the module when its code has run. What it raises must not reach an `import`: it raises nothing.
    """

    def __init__(self, wanted: Callable[[str], bool], imported: Callable[[ModuleType], None]) -> None:
        self._wanted = wanted
        self._imported = imported

    def install(self) -> None:
        """Begin to watch; once is enough."""
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)

    def remove(self) -> None:
        """Watch no longer."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Give what the other finders find; None, as if this one were not there, for all that is not waited for."""
        if not self._wanted(fullname):
            return None
        try:
            for finder in list(sys.meta_path):
                find = getattr(finder, "find_spec", None)
                if finder is self or find is None:
                    continue
                spec: ModuleSpec | None = find(fullname, path, target)
                if spec is not None:
                    self._wrap(spec.loader)
                    return spec
        except Exception:  # noqa: BLE001 - the import goes on without this finder, and fails where it would have failed
            return None
        return None

    def _wrap(self, loader: Any) -> None:
        execute = getattr(loader, "exec_module", None)
        # A class, or a loader that several modules share, would be changed for all of them.
        if execute is None or isinstance(loader, type) or not hasattr(loader, "name"):
            return

        def exec_module(module: ModuleType) -> None:
            vars(loader).pop("exec_module", None)
            execute(module)
            self._imported(module)

        loader.exec_module = exec_module
