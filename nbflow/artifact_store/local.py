"""Artifacts in a folder of this machine."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

from nbflow.artifact_store.confine import locate, place, real_root
from nbflow.artifact_store.local_files import check_local_file, plan_tree
from nbflow.artifact_store.paths import check_artifact_path, is_artifact_path
from nbflow.artifact_store.writing import copy_file, make_folder, new_file, sync_files, write_error
from nbflow.entities import FileInfo
from nbflow.errors import ArtifactNotFoundError, InvalidInputError, InvalidPathError, UnsupportedValueError

if TYPE_CHECKING:
    from nbflow.artifact_store.protocol import Data, FileInfos, LocalPath, Written

__all__ = ["LocalArtifacts"]

_Entries: TypeAlias = list[tuple[FileInfo, bool]]  # what is there, and whether it is a symlink

_ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)


class LocalArtifacts:
    """The artifacts below a folder, as files exactly as they were logged.

    Parameters
    ----------
    root
        The folder. It is made with the first artifact.
    within
        A folder that the root must not lead out of by a symlink: the store it belongs to. None when the user chose
        the root itself.
    """

    def __init__(self, root: LocalPath, *, within: LocalPath | None = None) -> None:
        self.root = Path(root).absolute()
        self._within = None if within is None else Path(within).absolute()

    @property
    def location(self) -> str:
        """The folder."""
        return str(self.root)

    def write_bytes(self, path: str, data: Data) -> Path:
        """Write a file, whole or not at all, over one of that name.

        Raises
        ------
        UnsupportedValueError
            If the data are not bytes.
        InvalidPathError
            If the path is not an artifact's, leads out by a symlink, or a folder is there.
        StoreWriteError
            If the disk refuses. An older file of that name is untouched.
        """
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise UnsupportedValueError("the data", data, "files are written from bytes; encode text as UTF-8.")
        with self.open_new(path) as file:
            file.write(data)
        return self.local_path(path)

    def write_file(self, path: str, local_file: LocalPath) -> Path:
        """Copy a file of this machine, with its executable bit.

        Raises
        ------
        LocalFileNotFoundError
            If it is not there.
        InvalidInputError
            If it is a folder, a pipe, a socket or a device.
        InvalidPathError
            If the path is not an artifact's, leads out by a symlink, or a folder is there.
        StoreWriteError
            If the disk refuses. An older file of that name is untouched.
        """
        source = check_local_file(local_file)
        copy_file(source, self._place(check_artifact_path(path)))
        return self.local_path(path)

    def write_tree(self, path: str | None, local_dir: LocalPath) -> Sequence[Path]:
        """Copy all files of a folder of this machine to below a path, or to the root.

        Nothing is written unless all of it can be an artifact.

        Raises
        ------
        LocalFileNotFoundError
            If the folder, or what a symlink in it leads to, is not there.
        InvalidInputError
            If it holds the artifacts' own folder, itself by a symlink, or something that is neither file nor folder.
        InvalidPathError
            If the path or a name in the folder cannot be an artifact's, or leads out by a symlink.
        StoreWriteError
            If the disk refuses. Files copied before stay.
        """
        prefix = None if path is None else check_artifact_path(path)
        top, root = Path(os.path.realpath(local_dir)), Path(self._real_root())
        if root == top or top in root.parents:
            raise InvalidInputError(
                "the local folder",
                str(local_dir),
                f"The artifacts' own folder {self.location!r} lies in it and would be copied into itself. "
                "Log the files or the subfolders that are wanted.",
            )
        plan = plan_tree(local_dir, prefix)
        targets = [self._place(child) for child, _ in plan]
        for (_, source), target in zip(plan, targets, strict=True):
            copy_file(source, target)
        return [self.local_path(child) for child, _ in plan]

    @contextmanager
    def open_new(self, path: str) -> Iterator[BinaryIO]:
        """Open a file for writing that appears when the block ends, and never when it raises.

        Raises
        ------
        InvalidPathError
            If the path is not an artifact's, leads out by a symlink, or a folder is there.
        StoreWriteError
            If the disk refuses. An older file of that name is untouched.
        """
        with new_file(self._place(check_artifact_path(path))) as file:
            yield file

    def read_bytes(self, path: str) -> bytes:
        """Read a whole file.

        Raises
        ------
        ArtifactNotFoundError
            If it is not there.
        InvalidPathError
            If the path is not an artifact's, leads out by a symlink, or is no file.
        """
        with self.open(path) as file:
            return file.read()

    def open(self, path: str) -> BinaryIO:
        """Open a file for reading.

        Raises
        ------
        ArtifactNotFoundError
            If it is not there.
        InvalidPathError
            If the path is not an artifact's, leads out by a symlink, or is no file.
        """
        path = check_artifact_path(path)
        found = self._locate(path)
        try:
            mode = found.stat().st_mode
        except OSError as exc:
            if exc.errno in _ABSENT:
                raise ArtifactNotFoundError(path, self.location) from exc
            raise
        if stat.S_ISDIR(mode):
            raise InvalidPathError(path, "It is a folder, not a file. List it, or download it as a whole.")
        if not stat.S_ISREG(mode):  # reading a pipe would wait for ever
            raise InvalidPathError(path, "It is a pipe, a socket or a device, which no artifact is.")
        return found.open("rb")

    def list(self, path: str | None = None) -> FileInfos:
        """List one folder.

        Left out is what cannot be read through here: symlinks that lead out of the root or nowhere, names that no
        artifact can have, pipes, sockets, devices, and files that are being written.

        Parameters
        ----------
        path
            The folder; None for the root.

        Returns
        -------
        infos : list of FileInfo
            Sorted by path, relative to the root. Empty when the path is a file or nothing.

        Raises
        ------
        InvalidPathError
            If the path is not an artifact's or leads out by a symlink.
        """
        return [info for info, _ in self._scan("" if path is None else check_artifact_path(path))]

    def walk(self, path: str | None = None) -> Iterator[FileInfo]:
        """Give every file at or below a path, sorted within each folder, as `list` would.

        Symlinks to folders are not entered: what they lead to lies below the root, and comes there.

        Parameters
        ----------
        path
            A folder or a file; None for the root.

        Raises
        ------
        InvalidPathError
            If the path is not an artifact's or leads out by a symlink.
        """
        path = "" if path is None else check_artifact_path(path)
        found = self._locate(path)
        if found.is_file():
            yield FileInfo(path, is_dir=False, file_size=found.stat().st_size)
        pending = [path]
        while pending:
            entries = self._scan(pending.pop())
            yield from (info for info, _ in entries if not info.is_dir)
            pending.extend(info.path for info, is_link in reversed(entries) if info.is_dir and not is_link)

    def exists(self, path: str) -> bool:
        """Tell whether a file or a folder is there.

        Raises
        ------
        InvalidPathError
            If the path is not an artifact's or leads out by a symlink.
        """
        return os.path.exists(self._locate(check_artifact_path(path)))  # noqa: PTH110 - Path's raises for long names

    def local_path(self, path: str | None = None) -> Path:
        """Give where a path lies on this machine, whether or not something is there.

        Parameters
        ----------
        path
            An artifact's path; None for the root.

        Raises
        ------
        InvalidPathError
            If the path is not an artifact's or leads out by a symlink.
        """
        path = "" if path is None else check_artifact_path(path)
        self._locate(path)
        return self.root / path

    def delete(self, path: str) -> None:
        """Delete a file, or a folder with all in it; nothing happens when neither is there.

        A symlink is deleted itself, not what it leads to.

        Raises
        ------
        InvalidPathError
            If the path is not an artifact's, or a folder on its way leads out by a symlink.
        StoreWriteError
            If the disk refuses.
        """
        target = place(self._real_root(), check_artifact_path(path))
        try:
            if target.is_dir() and not target.is_symlink():
                shutil.rmtree(target)
            else:
                target.unlink(missing_ok=True)
        except NotADirectoryError:  # a part of the path is a file, so nothing is there
            return
        except OSError as exc:
            raise write_error(target, exc) from exc

    def sync(self, written: Iterable[Written]) -> None:
        """Wait until files are safe from a power cut, with the folders that name them.

        Parameters
        ----------
        written
            What the writing methods returned.

        Raises
        ------
        StoreWriteError
            If the disk reports that it could not keep a file.
        """
        sync_files([Path(path) for path in written], self.root)

    def _real_root(self) -> str:
        return real_root(self.root, self._within)

    def _locate(self, path: str) -> Path:
        return locate(self._real_root(), path)

    def _place(self, path: str) -> Path:
        """Find where a file is to be written, and make its folder."""
        root = self._real_root()
        locate(root, path)  # refuses a file of that name which is a symlink to elsewhere
        target = place(root, path)
        make_folder(target.parent)
        return target

    def _scan(self, folder: str) -> _Entries:
        """List a folder, with whether each entry is a symlink."""
        root = self._real_root()
        found: _Entries = []
        try:
            entries = list(os.scandir(locate(root, folder)))
        except OSError as exc:
            if exc.errno in _ABSENT:
                return found
            raise
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if not is_artifact_path(entry.name):
                continue
            try:
                status = (locate(root, path) if entry.is_symlink() else entry).stat()
            except (InvalidPathError, OSError):
                continue
            if stat.S_ISDIR(status.st_mode):
                found.append((FileInfo(path, is_dir=True), entry.is_symlink()))
            elif stat.S_ISREG(status.st_mode):
                found.append((FileInfo(path, is_dir=False, file_size=status.st_size), entry.is_symlink()))
        return sorted(found, key=lambda pair: pair[0].path)
