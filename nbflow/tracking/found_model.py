"""A model that a URI led to: where its files are, and what the store knows of them."""

from __future__ import annotations

import atexit
import os
import shutil
from functools import cached_property
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, BinaryIO

from nbflow.artifact_store import check_artifact_path, download, open_artifacts
from nbflow.entities import FileInfo
from nbflow.errors import ArtifactNotFoundError, ModelNotFoundError, UnsupportedValueError
from nbflow.mlmodel.document import MLMODEL, Model
from nbflow.mlmodel.trust import Trust

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.artifact_store import ArtifactStore
    from nbflow.artifact_store.protocol import FileInfos
    from nbflow.entities import ModelVersion

__all__ = ["FoundModel"]


class FoundModel:
    """A model's files.

    Parameters
    ----------
    files
        The artifacts that it lies among.
    path
        Its folder there; `""` is all of them.
    uri
        What it was named by.
    run_id
        The run that logged it, where one did.
    digests
        What the store wrote: the SHA-256 of each file; None where it did not write it.
    version
        The version that it was found as.
    hint
        What was meant perhaps, should no model be there: a whole sentence.
    """

    def __init__(
        self,
        files: ArtifactStore,
        path: str,
        *,
        uri: str,
        run_id: str | None = None,
        digests: Mapping[str, str] | None = None,
        version: ModelVersion | None = None,
        hint: str = "",
    ) -> None:
        self.files = files
        self.path = path
        self.uri = uri
        self.run_id = run_id
        self.digests = digests or None
        self.version = version
        self.hint = hint

    @property
    def place(self) -> str:
        """Where it is: a folder of this machine, or a URL without its password."""
        return f"{self.files.location.rstrip('/')}/{self.path}" if self.path else self.files.location

    @cached_property
    def folder(self) -> Path:
        """The model's folder on this machine: its own, or a copy that is gone when the process ends.

        Raises
        ------
        ModelNotFoundError
            If nothing is there.
        """
        local = self.files.local_path(self.path or None)
        if local is not None:
            if not os.path.lexists(local / MLMODEL):
                raise self._missing()
            return local
        # Not deleted once it is loaded: a model may open its files when it predicts.
        copy = mkdtemp(prefix="nbflow-model-")
        atexit.register(shutil.rmtree, copy, ignore_errors=True)
        return self.bring(copy)

    def bring(self, target: str | os.PathLike[str]) -> Path:
        """Copy the model's folder into another one of this machine.

        Raises
        ------
        ModelNotFoundError
            If nothing is there.
        """
        try:
            folder = download(self.files, self.path or None, target)
        except ArtifactNotFoundError as exc:
            raise self._missing() from exc
        if not (folder / MLMODEL).is_file():  # told here, where its place is known, not that of the copy
            raise self._missing()
        return folder

    @property
    def is_here(self) -> bool:
        """Whether its files are on this machine."""
        return self.files.local_path(self.path or None) is not None

    def list(self, path: str | None = None) -> FileInfos:
        """List a folder of the model's, sorted, with paths that begin at the model; what is not there lists nothing.

        Raises
        ------
        InvalidPathError
            If the path cannot be one, or a symlink leads out of the model.
        """
        files, above = self._own
        if path is not None:
            check_artifact_path(path)
        infos = files.list(f"{above}{path or ''}".rstrip("/") or None)
        return [FileInfo(info.path.removeprefix(above), info.is_dir, info.file_size) for info in infos]

    def open(self, path: str) -> BinaryIO:
        """Open a file of the model's, by a path that begins at the model.

        Raises
        ------
        ArtifactNotFoundError
            If nothing is there.
        InvalidPathError
            If the path cannot be one, is a folder, or a symlink leads out of the model.
        """
        files, above = self._own
        return files.open(f"{above}{check_artifact_path(path)}")

    @cached_property
    def _own(self) -> tuple[ArtifactStore, str]:
        """The artifacts that are the model's alone, and what stands before their paths.

        On a disk its folder is the root: no symlink in it leads to the run's other artifacts, which who may see the
        model perhaps may not.
        """
        local = self.files.local_path(self.path or None)
        if local is not None:
            return open_artifacts(local, within=self.files.location), ""
        return self.files, f"{self.path}/" if self.path else ""

    @cached_property
    def document(self) -> Model:
        """What its MLmodel file says; the other files are not looked at.

        Raises
        ------
        ModelNotFoundError
            If there is no such file.
        ModelFormatError
            If it is not what it must be.
        """
        if self.files.local_path(self.path or None) is not None or "folder" in self.__dict__:
            return Model.load(self.folder)
        copy = mkdtemp(prefix="nbflow-model-")
        try:
            name = f"{self.path}/{MLMODEL}" if self.path else MLMODEL
            return Model.load(Path(download(self.files, name, copy)))
        except ArtifactNotFoundError as exc:
            raise self._missing() from exc
        finally:
            shutil.rmtree(copy, ignore_errors=True)

    def _missing(self) -> ModelNotFoundError:
        return ModelNotFoundError(self.place, self.hint)

    def trust(self, trust: bool | None) -> Trust:
        """Say what is known of its files to what loads them.

        Parameters
        ----------
        trust
            Whether the user trusts all of it.

        Raises
        ------
        UnsupportedValueError
            If it is not a boolean: `"no"` would be one that is true.
        """
        if trust is not None and not isinstance(trust, bool):
            raise UnsupportedValueError("trust", trust, "give True or False.")
        # A version's files may lie in the store, and yet be a copy of what somebody else wrote.
        brought = self.version is not None and self.run_id is None
        unknown = "It was registered from elsewhere, and no run of this store logged it." if brought else ""
        place, sealed = os.fspath(self.place), self.version is not None
        return Trust(self.digests, all=bool(trust), place=place, unknown=unknown, sealed=sealed)
