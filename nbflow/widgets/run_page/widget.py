"""The page of a run: what was logged to it, its charts and its files, live while the run is."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, ClassVar

from nbflow.drawing.pages import run_bundle as drawn_run
from nbflow.drawing.surroundings import FAILED, look_around, owner_of
from nbflow.errors import InvalidRequestError
from nbflow.widgets.artifacts import (
    ArtifactsOfRun,
    artifact_tree,
    file_bytes,
    list_folder,
    preview_of,
    saved_previews,
)
from nbflow.widgets.bundles import shown
from nbflow.widgets.run_page.charts import charts_block
from nbflow.widgets.run_page.data import PREVIEWS_BYTES, changes, page_data, saved_data
from nbflow.widgets.run_page.series import asked_history
from nbflow.widgets.view import View, answers

if TYPE_CHECKING:
    from nbflow.entities import Run
    from nbflow.tracking.client import Client

__all__ = ["RunPage", "run_bundle"]

_RUNNING = ("RUNNING", "SCHEDULED")
_INTERVAL_S = 1.0
_SHARE = 50


class RunPage(View):
    """A run as a page. While the run is running, the page looks for news once a second, and ends with it.

    Parameters
    ----------
    run
        The run, from any store.
    """

    kind: ClassVar[str] = "run"

    _client: Client | None = None  # of the run's store; None where that is gone
    _known: dict[str, Any] | None = None

    def __init__(self, run: Run) -> None:
        self.run = run
        self._previews: tuple[Any, dict[str, dict[str, Any]]] | None = None
        self._ended = threading.Event()
        self._look()
        super().__init__()
        has_more = self._client is not None and self.run.info.status in _RUNNING
        if self.comm is not None and has_more:
            self.follow()

    def __repr__(self) -> str:
        return f"<RunPage of {self.run.run_id}>"

    def follow(self, interval_s: float = _INTERVAL_S) -> threading.Thread:
        """Look for news of the run, until it has ended or this page is closed.

        Parameters
        ----------
        interval_s
            How often, in seconds.

        Returns
        -------
        thread : Thread
            What looks.
        """
        thread = threading.Thread(target=self._follow, args=(interval_s,), name="nbflow-run-page", daemon=True)
        thread.start()
        return thread

    def close(self) -> None:
        """End: no more news; the displays stay, with the last."""
        self._ended.set()
        super().close()

    def _data(self) -> dict[str, Any]:
        if self._known is None:
            self._known = page_data(self.run, self._client, look_around(self.run))
        return self._known

    def _saved(self) -> dict[str, Any]:
        return saved_data(self._data(), self._kept_previews())

    def _static(self) -> dict[str, str]:
        return drawn_run(self.run, charts_block(self._data()["metrics"]))

    def _kept_previews(self) -> dict[str, dict[str, Any]]:
        """Make the previews that stay, anew only if the files are others: a running run is looked at every second."""
        if self._client is None:
            return {}
        tree = self._data()["artifacts"]
        if self._previews is None or self._previews[0] != (tree, self.run.info.status):
            models = [made.path for made in self.run.outputs.model_outputs]
            made = saved_previews(self._asked_files(), tree, PREVIEWS_BYTES, models)
            self._previews = (tree, self.run.info.status), made
        return self._previews[1]

    def _look(self) -> bool:
        """Read the run again; tell whether anything is new."""
        found = owner_of(self.run)
        if found is None:
            self._client = None
            return False
        self._client, run = found
        is_new = run != self.run
        self.run = run
        return is_new

    def _follow(self, interval_s: float) -> None:
        wait_s, is_new = interval_s, False
        while not self._ended.wait(wait_s):
            begun = time.perf_counter()
            try:
                is_new = self._look() or is_new
                if self._client is None:  # gone; what is shown stays
                    return
                if is_new or artifact_tree(self._asked_files()) != self._data()["artifacts"]:
                    self._tell_changes()
            except FAILED:  # what was new is told the next time
                continue
            is_new = False
            if self.run.info.status not in _RUNNING:
                return
            # It may be this process that trains: of its time, not more than a fiftieth is taken.
            wait_s = max(interval_s, _SHARE * (time.perf_counter() - begun))

    def _tell_changes(self) -> None:
        with self._lock:
            before = self._data()
            self._known = page_data(self.run, self._client, look_around(self.run))
            patch = changes(before, self._known)
            if patch:
                self.push(patch)

    # What the page asks

    @answers("history")
    def _history(
        self, key: Any, axis: Any = "step", low: Any = None, high: Any = None, points: Any = None
    ) -> dict[str, Any]:
        return asked_history(self.run, self._asked_client(), key, axis, low, high, points)

    @answers("list")
    def _list(self, path: str) -> list[dict[str, Any]]:
        return list_folder(self._asked_files(), path)

    @answers("preview")
    def _preview(self, path: str) -> dict[str, Any]:
        return preview_of(self._asked_files(), path)

    @answers("file")
    def _file(self, path: str) -> dict[str, Any]:
        return {"data": file_bytes(self._asked_files(), path)}

    def _asked_files(self) -> ArtifactsOfRun:
        return ArtifactsOfRun(self.run, self._asked_client())

    def _asked_client(self) -> Client:
        if self._client is None:
            raise InvalidRequestError("The run's store is not there any more.")
        return self._client


def run_bundle(run: Run) -> dict[str, Any]:
    """Show a run by its page.

    Parameters
    ----------
    run
        The run.

    Returns
    -------
    bundle : dict of str to object
        MIME type to content.
    """
    return shown(lambda: RunPage(run), lambda: drawn_run(run))
