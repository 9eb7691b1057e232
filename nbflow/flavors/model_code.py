"""Python code that travels with a model: its `code/` folder, and scripts that make a model.

While a model is loaded, its own modules come before all others, also before modules of the same names that are
imported already: those of the notebook, or of another model. Afterwards each is what it was: the model keeps its own.
No bytecode is read or written there: a model's files stay as they were logged, and only what can be read is run.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import os
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.machinery import EXTENSION_SUFFIXES, SOURCE_SUFFIXES, ExtensionFileLoader, FileFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from nbflow.links import is_below

__all__ = ["code_files", "importing_from", "run_script"]

# One model at a time: sys.path and sys.modules are everybody's.
_lock = threading.RLock()
_roots: set[str] = set()


class _Loader(SourceFileLoader):
    """Compiles the source each time, and remembers which source that was."""

    digest = b""

    def get_code(self, fullname: str) -> CodeType:
        source = self.get_data(self.path)
        self.digest = hashlib.sha256(source).digest()
        code: CodeType = self.source_to_code(source, self.path)
        return code

    def is_current(self) -> bool:
        try:
            return hashlib.sha256(self.get_data(self.path)).digest() == self.digest
        except OSError:
            return False


@contextmanager
def importing_from(code: Path | None, *, keep: bool = True) -> Iterator[None]:
    """Let a model's code be imported from its folder, first of all while this lasts, last of all afterwards.

    Parameters
    ----------
    code
        The folder; None for a model without one.
    keep
        Whether it can be imported from afterwards: not from a folder that will not stay.
    """
    if code is None:
        yield
        return
    root = os.path.abspath(code)
    with _lock:
        _install_hook(root)
        hidden = _hide(root)
        sys.path.insert(0, root)
        try:
            yield
        finally:
            with suppress(ValueError):
                sys.path.remove(root)
            # What it imports later, in the middle of a prediction, is still found, but shadows nothing.
            if keep and root not in sys.path:
                sys.path.append(root)
            _drop({name.partition(".")[0] for name in hidden})
            sys.modules.update(hidden)
            if not keep:
                _drop({name.partition(".")[0] for name, module in list(sys.modules.items()) if _is_from(module, root)})
                _roots.discard(root)


def run_script(path: Path) -> ModuleType:
    """Run a script as a module of its own.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    module : ModuleType
        With all that the script defined. It stays in `sys.modules`: what the script defines may ask for its module.
    """
    name = f"nbflow_model_code_{uuid.uuid4().hex}"
    spec = importlib.util.spec_from_file_location(name, path, loader=_Loader(name, str(path)))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module


def code_files(folder: Path, relative: str) -> list[str]:
    """Name the files of a folder in a model that may be run.

    Parameters
    ----------
    folder
        The model's folder.
    relative
        A file or folder in it.

    Returns
    -------
    files : list of str
        Paths in the model's folder, sorted. Without bytecode, which is never read.
    """
    root = folder / relative
    if not root.is_dir():
        return [relative]
    # Links to folders, too, which are not walked: Python would import through them.
    found = [Path(above, name) for above, folders, names in os.walk(root) for name in [*folders, *names]]
    files = (path for path in found if path.is_symlink() or not path.is_dir())
    return sorted(path.relative_to(folder).as_posix() for path in files if path.parent.name != "__pycache__")


def _install_hook(root: str) -> None:
    if root not in _roots:
        _roots.add(root)
        for path in [known for known in sys.path_importer_cache if is_below(known, root)]:
            sys.path_importer_cache.pop(path, None)
    if _finder not in sys.path_hooks:
        sys.path_hooks.insert(0, _finder)
    importlib.invalidate_caches()


def _finder(path: str) -> Any:
    """Give the finder for a folder of a model's code, as `sys.path_hooks` asks for it."""
    if not any(is_below(path, root) for root in _roots):
        raise ImportError
    return FileFinder(path, (ExtensionFileLoader, EXTENSION_SUFFIXES), (_Loader, SOURCE_SUFFIXES))


def _hide(root: str) -> dict[str, ModuleType]:
    """Take the modules out of `sys.modules` that a model's own have the names of; give them back."""
    names = {entry.partition(".")[0] for entry in os.listdir(root)} - sys.stdlib_module_names - {"nbflow", ""}  # noqa: PTH208 - names are all it takes
    named = {name: module for name, module in sys.modules.items() if name.partition(".")[0] in names}
    foreign = {name.partition(".")[0] for name, module in named.items() if not _is_own(module, root)}
    _drop(foreign)
    return {name: module for name, module in named.items() if name.partition(".")[0] in foreign}


def _is_own(module: ModuleType, root: str) -> bool:
    """Tell whether a module was imported from a folder, as its source is now."""
    loader = getattr(module, "__loader__", None)
    return _is_from(module, root) and (loader.is_current() if isinstance(loader, _Loader) else True)


def _is_from(module: ModuleType, root: str) -> bool:
    file = getattr(module, "__file__", None)
    # A folder without __init__.py has no file.
    places = [file] if file is not None else list(getattr(module, "__path__", ()))
    return any(is_below(str(place), root) for place in places)


def _drop(names: set[str]) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] in names]:
        del sys.modules[name]
