"""What a run table does for its user: rename, tag, delete and take back, through `Client` and so through its guard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nbflow.errors import InvalidRequestError
from nbflow.widgets.run_table.changes import delete_runs, rename_run, restore_runs, tag_runs
from nbflow.widgets.run_table.rows import RUN_ID, client_of, with_values
from nbflow.widgets.view import View, answers

if TYPE_CHECKING:
    import pandas as pd

    from nbflow.tracking.client import Client

__all__ = ["TableActions"]

_NAME = "tags.mlflow.runName"
_TAGS = "tags."


class TableActions(View):
    """The part of `RunTable` that changes runs.

    Each answer has `done`, the ids of the runs that were changed, and `failed`, for each other one `run_id` and
    `message`: a list of runs is changed as far as it goes.
    """

    _runs: pd.DataFrame
    _store: str

    def _client(self) -> Client:
        return client_of(self._store)

    def _show(self, runs: pd.DataFrame) -> None:
        """Show other rows, and send what is different."""
        raise NotImplementedError

    @answers("rename")
    def _rename(self, run_id: str, name: str) -> dict[str, Any]:
        done = rename_run(self._client(), self._known([run_id]), name)
        self._show(with_values(self._runs, _NAME, dict.fromkeys(done["done"], name)))
        return done

    @answers("tag")
    def _tag(self, run_ids: Sequence[str], key: str, value: str | None = None) -> dict[str, Any]:
        """Set a tag; without a value, take it away."""
        done = tag_runs(self._client(), self._known(run_ids), key, value)
        if done["done"]:
            self._show(with_values(self._runs, _TAGS + key, dict.fromkeys(done["done"], value)))
        return done

    @answers("delete")
    def _delete(self, run_ids: Sequence[str]) -> dict[str, Any]:
        """Put runs into the trash, from where `restore` takes them back."""
        done = delete_runs(self._client(), self._known(run_ids))
        gone = set(done["done"])
        ids = [str(run_id) for run_id in self._runs[RUN_ID]]
        rows = {run_id: row for row, run_id in enumerate(ids)}
        self._deleted |= {run_id: (rows[run_id], self._runs.iloc[[rows[run_id]]]) for run_id in gone}
        self._show(
            self._runs.iloc[[row for row, run_id in enumerate(ids) if run_id not in gone]].reset_index(drop=True)
        )
        return done

    @answers("restore")
    def _restore(self, run_ids: Sequence[str]) -> dict[str, Any]:
        """Take runs out of the trash that were put there by this table, to where they stood."""
        wanted = [run_id for run_id in _texts(run_ids) if run_id in self._deleted]
        done = restore_runs(self._client(), wanted)
        back = [self._deleted.pop(run_id) for run_id in done["done"]]
        self._show(_put_back(self._runs, back))
        return done

    @property
    def _deleted(self) -> dict[str, tuple[int, pd.DataFrame]]:
        """Rows that were deleted here, with where they stood."""
        found: dict[str, tuple[int, pd.DataFrame]] = self.__dict__.setdefault("_rows_deleted", {})
        return found

    @_deleted.setter
    def _deleted(self, rows: dict[str, tuple[int, pd.DataFrame]]) -> None:
        self.__dict__["_rows_deleted"] = rows

    def _known(self, run_ids: object) -> list[str]:
        """Check that only runs of this table are named."""
        wanted = _texts(run_ids)
        known = {str(run_id) for run_id in self._runs[RUN_ID]}
        return [run_id for run_id in wanted if run_id in known]


def _texts(given: object) -> list[str]:
    if not isinstance(given, list | tuple) or not all(isinstance(each, str) for each in given):
        raise InvalidRequestError("Runs are named by a list of their ids.")
    return list(dict.fromkeys(given))


def _put_back(runs: pd.DataFrame, rows: list[tuple[int, pd.DataFrame]]) -> pd.DataFrame:
    import pandas as pd

    there = {str(run_id) for run_id in runs[RUN_ID]}  # a table that follows its store may have found them already
    rows = [row for row in rows if str(row[1][RUN_ID].iloc[0]) not in there]
    if not rows:
        return runs
    both = pd.concat([runs, *(row for _, row in rows)], ignore_index=True)
    order = list(range(len(runs)))
    for i, (place, _) in sorted(enumerate(rows), key=lambda each: each[1][0]):
        order.insert(place, len(runs) + i)
    return both.iloc[order].reset_index(drop=True)
