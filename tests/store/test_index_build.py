"""An index that is built from nothing: by two processes at once, killed in the middle, read meanwhile."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nbflow.config import Settings
from nbflow.store import FileStore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbflow import Client

    Another = Callable[[Path], Client]

N_RUNS = 200
# More than SQLite keeps in memory while it builds, so that the file holds half an index before the other half is there.
TEXTS = {f"p{i}": f"{i}" * 6000 for i in range(20)}

BUILD = """
import sys
import nbflow
client = nbflow.Client(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
found = client.search_frame(["0"], f"params.p1 LIKE '1%' AND metrics.m >= 0", order_by=["metrics.m"])
print(list(found["metrics.m"]) == list(range(200)), client.count_runs(), flush=True)
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("build") / "s"
    store = FileStore(root, Settings(cache_dir=root.parent / "cache"))
    store.prepare()
    for i in range(N_RUNS):
        log = store.start_run("0", name=f"run {i}", user="u", tags={})
        log.log(TEXTS, {})
        log.points([("m", float(i), 0, 1)])
        log.end("FINISHED", 5)
    store.close()
    make_large(root / "0")
    return root


def make_large(folder: Path) -> None:
    """Make a folder look like one of many thousand runs, which are built in another way than few."""
    for i in range(6000):
        (folder / f"{i:0200}.txt").touch()
    if folder.stat().st_size < 120_000:
        pytest.skip("this file system does not tell how large a folder is")


@contextlib.contextmanager
def builders(root: Path, n: int) -> Iterator[list[subprocess.Popen[str]]]:
    """Start processes that are ready to build the index, and begin to when they are told."""
    command = [sys.executable, "-c", BUILD, os.fspath(root)]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(n)]
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def begin(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def file_of(cache: Path) -> Path:
    (file,) = cache.glob("*.sqlite")
    return file


@pytest.fixture
def cache() -> Path:
    return Path(os.environ["NBFLOW_CACHE_DIR"])


def wait_for_half(cache: Path) -> Path:
    """Wait until the file holds a part of the index, and give the file."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for file in cache.glob("*.sqlite"):
            if file.stat().st_size > 1_000_000:
                return file
        time.sleep(0.001)
    raise AssertionError("nothing was built")


def all_found(client: Client) -> bool:
    found = client.search_frame(["0"], "params.p1 LIKE '1%' AND metrics.m >= 0", order_by=["metrics.m"])
    return list(found["metrics.m"]) == list(range(N_RUNS)) and client.count_runs() == N_RUNS


def is_sound(file: Path) -> bool:
    with contextlib.closing(sqlite3.connect(file)) as database:
        return database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_an_index_that_was_built_is_kept_with_a_write_ahead_log(store: Path, cache: Path, another: Another) -> None:
    client = another(store)

    assert all_found(client)

    with contextlib.closing(sqlite3.connect(file_of(cache))) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    client._store.close()
    assert is_sound(file_of(cache))


@pytest.mark.parametrize("large", [True, False])
def test_processes_that_build_at_once_all_find_everything(
    store: Path, cache: Path, tmp_path: Path, large: bool
) -> None:
    if not large:
        store = shutil.copytree(store, tmp_path / "s", ignore=shutil.ignore_patterns("*.txt"))
    with builders(store, 4) as processes:
        for process in processes:
            begin(process)
        answers = [process.communicate(timeout=120)[0] for process in processes]

    assert answers == [f"True {N_RUNS}\n"] * 4
    assert is_sound(file_of(cache))


def test_who_comes_while_the_index_is_half_built_finds_everything(store: Path, cache: Path, another: Another) -> None:
    with builders(store, 1) as (process,):
        begin(process)
        wait_for_half(cache)

        assert all_found(another(store))

        assert process.communicate(timeout=120)[0] == f"True {N_RUNS}\n"


def test_an_index_whose_builder_was_killed_is_built_again(store: Path, cache: Path, another: Another) -> None:
    with builders(store, 1) as (process,):
        begin(process)
        file = wait_for_half(cache)
        process.kill()
        process.wait()

    assert all_found(another(store))
    assert is_sound(file)


@pytest.mark.parametrize("damage", ["text", "gone", "cut"])
def test_what_a_killed_builder_left_behind_harms_no_other_index(
    store: Path, cache: Path, another: Another, damage: str
) -> None:
    """Its journal stays beside a file that it does not belong to any more."""
    with builders(store, 1) as (process,):
        begin(process)
        file = wait_for_half(cache)
        process.kill()
        process.wait()
    left = file.with_name(f"{file.name}-journal")
    assert left.stat().st_size > 0
    if damage == "text":
        file.write_text("no database\n" * 1000)
    elif damage == "gone":
        file.unlink()
    else:
        os.truncate(file, file.stat().st_size - 100)

    for _ in range(2):
        client = another(store)
        assert all_found(client)
        client._store.close()
    assert is_sound(file)
    assert not left.exists()
