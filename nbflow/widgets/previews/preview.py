"""What can be seen of an artifact without opening it in a program of its own (pure).

The bytes are anybody's: what is made of them is plain values, which a view draws as text, as an `<img>`, or in a frame
that can do nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from nbflow.artifact_store.paths import extension
from nbflow.drawing.format import size
from nbflow.errors import NbflowError
from nbflow.widgets.previews.documents import json_preview
from nbflow.widgets.previews.images import IMAGES, image_preview
from nbflow.widgets.previews.tables import csv_preview, lines_preview, parquet_preview

__all__ = ["MOST_BYTES", "kind_of", "no_preview", "preview", "text_preview"]

MOST_BYTES = 32_000_000  # of a file that is looked at

_TEXT_LENGTH = 200_000
_HTML_BYTES = 12_000_000  # a plotly figure with its library is 5 MB
_SCRIPT = re.compile(rb"<script\b", re.IGNORECASE)
_BINARY_IN = 4096
_MARKDOWN = (".md", ".markdown")

_MADE_BY: dict[str, Callable[[bytes], dict[str, Any]]] = {
    ".csv": csv_preview,
    ".json": json_preview,
    ".jsonl": lines_preview,
    ".ndjson": lines_preview,
    ".parquet": parquet_preview,
    ".tsv": lambda data: csv_preview(data, "\t"),
}
_BINARY = frozenset(
    [
        ".7z",
        ".bin",
        ".bz2",
        ".ckpt",
        ".db",
        ".feather",
        ".gz",
        ".h5",
        ".joblib",
        ".keras",
        ".mp3",
        ".mp4",
        ".npy",
        ".npz",
        ".onnx",
        ".pdf",
        ".pickle",
        ".pkl",
        ".pt",
        ".pth",
        ".safetensors",
        ".skops",
        ".so",
        ".sqlite",
        ".tar",
        ".tgz",
        ".ubj",
        ".wav",
        ".whl",
        ".xls",
        ".xlsx",
        ".xz",
        ".zip",
        ".zst",
    ]
)


def kind_of(name: str) -> str:
    """Say what a file would be previewed as, by its name: `image`, `table`, `json`, `html`, `text`, or `none`."""
    kind = extension(name)
    if kind in IMAGES:
        return "image"
    if kind in (".html", ".htm"):
        return "html"
    if kind in _BINARY:
        return "none"
    return "text" if kind not in _MADE_BY else "json" if kind == ".json" else "table"


def preview(name: str, data: bytes) -> dict[str, Any]:
    """Show what is in a file.

    Parameters
    ----------
    name
        Its name, whose extension says what it is; a file of another kind is text where it can be read as such.
    data
        Its content.

    Returns
    -------
    preview : dict of str to object
        `kind` is `image` (with `mime` and `data`, bytes), `table` (`columns`, `numbers`, `rows`, `shape`), `text`
        (`text`, `language`, `cut`), `chart` (`spec`, of Vega-Lite), `html` (`html`, `scripts`), or `none` (`why`).
        `size` is that of the file in bytes.
    """
    try:
        made = _made(name, data)
    except (NbflowError, ValueError, TypeError, RecursionError, MemoryError, OverflowError) as exc:
        # What is no table, or no JSON, can often be read all the same.
        made = text_preview(data) or no_preview(f"It cannot be read as a {extension(name)} file: {exc}")
    return {**made, "size": len(data)}


def text_preview(data: bytes, language: str = "text") -> dict[str, Any] | None:
    """Show a text, its first 200,000 characters; None for what is no text in UTF-8."""
    if b"\0" in data[:_BINARY_IN]:
        return None
    head = data[: _TEXT_LENGTH * 4]
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        if len(head) - exc.start > 3 or len(head) == len(data):  # noqa: PLR2004 - not just the last letter, cut
            return None
        text = head[: exc.start].decode("utf-8-sig")
    shown = text[:_TEXT_LENGTH]
    cut = len(shown) < len(text) or len(head) < len(data)
    return {"kind": "text", "language": language, "text": shown, "cut": len(shown) if cut else None}


def no_preview(why: str) -> dict[str, Any]:
    """Say why there is nothing to see."""
    return {"kind": "none", "why": why}


def _made(name: str, data: bytes) -> dict[str, Any]:
    kind = extension(name)
    if kind in IMAGES:
        return image_preview(data, kind)
    if kind in (".html", ".htm"):
        return _html(data)
    if kind in _MADE_BY:
        return _MADE_BY[kind](data)
    text = None if kind in _BINARY else text_preview(data, "markdown" if kind in _MARKDOWN else "text")
    return text or no_preview("There is no preview of such a file.")


def _html(data: bytes) -> dict[str, Any]:
    if len(data) > _HTML_BYTES:
        return no_preview(f"A page of {size(len(data))} is too large for a preview.")
    return {"kind": "html", "html": data.decode("utf-8", "replace"), "scripts": bool(_SCRIPT.search(data))}
