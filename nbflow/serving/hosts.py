"""Which names a server on a loopback address answers to.

A page of the web can have its own name lead to 127.0.0.1, and then talk to what listens there as to itself: the
browser sends that name in the header `Host`.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.responses import Response

from nbflow.serving.answer import failure

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["OwnHosts", "is_loopback"]

_FORBIDDEN = 403


class OwnHosts:
    """Lets only those requests through that name this machine.

    Parameters
    ----------
    app
        What answers them.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        host = Headers(scope=scope).get("host", "") if scope["type"] == "http" else ""
        if not host or is_loopback(_without_port(host)):
            await self._app(scope, receive, send)
            return
        message = (
            "Invalid Host header - possible DNS rebinding attack detected. This server answers to localhost and "
            "127.0.0.1. Behind a proxy, start it with --any-host."
        )
        answer = failure("PERMISSION_DENIED", message)
        await Response(answer.body, answer.status, media_type=answer.media_type)(scope, receive, send)


def is_loopback(host: str) -> bool:
    """Tell whether a name or an address is this machine's own, which no other machine reaches.

    >>> is_loopback("localhost"), is_loopback("127.8.0.1"), is_loopback("::1"), is_loopback("0.0.0.0")
    (True, True, True, False)
    """
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _without_port(host: str) -> str:
    """Take the port off: of an IPv6 address it is the part behind the bracket."""
    return host.partition("]")[0] if host.startswith("[") else host.partition(":")[0]
