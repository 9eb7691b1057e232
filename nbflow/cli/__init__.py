"""The command line: the verbs of `nbflow.verbs` as a process, with its exit status."""

from __future__ import annotations

from nbflow.cli.door import main

__all__ = ["main"]
