"""A class that has a base in another library, which is imported when the first instance is made."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Self, cast
from weakref import WeakKeyDictionary

__all__ = ["LateBase"]

_lock = threading.Lock()
_combined: WeakKeyDictionary[type, type] = WeakKeyDictionary()


class LateBase:
    """A class that can be imported, documented and inherited from without the library that it is made for.

    An instance is one of a class that inherits from this one and from the library's; it pickles as one of this.
    """

    @classmethod
    def _library_base(cls) -> type:
        """Import the library's class."""
        raise NotImplementedError

    def __new__(cls, *_args: Any, **_kwargs: Any) -> Self:
        """Make an instance of the class that has the library's base, too."""
        return cast("Self", object.__new__(_with_base(cls)))

    def __reduce__(self) -> tuple[Callable[[type[LateBase]], object], tuple[type], dict[str, Any]]:
        return _rebuild, (type(self).__mro__[1],), self.__getstate__()

    def __getstate__(self) -> dict[str, Any]:
        return vars(self).copy()


def _with_base(cls: type[LateBase]) -> type:
    with _lock:
        combined = _combined.get(cls)
        if combined is None:
            base = cls._library_base()
            names = {"__module__": cls.__module__, "__qualname__": cls.__qualname__, "__doc__": cls.__doc__}
            combined = _combined[cls] = type(cls.__name__, (cls, base), names)
        return combined


def _rebuild(cls: type[LateBase]) -> object:
    return cls.__new__(cls)
