"""`track`: a training loop that is written out, watched by wrapping what it goes through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from importlib.util import find_spec
from time import perf_counter
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from nbflow.autologging.settings import check_interval
from nbflow.autologging.trouble import careful
from nbflow.errors import UnsupportedValueError
from nbflow.names import check_key

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from nbflow.tracking.active import ActiveRun

__all__ = ["Tracked", "batch_size", "track"]

_T = TypeVar("_T")

_EVERY = 100


def track(
    iterable: Iterable[_T], name: str | None = None, *, every: int | None = _EVERY, progress: bool = False
) -> Tracked[_T]:
    """Wrap the loader of a training loop, and log how fast the loop goes through it.

    The items come as they are. Logged to the active run (one is started when there is none) are the metrics
    `batches_per_s`, `samples_per_s` where it can be told how many samples a batch has, and `epoch`, the number of
    times that the loader was gone through to its end. Their step counts the batches of this run, over all epochs.

    Parameters
    ----------
    iterable
        What is gone through: a `DataLoader`, a list, a generator. It is gone through as often as the result is.
    name
        What stands before the names of the metrics: `"train"` gives `train/batches_per_s`.
    every
        How many batches lie between two points; None logs none before the end. One is logged at the end, also after a
        `break`.
    progress
        Whether a line shows how far it is, by rich, in a terminal or a notebook. A notebook without ipywidgets shows it
        at the end.

    Returns
    -------
    tracked : Tracked
        An iterable; its `step` is the number of the batch that it gave last.

    Raises
    ------
    InvalidInputError
        If `every` is below 1, or the name cannot be that of a metric.
    UnsupportedValueError
        If it is nothing that can be gone through.

    Examples
    --------
    >>> batches = track([[1, 2], [3, 4]], "train")
    >>> for batch in batches:  # doctest: +SKIP
    ...     loss = sum(batch)
    ...     nbflow.log_metric("loss", loss, step=batches.step)
    """
    given: Any = iterable
    if not hasattr(given, "__iter__") and not hasattr(given, "__getitem__"):  # a data set of PyTorch has no more
        raise UnsupportedValueError("iterable", iterable, "it is a loader, a list, or something else for `for`.")
    interval = check_interval("every", every)
    if name is not None:
        check_key(f"{name}/samples_per_s", "metric name")
    return Tracked(iterable, name, every=interval, progress=progress)


class Tracked(Generic[_T]):
    """A loader that is watched; see `track`.

    Attributes
    ----------
    step : int
        The number of the batch that was given last, counted from 0 over all epochs of the run; -1 before the first.
    """

    def __init__(self, iterable: Iterable[_T], name: str | None, *, every: int | None, progress: bool) -> None:
        self.step = -1
        self._iterable = iterable
        self._prefix = "" if name is None else f"{name}/"
        self._title = name or "batches"
        self._every = every
        self._progress = progress

    def __len__(self) -> int:
        return len(self._iterable)  # type: ignore[arg-type]  # where it has no length, that is Python's own error

    def __iter__(self) -> Iterator[_T]:
        meter = _Meter(self._prefix)
        line = _Line(self._iterable, self._title) if self._progress else None
        try:
            for item in self._iterable:
                self.step = meter.give()
                yield item
                # Behind the yield: a batch counts when the loop is done with it.
                meter.count(item)
                if line is not None:
                    line.advance()
                if self._every is not None and meter.since >= self._every:
                    meter.log()
            meter.epoch_done()
        finally:
            # Reached by a `break` and by an exception in the loop, too: then the generator is closed.
            meter.log()
            if line is not None:
                line.stop()


class _Totals:
    """What a run has gone through so far, by the name that it was given."""

    def __init__(self) -> None:
        self.batches = 0
        self.epochs = 0


_totals: WeakKeyDictionary[ActiveRun, dict[str, _Totals]] = WeakKeyDictionary()


class _Meter:
    """Measures one way through a loader."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._run: ActiveRun | None = None
        totals = _Totals()
        with careful("a loop: no run could be started"):
            from nbflow.tracking.fluent.runs import get_or_start

            self._run = get_or_start()
            totals = _totals.setdefault(self._run, {}).setdefault(prefix, totals)
        self._totals = totals
        self._samples: int | None = 0
        self._began = perf_counter()
        self.since = 0

    def give(self) -> int:
        """Give the next batch its number."""
        self._totals.batches += 1
        return self._totals.batches - 1

    def count(self, batch: object) -> None:
        self.since += 1
        size = batch_size(batch)
        self._samples = None if size is None or self._samples is None else self._samples + size

    def epoch_done(self) -> None:
        self._totals.epochs += 1
        self.log(epoch=self._totals.epochs)

    def log(self, epoch: int | None = None) -> None:
        """Log what was measured since the last time; nothing when there was nothing, or the run has ended."""
        now = perf_counter()
        elapsed_s = now - self._began
        metrics: dict[str, float] = {}
        if self.since and elapsed_s > 0:
            metrics[f"{self._prefix}batches_per_s"] = self.since / elapsed_s
            if self._samples is not None:
                metrics[f"{self._prefix}samples_per_s"] = self._samples / elapsed_s
        if epoch is not None:
            metrics[f"{self._prefix}epoch"] = float(epoch)
        self.since, self._samples, self._began = 0, 0, now
        if not metrics or self._run is None or self._run.ended:
            return
        from nbflow.values import time_value

        step, when = max(self._totals.batches - 1, 0), time_value(None)
        with careful("the speed of a loop"):
            self._run.log.points([(key, value, step, when) for key, value in metrics.items()])


def batch_size(batch: object) -> int | None:
    """Tell how many samples a batch has.

    Returns
    -------
    size : int or None
        The length of an array or a tensor; in a tuple, a list or a dictionary of them, that of the first; the length
        of a list of anything else. None where it cannot be told.

    Examples
    --------
    >>> batch_size(["a", "b", "c"]), batch_size("abc"), batch_size(7)
    (3, None, None)
    """
    if isinstance(batch, str | bytes):
        return None
    shape = getattr(batch, "shape", None)
    if shape is not None:
        return int(shape[0]) if len(shape) else None
    if isinstance(batch, dict):
        return batch_size(next(iter(batch.values()), None))
    if isinstance(batch, tuple | list) and batch:
        first = batch[0]
        if isinstance(batch, tuple) or getattr(first, "shape", None) is not None:
            return batch_size(first)
    return len(batch) if isinstance(batch, Sized) and not isinstance(batch, tuple) else None


class _Line:
    """A line of rich's that shows how far a loop is; what fails in it is the loop's least concern."""

    def __init__(self, iterable: Any, title: str) -> None:
        self._progress: Progress | None = None
        with careful("a line of progress"):
            from rich import progress as rich

            count, elapsed = rich.MofNCompleteColumn(), rich.TimeElapsedColumn()
            title_column = rich.TextColumn("{task.description}", markup=False)
            line = rich.Progress(title_column, rich.BarColumn(), count, elapsed, console=_console())
            self._task = line.add_task(title, total=_length(iterable))
            line.start()
            self._progress = line

    def advance(self) -> None:
        if self._progress is not None:
            with careful("a line of progress"):
                self._progress.advance(self._task)

    def stop(self) -> None:
        if self._progress is not None:
            with careful("a line of progress"):
                self._progress.stop()


def _console() -> Console:
    """Give rich's console; in a notebook without ipywidgets a plain one, which shows the line when it is complete."""
    from rich import get_console
    from rich.console import Console

    console = get_console()
    if not console.is_jupyter or find_spec("ipywidgets") is not None:
        return console
    # A kernel sets FORCE_COLOR, which rich takes for a terminal.
    return Console(force_jupyter=False, force_terminal=False)


def _length(iterable: Any) -> int | None:
    try:
        return len(iterable)
    except TypeError:  # a stream: a loader of one has a length that says so when it is asked
        return None
