"""The server of a model, as an application of ASGI: its routes are those of MLflow's scoring server."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from nbflow._version import __version__
from nbflow.serving.answer import JSON, Answer, failure
from nbflow.serving.hosts import OwnHosts
from nbflow.serving.pool import Pool
from nbflow.serving.scorer import Scorer
from nbflow.serving.settings import ServingSettings

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from nbflow.flavors.pyfunc_model import PyFuncModel

__all__ = ["make_app"]

_FORBIDDEN, _NOT_FOUND, _TOO_LARGE, _UNSUPPORTED, _CLOSED = 403, 404, 413, 415, 499
_ENCODING = (
    "The body of a request is not compressed: leave out the header Content-Encoding. To send less, send Parquet."
)


def make_app(model: PyFuncModel, settings: ServingSettings | None = None) -> ASGIApp:
    """Make the server of a model.

    Parameters
    ----------
    model
        The model, loaded.
    settings
        What it keeps to; None is what the environment says.

    Returns
    -------
    app : callable
        An application of ASGI with the routes `/invocations`, `/ping`, `/health` and `/version`.

    Raises
    ------
    InvalidInputError
        If a variable of the environment holds something that it cannot.
    """
    chosen = settings or ServingSettings.from_environment()
    invocations = _Invocations(Scorer(model, chosen), chosen)
    app = Starlette(
        routes=[
            Route("/ping", _ping, methods=["GET"]),
            Route("/health", _ping, methods=["GET"]),
            Route("/version", _version, methods=["GET"]),
            Route("/invocations", invocations.answer, methods=["POST"]),
        ],
        exception_handlers={HTTPException: _no_route},
    )
    return app if chosen.any_host else OwnHosts(app)


async def _ping(_request: Request) -> Response:
    return Response("\n", media_type=JSON)


async def _version(_request: Request) -> Response:
    return Response(__version__, media_type=JSON)


async def _no_route(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, HTTPException)
    code = "ENDPOINT_NOT_FOUND" if exc.status_code == _NOT_FOUND else "BAD_REQUEST"
    message = (
        f"{exc.detail}: {request.method} {request.url.path[:200]}. There are GET /ping, GET /health, GET /version "
    )
    return _sent(failure(code, f"{message}and POST /invocations.", status=exc.status_code, headers=exc.headers))


class _Invocations:
    """Takes requests in, lets a thread of the pool answer them, and the loop never waits."""

    def __init__(self, scorer: Scorer, settings: ServingSettings) -> None:
        self._scorer = scorer
        self._settings = settings
        self._pool: Pool[Answer] = Pool(settings.n_threads, settings.queue)

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        refused = self._refused(request)
        if refused is not None:
            return _sent(refused)
        # A place is taken before the body is read: many large bodies at once are refused while they cost nothing.
        if not self._pool.claim():
            message = f"More than {self._settings.queue} requests are waiting. Try again in a second."
            return _sent(failure("TEMPORARILY_UNAVAILABLE", message, headers={"Retry-After": "1"}))
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                return _sent(await self._scored(request))
        except TimeoutError:
            message = f"Request processing time exceeded limit: {self._settings.timeout_s:g} seconds."
            return _sent(failure("DEADLINE_EXCEEDED", message))
        except ClientDisconnect:
            return Response(status_code=_CLOSED)  # nobody is there to read it

    def _refused(self, request: Request) -> Answer | None:
        """Refuse by the headers alone."""
        encoding = request.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ("", "identity"):
            return failure("BAD_REQUEST", _ENCODING, status=_UNSUPPORTED)
        length = request.headers.get("content-length", "")
        return self._too_large() if length.isdecimal() and int(length[:20]) > self._settings.max_bytes else None

    def _too_large(self) -> Answer:
        limit = self._settings.max_bytes
        message = (
            f"The body of a request may have {limit:,} bytes. Send the data in parts, or set NBFLOW_SCORING_MAX_BYTES"
        )
        return failure("BAD_REQUEST", f"{message} where the server is started.", status=_TOO_LARGE)

    async def _scored(self, request: Request) -> Answer:
        try:
            body = await _read(request, self._settings.max_bytes)
        except BaseException:
            self._pool.give_up()
            raise
        if body is None:
            self._pool.give_up()
            return self._too_large()
        job = partial(self._scorer.score, body, request.headers.get("content-type", ""))
        return await asyncio.wrap_future(self._pool.submit(job))


async def _read(request: Request, limit: int) -> bytes | None:
    """Read the body; None where it is longer than may be."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            return None
        parts.append(part)
    return b"".join(parts)


def _sent(answer: Answer) -> Response:
    return Response(answer.body, answer.status, dict(answer.headers), answer.media_type)
