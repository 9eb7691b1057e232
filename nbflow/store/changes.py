"""Which runs and experiments changed: asked of the index, for whoever shows them and wants to renew only those.

The index's own tables say so by triggers, whichever process wrote to them: each change is a row of `news`, under a
number that only grows. Old ones are forgotten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    import sqlite3

__all__ = ["TABLES", "Changes", "read_changes"]

MOST = 100
"""More changed runs than this are not told one by one."""

# Numbers begin at the time at which a file of the index is made: one made anew goes on above an older one.
TABLES = """
CREATE TABLE IF NOT EXISTS news (seq INTEGER PRIMARY KEY, run_id TEXT, exp TEXT);
INSERT INTO news SELECT 1000 * CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER), NULL, NULL
    WHERE NOT EXISTS (SELECT 1 FROM news);
CREATE TRIGGER IF NOT EXISTS new_run AFTER INSERT ON runs
    BEGIN INSERT INTO news (run_id, exp) VALUES (new.run_id, new.exp); END;
CREATE TRIGGER IF NOT EXISTS other_run AFTER UPDATE ON runs
    BEGIN INSERT INTO news (run_id, exp) VALUES (new.run_id, new.exp); END;
CREATE TRIGGER IF NOT EXISTS gone_run AFTER DELETE ON runs
    BEGIN INSERT INTO news (run_id, exp) VALUES (old.run_id, old.exp); END;
CREATE TRIGGER IF NOT EXISTS new_experiment AFTER INSERT ON experiments
    BEGIN INSERT INTO news (exp) VALUES (new.id); END;
CREATE TRIGGER IF NOT EXISTS gone_experiment AFTER DELETE ON experiments
    BEGIN INSERT INTO news (exp) VALUES (old.id); END;
CREATE TRIGGER IF NOT EXISTS old_news AFTER INSERT ON news WHEN new.seq % 1000 = 0
    BEGIN DELETE FROM news WHERE seq <= new.seq - 2000; END;
"""


class Changes(Struct, frozen=True):
    """What changed since some time.

    Parameters
    ----------
    at
        The number of the last change: what to ask with next. It is another one once anything changed.
    runs
        The experiment of each run that is new, changed or gone; None where there are many, or nobody knows.
    experiments
        The ids of the experiments of which something is new, in themselves or in the list of their runs' names; None
        where nobody knows.
    touched
        The ids of the experiments of which runs are new, changed or gone, however many; None where nobody knows.
    """

    at: int
    runs: dict[str, str] | None
    experiments: frozenset[str] | None
    touched: frozenset[str] | None = None


def read_changes(database: sqlite3.Connection, since: int | None) -> Changes:
    """Tell what changed.

    Parameters
    ----------
    database
        The index's.
    since
        `at` of an earlier answer; None is: nobody knows since when.
    """
    first, last = database.execute("SELECT MIN(seq), MAX(seq) FROM news").fetchone()
    if since is None or not first - 1 <= since <= last:
        return Changes(last, None, None)
    rows = database.execute("SELECT DISTINCT run_id, exp FROM news WHERE seq > ?", (since,)).fetchall()
    experiments = frozenset(exp for run_id, exp in rows if run_id is None and exp is not None)
    # A run that changed its experiment is there with both: the later one would hide what the earlier one's page shows.
    runs = {run_id: exp for run_id, exp in rows if run_id is not None}
    several = sum(run_id is not None for run_id, _ in rows) != len(runs)
    touched = frozenset(exp for run_id, exp in rows if run_id is not None)
    return Changes(last, None if several or len(runs) > MOST else runs, experiments, touched)
