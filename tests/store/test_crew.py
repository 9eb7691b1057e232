"""Runs that helpers read are the runs that were written, also when a helper dies."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import msgspec
import psutil
import pytest

from nbflow.config import Settings
from nbflow.store import FileStore
from nbflow.store.crew import Crew

if TYPE_CHECKING:
    from pathlib import Path

N_RUNS = 1200


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> FileStore:
    root = tmp_path_factory.mktemp("crew")
    store = FileStore(root / "nbruns", Settings(cache_dir=root / "cache"))
    store.prepare()
    for i in range(N_RUNS):
        log = store.start_run("0", name=f"run {i}", user="u", tags={})
        log.log({"i": str(i)}, {})
        log.points([("m", float(i), 0, 1), *([("m", float(i), 1, 2)] if i % 7 == 0 else [])])
        if i % 3:
            log.end("FINISHED", 5)
        else:
            log.close()
    return store


def runs_of(store: FileStore) -> list[tuple[str, str]]:
    return [("0", run_id) for run_id in store.reader.runs("0")]


def by_id(root: Path, runs: list[tuple[str, str]], worth_help: int) -> dict[str, bytes]:
    with Crew(root, worth_help=worth_help) as crew:
        return {digest.run_id: msgspec.msgpack.encode((digest, state)) for digest, state in crew.digest(runs)}


def helpers() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "help_out" in " ".join(child.cmdline())]


def test_helpers_find_what_one_process_finds(store: FileStore) -> None:
    runs = runs_of(store)

    alone = by_id(store.root, runs, worth_help=10**9)
    helped = by_id(store.root, runs, worth_help=1)

    assert len(alone) == N_RUNS
    assert helped == alone


def test_what_a_killed_helper_was_given_is_done_all_the_same(store: FileStore) -> None:
    found: dict[str, str | float] = {}
    with Crew(store.root, worth_help=1) as crew:
        for digest, _ in crew.digest(runs_of(store)):
            if not found:
                for helper in helpers():
                    helper.kill()
            found[digest.run_id] = digest.values[digest.shape[0].index("i")]

    assert sorted(map(int, found.values())) == list(range(N_RUNS))


def test_helpers_are_gone_when_reading_is_given_up(store: FileStore) -> None:
    with Crew(store.root, worth_help=1) as crew:
        next(crew.digest(runs_of(store)))
        assert len(helpers()) == len(crew._helpers)

    assert helpers() == []


def test_helpers_that_were_expected_in_vain_are_gone_too(store: FileStore) -> None:
    with Crew(store.root, worth_help=1) as crew:
        crew.expect(N_RUNS)
        crew.expect(N_RUNS)
        assert len(helpers()) == len(crew._helpers)

    assert helpers() == []


def test_helpers_load_nothing_from_outside_and_are_not_confused_by_what_prints(
    store: FileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, site = tmp_path / "here", tmp_path / "site"
    for folder, name in ((here, "json.py"), (site, "sitecustomize.py")):
        folder.mkdir()
        (folder / name).write_text(f"open({str(tmp_path / 'loaded')!r}, 'w'); print('welcome to the cluster')\n")
    monkeypatch.chdir(here)
    monkeypatch.setenv("PYTHONPATH", str(site))

    found = by_id(store.root, runs_of(store), worth_help=1)

    assert len(found) == N_RUNS
    assert not (tmp_path / "loaded").exists()


def test_a_store_cannot_make_helpers_load_what_it_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FileStore(tmp_path / "nbruns", Settings(cache_dir=tmp_path / "cache"))
    store.prepare()
    for _ in range(2):
        log = store.start_run("0", name="so long that numpy sums up its points", user="u", tags={})
        log.points([("m", float(i), i, 1) for i in range(10_000)])
        log.end("FINISHED", 5)
    (store.root / "numpy.py").write_text(f"open({str(tmp_path / 'loaded')!r}, 'w')\n")
    monkeypatch.setattr(sys, "path", ["", *sys.path])  # as in a shell

    found = by_id(store.root, runs_of(store), worth_help=1)

    assert len(found) == 2
    assert not (tmp_path / "loaded").exists()
