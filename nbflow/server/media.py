"""The headers that a file of somebody's is sent with, so that it cannot act as the user who looks at it (pure).

A file is saved, not shown, but for a few kinds that can do nothing; and even so it would stand in a sandbox: neither a
script nor a form in it works, and it is of no origin. What it is follows from its name by the list below: a list of the
system's could say of a script that it is one.
"""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

from nbflow.artifact_store.paths import extension

__all__ = ["SANDBOX", "content_type", "disposition", "is_harmless"]

SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""The Content-Security-Policy of files."""

_TEXT = "text/plain; charset=utf-8"
_OTHER = "application/octet-stream"

# Shown by browsers as they are, and no more than seen.
_HARMLESS = {
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".log": _TEXT,
    ".png": "image/png",
    ".text": _TEXT,
    ".txt": _TEXT,
    ".webp": "image/webp",
}
_SAVED = {
    ".avif": "image/avif",
    ".bmp": "image/bmp",
    ".csv": "text/csv; charset=utf-8",
    ".gz": "application/gzip",
    ".htm": "text/html",
    ".html": "text/html",
    ".ipynb": "application/x-ipynb+json",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".md": "text/markdown; charset=utf-8",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".parquet": "application/vnd.apache.parquet",
    ".pdf": "application/pdf",
    ".svg": "image/svg+xml",
    ".tar": "application/x-tar",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".tsv": "text/tab-separated-values; charset=utf-8",
    ".wav": "audio/wav",
    ".webm": "video/webm",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".zip": "application/zip",
    # As text, no page can use them as a script or a style of its own.
    ".css": _TEXT,
    ".js": _TEXT,
    ".mjs": _TEXT,
    ".py": _TEXT,
    ".xml": _TEXT,
}
_TYPES = _HARMLESS | _SAVED

# In a name, these would turn around what is read, or hide: `gpj.exe` is no picture.
_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
_UNQUOTED = frozenset('"%\\/')


def content_type(path: str) -> str:
    """Say what a file is, by its extension."""
    return _TYPES.get(extension(path), _OTHER)


def is_harmless(path: str) -> bool:
    """Tell whether a file may be shown in the browser as it is."""
    return extension(path) in _HARMLESS


def disposition(path: str, *, inline: bool = False) -> str:
    """Say in the header `Content-Disposition` what is to be done with a file, and what it is called (RFC 6266).

    Parameters
    ----------
    path
        Its path, whose last part is the name.
    inline
        Whether it may be shown.
    """
    name = "".join("_" if unicodedata.category(c) in _UNSEEN else c for c in path.rpartition("/")[2])
    plain = "".join(c if " " <= c <= "~" and c not in _UNQUOTED else "_" for c in name)
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
