"""Which libraries are watched now, and with which settings."""

from __future__ import annotations

import importlib
import sys
import threading
from types import ModuleType
from typing import Any, Protocol, cast

from nbflow.autologging.importing import ImportWatch
from nbflow.autologging.patching import Patches
from nbflow.autologging.settings import FLAVORS, Settings
from nbflow.autologging.trouble import careful, forget_causes

__all__ = ["Integration", "settings_of", "turn_off", "turn_on"]


class Integration(Protocol):
    """What is known of one library: a module of this package, named `<flavor>_patches`."""

    def wants(self, name: str) -> bool:
        """Tell whether a module of the library has something to be replaced."""

    def patch(self, module: ModuleType, patches: Patches) -> None:
        """Replace what a module has."""


class _Switch:
    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.settings: dict[str, Settings] = {}
        self.patches: dict[str, Patches] = {}
        self.integrations: dict[str, Integration] = {}
        self.watch = ImportWatch(self.wanted, self.imported)

    def wanted(self, name: str) -> bool:
        # The first word is all that most imports cost.
        return name.partition(".")[0] in self.integrations and any(
            each.wants(name) for each in list(self.integrations.values())
        )

    def imported(self, module: ModuleType) -> None:
        name = module.__name__
        with self.lock, careful(f"what {name} does"):
            for flavor, integration in self.integrations.items():
                if integration.wants(name):
                    integration.patch(module, self.patches[flavor])


_switch = _Switch()


def settings_of(flavor: str) -> Settings | None:
    """Give the settings of a library that is watched; None for one that is not."""
    return _switch.settings.get(flavor)


def turn_on(flavor: str, settings: Settings) -> None:
    """Watch a library, whether or not it is imported yet; one that is watched goes on with the new settings.

    Parameters
    ----------
    flavor
        One of `FLAVORS`.
    settings
        What is logged.
    """
    assert flavor in FLAVORS
    forget_causes()
    with _switch.lock:
        _switch.settings[flavor] = settings
        if flavor in _switch.integrations:
            return
        integration = _integration(flavor)
        patches = _switch.patches[flavor] = Patches()
        _switch.integrations[flavor] = integration
        _switch.watch.install()
        modules: dict[str, Any] = sys.modules.copy()  # an entry may be None
        for name, module in modules.items():
            if integration.wants(name) and isinstance(module, ModuleType):
                with careful(f"what {name} does", silent=settings.silent):
                    integration.patch(module, patches)


def turn_off(flavor: str) -> None:
    """Watch a library no longer, and put back what was replaced; nothing happens when it is not watched."""
    with _switch.lock:
        _switch.settings.pop(flavor, None)
        _switch.integrations.pop(flavor, None)
        patches = _switch.patches.pop(flavor, None)
        if patches is not None:
            patches.undo()
        if not _switch.integrations:
            _switch.watch.remove()


def _integration(flavor: str) -> Integration:
    module: Any = importlib.import_module(f"nbflow.autologging.{flavor}_patches")
    return cast("Integration", module)
