"""How tests ask the server, and what it says when it refuses."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from tornado.httpclient import AsyncHTTPClient, HTTPResponse

__all__ = ["Ask", "Refused", "ask_with"]

Ask = Callable[..., Awaitable[Any]]


class Refused(Exception):  # noqa: N818 - no fault of a test: what the server said
    """The server answered with an error: its status, the JSON of its body, and its headers."""

    def __init__(self, response: HTTPResponse) -> None:
        self.status = response.code
        self.headers = response.headers
        self.body: dict[str, Any] = json.loads(response.body)
        self.code: str = self.body["error_code"]
        self.message: str = self.body["message"]
        super().__init__(f"{self.status} {self.body}")


def ask_with(client: AsyncHTTPClient, base_url: str, headers: Mapping[str, str]) -> Ask:
    """Make a function that asks: `await ask("GET", "/stores", query={...})` gives the JSON of the answer.

    The path is that below `nbflow/api`, with what must be escaped in it escaped already. A body is a JSON value, or
    bytes. What is no success raises `Refused`; with `whole=True` the response is given, whatever it is.
    """

    async def ask(
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] = headers,
        whole: bool = False,
    ) -> Any:
        given = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        if given is None and method in ("POST", "PUT", "PATCH"):
            given = b""
        response = await client.fetch(
            f"{base_url}nbflow/api{path}?{urlencode(query or {}, doseq=True)}",
            method=method,
            body=given,
            headers=dict(headers),
            follow_redirects=False,
            raise_error=False,
            allow_nonstandard_methods=True,
        )
        if whole:
            return response
        if response.code >= 300:
            raise Refused(response)
        return json.loads(response.body) if response.body else None

    return ask
