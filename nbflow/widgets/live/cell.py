"""The live display of a cell that is a run: there by itself once it is worth it, and in the notebook at the end.

The widgets are imported only then: a cell that is done in a moment does not wait for them.
"""

from __future__ import annotations

import threading
import warnings
from typing import TYPE_CHECKING, Any

from nbflow.widgets.hosts import in_kernel
from nbflow.widgets.live.run import LiveRun

if TYPE_CHECKING:
    from nbflow.tracking.active import ActiveRun
    from nbflow.widgets.live.widget import Live

__all__ = ["LiveCell"]

_WORTH_IT_S = 1.0
_INTERVAL_S = 0.25


class LiveCell:
    """Shows a run live when it has metrics and goes on for a second.

    Nothing that goes wrong with it reaches the cell: it is a warning at the end.

    Parameters
    ----------
    run
        The run.
    shell
        The IPython shell of a kernel; in another, nothing is shown.
    """

    def __init__(self, run: ActiveRun, shell: Any) -> None:
        self._run = run
        self._shell = shell
        self._view: Live | None = None
        self._is_shown = False
        self._fault: Exception | None = None
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        if in_kernel():
            self._parent = shell.get_parent()
            self._thread = threading.Thread(target=self._wait, name="nbflow-live-cell", daemon=True)
            self._thread.start()

    def end(self) -> bool:
        """Leave the notebook with the finished display, if there is something to show. The run has ended.

        Returns
        -------
        shown : bool
            Whether there is a display.
        """
        if self._thread is None:
            return False
        self._ended.set()
        self._thread.join()
        try:
            if self._view is not None:
                self._view.finish()
            elif self._fault is None and not self._is_shown:
                self._show_if_worth_it(at_end=True)
        except Exception as exc:  # noqa: BLE001 - a door: the cell has ended, its run is kept
            self._fault = exc
        if self._fault is not None:
            warnings.warn(f"The run could not be shown: {self._fault!r}", RuntimeWarning, stacklevel=2)
        return self._is_shown

    def _wait(self) -> None:
        publisher = self._shell.display_pub
        if hasattr(publisher, "set_thread_parent"):
            publisher.set_thread_parent(self._parent)
        pause = _WORTH_IT_S
        try:
            while not self._ended.wait(pause) and not self._is_shown:
                self._show_if_worth_it(at_end=False)
                pause = _INTERVAL_S
        except Exception as exc:  # noqa: BLE001 - a door: the cell goes on
            self._fault = exc

    def _show_if_worth_it(self, *, at_end: bool) -> None:
        run = LiveRun(self._run.client.tracking_uri, self._run.run_id)
        run.read()
        took_ms = (run.state.end_time or 0) - run.state.start_time
        if not run.state.metrics or (at_end and not run.has_history and took_ms < _WORTH_IT_S * 1000):
            return
        from nbflow.widgets.keeping import keep
        from nbflow.widgets.live.widget import Live, is_shown

        self._is_shown = is_shown(self._run.run_id, self._run.cell)  # by `nbflow.live()` in the cell
        if self._is_shown:
            return
        view = Live([run])
        keep(view, cell=self._run.cell)
        try:
            view._ipython_display_()
        except BaseException:
            view.close()
            raise
        self._view, self._is_shown = view, True
