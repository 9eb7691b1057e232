"""What the index keeps of a run (pure), and a short way to it for the runs that nearly all runs are.

`digest_of` takes it from a folded state. `quick_digest` takes it straight from the log of a run that one process
started, logged and ended: there the order of the file is the order of the stamps, and nothing has to be remembered
for what may come later. It gives the same, or None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from nbflow.store import points
from nbflow.store.entity import experiment_id_of
from nbflow.store.events import RUNNING, Ended, Input, Key, ModelLogged, ParamSet, Renamed, Started, TagDeleted, TagSet
from nbflow.store.fold import RunState
from nbflow.store.reader import LogShrankError
from nbflow.store.series import Series, add_points
from nbflow.store.shape import Shape, lay_out

if TYPE_CHECKING:
    from nbflow.store.reader import News, StoreReader

__all__ = ["Digest", "digest_of", "fold_run", "quick_digest", "read_run"]


class Digest(Struct, array_like=True, gc=False):
    """A run as the index sees it."""

    run_id: str
    home: str
    experiment_id: str
    size: int
    start_time: int
    end_time: int | None
    name: str
    user: str
    status: str
    shape: Shape
    values: list[str | float]
    """All params, tags and metrics, as the shape says."""
    inputs: list[Input]
    exists: bool = True
    deleted: bool = False
    settled: bool = True
    """Whether nothing is expected to come: the process that ran it has left, and all its points are there."""


def digest_of(state: RunState) -> Digest:
    """Make the digest of a folded state."""
    shape, values = lay_out(
        {key: str(param.value) for key, param in state.params.items()},
        {key: tag.value for key, tag in state.tags.items() if tag.value is not None},
        {key: s if s.count > 1 else s.last[2] for key, s in state.metrics.items()},
    )
    return Digest(
        run_id=state.run_id,
        home=state.experiment_id,
        experiment_id=experiment_id_of(state),
        size=sum(file.events + file.points for file in state.files.values()),
        start_time=state.start_time,
        end_time=state.end_time,
        name=state.current_name,
        user=state.user,
        status=state.written_status,
        shape=shape,
        values=values,
        inputs=[used for _, used in state.inputs.values()],
        exists=state.exists,
        deleted=state.deleted,
        settled=state.exists and state.runner_left and state.missing_points == 0,
    )


def fold_run(reader: StoreReader, home: str, run_id: str, old: RunState | None) -> tuple[RunState, bool]:
    """Read on in a run's log.

    Parameters
    ----------
    reader
        The store's.
    home, run_id
        The experiment whose folder holds the run, and the run.
    old
        Its state when it was read last, which is changed; None reads all.

    Returns
    -------
    state : RunState
        Its state now.
    changed : bool
        Whether there was anything new.
    """
    state = old or RunState(run_id, home)
    changed = old is None
    try:
        for news in reader.run_news(home, run_id, state.files):
            state.take(news)
            changed = True
    except LogShrankError:
        state = RunState(run_id, home)
        for news in reader.run_news(home, run_id, {}):
            state.take(news)
        changed = True
    return state, changed


def read_run(reader: StoreReader, home: str, run_id: str, old: RunState | None) -> tuple[RunState | None, Digest, bool]:
    """Read on in a run's log, in the short way where it can be.

    Returns
    -------
    state : RunState or None
        Its state; None when the short way needed none.
    digest : Digest
        What the index keeps.
    changed : bool
        Whether there was anything new.
    """
    if old is None:
        news = list(reader.run_news(home, run_id, {}))
        digest = quick_digest(run_id, home, news[0]) if len(news) == 1 else None
        if digest is not None:
            return None, digest, True
    state, changed = fold_run(reader, home, run_id, old)
    return state, digest_of(state), changed


def quick_digest(run_id: str, home: str, news: News) -> Digest | None:
    """Make the digest of a run from all that its only writer wrote.

    Parameters
    ----------
    run_id, home
        The run, and the experiment whose folder holds it.
    news
        The whole log.

    Returns
    -------
    digest : Digest or None
        None when the run is not of the simple kind: still running, resumed, deleted, moved, damaged.
    """
    events = news.events
    if news.damaged or not events or type(events[0]) is not Started:
        return None
    told = _listen(events[0], events[1:])
    if told is None or told.ended is None or told.ended.status in RUNNING:
        return None
    metrics = _metrics(news, told.keys)
    if metrics is None or told.ended.points > len(news.points) // points.SIZE:
        return None
    shape, values = lay_out(told.params, told.tags, metrics)
    return Digest(
        run_id,
        home,
        home,
        news.events_end + news.points_end,
        events[0].time,
        told.ended.time,
        told.name,
        events[0].user,
        told.ended.status,
        shape,
        values,
        list(told.inputs.values()),
    )


class _Told(Struct, gc=False):
    """What the events of a simple run say."""

    name: str
    ended: Ended | None = None
    params: dict[str, str] = {}
    tags: dict[str, str] = {}
    keys: dict[int, str] = {}
    inputs: dict[tuple[str, str], Input] = {}


def _listen(started: Started, events: list[Any]) -> _Told | None:  # noqa: C901 (a table in the shape of a loop)
    """Go through the events behind the first; None when the run is not simple.

    A call for each event, as in the fold, would cost as much as all else that is done for a run.
    """
    told = _Told(started.name)
    params, tags, keys = told.params, told.tags, told.keys
    last = started.t
    for event in events:
        t = event.t
        if t <= last:
            return None
        last = t
        kind = type(event)
        if kind is ParamSet:
            value = event.value
            if params.setdefault(event.key, value) != value:
                return None
        elif kind is Key:
            keys[event.id] = event.key
        elif kind is TagSet:
            tags[event.key] = event.value
        elif kind is Ended and told.ended is None:
            told.ended = event
        elif kind is Renamed:
            told.name = event.name
        elif kind is TagDeleted:
            tags.pop(event.key, None)
        elif kind is Input:
            told.inputs.setdefault((event.name, event.digest), event)
        elif kind is not ModelLogged:  # which nothing in the index tells of
            return None
    return told


def _metrics(news: News, keys: dict[int, str]) -> dict[str, float | Series] | None:
    """Sum up the points; None when one carries a number that was never declared."""
    metrics: dict[str, float | Series] = {}
    if len(news.points) <= len(keys) * points.SIZE:
        for _, _, value, number in points.unpack_all(news.points):
            key = keys.get(number)
            if key is None:
                return None
            if key in metrics:
                break
            metrics[key] = value
        else:
            return metrics
    series: dict[str, Series] = {}
    if add_points(series, news.writer, keys, news.points):
        return None
    return {key: each if each.count > 1 else each.last[2] for key, each in series.items()}
