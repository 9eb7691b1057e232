from __future__ import annotations

import os
import uuid
from pathlib import Path

import fsspec
import pytest

from nbflow.artifact_store import ArtifactStore, LocalArtifacts, download, open_artifacts
from nbflow.errors import ArtifactNotFoundError, InvalidPathError


@pytest.fixture(params=["local", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ArtifactStore:
    place = tmp_path / "artifacts" if request.param == "local" else f"memory://{uuid.uuid4().hex}"
    store = open_artifacts(place)
    for name in ("top.txt", "dir/sub/f.txt", "dir/sub/g.txt", "directory.txt"):
        store.write_bytes(name, name.encode())
    return store


def below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_file_goes_into_the_folder_under_its_own_name(store: ArtifactStore, tmp_path: Path) -> None:
    path = download(store, "dir/sub/f.txt", tmp_path / "new" / "folder")

    assert path == tmp_path / "new" / "folder" / "f.txt"
    assert path.read_bytes() == b"dir/sub/f.txt"
    assert below(tmp_path / "new") == ["folder/f.txt"]


def test_a_folder_goes_into_the_folder_under_its_own_name(store: ArtifactStore, tmp_path: Path) -> None:
    path = download(store, "dir/sub", tmp_path / "here")

    assert path == tmp_path / "here" / "sub"
    assert below(tmp_path / "here") == ["sub/f.txt", "sub/g.txt"]


def test_everything_goes_into_the_folder_itself(store: ArtifactStore, tmp_path: Path) -> None:
    path = download(store, None, tmp_path / "here")

    assert path == tmp_path / "here"
    assert below(path) == ["dir/sub/f.txt", "dir/sub/g.txt", "directory.txt", "top.txt"]


@pytest.mark.parametrize("path", ["nothing", "dir/nothing", "di"])
def test_what_is_not_there_is_not_found_and_nothing_is_made(store: ArtifactStore, tmp_path: Path, path: str) -> None:
    with pytest.raises(ArtifactNotFoundError, match=path):
        download(store, path, tmp_path / "here")

    assert not (tmp_path / "here").exists()


def test_progress_counts_bytes_from_none_to_all(store: ArtifactStore, tmp_path: Path) -> None:
    store.write_bytes("dir/large", b"x" * 10_000_000)
    calls: list[tuple[int, int]] = []

    download(store, "dir", tmp_path / "here", progress=lambda done, total: calls.append((done, total)))

    assert calls[0] == (0, 10_000_026)
    assert calls[-1] == (10_000_026, 10_000_026)
    assert len(calls) > 4
    assert calls == sorted(calls)


def test_an_empty_folder_and_an_empty_store_become_one(tmp_path: Path) -> None:
    (tmp_path / "artifacts" / "empty").mkdir(parents=True)
    store = LocalArtifacts(tmp_path / "artifacts")

    assert download(store, "empty", tmp_path / "here") == tmp_path / "here" / "empty"
    assert (tmp_path / "here" / "empty").is_dir()
    assert download(LocalArtifacts(tmp_path / "none"), None, tmp_path / "there").is_dir()


def test_files_there_before_are_replaced_and_others_kept(store: ArtifactStore, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "top.txt").write_bytes(b"old")
    (tmp_path / "here" / "mine").write_bytes(b"mine")

    download(store, "top.txt", tmp_path / "here")

    assert (tmp_path / "here" / "top.txt").read_bytes() == b"top.txt"
    assert (tmp_path / "here" / "mine").read_bytes() == b"mine"


@pytest.mark.skipif(os.name == "nt", reason="making symlinks is a privilege there")
def test_a_link_in_the_folder_does_not_lead_a_download_elsewhere(store: ArtifactStore, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "here" / "dir").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(InvalidPathError, match="symlink"):
        download(store, "dir", tmp_path / "here")

    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_names_that_climb_out_of_a_hostile_bucket_are_left_out(tmp_path: Path) -> None:
    root = uuid.uuid4().hex
    memory = fsspec.filesystem("memory")
    for name in ("../../up", "a/../../up", "/double", "a//b", "line\nbreak", "ok"):
        memory.store[f"/{root}/run/{name}"] = memory.open(f"/{root}-content", "wb")
    store = open_artifacts(f"memory://{root}/run")

    download(store, None, tmp_path / "deep" / "here")

    assert below(tmp_path) == ["deep/here/ok"]
    assert [info.path for info in store.walk()] == ["ok"]
