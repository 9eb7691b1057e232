"""Artifacts behind a URL that fsspec knows: an object store, another machine, memory."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from nbflow.artifact_store.local_files import check_local_file, plan_tree
from nbflow.artifact_store.paths import check_artifact_path, is_artifact_path
from nbflow.artifact_store.writing import new_file, write_error
from nbflow.entities import FileInfo
from nbflow.errors import (
    ArtifactNotFoundError,
    InvalidPathError,
    InvalidUriError,
    MissingDependencyError,
    UnsupportedValueError,
)

if TYPE_CHECKING:
    from nbflow.artifact_store.protocol import Data, FileInfos, LocalPath, Written

__all__ = ["RemoteArtifacts"]

_URL = re.compile(r"(?P<protocol>[A-Za-z][A-Za-z0-9+.\-]+)://")
_LOCAL = ("file", "local")


class RemoteArtifacts:
    """The artifacts below a URL.

    A file appears there when it is whole, as far as the other side does so: object stores do.

    Parameters
    ----------
    url
        The root, such as `s3://bucket/runs/1`, `gs://...`, `abfs://...` or `memory://...`; credentials are found
        where the fsspec package of the protocol looks for them.

    Raises
    ------
    InvalidUriError
        If it is no URL, or none that fsspec reaches; also for `file:`, which is not remote: see `open_artifacts`.
    MissingDependencyError
        If the package for the protocol is not installed.
    """

    def __init__(self, url: str) -> None:
        self._location = re.sub(r"(://[^/@:]*):[^/@]*@", r"\1:***@", url)
        self._fs, self._root = _connect(url, self._location)

    @property
    def location(self) -> str:
        """The URL, without its password."""
        return self._location

    def write_bytes(self, path: str, data: Data) -> str:
        """Write a file, over one of that name.

        Raises
        ------
        UnsupportedValueError
            If the data are not bytes.
        InvalidPathError
            If the path is not an artifact's.
        StoreWriteError
            If the other side refuses.
        """
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise UnsupportedValueError("the data", data, "files are written from bytes; encode text as UTF-8.")
        key = self._key(path)
        return self._put(key, lambda: self._fs.pipe_file(key, bytes(data)))

    def write_file(self, path: str, local_file: LocalPath) -> str:
        """Upload a file of this machine.

        Raises
        ------
        LocalFileNotFoundError
            If it is not there.
        InvalidInputError
            If it is a folder, a pipe, a socket or a device.
        InvalidPathError
            If the path is not an artifact's.
        StoreWriteError
            If the other side refuses.
        """
        source, key = check_local_file(local_file), self._key(path)
        return self._put(key, lambda: self._fs.put_file(str(source), key))

    def write_tree(self, path: str | None, local_dir: LocalPath) -> Sequence[str]:
        """Upload all files of a folder of this machine to below a path, or to the root.

        Nothing is written unless all of it can be an artifact.

        Raises
        ------
        LocalFileNotFoundError
            If the folder, or what a symlink in it leads to, is not there.
        InvalidInputError
            If it holds itself by a symlink, or something that is neither file nor folder.
        InvalidPathError
            If the path or a name in the folder cannot be an artifact's.
        StoreWriteError
            If the other side refuses. Files uploaded before stay.
        """
        plan = plan_tree(local_dir, None if path is None else check_artifact_path(path))
        return [self.write_file(child, source) for child, source in plan]

    @contextmanager
    def open_new(self, path: str) -> Iterator[BinaryIO]:
        """Open a file for writing that is uploaded when the block ends, and never when it raises.

        Raises
        ------
        InvalidPathError
            If the path is not an artifact's.
        StoreWriteError
            If the other side refuses, or the local temporary file cannot be written.
        """
        key = self._key(path)
        # Whole on this machine first: a stream that breaks off would leave half an object on some stores.
        with tempfile.TemporaryDirectory(prefix="nbflow-") as folder:
            whole = Path(folder, "artifact")
            with new_file(whole) as file:
                yield file
            self._put(key, lambda: self._fs.put_file(str(whole), key))

    def read_bytes(self, path: str) -> bytes:
        """Read a whole file.

        Raises
        ------
        ArtifactNotFoundError
            If it is not there.
        InvalidPathError
            If the path is not an artifact's, or is a folder.
        """
        try:
            return cast("bytes", self._fs.cat_file(self._key(path)))
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as exc:
            raise self._no_file(path) from exc

    def open(self, path: str) -> BinaryIO:
        """Open a file for reading.

        Raises
        ------
        ArtifactNotFoundError
            If it is not there.
        InvalidPathError
            If the path is not an artifact's, or is a folder.
        """
        key = self._key(path)
        if not self._fs.isfile(key):  # some file systems open a folder as an empty file
            raise self._no_file(path)
        try:
            return cast("BinaryIO", self._fs.open(key, "rb"))
        except FileNotFoundError as exc:
            raise self._no_file(path) from exc

    def list(self, path: str | None = None) -> FileInfos:
        """List one folder, without the names that no artifact can have.

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
            If the path is not an artifact's.
        """
        folder = "" if path is None else check_artifact_path(path)
        try:
            entries = self._fs.ls(self._key(path), detail=True)
        except (FileNotFoundError, NotADirectoryError):
            return []
        infos = [info for entry in entries if (info := self._info(entry)) is not None]
        # A file lists itself on some file systems, and a folder its own marker.
        return sorted((info for info in infos if info.path.rpartition("/")[0] == folder), key=lambda info: info.path)

    def walk(self, path: str | None = None) -> Iterator[FileInfo]:
        """Give every file at or below a path, sorted, as `list` would.

        Parameters
        ----------
        path
            A folder or a file; None for the root.

        Raises
        ------
        InvalidPathError
            If the path is not an artifact's.
        """
        found = self._fs.find(self._key(path), detail=True)
        for name in sorted(found):
            entry = found[name] or self._fs.info(name)  # fsspec's own `find` knows nothing of a path that is a file
            info = self._info(entry)
            if info is not None and not info.is_dir:
                yield info

    def exists(self, path: str) -> bool:
        """Tell whether a file or a folder is there.

        Raises
        ------
        InvalidPathError
            If the path is not an artifact's.
        """
        return bool(self._fs.exists(self._key(path)))

    def local_path(self, path: str | None = None) -> None:
        """Give nothing: these files are not on this machine. `download` brings them here.

        Raises
        ------
        InvalidPathError
            If the path is not an artifact's.
        """
        self._key(path)

    def delete(self, path: str) -> None:
        """Delete a file, or a folder with all in it; nothing happens when neither is there.

        Raises
        ------
        InvalidPathError
            If the path is not an artifact's.
        StoreWriteError
            If the other side refuses.
        """
        key = self._key(path)
        # One by one: fsspec's `rm` would take a name such as "a*" for a pattern, and delete "ab" too.
        try:
            for name in self._fs.find(key):
                self._fs.rm_file(name)
            if self._fs.isdir(key):
                self._remove_folders(key)
        except OSError as exc:
            raise write_error(self._shown(key), exc) from exc

    def sync(self, written: Iterable[Written]) -> None:
        """Do nothing: what the other side has taken, it keeps."""

    def _key(self, path: str | None) -> str:
        return self._root if path is None else f"{self._root}/{check_artifact_path(path)}"

    def _shown(self, key: str) -> str:
        return f"{self._location.rstrip('/')}{key.removeprefix(self._root)}"

    def _put(self, key: str, put: Callable[[], object]) -> str:
        try:
            try:
                put()
            except FileNotFoundError:  # a file system with real folders, which an object store has not
                self._fs.makedirs(key.rpartition("/")[0], exist_ok=True)
                put()
        except OSError as exc:
            raise write_error(self._shown(key), exc) from exc
        return self._shown(key)

    def _info(self, entry: dict[str, Any]) -> FileInfo | None:
        name = str(entry["name"]).rstrip("/")
        path = name.removeprefix(f"{self._root}/")
        if path == name or entry["type"] not in ("file", "directory") or not is_artifact_path(path):
            return None
        is_dir = entry["type"] == "directory"
        return FileInfo(path, is_dir=is_dir, file_size=None if is_dir else entry["size"])

    def _no_file(self, path: str) -> ArtifactNotFoundError | InvalidPathError:
        if self._fs.isdir(self._key(path)):
            return InvalidPathError(path, "It is a folder, not a file. List it, or download it as a whole.")
        return ArtifactNotFoundError(path, self._location)

    def _remove_folders(self, key: str) -> None:
        folders = [name for name, entry in self._fs.find(key, withdirs=True, detail=True).items() if entry]
        for folder in sorted({key, *folders}, reverse=True):
            with suppress(FileNotFoundError, NotImplementedError):
                self._fs.rmdir(folder)


def _connect(url: str, shown: str) -> tuple[Any, str]:
    """Open the file system of a URL, and give it with the root's path in it."""
    import fsspec
    from fsspec.registry import known_implementations

    match = _URL.match(url)
    # fsspec chains file systems with "::", which would let a store reach through one into another.
    if match is None or "::" in url or match["protocol"].lower() in _LOCAL:
        raise InvalidUriError(shown, "It is a URL such as 's3://bucket/runs'; a folder is given as a path or by file:.")
    protocol = match["protocol"].lower()
    try:
        # Listings are not cached: another process may be writing there.
        file_system, root = fsspec.core.url_to_fs(url, use_listings_cache=False)
    except ImportError as exc:
        named = exc.__cause__.name if isinstance(exc.__cause__, ImportError) else None
        package = named or known_implementations[protocol]["class"].partition(".")[0]
        raise MissingDependencyError(package, f"Artifacts at {protocol}://") from exc
    except ValueError as exc:
        raise InvalidUriError(shown, f"{str(exc).rstrip('.')}. What fsspec knows can be used: s3, gs, abfs.") from exc
    return file_system, str(root).rstrip("/")
