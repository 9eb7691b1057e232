"""The way in to `nbflow ui` by a code that works once, and soon: it may stand where a token must not."""

from __future__ import annotations

import secrets
import time

from jupyter_server.auth.decorator import allow_unauthenticated
from tornado import web

from nbflow.server.door import Handler

__all__ = ["LASTS_S", "Codes", "Enter"]

LASTS_S = 60.0
"""How long a code may be used, in seconds."""

_CODES = "nbflow_codes"
_MOST = 100


class Codes:
    """The codes that were given away, and not used yet.

    Parameters
    ----------
    lasts_s
        How long one may be used, in seconds.
    """

    def __init__(self, lasts_s: float = LASTS_S) -> None:
        self._lasts_s = lasts_s
        self._until: dict[str, float] = {}

    def new(self) -> str:
        """Give a code away; the oldest one is forgotten where there are many."""
        if len(self._until) >= _MOST:
            del self._until[next(iter(self._until))]
        code = secrets.token_urlsafe(24)
        self._until[code] = time.monotonic() + self._lasts_s
        return code

    def take(self, code: str) -> bool:
        """Tell whether a code lets somebody in; it does so once."""
        return time.monotonic() < self._until.pop(code, 0.0)


class Enter(Handler):
    """Gives codes to who has the token, and takes one from a browser, which is logged in with it."""

    @web.authenticated
    async def post(self) -> None:
        """Make a code."""
        await self.check_authorized("read")
        self.set_header("Cache-Control", "no-store")
        self.finish({"code": self._codes.new()})

    @allow_unauthenticated
    async def get(self) -> None:
        """Log in with a code, and go to the page: with one that is spent, whoever is not logged in has to do that."""
        if self._codes.take(self.get_query_argument("code", "")):
            provider = self.identity_provider
            provider.set_login_cookie(self, provider.generate_anonymous_user(self))
        self.set_header("Cache-Control", "no-store")
        self.set_header("Referrer-Policy", "no-referrer")
        self.redirect(f"{self.base_url}nbflow/")

    @property
    def _codes(self) -> Codes:
        found: Codes = self.settings.setdefault(_CODES, Codes())
        return found
