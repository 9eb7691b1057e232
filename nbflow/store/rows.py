"""From a run's digest to the rows of the index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from nbflow.store.columns import Columns
    from nbflow.store.digest import Digest
    from nbflow.store.shape import Shape

__all__ = ["RowWriter", "flip_rows"]

# Many, since a statement costs something for itself; and few enough to be in the processor's cache still when they are
# written: a thousand took a tenth longer.
_AT_ONCE = 125
_CONTEXT = "mlflow.data.context"


class RowWriter:
    """Collects rows and writes many at once.

    Parameters
    ----------
    database
        The index's, in a transaction.
    columns
        Where values go.
    """

    def __init__(self, database: sqlite3.Connection, columns: Columns) -> None:
        self._many: Callable[[str, list[Any]], object] = database.executemany
        self._columns = columns
        (last,) = database.execute("SELECT COALESCE(MAX(n), 0) FROM runs").fetchone()
        self._last: int = last
        self._runs: list[tuple[Any, ...]] = []
        self._inputs: list[tuple[Any, ...]] = []
        self._values: dict[str, list[tuple[Any, ...]]] = {}
        self._replaced: list[tuple[int]] = []
        # Where the values of the last run's shape go: the next run's is mostly the same one.
        self._shape: Shape | None = None
        self._ways: list[tuple[Callable[[list[Any]], tuple[Any, ...]], list[tuple[Any, ...]]]] = []

    def put(
        self, n: int | None, run: Digest, *, deleted: bool, uri: str | None, watched: bool, state: bytes | None
    ) -> None:
        """Take in a run.

        Parameters
        ----------
        n
            Its number, when the index has it already.
        run
            The run.
        deleted
            Whether it, or its experiment, is in the trash.
        uri
            Where its artifacts are, when that is not in the store.
        watched
            Whether it must be looked at every time.
        state
            Its folded state, encoded; None when it is quicker to fold it again than to keep it.
        """
        if n is None:
            self._last += 1
            n = self._last
        else:
            self._replaced.append((n,))
        active = None if not run.exists else not deleted
        head = (n, int(run.experiment_id), active, run.start_time, bytes.fromhex(run.run_id))
        self._runs.append(
            (
                *head,
                run.run_id,
                run.home,
                run.experiment_id,
                run.deleted,
                run.status,
                run.end_time,
                run.name,
                run.user,
                uri,
                watched,
                run.size,
                state,
            )
        )
        if run.inputs:
            self._inputs += [(n, used.name, used.digest, used.tags.get(_CONTEXT)) for used in run.inputs]
        if run.exists:
            if run.shape is not self._shape:
                self._shape = run.shape
                inserts = self._columns.inserts_for(run.shape)
                self._ways = [(insert.take, self._values.setdefault(insert.sql, [])) for insert in inserts]
            values = run.values
            for take, rows in self._ways:
                rows.append(head + take(values))
        if len(self._runs) >= _AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what was collected."""
        many = self._many
        if self._replaced:
            for table in ("runs", "inputs", *(f"s{i}" for i in range(self._columns.segments))):
                many(f"DELETE FROM {table} WHERE n=?", self._replaced)
        if self._runs:
            many(f"INSERT INTO runs VALUES ({','.join('?' * len(self._runs[0]))})", self._runs)
        if self._inputs:
            many("INSERT INTO inputs VALUES (?, ?, ?, ?)", self._inputs)
        for sql, rows in self._values.items():
            many(sql, rows)
            self._columns.widen(sql, rows)
        for collected in (self._runs, self._inputs, self._replaced, self._values):
            collected.clear()
        self._shape = None


def flip_rows(database: sqlite3.Connection, columns: Columns, experiment_id: str, *, deleted: bool) -> None:
    """Put an experiment's runs into the trash with it, or take them out.

    Parameters
    ----------
    database, columns
        As for `RowWriter`.
    experiment_id
        The experiment.
    deleted
        Whether it is in the trash now.
    """
    experiment = int(experiment_id)
    database.execute(
        "UPDATE runs SET a = CASE WHEN a IS NULL THEN NULL WHEN ? OR deleted THEN 0 ELSE 1 END WHERE x = ?",
        (deleted, experiment),
    )
    for segment in range(columns.segments):
        database.execute(
            f"UPDATE s{segment} SET a = (SELECT a FROM runs WHERE runs.n = s{segment}.n) WHERE x = ?", (experiment,)
        )
