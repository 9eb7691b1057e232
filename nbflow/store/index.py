"""The search index: a disposable SQLite file beside the user's caches, brought up to date before each search.

Nothing is ever only here. What changed is found with few looks:

- a folder's times say that experiments or runs came or went;
- the logs of experiments are read on; they also say which finished runs have news (`changed`);
- the logs of runs that a live process may be writing are read on (`watched`);
- a few more runs are looked at each time in turn, the newest always, so that also news that nobody announced, brought
  by a synchronising tool, is found: at once in a small store, after a while in a large one.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from nbflow.store.building import counted
from nbflow.store.cells import RunCounts, find_running, read_cells, read_count, read_counts
from nbflow.store.changes import Changes, read_changes
from nbflow.store.columns import Columns
from nbflow.store.crew import Crew, encode_state
from nbflow.store.digest import Digest, fold_run, read_run
from nbflow.store.entity import artifact_uri, run_of
from nbflow.store.fold import ExperimentState, RunState
from nbflow.store.foldertimes import times_ns
from nbflow.store.forks import forkable
from nbflow.store.liveness import Origin, last_sign, liveness_of
from nbflow.store.looks import asked_at
from nbflow.store.query import Selection, compile_first, compile_query
from nbflow.store.reader import LogShrankError
from nbflow.store.root import check_store
from nbflow.store.rows import RowWriter, flip_rows
from nbflow.store.runlog import RUNNING
from nbflow.store.schema import index_path, open_database, settle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from nbflow.config import Settings
    from nbflow.entities import Run
    from nbflow.search.tree import Key
    from nbflow.store.layout import Layout
    from nbflow.store.reader import StoreReader
    from nbflow.store.table import Table

__all__ = ["Index"]

# A folder that changed so lately may change again without its mtime showing it.
_UNSETTLED_NS = 2_000_000_000
_NEWEST = 32
# So many in turn, but no more than can be looked at in this time, if it is enough for the least: a folder that is not
# in the system's memory takes the disk 0.1 ms to list, and a file server more.
_IN_TURN = 64
_LEAST_IN_TURN = 16
_TURN_S = 0.001

# Some thousand runs: file systems take 20 to 60 bytes for an entry.
_LARGE_FOLDER = 100_000

_T = TypeVar("_T")

# What a damaged file shows itself by: as SQLite's, or in what is kept in it.
_DAMAGE = (sqlite3.Error, msgspec.DecodeError)

_run_decoder = msgspec.msgpack.Decoder(RunState)
_experiment_decoder = msgspec.msgpack.Decoder(ExperimentState)


class Index:
    """The index of one store.

    Parameters
    ----------
    layout, reader, settings
        The store's.
    """

    def __init__(self, layout: Layout, reader: StoreReader, settings: Settings) -> None:
        self._layout = layout
        self._reader = reader
        self._settings = settings
        self._path: Path | None = index_path(layout.root, settings)
        self._database: sqlite3.Connection | None = None
        self._turn = 0
        self._opened = 0
        self.forget()
        forkable.add(self)

    def forget(self) -> None:
        """After a fork: a connection must not be used, nor closed, by another process than its own."""
        self._lock = threading.RLock()
        self._leaked = self._database
        self._database = None

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._lock:
            if self._database is not None:
                self._database.close()
                self._database = None

    # Searching: each brings the index up to date first, and finds and reads in one transaction

    def runs(self, selection: Selection) -> list[Run]:
        """Give the records of runs, in the selection's order."""
        return self._ask(lambda: self._records(self._find(selection)))

    def table(self, selection: Selection) -> Table:
        """Give the columns of runs, and the selection's order of them."""
        from nbflow.store.table import read_table

        return self._ask(lambda: read_table(self._db, self._columns, self._layout, self._find(selection)))

    def cells(self, selection: Selection, keys: Sequence[Key]) -> list[list[Any]]:
        """Give some values of runs: a list for each of the keys, in the selection's order; see `read_cells`."""
        return self._ask(lambda: read_cells(self._db, self._columns, self._find(selection), keys))

    def count(self, selection: Selection) -> int:
        """Count runs."""
        return self._ask(lambda: read_count(self._db, compile_query(selection, self._columns)))

    def counts(self) -> dict[int, RunCounts]:
        """Count the runs of each experiment that has any, by the number that its id is."""
        return self._ask(lambda: read_counts(self._db))

    def running(self) -> list[Run]:
        """Give the records of all runs that run now, the latest first."""
        return self._ask(lambda: self._records(find_running(self._db)))

    def _ask(self, read: Callable[[], _T]) -> _T:
        asked = asked_at()

        def work() -> _T:
            self._refresh(asked)
            # The numbers of runs hold in this snapshot only: another process may take a run out, and give its number
            # to the next one.
            self._db.execute("BEGIN")
            try:
                self._load()  # of a look that was not made anew, others may have written more since
                return read()
            finally:
                if self._db.in_transaction:
                    self._db.execute("COMMIT")

        return self._repaired(work)

    def _find(self, selection: Selection) -> list[int]:
        first = compile_first(selection, self._columns)
        if first is not None:
            found = [n for (n,) in self._db.execute(first.sql, first.values)]
            if len(found) == selection.limit:
                return found
        query = compile_query(selection, self._columns)
        return [n for (n,) in self._db.execute(query.sql, query.values)]

    def refresh(self) -> None:
        """Bring the index up to date."""
        asked = asked_at()
        self._repaired(lambda: self._refresh(asked))

    def stamp(self) -> tuple[int, ...]:
        """Bring the index up to date, and give what is another value once anything in it changed."""
        asked = asked_at()

        def work() -> tuple[int, ...]:
            self._refresh(asked)
            (by_others,) = self._db.execute("PRAGMA data_version").fetchone()
            return self._opened, by_others, self._db.total_changes

        return self._repaired(work)

    def changes(self, since: int | None) -> Changes:
        """Bring the index up to date, and tell what changed in it; see `read_changes`."""
        return self._ask(lambda: read_changes(self._db, since))

    def run_ids(self, selection: Selection) -> list[str]:
        """Give the ids of runs, in the selection's order."""

        def read() -> list[str]:
            known = dict(self._db.execute("SELECT n, run_id FROM runs"))
            return [known[n] for n in self._find(selection)]

        return self._ask(read)

    # The file

    @property
    def _db(self) -> sqlite3.Connection:
        if self._database is None:
            database = open_database(self._path, self._is_large)
            root = f"{self._layout.root}{os.sep}"
            database.create_function("nbflow_root", 0, lambda: root, deterministic=True)
            self._columns = Columns(database)
            self._seen_version = -1
            self._looked = 0
            self._settled = False
            self._database = database
            self._opened += 1
        return self._database

    def _is_large(self) -> bool:
        """Tell whether an experiment has many runs, as far as the size of its folder tells; on Windows it does not."""
        try:
            places = map(self._layout.experiment, self._reader.experiments())
            return any(os.stat(place).st_size > _LARGE_FOLDER for place in places)
        except OSError:
            return False

    def _repaired(self, work: Callable[[], _T]) -> _T:
        """Do something with the index; build it anew when it is damaged, in memory when its disk fails."""
        with self._lock:
            try:
                return work()
            except _DAMAGE as exc:
                self.close()
                busy = isinstance(exc, sqlite3.OperationalError) and "locked" in str(exc)
                if busy or not self._remove():
                    self._path = None
            try:
                return work()
            except _DAMAGE:
                self.close()
                self._path = None
                return work()

    def _remove(self) -> bool:
        if self._path is None:
            return False
        try:
            for ending in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
        except OSError:
            return False
        return True

    # Bringing it up to date

    def _refresh(self, asked: int) -> None:
        """Look at the store, unless somebody did who began after this was asked for.

        Of many threads that ask at the same time the first looks for itself, and the second for all that wait with it.
        """
        database = self._db
        if self._looked > asked:
            return
        began = time.monotonic_ns()
        database.execute("BEGIN IMMEDIATE")
        try:
            self._update()
            database.execute("COMMIT")
        except BaseException:
            if database.in_transaction:
                database.execute("ROLLBACK")
            self._seen_version = -1
            raise
        self._looked = began
        if not self._settled:
            self._settled = settle(database)

    def _update(self) -> None:
        self._load()
        if not check_store(self._layout):
            self._forget_gone()
            return
        if self._place_changed(""):
            listed = set(self._reader.experiments())
            for gone in self._experiments.keys() - listed:
                self._drop_experiment(gone)
            for new in sorted(listed - self._experiments.keys()):
                self._experiments[new] = ExperimentState(new)
                self._save_experiment(self._experiments[new])
        named: dict[str, str] = {}
        with Crew(self._layout.root) as crew:
            for experiment_id in list(self._experiments):
                self._look_at_experiment(experiment_id, named, crew)
            self._read_runs(named, crew)

    def _load(self) -> None:
        """Take over what another process wrote to the index since this one looked."""
        (version,) = self._db.execute("PRAGMA data_version").fetchone()
        if version == self._seen_version:
            return
        self._columns.reload()
        self._listed: dict[str, tuple[int, int]] = {}
        self._places = dict(self._db.execute("SELECT path, changed FROM places"))
        rows = self._db.execute("SELECT state FROM experiments")
        states = (_experiment_decoder.decode(state) for (state,) in rows)
        self._experiments = {state.experiment_id: state for state in states}
        self._seen_version = version

    def _forget_gone(self) -> None:
        for experiment_id in list(self._experiments):
            self._drop_experiment(experiment_id)

    def _place_changed(self, place: str) -> bool:
        """Tell whether a folder has changed since it was listed, and note that it is being listed now."""
        mtime, ctime = times_ns(self._layout.root / place)
        changed = f"{mtime} {ctime}"
        if self._places.get(place) == changed:
            return False
        settled = changed if time.time_ns() - max(mtime, ctime) > _UNSETTLED_NS else None
        if self._places.get(place) != settled:
            self._places[place] = settled
            self._db.execute("INSERT OR REPLACE INTO places VALUES (?, ?)", (place, settled))
        return True

    def _look_at_experiment(self, experiment_id: str, named: dict[str, str], crew: Crew) -> None:
        """Read on in an experiment's log and list its runs; note the runs that have to be read."""
        reader = self._reader
        state = self._experiments[experiment_id]
        try:
            news = list(reader.experiment_news(experiment_id, state.files))
        except LogShrankError:
            state = ExperimentState(experiment_id)
            news = list(reader.experiment_news(experiment_id, state.files))
        if news:
            old = self._experiments[experiment_id]
            was_deleted, location = old.deleted, old.location
            for each in news:
                hinted = state.take(each)  # some of them gone by now, or moved by hand
                _note(
                    named, experiment_id, (run_id for run_id in hinted if reader.run_size(experiment_id, run_id) >= 0)
                )
            self._experiments[experiment_id] = state
            self._save_experiment(state)
            if state.deleted != was_deleted:
                flip_rows(self._db, self._columns, experiment_id, deleted=state.deleted)
            if state.location != location:
                self._relocate(state)
        if self._place_changed(experiment_id):
            self._list_runs(experiment_id, named, crew)

    def _list_runs(self, experiment_id: str, named: dict[str, str], crew: Crew) -> None:
        """List an experiment's runs, forget those that are gone, and note those that have to be read."""
        listed = self._reader.runs(experiment_id)
        # Ids grow with time: when those that were listed last are the first ones still, only what is behind is new.
        count, seen = self._listed.get(experiment_id, (0, None))
        if hash("".join(listed[:count])) == seen:
            gone: set[str] = set()
            new = listed[count:]
        else:
            known = {run_id for (run_id,) in self._db.execute("SELECT run_id FROM runs WHERE home=?", (experiment_id,))}
            gone = known.difference(listed)
            new = [run_id for run_id in listed if run_id not in known]
            self._drop_runs(gone)
        crew.expect(len(new))
        self._listed[experiment_id] = (len(listed), hash("".join(listed)))
        # Who was here and is not may have a copy elsewhere, which was passed over until now.
        others = self._experiments.keys() - {experiment_id} if gone else ()
        for home in others:
            _note(named, home, (run_id for run_id in gone if self._reader.run_size(home, run_id) >= 0))
        _note(named, experiment_id, new)

    def _read_runs(self, named: dict[str, str], crew: Crew) -> None:
        writer = RowWriter(self._db, self._columns)
        for n, home, run_id, status, size, watched in self._to_look_at(list(named)):
            named_home = named.pop(run_id, None)
            if named_home is not None and named_home < home:
                self._read_run(writer, n, named_home, run_id, None, None)
            elif watched or named_home == home or size != self._reader.run_size(home, run_id):
                (blob,) = self._db.execute("SELECT state FROM runs WHERE n = ?", (n,)).fetchone()
                old = None if blob is None else _run_decoder.decode(blob)
                self._read_run(writer, n, home, run_id, old, status)
        new = [(home, run_id) for run_id, home in named.items()]
        new.sort()
        for digest, blob in counted(self._layout.root, len(new), crew.digest(new)):
            self._judge(writer, None, digest, blob, None, changed=True)
        writer.flush()

    def _to_look_at(self, named: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """Choose the known runs to look at: those named, those watched, the newest, and in turn what time allows."""
        select = "SELECT n, home, run_id, status, size, watched FROM runs"
        execute = self._db.execute
        rows = execute(f"{select} WHERE watched").fetchall()
        rows += execute(f"{select} ORDER BY n DESC LIMIT {_NEWEST}").fetchall()
        turn = execute(f"{select} WHERE n > ? ORDER BY n LIMIT {_IN_TURN}", (self._turn,)).fetchall()
        # A cold index has nothing to look up, only runs to read.
        if rows:
            for run_id in named:
                rows += execute(f"{select} WHERE run_id = ?", (run_id,)).fetchall()
        chosen = {row[0]: row for row in rows}
        yield from chosen.values()
        until = time.perf_counter() + _TURN_S
        for number, row in enumerate(turn):
            if number >= _LEAST_IN_TURN and time.perf_counter() > until:
                return
            self._turn = row[0]
            if row[0] not in chosen:
                yield row
        if len(turn) < _IN_TURN:
            self._turn = 0

    def _read_run(
        self, writer: RowWriter, n: int | None, home: str, run_id: str, old: RunState | None, status: str | None
    ) -> None:
        """Read on in a run's log, and write its row if there is anything new."""
        state, digest, changed = read_run(self._reader, home, run_id, old)
        self._judge(writer, n, digest, None if state is None else encode_state(state), status, changed=changed)

    def _judge(
        self, writer: RowWriter, n: int | None, digest: Digest, blob: bytes | None, status: str | None, *, changed: bool
    ) -> None:
        """Write a run's row, if there is anything new: in its log, or in whether its process lives."""
        liveness = "gone"
        if blob is not None and not digest.settled:
            liveness = self._liveness(_run_decoder.decode(blob))
            if digest.status in RUNNING and liveness != "alive":
                digest.status = "KILLED"
        if changed or digest.status != status:
            self._put(writer, n, digest, liveness, blob)

    def _put(self, writer: RowWriter, n: int | None, run: Digest, liveness: str, state: bytes | None) -> None:
        owner = self._experiments.get(run.experiment_id)
        home = self._experiments.get(run.home)
        location = None if home is None else home.location
        writer.put(
            n,
            run,
            deleted=run.deleted or (owner is not None and owner.deleted),
            uri=None if location is None else artifact_uri(self._layout, run.home, run.run_id, location),
            watched=not run.settled and (liveness != "gone" or not run.exists),
            state=state,
        )

    def _liveness(self, state: RunState) -> str:
        runner = state.runner
        if runner is None or state.runner_left:
            return "silent"
        return liveness_of(
            Origin(runner.host, runner.boot, runner.pid),
            runner.since,
            last_sign(self._layout.run(state.experiment_id, state.run_id), runner.stamp[1]),
            self._settings.silent_s,
        )

    def _save_experiment(self, state: ExperimentState) -> None:
        row = (state.experiment_id, msgspec.msgpack.encode(state))
        self._db.execute("INSERT OR REPLACE INTO experiments VALUES (?, ?)", row)

    def _relocate(self, state: ExperimentState) -> None:
        """Say where the artifacts of an experiment's runs are: its log may arrive after theirs."""
        home = state.experiment_id
        rows = self._db.execute("SELECT run_id FROM runs WHERE home=?", (home,)).fetchall()
        uris = [
            (state.location and artifact_uri(self._layout, home, run_id, state.location), run_id) for (run_id,) in rows
        ]
        self._db.executemany("UPDATE runs SET uri=? WHERE run_id=?", uris)

    def _drop_experiment(self, experiment_id: str) -> None:
        rows = self._db.execute("SELECT run_id FROM runs WHERE home=?", (experiment_id,)).fetchall()
        self._drop_runs(run_id for (run_id,) in rows)
        self._db.execute("DELETE FROM experiments WHERE id=?", (experiment_id,))
        self._db.execute("DELETE FROM places WHERE path=?", (experiment_id,))
        self._experiments.pop(experiment_id, None)
        self._places.pop(experiment_id, None)
        self._listed.pop(experiment_id, None)

    def _drop_runs(self, run_ids: Iterable[str]) -> None:
        for run_id in run_ids:
            (n,) = self._db.execute("SELECT n FROM runs WHERE run_id=?", (run_id,)).fetchone()
            for table in ("runs", "inputs", *(f"s{i}" for i in range(self._columns.segments))):
                self._db.execute(f"DELETE FROM {table} WHERE n=?", (n,))

    # Records

    def _records(self, numbers: Sequence[int]) -> list[Run]:
        found: dict[int, Run] = {}
        reader = self._reader
        for start in range(0, len(numbers), 500):
            some = numbers[start : start + 500]
            marks = ",".join("?" * len(some))
            select = f"SELECT n, a, home, run_id, status, uri, state FROM runs WHERE n IN ({marks})"
            for n, active, home, run_id, status, uri, blob in self._db.execute(select, some):
                state = _run_decoder.decode(blob) if blob is not None else fold_run(reader, home, run_id, None)[0]
                if state.exists:
                    place = uri or artifact_uri(self._layout, home, run_id, None)
                    found[n] = run_of(state, uri=place, status=status, experiment_deleted=not active)
        return [found[n] for n in numbers if n in found]


def _note(named: dict[str, str], home: str, run_ids: Iterable[str]) -> None:
    """Note runs to read, each with the experiment whose folder holds it.

    A run that was copied into another experiment's folder is still one run: the one under the lowest id.
    """
    more = dict.fromkeys(run_ids, home)
    for run_id in named.keys() & more.keys():
        more[run_id] = min(home, named[run_id])
    named.update(more)
