"""`Client`: everything that can be done with a store, for code that manages several runs at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow.tracking.artifact_calls import ArtifactCalls
from nbflow.tracking.experiment_calls import ExperimentCalls
from nbflow.tracking.run_calls import RunCalls
from nbflow.tracking.search_calls import SearchCalls
from nbflow.tracking.stores import open_store
from nbflow.tracking.upkeep_calls import UpkeepCalls

if TYPE_CHECKING:
    import os

__all__ = ["Client"]


class Client(ExperimentCalls, RunCalls, ArtifactCalls, SearchCalls, UpkeepCalls):
    """A store's experiments, runs and artifacts.

    The fluent functions (`nbflow.log_metric` ...) call the same methods for the active run. A client has no state of
    its own and may be used from several threads.

    Parameters
    ----------
    tracking_uri
        The store's directory, which need not exist yet; None is the one in use (`nbflow.get_tracking_uri`).

    Raises
    ------
    InvalidUriError
        If it names a server or a database.
    """

    def __init__(self, tracking_uri: str | os.PathLike[str] | None = None) -> None:
        self._store = open_store(tracking_uri)

    def __repr__(self) -> str:
        return f"Client({self.tracking_uri!r})"

    @property
    def tracking_uri(self) -> str:
        """The store's directory, absolute."""
        return str(self._store.root)
