"""Comparisons for many pages, with the charts that were made for them, as long as their runs are the same."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

import msgspec

from nbflow.server.threads import held

if TYPE_CHECKING:
    from nbflow.entities import Run
    from nbflow.widgets.comparison.sides import Sides

__all__ = ["KeptComparisons"]

_MOST = 16
_MAKING_S = 2.0  # for the charts that come with the table; others are asked for


class KeptComparisons:
    """The comparisons that were asked for last.

    Attributes
    ----------
    n_made
        How often one was made, with its charts.
    """

    def __init__(self) -> None:
        self.n_made = 0
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()

    def get(self, question: Hashable, runs: Sequence[Run], store: str, n_runs: int) -> Sides:
        """Give the comparison of runs.

        Parameters
        ----------
        question
            Which runs, and who asks.
        runs
            The runs as they are now.
        store
            Where they are.
        n_runs
            Of how many these are the first.
        """
        with self._lock:
            kept = self._kept.setdefault(question, _Kept())
            self._kept.move_to_end(question)
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        # Not the records themselves: two NaN differ, and a metric may be one.
        mark = hashlib.sha256(msgspec.msgpack.encode(runs)).digest()
        with held(kept.lock, store):
            if kept.sides is None or kept.mark != mark:
                kept.mark, kept.sides = mark, _compared(runs, store, n_runs)
                self.n_made += 1
            return kept.sides


class _Kept:
    """One of them, and what its runs were."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.mark = b""
        self.sides: Sides | None = None


def _compared(runs: Sequence[Run], store: str, n_runs: int) -> Sides:
    from nbflow.tracking.frame import STORE
    from nbflow.widgets.comparison.sides import Sides
    from nbflow.widgets.run_table.rows import frame_of_runs

    frame = frame_of_runs(runs)
    frame.attrs[STORE] = store  # their artifacts may be elsewhere
    sides = Sides(frame, n_runs)
    sides.make_charts(_MAKING_S, slow=False)
    return sides
