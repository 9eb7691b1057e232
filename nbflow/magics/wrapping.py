"""Methods of single objects, wrapped for a while and put back: how a cell's output is looked at on its way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["Wrappings"]

Method = Callable[..., Any]


class Wrappings:
    """Wraps methods, and puts them back.

    The objects themselves stay in place: front ends and libraries hold on to `sys.stdout` and to the shell's display
    publisher, so that replacing those would miss what is written through an older reference.
    """

    def __init__(self) -> None:
        self.active = True
        self._wrapped: list[tuple[Any, str, Method, Method | None]] = []

    def after(self, thing: Any, name: str, look: Method) -> None:
        """Call a function after each call of a method, with the same arguments, until `undo`.

        Parameters
        ----------
        thing
            The object. One that has no such method, or whose methods cannot be replaced, is left alone.
        name
            The method's name.
        look
            The function; it must not raise.
        """
        original = getattr(thing, name, None)
        if original is None:
            return
        own = getattr(thing, "__dict__", {}).get(name)

        def wrapper(*args: Any, **kwargs: Any) -> Any:
            result = original(*args, **kwargs)
            if self.active:
                look(*args, **kwargs)
            return result

        try:
            setattr(thing, name, wrapper)
        except (AttributeError, TypeError):
            return
        self._wrapped.append((thing, name, wrapper, own))

    def undo(self) -> None:
        """Put all methods back. One that somebody else has wrapped since stays, and does nothing."""
        self.active = False
        for thing, name, wrapper, own in reversed(self._wrapped):
            if thing.__dict__.get(name) is not wrapper:
                continue
            if own is None:
                delattr(thing, name)
            else:
                setattr(thing, name, own)
        self._wrapped.clear()
