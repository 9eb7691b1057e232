"""A file that is appended to: what it says when the system takes it away."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from nbflow.errors import StoreWriteError
from nbflow.store.appendfile import AppendFile

STALE = OSError(errno.ESTALE, "Stale file handle")


def refuse(*_args: object) -> None:
    raise STALE


def test_a_file_that_another_client_of_nfs_removed_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = AppendFile(tmp_path / "log" / "a.jsonl")
    file.append(b"one\n")
    told = [file.lost]

    with monkeypatch.context() as patch:
        patch.setattr(os, "fstat", refuse)
        told.append(file.lost)

    file.close()
    assert told == [False, True]


def test_a_file_that_somebody_closed_is_lost(tmp_path: Path) -> None:
    file = AppendFile(tmp_path / "log" / "a.jsonl")
    file.append(b"one\n")

    file.close()
    file.fd = 1 << 20  # a number that nothing has

    assert file.lost
    with pytest.raises(StoreWriteError) as caught:
        file.append(b"two\n")
    assert caught.value.errno == errno.EBADF
    assert (tmp_path / "log" / "a.jsonl").read_bytes() == b"one\n"


def test_a_new_file_that_cannot_be_looked_at_is_an_error_of_the_disk_and_works_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = AppendFile(tmp_path / "log" / "a.metrics", b"header")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fstat", refuse)
        with pytest.raises(StoreWriteError) as caught:
            file.append(b"one")
    assert caught.value.errno == errno.ESTALE
    assert file.fd < 0

    file.append(b"one")
    file.close()
    assert file.path.read_bytes() == b"headerone"


def test_a_torn_end_that_cannot_be_taken_back_is_the_end_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = AppendFile(tmp_path / "log" / "a.jsonl")
    file.append(b"one\n")
    written: list[int] = []
    write = os.write

    def half(fd: int, data: bytes) -> int:
        if written:
            raise STALE
        written.append(write(fd, data[:2]))
        return written[0]

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", half)
        patch.setattr(os, "ftruncate", refuse)
        with pytest.raises(StoreWriteError):
            file.append(b"two\n")

    assert file.broken
    assert file.lost
    assert file.path.read_bytes() == b"one\ntw"
