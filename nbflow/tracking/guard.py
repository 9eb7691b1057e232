"""What a failed log call does to the code that logs: raise, or warn once and let training go on."""

from __future__ import annotations

import functools
import sys
import warnings
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from nbflow.config import on_log_error
from nbflow.errors import NbflowError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["guarded", "raise_or_warn"]

_P = ParamSpec("_P")
_R = TypeVar("_R")


def guarded(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Make a logging function's errors warnings where `$NBFLOW_ON_LOG_ERROR` is `warn`; it returns None then."""

    @functools.wraps(function)
    def inner(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return function(*args, **kwargs)
        except NbflowError as exc:
            raise_or_warn(exc)
            return None  # type: ignore[return-value]  # said above

    return inner


def raise_or_warn(error: NbflowError) -> None:
    """Raise an error of a log call, or warn of it where the environment asks for that.

    Raises
    ------
    NbflowError
        The error, unless `$NBFLOW_ON_LOG_ERROR` is `warn`.
    InvalidInputError
        If that variable is neither `raise` nor `warn`.
    """
    if on_log_error() == "raise":
        raise error
    warnings.warn(f"nbflow did not log this, and goes on: {error}", RuntimeWarning, stacklevel=_outside())


def _outside() -> int:
    """Count the frames from the caller's to the first that is not nbflow's: the line that is warned of, once."""
    level = 1
    frame = sys._getframe(1)  # noqa: SLF001 (Python's own way to ask)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "nbflow":
        frame = frame.f_back
        level += 1
    return level
