"""Whether the files of a model that run code when they are loaded are to be trusted.

A pickle, a folder of code and a script do anything that their writer wanted. They are loaded only where the store
that wrote them vouches for them with their digests, where the user says so, or where `NBFLOW_TRUST` names the place.
What is checked is what is there at the time: against somebody who changes files at the same moment, only their
permissions help.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from nbflow.config import trusted_places
from nbflow.errors import InvalidUriError, ModelChangedError, UntrustedModelError
from nbflow.links import is_below
from nbflow.mlmodel.files import inside
from nbflow.mlmodel.hashing import sha256_of
from nbflow.uris import parse_file_url, scheme_of

__all__ = ["Trust", "digests", "is_trusted_place"]

# Loading a model reads none of these: they say how to install, what to try and what to know.
_BESIDE = frozenset(
    {
        "README.md",
        "conda.yaml",
        "input_example.json",
        "python_env.yaml",
        "requirements.txt",
        "serving_input_example.json",
    }
)


class Trust(Struct, frozen=True):
    """What is known of where a model comes from.

    Parameters
    ----------
    digests
        The SHA-256 of each file as the store recorded it when it wrote the model: relative path to hex digits. None
        when no store did.
    all
        Whether the user said that everything in the model is to be trusted (`trust=True`).
    place
        Where the model is from: a path, or the URL that it was downloaded from. `""` is the folder it is loaded from.
    unknown
        Why there are no digests, where that is known: a whole sentence.
    sealed
        Whether all that is loaded must be as the store recorded it, also what runs no code: the model is a registered
        version.
    """

    digests: Mapping[str, str] | None = None
    all: bool = False
    place: str = ""
    unknown: str = ""
    sealed: bool = False

    def check_sealed(self, folder: str | os.PathLike[str]) -> None:
        """Refuse to go on if a file of a registered version is not what it was.

        Parameters
        ----------
        folder
            The model's folder on this machine.

        Raises
        ------
        ModelChangedError
            If a file that loading may read has changed, or is gone, since the store recorded it.
        StoreReadError
            If one cannot be read.
        """
        place = self.place or os.path.abspath(folder)
        if not self.sealed or not self.digests or self.all or is_trusted_place(place):
            return
        loaded = {name: digest for name, digest in self.digests.items() if name not in _BESIDE}
        changed = [name for name, digest in loaded.items() if not _is_still(Path(folder, name), digest)]
        if changed:
            raise ModelChangedError(place, changed)

    def check(self, folder: str | os.PathLike[str], files: Iterable[str]) -> None:
        """Refuse to go on unless files may run code.

        Parameters
        ----------
        folder
            The model's folder on this machine.
        files
            Files that run code when they are loaded, and folders that hold such files: paths in the model's folder
            with `/` between their parts.

        Raises
        ------
        UntrustedModelError
            If nothing vouches for one of them.
        ModelFormatError
            If one of them leads out of the folder.
        StoreReadError
            If one of them cannot be read.
        """
        # Whoever is trusted, a model's files lie in its folder.
        found = [(posixpath.normpath(name), inside(folder, name)) for name in dict.fromkeys(files)]
        place = self.place or os.path.abspath(folder)
        if not found or self.all or is_trusted_place(place):
            return
        if self.digests is None:
            reason = self.unknown or "No store that is open here wrote it."
            raise UntrustedModelError(place, [name for name, _ in found], reason)
        there = [file for above, path in found for file in _all_files(above, path)]
        strange = [name for name, path in there if not self._knows(name, path)]
        if strange:
            raise UntrustedModelError(place, strange, "This is not what the store wrote when the model was logged.")

    def _knows(self, name: str, path: Path) -> bool:
        recorded = (self.digests or {}).get(name)
        return recorded is not None and recorded == sha256_of(path)


def digests(folder: str | os.PathLike[str]) -> dict[str, str]:
    """Take the SHA-256 of each file of a model folder.

    Parameters
    ----------
    folder
        The model's folder.

    Returns
    -------
    digests : dict of str to str
        The path of each file, with `/` between its parts, to 64 hex digits; sorted by path.

    Raises
    ------
    ModelFormatError
        If a symlink leads out of the folder.
    StoreReadError
        If a file cannot be read.
    """
    return {name: sha256_of(inside(folder, name)) for name, _ in sorted(_all_files(".", Path(folder)))}


def is_trusted_place(place: str) -> bool:
    """Tell whether `NBFLOW_TRUST` names where a model is from, or a folder or URL above it.

    Parameters
    ----------
    place
        A path of this machine, or a URL.
    """
    trusted = trusted_places()
    if trusted == "all":
        return True
    if not trusted or not place or "\0" in place:
        return False
    path = _path_of(place)
    if path is None:
        return any(_path_of(above) is None and _is_below_url(place, above) for above in trusted)
    real = os.path.realpath(path)
    above_it = (_path_of(entry) for entry in trusted)
    return any(is_below(real, os.path.realpath(above)) for above in above_it if above is not None)


def _is_still(path: Path, digest: str) -> bool:
    return path.is_file() and sha256_of(path, runs_code=False) == digest


def _path_of(place: str) -> str | None:
    """Give the path of this machine that is named; None when it is a URL."""
    scheme = scheme_of(place)
    if not scheme:
        return os.path.expanduser(place)  # noqa: PTH111 - Path's refuses a ~ that is nobody's
    if scheme != "file":
        return None
    try:
        return str(parse_file_url(place))
    except InvalidUriError:
        return None


def _is_below_url(url: str, above: str) -> bool:
    try:
        (scheme, host, path, *rest), (scheme_above, host_above, path_above, *_) = urlsplit(url), urlsplit(above)
    except ValueError:  # http://[a
        return False
    # What climbs, or could be read as climbing by whoever serves it, is below nothing.
    climbs = any(part.partition(";")[0] in (".", "..") for part in re.split(r"[/\\]", _plain(path)))
    if climbs or any(rest) or (scheme, host.lower()) != (scheme_above, host_above.lower()):
        return False
    path, path_above = path.rstrip("/"), path_above.rstrip("/")
    return path == path_above or path.startswith(f"{path_above}/")


def _plain(path: str) -> str:
    while (decoded := unquote(path)) != path:
        path = decoded
    return path


def _all_files(name: str, path: Path) -> Iterator[tuple[str, Path]]:
    """Give a file, or all files below a folder, by name."""
    if not path.is_dir():
        yield name, path
        return
    for above, folders, files in os.walk(path, followlinks=False):
        below = posixpath.join(name, Path(above).relative_to(path).as_posix())
        # A link to a folder is listed among the folders, and not walked into: nothing vouches for it.
        links = [entry for entry in folders if Path(above, entry).is_symlink()]
        for entry in [*files, *links]:
            yield posixpath.normpath(posixpath.join(below, entry)), Path(above, entry)
