"""From a run's state to the rows of the index."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from nbflow.store.entity import artifact_uri, experiment_id_of
from nbflow.store.liveness import Origin, liveness_of
from nbflow.store.runlog import RUNNING, last_sign

if TYPE_CHECKING:
    import sqlite3

    from nbflow.store.columns import Columns
    from nbflow.store.filestore import FileStore
    from nbflow.store.fold import RunState

__all__ = ["Row", "RowWriter", "row_of"]

_AT_ONCE = 1000
_CONTEXT = "mlflow.data.context"


class Row(Struct, frozen=True):
    """What the index keeps of a run beside its values; `watched` means that it must be looked at every time."""

    experiment_id: str
    active: bool | None
    status: str
    name: str
    uri: str | None
    watched: bool


def row_of(store: FileStore, state: RunState, deleted: bool) -> Row:  # noqa: FBT001 (one caller)
    """Make a run's row.

    Parameters
    ----------
    store
        The run's store.
    state
        The run's folded log.
    deleted
        Whether the run, or its experiment, is in the trash.
    """
    written = "RUNNING" if state.phase is None else state.phase.status
    runner = state.runner
    liveness = "gone"
    if runner is not None and not state.runner_left:
        liveness = liveness_of(
            Origin(runner.host, runner.boot, runner.pid),
            runner.since,
            last_sign(store.layout.run(state.experiment_id, state.run_id), runner.stamp[1]),
            store.settings.silent_s,
        )
    location = store.experiments.log(state.experiment_id).state.location
    return Row(
        experiment_id=experiment_id_of(state),
        active=None if not state.exists else not deleted,
        status="KILLED" if written in RUNNING and liveness != "alive" else written,
        name=state.first_name if state.name is None or state.name.value is None else state.name.value,
        uri=None if location is None else artifact_uri(store.layout, state.experiment_id, state.run_id, location),
        watched=not state.exists or liveness != "gone" or state.missing_points > 0,
    )


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
        self._database = database
        self._columns = columns
        (last,) = database.execute("SELECT COALESCE(MAX(n), 0) FROM runs").fetchone()
        self._last: int = last
        self._runs: list[tuple[object, ...]] = []
        self._states: list[tuple[object, ...]] = []
        self._inputs: list[tuple[object, ...]] = []
        self._segments: dict[int, list[list[object]]] = {}
        self._replaced: list[int] = []

    def put(self, n: int | None, row: Row, state: RunState) -> None:
        """Take in a run; `n` is its number when the index has it already."""
        if n is None:
            self._last += 1
            n = self._last
        else:
            self._replaced.append(n)
        head = (n, int(row.experiment_id), row.active, state.start_time, bytes.fromhex(state.run_id))
        self._runs.append(
            (
                *head,
                state.run_id,
                state.experiment_id,
                row.experiment_id,
                state.deleted,
                row.status,
                state.end_time,
                row.name,
                state.user,
                row.uri,
                row.watched,
            )
        )
        self._states.append((n, msgspec.msgpack.encode(state)))
        for _, used in state.inputs.values():
            self._inputs.append((n, used.name, used.digest, used.tags.get(_CONTEXT)))
        if state.exists:
            for segment, values in self._columns.rows(state, head).items():
                self._segments.setdefault(segment, []).append(values)
        if len(self._runs) >= _AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what was collected."""
        many = self._database.executemany
        if self._replaced:
            gone = [(n,) for n in self._replaced]
            many("DELETE FROM inputs WHERE n=?", gone)
            for segment in range(self._columns.segments):
                many(f"DELETE FROM s{segment} WHERE n=?", gone)
        _insert(many, "runs", self._runs)
        _insert(many, "states", self._states)
        _insert(many, "inputs", self._inputs)
        for segment, rows in self._segments.items():
            _insert(many, f"s{segment}", rows)
        for collected in (self._runs, self._states, self._inputs, self._replaced, self._segments):
            collected.clear()


def _insert(many, table, rows) -> None:
    if rows:
        many(f"INSERT OR REPLACE INTO {table} VALUES ({','.join('?' * len(rows[0]))})", rows)
