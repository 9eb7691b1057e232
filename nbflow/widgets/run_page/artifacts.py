"""The artifacts of a run as its page shows them: a tree, and what is seen of a file.

Everything goes through the client, by the path in the run's artifacts: what it refuses (a symlink that leads out, a
path that climbs) is not seen here either.
"""

from __future__ import annotations

import base64
import time
from collections import deque
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from nbflow.artifact_store.paths import check_artifact_path, extension
from nbflow.drawing.format import size
from nbflow.drawing.surroundings import FAILED, local_folder
from nbflow.errors import InvalidInputError, InvalidUriError
from nbflow.widgets.limits import saved_size
from nbflow.widgets.previews.images import IMAGES, small_image
from nbflow.widgets.previews.preview import MOST_BYTES, kind_of, no_preview, preview

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbflow.entities import FileInfo, Run
    from nbflow.tracking.client import Client

__all__ = ["artifact_tree", "file_bytes", "list_folder", "preview_of", "saved_previews"]

_ENTRIES, _LISTING_S = 1_000, 0.3
_FOLDER_ENTRIES = 2_000
_DOWNLOAD_BYTES = 64_000_000
_SAVED_FILES, _SAVED_READ_BYTES, _SAVED_S = 60, 12_000_000, 0.5
_FEW_IMAGES = 4  # of which each may be kept whole
_SAVED_EDGE, _SAVED_TEXT_LENGTH, _SAVED_ROWS = 480, 20_000, 50
_FIRST = {"image": 0, "json": 1, "table": 2, "html": 3, "text": 4}


def artifact_tree(run: Run, client: Client | None) -> dict[str, Any]:
    """List what is in a run's artifacts, from the top down.

    Parameters
    ----------
    run
        The run.
    client
        Of its store; None where that is gone.

    Returns
    -------
    tree : dict
        `folders`, each folder's path (`""` is the top) with its `entries`: `path`, `is_dir`, `size`. Those that are not
        listed, after 1,000 entries or 0.3 s, are asked for when they are opened. `why` says why there is nothing.
    """
    if client is None:
        return {"folders": {"": []}, "why": "The run's store is not there."}
    try:
        if local_folder(run.info.artifact_uri) is None:
            # Another machine is asked when somebody wants to see, not with every display.
            return {"folders": {}, "why": None}
    except InvalidUriError as exc:
        return {"folders": {"": []}, "why": str(exc)}
    folders: dict[str, list[dict[str, Any]]] = {}
    waiting, left, end = deque([""]), _ENTRIES, time.monotonic() + _LISTING_S
    while waiting and left > 0 and (not folders or time.monotonic() < end):
        path = waiting.popleft()
        try:
            entries = list_folder(run, client, path)
        except FAILED as exc:
            if not path:
                return {"folders": {"": []}, "why": str(exc)}
            continue
        folders[path] = entries
        left -= len(entries)
        waiting.extend(entry["path"] for entry in entries if entry["is_dir"])
    return {"folders": folders, "why": None}


def list_folder(run: Run, client: Client, path: str) -> list[dict[str, Any]]:
    """List a folder of a run's artifacts: its first 2,000 entries, folders first."""
    infos = sorted(client.list_artifacts(run.run_id, path or None), key=lambda info: not info.is_dir)
    return [{"path": info.path, "is_dir": info.is_dir, "size": info.file_size} for info in infos[:_FOLDER_ENTRIES]]


def preview_of(run: Run, client: Client, path: str) -> dict[str, Any]:
    """Show what is in an artifact; of a plotly figure, the picture or the page that was saved with it.

    Raises
    ------
    ArtifactNotFoundError
        If nothing is there.
    InvalidPathError
        If the path is not an artifact's, or is a folder.
    """
    info = _info(run, client, check_artifact_path(path))
    if info is not None and (info.file_size or 0) > MOST_BYTES:
        return no_preview(f"A file of {size(info.file_size)} is too large for a preview.") | {"size": info.file_size}
    made = preview(path, client.read_artifact(run.run_id, path))
    if made["kind"] != "plotly":
        return made
    for beside in _beside(run, client, path):
        return preview(beside, client.read_artifact(run.run_id, beside)) | {"instead": beside}
    return made


def file_bytes(run: Run, client: Client, path: str) -> bytes:
    """Read an artifact, to be downloaded.

    Raises
    ------
    InvalidInputError
        If it is too large to be sent through a kernel.
    ArtifactNotFoundError
        If nothing is there.
    """
    info = _info(run, client, check_artifact_path(path))
    if info is not None and (info.file_size or 0) > _DOWNLOAD_BYTES:
        raise InvalidInputError(
            "the artifact",
            path,
            f"Its {size(info.file_size)} are more than go through a kernel. Copy it by nbflow.artifacts."
            "download_artifacts.",
        )
    return client.read_artifact(run.run_id, path)


class _Left(Struct):
    """What may still be read and kept."""

    files: int
    read_bytes: int
    kept_bytes: int
    end_s: float


def saved_previews(run: Run, client: Client, tree: dict[str, Any], limit_bytes: int) -> dict[str, dict[str, Any]]:
    """Make the previews that stay in a notebook: of small files, images and charts first; images small.

    Parameters
    ----------
    run
        The run.
    client
        Of its store.
    tree
        From `artifact_tree`.
    limit_bytes
        How large they may be as JSON, together.

    Returns
    -------
    previews : dict of str to dict
        By path. Bytes are `{"base64": ...}`; `partial` says of one that the file has more than is kept.
    """
    left = _Left(_SAVED_FILES, _SAVED_READ_BYTES, limit_bytes, time.monotonic() + _SAVED_S)
    models = tuple(f"{made.path}/" for made in run.outputs.model_outputs)
    kept: dict[str, dict[str, Any]] = {}
    candidates = list(_candidates(tree, models))
    n_images = sum(kind_of(path) == "image" for path, _ in candidates)
    whole_bytes = limit_bytes // max(_FEW_IMAGES, n_images) * 3 // 4  # Base64 makes four bytes of three
    for path, n_bytes in candidates:
        if left.files <= 0 or time.monotonic() > left.end_s:
            break
        if n_bytes > left.read_bytes:
            continue
        left.files -= 1
        left.read_bytes -= n_bytes
        made = _kept(run, client, path, whole_bytes)
        needed = 0 if made is None else saved_size(made)
        if made is not None and needed <= min(left.kept_bytes, limit_bytes // 3):
            left.kept_bytes -= needed
            kept[path] = made
    return kept


def _candidates(tree: dict[str, Any], models: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    """Give path and size of the files that are worth a look: pictures, then charts and tables, then text."""
    files = [
        (entry["path"], entry["size"] or 0)
        for entries in tree["folders"].values()
        for entry in entries
        if not entry["is_dir"] and kind_of(entry["path"]) != "none"
    ]
    # What a model consists of is its own; somebody who looks at a run looks for its plots.
    files.sort(key=lambda file: (file[0].startswith(models), _FIRST[kind_of(file[0])], file[0].count("/"), file[0]))
    yield from ((path, n_bytes) for path, n_bytes in files if n_bytes <= _SAVED_READ_BYTES // 2)


def _kept(run: Run, client: Client, path: str, whole_bytes: int) -> dict[str, Any] | None:
    """Make one preview that stays; None where it is not worth its place. A larger image is kept as a smaller copy."""
    try:
        data = client.read_artifact(run.run_id, path)
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


def _info(run: Run, client: Client, path: str) -> FileInfo | None:
    above = path.rpartition("/")[0]
    return next((info for info in client.list_artifacts(run.run_id, above or None) if info.path == path), None)


def _beside(run: Run, client: Client, path: str) -> list[str]:
    """Find the pictures and pages that bear a figure's name, pictures first."""
    stem = path[: -len(extension(path))]
    above = path.rpartition("/")[0]
    names = [
        info.path
        for info in client.list_artifacts(run.run_id, above or None)
        if not info.is_dir and info.path != path and info.path[: -len(extension(info.path)) or None] == stem
    ]
    return sorted((name for name in names if kind_of(name) in ("image", "html")), key=kind_of, reverse=True)
