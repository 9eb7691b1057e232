"""A run table that follows its store: which runs are those of the same search, and the thread that looks for news."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.errors import NbflowError
from nbflow.tracking.client import Client
from nbflow.tracking.frame import BASE_COLUMNS, Search
from nbflow.tracking.stores import open_store
from nbflow.widgets.run_table.rows import RUN_ID

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Follower", "Watch"]

INTERVAL_S = 1.0
# A search takes at most this part of the time, whatever the store's size: training wants the processor.
_SHARE = 0.1

_KINDS = ("metrics.", "params.", "tags.")


class Follower:
    """Finds what a frame's search finds now.

    A frame that is a part of what was found stays that part: its own runs, and those that are newer than the search.
    One that nobody searched for follows the experiments of its runs in the same way.

    Parameters
    ----------
    runs
        The frame.
    store
        The store's directory.
    """

    def __init__(self, runs: pd.DataFrame, store: str) -> None:
        found: Search | None = getattr(runs, "found_by", None)
        self.place = Path(store)
        self._client = Client(store)
        self._search = found or Search(_experiments(runs), "", 1, None, None, -1, int(time.time() * 1000))
        self._part = None if self._search.n_runs == len(runs) else set(map(str, runs[RUN_ID]))
        self._is_sorted: bool | None = None  # by somebody, in another order than the search's
        self._stamp: object = None

    def changed(self) -> bool:
        """Tell whether anything in the store changed since this was last asked."""
        stamp = open_store(self.place).index.stamp() if self.place.is_dir() else None
        changed, self._stamp = stamp != self._stamp, stamp
        return changed and stamp is not None

    def find(self, shown: pd.DataFrame) -> pd.DataFrame:
        """Search again.

        Parameters
        ----------
        shown
            The frame as it is shown: columns that somebody added are kept.

        Returns
        -------
        runs : DataFrame
            With what is new, and without what was deleted or no longer fits.
        """
        search = self._search
        limit = search.max_results if self._part is None else None
        found: pd.DataFrame = self._client.search_frame(
            search.experiment_ids, search.filter_string, search.run_view_type, limit, search.order_by
        )
        ids = list(map(str, found[RUN_ID]))
        rows = list(range(len(ids)))
        if self._part is not None:
            self._part.update(run_id for run_id in ids if _started_ms(run_id) >= self._search.time_ms)
            rows = [row for row in rows if ids[row] in self._part]
        place = {run_id: i for i, run_id in enumerate(map(str, shown[RUN_ID]))}
        if self._is_sorted is None:
            places = [place[ids[row]] for row in rows if ids[row] in place]
            self._is_sorted = places != sorted(places)
        if self._is_sorted:
            rows.sort(key=lambda row: place.get(ids[row], -1))  # what is new stands on top, the rest as it stood
        if rows != list(range(len(ids))):
            found = found.iloc[rows].reset_index(drop=True)
        return _with_added(found, shown)


class Watch:
    """Looks for news about once a second, on a thread of its own, until it is stopped.

    Parameters
    ----------
    follower
        Finds the runs.
    shown
        Gives the frame that is shown.
    take
        Takes a new frame (None: as it was) and what there is to say about the store (None: all is well).
    """

    def __init__(
        self,
        follower: Follower,
        shown: Callable[[], pd.DataFrame],
        take: Callable[[pd.DataFrame | None, str | None], None],
    ) -> None:
        self._follower = follower
        self._shown = shown
        self._take = take
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="nbflow-run-table", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; a look that is under way may still finish."""
        self._end.set()

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread to end, and tell whether it did."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        pause = 0.0
        while not self._end.wait(pause):
            began = time.perf_counter()
            self._look()
            pause = max(INTERVAL_S, (time.perf_counter() - began) / _SHARE)

    def _look(self) -> None:
        place = self._follower.place
        try:
            runs = self._follower.find(self._shown()) if self._follower.changed() else None
            gone = not place.is_dir()  # asked afterwards: in a store that goes meanwhile no runs are found
            notice = f"The store {place} is not there any more; these are the runs as they were last read."
            if not self._end.is_set():
                self._take(None if gone else runs, notice if gone else None)
        except (NbflowError, OSError) as exc:
            self._take(None, f"The store cannot be read; these are the runs as they were last read. {exc}")
        except Exception as exc:  # noqa: BLE001 - a door: the thread goes on, and the table says what is wrong
            self._take(None, f"New runs cannot be shown: {type(exc).__name__}: {exc}")


def _experiments(runs: pd.DataFrame) -> list[str]:
    if "experiment_id" not in runs.columns:
        return []
    return sorted({str(each) for each in runs["experiment_id"].dropna()})


def _started_ms(run_id: str) -> int:
    """Read the time out of a run's id, a UUID of version 7; 0 where it is none."""
    try:
        return int(run_id[:12], 16)
    except ValueError:
        return 0


def _with_added(found: pd.DataFrame, shown: pd.DataFrame) -> pd.DataFrame:
    """Carry over the columns that no search gives, where each run is there once."""
    added = [name for name in shown.columns if not _is_searched(name)]
    if not added or not shown.columns.is_unique or not shown[RUN_ID].is_unique:
        return found
    of_runs = shown.set_index(RUN_ID)[added].reindex(found[RUN_ID])
    made = found.copy(deep=False)
    for name in added:
        made[name] = of_runs[name].array
    return made


def _is_searched(name: Any) -> bool:
    return name in BASE_COLUMNS or (isinstance(name, str) and name.startswith(_KINDS))
