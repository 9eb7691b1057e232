"""Which widgets live on that nobody may have a name for: those of the newest displays."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple

from nbflow.tracking.cells import Cell, current_cell

if TYPE_CHECKING:
    from nbflow.widgets.view import View

__all__ = ["MAX_KEPT", "MAX_KEPT_BYTES", "keep"]

MAX_KEPT = 32
"""How many widgets are kept of those that were made by showing something."""

MAX_KEPT_BYTES = 500_000_000
"""How much memory they take up at most, the newest aside."""


class _Kept(NamedTuple):
    cell: Cell | None
    view: View
    named: bool


_kept: list[_Kept] = []
_lock = threading.Lock()


def keep(view: View, *, named: bool = False, cell: Cell | None = None) -> None:
    """Keep a widget until its cell is run again: what an earlier run of that cell made is closed.

    A display whose widget was closed goes on with the data that the notebook has.

    Parameters
    ----------
    view
        The widget.
    named
        Whether the user has it, as the value of a call. If not, it also ends when many newer ones were shown.
    cell
        The cell that it belongs to; None is the running one, which only the kernel's own thread knows.
    """
    if view.comm is None:
        return
    cell = current_cell() if cell is None else cell
    with _lock:
        _kept[:] = [each for each in _kept if each.view is not view]
        ended = [each for each in _kept if each.view.comm is None or _again(each.cell, cell)]
        if not named:
            ended += _over([each for each in _kept if not each.named and each not in ended])
        _kept[:] = [each for each in _kept if each not in ended]
        _kept.append(_Kept(cell, view, named))
    for each in ended:
        each.view.close()


def _over(kept: list[_Kept]) -> list[_Kept]:
    """Give the oldest, which make room for one more."""
    weights = [each.view.weight for each in kept]
    n = max(0, len(kept) + 1 - MAX_KEPT)
    while sum(weights[n:]) > MAX_KEPT_BYTES:
        n += 1
    return kept[:n]


def _again(old: Cell | None, new: Cell | None) -> bool:
    return old is not None and new is not None and old.key == new.key and old.execution != new.execution
