"""A Jupyter Server that is nothing but nbflow: no kernels, no notebooks, no files, whoever asks.

Whoever has the token of `nbflow ui` can see what is in its stores, and change it where permissions allow. The token of
a Jupyter server can run code. So that the first is no more than that, what could do more is not there at all: the
services of Jupyter Server are left out, other extensions are not loaded, and an authorizer of our own lets through
nothing but nbflow.
"""

from __future__ import annotations

import logging
import signal
import socket
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from jupyter_core.utils import ensure_async, ensure_event_loop
from jupyter_server.auth import Authorizer, User
from jupyter_server.serverapp import ServerApp
from jupyter_server.services.contents.manager import AsyncContentsManager
from jupyter_server.utils import url_path_join
from msgspec import Struct
from traitlets import Instance, default
from traitlets.config import Config

from nbflow.errors import InvalidInputError

__all__ = ["PORT", "AloneServer", "NbflowUI", "NoContents", "OnlyNbflow", "Wanted", "serve"]

PORT = 8908
"""Where it listens unless another port is asked for."""

_RETRIES = 50
# So that what is too large is told in our words, and what is far too large is not even read.
_MAX_BODY = 64_000_000


class NoContents(AsyncContentsManager):
    """No files."""

    def get_extra_handlers(self) -> list[Any]:
        """Add no handlers: those of Jupyter's own managers serve files."""
        return []

    def info_string(self) -> str:
        """Say what is served."""
        return "Serving the stores of nbflow, and no files"


class OnlyNbflow(Authorizer):
    """Refuses what is not nbflow's, and leaves the rest to the authorizer that was chosen."""

    inner = Instance(Authorizer)

    async def is_authorized(self, handler: Any, user: User, action: str, resource: str) -> bool:
        """Tell whether somebody may do something.

        Parameters
        ----------
        handler, user
            What was asked, and who asks.
        action, resource
            What is to be done, with what.
        """
        if resource != "nbflow":
            return False
        return bool(await ensure_async(self.inner.is_authorized(handler, user, action, resource)))


class AloneServer(ServerApp):
    """The server of `nbflow ui` and `jupyter nbflow`."""

    name = "jupyter-nbflow"
    description = "Show experiments, runs and models in a browser."
    default_services = ()  # type: ignore[assignment] # Jupyter Server has many

    @default("contents_manager_class")
    def _no_contents(self) -> type[NoContents]:
        return NoContents

    def init_server_extensions(self) -> None:
        """Load nbflow, and nothing that a configuration names besides."""
        self.jpserver_extensions = {"nbflow": True}
        super().init_server_extensions()

    def init_configurables(self) -> None:
        """Make what the server consists of; how it was configured does not bring back what it must not have."""
        self.contents_manager_class = NoContents
        super().init_configurables()
        self.authorizer = OnlyNbflow(parent=self, identity_provider=self.identity_provider, inner=self.authorizer)
        if hasattr(self.identity_provider, "allow_password_change"):
            self.identity_provider.allow_password_change = False  # a guest would shut out whoever started it

    def init_webapp(self) -> None:
        """Make what answers; by now no configuration changes anything any more."""
        self.extra_services = []
        self.allow_unauthenticated_access = False
        self.max_body_size = min(self.max_body_size, _MAX_BODY)
        super().init_webapp()

    def init_signal(self) -> None:
        """End on Ctrl-C and SIGTERM, without a question: nothing is lost."""
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, lambda *_: self.stop(from_signal=True))

    def write_server_info_file(self) -> None:
        """Leave no word for those who look for servers with kernels."""


class Wanted(Struct, frozen=True):
    """What is asked of `nbflow ui`.

    Parameters
    ----------
    stores
        The directories of the stores.
    ip, port
        Where to listen; None is the usual port, or a free one near it.
    base_url
        The path below which the pages are.
    token
        What lets somebody in.
    read_only
        Whether every change is refused.
    browser
        Whether to open one.
    any_host
        Whether requests are answered that name the server otherwise, as behind a proxy on this machine.
    """

    stores: list[str]
    token: str
    ip: str = "127.0.0.1"
    port: int | None = None
    base_url: str = "/"
    read_only: bool = False
    browser: bool = True
    any_host: bool = False


class NbflowUI(AloneServer):
    """The same, set up by what was asked for alone: no configuration file of Jupyter's changes it."""

    @property
    def config_file_paths(self) -> list[str]:
        """Where configuration files are looked for: nowhere."""
        return []

    @default("log_level")
    def _warnings(self) -> int:
        return logging.WARNING  # who asked is told the address, in our own words


def serve(wanted: Wanted, tell: Callable[[str], None], until: Callable[[], object] | None = None) -> None:
    """Show stores in a browser, until the process is told to end.

    Parameters
    ----------
    wanted
        What is asked for.
    tell
        Is called with the address, token included, once the server listens.
    until
        Returns when the server is to end, if no signal ended it before; it is called on a thread of its own.

    Raises
    ------
    InvalidInputError
        If it cannot listen there.
    """
    free = _check_address(wanted.ip, wanted.port)
    port = PORT if wanted.port is None else free
    config = Config(
        ServerApp={
            "ip": wanted.ip,
            "port": port,
            "port_retries": _RETRIES if wanted.port is None else 0,
            "base_url": wanted.base_url,
            "allow_root": True,  # nobody runs code here
            "open_browser": wanted.browser,
            "reraise_server_extension_failures": True,
            **({"allow_remote_access": True, "trust_xheaders": True} if wanted.any_host else {}),
        },
        IdentityProvider={"token": wanted.token},
        NbflowApp={"stores": wanted.stores, "read_only": wanted.read_only, "open_stores": False},
    )
    loop = ensure_event_loop()
    server = NbflowUI.instance(config=config)
    server.initialize(argv=[], find_extensions=False, starter_extension="nbflow")
    address = f"{url_path_join(server.connection_url, 'nbflow/')}?{urlencode({'token': wanted.token})}"
    server.io_loop.add_callback(tell, address)  # behind the call that begins to listen
    if until is not None:
        threading.Thread(target=_stop_after, args=(server, until), daemon=True).start()
    server.start()
    loop.close()


def _stop_after(server: ServerApp, until: Callable[[], object]) -> None:
    until()
    server.io_loop.add_callback(server.stop)


def _check_address(ip: str, port: int | None) -> int:
    """Find out before anything is begun whether one can listen there; Jupyter would end the process.

    Returns
    -------
    port : int
        The port that was asked for; a free one where that was 0 or None.
    """
    try:
        family = socket.AF_INET6 if ":" in ip else socket.AF_INET
        with socket.create_server((ip, port or 0), family=family, reuse_port=False) as found:
            free: int = found.getsockname()[1]
            return free
    except OSError as exc:
        what = "the address" if port is None else "the address and port"
        shown = ip if port is None else f"{ip}:{port}"
        raise InvalidInputError(what, shown, f"The server cannot listen there: {exc.strerror or exc}.") from exc
