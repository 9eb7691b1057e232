"""Where a run came from: who, which notebook or script, which commit; how it failed; what the machine did meanwhile.

Nothing here touches a store: each function looks at the process it runs in and gives plain values.
Importing the package loads neither psutil, subprocess, traceback nor IPython: each is loaded where it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow.provenance._shell import ipython_shell
from nbflow.provenance.tags import context_tags

if TYPE_CHECKING:
    from nbflow.provenance.failure import describe_exception
    from nbflow.provenance.system import SystemMonitor, SystemSampler

__all__ = [
    "SystemMonitor",
    "SystemSampler",
    "context_tags",
    "describe_exception",
    "ipython_shell",
]

# Most runs neither fail nor watch the machine.
_LATER = {
    "SystemMonitor": "nbflow.provenance.system",
    "SystemSampler": "nbflow.provenance.system",
    "describe_exception": "nbflow.provenance.failure",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    from importlib import import_module

    return getattr(import_module(_LATER[name]), name)
