"""What every place for artifacts does, run over each of them."""

from __future__ import annotations

import io
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from nbflow.artifact_store import ArtifactStore, LocalArtifacts, RemoteArtifacts, open_artifacts
from nbflow.entities import FileInfo
from nbflow.errors import (
    ArtifactNotFoundError,
    InvalidInputError,
    InvalidPathError,
    LocalFileNotFoundError,
    NbflowError,
    UnsupportedValueError,
)

ODD_NAMES = [
    "plain.txt",
    "with space/ünï 日本.txt",
    "# % & + @ ~ [a] {b}",
    "a%2e%2e",
    "d/e/f/g.bin",
    "-x",
    *([] if os.name == "nt" else ["a:b", "a?b*", r"back\slash", "nul"]),
]


@pytest.fixture(params=["local", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ArtifactStore]:
    if request.param == "local":
        yield open_artifacts(tmp_path / "artifacts")
        return
    root = f"/{uuid.uuid4().hex}"
    yield open_artifacts(f"memory:/{root}/artifacts")
    memory = fsspec.filesystem("memory")
    if memory.exists(root):
        memory.rm(root, recursive=True)


def paths(infos: list[FileInfo]) -> list[str]:
    return [info.path for info in infos]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_what_is_written_is_read_listed_and_deleted(store: ArtifactStore, name: str) -> None:
    store.write_bytes(name, b"\0content")

    assert store.read_bytes(name) == b"\0content"
    assert store.exists(name)
    assert list(store.walk()) == [FileInfo(name, is_dir=False, file_size=8)]
    assert paths(store.list()) == [name.partition("/")[0]]

    store.delete(name)

    assert not store.exists(name)
    assert list(store.walk()) == []


def test_the_newest_content_of_a_name_is_kept(store: ArtifactStore) -> None:
    store.write_bytes("a", b"a long first version")
    store.write_bytes("a", bytearray(b"second"))

    assert store.read_bytes("a") == b"second"


def test_an_empty_file_is_a_file(store: ArtifactStore) -> None:
    store.write_bytes("empty", b"")

    assert store.read_bytes("empty") == b""
    assert store.list() == [FileInfo("empty", is_dir=False, file_size=0)]


def test_a_list_is_one_level_sorted_and_relative_to_the_root(store: ArtifactStore) -> None:
    for name in ("b.txt", "a/2.txt", "a/1.txt", "a/deep/x", "c/y"):
        store.write_bytes(name, b"12")

    assert store.list() == [
        FileInfo("a", is_dir=True),
        FileInfo("b.txt", is_dir=False, file_size=2),
        FileInfo("c", is_dir=True),
    ]
    assert paths(store.list("a")) == ["a/1.txt", "a/2.txt", "a/deep"]


@pytest.mark.parametrize("path", ["a/1.txt", "nothing", "a/nothing", "a/1.txt/below"])
def test_a_file_and_an_unknown_path_list_nothing(store: ArtifactStore, path: str) -> None:
    store.write_bytes("a/1.txt", b"")

    assert store.list(path) == []


def test_an_unwritten_store_is_empty_and_stays_unwritten(store: ArtifactStore, tmp_path: Path) -> None:
    assert store.list() == []
    assert list(store.walk()) == []
    assert not store.exists("a")
    store.delete("a")
    assert list(tmp_path.iterdir()) == []


def test_walk_gives_files_at_or_below_a_path(store: ArtifactStore) -> None:
    for name in ("a/1", "a/b/2", "ab/3", "a.txt"):
        store.write_bytes(name, b"x")

    assert paths(list(store.walk("a"))) == ["a/1", "a/b/2"]
    assert paths(list(store.walk("a/1"))) == ["a/1"]
    assert paths(list(store.walk("nothing"))) == []
    assert sorted(paths(list(store.walk()))) == ["a.txt", "a/1", "a/b/2", "ab/3"]


def test_a_folder_is_deleted_whole_and_nothing_beside_it(store: ArtifactStore) -> None:
    for name in ("a/1", "a/b/2", "ab", "a.txt"):
        store.write_bytes(name, b"x")

    store.delete("a")

    assert sorted(paths(list(store.walk()))) == ["a.txt", "ab"]
    assert not store.exists("a")


@pytest.mark.parametrize("pattern", ["[ab]1", *([] if os.name == "nt" else ["a*", "a?", "*"])])
def test_a_name_is_no_pattern(store: ArtifactStore, pattern: str) -> None:
    store.write_bytes("a1", b"kept")
    store.write_bytes(pattern, b"odd")

    assert store.read_bytes(pattern) == b"odd"
    store.delete(pattern)

    assert paths(list(store.walk())) == ["a1"]


def test_deleting_nothing_does_nothing(store: ArtifactStore) -> None:
    store.write_bytes("a/1", b"")

    store.delete("b")
    store.delete("a/1/2")

    assert store.exists("a/1")


@pytest.mark.parametrize("path", ["nothing", "a/nothing", "a/1.txt/below"])
def test_reading_what_is_not_there_says_so(store: ArtifactStore, path: str) -> None:
    store.write_bytes("a/1.txt", b"")

    with pytest.raises(ArtifactNotFoundError, match=r"nothing|below") as caught:
        store.read_bytes(path)
    with pytest.raises(ArtifactNotFoundError):
        store.open(path)

    assert caught.value.owner == store.location


def test_reading_a_folder_says_that_it_is_one(store: ArtifactStore) -> None:
    store.write_bytes("a/1.txt", b"")

    with pytest.raises(InvalidPathError, match="folder"):
        store.read_bytes("a")
    with pytest.raises(InvalidPathError, match="folder"):
        store.open("a")


def test_open_reads_in_pieces_and_seeks(store: ArtifactStore) -> None:
    store.write_bytes("a", b"0123456789")

    with store.open("a") as file:
        assert file.read(3) == b"012"
        file.seek(8)
        assert file.read() == b"89"


def test_a_new_file_appears_when_its_block_ends(store: ArtifactStore) -> None:
    with store.open_new("d/a") as file:
        file.write(b"half")
        seen_during = list(store.walk())
        file.write(b" and half")

    assert seen_during == []
    assert store.read_bytes("d/a") == b"half and half"


def test_a_new_file_may_be_closed_by_what_wraps_it(store: ArtifactStore) -> None:
    with store.open_new("a.txt") as file, io.TextIOWrapper(file, encoding="utf-8") as text:
        text.write("ü")

    assert store.read_bytes("a.txt") == "ü".encode()


def test_an_error_leaves_the_older_file_and_nothing_else(store: ArtifactStore) -> None:
    store.write_bytes("a", b"old")

    def interrupted() -> None:
        with store.open_new("a") as file:
            file.write(b"new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert store.read_bytes("a") == b"old"
    assert paths(list(store.walk())) == ["a"]


def test_a_file_of_this_machine_is_copied(store: ArtifactStore, tmp_path: Path) -> None:
    source = tmp_path / "source.bin"
    source.write_bytes(b"x" * 100_000)

    store.write_file("models/m.bin", source)
    store.write_file("models/again.bin", str(source))

    assert store.read_bytes("models/m.bin") == store.read_bytes("models/again.bin") == source.read_bytes()


def test_a_missing_file_is_the_systems_error_too(store: ArtifactStore, tmp_path: Path) -> None:
    with pytest.raises(LocalFileNotFoundError, match=r"none\.txt") as caught:
        store.write_file("a", tmp_path / "none.txt")
    with pytest.raises(FileNotFoundError):
        store.write_tree(None, tmp_path / "none")

    assert isinstance(caught.value, FileNotFoundError)
    assert list(store.walk()) == []


def test_a_folder_is_no_file_and_a_file_no_folder(store: ArtifactStore, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"")
    (tmp_path / "folder").mkdir()

    with pytest.raises(InvalidInputError, match="log_artifacts"):
        store.write_file("a", tmp_path / "folder")
    with pytest.raises(InvalidInputError, match="log_artifact"):
        store.write_tree(None, file)


@pytest.mark.parametrize("prefix", [None, "below/here"])
def test_a_tree_is_copied_with_its_folders(store: ArtifactStore, tmp_path: Path, prefix: str | None) -> None:
    tree = tmp_path / "tree"
    (tree / "sub" / "deep").mkdir(parents=True)
    (tree / "empty").mkdir()
    for name in ("a.txt", ".hidden", "sub/b", "sub/deep/ü"):
        (tree / name).write_bytes(name.encode())

    store.write_tree(prefix, tree)

    below = f"{prefix}/" if prefix else ""
    expected = {f"{below}{name}": name.encode() for name in ("a.txt", ".hidden", "sub/b", "sub/deep/ü")}
    assert {info.path: store.read_bytes(info.path) for info in store.walk()} == expected


@pytest.mark.parametrize("path", ["", "/abs", "../up", "a/../../b", "a//b", "a\nb", "a\0", "x" * 300, "\ud800"])
def test_no_method_takes_a_path_that_is_none(store: ArtifactStore, path: str, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "f").write_bytes(b"x")

    for call in (
        lambda: store.write_bytes(path, b"x"),
        lambda: store.write_file(path, source / "f"),
        lambda: store.write_tree(path, source),
        lambda: store.open_new(path).__enter__(),
        lambda: store.read_bytes(path),
        lambda: store.open(path),
        lambda: store.list(path),
        lambda: list(store.walk(path)),
        lambda: store.exists(path),
        lambda: store.local_path(path),
        lambda: store.delete(path),
    ):
        with pytest.raises(InvalidPathError):
            call()

    assert list(store.walk()) == []


@pytest.mark.parametrize("data", ["text", None, 3, [1]])
def test_only_bytes_are_written(store: ArtifactStore, data: object) -> None:
    with pytest.raises(UnsupportedValueError, match="bytes"):
        store.write_bytes("a", data)  # type: ignore[arg-type]  # that is the point

    assert list(store.walk()) == []


def test_nothing_is_put_below_a_file(store: ArtifactStore) -> None:
    store.write_bytes("a", b"kept")

    with pytest.raises(NbflowError):
        store.write_bytes("a/b", b"x")

    assert store.read_bytes("a") == b"kept"


def test_what_was_written_can_be_synced(store: ArtifactStore, tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "x").write_bytes(b"x")
    written = [store.write_bytes("d/a", b"1"), *store.write_tree(None, tmp_path / "tree"), store.write_bytes("b", b"2")]
    store.delete("b")

    store.sync(written)
    store.sync([])

    assert store.read_bytes("d/a") == b"1"


def test_the_kinds_of_store_keep_the_protocol(tmp_path: Path) -> None:
    stores: list[ArtifactStore] = [LocalArtifacts(tmp_path), RemoteArtifacts("memory://somewhere")]

    assert [store.location for store in stores] == [str(tmp_path), "memory://somewhere"]
    assert stores[0].local_path("a/b") == tmp_path / "a" / "b"
    assert stores[1].local_path("a/b") is None
