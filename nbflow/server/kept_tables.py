"""Tables of runs for many pages: each is searched for once, and what changed is found once for all who know it."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, NamedTuple

from nbflow.server.encoding import Kept
from nbflow.server.threads import held

if TYPE_CHECKING:
    from nbflow.widgets.run_table.data import TableData

__all__ = ["KeptTables"]

_MOST = 16
_STATES = 4
# A table of a hundred thousand runs has some three million cells, which take up about a hundred megabytes. The last
# one is kept, however large: it is what changes are found with.
_CELLS = 2_000_000
_MOST_CELLS = 5_000_000
_REST = {"notice": None, "live": True}


class _State(NamedTuple):
    """What a table was at a time."""

    revision: str
    table: TableData


class KeptTables:
    """The tables that were asked for last.

    Attributes
    ----------
    n_made
        How often one was searched for.
    """

    def __init__(self) -> None:
        self.n_made = 0
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, _KeptTable] = OrderedDict()

    def get(self, question: Hashable, revision: str, base: str | None, make: Callable[[], TableData]) -> Kept | None:
        """Give a table, or what changed in it.

        Parameters
        ----------
        question
            Which table, and who asks.
        revision
            The store's state, read before anything else.
        base
            The revision of the table that the asker has; None is none.
        make
            Searches for it.

        Returns
        -------
        answer : Kept or None
            `revision` and `data`; or `revision`, `base` and the `patch` that makes the one of the other, as
            `RunTable` sends it. None where it is as the asker knows it.
        """
        with self._lock:
            table = self._kept.setdefault(question, _KeptTable())
            self._kept.move_to_end(question)
            self._drop()

        def find() -> TableData:
            self.n_made += 1
            return make()

        return table.answer(revision, base, find)

    def _drop(self) -> None:
        cells = sum(table.cells for table in self._kept.values())
        while len(self._kept) > _MOST or (cells > _MOST_CELLS and len(self._kept) > 1):
            _, table = self._kept.popitem(last=False)
            cells -= table.cells


class _KeptTable:
    """The last states of one table, and the answers made of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # One that is forgotten and made anew must not take what a page knows for its own.
        self._name = secrets.token_hex(4)
        self._number = 0
        self._seen: str | None = None
        self._states: list[_State] = []
        self._answers: dict[str | None, Kept] = {}

    @property
    def cells(self) -> int:
        return sum(_cells(state.table) for state in list(self._states))

    def answer(self, revision: str, base: str | None, make: Callable[[], TableData]) -> Kept | None:
        with held(self._lock, "of this table"):
            if self._seen != revision:
                self._take(make())
                self._seen = revision
            newest = self._states[-1]
            if base == newest.revision:
                return None
            old = next((state for state in self._states if state.revision == base), None)
            known = None if old is None else old.revision
            if known not in self._answers:
                self._answers[known] = _whole(newest) if old is None else _changes(old, newest)
            return self._answers[known]

    def _take(self, table: TableData) -> None:
        """Take what was found now, if anything is different.

        What was read of its columns stays at hand, for the next change and for who asks for all of it.
        """
        from nbflow.widgets.run_table.patch import is_same, patch

        before = self._states[-1] if self._states else None
        found = None
        if before is not None:
            found = patch(before.table, table)
            if found is not None and is_same(before.table, found):
                return
            before.table.forget()
        self._number += 1
        newest = _State(f"{self._name}.{self._number}", table)
        self._states.append(newest)
        self._answers = {} if before is None else {before.revision: _patched(before, newest, found)}
        while len(self._states) > (_STATES if _cells(table) < _CELLS else 2):
            del self._states[0]


def _changes(old: _State, new: _State) -> Kept:
    from nbflow.widgets.run_table.patch import patch

    found = patch(old.table, new.table)
    old.table.forget()
    return _patched(old, new, found)


def _patched(old: _State, new: _State, found: dict[str, Any] | None) -> Kept:
    if found is None:
        return _whole(new)
    changes = {**found, "rest": _REST}
    return Kept(lambda: {"revision": new.revision, "base": old.revision, "patch": changes})


def _whole(state: _State) -> Kept:
    def make() -> dict[str, Any]:
        data = {"columns": state.table.full(), "reduced": None, **_REST}
        return {"revision": state.revision, "data": data}

    return Kept(make)


def _cells(table: TableData) -> int:
    return len(table.runs) * len(table.columns)
