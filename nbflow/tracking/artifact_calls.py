"""The part of `Client` that is about the files of a run."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from nbflow.errors import ArtifactNotFoundError, InvalidInputError, RunDeletedError, UnsupportedValueError
from nbflow.values import step_value, time_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import pandas as pd

    from nbflow.artifact_store import ArtifactStore
    from nbflow.entities import FileInfo, Run
    from nbflow.store.filestore import FileStore

__all__ = ["ArtifactCalls", "bring"]

_TABLES_TAG = "mlflow.loggedArtifacts"
_IMAGES_TAG = "mlflow.loggedImages"


class ArtifactCalls:
    """Logging, listing and loading artifacts."""

    _store: FileStore

    if TYPE_CHECKING:  # what another part of Client gives

        def _registered_as(self, run_id: str | None, path: str) -> str | None: ...

    def log_artifact(self, run_id: str, local_path: str | os.PathLike[str], artifact_path: str | None = None) -> None:
        """Copy a file, or a folder under its own name, into a run's artifacts.

        Parameters
        ----------
        run_id
            The run.
        local_path
            The file or folder.
        artifact_path
            The artifact folder it goes into; None is the root.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        InvalidPathError
            If the artifact path climbs out, or cannot be a path.
        InvalidInputError
            If it would change a model that is registered.
        RunDeletedError
            If the run is in the trash.
        StoreWriteError
            If the disk refuses.
        """
        source = _local(local_path)
        target = f"{_checked(artifact_path)}/{source.name}" if artifact_path else source.name
        if source.is_dir():
            self._write(run_id, target, lambda files: files.write_tree(target, source), tree=source)
        else:
            self._write(run_id, target, lambda files: [files.write_file(target, source)])

    def log_artifacts(self, run_id: str, local_dir: str | os.PathLike[str], artifact_path: str | None = None) -> None:
        """Copy all that is in a folder into a run's artifacts; see `log_artifact`."""
        source, target = _local(local_dir), _checked(artifact_path) if artifact_path else None
        self._write(run_id, target or "", lambda files: files.write_tree(target, source), tree=source)

    def log_bytes(self, run_id: str, data: bytes, artifact_file: str) -> None:
        """Write bytes to an artifact file; see `log_artifact`."""
        self._write(run_id, artifact_file, lambda files: [files.write_bytes(artifact_file, data)])

    def log_text(self, run_id: str, text: str, artifact_file: str) -> None:
        """Write text, as UTF-8, to an artifact file; see `log_artifact`.

        Raises
        ------
        UnsupportedValueError
            If it is no text, or has a lone surrogate.
        """
        if not isinstance(text, str):
            raise UnsupportedValueError("the text", text, "log bytes with Client.log_bytes, a dict with log_dict.")
        try:
            data = text.encode()
        except UnicodeEncodeError as exc:
            raise UnsupportedValueError("the text", text, "it has a lone surrogate, which UTF-8 cannot hold.") from exc
        self.log_bytes(run_id, data, artifact_file)

    def log_dict(self, run_id: str, dictionary: Mapping[str, Any], artifact_file: str) -> None:
        """Write a dict to an artifact file: YAML for `.yaml` and `.yml`, else JSON; see `log_artifact`."""
        from nbflow.artifact_store.media import encode_dict

        name = _checked(artifact_file)
        self.log_bytes(run_id, encode_dict(dictionary, name), name)

    def log_figure(
        self, run_id: str, figure: Any, artifact_file: str, *, save_kwargs: Mapping[str, Any] | None = None
    ) -> None:
        """Write a matplotlib, plotly or Altair figure to an artifact file, in the format of its extension.

        Raises
        ------
        UnsupportedValueError
            If it is another kind of object, or the library cannot write that format.
        MissingDependencyError
            If a package that writes the format is not installed.
        """
        from nbflow.artifact_store.media import encode_figure

        name = _checked(artifact_file)
        self.log_bytes(run_id, encode_figure(figure, name, save_kwargs), name)

    def log_image(
        self,
        run_id: str,
        image: Any,
        artifact_file: str | None = None,
        key: str | None = None,
        step: int | None = None,
        timestamp: int | None = None,
        synchronous: bool | None = None,
    ) -> None:
        """Write an image to an artifact file, or as one of a series.

        Parameters
        ----------
        run_id
            The run.
        image
            A numpy array of shape (height, width), (height, width, 1), (…, 3) or (…, 4), or a PIL image. Bool,
            integers 0 to 255, or floats 0 to 1; floats out of range are rescaled, with a warning.
        artifact_file
            Where it goes, with an extension such as `.png`.
        key, step, timestamp
            Instead of a file: the series, and the image's place in it.
        synchronous
            As in MLflow; the image is written when this returns, whatever is said here.

        Raises
        ------
        InvalidInputError
            If both or neither of `artifact_file` and `key` are given, or the image cannot be one.
        """
        from nbflow.artifact_store import media

        if (artifact_file is None) == (key is None):
            raise InvalidInputError(
                "artifact_file and key", (artifact_file, key), "Give one of them: a file, or a series' key."
            )
        if artifact_file is not None:
            name = _checked(artifact_file)
            self.log_bytes(run_id, media.encode_image(image, name), name)
            return
        assert key is not None
        name = media.image_series_name(key, step_value(step), time_value(timestamp), os.urandom(16).hex())
        full, thumbnail = media.encode_image(image, name), media.encode_thumbnail(image)
        self._write(
            run_id,
            name,
            lambda files: [files.write_bytes(name, full), files.write_bytes(media.thumbnail_name(name), thumbnail)],
        )
        log = self._store.run_log(run_id)
        known = log.state.tags.get(_IMAGES_TAG)
        if known is None or known.value != "True":
            log.log({}, {_IMAGES_TAG: "True"})

    def log_table(self, run_id: str, data: dict[str, Any] | pd.DataFrame, artifact_file: str) -> None:
        """Write a table to an artifact file, `.json` or `.parquet`; rows are added to a table that is there.

        Raises
        ------
        UnsupportedValueError
            If it is neither a dict of columns nor a DataFrame, or a cell cannot be kept.
        InvalidInputError
            If the extension is another one.
        """
        from nbflow.artifact_store.media import append_table, decode_table, encode_table

        name = _checked(artifact_file)
        files = self._files(run_id)
        if files.exists(name):
            data = append_table(decode_table(files.read_bytes(name), name), data)
        self.log_bytes(run_id, encode_table(data, name), name)
        log = self._store.run_log(run_id)
        known = log.state.tags.get(_TABLES_TAG)
        listed = _listed(None if known is None else known.value)
        entry = {"path": name, "type": "table"}
        if entry not in listed:
            log.log({}, {_TABLES_TAG: json.dumps([*listed, entry])})

    def load_table(
        self,
        experiment_id: str,
        artifact_file: str,
        run_ids: Sequence[str] | None = None,
        extra_columns: Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """Read a table of several runs as one.

        Parameters
        ----------
        experiment_id
            The experiment whose runs are looked at.
        artifact_file
            The table, as it was logged.
        run_ids
            Only these runs; None is all that logged the table.
        extra_columns
            Columns of `search_runs` to put beside the rows, such as `"run_id"`.

        Returns
        -------
        table : DataFrame
            The rows of all runs, those of the newest run first.

        Raises
        ------
        ArtifactNotFoundError
            If no run has the table.
        InvalidInputError
            If a search of these runs has no such column.
        """
        import pandas as pd

        from nbflow.artifact_store.media import decode_table
        from nbflow.tracking.search_calls import frame_of, in_experiment

        store = self._store
        name = _checked(artifact_file)
        runs = frame_of(store, in_experiment(experiment_id))
        beside = [] if extra_columns is None else list(extra_columns)
        unknown = [column for column in beside if column not in runs.columns]
        if unknown:
            raise InvalidInputError("extra_columns", unknown, "They are columns of search_runs, such as 'run_id'.")
        tables = runs.get(f"tags.{_TABLES_TAG}", [None] * len(runs))
        parts = []
        for row, (run_id, text) in enumerate(zip(runs["run_id"], tables, strict=True)):
            if run_ids is not None and run_id not in run_ids:
                continue
            if {"path": name, "type": "table"} in _listed(text):
                part = decode_table(self._files(run_id).read_bytes(name), name)
                parts.append(part.assign(**{column: runs[column].iloc[row] for column in beside}))
        if not parts:
            raise ArtifactNotFoundError(name, f"any run of experiment {experiment_id}")
        return pd.concat(parts, ignore_index=True)

    def list_artifacts(self, run_id: str, path: str | None = None) -> list[FileInfo]:
        """List one folder of a run's artifacts, sorted; a file, and what is not there, list nothing."""
        return self._files(run_id).list(path or None)

    def walk_artifacts(self, run_id: str, path: str | None = None) -> list[FileInfo]:
        """List all files at or below a path of a run's artifacts, those in folders, too."""
        return list(self._files(run_id).walk(path or None))

    def download_artifacts(
        self,
        run_id: str,
        path: str | None = None,
        dst_path: str | None = None,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> str:
        """Copy artifacts to a folder of this machine.

        Parameters
        ----------
        run_id
            The run.
        path
            The file or folder; None and `""` are everything.
        dst_path
            Where to; None makes a temporary folder, which is the caller's to delete.
        progress
            Called with the bytes copied so far, and of all.

        Returns
        -------
        path : str
            What was downloaded, absolute.

        Raises
        ------
        ArtifactNotFoundError
            If nothing is there.
        """
        return bring(self._files(run_id), path or None, dst_path, progress=progress)

    def read_artifact(self, run_id: str, path: str) -> bytes:
        """Read an artifact file whole.

        Raises
        ------
        ArtifactNotFoundError
            If nothing is there.
        """
        return self._files(run_id).read_bytes(path)

    def open_artifact(self, run_id: str, path: str) -> BinaryIO:
        """Open an artifact file for reading, as a file that can be sought in: of a large one, only what is read comes.

        Raises
        ------
        ArtifactNotFoundError
            If nothing is there.
        InvalidPathError
            If the path is not an artifact's, leads out by a symlink, or is a folder.
        """
        return self._files(run_id).open(path)

    def _files(self, run_id: str) -> ArtifactStore:
        return self._opened(self._store.run(run_id))

    def _opened(self, run: Run) -> ArtifactStore:
        from nbflow.artifact_store import open_artifacts

        return open_artifacts(run.info.artifact_uri, within=self._within(run.info.artifact_uri))

    def _within(self, uri: str) -> str | None:
        """Give the folder that a run's must not lead out of by a symlink: its store, when it lies there."""
        root = os.fspath(self._store.root)
        return root if uri.startswith(root + os.sep) else None

    def _write(
        self,
        run_id: str,
        target: str,
        write: Callable[[ArtifactStore], Iterable[Any]],
        *,
        tree: Path | None = None,
    ) -> None:
        log = self._store.run_log(run_id)
        run = self._store.record(log)
        if run.info.lifecycle_stage == "deleted":
            raise RunDeletedError(run_id)
        for model in run.outputs.model_outputs:
            if _changes(model.path, target, tree) and self._registered_as(run_id, model.path):
                rule = "The model there is registered, and stays what it was. Write beside it."
                raise InvalidInputError("the artifact path", model.path, rule)
        files = self._opened(run)
        written = list(write(files))
        log.sync_at_end(lambda: files.sync(written))


def bring(
    files: ArtifactStore,
    path: str | None,
    dst_path: str | os.PathLike[str] | None,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> str:
    """Copy artifacts to a folder of this machine: the one given, else a temporary one that is the caller's.

    Returns
    -------
    path : str
        What was downloaded, absolute.
    """
    import shutil
    import tempfile

    from nbflow.artifact_store import download

    if dst_path is not None:
        return os.path.abspath(download(files, path, dst_path, progress=progress))
    target = tempfile.mkdtemp(prefix="nbflow-")
    try:
        return os.path.abspath(download(files, path, target, progress=progress))
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise


def _changes(model: str, target: str, tree: Path | None) -> bool:
    """Tell whether a file, or what lies in a tree, that is written to a target would lie in a model's folder."""
    if f"{target}/".startswith(f"{model}/"):
        return True
    above = f"{target}/" if target else ""
    return tree is not None and model.startswith(above) and os.path.lexists(tree / model.removeprefix(above))


def _local(path: Any) -> Path:
    if not isinstance(path, str | os.PathLike):
        raise UnsupportedValueError("the local path", path, "paths are strings or pathlib's.")
    return Path(os.path.abspath(path))


def _checked(path: object) -> str:
    from nbflow.artifact_store import check_artifact_path

    return check_artifact_path(path)


def _listed(text: object) -> list[Any]:
    try:
        found = json.loads(text) if isinstance(text, str) else []
    except ValueError:
        return []
    return found if isinstance(found, list) else []
