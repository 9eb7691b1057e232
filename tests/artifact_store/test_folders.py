"""Putting whole folders in place, beside others that do the same."""

from __future__ import annotations

import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nbflow.artifact_store import ArtifactStore, open_artifacts
from nbflow.artifact_store.folders import new_folder
from nbflow.errors import InvalidPathError, StoreWriteError


@pytest.fixture
def remote() -> Iterator[ArtifactStore]:
    """Give artifacts that are not on this machine's disk."""
    files = open_artifacts(f"memory://{uuid.uuid4().hex}")
    yield files
    files.delete("models")


def put(files: ArtifactStore, text: str, *names: str, path: str = "models/m") -> None:
    with new_folder(files, path, "MLmodel") as (folder, put_it):
        for name in ("MLmodel", *names):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        put_it()


def there(files: ArtifactStore) -> dict[str, str]:
    return {info.path: files.read_bytes(info.path).decode() for info in files.walk()}


class Killed(Exception):  # noqa: N818
    """The process is gone."""


class Dying:
    """Artifacts of a process that is killed before the call of this number: none of the later ones is made."""

    def __init__(self, files: ArtifactStore, calls: int) -> None:
        self._files = files
        self._left = calls

    def __getattr__(self, name: str) -> object:
        method = getattr(self._files, name)
        return self._call(method) if callable(method) else method

    def _call(self, method: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object) -> object:
            self._left -= 1
            if self._left < 0:
                raise Killed
            return method(*args)

        return call


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


@pytest.mark.parametrize("is_there_already", [False, True])
def test_an_upload_that_was_killed_leaves_nothing_whole_and_makes_way_for_the_next(
    remote: ArtifactStore, is_there_already: bool
) -> None:
    calls, whole = 0, False
    while not whole:
        remote.delete("models")
        if is_there_already:
            put(remote, "old", "data/a", "data/z", "gone")
        calls += 1
        try:
            put(Dying(remote, calls), "new", "data/a", "data/b")  # type: ignore[arg-type]
            whole = True
        except Killed:
            left = there(remote)
            if "models/m/MLmodel" in left:  # before the first file has gone, or after the last has come
                texts = {text for name, text in left.items() if not name.endswith(".incomplete")}
                assert texts in ({"old"}, {"new"})

            put(remote, "next", "data/c")

        after = there(remote)
        assert set(after.values()) == {"new" if whole else "next"}
        assert set(after) == {
            f"models/m/{name}" for name in ["MLmodel", *(["data/a", "data/b"] if whole else ["data/c"])]
        }
    assert calls > 6


def test_artifacts_that_are_no_remains_stay(remote: ArtifactStore) -> None:
    remote.write_bytes("models/m/MLmodel.incomplete", b"my own")
    remote.write_bytes("models/m/notes.txt", b"mine")

    with pytest.raises(InvalidPathError, match="Other artifacts"):
        put(remote, "new")

    assert set(there(remote).values()) == {"my own", "mine"}


class Overtaken:
    """Artifacts to which another process begins to upload when this one has sent its first file."""

    def __init__(self, files: ArtifactStore) -> None:
        self._files = files

    def __getattr__(self, name: str) -> object:
        return getattr(self._files, name)

    def write_file(self, path: str, local_file: Path) -> object:
        self._files.write_bytes("models/m/MLmodel.incomplete", b"another's mark")
        return self._files.write_file(path, local_file)


def test_of_two_that_upload_at_once_none_completes_what_the_other_began(remote: ArtifactStore) -> None:
    with pytest.raises(StoreWriteError, match="at the same time"):
        put(Overtaken(remote), "new", "data")  # type: ignore[arg-type]

    assert "models/m/MLmodel" not in there(remote)
