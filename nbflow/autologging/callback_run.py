"""The run that a callback logs to: the active one, or one of its own for as long as the training lasts."""

from __future__ import annotations

import atexit
from weakref import WeakSet

from nbflow.autologging.recorder import Recorder
from nbflow.autologging.session import AUTOLOG_TAG
from nbflow.autologging.settings import Settings
from nbflow.autologging.trouble import careful
from nbflow.tracking.active import ActiveRun, active_run, pop

__all__ = ["CallbackRun"]

_open: WeakSet[ActiveRun] = WeakSet()


class CallbackRun:
    """What a callback logs to.

    Parameters
    ----------
    library
        Whose callback it is, for the tag of a run of its own.
    active
        Whether a run of its own is the active one while it lasts. Not where nobody says that a training failed: it
        would then be in the way of the runs that come after it.
    """

    def __init__(self, library: str, *, active: bool) -> None:
        self.log: Recorder | None = None
        """Where it is logged, also after the training; None before, and when no run could be started."""
        self._library = library
        self._active = active
        self._own: ActiveRun | None = None

    def begin(self) -> Recorder | None:
        """Begin with a training."""
        self.end(None, "FAILED")  # the one before came to no end
        with careful("this training: no run could be started"):
            run = active_run()
            if run is None:
                from nbflow.tracking.fluent.runs import start_run

                run = self._own = start_run(tags={AUTOLOG_TAG: self._library})
                _open.add(run)
                if not self._active:
                    pop(run)
            self.log = Recorder(run, Settings())
        return self.log

    def end(self, exc: BaseException | None = None, status: str = "FINISHED") -> None:
        """End a run of its own.

        Parameters
        ----------
        exc
            What ended the training, and says how the run ends.
        status
            How it ends without.
        """
        run, self._own = self._own, None
        if run is None:
            return
        _open.discard(run)
        with careful("the end of the run"):
            if exc is not None:
                run.__exit__(type(exc), exc, exc.__traceback__)
            else:
                pop(run)
                run.end(status)

    def __getstate__(self) -> dict[str, object]:
        # A callback goes with its trainer into other processes and files; the run is this process's.
        return {**vars(self), "log": None, "_own": None}


def _end_left_open() -> None:
    for run in list(_open):
        with careful("the end of the run"):
            run.end("FAILED")


# Before tracking's own, which would take them for finished: what is registered later is called earlier.
atexit.register(_end_left_open)
