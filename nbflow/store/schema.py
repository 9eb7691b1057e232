"""The index's file: where it lies, how it is opened, what tables it has."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import sqlite3
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from nbflow.search.evaluate import like_matcher
from nbflow.store import changes

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbflow.config import Settings

__all__ = ["VERSION", "index_path", "open_database", "settle"]

# Part of the file's name: another version begins another file, and old ones are simply not looked at.
VERSION = 3

_TABLES = """
CREATE TABLE IF NOT EXISTS places (path TEXT PRIMARY KEY, changed TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS experiments (id TEXT PRIMARY KEY, state BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS keys (
    id INTEGER PRIMARY KEY, entity TEXT, key TEXT, facet TEXT, segment INTEGER, place INTEGER, low, high);
CREATE TABLE IF NOT EXISTS runs (
    n INTEGER PRIMARY KEY, x INTEGER, a INTEGER, st INTEGER, id BLOB,
    run_id TEXT UNIQUE, home TEXT, exp TEXT, deleted INTEGER, status TEXT, end INTEGER,
    name TEXT, user TEXT, uri TEXT, watched INTEGER, size INTEGER, state BLOB);
CREATE INDEX IF NOT EXISTS watched ON runs (watched) WHERE watched;
CREATE INDEX IF NOT EXISTS latest ON runs (x, a, st, id DESC);
CREATE TABLE IF NOT EXISTS inputs (n INTEGER, name TEXT, digest TEXT, context TEXT);
CREATE INDEX IF NOT EXISTS inputs_of ON inputs (n);
"""

_PAGE = 16_384  # a scan, which most searches are, takes a fifth less than with pages of 4,096 bytes

# In KiB. While an index is built its pages are not looked at again: the sooner they are written the less is left for
# the end.
_CACHE = -65536
_CACHE_BUILDING = -16384
_PATIENCE_S = 60

_NETWORK = frozenset({"nfs", "nfs4", "lustre", "cifs", "smb3", "smbfs", "gpfs", "beegfs", "ceph", "fuse.sshfs", "afs"})


def index_path(root: Path, settings: Settings) -> Path | None:
    """Say where the index of a store lies: never in the store, and on a local disk.

    Returns
    -------
    path : Path or None
        None where no directory for it can be made; the index is then kept in memory.
    """
    name = f"{hashlib.sha256(os.fsencode(os.path.realpath(root))).hexdigest()[:24]}-v{VERSION}.sqlite"
    for folder in _folders(settings):
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError:
            continue
        if os.access(folder, os.W_OK) and _is_ours(folder):
            return folder / name
    return None


def _folders(settings: Settings) -> list[Path]:
    if settings.cache_dir is not None:
        return [settings.cache_dir]
    temporary = Path(tempfile.gettempdir()) / f"nbflow-{os.getuid() if hasattr(os, 'getuid') else 'cache'}"
    cache = Path(platformdirs.user_cache_dir("nbflow"))
    # SQLite's locks do not hold on network file systems, where the home of a cluster's user often lies.
    return [temporary] if _on_network(cache) else [cache, temporary]


def _is_ours(folder: Path) -> bool:
    """In a directory that everybody may write to, a folder of our name may be somebody else's trap."""
    if not hasattr(os, "getuid"):
        return True
    status = folder.lstat()
    return status.st_uid == os.getuid() and not folder.is_symlink()


def _on_network(path: Path) -> bool:
    try:
        mounts = Path("/proc/self/mounts").read_text(errors="replace").splitlines()
    except OSError:
        return False
    best, kind = "", ""
    target = os.path.realpath(path)
    for line in mounts:
        fields = line.split(" ")
        point = fields[1].replace("\\040", " ")
        if (target == point or target.startswith(point.rstrip("/") + "/")) and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind in _NETWORK


def open_database(path: Path | None, is_large: Callable[[], bool]) -> sqlite3.Connection:
    """Open the index's file, and make its tables. After the first refresh it wants to be settled.

    Parameters
    ----------
    path
        The file; None keeps the index in memory.
    is_large
        Asked when the file is new: whether very much will be put into it at once.

    Raises
    ------
    sqlite3.Error
        If it cannot be opened, or is damaged.
    """
    if path is not None and path.is_file() and path.stat().st_size % _PAGE and _is_cut_off(path):
        # SQLite would take zeros for the rest of the last page, and find nothing wrong with what it reads there.
        raise sqlite3.DatabaseError(f"{path} was cut off")
    is_new = path is not None and (not path.is_file() or path.stat().st_size == 0)
    database = _connect(path)
    try:
        database.execute(f"PRAGMA page_size={_PAGE}")
        if is_new and not is_large():
            database.execute("PRAGMA journal_mode=WAL")
        (mode,) = database.execute("PRAGMA journal_mode").fetchone()
        database.execute(f"PRAGMA synchronous={'NORMAL' if mode == 'wal' else 'FULL'}")
        database.execute(f"PRAGMA cache_size={_CACHE if mode == 'wal' else _CACHE_BUILDING}")
        database.create_function("nbflow_like", 3, _like, deterministic=True)
        # At once: of two processes that both first look and then want to write, SQLite refuses one.
        database.executescript(f"BEGIN IMMEDIATE; {_TABLES} {changes.TABLES} COMMIT")
    except BaseException:
        database.close()
        raise
    return database


def settle(database: sqlite3.Connection) -> bool:
    """Turn from how an index is built to how it is kept up to date, once it has been.

    A large one begins with a rollback journal: what is put into an empty file has nothing to be rolled back to, so it
    is written once. A write-ahead log, with which searches and small changes do not wait for each other, would have
    all of it written twice, at the end, when nobody else has anything to do.

    Returns
    -------
    done : bool
        False when another process is just using the file: to be tried again.
    """
    try:
        database.execute("PRAGMA busy_timeout=0")
        (mode,) = database.execute("PRAGMA journal_mode=WAL").fetchone()
    except sqlite3.OperationalError:
        return False
    finally:
        database.execute(f"PRAGMA busy_timeout={_PATIENCE_S * 1000}")
    if mode == "wal":
        database.execute("PRAGMA synchronous=NORMAL")
    database.execute(f"PRAGMA cache_size={_CACHE}")
    return True


def _connect(path: Path | None) -> sqlite3.Connection:
    return sqlite3.connect(
        ":memory:" if path is None else path, isolation_level=None, check_same_thread=False, timeout=_PATIENCE_S
    )


def _is_cut_off(path: Path) -> bool:
    """Tell whether a file ends within a page, and not because another process is writing that page."""
    with contextlib.closing(_connect(path)) as database:
        database.execute("BEGIN IMMEDIATE")
        return path.is_file() and path.stat().st_size % _PAGE != 0


def _like(text: object, pattern: str, folding: int) -> bool | None:
    return None if text is None else _matcher(pattern, folding)(str(text))


@functools.lru_cache(maxsize=64)
def _matcher(pattern: str, folding: int) -> Callable[[str], bool]:
    return like_matcher(pattern, folding=bool(folding))
