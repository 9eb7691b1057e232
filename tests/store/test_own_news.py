"""What a run's writer knows of its own events without reading them, and what others write meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbflow.config import Settings
from nbflow.errors import ParamAlreadySetError, RunDeletedError
from nbflow.store.filestore import FileStore
from nbflow.store.fold import RunState

if TYPE_CHECKING:
    from pathlib import Path

    from nbflow.store.runlog import RunLog


def store_in(folder: Path) -> FileStore:
    return FileStore(folder / "store", Settings())


def start(store: FileStore) -> RunLog:
    return store.start_run("0", name="a-run", user="me", tags={"kind": "test"})


def read_anew(store: FileStore, log: RunLog) -> RunState:
    state = RunState(log.run_id, log.home)
    for news in store.reader.run_news(log.home, log.run_id, {}):
        state.take(news)
    return state


def test_the_state_is_the_one_that_reading_gives(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    log = start(store)
    for number in range(3):
        log.log({f"param {number}": "ä\n"}, {"tag": str(number)})
        log.points([(f"metric {number}", 0.5, number, 1)])
    log.delete_tag("tag")
    store.end_run(log, "FINISHED", 1)
    assert log.refresh() == read_anew(store, log)


def test_much_that_nobody_asked_for_is_read_when_somebody_does(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    log = start(store)
    log.points([(f"metric {number:0200}", 0.5, 0, 1) for number in range(1000)])
    log.log({"param": "1"}, {})
    log.log({"another": "1"}, {})
    assert log.refresh(own_points=False).params.keys() == {"param", "another"}
    assert log.refresh() == read_anew(store, log)


def test_a_param_of_another_writer_is_seen(tmp_path: Path) -> None:
    log = start(store_in(tmp_path))
    log.log({"mine": "1"}, {})
    store_in(tmp_path).run_log(log.run_id).log({"theirs": "1"}, {})
    with pytest.raises(ParamAlreadySetError):
        log.log({"theirs": "2"}, {})


def test_that_another_writer_put_the_run_into_the_trash_is_seen(tmp_path: Path) -> None:
    log = start(store_in(tmp_path))
    log.log({"mine": "1"}, {})
    store_in(tmp_path).run_log(log.run_id).delete()
    with pytest.raises(RunDeletedError):
        log.log({"more": "1"}, {})


def test_a_log_that_was_cut_is_folded_anew(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    log = start(store)
    log.log({"kept": "1"}, {})
    log.refresh()
    (events,) = (log.folder / "log").glob("*.jsonl")
    size = events.stat().st_size
    log.log({"lost": "1"}, {})
    with events.open("r+b") as file:
        file.truncate(size)
    assert log.refresh().params.keys() == {"kept"}
    log.log({"lost": "2"}, {})
    assert log.refresh().params.keys() == {"kept", "lost"}
    assert log.refresh() == read_anew(store, log)
