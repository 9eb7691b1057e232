"""A file is there whole or not at all, whatever happens to the disk or the process."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from nbflow.artifact_store import LocalArtifacts
from nbflow.errors import InvalidPathError, StoreWriteError

posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX")


def leftovers(root: Path) -> list[str]:
    return [path.name for path in root.rglob("*") if path.name.startswith(".nbflow.tmp-")]


@pytest.fixture
def store(tmp_path: Path) -> LocalArtifacts:
    return LocalArtifacts(tmp_path / "artifacts")


LIMITED = """
import resource, sys
from pathlib import Path
from nbflow.artifact_store import LocalArtifacts
from nbflow.errors import StoreWriteError

store = LocalArtifacts(sys.argv[1])
source = Path(sys.argv[2])
store.write_bytes("kept", b"before")
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))

def streamed():
    with store.open_new("kept") as file:
        for _ in range(1000):
            file.write(b"x" * 4096)

for write in (
    lambda: store.write_bytes("kept", b"x" * 200_000),
    lambda: store.write_bytes("new", b"x" * 200_000),
    lambda: store.write_file("kept", source),
    lambda: store.write_tree("tree", source.parent),
    streamed,
):
    try:
        write()
    except StoreWriteError as error:
        print(error.errno, error.path, error.reason)
print(store.read_bytes("kept"), [info.path for info in store.walk()])
store.write_bytes("after", b"small")
print(store.read_bytes("after"))
"""


@posix
def test_a_disk_that_takes_no_more_leaves_the_older_file_and_works_later(tmp_path: Path) -> None:
    source = tmp_path / "source" / "large"
    source.parent.mkdir()
    source.write_bytes(b"x" * 300_000)
    root = tmp_path / "artifacts"

    run = subprocess.run(
        [sys.executable, "-c", LIMITED, str(root), str(source)], capture_output=True, text=True, check=True
    )

    lines = run.stdout.splitlines()
    assert [line.split()[0] for line in lines[:-2]] == [str(errno.EFBIG)] * 5
    assert str(root / "kept") in lines[0]
    assert lines[-2:] == ["b'before' ['kept']", "b'small'"]
    assert leftovers(root) == []


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that takes no files")
def test_a_folder_that_takes_no_files_is_a_write_error() -> None:
    with pytest.raises(StoreWriteError, match="/proc/") as caught:
        LocalArtifacts("/proc/self/nbflow").write_bytes("a", b"x")

    assert isinstance(caught.value, OSError)
    assert caught.value.errno is not None


KILLED = """
import sys
from nbflow.artifact_store import LocalArtifacts

with LocalArtifacts(sys.argv[1]).open_new("d/a") as file:
    file.write(b"half")
    file.flush()
    print("written", flush=True)
    sys.stdin.read()
"""


def test_a_killed_writer_leaves_no_half_file(store: LocalArtifacts) -> None:
    store.write_bytes("d/a", b"old")
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(store.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline().strip() == b"written"
        writer.kill()

    assert writer.returncode in (-signal.SIGTERM, -getattr(signal, "SIGKILL", 9), 1)
    assert [info.path for info in store.walk()] == ["d/a"]
    assert store.read_bytes("d/a") == b"old"
    assert len(leftovers(store.root)) == 1


def test_a_reader_sees_one_version_or_the_other(store: LocalArtifacts) -> None:
    versions = {b"a" * 50_000, b"b" * 70_000}
    store.write_bytes("file", b"a" * 50_000)
    done = threading.Event()
    seen: set[bytes] = set()

    def read() -> None:
        while not done.is_set():
            seen.add(store.read_bytes("file"))

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(30):
        for version in sorted(versions):
            store.write_bytes("file", version)
    done.set()
    reader.join()

    assert seen <= versions
    assert leftovers(store.root) == []


def test_a_name_as_long_as_the_disk_allows_can_be_written(store: LocalArtifacts) -> None:
    name = "n" * 251 + ".txt"

    store.write_bytes(name, b"x")

    assert store.read_bytes(name) == b"x"


def test_a_path_longer_than_the_system_allows_is_a_write_error_and_absent(store: LocalArtifacts) -> None:
    path = "/".join(["n" * 250] * 20)

    with pytest.raises((StoreWriteError, InvalidPathError)):
        store.write_bytes(path, b"x")

    assert not store.exists(path)
    assert store.list(path) == []


def test_a_folder_is_not_replaced_by_a_file(store: LocalArtifacts) -> None:
    store.write_bytes("d/a", b"kept")

    with pytest.raises(InvalidPathError, match="folder"):
        store.write_bytes("d", b"x")

    assert store.read_bytes("d/a") == b"kept"
    assert leftovers(store.root) == []


def test_a_file_is_not_replaced_by_a_folder(store: LocalArtifacts, tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "x").write_bytes(b"")
    store.write_bytes("a", b"kept")

    with pytest.raises(InvalidPathError, match="file is where this needs a folder"):
        store.write_bytes("a/b", b"x")
    with pytest.raises(InvalidPathError, match="file is where this needs a folder"):
        store.write_tree("a", tmp_path / "tree")

    assert store.read_bytes("a") == b"kept"


@posix
def test_files_get_the_mode_that_the_umask_says_and_keep_their_executable_bit(
    store: LocalArtifacts, tmp_path: Path
) -> None:
    script, text = tmp_path / "script.sh", tmp_path / "text"
    script.write_bytes(b"#!/bin/sh\n")
    text.write_bytes(b"")
    script.chmod(0o700)
    text.chmod(0o600)
    before = os.umask(0o027)
    try:
        written = [
            store.write_file("script.sh", script),
            store.write_file("text", text),
            store.write_bytes("bytes", b""),
        ]
    finally:
        os.umask(before)

    assert [stat.S_IMODE(path.stat().st_mode) for path in written] == [0o750, 0o640, 0o640]


def test_a_file_logged_onto_itself_stays(store: LocalArtifacts) -> None:
    written = store.write_bytes("a", b"content")

    store.write_file("a", written)

    assert store.read_bytes("a") == b"content"
