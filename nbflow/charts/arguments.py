"""Checks of the arguments that several charts take."""

from __future__ import annotations

import numbers
from collections.abc import Sequence

from nbflow.errors import InvalidInputError, UnsupportedValueError

__all__ = ["check_log", "check_points", "check_smooth", "names_of"]

_FEWEST = 4


def check_smooth(smooth: object) -> float:
    """Check how much is smoothed.

    Raises
    ------
    InvalidInputError
        If it is no number from 0 to less than 1.
    """
    if isinstance(smooth, bool) or not isinstance(smooth, int | float | numbers.Real) or not 0 <= float(smooth) < 1:
        raise InvalidInputError("smooth", smooth, "It is a number from 0 (not at all) to less than 1, such as 0.6.")
    return float(smooth)


def check_points(points: object) -> int | None:
    """Check how many points a line may have.

    Raises
    ------
    InvalidInputError
        If it is neither None nor a whole number of at least 4.
    """
    if points is None:
        return None
    if isinstance(points, bool) or not isinstance(points, int | numbers.Integral) or int(points) < _FEWEST:
        raise InvalidInputError("points", points, f"It is a whole number of at least {_FEWEST}, or None for all.")
    return int(points)


def check_log(log: object) -> None:
    """Check which axes are logarithmic.

    Raises
    ------
    InvalidInputError
        If it is neither a bool nor the letters of axes.
    """
    if not isinstance(log, bool) and log not in ("x", "y", "xy", "yx"):
        raise InvalidInputError("log", log, "It is True (for y), False, 'x', 'y' or 'xy'.")


def names_of(names: object, what: str = "metric") -> list[str]:
    """Give one name or several as a list, each once.

    Raises
    ------
    UnsupportedValueError
        If there is none, or it is neither a text nor a list of texts.
    """
    listed = [names] if isinstance(names, str) else list(names) if isinstance(names, Sequence) else [names]
    if not listed or not all(isinstance(name, str) for name in listed):
        raise UnsupportedValueError(what, names, f"give the name of a {what}, or a list of names.")
    return list(dict.fromkeys(listed))
