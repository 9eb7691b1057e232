"""The part of `Client` that looks after the store as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow.errors import InvalidInputError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Sequence

    from nbflow.store.checkup import Checkup
    from nbflow.store.filestore import FileStore
    from nbflow.store.gc import Collected
    from nbflow.store.merge import Merged

__all__ = ["UpkeepCalls"]


class UpkeepCalls:
    """Checking a store, emptying its trash, merging another one into it."""

    _store: FileStore

    if TYPE_CHECKING:  # what another part of Client gives

        def _who(self) -> str: ...

    def doctor(self, *, progress: Callable[[int, int], None] | None = None) -> Checkup:
        """Check the store: what is torn, damaged, missing or in conflict. Nothing is changed.

        Parameters
        ----------
        progress
            Called with the number of runs looked at so far, and of all.

        Returns
        -------
        checkup : Checkup
            With `findings`; `n_problems` counts those that are more than worth knowing.

        Raises
        ------
        NotAStoreError
            If there is no store, or something else.
        NewerFormatError
            If a newer nbflow wrote it.
        """
        from nbflow.store.doctor import examine

        return examine(self._store, progress=progress)

    def gc(
        self,
        older_than_s: float = 0.0,
        run_ids: Sequence[str] | None = None,
        experiment_ids: Sequence[str] | None = None,
        *,
        model_names: Sequence[str] | None = None,
        force: bool = False,
        dry_run: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> Collected:
        """Remove what is in the trash for good, with its artifacts. It cannot be undone.

        Parameters
        ----------
        older_than_s
            Only what was deleted at least so many seconds ago.
        run_ids, experiment_ids
            Only these runs, and these experiments with their runs.
        model_names
            Only these registered models in the trash, and deleted versions of those that are not. None for all three is
            the whole trash.
        force
            Whether runs go, too, that versions of registered models were registered from; else they stay.
        dry_run
            Only say what would be removed.
        progress
            Called with the number of things done so far, and of all.

        Returns
        -------
        collected : Collected
            What went, and what was kept and why.

        Raises
        ------
        InvalidInputError
            If something that was named is not in the trash, or the age is below 0.
        RunNotFoundError
            If there is no such run.
        ExperimentNotFoundError
            If there is no such experiment.
        RegisteredModelNotFoundError
            If there is no such model.
        """
        from nbflow.store.gc import Trash, collect

        if not older_than_s >= 0:
            raise InvalidInputError("older_than_s", older_than_s, "It is a number of seconds, 0 or more.")
        return collect(
            self._store,
            Trash(
                older_than_s=older_than_s,
                run_ids=run_ids,
                experiment_ids=None if experiment_ids is None else [str(each) for each in experiment_ids],
                model_names=model_names,
                force=force,
            ),
            by=self._who(),
            dry_run=dry_run,
            remove_artifacts=_remove_artifacts,
            progress=progress,
        )

    def merge(self, source: str | os.PathLike[str], *, progress: Callable[[int, int], None] | None = None) -> Merged:
        """Copy into this store what it lacks of another one; both may be in use.

        Parameters
        ----------
        source
            The other store's directory, which is only read.
        progress
            Called with the number of runs done so far, and of all.

        Returns
        -------
        merged : Merged
            The runs with news, and what differs and was kept as it is here; `complete` says that there is no such.

        Raises
        ------
        NotAStoreError
            If one of them is something else than a store.
        NewerFormatError
            If a newer nbflow wrote one of them.
        InvalidInputError
            If both are the same directory, or one lies in the other.
        StoreReadError
            If the source cannot be read.
        StoreWriteError
            If the disk refuses. Called again, it goes on where it ended.
        """
        from nbflow.store.merge import merge
        from nbflow.uris import parse_store_uri

        return merge(parse_store_uri(source), self._store, progress=progress)


def _remove_artifacts(location: str, run_id: str) -> None:
    from nbflow.artifact_store import open_artifacts

    open_artifacts(location).delete(run_id)
