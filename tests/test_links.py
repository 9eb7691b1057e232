"""Where a path really lies is what `os.path.realpath` says, also after what is on the way was changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nbflow.links import real_below, real_folder

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give a folder with files, and links to what is in it and outside of it."""
    root = tmp_path / "root"
    (root / "a" / "b").mkdir(parents=True)
    (root / "a" / "file").write_text("x")
    (tmp_path / "outside").mkdir()
    (root / "in").symlink_to("a/b")
    (root / "out").symlink_to(tmp_path / "outside")
    (root / "circle").symlink_to("circle")
    (root / "nowhere").symlink_to("nothing")
    return root


@pytest.mark.parametrize(
    "relative",
    [
        *("", ".", "a", "a/./b/", "a//b", "a/file", "a/file/x", "in", "in/x", "out", "out/x", "circle", "nowhere"),
        *("x/y/z", "a" * 300, "a/" + "b" * 300),
    ],
)
def test_a_path_leads_to_where_realpath_says(root: Path, relative: str) -> None:
    top = os.path.realpath(root)

    assert real_below(top, relative) == os.path.realpath(Path(top, relative))


def test_below_the_top_of_all(root: Path) -> None:
    assert real_below("/", str(root.resolve())[1:]) == str(root.resolve())


def test_a_folder_is_found_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    for folder in (root, root / "in", root / "nowhere", root / "in" / "..", Path("a"), root / "circle"):
        for _ in range(2):
            assert real_folder(folder) == os.path.realpath(folder)


def test_a_link_that_leads_elsewhere_since_is_followed_anew(root: Path) -> None:
    assert real_folder(root / "in") == os.path.realpath(root / "a" / "b")
    (root / "in").unlink()
    (root / "in").symlink_to("a")

    assert real_folder(root / "in") == os.path.realpath(root / "a")


def test_a_folder_that_was_moved_and_linked_to_is_where_it_is_now(root: Path) -> None:
    assert real_folder(root / "a") == os.path.realpath(root / "a")
    (root / "a").rename(root.parent / "moved")
    (root / "a").symlink_to(root.parent / "moved")

    assert real_folder(root / "a") == os.path.realpath(root.parent / "moved")


def test_a_folder_that_came_later_is_found(root: Path) -> None:
    assert real_folder(root / "new") == os.path.realpath(root / "new")
    (root / "new").symlink_to("a")

    assert real_folder(root / "new") == os.path.realpath(root / "a")
