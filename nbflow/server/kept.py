"""Answers that are kept as long as nothing changed in the store: pages ask the same things again and again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

from nbflow.server.encoding import Kept

__all__ = ["KeptAnswers", "KeptCounts"]

_MOST = 256
_MOST_BYTES = 32_000_000
_MOST_COUNTS = 1_000


class KeptAnswers:
    """The answers to the questions that were asked last.

    Parameters
    ----------
    most, most_bytes
        How many there are at most, and how much memory their bytes take up.
    """

    def __init__(self, most: int = _MOST, most_bytes: int = _MOST_BYTES) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[str, Kept]] = OrderedDict()

    def get(self, question: Hashable, revision: str, make: Callable[[], Any]) -> Kept:
        """Give the answer to a question.

        Parameters
        ----------
        question
            What is asked, and who asks.
        revision
            The state of what the answer is made from, read before it is made: the answer may be newer, never older.
        make
            Makes the answer, a value that `nbflow.server.encoding.encode_answer` knows.
        """
        with self._lock:
            known = self._kept.get(question)
            if known is not None and known[0] == revision:
                self._kept.move_to_end(question)
                return known[1]
            made = Kept(make)
            self._kept[question] = (revision, made)
            self._kept.move_to_end(question)
            self._drop()
            return made

    def _drop(self) -> None:
        size = sum(kept.size for _, kept in self._kept.values())
        while len(self._kept) > self._most or (size > self._most_bytes and len(self._kept) > 1):
            _, (_, kept) = self._kept.popitem(last=False)
            size -= kept.size


class KeptCounts:
    """How many things searches found.

    Parameters
    ----------
    most
        Of how many searches it is kept.
    """

    def __init__(self, most: int = _MOST_COUNTS) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[str, int]] = OrderedDict()

    def get(self, question: Hashable, revision: str, make: Callable[[], int]) -> int:
        """Give the number for a search, counted anew where the revision is another one; see `KeptAnswers.get`."""
        with self._lock:
            known = self._kept.get(question)
            if known is not None and known[0] == revision:
                self._kept.move_to_end(question)
                return known[1]
        made = make()
        with self._lock:
            self._kept[question] = (revision, made)
            self._kept.move_to_end(question)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made
