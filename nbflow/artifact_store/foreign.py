"""Asking what an object is without importing its library: who has the object has imported it."""

from __future__ import annotations

import sys
from importlib.util import find_spec

__all__ = ["installed", "is_a"]


def is_a(value: object, module: str, name: str) -> bool:
    """Tell whether a value is an instance of a class that may never have been imported.

    Parameters
    ----------
    value
        Any object.
    module
        The module that defines the class, such as `"matplotlib.figure"`.
    name
        The class.
    """
    cls = getattr(sys.modules.get(module), name, None)
    return isinstance(cls, type) and isinstance(value, cls)


def installed(package: str) -> bool:
    """Tell whether a package can be imported, without doing so."""
    try:
        return find_spec(package) is not None
    except ValueError:  # a module of that name was put into sys.modules by hand
        return True
