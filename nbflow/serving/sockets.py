"""Where a server listens: taken before the model is loaded, so that what is not to be had is told at once."""

from __future__ import annotations

import base64
import os
import socket
import sys
from typing import Any

from nbflow.errors import InvalidInputError
from nbflow.serving.hosts import is_loopback

__all__ = ["bind", "listen", "received", "sent", "url_of"]

_BACKLOG = 2048
_MAX_PORT = 65535


def bind(host: str, port: int) -> socket.socket:
    """Take a port of an address.

    Parameters
    ----------
    host
        The address, or a name of it.
    port
        The port; 0 is any that is free.

    Raises
    ------
    InvalidInputError
        If it is not to be had.
    """
    if not 0 <= port <= _MAX_PORT:
        raise InvalidInputError("the port", port, f"It is a number from 0, which is any that is free, to {_MAX_PORT}.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError) as exc:
        raise InvalidInputError("the host", host, f"It is no address of this machine: {exc}.") from exc
    sock = socket.socket(family, kind, protocol)
    try:
        if sys.platform == "win32":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)  # its SO_REUSEADDR shares the port
        else:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # also while the last server's connections fade
        sock.bind(address)
    except OSError as exc:
        sock.close()
        raise _taken(host, port, exc) from exc
    return sock


def listen(sock: socket.socket) -> None:
    """Begin to take connections.

    Parameters
    ----------
    sock
        What `bind` gave.

    Raises
    ------
    InvalidInputError
        If another program has begun meanwhile.
    """
    host, port = sock.getsockname()[:2]
    try:
        sock.listen(_BACKLOG)
    except OSError as exc:
        raise _taken(host, port, exc) from exc


def url_of(sock: socket.socket, host: str = "") -> str:
    """Give the URL of a server.

    Parameters
    ----------
    sock
        Where it listens.
    host
        The address as it was named. All addresses of a machine are none that can be asked: that is 127.0.0.1.
    """
    address, port = sock.getsockname()[:2]
    if address in ("0.0.0.0", "::"):  # noqa: S104 - told from others, not listened at
        name = "[::1]" if address == "::" else "127.0.0.1"
    else:
        name = host if is_loopback(host) and ":" not in host else f"[{address}]" if ":" in address else address
    return f"http://{name}:{port}"


def sent(sock: socket.socket, pid: int) -> Any:
    """Give what hands a socket over to a process: a number on POSIX, where it has inherited it; else a text."""
    if sys.platform == "win32":
        return base64.b64encode(sock.share(pid)).decode("ascii")
    return sock.fileno()


def received(handed: Any) -> socket.socket:
    """Open a socket that another process handed over."""
    if sys.platform == "win32":
        return socket.fromshare(base64.b64decode(handed))
    return socket.socket(fileno=handed)


def _taken(host: str, port: int, error: OSError) -> InvalidInputError:
    reason = os.strerror(error.errno) if error.errno else str(error)
    remedy = "Stop what listens there, or give another port; 0 is any that is free."
    return InvalidInputError("the port", port, f"It cannot be listened at on {host}: {reason}. {remedy}")
