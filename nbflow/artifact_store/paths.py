"""What an artifact's path may be (pure): relative, written with `/`, and safe on every system that meets it."""

from __future__ import annotations

import os
import re
from pathlib import PurePath

from nbflow.errors import InvalidPathError, UnsupportedValueError
from nbflow.names import is_temporary_name

__all__ = ["MAX_SEGMENT_BYTES", "check_artifact_path", "extension", "is_artifact_path"]

# The length of one name on ext4, XFS, APFS, NFS and SMB. (NTFS counts UTF-16 units, which are never more.)
MAX_SEGMENT_BYTES = 255

_UNWRITABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_DRIVE = re.compile(r"[A-Za-z]:")
_WINDOWS_CHARACTERS = frozenset('<>:"|?*')
# Windows opens a device for these whatever follows the first dot; the superscript digits count as digits there.
_WINDOWS_DEVICES = frozenset(
    ["AUX", "CON", "CONIN$", "CONOUT$", "NUL", "PRN"]
    + [f"{port}{digit}" for port in ("COM", "LPT") for digit in "123456789¹²³"]
)


def check_artifact_path(path: object, *, windows: bool = os.name == "nt") -> str:
    r"""Check where an artifact is to lie, or lies, below its root.

    Parameters
    ----------
    path
        A `str` or a path object. Unicode, spaces and `# ? % & + @ ~` are fine; folders are parted by `/`.
    windows
        Whether the rules of Windows hold too: `\` parts folders, and no device names, no `< > : " | ? *`.

    Returns
    -------
    path : str
        The same path with `/` between its parts.

    Raises
    ------
    UnsupportedValueError
        If it is neither a `str` nor a path object.
    InvalidPathError
        If it is empty or absolute, climbs (`..`), has an empty part or a part that no file can be named.
    """
    if isinstance(path, PurePath):
        text = path.as_posix()
    elif isinstance(path, str):
        text = path.replace("\\", "/") if windows else path
    else:
        raise UnsupportedValueError("the artifact path", path, "paths are strings such as 'plots/loss.png'.")
    rule = _whole_fault(text, windows=windows)
    for segment in text.split("/"):
        rule = rule or _segment_fault(segment, windows=windows)
    if rule:
        raise InvalidPathError(path, rule)
    return text


def is_artifact_path(path: str) -> bool:
    """Tell whether a path found in a store can be given back to it: what cannot is not listed."""
    try:
        check_artifact_path(path)
    except InvalidPathError:
        return False
    return True


def extension(path: str) -> str:
    """Give the extension of a path, lower case and with its dot; empty when there is none.

    >>> extension("plots/Loss.PNG"), extension("archive.tar.gz"), extension("Makefile"), extension(".png")
    ('.png', '.gz', '', '')
    """
    stem, dot, suffix = path.rpartition("/")[2].rpartition(".")
    return f".{suffix.lower()}" if dot and stem and suffix else ""


def _whole_fault(text: str, *, windows: bool) -> str:
    if not text:
        return "It must not be empty: give a file name such as 'notes.txt'."
    if text.startswith("/") or (windows and _DRIVE.match(text)):
        return "It must be relative, such as 'plots/loss.png': artifacts lie below their run."
    # Backslashes part folders on Windows, where a store written here may be opened: no system lets them climb.
    if ".." in re.split(r"[/\\]", text):
        return "It must not climb with '..': artifacts lie below their run. Leave the '..' out."
    return ""


def _segment_fault(segment: str, *, windows: bool) -> str:
    if segment in ("", "."):
        return "Its parts must be names. Write 'a/b' instead of 'a//b', './a/b' or 'a/b/'."
    unwritable = _UNWRITABLE.search(segment)
    if unwritable:
        return f"It must have no control characters or lone surrogates such as {unwritable[0]!r}. Leave them out."
    if len(segment.encode()) > MAX_SEGMENT_BYTES:
        return f"A part of it has {len(segment.encode())} bytes in UTF-8; {MAX_SEGMENT_BYTES} are allowed. Shorten it."
    if is_temporary_name(segment):
        return "Names of this form are kept for files that are being written. Use another one."
    return _windows_fault(segment) if windows else ""


def _windows_fault(segment: str) -> str:
    bad = sorted(_WINDOWS_CHARACTERS.intersection(segment))
    if bad:
        return f"Windows allows no {' '.join(bad)} in a file name. Replace them, for example with '_'."
    if segment[-1] in ". ":
        return "Windows drops a dot or a space at the end of a file name. Leave it out."
    if segment.partition(".")[0].rstrip(" ").upper() in _WINDOWS_DEVICES:
        return "On Windows this is the name of a device, whatever the extension. Use another one."
    return ""
