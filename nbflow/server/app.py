"""The extension of Jupyter Server, and what `jupyter nbflow` starts."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import TimeoutError as NotDoneError
from pathlib import Path
from typing import Any

from jupyter_server.extension.application import ExtensionApp
from traitlets import Bool, Float, List, Unicode, default

from nbflow._version import __version__
from nbflow.server.alone import AloneServer, NbflowUI
from nbflow.server.api import routes
from nbflow.server.door import SERVER, Door, Handler, Nowhere
from nbflow.server.enter import Enter
from nbflow.server.events import Events
from nbflow.server.page import STATIC, Page, Static
from nbflow.server.routing import Route, pattern_of
from nbflow.server.running import Server
from nbflow.server.stores import Stores
from nbflow.server.threads import LIMIT_S, Threads
from nbflow.tracking.stores import get_tracking_uri
from nbflow.uris import parse_store_uri

__all__ = ["NbflowApp", "handlers_for", "main"]

_RESOLVE_S = 2.0


class NbflowApp(ExtensionApp):
    """Experiments, runs and models of nbflow's stores, for pages: `nbflow/` and `nbflow/api` below the base URL."""

    name = "nbflow"
    app_version = __version__
    extension_url = "/nbflow/"
    load_other_extensions = False
    description = "Show experiments, runs and models in a browser."

    stores: List[str] = List(
        Unicode(),
        help="Directories of the stores that are open from the start; the first one is shown first.",
    ).tag(config=True)
    read_only = Bool(False, help="Refuse every change.").tag(config=True)
    open_stores = Bool(
        True, help="Whether other stores may be opened: of notebooks, and by who may run code here by their path."
    ).tag(config=True)
    time_limit = Float(
        LIMIT_S, help="Seconds that a store has to answer. What takes longer is given up, and answered with an error."
    ).tag(config=True)

    page_files = Unicode(str(STATIC), help="Where the page's JavaScript and style are.").tag(config=True)

    serverapp_class = AloneServer  # what `jupyter nbflow` starts

    @default("stores")
    def _store_in_use(self) -> list[str]:
        return [get_tracking_uri()] if self._is_alone else []

    @property
    def _is_alone(self) -> bool:
        return isinstance(self.serverapp, AloneServer)

    def initialize_settings(self) -> None:
        """Open the stores."""
        threads = Threads("of this server", limit_s=_RESOLVE_S)
        stores = Stores([_resolved(threads, path) for path in self.stores], limit_s=self.time_limit)
        self.settings[SERVER] = Server(
            stores,
            root_dir=self._root_dir(),
            read_only=self.read_only,
            open_stores=self.open_stores,
            alone=self._is_alone,
        )

    def initialize_handlers(self) -> None:
        """Add the routes, and refuse what is none below them."""
        self.handlers += handlers_for(routes())
        if isinstance(self.serverapp, NbflowUI):
            self.handlers.append((r"/nbflow/enter", Enter))
        self.handlers += [
            (r"/nbflow/api/events", Events),
            (r"/nbflow/api(?:/.*)?", Nowhere),
            (r"/nbflow/static/(.+)", Static, {"path": self.page_files}),
            (r"/nbflow/?", Page, {"files": self.page_files}),
        ]

    async def stop_extension(self) -> None:
        """Look at no store any more."""
        server: Server | None = self.settings.get(SERVER)
        if server is not None:
            server.watches.stop()

    def _root_dir(self) -> Path | None:
        assert self.serverapp is not None
        root = getattr(self.serverapp.contents_manager, "root_dir", "")
        return Path(root) if root and not self._is_alone else None


main = NbflowApp.launch_instance


def handlers_for(declared: Iterable[Route]) -> list[tuple[Any, ...]]:
    """Make what serves routes, an address each.

    Raises
    ------
    TypeError
        If a route has a handler without the guards, or one that would take the place of other routes.
    """
    addresses: dict[str, dict[str, Route]] = {}
    for each in declared:
        addresses.setdefault(each.path, {})[each.method] = each
    handlers: list[tuple[Any, ...]] = []
    for path, methods in addresses.items():
        pattern = f"/nbflow/api{pattern_of(path)}"
        own = next((each.handler for each in methods.values() if each.handler is not None), None)
        if own is None:
            handlers.append((pattern, Door, {"routes": methods}))
            continue
        if not issubclass(own, Handler) or len(methods) > 1:
            msg = f"{own.__name__} of {path} must be a Handler of nbflow, and the only route there"
            raise TypeError(msg)
        handlers.append((pattern, own))
    return handlers


def _resolved(threads: Threads, path: str) -> Path:
    """Find where a path leads; but a disk that hangs must not keep Jupyter from starting."""
    root = parse_store_uri(path)
    future = threads.submit(lambda: Path(os.path.realpath(root)))
    try:
        return future.result(_RESOLVE_S)
    except NotDoneError:
        threads.give_up(future)
        return root
