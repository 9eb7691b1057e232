"""Progress bars, on the standard error of a terminal, for what takes longer than a moment."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["bar"]

# What is done sooner needs no bar, which would only flicker.
_MOMENT_S = 0.5


@contextmanager
def bar(what: str, *, in_bytes: bool = False) -> Iterator[Callable[[int, int], None]]:
    """Show a bar, which is gone when the block ends.

    Parameters
    ----------
    what
        What is being done.
    in_bytes
        Whether it is counted in bytes.

    Yields
    ------
    advance : callable
        To be called with how much is done and how much there is.
    """
    amount = DownloadColumn() if in_bytes else MofNCompleteColumn()
    columns = (TextColumn("{task.description}"), BarColumn(), amount, TimeRemainingColumn())
    shown = Progress(*columns, console=Console(stderr=True), transient=True)
    task = shown.add_task(what, total=None)
    over = threading.Event()
    lock = threading.Lock()

    def show() -> None:
        over.wait(_MOMENT_S)
        with lock:
            if not over.is_set():
                shown.start()

    thread = threading.Thread(target=show, name="nbflow-bar", daemon=True)
    thread.start()
    try:
        yield lambda done, total: shown.update(task, completed=done, total=total)
    finally:
        with lock:
            over.set()
        thread.join()
        shown.stop()
