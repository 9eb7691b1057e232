from __future__ import annotations

import os
from pathlib import Path

import pytest

from nbflow.artifact_store import LocalArtifacts, RemoteArtifacts, open_artifacts
from nbflow.errors import InvalidUriError, MissingDependencyError, NbflowError, UnsupportedValueError


def test_folders_are_paths_relative_ones_and_file_urls(tmp_path: Path) -> None:
    folder = tmp_path / "a b" / "ü#1"

    for location in (folder, str(folder), folder.as_uri(), "a b/ü#1"):
        store = open_artifacts(location)

        assert isinstance(store, LocalArtifacts)
        assert store.root == folder


@pytest.mark.skipif(os.name == "nt", reason="a backslash parts folders there")
def test_a_drive_letter_is_a_path_and_no_protocol() -> None:
    assert isinstance(open_artifacts(r"C:\runs"), LocalArtifacts)
    assert isinstance(open_artifacts("C:/runs"), LocalArtifacts)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a\0b",
        "file://host/share",
        "file:relative",
        "file:///a?b",
        "file:///a#b",
        "nope://x",
        "s3:bucket",
        "runs:/1",
        "memory::file:///etc",
        "simplecache::memory://x",
        "local:///etc",
        "https:",
    ],
)
def test_what_is_no_location_is_refused(url: str) -> None:
    with pytest.raises(InvalidUriError) as caught:
        open_artifacts(url)

    assert caught.value.uri == url


@pytest.mark.parametrize("location", [None, 3, ["a"]])
def test_other_types_are_refused(location: object) -> None:
    with pytest.raises(UnsupportedValueError, match="location"):
        open_artifacts(location)  # type: ignore[arg-type]  # that is the point


@pytest.mark.parametrize(
    ("url", "package"), [("s3://bucket/x", "s3fs"), ("gs://bucket/x", "gcsfs"), ("abfs://c@a/x", "adlfs")]
)
def test_a_missing_package_is_named(url: str, package: str) -> None:
    pytest.importorskip("fsspec")
    try:
        __import__(package)
    except ImportError:
        with pytest.raises(MissingDependencyError, match=f"pip install {package}") as caught:
            open_artifacts(url)
        assert caught.value.package == package
    else:
        pytest.skip(f"{package} is installed")


def test_a_file_url_is_not_remote(tmp_path: Path) -> None:
    with pytest.raises(InvalidUriError):
        RemoteArtifacts(tmp_path.as_uri())


def test_a_password_is_not_shown() -> None:
    with pytest.raises(NbflowError) as caught:
        RemoteArtifacts("nope://me:secret@host/x")

    assert "secret" not in str(caught.value)
    assert "me:***@host" in str(caught.value)


def test_two_stores_of_one_url_see_the_same_files() -> None:
    url = "memory://shared-by-two"

    open_artifacts(url).write_bytes("a/b", b"x")

    assert open_artifacts(f"{url}/").read_bytes("a/b") == b"x"
    assert [info.path for info in open_artifacts(f"{url}/a").walk()] == ["b"]
