"""The digest of a large file is remembered, where nobody else can change the file or what is remembered of it."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nbflow.config import cache_folder
from nbflow.mlmodel.hashing import sha256_of

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nothing is remembered on Windows")

CONTENT = b"a" * (1 << 18)
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with large files that have been left alone long enough."""
    folder = tmp_path_factory.mktemp("settled")
    for name, mode in (("own", 0o644), ("anybodys", 0o646)):
        (folder / name).write_bytes(CONTENT)
        (folder / name).chmod(mode)
    time.sleep(2.1)
    return folder


def found_by_another_process(path: Path) -> str:
    code = (
        "import sys; from pathlib import Path; from nbflow.mlmodel.hashing import sha256_of; "
        "print(sha256_of(Path(sys.argv[1])))"
    )
    return subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True).stdout.strip()


def remembered() -> list[Path]:
    return sorted((cache_folder() / "digests").glob("*"))


def test_a_file_that_only_its_owner_can_change_is_remembered(settled: Path) -> None:
    assert found_by_another_process(settled / "own") == DIGEST

    (memory,) = remembered()
    memory.write_text("0" * 64)
    assert found_by_another_process(settled / "own") == "0" * 64


def test_a_file_that_others_can_change_is_read_each_time(settled: Path) -> None:
    assert sha256_of(settled / "anybodys") == DIGEST

    assert remembered() == []


def test_a_file_that_runs_no_code_is_remembered_whoever_can_change_it(settled: Path) -> None:
    assert sha256_of(settled / "anybodys", runs_code=False) == DIGEST

    (memory,) = remembered()
    memory.write_text("0" * 64)
    assert sha256_of(settled / "anybodys") == DIGEST


@pytest.mark.parametrize("runs_code", [True, False])
def test_what_a_file_was_is_not_what_it_is(settled: Path, runs_code: bool) -> None:
    file = settled / "changing"
    for content in (CONTENT, b"b" * len(CONTENT), b"small", b"other"):
        file.write_bytes(content)
        os.utime(file, ns=(0, 0))  # the same as it was

        assert sha256_of(file, runs_code=runs_code) == hashlib.sha256(content).hexdigest()
    file.unlink()


def test_a_changed_file_is_another_one(settled: Path) -> None:
    sha256_of(settled / "own")
    copy = settled / "copy"
    copy.write_bytes(b"b" * len(CONTENT))
    stat = (settled / "own").stat()
    os.utime(copy, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    assert sha256_of(copy) == hashlib.sha256(b"b" * len(CONTENT)).hexdigest()
    copy.unlink()


def test_what_others_can_write_is_not_believed(settled: Path) -> None:
    found_by_another_process(settled / "own")
    (memory,) = remembered()
    memory.write_text("0" * 64)
    memory.parent.chmod(0o777)

    assert found_by_another_process(settled / "own") == DIGEST
