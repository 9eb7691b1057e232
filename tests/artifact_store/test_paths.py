from __future__ import annotations

import tempfile
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.artifact_store import LocalArtifacts, check_artifact_path
from nbflow.artifact_store.paths import extension
from nbflow.errors import InvalidPathError, UnsupportedValueError


@pytest.mark.parametrize(
    "path",
    [
        "a.txt",
        "a/b/c.txt",
        "with space/ünïcode/日本語.txt",
        "# ? % & + @ ~ = ' ( ) , ;",
        "a%2e%2e/b",
        "...",
        "..a/b..",
        ".hidden",
        " ",
        "-rf",
        "e\u0301",
        "x" * 255,
        "é" * 127,
    ],
)
def test_ordinary_and_odd_names_are_kept_as_they_are(path: str) -> None:
    assert check_artifact_path(path, windows=False) == path


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("", "empty"),
        ("/etc/passwd", "relative"),
        ("//host/share", "relative"),
        ("..", "climb"),
        ("../x", "climb"),
        ("a/../b", "climb"),
        ("a/..", "climb"),
        (r"a\..\..\b", "climb"),
        (".", "names"),
        ("a/./b", "names"),
        ("a//b", "names"),
        ("a/", "names"),
        ("a\0b", "control"),
        ("a\nb", "control"),
        ("a\x7f", "control"),
        ("a\x85", "control"),
        ("a\ud800", "surrogate"),
        ("x" * 256, "255"),
        ("é" * 128, "255"),
        (".nbflow.tmp-2a10e0e218415397", "being written"),
        ("a/.nbflow.tmp-2a10e0e218415397", "being written"),
    ],
)
@pytest.mark.parametrize("windows", [False, True])
def test_what_cannot_be_an_artifact_is_refused_with_its_rule(path: str, rule: str, windows: bool) -> None:
    with pytest.raises(InvalidPathError, match=rule) as caught:
        check_artifact_path(path, windows=windows)

    assert caught.value.path == path
    assert repr(path)[:50] in str(caught.value)


@pytest.mark.parametrize(
    "path",
    [
        *["C:/x", "C:x", "c:", r"C:\x", r"\\host\share", r"\x", "a:b", "a?", "a*b", 'a"', "a<b", "a|b"],
        *["nul", "CON.txt", "a/Aux.tar.gz", "COM1", "lpt¹.log", "CONIN$", "nul .txt", "dot.", "space ", "a./b"],
    ],
)
def test_windows_refuses_what_it_cannot_name(path: str) -> None:
    with pytest.raises(InvalidPathError):
        check_artifact_path(path, windows=True)


@pytest.mark.parametrize("path", [r"a\b", "C:/x", "nul", "a:b?*", "dot.", "console", "com10"])
def test_elsewhere_the_rules_of_windows_do_not_hold(path: str) -> None:
    assert check_artifact_path(path, windows=False) == path


def test_a_backslash_parts_folders_on_windows() -> None:
    assert check_artifact_path(r"plots\loss.png", windows=True) == "plots/loss.png"


def test_path_objects_are_taken() -> None:
    assert check_artifact_path(PurePosixPath("a/b")) == "a/b"
    assert check_artifact_path(PureWindowsPath("a/b")) == "a/b"


@pytest.mark.parametrize("path", [None, 3, b"a", ["a"]])
def test_other_types_are_refused(path: object) -> None:
    with pytest.raises(UnsupportedValueError, match="artifact path"):
        check_artifact_path(path)


@given(st.text(max_size=40) | st.from_regex(r"[./\\a:~]{1,12}", fullmatch=True))
def test_whatever_is_accepted_stays_below_the_root_and_is_read_back(path: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "deep", "root")
        try:
            check_artifact_path(path)
        except InvalidPathError:
            with pytest.raises(InvalidPathError):
                LocalArtifacts(root).write_bytes(path, b"x")
            assert not root.exists()
            return

        LocalArtifacts(root).write_bytes(path, b"x")

        assert [info.path for info in LocalArtifacts(root).walk()] == [check_artifact_path(path)]
        assert [entry for entry in Path(folder).rglob("*") if entry.is_file() and root not in entry.parents] == []
        assert LocalArtifacts(root).read_bytes(path) == b"x"


def test_an_extension_is_lower_case_and_needs_a_name_before_it() -> None:
    assert [extension(name) for name in ("a.PNG", "a.tar.gz", "b.d/a", ".png", "a.", "d/.x.y")] == [
        ".png",
        ".gz",
        "",
        "",
        "",
        ".y",
    ]
