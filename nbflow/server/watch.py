"""One watch for each store that pages look at, however many they are: it looks, and tells all of them what is new."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
import time
from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import msgspec
from msgspec import Struct

from nbflow.errors import StoreTimeoutError
from nbflow.server.looking import Look, Seen, Visible
from nbflow.widgets.wire import clean_text

if TYPE_CHECKING:
    from pathlib import Path

    from nbflow.entities import Identity
    from nbflow.server.stores import OpenStore

__all__ = ["INTERVAL_S", "Listener", "Looking", "News", "Trouble", "Watch", "Watches"]

INTERVAL_S = 0.4
"""How long after a look the next one begins, in seconds."""

# A look takes at most this part of the time: a huge store is looked at less often.
_SHARE = 0.1
_LONGEST_PAUSE_S = 20.0

# The store's own counter would tell how much happens where a page may not look.
_KEY = secrets.token_bytes(16)

_ALL = Visible(None, models=True)

_LOG = logging.getLogger(__name__)


class News(Struct, frozen=True):
    """What a page is told when something changed.

    Parameters
    ----------
    store
        The store's id.
    revision
        What it is at: opaque, and another text once anything changed.
    runs
        The ids of the runs that are new, changed or gone; None where there are many, or nobody knows.
    experiments, models
        Whether anything may be new of experiments themselves, and of registered models.
    """

    store: str
    revision: str
    runs: list[str] | None
    experiments: bool
    models: bool


class Trouble(Struct, frozen=True):
    """What a page is told, once, when a store cannot be read, or is not known."""

    store: str
    problem: str


class Listener(Protocol):
    """Who is told: a page's socket."""

    @property
    def identity(self) -> Identity:
        """Who asks."""

    def tell(self, message: str) -> None:
        """Send a message, in JSON."""


class Looking(Protocol):
    """What looks at a store: `nbflow.server.looking.Look`."""

    def __call__(self) -> Seen:
        """Tell what is new since the last call."""

    def visible(self, identities: set[Identity], models: frozenset[str] | None) -> dict[Identity, Visible]:
        """Say what each of some users may see, of the models that changed, too."""


class Watch:
    """Watches one store while anybody listens. All of it happens on the server's loop, but for the looks.

    Parameters
    ----------
    store
        The store.
    make_look
        Makes what looks at it, on one of its threads.
    """

    def __init__(self, store: OpenStore, make_look: Callable[[Path], Looking] = Look) -> None:
        self._store = store
        self._make_look = make_look
        self._listeners: set[Listener] = set()
        self._task: asyncio.Task[None] | None = None
        self._last: Seen | None = None

    @property
    def store_id(self) -> str:
        """The store's id."""
        return self._store.id

    @property
    def is_watching(self) -> bool:
        """Whether anybody listens, so that it looks."""
        return self._task is not None and not self._task.done()

    def add(self, listener: Listener) -> None:
        """Tell somebody what the store is at, and from now on what changes."""
        self._listeners.add(listener)
        if self._last is not None and self.is_watching:
            message = self._message(self._last, _ALL, at_first=True)
            if message is not None:
                self._tell(listener, message)
        if not self.is_watching:
            self._last = None
            self._task = asyncio.get_running_loop().create_task(self._run())

    def discard(self, listener: Listener) -> None:
        """Tell somebody nothing any more; without listeners nobody looks."""
        self._listeners.discard(listener)
        if not self._listeners:
            self.stop()

    def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        look = self._make_look(self._store.root)
        while True:
            took = 0.0
            try:
                took = await self._look(look)
            except Exception:  # noqa: BLE001 - a door: the watch goes on
                _LOG.exception("A look at the store %s failed.", self._store.id)
                self._last = None  # what was not told is told with the next look
            await asyncio.sleep(min(max(INTERVAL_S, took / _SHARE - took), _LONGEST_PAUSE_S))

    async def _look(self, look: Looking) -> float:
        """Look once, however long it takes, and give that in seconds; there is never a second look beside it.

        So a store that hangs costs the watch one thread, and the pages hear at once when it is back.
        """
        began = time.monotonic()
        threads = self._store.threads
        try:
            future = threads.submit(look)
        except StoreTimeoutError as exc:
            await self._take(look, Seen("", problem=str(exc)))
            return 0
        waiter = asyncio.wrap_future(future)
        try:
            done, _ = await asyncio.wait([waiter], timeout=threads.limit_s)
        except asyncio.CancelledError:  # nobody listens any more
            threads.give_up(future)
            waiter.cancel()
            raise
        if not done:
            threads.give_up(future)
            late = threads.late(threads.limit_s)
            await self._take(look, Seen("", problem=str(late)))
            if future.cancelled():  # all threads were busy: it was not begun
                return 0
        try:
            seen = await waiter
        except Exception as exc:  # noqa: BLE001 - a door: the watch goes on, and the page says what is wrong
            seen = Seen("", problem=f"The store cannot be looked at: {type(exc).__name__}: {exc}")
        await self._take(look, seen)
        return time.monotonic() - began if done else 0.0  # a disk that hung was no work

    async def _take(self, look: Looking, seen: Seen) -> None:
        """Tell the listeners what a look saw, each what it may see, where that is anything new."""
        last, self._last = self._last, seen
        if last is not None and (seen.revision, seen.problem) == (last.revision, last.problem):
            return
        back = last is None or last.problem is not None
        groups: dict[Identity, list[Listener]] = defaultdict(list)
        for listener in self._listeners:
            groups[listener.identity].append(listener)
        narrows = not back and (seen.runs or seen.touched or seen.experiments or seen.models)
        visible = await self._visible(look, set(groups), seen.models) if narrows else dict.fromkeys(groups, _ALL)
        for identity, listeners in groups.items():
            # Where nobody knows what may be seen, all are told that something is new, and nobody is told what.
            message = self._message(
                seen, _ALL if visible is None else visible[identity], at_first=visible is None or back
            )
            if message is None:
                continue
            for listener in listeners:
                if listener in self._listeners:  # it may have gone meanwhile
                    self._tell(listener, message)

    def _tell(self, listener: Listener, message: str) -> None:
        try:
            listener.tell(message)
        except Exception:  # noqa: BLE001 - a door: the others are told
            _LOG.exception("A page could not be told what changed.")
            self.discard(listener)

    async def _visible(
        self, look: Looking, identities: set[Identity], models: frozenset[str] | None
    ) -> dict[Identity, Visible] | None:
        try:
            return await self._store.threads.run(lambda: look.visible(identities, models))
        except Exception:  # noqa: BLE001 - a door: nobody knows, and the change is told all the same
            return None

    def _message(self, seen: Seen, visible: Visible, *, at_first: bool) -> str | None:
        """Make the message for those who may see something; None where nothing is new for them."""
        if seen.problem is not None:
            return msgspec.json.encode(Trouble(self._store.id, clean_text(seen.problem))).decode()
        shown, experiments, touched = visible.experiments, seen.experiments, seen.touched
        if shown is not None:
            experiments = None if experiments is None else experiments & shown
            touched = None if touched is None else touched & shown
        runs: list[str] | None = None
        if not at_first and seen.runs is not None:
            runs = [run for run, exp in seen.runs.items() if shown is None or exp in shown]
        elif not at_first and touched is not None and not touched:
            runs = []  # many changed, but none that may be seen
        news = News(
            self._store.id,
            hashlib.blake2b(seen.revision.encode(), key=_KEY, digest_size=8).hexdigest(),
            runs=runs,
            experiments=at_first or seen.access or experiments is None or bool(experiments),
            models=at_first or seen.access or (visible.models and seen.models != frozenset()),
        )
        if news.runs == [] and not news.experiments and not news.models:
            return None
        return msgspec.json.encode(news).decode()


class Watches:
    """The watches of a server, by store."""

    def __init__(self) -> None:
        self._watches: dict[str, Watch] = {}

    def of(self, store: OpenStore) -> Watch:
        """Give the watch of a store; it looks at nothing before somebody listens."""
        found = self._watches.get(store.id)
        if found is None:
            found = self._watches[store.id] = Watch(store)
        return found

    def is_watching(self, store: OpenStore) -> bool:
        """Tell whether anybody listens to what happens in a store."""
        found = self._watches.get(store.id)
        return found is not None and found.is_watching

    def stop(self) -> None:
        """Look at nothing any more."""
        for watch in self._watches.values():
            watch.stop()
