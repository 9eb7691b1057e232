"""A store may be anybody's: nothing in it leads out of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from nbflow.artifact_store import LocalArtifacts, download
from nbflow.errors import InvalidPathError

pytestmark = pytest.mark.skipif(os.name == "nt", reason="making symlinks is a privilege there")


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder beside the store, with what must be neither read nor changed."""
    folder = tmp_path / "outside"
    (folder / "sub").mkdir(parents=True)
    (folder / "secret").write_bytes(b"secret")
    return folder


@pytest.fixture
def store(tmp_path: Path) -> LocalArtifacts:
    (tmp_path / "artifacts" / "d").mkdir(parents=True)
    return LocalArtifacts(tmp_path / "artifacts")


def calls(store: LocalArtifacts, path: str, source: Path) -> list[Callable[[], object]]:
    return [
        lambda: store.read_bytes(path),
        lambda: store.open(path),
        lambda: store.exists(path),
        lambda: store.local_path(path),
        lambda: store.list(path),
        lambda: list(store.walk(path)),
        lambda: store.write_bytes(path, b"x"),
        lambda: store.write_file(path, source),
        lambda: store.open_new(path).__enter__(),
        lambda: store.write_tree(path, source.parent),
    ]


@pytest.mark.parametrize(
    ("link", "target", "path"),
    [
        ("secret", "outside/secret", "secret"),
        ("d/secret", "outside/secret", "d/secret"),
        ("up", "outside", "up/secret"),
        ("up", "outside", "up/sub/new"),
        ("d/up", "outside", "d/up/secret"),
        ("d/up", "outside", "d/up"),
        ("new", "outside/new", "new"),
        ("here", "", "here/outside/secret"),
        ("twin", "artifacts-twin", "twin/x"),
    ],
)
def test_no_link_leads_out(
    store: LocalArtifacts, outside: Path, tmp_path: Path, link: str, target: str, path: str
) -> None:
    (tmp_path / "artifacts-twin").mkdir()
    source = tmp_path / "tree" / "file"
    source.parent.mkdir()
    source.write_bytes(b"mine")
    (store.root / link).symlink_to(tmp_path / target)

    for call in calls(store, path, source):
        with pytest.raises(InvalidPathError, match="symlink"):
            call()

    assert sorted(entry.name for entry in outside.rglob("*")) == ["secret", "sub"]
    assert (outside / "secret").read_bytes() == b"secret"
    assert list((tmp_path / "artifacts-twin").iterdir()) == []


@pytest.mark.usefixtures("outside")
def test_a_relative_link_that_climbs_leads_out_too(store: LocalArtifacts) -> None:
    (store.root / "d" / "up").symlink_to("../../outside/secret")

    with pytest.raises(InvalidPathError, match="symlink"):
        store.read_bytes("d/up")


def test_a_chain_of_links_is_followed_to_its_end(store: LocalArtifacts, outside: Path) -> None:
    (store.root / "first").symlink_to("second")
    (store.root / "second").symlink_to(outside / "secret")

    with pytest.raises(InvalidPathError, match="symlink"):
        store.read_bytes("first")


@pytest.mark.parametrize("name", ["me", "two/me"])
def test_a_link_in_a_circle_is_refused(store: LocalArtifacts, name: str) -> None:
    (store.root / "two").symlink_to("d")
    (store.root / "d" / "me").symlink_to("me")
    (store.root / "me").symlink_to("me")

    for call in calls(store, name, store.root / "d" / "x")[:4]:
        with pytest.raises(InvalidPathError, match="circle"):
            call()


def test_links_that_lead_out_or_nowhere_are_not_listed_nor_downloaded(
    store: LocalArtifacts, outside: Path, tmp_path: Path
) -> None:
    store.write_bytes("d/kept", b"kept")
    links = {"file": outside / "secret", "folder": outside, "broken": Path("nothing"), "self": Path("self")}
    for name, target in links.items():
        (store.root / name).symlink_to(target)
        (store.root / "d" / name).symlink_to(target)

    assert [info.path for info in store.list()] == ["d"]
    assert [info.path for info in store.list("d")] == ["d/kept"]
    assert [info.path for info in store.walk()] == ["d/kept"]
    download(store, None, tmp_path / "copy")
    assert [entry.name for entry in (tmp_path / "copy").rglob("*")] == ["d", "kept"]


def test_links_that_stay_inside_are_read(store: LocalArtifacts) -> None:
    store.write_bytes("d/file", b"content")
    (store.root / "link").symlink_to("d/file")
    (store.root / "folder").symlink_to("d")

    assert store.read_bytes("link") == store.read_bytes("folder/file") == b"content"
    assert [(info.path, info.is_dir) for info in store.list()] == [("d", True), ("folder", True), ("link", False)]


def test_folders_that_link_in_a_circle_are_walked_once(store: LocalArtifacts) -> None:
    store.write_bytes("d/file", b"content")
    for name in ("up", "up2", "d/up", "d/self"):
        (store.root / name).symlink_to(store.root)

    assert [info.path for info in store.walk()] == ["d/file"]


def test_writing_to_a_link_inside_replaces_the_link(store: LocalArtifacts) -> None:
    store.write_bytes("d/file", b"content")
    (store.root / "link").symlink_to("d/file")

    store.write_bytes("link", b"new")

    assert store.read_bytes("d/file") == b"content"
    assert store.read_bytes("link") == b"new"
    assert not (store.root / "link").is_symlink()


def test_deleting_a_link_leaves_what_it_leads_to(store: LocalArtifacts, outside: Path) -> None:
    (store.root / "folder").symlink_to(outside)
    (store.root / "d" / "folder").symlink_to(outside)

    store.delete("folder")
    store.delete("d")

    assert (outside / "secret").exists()
    assert list(store.root.iterdir()) == []


def test_deleting_through_a_link_that_leads_out_is_refused(store: LocalArtifacts, outside: Path) -> None:
    (store.root / "folder").symlink_to(outside)

    with pytest.raises(InvalidPathError, match="symlink"):
        store.delete("folder/secret")

    assert (outside / "secret").exists()


def test_a_root_that_is_itself_a_link_is_the_callers_choice(outside: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(outside)

    assert LocalArtifacts(tmp_path / "link").read_bytes("secret") == b"secret"


def test_a_root_must_not_lead_out_of_what_it_is_within(outside: Path, tmp_path: Path) -> None:
    run = tmp_path / "nbruns" / "run"
    run.mkdir(parents=True)
    store = LocalArtifacts(run / "artifacts", within=tmp_path / "nbruns")
    store.write_bytes("a", b"fine")
    shutil.rmtree(run / "artifacts")
    (run / "artifacts").symlink_to(outside)

    for call in (
        lambda: store.read_bytes("secret"),
        store.list,
        lambda: store.write_bytes("new", b"x"),
        lambda: store.delete("secret"),
    ):
        with pytest.raises(InvalidPathError, match="symlink"):
            call()

    assert sorted(entry.name for entry in outside.iterdir()) == ["secret", "sub"]


def test_what_lies_in_a_store_but_is_no_artifact_is_not_listed(store: LocalArtifacts) -> None:
    os.mkfifo(store.root / "pipe")
    (store.root / "line\nbreak").write_bytes(b"")
    (store.root / os.fsdecode(b"\xff")).write_bytes(b"")
    (store.root / "kept").write_bytes(b"")

    assert [info.path for info in store.list()] == ["d", "kept"]
    with pytest.raises(InvalidPathError, match="pipe"):
        store.read_bytes("pipe")
