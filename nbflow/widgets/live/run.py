"""A run that is followed: what is new in its log is read, and nothing twice."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from nbflow.errors import RunNotFoundError
from nbflow.store.events import RUNNING
from nbflow.store.fold import RunState
from nbflow.store.layout import Layout
from nbflow.store.reader import FolderReader, LogShrankError
from nbflow.tracking.direction import guess_mode, is_judged
from nbflow.tracking.stores import open_store
from nbflow.widgets.live.course import Course, by_key
from nbflow.widgets.run_page.series import is_system

if TYPE_CHECKING:
    from nbflow.entities import Run
    from nbflow.store.series import Series

__all__ = ["LiveRun"]

_PARENT = "mlflow.parentRunId"
_RATE_MS = 10_000
_SIGN_S = 2.0  # after so long without news it is asked whether the run's process is still there


class LiveRun:
    """A run and the courses of its metrics, as far as they were read.

    It has a reading place of its own in the run's files: whoever logs to the run neither waits for it nor knows of it.

    Parameters
    ----------
    store
        The store's directory.
    run_id
        The run.

    Raises
    ------
    RunNotFoundError
        If there is no such run.
    """

    def __init__(self, store: str, run_id: str) -> None:
        self.store = store
        self.run_id = run_id
        self.status = "RUNNING"
        self._store = open_store(store)
        log = self._store.run_log(run_id)
        self._home, self._folder, self._runs_here = log.home, log.folder, log.runs_here
        self._reader = FolderReader(Layout(self._store.root))
        self._news_at = time.monotonic()
        self._begin()

    def _begin(self) -> None:
        self.state = RunState(self.run_id, self._home)
        self._courses: dict[str, Course] = {}
        self._said: dict[str, tuple[Any, dict[str, Any]]] = {}
        self._samples: list[tuple[int, int, int]] = []

    @property
    def is_running(self) -> bool:
        """Whether more may come."""
        return self.status in RUNNING

    @property
    def parent(self) -> str | None:
        """The run that it belongs to."""
        tag = self.state.tags.get(_PARENT)
        return None if tag is None else tag.value

    @property
    def record(self) -> Run:
        """The run, as its store gives it."""
        return self._store.run(self.run_id)

    @property
    def has_history(self) -> bool:
        """Whether some metric has more than one point."""
        return any(series.count > 1 for series in self.state.metrics.values())

    def read(self) -> bool:
        """Read what is new; tell whether there was anything.

        Raises
        ------
        RunNotFoundError
            If its folder is gone.
        OSError
            If it cannot be read.
        """
        if not self._folder.is_dir():
            raise RunNotFoundError(self.run_id)
        try:
            found = self._take_news()
        except LogShrankError:
            self._begin()
            found = self._take_news()
        status = self._status(found)
        found, self.status = found or status != self.status, status
        return found

    def facts(self) -> dict[str, Any]:
        """Say what is told of the run itself."""
        state = self.state
        error = None if state.phase is None or self.is_running else state.phase.error
        return {
            "run_id": self.run_id,
            "name": state.current_name,
            "status": self.status,
            "start_time": state.start_time,
            "end_time": state.end_time,
            "seen_at": time.time_ns() // 1_000_000,
            "params": [[key, str(param.value)] for key, param in state.params.items()],
            "error": None if error is None else {"type": error.type, "message": error.message},
            "rate": self._rate(),
        }

    def metrics(self, most: int, n_series: int) -> list[dict[str, Any]]:
        """Say what the metrics came to: what did not change since the last time is the same object.

        Parameters
        ----------
        most
            As many points the course of one has.
        n_series
            As many of them have their course with them.

        Returns
        -------
        metrics : list of dict
            As of `nbflow.widgets.run_page.series.metrics_data`; and `run`, and whether the `best` is the `min` or the
            `max`, None where the name does not say. Those of the machine are last.
        """
        keys = sorted(self.state.metrics, key=is_system)
        made = []
        for place, key in enumerate(keys):
            series = self.state.metrics[key]
            points = most if place < n_series and series.count > 1 else 0
            stamp = (series.count, points)
            known = self._said.get(key)
            if known is None or known[0] != stamp:
                known = self._said[key] = stamp, self._metric(key, series, points)
            made.append(known[1])
        return made

    def _metric(self, key: str, series: Series, points: int) -> dict[str, Any]:
        step, _, value = series.last
        known = series.low == series.low  # unless it is NaN
        said: dict[str, Any] = {
            "key": key,
            "run": self.run_id,
            "system": is_system(key),
            "best": guess_mode(key) if is_judged(key) else None,
            "value": value,
            "step": step,
            "n": series.count,
            "min": series.low if known else None,
            "max": series.high if known else None,
        }
        if points and key in self._courses:
            said["series"] = self._courses[key].series(series.count, self.state.start_time, points)
        return said

    def _take_news(self) -> bool:
        found = False
        for news in self._reader.run_news(self._home, self.run_id, self.state.files):
            if not news.events and not news.points:
                continue
            found = True
            self.state.take(news)
            if news.points:
                self._draw_on(self.state.files[news.writer].keys, news.points)
        if found:
            self._news_at = time.monotonic()
            self._sample()
        return found

    def _draw_on(self, keys: dict[int, str], data: bytes) -> None:
        for number, records in by_key(data).items():
            key = keys.get(number)
            if key is not None:  # else it is damaged
                self._courses.setdefault(key, Course()).add(records)

    def _status(self, found: bool) -> str:
        written = self.state.written_status
        if written not in RUNNING or self._runs_here:
            return written
        if found or time.monotonic() - self._news_at < _SIGN_S:
            return written
        self._news_at = time.monotonic()
        return self._store.status(self._store.run_log(self.run_id))

    # How fast it goes: by the metric of which there are most points

    def _sample(self) -> None:
        own = [series for key, series in self.state.metrics.items() if not is_system(key)]
        if not own:
            return
        leader = max(own, key=lambda series: series.count)
        step, at, _ = leader.last
        if not self._samples:
            first_step, first_at, _ = leader.first
            self._samples.append((first_at, first_step, 1))
        self._samples.append((at, step, leader.count))
        if self.is_running:
            n_old = sum(sample[0] < at - _RATE_MS for sample in self._samples)
            del self._samples[: max(0, n_old - 1)]

    def _rate(self) -> dict[str, Any] | None:
        """Say how many steps a second are done now; of a run that has ended, how many were."""
        if len(self._samples) < 2:  # noqa: PLR2004
            return None
        (began, first, n_first), (ended, last, n_last) = self._samples[0], self._samples[-1]
        if not self.is_running:
            own = [series for key, series in self.state.metrics.items() if not is_system(key)]
            leader = max(own, key=lambda series: series.count)
            (first, began, _), n_first = leader.first, 1
        if ended <= began:
            return None
        unit, done = ("steps", last - first) if last > first else ("points", n_last - n_first)
        return {"value": done * 1000 / (ended - began), "unit": unit} if done > 0 else None
