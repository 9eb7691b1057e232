"""The socket over which pages hear what changed: they name the stores that they show, and are told at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from jupyter_server.auth.decorator import ws_authenticated
from jupyter_server.base.handlers import JupyterHandler
from msgspec import Struct
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from nbflow.errors import StoreNotOpenError
from nbflow.server.door import Handler
from nbflow.server.identity import identity_of
from nbflow.server.watch import Trouble

if TYPE_CHECKING:
    from nbflow.entities import Identity
    from nbflow.server.watch import Watch

__all__ = ["Events", "Wanted"]

_MOST_STORES = 50
_LONGEST = 10_000
_PING_S = 30.0
_NOT_UNDERSTOOD = 1007  # the number that RFC 6455 gives to it


class Wanted(Struct, frozen=True, forbid_unknown_fields=True):
    """What a page sends: the ids of all stores that it wants to hear of, from now on."""

    watch: list[str]


class Events(Handler, WebSocketHandler):
    """Tells a page what changes in stores."""

    def initialize(self) -> None:
        """Begin with no store."""
        self._watches: dict[str, Watch] = {}
        self._identity: Identity | None = None

    @property
    def ping_interval(self) -> float:
        """How often the page is asked whether it is still there, in seconds; proxies end sockets that are silent."""
        return self.settings.get("websocket_ping_interval") or _PING_S

    @property
    def ping_timeout(self) -> float:
        """How long the page may take to answer, in seconds."""
        return self.ping_interval

    async def prepare(self, **_: Any) -> None:
        """Find out who asks; a socket is never sent to the login page."""
        await JupyterHandler.prepare(self, _redirect_to_login=False)

    @ws_authenticated
    async def get(self, *args: Any, **kwargs: Any) -> None:
        """Open the socket, for who may read."""
        await self.check_authorized("read")
        self._identity = identity_of(self.identity_provider, self.current_user)  # once: the socket stays open
        await WebSocketHandler.get(self, *args, **kwargs)

    @property
    def identity(self) -> Identity:
        """Who asks, as was found out when the socket was opened."""
        assert self._identity is not None
        return self._identity

    def on_message(self, message: str | bytes) -> None:
        """Take in which stores the page shows."""
        try:
            if len(message) > _LONGEST:
                raise msgspec.ValidationError("too long")
            wanted = msgspec.json.decode(message, type=Wanted)
        except (msgspec.DecodeError, UnicodeError):
            self.close(_NOT_UNDERSTOOD, 'send {"watch": [ids of stores]}')
            return
        ids = dict.fromkeys(wanted.watch[:_MOST_STORES])
        for gone in self._watches.keys() - ids.keys():
            self._watches.pop(gone).discard(self)
        for store_id in ids:
            if store_id not in self._watches:
                self._begin(store_id)

    def _begin(self, store_id: str) -> None:
        try:
            store = self.server.stores.get(store_id)
        except StoreNotOpenError as exc:
            self.tell(msgspec.json.encode(Trouble(store_id, str(exc))).decode())
            return
        watch = self._watches[store_id] = self.server.watches.of(store)
        watch.add(self)

    def tell(self, message: str) -> None:
        """Send a message, in JSON."""
        try:
            self.write_message(message)
        except WebSocketClosedError:  # not every end is told of
            self._leave()

    def on_close(self) -> None:
        """Watch nothing any more."""
        self._leave()

    def _leave(self) -> None:
        for watch in self._watches.values():
            watch.discard(self)
        self._watches.clear()
