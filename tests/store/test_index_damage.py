"""An index that is damaged, from elsewhere or impossible is built anew, or kept in memory: the answers are the same."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nbflow.entities import Metric, Param

if TYPE_CHECKING:
    from nbflow import Client

    Another = Callable[[Path], Client]


@pytest.fixture
def store(tmp_path: Path, another: Another) -> Path:
    """Make a store with runs of every kind, some still running, and its index."""
    client = another(tmp_path / "s")
    experiment_id = client.create_experiment("x")
    for i in range(40):
        run_id = client.create_run([experiment_id, "0"][i % 2]).info.run_id
        client.log_batch(run_id, [Metric("m", i, 1, step) for step in range(i % 3 + 1)], [Param(f"p{i % 5}", "v" * i)])
        if i % 4:
            client.set_terminated(run_id)
    assert len(answers(client)) == 40
    client._store.close()
    return tmp_path / "s"


def answers(client: Client) -> list[tuple[str, float, str]]:
    frame = client.search_frame(
        None, "metrics.m >= 0 AND (metrics.m.max < 100 OR params.p0 = 'v')", order_by=["metrics.m"]
    )
    runs = client.search_runs(["0"], order_by=["metrics.m"])
    assert [run.metrics["m"] for run in runs] == list(range(1, 40, 2))
    assert {run.run_id for run in runs} <= set(frame["run_id"])
    return list(zip(frame["run_id"], frame["metrics.m"], frame["status"], strict=True))


@pytest.fixture
def index() -> Path:
    (file,) = Path(os.environ["NBFLOW_CACHE_DIR"]).glob("*.sqlite")
    return file


STATEMENTS = [
    "UPDATE runs SET state = x'c1ff'",
    "UPDATE experiments SET state = x'c1'",
    "DROP TABLE runs",
    "DROP TABLE s0",
    "DROP TABLE places; CREATE TABLE places (x)",
    "ALTER TABLE runs RENAME COLUMN status TO other",
]


@pytest.mark.parametrize("known", [True, False], ids=["open", "closed"])
@pytest.mark.parametrize("statement", STATEMENTS)
def test_content_that_makes_no_sense_is_replaced(
    store: Path, index: Path, another: Another, statement: str, known: bool
) -> None:
    client = another(store)
    expected = answers(client)
    if not known:
        client._store.close()
    with contextlib.closing(sqlite3.connect(index)) as database:
        database.executescript(statement)

    assert answers(client) == expected
    assert answers(another(store)) == expected


def cut(file: Path, n: int) -> None:
    os.truncate(file, file.stat().st_size - n)


def other_database(file: Path) -> None:
    file.unlink()
    with contextlib.closing(sqlite3.connect(file)) as database:
        database.executescript("CREATE TABLE runs (a, b); INSERT INTO runs VALUES (1, 2); CREATE VIEW keys AS SELECT 1")


def folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def symlink(file: Path) -> None:
    file.unlink()
    file.symlink_to("nowhere/x")


DAMAGES: dict[str, Callable[[Path], object]] = {
    "text": lambda file: file.write_text("no database\n" * 1000),
    "nothing": lambda file: file.write_bytes(b""),
    "zeros": lambda file: file.write_bytes(bytes(65536)),
    "the last bytes are missing": lambda file: cut(file, 100),
    "half of the last page is missing": lambda file: cut(file, 2048),
    "the last page is missing": lambda file: cut(file, 4096),
    "all but the header is missing": lambda file: os.truncate(file, 100),
    "another program's": other_database,
    "a folder": folder,
    "a symlink to nowhere": symlink,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_file_that_is_no_index_is_replaced(store: Path, index: Path, another: Another, damage: str) -> None:
    client = another(store)
    expected = answers(client)
    client._store.close()

    DAMAGES[damage](index)

    for _ in range(2):
        assert answers(another(store)) == expected


def test_a_cache_that_is_taken_away_and_made_impossible_is_done_without(
    store: Path, index: Path, another: Another
) -> None:
    client = another(store)
    expected = answers(client)
    shutil.rmtree(index.parent)
    index.parent.write_text("a file where the folder was")

    assert answers(client) == expected
    assert answers(another(store)) == expected


def test_an_index_that_another_process_holds_is_waited_for(store: Path, index: Path, another: Another) -> None:
    client = another(store)
    expected = answers(client)
    with contextlib.closing(sqlite3.connect(index, check_same_thread=False)) as database:
        database.execute("BEGIN IMMEDIATE")
        release = threading.Timer(0.2, database.rollback)
        release.start()

        assert answers(client) == expected

        release.join()


def test_what_an_aggregate_means_does_not_depend_on_what_the_index_has_seen(tmp_path: Path, another: Another) -> None:
    """A metric of that very name wins over it, in the run that has one."""
    client = another(tmp_path / "s")
    named, plain = (client.create_run("0").info.run_id for _ in range(2))
    client.log_metric(named, "loss.min", 5.0)
    client.log_batch(plain, [Metric("loss", value, 1, step) for step, value in enumerate((3.0, 1.0, 2.0))])
    client.search_runs(["0"])
    (index,) = Path(os.environ["NBFLOW_CACHE_DIR"]).glob("*.sqlite")

    shutil.rmtree(tmp_path / "s" / "0" / named)

    found = [run.run_id for run in client.search_runs(["0"], "metrics.loss.min = 1")]
    client._store.close()
    index.unlink()
    assert (
        found == [run.run_id for run in another(tmp_path / "s").search_runs(["0"], "metrics.loss.min = 1")] == [plain]
    )


def test_two_stores_of_one_cache_do_not_mix(store: Path, tmp_path: Path, another: Another) -> None:
    other = another(tmp_path / "other")
    run_id = other.create_run("0").info.run_id

    assert [run.run_id for run in other.search_runs(["0"])] == [run_id]
    assert len(answers(another(store))) == 40


@pytest.mark.parametrize("every", [2, 3, 5, 7])
def test_pages_full_of_nonsense_lose_no_run(tmp_path: Path, another: Another, every: int) -> None:
    client = another(tmp_path / "s")
    for i in range(300):
        run_id = client.create_run("0").info.run_id
        client.log_batch(run_id, [Metric("m", i, 1, 0)], [Param("p", "v" * 200)])
        client.set_terminated(run_id)
    expected = {run.run_id for run in client.search_runs(["0"], "metrics.m >= 0")}
    client._store.close()
    (file,) = Path(os.environ["NBFLOW_CACHE_DIR"]).glob("*.sqlite")
    data = bytearray(file.read_bytes())
    for page in range(every, len(data) // 4096, every):
        data[page * 4096 : page * 4096 + 200] = b"\xa5" * 200
    file.write_bytes(data)

    reader = another(tmp_path / "s")

    assert {run.run_id for run in reader.search_runs(["0"], "metrics.m >= 0")} == expected
    assert set(reader.search_frame(None, "metrics.m >= 0")["run_id"]) == expected
