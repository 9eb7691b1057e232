"""`score` after `fit`: how well an estimator does on other data, logged to the run that it was fitted in."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any

from nbflow.autologging.inputs import inputs_of
from nbflow.autologging.nesting import within_library
from nbflow.autologging.recorder import key_of
from nbflow.autologging.session import current
from nbflow.autologging.switch import settings_of
from nbflow.autologging.trouble import careful

if TYPE_CHECKING:
    from nbflow.tracking.active import ActiveRun

__all__ = ["remember", "scored"]

_UNKNOWN = "unknown_dataset"


class _Fitted:
    """An estimator that was fitted in a run, and what was measured of it since."""

    def __init__(self, estimator: Any, run: ActiveRun) -> None:
        key = id(estimator)
        # By its id, not in a WeakKeyDictionary: an estimator may be equal to another one, or have no hash.
        self.estimator = weakref.ref(estimator, lambda _gone: _fitted.pop(key, None))
        self.client, self.run_id = run.client, run.run_id
        self.calls = 0
        self.datasets: dict[str, list[int]] = {}

    def key(self, name: str, rows: Any, variable: str) -> str:
        """Name a measurement as MLflow does: the second one, and another data set of one name, are numbered."""
        self.calls += 1
        known = self.datasets.setdefault(variable, [])
        if id(rows) not in known:
            known.append(id(rows))
        number = known.index(id(rows)) + 1
        call = f"-{self.calls}" if self.calls > 1 else ""
        return f"{name}_score{call}_{variable}{f'-{number}' if number > 1 else ''}"


_fitted: dict[int, _Fitted] = {}


def remember(estimator: Any, run: ActiveRun) -> None:
    """Remember in which run an estimator was fitted, as long as it lives."""
    _fitted[id(estimator)] = _Fitted(estimator, run)


def scored(estimator: Any, call: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call an estimator's `score`, and log what it gives, when the user called it."""
    __tracebackhide__ = True
    value = call(*args, **kwargs)
    settings = settings_of("sklearn")
    if settings is None or not settings.log_post_training_metrics or not _fitted:
        return value
    known = _fitted.get(id(estimator))
    if known is None or known.estimator() is not estimator:
        return value
    with careful("a score", silent=settings.silent):
        _log(known, estimator, call, args, kwargs, value)
    return value


def _log(
    known: _Fitted,
    estimator: Any,
    call: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    value: Any,
) -> None:
    if current() is not None or within_library():
        return
    rows = inputs_of(call, args, kwargs).rows
    key = known.key(type(estimator).__name__, rows, _variable_of(rows, _users_frame()))
    known.client.log_metric(known.run_id, key_of(key), float(value))


def _variable_of(value: Any, frame: FrameType | None) -> str:
    """Give the name that a value has where it is used; `unknown_dataset` where it has none.

    Parameters
    ----------
    value
        What is looked for.
    frame
        The code that uses it. Only names that this code itself mentions count.
    """
    if frame is None:
        return _UNKNOWN
    code = frame.f_code
    mentioned = (*code.co_varnames, *code.co_cellvars, *code.co_freevars, *code.co_names)
    names = dict.fromkeys(name for name in mentioned if not name.startswith("_"))
    for scope in (frame.f_locals, frame.f_globals):
        for name in names:
            if name in scope and scope[name] is value:
                return name
    return _UNKNOWN


def _users_frame() -> FrameType | None:
    """Give the code that called, beyond nbflow's own."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - Python's own way to ask
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] in {"nbflow", "contextlib"}:
        frame = frame.f_back
    return frame
