"""Replacing functions and methods of other libraries so that they can be put back, and look as they did."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

__all__ = ["AroundFunction", "AroundMethod", "Patches"]

AroundFunction = Callable[[Callable[..., Any], tuple[Any, ...], dict[str, Any]], Any]
"""Called with the original and its arguments, in its place."""

AroundMethod = Callable[[Any, Callable[..., Any], tuple[Any, ...], dict[str, Any]], Any]
"""Called with the instance, the original bound to it, and the arguments."""

_MARK = "__nbflow_original__"


class Patches:
    """What was replaced.

    Classes and modules are changed, never instances: an instance is pickled, cloned and copied as ever. What somebody
    else has replaced meanwhile stays as they made it; the function of ours that it may call passes all on.
    """

    def __init__(self) -> None:
        self._undo: list[tuple[Any, str, Any, Any]] = []

    def method(self, cls: type, name: str, around: AroundMethod) -> None:
        """Replace a method that a class defines itself; nothing happens when it defines none.

        Parameters
        ----------
        cls
            The class.
        name
            The method.
        around
            What is called in its place.
        """
        original = vars(cls).get(name)
        if original is None or hasattr(original, _MARK) or getattr(original, "__isabstractmethod__", False):
            return
        replacement: Any
        if isinstance(original, FunctionType):
            replacement = _method(original, around)
        elif callable(getattr(type(original), "__get__", None)) and not isinstance(
            original, property | staticmethod | classmethod
        ):
            replacement = _Conditional(original, around)
        else:
            return
        self._put(cls, name, original, replacement)

    def function(self, modules: list[ModuleType], name: str, around: AroundFunction) -> None:
        """Replace one function in every module that holds it under this name.

        Parameters
        ----------
        modules
            The module that defines it first.
        name
            The function.
        around
            What is called in its place.
        """
        original = getattr(modules[0], name, None)
        if not isinstance(original, FunctionType) or hasattr(original, _MARK):
            return

        @functools.wraps(original)
        def replacement(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            return around(original, args, kwargs)

        setattr(replacement, _MARK, original)
        for module in modules:
            if vars(module).get(name) is original:
                self._put(module, name, original, replacement)

    def undo(self) -> None:
        """Put everything back."""
        while self._undo:
            owner, name, original, replacement = self._undo.pop()
            if vars(owner).get(name) is replacement:
                setattr(owner, name, original)

    def _put(self, owner: Any, name: str, original: Any, replacement: Any) -> None:
        setattr(owner, name, replacement)
        self._undo.append((owner, name, original, replacement))


def _method(original: FunctionType, around: AroundMethod) -> Callable[..., Any]:
    @functools.wraps(original)
    def replacement(self: Any, /, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        return around(self, original.__get__(self, type(self)), args, kwargs)

    setattr(replacement, _MARK, original)
    return replacement


class _Conditional:
    """In place of a method that only some instances have, such as `Pipeline.score` (scikit-learn's `available_if`)."""

    def __init__(self, original: Any, around: AroundMethod) -> None:
        self.__nbflow_original__ = original
        self._around = around
        self.__doc__ = original.__doc__

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        bound = self.__nbflow_original__.__get__(instance, owner)  # raises where the instance has no such method
        if instance is None:
            return bound

        @functools.wraps(bound)
        def replacement(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            return self._around(instance, bound, args, kwargs)

        return replacement
