"""`live`: what a run logs, drawn while it does."""

from __future__ import annotations

import contextlib
import threading
import time
import weakref
from collections import deque
from typing import TYPE_CHECKING, Any, ClassVar

from nbflow.entities import Run
from nbflow.errors import InvalidInputError, InvalidRequestError, NbflowError, RunNotFoundError, UnsupportedValueError
from nbflow.provenance import ipython_shell
from nbflow.tracking.active import ActiveRun, active_run, started
from nbflow.tracking.cells import Cell, current_cell
from nbflow.tracking.client import Client
from nbflow.widgets.keeping import keep
from nbflow.widgets.live.data import changes, drawn, live_data, saved_live
from nbflow.widgets.live.run import LiveRun
from nbflow.widgets.renewal import Renewal
from nbflow.widgets.run_page.series import asked_history
from nbflow.widgets.view import View, answers

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["INTERVAL_S", "MAX_RUNS", "Live", "is_shown", "live"]

INTERVAL_S = 0.25
"""How often it is looked for news."""

MAX_RUNS = 12
"""As many runs are drawn: the one that is shown, and the newest of those that belong to it."""

# Parts of the time that looking and sending, and renewing the notebook's copy, may take up: training wants the rest.
_LOOKING, _RENEWING = 0.01, 0.01


_views: weakref.WeakSet[Live] = weakref.WeakSet()
_views_lock = threading.Lock()  # a thread that starts a run looks through it while another shows one


def live(run: Run | ActiveRun | str | None = None, /, *, starting: bool = False) -> Live:
    """Show what a run logs while it does: charts and latest values, about four times a second.

    The training pays nothing for it: the run's own files are read, by a thread that takes up about a hundredth of the
    time. The display ends with the run, and stays in the notebook.

    Parameters
    ----------
    run
        A run, or its id; None is the active run. One that has ended is shown as it ended.
    starting
        Show the runs that are started from now on in this cell, in place of one that is there already.

    Returns
    -------
    display : Live
        It is shown already, where there is a notebook. `display.close()` ends it before the run does.

    Raises
    ------
    InvalidInputError
        If no run is given and none is active.
    UnsupportedValueError
        If `run` is no run.
    RunNotFoundError
        If there is no such run.
    """
    if starting:
        if run is not None:
            raise InvalidInputError("run", run, "With starting=True, the runs are those that this cell starts.")
        view = Live([], current_cell() or Cell("", ""))
    else:
        view = Live([_followed(run)])
    keep(view, named=True)
    if view.comm is not None:
        view._ipython_display_()
    return view


def is_shown(run_id: str, cell: Cell | None) -> bool:
    """Tell whether a cell has shown a run live already, for who would do it by himself."""
    with _views_lock:
        views = list(_views)
    return any(view.shows(run_id, cell) for view in views)


class Live(View):
    """A display that follows runs until they end.

    Parameters
    ----------
    runs
        The runs; those that belong to one of them come by themselves.
    cell
        Whose new runs are shown, too.
    """

    kind: ClassVar[str] = "live"

    def __init__(self, runs: Sequence[LiveRun], cell: Cell | None = None) -> None:
        self._runs = list(runs)
        self._n_runs = len(self._runs)
        self._cell = cell
        self._notice: str | None = None
        self._new: deque[ActiveRun] = deque(maxlen=1000)
        self._looking = threading.RLock()
        self._ended = threading.Event()
        self._ending = threading.Lock()
        self._shown_in: Cell | None = None
        for run in self._runs:
            run.read()
        self._known = live_data(self._runs, self._n_runs, None)
        super().__init__()
        self._renewal = Renewal(self._renew, _RENEWING)
        with _views_lock:
            _views.add(self)
        if self.comm is not None and not self._is_over(cell_over=False):
            started.append(self._new.append)
            shell = ipython_shell()
            if shell is not None:
                shell.events.register("post_run_cell", self._after_cell)
            self.follow()
        else:
            self._ended.set()

    def __repr__(self) -> str:
        return f"<Live of {', '.join(run.run_id for run in self._runs) or 'no run yet'}>"

    @property
    def is_following(self) -> bool:
        """Whether it still looks for news."""
        return not self._ended.is_set()

    def shows(self, run_id: str, cell: Cell | None) -> bool:
        """Tell whether a run is on the page by this, below a cell."""
        is_here = self._shown_in is not None and self._shown_in == cell and self.comm is not None
        return is_here and any(run.run_id == run_id for run in self._runs)

    def follow(self) -> threading.Thread:
        """Look for news until the runs have ended, or this is closed.

        Returns
        -------
        thread : Thread
            What looks.
        """
        thread = threading.Thread(target=self._follow, name="nbflow-live", daemon=True)
        thread.start()
        return thread

    def look(self, *, cell_over: bool = False) -> bool:
        """Look for news once, and send it.

        Parameters
        ----------
        cell_over
            Whether the cell whose runs are shown has ended.

        Returns
        -------
        over : bool
            Whether there will be no more.
        """
        with self._looking:
            try:
                over = self._look(cell_over=cell_over)
            except RunNotFoundError:
                self._take("The run is not there any more; this is what was read of it.")
                over = True
            except (NbflowError, OSError) as exc:
                self._take(f"The run cannot be read now; this is what was read of it. {exc}")
                over = False
            except Exception as exc:  # noqa: BLE001 - a door: training must go on, and the display say what is wrong
                self._take(f"This display has stopped: {type(exc).__name__}: {exc}")
                over = True
            if over:
                self._stop()
            return over

    def finish(self) -> None:
        """Look a last time, and leave the notebook with that."""
        if self.is_following:
            self.look(cell_over=True)
            self._stop()
        self._renewal.now()

    def close(self) -> None:
        """End: no more news; the displays stay, with the last."""
        self._stop()
        super().close()

    # What a view says

    def _data(self) -> dict[str, Any]:
        return self._known

    def _saved(self) -> dict[str, Any]:
        return saved_live(self._known)

    def _static(self) -> dict[str, str]:
        return drawn(self._known)

    def _ipython_display_(self, **kwargs: Any) -> None:
        cell = current_cell()
        if cell is not None and cell == self._shown_in:
            return  # the value of the cell that shows it already
        super()._ipython_display_(**kwargs)
        self._shown_in = cell

    @answers("history")
    def _history(
        self, key: Any, axis: Any = "step", low: Any = None, high: Any = None, points: Any = None
    ) -> dict[str, Any]:
        # Of the newest run that has it: the one whose line is in front.
        having = next((run for run in reversed(self._runs) if str(key) in run.state.metrics), None)
        if having is None:
            raise InvalidRequestError("No run that is shown here has a metric of that name.")
        return asked_history(having.record, Client(having.store), key, axis, low, high, points)

    # Following

    def _follow(self) -> None:
        pause = INTERVAL_S
        while not self._ended.wait(pause):
            began = time.thread_time()
            if self.look():
                return
            pause = max(INTERVAL_S, (time.thread_time() - began) / _LOOKING)

    def _look(self, *, cell_over: bool) -> bool:
        found = self._take_new()
        for run in self._runs:
            if run.is_running:
                found = run.read() or found
        over = self._is_over(cell_over=cell_over)
        if found or over or self._notice is not None:
            notice = "No run was started in this cell." if over and not self._runs else None
            self._take(notice)
        return over

    def _take_new(self) -> bool:
        found = False
        while self._new:
            new = self._new.popleft()
            known = {run.run_id for run in self._runs}
            if new.run_id in known:
                continue
            try:
                run = LiveRun(new.client.tracking_uri, new.run_id)
                run.read()
            except (NbflowError, OSError):  # deleted meanwhile
                continue
            if run.parent in known or (self._cell is not None and new.cell in (self._cell, None)):
                self._n_runs += 1
                if len(self._runs) >= MAX_RUNS:
                    del self._runs[1]
                self._runs.append(run)
                found = True
        return found

    def _take(self, notice: str | None) -> None:
        with self._lock:
            self._notice = notice
            before, self._known = self._known, live_data(self._runs, self._n_runs, notice)
            patch = changes(before, self._known)
            if patch and self.comm is not None:
                self.push(patch)

    def _is_over(self, *, cell_over: bool) -> bool:
        if self._cell is not None:
            return cell_over and not any(run.is_running for run in self._runs)
        return not self._runs[0].is_running

    def _after_cell(self, *_: Any) -> None:
        # A notebook that is executed as a whole is kept as it is when its last cell has ended: no thread comes then.
        if self.is_following:
            self.look(cell_over=True)
        self._renewal.now()

    def _stop(self) -> None:
        with self._ending:  # the thread that looks for news, a cell's end and the user may say so at once
            if self._ended.is_set():
                return
            self._ended.set()
        with contextlib.suppress(ValueError):
            started.remove(self._new.append)
        shell = ipython_shell()
        if shell is not None:
            with contextlib.suppress(ValueError):
                shell.events.unregister("post_run_cell", self._after_cell)


def _followed(run: Any) -> LiveRun:
    if run is None:
        active = active_run()
        if active is None:
            raise InvalidInputError(
                "run",
                None,
                "No run is active: call it within `with nbflow.start_run():`, give a run or its id, or say "
                "starting=True for the runs that this cell is going to start.",
            )
        run = active
    if isinstance(run, ActiveRun):
        return LiveRun(run.client.tracking_uri, run.run_id)
    if isinstance(run, Run):
        from nbflow.drawing.surroundings import owner_of

        found = owner_of(run)
        if found is None:
            raise RunNotFoundError(run.run_id)
        return LiveRun(found[0].tracking_uri, run.run_id)
    if isinstance(run, str):
        return LiveRun(Client().tracking_uri, run)
    raise UnsupportedValueError("run", run, "give a run, or its id.")
