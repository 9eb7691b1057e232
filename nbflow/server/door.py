"""The one way in: who asks, whether that is allowed, what was asked, an answer in one form, and nothing that blocks.

Each request goes the same way: tornado and Jupyter find out who asks and refuse forged requests; the server's
authorizer is asked; what was sent is read; the route's function is called on a thread of its store, with a client of
the asker's own, and its answer is encoded there.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import msgspec
from jupyter_core.utils import ensure_async
from jupyter_server.base.handlers import APIHandler
from tornado import web

from nbflow.errors import NbflowError, StoreTimeoutError
from nbflow.server.encoding import BUFFERS, encode_answer, mark_of
from nbflow.server.errors import error_body, http_error_body, status_of
from nbflow.server.identity import identity_of
from nbflow.server.routing import BODY_LIMIT, Call, decode_body, decode_query
from nbflow.store.looks import one_look

if TYPE_CHECKING:
    from nbflow.entities import Identity
    from nbflow.server.encoding import Answer
    from nbflow.server.routing import Route
    from nbflow.server.running import Server
    from nbflow.server.stores import OpenStore

__all__ = ["SERVER", "Door", "Handler", "Nowhere"]

SERVER = "nbflow_server"
"""The setting of the web application in which the `Server` is."""

# Browsers write a part of dots alone as a way up, so a page writes it so, and this turns it back.
_DOTS = {"%2E": ".", "%2e": ".", "%2E%2E": "..", "%2e%2e": ".."}


class Handler(APIHandler):
    """What all handlers of nbflow have in common: errors in one form, guards, and a log without secrets."""

    auth_resource = "nbflow"

    @property
    def server(self) -> Server:
        """What all routes share."""
        found: Server = self.settings[SERVER]
        return found

    @property
    def identity(self) -> Identity:
        """Who asks."""
        return identity_of(self.identity_provider, self.current_user)

    @property
    def content_security_policy(self) -> str:
        """Answers are no pages: where a browser shows one, it loads nothing, and nobody frames it."""
        return "default-src 'none'; frame-ancestors 'none'"

    async def check_authorized(self, action: str, resource: str = "nbflow") -> None:
        """Ask the server's authorizer.

        Raises
        ------
        tornado.web.HTTPError
            If it refuses.
        """
        if not self.current_user:
            raise web.HTTPError(403)
        allowed = await ensure_async(self.authorizer.is_authorized(self, self.current_user, action, resource))
        if not allowed:
            raise web.HTTPError(403, f"This server does not let you {action} {resource}.")

    def store(self, store_id: str) -> OpenStore:
        """Find a store that is open, by its id in the address."""
        return self.server.stores.get(store_id)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with what went wrong, in the one form."""
        error = (kwargs.get("exc_info") or (None, None, None))[1]
        body: dict[str, Any]
        if isinstance(error, NbflowError):
            self.set_status(status_of(error))
            body = error_body(error)
            if isinstance(error, StoreTimeoutError):
                self.set_header("Retry-After", "5")
        elif isinstance(error, web.HTTPError):
            status = 401 if status_code == 403 and not self.current_user else status_code  # noqa: PLR2004
            self.set_status(status)
            body = http_error_body(status, error.log_message if status == status_code else None)
        else:
            body = http_error_body(status_code)
        self.set_header("Cache-Control", "no-store")
        self.finish(msgspec.json.encode(body))

    def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
        """Answer with an error; one of ours brings its own status, before anything is said of it."""
        error = (kwargs.get("exc_info") or (None, None, None))[1]
        super().send_error(status_of(error) if isinstance(error, NbflowError) else status_code, **kwargs)

    def log_exception(self, typ: type[BaseException] | None, value: BaseException | None, tb: Any) -> None:
        """Note what is no answer of ours, without the address's parameters, the headers and the body."""
        if isinstance(value, web.HTTPError | NbflowError):
            return
        # The traceback names the exception by its words; those are of our code, or of what it called.
        self.log.error(
            "%s %s failed",
            self.request.method,
            self.request.path,
            exc_info=(typ, value, tb) if typ is not None and value is not None else None,
        )


class Door(Handler):
    """Serves one address, by the table of routes.

    Parameters
    ----------
    routes
        What is done there, by method.
    """

    def initialize(self, routes: Mapping[str, Route]) -> None:
        """Take what is done at the address."""
        self._routes = routes

    async def _serve(self, **path: str) -> None:
        came_ns = time.monotonic_ns()
        route = self._routes.get(self.request.method or "")
        if route is None:
            raise web.HTTPError(405)
        await self.check_authorized(route.action)
        route.check_allowed(read_only=self.server.read_only)
        call = self._call(route, path)
        if route.asks_for is not None:
            await self.check_authorized(*route.asks_for(call))
        buffers = BUFFERS in self.request.headers.get("Accept", "")
        threads = self.server.threads if "store" not in path else call.store.threads
        function = route.function
        assert function is not None
        # What is read is as it was when the request came, or later: who waits in line shares one look at the store.
        look = one_look(came_ns) if route.reads else contextlib.nullcontext()
        self._send(await threads.run(lambda: _answer(function, call, look, buffers=buffers)))

    get = post = put = patch = delete = web.authenticated(_serve)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with what went wrong; where it is the method, also with those that there are."""
        if status_code == 405:  # noqa: PLR2004
            self.set_header("Allow", ", ".join(sorted(self._routes)))
        super().write_error(status_code, **kwargs)

    def _call(self, route: Route, path: Mapping[str, str]) -> Call:
        if len(self.request.body) > BODY_LIMIT:
            raise web.HTTPError(413, f"The body has {len(self.request.body):,} bytes; the limit is {BODY_LIMIT:,}.")
        decoded = {name: _DOTS.get(part, part) for name, part in path.items()}
        return Call(
            self.server,
            self.identity,
            decoded,
            query=decode_query(route.query, self.request.query_arguments),
            body=decode_body(route.body, self.request.body),
            store=self.store(decoded["store"]) if "store" in decoded else None,
        )

    def _send(self, marked: tuple[Answer, str]) -> None:
        answer, self._mark = marked
        self.set_header("Cache-Control", "private, no-cache")
        self.set_header("Vary", "Accept")
        for name, text in answer.headers.items():
            self.set_header(name, text)
        if answer.body is None:
            self.set_status(204)
            self.finish()
        else:
            self.finish(answer.body, set_content_type=answer.media_type)

    def compute_etag(self) -> str | None:
        """Give the mark of an answer, which was made on the store's thread."""
        return getattr(self, "_mark", None)


class Nowhere(Handler):
    """Answers for addresses that there are not."""

    async def _serve(self) -> None:
        raise web.HTTPError(404)

    get = post = put = patch = delete = web.authenticated(_serve)


def _answer(
    function: Callable[[Call], Any], call: Call, look: AbstractContextManager[None], *, buffers: bool
) -> tuple[Answer, str]:
    """Call a route's function, and encode what it gives; with a mark that is another one where the answer is."""
    with look:
        answer = encode_answer(function(call), buffers=buffers)
    return answer, mark_of(answer)
