"""One training that is being logged: which run it goes to, and how that run ends."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Protocol

from nbflow.autologging.nesting import within_library
from nbflow.autologging.recorder import Recorder
from nbflow.autologging.switch import settings_of
from nbflow.autologging.trouble import careful
from nbflow.tracking.active import ActiveRun, active_run

if TYPE_CHECKING:
    from nbflow.autologging.settings import Settings

__all__ = ["AUTOLOG_TAG", "Session", "Watcher", "current", "observe"]

AUTOLOG_TAG = "mlflow.autologging"


class Watcher(Protocol):
    """What is done about one call that trains. What it raises is told of, and goes no further."""

    def before(
        self, log: Recorder, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Log what is known beforehand, and give the arguments to call with: the same, or with callbacks added."""

    def after(self, log: Recorder, result: Any) -> None:
        """Log what came out."""


class Session:
    """A call of the user's that trains, from its beginning to its end.

    Parameters
    ----------
    flavor
        Whose call it is.
    watcher
        What is done about it.
    log
        Where it is logged; None where nothing of it, nor of what it calls, is to be logged.
    own
        The run, when it was started for this call.
    """

    def __init__(
        self, flavor: str, watcher: Watcher, log: Recorder | None = None, own: ActiveRun | None = None
    ) -> None:
        self.flavor = flavor
        self.watcher = watcher
        self.log = log
        self._own = own

    def end(self, exc: BaseException | None) -> None:
        """End the run, when it is this call's own: FINISHED, or as the exception says."""
        if self._own is not None:
            with careful("the end of the run", silent=self.log is not None and self.log.settings.silent):
                self._own.__exit__(None if exc is None else type(exc), exc, None if exc is None else exc.__traceback__)


_current: ContextVar[Session | None] = ContextVar("nbflow_autologging_session", default=None)


def current() -> Session | None:
    """Give the training that the caller is a part of; None when there is none."""
    return _current.get()


def observe(
    flavor: str,
    watch: Callable[[Settings], Watcher],
    call: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """Make a call of the user's, and log it, unless it is part of a larger one.

    Its result and its exceptions are the call's own.

    Parameters
    ----------
    flavor
        Whose call it is.
    watch
        Makes what is done about it.
    call, args, kwargs
        The call.
    """
    __tracebackhide__ = True
    settings = settings_of(flavor)
    if settings is None or _current.get() is not None or within_library():
        return call(*args, **kwargs)
    session = _begin(flavor, settings, watch(settings))
    token = _current.set(session)
    try:
        if session.log is not None:
            with careful("what goes in", silent=settings.silent):
                args, kwargs = session.watcher.before(session.log, args, kwargs)
        result = call(*args, **kwargs)
        if session.log is not None:
            with careful("what came out", silent=settings.silent):
                session.watcher.after(session.log, result)
    except BaseException as exc:
        session.end(exc)
        raise
    else:
        session.end(None)
    finally:
        _current.reset(token)
    return result


def _begin(flavor: str, settings: Settings, watcher: Watcher) -> Session:
    run = active_run()
    if run is not None:
        return Session(flavor, watcher, None if settings.exclusive else Recorder(run, settings))
    with careful("this training: no run could be started", silent=settings.silent):
        from nbflow.tracking.fluent.runs import start_run

        own = start_run(tags={**settings.extra_tags, AUTOLOG_TAG: flavor})
        return Session(flavor, watcher, Recorder(own, settings), own)
    return Session(flavor, watcher)
