"""Whether a call is the user's own, or one that a library makes while it does something larger."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

__all__ = ["within_library"]

_LIBRARIES = ("sklearn.", "xgboost.", "lightgbm.")


def within_library() -> bool:
    """Tell whether a library stands between the user's code and the caller.

    The search of parameters, the pipeline and the ensemble fit what they hold, and cross validation fits clones, in
    threads of joblib too: these are not trainings of the user's. The stack tells in every thread, without a look into
    any library's private parts.
    """
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - Python's own way to ask
    while frame is not None:
        if frame.f_globals.get("__name__", "").startswith(_LIBRARIES):
            return True
        frame = frame.f_back
    return False
