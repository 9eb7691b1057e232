"""`Client`: everything that can be done with a store, for code that manages several runs at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from nbflow.errors import UnsupportedValueError
from nbflow.tracking.access_calls import AccessCalls
from nbflow.tracking.artifact_calls import ArtifactCalls
from nbflow.tracking.experiment_calls import ExperimentCalls
from nbflow.tracking.model_calls import ModelCalls
from nbflow.tracking.run_calls import RunCalls
from nbflow.tracking.search_calls import SearchCalls
from nbflow.tracking.stores import open_store
from nbflow.tracking.upkeep_calls import UpkeepCalls

if TYPE_CHECKING:
    import os

    from nbflow.entities import Identity

__all__ = ["Client"]


class Client(ExperimentCalls, RunCalls, ArtifactCalls, SearchCalls, UpkeepCalls, ModelCalls, AccessCalls):
    """A store's experiments, runs, artifacts, models and registered models.

    The fluent functions (`nbflow.log_metric` ...) call the same methods for the active run. A client has no state of
    its own and may be used from several threads.

    Parameters
    ----------
    tracking_uri
        The store's directory, which need not exist yet; None is the one in use (`nbflow.get_tracking_uri`).
    identity
        For whom this is done: an `Identity`, or the name of a user in no group. Each method then does only what is
        granted to that user, and raises `PermissionDeniedError`, or, where nothing may be seen, what it raises where
        nothing is. None checks nothing: whoever can write to the store's files can do everything.

    Raises
    ------
    InvalidUriError
        If it names a server or a database.
    InvalidInputError
        If `identity` is none.
    UnsupportedValueError
        If a subclass is given one.
    """

    _identity: Identity | None = None

    def __new__(
        cls,
        tracking_uri: str | os.PathLike[str] | None = None,  # noqa: ARG004 - __init__ takes it
        identity: Identity | str | None = None,
    ) -> Self:
        """Choose the class at once: what has no identity does not pay for checks."""
        if identity is not None and cls is Client:
            from nbflow.tracking.guarded import GuardedClient

            cls = GuardedClient  # type: ignore[assignment] # noqa: PLW0642 - a subclass, as open() gives several kinds
        return super().__new__(cls)

    def __init__(
        self, tracking_uri: str | os.PathLike[str] | None = None, identity: Identity | str | None = None
    ) -> None:
        if identity is not None:  # a class of somebody's own: `__new__` chose none that asks
            raise UnsupportedValueError(
                "identity", identity, "only Client itself takes one; a subclass checks nothing."
            )
        self._store = open_store(tracking_uri)

    def __repr__(self) -> str:
        return f"Client({self.tracking_uri!r})"

    @property
    def tracking_uri(self) -> str:
        """The store's directory, absolute."""
        return str(self._store.root)

    @property
    def identity(self) -> Identity | None:
        """For whom everything is done and checked; None where nothing is checked."""
        return self._identity
