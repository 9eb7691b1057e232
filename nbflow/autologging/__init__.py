"""Logging by itself: what training code of well-known libraries does becomes runs, without a call in it.

`autolog` and the libraries' own `autolog` functions watch calls such as `fit`; the callbacks are handed to a library
that has callbacks; `track` wraps the loader of a loop that is written out. Nothing of another library is imported or
changed before one of them is called, and an error in here is a warning, never the end of a training.
"""

from __future__ import annotations

from nbflow.autologging.loop import Tracked, track
from nbflow.autologging.universal import autolog

__all__ = ["Tracked", "autolog", "track"]
