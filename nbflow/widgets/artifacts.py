"""Files as pages show them, a run's artifacts or those of a model: a tree, and what is seen of a file.

Everything goes through the client, by the path among them: what it refuses (a symlink that leads out, a path that
climbs) is not seen here either.
"""

from __future__ import annotations

import base64
import os
import time
from collections import deque
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from msgspec import Struct

from nbflow.artifact_store.paths import check_artifact_path, extension
from nbflow.drawing.format import size
from nbflow.drawing.surroundings import FAILED, local_folder
from nbflow.entities import Run
from nbflow.errors import InvalidInputError
from nbflow.tracking.client import Client
from nbflow.widgets.limits import saved_size
from nbflow.widgets.previews.images import IMAGES, small_image
from nbflow.widgets.previews.preview import MOST_BYTES, kind_of, no_preview, preview

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nbflow.entities import FileInfo
    from nbflow.tracking.found_model import FoundModel

__all__ = [
    "ArtifactsOfModel",
    "ArtifactsOfRun",
    "Files",
    "artifact_tree",
    "file_bytes",
    "list_folder",
    "preview_of",
    "saved_previews",
    "saved_tree",
]

_ENTRIES, _LISTING_S = 1_000, 0.3
_FOLDER_ENTRIES = 2_000
_TREE_BYTES = 50_000  # of what is saved
_DOWNLOAD_BYTES = 64_000_000
_SAVED_FILES, _SAVED_READ_BYTES, _SAVED_S = 60, 12_000_000, 0.5
_FEW_IMAGES = 4  # of which each may be kept whole
_SAVED_EDGE, _SAVED_TEXT_LENGTH, _SAVED_ROWS = 480, 20_000, 50
_FIRST = {"image": 0, "json": 1, "table": 2, "html": 3, "text": 4}


class Files(Protocol):
    """Files that a page shows."""

    def is_here(self) -> bool:
        """Tell whether they are on this machine.

        Raises
        ------
        NbflowError
            If nobody can know.
        """

    def list(self, path: str) -> Sequence[FileInfo]:
        """List a folder; `""` is the top."""

    def open(self, path: str) -> BinaryIO:
        """Open a file for reading, as one that can be sought in."""


class ArtifactsOfRun(Struct, frozen=True):
    """The artifacts of a run, which a client of its store may see."""

    run: Run
    client: Client

    def is_here(self) -> bool:
        """Tell whether they are on this machine."""
        return local_folder(self.run.info.artifact_uri) is not None

    def list(self, path: str) -> Sequence[FileInfo]:
        """List a folder."""
        return self.client.list_artifacts(self.run.run_id, path or None)

    def open(self, path: str) -> BinaryIO:
        """Open a file."""
        return self.client.open_artifact(self.run.run_id, path)


class ArtifactsOfModel(Struct, frozen=True):
    """The files of a model, by its URI; a client who may see the model may see them."""

    uri: str
    client: Client

    def is_here(self) -> bool:
        """Tell whether they are on this machine."""
        return self._found().is_here

    def list(self, path: str) -> Sequence[FileInfo]:
        """List a folder."""
        return self._found().list(path or None)

    def open(self, path: str) -> BinaryIO:
        """Open a file."""
        return self._found().open(path)

    def _found(self) -> FoundModel:
        return self.client.find_model(self.uri)


def artifact_tree(files: Files | None) -> dict[str, Any]:
    """List files, from the top down.

    Parameters
    ----------
    files
        The files; None where their store is gone.

    Returns
    -------
    tree : dict
        `folders`, each folder's path (`""` is the top) with its `entries`: `path`, `is_dir`, `size`. Those that are not
        listed, after 1,000 entries or 0.3 s, are asked for when they are opened. `why` says why there is nothing.
    """
    if files is None:
        return {"folders": {"": []}, "why": "The run's store is not there."}
    try:
        if not files.is_here():
            # Another machine is asked when somebody wants to see, not with every display.
            return {"folders": {}, "why": None}
    except FAILED as exc:
        return {"folders": {"": []}, "why": str(exc)}
    folders: dict[str, list[dict[str, Any]]] = {}
    waiting, left, end = deque([""]), _ENTRIES, time.monotonic() + _LISTING_S
    while waiting and left > 0 and (not folders or time.monotonic() < end):
        path = waiting.popleft()
        try:
            entries = list_folder(files, path)
        except FAILED as exc:
            if not path:
                return {"folders": {"": []}, "why": str(exc)}
            continue
        folders[path] = entries
        left -= len(entries)
        waiting.extend(entry["path"] for entry in entries if entry["is_dir"])
    return {"folders": folders, "why": None}


def list_folder(files: Files, path: str) -> list[dict[str, Any]]:
    """List a folder: its first 2,000 entries, folders first."""
    infos = sorted(files.list(path), key=lambda info: not info.is_dir)
    return [{"path": info.path, "is_dir": info.is_dir, "size": info.file_size} for info in infos[:_FOLDER_ENTRIES]]


def preview_of(files: Files, path: str) -> dict[str, Any]:
    """Show what is in a file; of a plotly figure, the picture or the page that was saved with it.

    Raises
    ------
    ArtifactNotFoundError
        If nothing is there.
    InvalidPathError
        If the path is not an artifact's, or is a folder.
    """
    made = _preview(files, check_artifact_path(path))
    if made["kind"] != "plotly":
        return made
    for beside in _beside(files, path):
        return _preview(files, beside) | {"instead": beside}
    return made


def file_bytes(files: Files, path: str) -> bytes:
    """Read a file, to be downloaded.

    Raises
    ------
    InvalidInputError
        If it is too large to be sent through a kernel.
    ArtifactNotFoundError
        If nothing is there.
    """
    n_bytes, content = _content(files, check_artifact_path(path), _DOWNLOAD_BYTES)
    if content is None:
        raise InvalidInputError(
            "the artifact",
            path,
            f"Its {size(n_bytes)} are more than go through a kernel. Copy it by nbflow.artifacts.download_artifacts.",
        )
    return content


def saved_tree(tree: dict[str, Any], reduced: dict[str, list[int]]) -> dict[str, Any]:
    """Choose what of a tree stays in a notebook (pure); `reduced` is told of what does not."""
    folders: dict[str, Any] = {}
    left, shown, total = _TREE_BYTES, 0, 0
    for path, entries in tree["folders"].items():
        total += len(entries)
        if left <= 0:
            continue
        fitting: list[Any] = []
        for entry in entries:
            left -= saved_size(entry) + 1
            if left <= 0:
                break
            fitting.append(entry)
        folders[path] = fitting
        shown += len(fitting)
    if shown < total:
        reduced["artifacts"] = [shown, total]
    return {**tree, "folders": folders}


class _Left(Struct):
    """What may still be read and kept."""

    files: int
    read_bytes: int
    kept_bytes: int
    end_s: float


def saved_previews(
    files: Files, tree: dict[str, Any], limit_bytes: int, models: Iterable[str] = ()
) -> dict[str, dict[str, Any]]:
    """Make the previews that stay in a notebook: of small files, images and charts first; images small.

    Parameters
    ----------
    files
        The files.
    tree
        From `artifact_tree`.
    limit_bytes
        How large they may be as JSON, together.
    models
        The folders of models among them.

    Returns
    -------
    previews : dict of str to dict
        By path. Bytes are `{"base64": ...}`; `partial` says of one that the file has more than is kept.
    """
    left = _Left(_SAVED_FILES, _SAVED_READ_BYTES, limit_bytes, time.monotonic() + _SAVED_S)
    kept: dict[str, dict[str, Any]] = {}
    candidates = list(_candidates(tree, tuple(f"{path}/" for path in models)))
    n_images = sum(kind_of(path) == "image" for path, _ in candidates)
    whole_bytes = limit_bytes // max(_FEW_IMAGES, n_images) * 3 // 4  # Base64 makes four bytes of three
    for path, n_bytes in candidates:
        if left.files <= 0 or time.monotonic() > left.end_s:
            break
        if n_bytes > left.read_bytes:
            continue
        left.files -= 1
        left.read_bytes -= n_bytes
        made = _kept(files, path, whole_bytes)
        needed = 0 if made is None else saved_size(made)
        if made is not None and needed <= min(left.kept_bytes, limit_bytes // 3):
            left.kept_bytes -= needed
            kept[path] = made
    return kept


def _candidates(tree: dict[str, Any], models: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    """Give path and size of the files that are worth a look: pictures, then charts and tables, then text."""
    found = [
        (entry["path"], entry["size"] or 0)
        for entries in tree["folders"].values()
        for entry in entries
        if not entry["is_dir"] and kind_of(entry["path"]) != "none"
    ]
    # What a model consists of is its own; somebody who looks at a run looks for its plots.
    found.sort(key=lambda file: (file[0].startswith(models), _FIRST[kind_of(file[0])], file[0].count("/"), file[0]))
    yield from ((path, n_bytes) for path, n_bytes in found if n_bytes <= _SAVED_READ_BYTES // 2)


def _kept(files: Files, path: str, whole_bytes: int) -> dict[str, Any] | None:
    """Make one preview that stays; None where it is not worth its place. A larger image is kept as a smaller copy."""
    try:
        with files.open(path) as file:
            data = file.read()
    except FAILED:
        return None
    if extension(path) in IMAGES and len(data) > whole_bytes:
        small = small_image(data, _SAVED_EDGE)
        made = None if small is None else {**small, "size": len(data), "partial": True}
    else:
        made = preview(path, data)
    if made is None or made["kind"] in ("none", "plotly"):
        return None
    if made["kind"] == "text" and len(made["text"]) > _SAVED_TEXT_LENGTH:
        made |= {"text": made["text"][:_SAVED_TEXT_LENGTH], "cut": _SAVED_TEXT_LENGTH, "partial": True}
    if made["kind"] == "table" and len(made["rows"]) > _SAVED_ROWS:
        made |= {"rows": made["rows"][:_SAVED_ROWS], "partial": True}
    if "data" in made:
        made["data"] = {"base64": base64.b64encode(made["data"]).decode("ascii")}
    return made


def _preview(files: Files, path: str) -> dict[str, Any]:
    n_bytes, content = _content(files, path, MOST_BYTES)
    if content is None:
        return no_preview(f"A file of {size(n_bytes)} is too large for a preview.") | {"size": n_bytes}
    return preview(path, content)


def _content(files: Files, path: str, limit_bytes: int) -> tuple[int, bytes | None]:
    """Give the size of a file and what is in it; None for the latter where it is too large, without reading it."""
    with files.open(path) as file:
        n_bytes = file.seek(0, os.SEEK_END)
        if n_bytes > limit_bytes:
            return n_bytes, None
        file.seek(0)
        return n_bytes, file.read(limit_bytes)


def _beside(files: Files, path: str) -> list[str]:
    """Find the pictures and pages that bear a figure's name, pictures first."""
    stem = path[: -len(extension(path))]
    above = path.rpartition("/")[0]
    names = [
        info.path
        for info in files.list(above)
        if not info.is_dir and info.path != path and info.path[: -len(extension(info.path)) or None] == stem
    ]
    return sorted((name for name in names if kind_of(name) in ("image", "html")), key=kind_of, reverse=True)
