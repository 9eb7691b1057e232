"""What of a user's own files can be logged, and what is refused before anything is written."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from nbflow.artifact_store import LocalArtifacts
from nbflow.errors import InvalidInputError, InvalidPathError, LocalFileNotFoundError

posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX")


@pytest.fixture
def store(tmp_path: Path) -> LocalArtifacts:
    return LocalArtifacts(tmp_path / "artifacts")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    (folder / "sub").mkdir(parents=True)
    (folder / "first").write_bytes(b"first")
    (folder / "sub" / "second").write_bytes(b"second")
    return folder


@posix
def test_symlinks_are_followed_and_their_content_kept(store: LocalArtifacts, tree: Path, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x").write_bytes(b"x")
    (tree / "file").symlink_to(tmp_path / "data" / "x")
    (tree / "folder").symlink_to(tmp_path / "data")

    store.write_tree(None, tree)
    store.write_file("single", tree / "file")

    assert [info.path for info in store.walk()] == ["file", "first", "single", "folder/x", "sub/second"]
    assert store.read_bytes("file") == store.read_bytes("folder/x") == store.read_bytes("single") == b"x"
    assert not (store.root / "file").is_symlink()


@posix
@pytest.mark.parametrize("target", [".", "..", "../sub"])
def test_a_symlink_that_makes_a_folder_contain_itself_is_refused(
    store: LocalArtifacts, tree: Path, target: str
) -> None:
    (tree / "sub" / "loop").symlink_to(target)

    with pytest.raises(InvalidInputError, match="circle"):
        store.write_tree(None, tree)

    assert list(store.walk()) == []


@posix
def test_symlinks_to_nothing_or_themselves_are_refused(store: LocalArtifacts, tree: Path) -> None:
    (tree / "a").symlink_to("nothing")
    with pytest.raises(LocalFileNotFoundError, match="a'"):
        store.write_tree(None, tree)

    (tree / "a").unlink()
    (tree / "a").symlink_to("a")
    with pytest.raises(InvalidInputError, match="circle"):
        store.write_tree(None, tree)

    assert list(store.walk()) == []


@posix
def test_pipes_sockets_and_devices_are_refused(store: LocalArtifacts, tree: Path) -> None:
    os.mkfifo(tree / "pipe")
    with pytest.raises(InvalidInputError, match="pipe"):
        store.write_tree(None, tree)
    with pytest.raises(InvalidInputError, match="pipe"):
        store.write_file("a", tree / "pipe")
    with pytest.raises(InvalidInputError, match="device"):
        store.write_file("a", "/dev/null")
    (tree / "pipe").unlink()
    with socket.socket(socket.AF_UNIX) as server:
        os.chdir(tree)  # the address of a socket is short
        server.bind("socket")
        with pytest.raises(InvalidInputError, match="socket"):
            store.write_tree(None, tree)

    assert list(store.walk()) == []


@posix
@pytest.mark.parametrize("name", ["line\nbreak", os.fsdecode(b"\xff\xfe")])
def test_a_name_that_no_artifact_can_have_stops_all_before_it_starts(
    store: LocalArtifacts, tree: Path, name: str
) -> None:
    (tree / name).write_bytes(b"")

    with pytest.raises(InvalidPathError):
        store.write_tree("below", tree)

    assert not store.root.exists()


@pytest.mark.parametrize("above", [".", "..", "../.."])
def test_a_folder_is_not_logged_into_itself(store: LocalArtifacts, above: str) -> None:
    store.write_bytes("kept", b"")
    folder = store.root / above

    with pytest.raises(InvalidInputError, match="copied into itself"):
        store.write_tree(None, folder)

    assert [info.path for info in store.walk()] == ["kept"]


def test_a_part_of_the_artifacts_may_be_logged_below_itself_once(store: LocalArtifacts) -> None:
    store.write_bytes("d/a", b"content")

    store.write_tree("d/copy", store.root / "d")

    assert [info.path for info in store.walk()] == ["d/a", "d/copy/a"]


def test_a_deep_tree_is_walked_without_recursion(store: LocalArtifacts, tmp_path: Path) -> None:
    deep = tmp_path / "deep"
    bottom = deep.joinpath(*["d"] * 300)
    bottom.mkdir(parents=True)
    (bottom / "x").write_bytes(b"x")

    store.write_tree(None, deep)

    assert [info.path for info in store.walk()] == ["d/" * 300 + "x"]


def test_what_was_written_is_returned_as_local_files(store: LocalArtifacts, tree: Path) -> None:
    written = store.write_tree("t", tree)

    assert written == [store.root / "t" / "first", store.root / "t" / "sub" / "second"]
    assert all(path.is_file() for path in written)
