"""Where the files of a model may lie, and how they are read and written."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.errors import ModelFormatError, StoreReadError, StoreWriteError
from nbflow.mlmodel.files import inside, read_text, write_text

posix_only = pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Give a model's folder with something outside of it."""
    (tmp_path / "secret").write_text("outside")
    folder = tmp_path / "model"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "model.bin").write_text("inside")
    return folder


@pytest.mark.parametrize(
    ("relative", "expected"),
    [
        ("data/model.bin", "data/model.bin"),
        ("./data/model.bin", "data/model.bin"),
        (".", "."),
        ("data/", "data"),
        ("absent file", "absent file"),
        ("..data/ü…", "..data/ü…"),
    ],
)
def test_what_lies_in_the_folder_is_found(relative: str, expected: str, model: Path) -> None:
    assert inside(model, relative) == Path(os.path.realpath(model)) / expected


@pytest.mark.parametrize(
    ("relative", "reason"),
    [
        ("../secret", "climbs"),
        ("data/../../secret", "climbs"),
        ("data/..", "climbs"),
        ("data\\..\\..\\secret", "climbs"),
        ("/etc/passwd", "absolute"),
        ("\\\\host\\share", "absolute"),
        ("C:\\secret", "absolute"),
        ("c:secret", "absolute"),
        ("", "empty"),
        ("a\0b", "character"),
        ("a\nb", "character"),
        ("\ud800", "character"),
        (None, "NoneType, not text"),
        (5, "int, not text"),
        (["data"], "list, not text"),
        (b"data", "bytes, not text"),
    ],
)
def test_what_does_not_is_refused_with_the_reason(relative: object, reason: str, model: Path) -> None:
    with pytest.raises(ModelFormatError, match=reason):
        inside(model, relative)


@posix_only
@pytest.mark.parametrize(
    ("link", "target", "named"),
    [
        ("out", "../secret", "out"),
        ("out", "/", "out/etc/passwd"),
        ("out", "..", "out/secret"),
        ("data/out", "../../secret", "data/out"),
        ("round", "round", "round"),
    ],
)
def test_a_link_that_leads_out_is_refused(link: str, target: str, named: str, model: Path) -> None:
    (model / link).symlink_to(target)

    with pytest.raises(ModelFormatError, match="symlink"):
        inside(model, named)


@posix_only
def test_a_link_within_the_folder_is_followed_and_so_is_one_to_the_folder(model: Path, tmp_path: Path) -> None:
    (model / "same").symlink_to("data/model.bin")
    (tmp_path / "elsewhere").symlink_to(model)

    assert inside(tmp_path / "elsewhere", "same").read_text() == "inside"


@posix_only
def test_a_folder_whose_name_begins_like_the_models_is_outside(model: Path, tmp_path: Path) -> None:
    (tmp_path / "model2").mkdir()
    (model / "out").symlink_to(tmp_path / "model2")

    with pytest.raises(ModelFormatError):
        inside(model, "out")


@given(st.text(st.sampled_from("./\\ab~:"), max_size=12) | st.text(max_size=8))
def test_nothing_leads_out(relative: str) -> None:
    try:
        path = inside("model", relative)
    except ModelFormatError:
        return

    root = Path("model").resolve()
    assert path == root or root in path.parents


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_written_is_read(text: str) -> None:
    path = Path("file")

    write_text(path, text)

    assert read_text(path, 10_000) == text.removeprefix("\ufeff")


def test_writing_leaves_nothing_beside_the_file(tmp_path: Path) -> None:
    write_text(tmp_path / "file", "one")
    write_text(tmp_path / "file", "two")

    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"file": "two"}


def test_what_was_there_stays_when_the_disk_refuses(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()

    with pytest.raises(StoreWriteError) as caught:
        write_text(tmp_path / "taken", "text")

    assert caught.value.path == str(tmp_path / "taken")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_what_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(StoreReadError) as caught:
        read_text(tmp_path / "absent", 10)

    assert caught.value.errno == 2


def test_what_is_too_long_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("12345")

    assert read_text(tmp_path / "file", 5) == "12345"
    with pytest.raises(ModelFormatError, match="longer than 4 bytes"):
        read_text(tmp_path / "file", 4)


@pytest.mark.skipif(sys.platform != "linux", reason="needs /dev/full")
def test_devices_are_not_read() -> None:
    with pytest.raises(ModelFormatError, match="device"):
        read_text(Path("/dev/zero"), 10)
