"""The verbs of the command line and of `%nbflow`, below both: what they do, not where they are typed.

A verb does its work with `Client` and shows it with `nbflow.drawing`. It never ends the process.
"""

from __future__ import annotations

from nbflow.verbs.app import group, invoke

__all__ = ["group", "invoke"]
