"""The page of `nbflow ui`: what a browser loads to show the stores, below any base URL."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from html import escape
from pathlib import Path
from urllib.parse import urlencode

from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from nbflow.errors import ViewNotBuiltError
from nbflow.server.door import Handler

__all__ = ["STATIC", "Page", "Static"]

STATIC = Path(__file__).with_name("static")
"""Where its JavaScript is built to."""

_SCRIPT, _STYLE = "ui.js", "ui.css"

# Nothing of other origins, no code that is written into the page, and no page of others around it. Styles are set by
# charts in attributes of what they draw; pictures of a run's files come as data.
_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self' {sockets}",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
)

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>nbflow</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{static}/{style}?v={style_version}">
<script type="module" src="{static}/{script}?v={script_version}"></script>
</head>
<body data-base-url="{base_url}">
<noscript>These pages are drawn by JavaScript, which is turned off in this browser.</noscript>
</body>
</html>
"""


class Page(JupyterHandler):
    """The page, for who is logged in; others are asked to log in first."""

    auth_resource = "nbflow"

    def initialize(self, files: str) -> None:
        """Take where the JavaScript is."""
        self._files = Path(files)

    @property
    def content_security_policy(self) -> str:
        """What the page may load, and from where."""
        host = self.request.host
        sockets = f"ws://{host} wss://{host}" if _is_plain(host) else ""
        return "; ".join(_POLICY).format(sockets=sockets).strip()

    async def _show(self) -> None:
        await Handler.check_authorized(self, "read")  # type: ignore[arg-type] # it needs no more than Jupyter's handler
        if self.get_query_argument("token", None) is not None:
            # The cookie is set by now: the token need not stay in the address, and in the browser's history.
            self.redirect(self._without_token())
            return
        script = self._files / _SCRIPT
        if not script.is_file():
            self.set_status(503)
            self.set_header("Content-Type", "text/plain; charset=UTF-8")
            self.finish(str(ViewNotBuiltError(str(script))))
            return
        _ = self.xsrf_token  # sets the cookie that requests which change something must repeat
        base_url = escape(self.base_url)
        self.set_header("Cache-Control", "no-store")
        self.set_header("Referrer-Policy", "same-origin")
        self.finish(
            _PAGE.format(
                static=f"{base_url}nbflow/static",
                style=_STYLE,
                script=_SCRIPT,
                style_version=_version(self._files / _STYLE),
                script_version=_version(script),
                base_url=base_url,
            )
        )

    get = web.authenticated(_show)

    def _without_token(self) -> str:
        given = self.request.query_arguments
        kept = [(name, each) for name, values in given.items() if name != "token" for each in values]
        return f"{self.base_url}nbflow/{'?' if kept else ''}{urlencode(kept)}"


class Static(JupyterHandler, web.StaticFileHandler):
    """The page's JavaScript and style, for who is logged in."""

    auth_resource = "nbflow"

    async def _give(self, path: str, include_body: bool = True) -> None:
        await Handler.check_authorized(self, "read")  # type: ignore[arg-type] # as above
        await web.StaticFileHandler.get(self, path, include_body)

    async def _tell(self, path: str) -> None:
        await self._give(path, include_body=False)

    get = web.authenticated(_give)  # type: ignore[assignment] # tornado's decorator forgets the arguments
    head = web.authenticated(_tell)  # type: ignore[assignment] # as above

    def set_extra_headers(self, path: str) -> None:
        """Let the browser keep what is named with its version."""
        kept = "private, max-age=31536000, immutable" if "v" in self.request.query_arguments else "private, no-cache"
        self.set_header("Cache-Control", kept)


@lru_cache(maxsize=2)
def _version(file: Path) -> str:
    """Give a text that is another one for another file; the server is started anew with it."""
    content = file.read_bytes() if file.is_file() else b""
    return hashlib.blake2b(content, digest_size=8).hexdigest()


def _is_plain(host: str) -> bool:
    """Tell whether the name by which the server is asked is one, and can stand in a policy."""
    return all(c.isalnum() or c in ".-:[]_" for c in host) and host.isascii()
