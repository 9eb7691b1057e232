"""The files of runs and models as bytes: whole or in parts, in small pieces, with headers that disarm them."""

from __future__ import annotations

import hashlib
import io
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec
from msgspec import Struct
from tornado import web
from tornado.iostream import StreamClosedError

from nbflow.errors import NbflowError, StoreReadError, StoreTimeoutError
from nbflow.server.door import Handler
from nbflow.server.errors import http_error_body
from nbflow.server.media import SANDBOX, content_type, disposition, is_harmless
from nbflow.server.ranges import Span, wanted_span
from nbflow.server.routing import decode_query, serve
from nbflow.tracking.model_sources import model_uri
from nbflow.widgets.artifacts import ArtifactsOfModel

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbflow.server.threads import Threads
    from nbflow.tracking.client import Client

__all__ = ["FileQuery", "FilesOfRun", "FilesOfVersion"]

_PIECE_BYTES = 1 << 20
_MARKING = ("ETag", "etag", "md5Hash", "version_id", "generation", "LastModified", "last_modified", "mtime")


class FileQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether a picture or a text may be shown in the browser; other files never are."""

    inline: bool = False


class _Opened(Struct, frozen=True):
    """A file that is open: its size, and a mark that is another one once the file is; None where nobody can tell."""

    file: BinaryIO
    size: int
    mark: str | None


class _Files(Handler):
    """Gives a file, or a part of it."""

    _mark: str | None = None

    @property
    def content_security_policy(self) -> str:
        """What the file may do where it is shown, whatever the server's settings say: nothing."""
        return SANDBOX

    def compute_etag(self) -> str | None:
        """Give the file's mark, which needs none of its bytes."""
        return self._mark

    async def _serve(self, store: str, path: str, **whose: str) -> None:
        """Send the file, or for `HEAD` its headers alone."""
        await self.check_authorized("read")
        query: FileQuery = decode_query(FileQuery, self.request.query_arguments)
        place, identity = self.store(store), self.identity
        threads = place.file_threads
        opened = await threads.run(lambda: _opened(lambda: self._file(place.client(identity), path, **whose), path))
        try:
            await self._send(opened, path, threads, inline=query.inline and is_harmless(path))
        except StoreTimeoutError:  # the thread that hangs has the file; it is closed once both are let go
            if not self._finished:
                raise
            return
        except BaseException:
            _close(opened, threads)
            raise
        _close(opened, threads)

    get = head = web.authenticated(_serve)

    def _file(self, client: Client, path: str, **whose: str) -> BinaryIO:
        """Open the file, as somebody who may see it."""
        raise NotImplementedError

    async def _send(self, opened: _Opened, path: str, threads: Threads, *, inline: bool) -> None:
        asked = self.request.headers
        span = None
        if self.request.method == "GET":  # a range means nothing to others
            span = wanted_span(opened.size, asked.get("Range"), asked.get("If-Range"), opened.mark)
        self._mark = opened.mark
        self._set_headers(path, inline=inline)
        if span is not None and not span.length:
            self.set_status(416)
            self.set_header("Content-Range", f"bytes */{opened.size}")
            body = http_error_body(416, f"The file has {opened.size:,} bytes; none of them were asked for.")
            await self.finish(msgspec.json.encode(body))
            return
        self.set_etag_header()
        if self.check_etag_header():
            self.set_status(304)
            await self.finish(set_content_type=content_type(path))
            return
        whole = Span(0, opened.size)
        if span is not None:
            self.set_status(206)
            self.set_header("Content-Range", span.content_range(opened.size))
        self.set_header("Content-Length", str((span or whole).length))
        if self.request.method == "GET":
            await self._write(opened.file, span or whole, path, threads)
        else:
            await self.finish(set_content_type=content_type(path))

    def _set_headers(self, path: str, *, inline: bool) -> None:
        self.set_header("Accept-Ranges", "bytes")
        self.set_header("Cache-Control", "private, no-cache")
        self.set_header("Content-Disposition", disposition(path, inline=inline))
        self.set_header("Content-Type", content_type(path))
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")
        self.set_header("X-Content-Type-Options", "nosniff")

    async def _write(self, file: BinaryIO, span: Span, path: str, threads: Threads) -> None:
        """Send bytes piece by piece: the next one is read when the last one is on its way."""
        left = span.length
        try:
            await threads.run(lambda: _read(file, path, seek=span.start))
            while left:
                n_bytes = min(left, _PIECE_BYTES)
                piece = await threads.run(lambda n_bytes=n_bytes: _read(file, path, n_bytes))  # type: ignore[misc]
                if not piece:
                    raise StoreReadError(path, None, "it is shorter than it was when it was opened")
                left -= len(piece)
                self.write(piece)
                await self.flush()
        except StreamClosedError:
            return  # who asked has gone
        except NbflowError as exc:
            if not self._headers_written:
                raise
            # The length was said already: only a connection that breaks off tells that this is not all.
            self.log.warning("A file was sent in part only: %s", exc)
            self.detach().close()
            if isinstance(exc, StoreTimeoutError):
                raise
            return
        await self.finish(set_content_type=content_type(path))


class FilesOfRun(_Files):
    """Give a file of a run, or a part of it."""

    def _file(self, client: Client, path: str, **whose: str) -> BinaryIO:
        return client.open_artifact(whose["run_id"], path)


class FilesOfVersion(_Files):
    """Give a file of a version of a registered model, or a part of it."""

    def _file(self, client: Client, path: str, **whose: str) -> BinaryIO:
        found = client.get_model_version(whose["name"], whose["version"])
        return ArtifactsOfModel(model_uri(found.name, found.version), client).open(path)


def _opened(open_file: Callable[[], BinaryIO], path: str) -> _Opened:
    try:
        file = open_file()
        size = file.seek(0, os.SEEK_END)
        return _Opened(file, size, _mark_of(file, size))
    except OSError as exc:
        raise _unreadable(path, exc) from exc


def _read(file: BinaryIO, path: str, n_bytes: int = 0, *, seek: int | None = None) -> bytes:
    try:
        if seek is not None:
            file.seek(seek)
        return file.read(n_bytes)
    except OSError as exc:
        raise _unreadable(path, exc) from exc


def _unreadable(path: str, exc: OSError) -> NbflowError:
    if isinstance(exc, NbflowError):
        return exc
    return StoreReadError(path, exc.errno, exc.strerror or type(exc).__name__)


def _mark_of(file: BinaryIO, size: int) -> str | None:
    """Make a mark of what is known of a file without reading it."""
    told: Any
    try:
        found = os.fstat(file.fileno())
        told = (found.st_dev, found.st_ino, found.st_mtime_ns)
    except (AttributeError, io.UnsupportedOperation):  # none of this machine: its store may know a mark
        details = getattr(file, "details", None)
        told = [(name, details[name]) for name in _MARKING if details.get(name)] if isinstance(details, dict) else None
    if not told:
        return None
    return f'"{hashlib.blake2b(repr((told, size)).encode(), digest_size=16).hexdigest()}"'


def _close(opened: _Opened, threads: Threads) -> None:
    with suppress(StoreTimeoutError):
        threads.submit(opened.file.close)


files_of_run = serve("GET", "/stores/{store}/runs/{run_id}/files/{path...}", FilesOfRun, query=FileQuery)
files_of_version = serve(
    "GET", "/stores/{store}/models/{name}/versions/{version}/files/{path...}", FilesOfVersion, query=FileQuery
)
