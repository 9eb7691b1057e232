"""Warnings that name the line of the user's that they are about, however deep in nbflow they are given."""

from __future__ import annotations

import sys
import warnings

__all__ = ["warn_user"]


def warn_user(text: str) -> None:
    """Warn, with the nearest line outside of nbflow as the place.

    Parameters
    ----------
    text
        What happened and what to do: whole sentences.
    """
    frame, level = sys._getframe(1), 2  # noqa: SLF001 - the only way to the caller's place that costs nothing
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "nbflow":
        frame, level = frame.f_back, level + 1
    warnings.warn(text, UserWarning, stacklevel=level)
