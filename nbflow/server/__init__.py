"""The server extension: stores over HTTP, for JupyterLab's panel and for `nbflow ui`.

It is a door, as the command line is: nothing else of nbflow imports it, and only here is a web server imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbflow.server.app import NbflowApp

__all__ = ["NbflowApp"]


def __getattr__(name: str) -> Any:
    if name != "NbflowApp":
        msg = f"module 'nbflow.server' has no attribute {name!r}"
        raise AttributeError(msg)
    from nbflow.server.app import NbflowApp

    return NbflowApp
