"""What every place for artifacts can do, so that code above does not ask which one it has."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Protocol, TypeAlias

from nbflow.entities import FileInfo

__all__ = ["ArtifactStore", "Data", "FileInfos", "LocalPath", "Written"]

Data: TypeAlias = bytes | bytearray | memoryview
LocalPath: TypeAlias = str | os.PathLike[str]
Written: TypeAlias = Path | str  # where something was written: a local file, or a URL
FileInfos: TypeAlias = list[FileInfo]  # inside a class with a method `list`, that name is the method's


class ArtifactStore(Protocol):
    """The files of one run, by relative path.

    Every method that takes a path raises `InvalidPathError` for one that `check_artifact_path` refuses or that a
    symlink leads elsewhere, and every method that writes raises `StoreWriteError` when the store refuses.
    """

    @property
    def location(self) -> str:
        """Where the files are, for people: a folder or a URL, without its password."""

    def write_bytes(self, path: str, data: Data) -> Written:
        """Write a file, whole or not at all, over one of that name."""

    def write_file(self, path: str, local_file: LocalPath) -> Written:
        """Copy a file of this machine."""

    def write_tree(self, path: str | None, local_dir: LocalPath) -> Sequence[Written]:
        """Copy all files of a folder of this machine to below a path, or to the root."""

    def open_new(self, path: str) -> AbstractContextManager[BinaryIO]:
        """Open a file for writing that appears when the block ends, and never when it raises."""

    def read_bytes(self, path: str) -> bytes:
        """Read a whole file."""

    def open(self, path: str) -> BinaryIO:
        """Open a file for reading."""

    def list(self, path: str | None = None) -> FileInfos:
        """List one folder, sorted, with paths relative to the root; a file and what is not there list nothing."""

    def walk(self, path: str | None = None) -> Iterator[FileInfo]:
        """Give every file at or below a path, sorted within each folder."""

    def exists(self, path: str) -> bool:
        """Tell whether a file or a folder is there."""

    def local_path(self, path: str | None = None) -> Path | None:
        """Give the path as one of this machine's, whether or not something is there; None where there is none."""

    def delete(self, path: str) -> None:
        """Delete a file, or a folder with all in it; nothing happens when neither is there."""

    def sync(self, written: Iterable[Written]) -> None:
        """Wait until what was written is safe from a power cut."""
