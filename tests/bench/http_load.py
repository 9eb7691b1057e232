"""Connections that ask a server one question after the other, each as soon as it has its answer."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

__all__ = ["Load", "Request", "ask_once", "put_load_on"]

_NOT_READY = 503


@dataclass(frozen=True)
class Request:
    """What is asked: a method, a path, headers, a body."""

    method: str
    path: str
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""

    def encoded(self, host: str) -> bytes:
        """Write it as it is sent."""
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {host}", *(f"{k}: {v}" for k, v in self.headers)]
        if self.body:
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join([*lines, "", ""]).encode() + self.body


@dataclass
class Load:
    """What came back: when each answer was there, how long it took, and how many were none."""

    seconds: float
    ended: list[float] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    errors: int = 0

    @property
    def between(self) -> float:
        """How far apart answers were in the mean, in seconds: of all connections together, the last answers too."""
        return max(self.ended, default=self.seconds) / max(len(self.ended), 1)

    @property
    def p99(self) -> float:
        """How long all but one of a hundred answers took at most, in seconds."""
        return statistics.quantiles(self.took, n=100)[98] if len(self.took) > 1 else float("inf")


def put_load_on(port: int, ask: Callable[[int], Request], connections: int, seconds: float) -> Load:
    """Ask over so many connections for so long.

    Parameters
    ----------
    port
        The server's, on this machine.
    ask
        Gives the n-th question of all.
    connections, seconds
        How many, and how long.
    """
    return asyncio.run(_load(port, ask, connections, seconds))


def ask_once(port: int, request: Request, patience_s: float = 0.0) -> tuple[float, bytes]:
    """Ask one question on a connection of its own, and give how long it took and what came.

    Parameters
    ----------
    port, request
        Whom, and what.
    patience_s
        How long to ask again where the server says that it is not ready yet: it may be making the index.

    Raises
    ------
    RuntimeError
        If it is no success.
    """

    async def once() -> tuple[float, bytes]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        began = time.perf_counter()
        status, body = await _answer(reader, writer, request.encoded(f"127.0.0.1:{port}"))
        while status == _NOT_READY and time.perf_counter() < began + patience_s:
            await asyncio.sleep(0.2)
            status, body = await _answer(reader, writer, request.encoded(f"127.0.0.1:{port}"))
        took = time.perf_counter() - began
        writer.close()
        if status >= 300:
            raise RuntimeError(f"{status} for {request.path}: {body[:500]!r}")
        return took, body

    return asyncio.run(once())


async def _load(port: int, ask: Callable[[int], Request], connections: int, seconds: float) -> Load:
    load = Load(seconds)
    began = time.perf_counter()
    number = 0

    async def connect() -> None:
        nonlocal number
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        while (asked := time.perf_counter()) < began + seconds:
            number += 1
            status, _ = await _answer(reader, writer, ask(number).encoded(f"127.0.0.1:{port}"))
            ended = time.perf_counter()
            load.took.append(ended - asked)
            load.ended.append(ended - began)
            load.errors += status != 200
        writer.close()

    await asyncio.gather(*(connect() for _ in range(connections)))
    return load


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> tuple[int, bytes]:
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
    fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(b":") for line in head[1:])}
    return int(head[0].split()[1]), await reader.readexactly(int(fields.get(b"content-length", b"0")))
