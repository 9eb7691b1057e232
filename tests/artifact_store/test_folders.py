"""Putting whole folders in place, beside others that do the same."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from nbflow.artifact_store import open_artifacts
from nbflow.artifact_store.folders import new_folder


@pytest.fixture
def switching_often() -> object:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("switching_often")
def test_many_that_put_a_folder_at_one_path_at_once_all_succeed_and_one_is_left(tmp_path: Path) -> None:
    files = open_artifacts(tmp_path)
    start, failed = threading.Barrier(8), []

    def put_often(number: int) -> None:
        start.wait()
        for turn in range(25):
            try:
                with new_folder(files, "model", "MLmodel") as (folder, put):
                    (folder / "data").mkdir(parents=True)
                    for name in ("MLmodel", "data/weights"):
                        (folder / name).write_text(f"{number} {turn}")
                    assert sorted(Path(path).name for path in put()) == ["MLmodel", "weights"]
            except Exception as exc:  # noqa: BLE001 - asserted below
                failed.append(exc)

    threads = [threading.Thread(target=put_often, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    assert (tmp_path / "model/MLmodel").read_text() == (tmp_path / "model/data/weights").read_text()
