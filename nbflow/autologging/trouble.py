"""What goes wrong while logging by itself: told once for each cause, and the training goes on."""

from __future__ import annotations

import logging
import sys
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["Careful", "careful", "causes", "forget_causes", "tell_once"]

_log = logging.getLogger("nbflow.autologging")
_told: set[tuple[str, str]] = set()


def careful(what: str, *, silent: bool = False) -> Careful:
    """Let nothing that fails in the block reach the code that trains.

    Parameters
    ----------
    what
        What is logged in it, for the message: `"the params"`.
    silent
        Whether nothing is said of it, nor of what libraries warn of in the block.

    Returns
    -------
    guard : Careful
        For `with`.
    """
    return Careful(what, silent=silent)


class Careful:
    """A block in which an exception is told of, and ends nothing but the block; see `careful`.

    Interrupts are no exceptions in this sense: they are the user's.
    """

    def __init__(self, what: str, *, silent: bool) -> None:
        self._what = what
        self._filters = warnings.catch_warnings(action="ignore") if silent else None

    def __enter__(self) -> None:
        if self._filters is not None:
            self._filters.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        if self._filters is not None:
            self._filters.__exit__(kind, exc, traceback)
        if not isinstance(exc, Exception):
            return False
        _log.debug("could not log %s", self._what, exc_info=exc)
        if self._filters is None:
            name = type(exc).__name__
            tell_once(f"nbflow could not log {self._what}, and goes on: {name}: {exc}", self._what, name)
        return True


def tell_once(text: str, *cause: str) -> None:
    """Warn, unless that was done before for this cause.

    Parameters
    ----------
    text
        Whole sentences.
    *cause
        What tells this cause from others; none is the text itself.
    """
    key = (cause[0], "".join(cause[1:])) if cause else (text, "")
    if key in _told:
        return
    _told.add(key)
    try:
        warnings.warn(text, RuntimeWarning, stacklevel=_outside())
    except RuntimeWarning:  # warnings are errors here, and this one would end the training
        sys.stderr.write(f"{text}\n")


def causes() -> frozenset[tuple[str, str]]:
    """Give the causes that were told of."""
    return frozenset(_told)


def forget_causes() -> None:
    """Tell of each cause again, should it come up again."""
    _told.clear()


def _outside() -> int:
    """Count the frames from the caller's to the first that is not nbflow's."""
    level = 1
    frame = sys._getframe(1)  # noqa: SLF001 - the only way to the caller's place that costs nothing
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "nbflow":
        frame = frame.f_back
        level += 1
    return level
