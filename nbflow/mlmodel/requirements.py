"""What a model needs to be installed, one requirement a line, as pip reads it: parsed, checked, merged.

A name with versions is checked as PEP 508 has it; URLs, paths and pip's options stay as they are. What `-r` names is
read and put in its place, what `-c` names becomes constraints.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, cast

from msgspec import Struct, field

from nbflow.errors import (
    InvalidInputError,
    LimitExceededError,
    LocalFileNotFoundError,
    ModelFormatError,
    UnsupportedValueError,
)
from nbflow.mlmodel.files import inside, read_text

if TYPE_CHECKING:
    from packaging.requirements import Requirement

__all__ = ["Given", "Requirements", "merge", "parse", "parse_file", "requirement_of"]

Given: TypeAlias = str | os.PathLike[str] | Iterable[str] | None
"""The path of a requirements file, or requirements; None for none."""

_MAX_BYTES = 1 << 20
_MAX_LINES = 10_000
_UNWRITABLE = re.compile("[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")
_COMMENT = re.compile(r"(?:^|\s)#.*$")
_NESTED = re.compile(r"(?P<flag>-r|-c|--requirement|--constraint)(?:\s*=\s*|\s+|(?<=-[rc]))(?P<file>\S.*)")
_OPTION = re.compile(
    r"(?:-[eif]|--(?:config-settings?|editable|extra-index-url|find-links|global-option|index-url|no-binary|no-index|"
    r"only-binary|pre|prefer-binary|require-hashes|trusted-host|use-feature))(?:[\s=].*)?"
)
# What pip lets follow a requirement: hashes.
_OF_ONE = re.compile(r"\s--.*$")
_PLACE = re.compile(r"[/\\]|\.(?:whl|zip|tar\.gz)$")


class Requirements(Struct, frozen=True):
    """What is to be installed.

    Parameters
    ----------
    requirements
        What must be there, one a line, without comments.
    constraints
        Which versions of what must be there only if something else needs it.
    """

    requirements: list[str] = field(default_factory=list)
    constraints: list[str] = field(default_factory=list)


def parse(given: Given, what: str = "pip_requirements") -> Requirements:
    """Read requirements as a caller gives them.

    Parameters
    ----------
    given
        Requirements such as `"numpy>=2"` or `"-r more.txt"`, or the path of a file of such.
    what
        The argument's name, for messages.

    Raises
    ------
    UnsupportedValueError
        If it is neither a path nor texts.
    InvalidInputError
        If a line is no requirement, or a file includes itself.
    LimitExceededError
        If there are more than 10,000 lines.
    LocalFileNotFoundError
        If a file is not there.
    """
    if given is None:
        return Requirements()
    if isinstance(given, str) and not given.endswith(".txt") and requirement_of(given) and not Path(given).exists():
        rule = f"A text is the path of a file, and there is none. For a requirement write [{given!r}]."
        raise InvalidInputError(what, given, rule)
    if isinstance(given, str | os.PathLike):
        return _gather(_Source(what, _read_local).file(os.fspath(given), Path()))
    if isinstance(given, bytes | dict) or not isinstance(given, Iterable):
        raise UnsupportedValueError(what, given, "requirements are a list of texts, or the path of a file of them.")
    lines = list(given)
    for line in cast("list[object]", lines):
        if not isinstance(line, str):
            raise UnsupportedValueError(what, line, "a requirement is a text such as 'numpy>=2'.")
    return _gather(_Source(what, _read_local).lines(lines, Path()))


def parse_file(folder: Path, name: str) -> Requirements:
    """Read a requirements file of a model's folder, and what it includes, which lies there, too.

    Raises
    ------
    ModelFormatError
        If a line is no requirement, or a file leads out of the folder or includes itself.
    LimitExceededError
        If there are more than 10,000 lines.
    StoreReadError
        If a file cannot be read.
    """

    def read(relative: str, base: Path) -> tuple[str, Path]:
        path = inside(folder, (base / relative).as_posix() if base.parts else relative)
        return read_text(path, _MAX_BYTES), path.relative_to(os.path.realpath(folder))

    try:
        return _gather(_Source(name, read).file(name, Path()))
    except InvalidInputError as exc:
        if type(exc) is not InvalidInputError:
            raise
        raise ModelFormatError(str(folder / name), f"{exc.value!r:.100} in it is no requirement. {exc.rule}") from exc


def merge(lines: Iterable[str], over: Iterable[str] = (), what: str = "pip_requirements") -> list[str]:
    """Bring the lines about one package together.

    Parameters
    ----------
    lines
        Requirements, parsed. What they say of one package is joined: `"a>1"`, `"a[x]"` and `"a<2"` are `"a[x]<2,>1"`.
    over
        Requirements that go before them: of a package that is in both, the versions named here count.
    what
        The argument's name, for messages.

    Returns
    -------
    merged : list of str
        One line for each package and environment marker, in the order of its first mention.

    Raises
    ------
    InvalidInputError
        If no version can be what two lines of one list ask for.
    """
    first, second = _joined(lines, what), _joined(over, what)
    for key, wanted in second.items():
        found = first.get(key)
        if not isinstance(found, str) and not isinstance(wanted, str) and found is not None:
            wanted.extras |= found.extras
            if not wanted.specifier and not wanted.url:
                wanted.specifier, wanted.url = found.specifier, found.url
        first[key] = wanted
    return [str(entry) for entry in first.values()]


def requirement_of(line: str) -> Requirement | None:
    """Read one line as PEP 508 has it; None for a URL without a name, a path, an option, and what is no requirement."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        return Requirement(_OF_ONE.sub("", line))
    except (InvalidRequirement, RecursionError):
        return None


def _joined(lines: Iterable[str], what: str) -> dict[tuple[str, str], Requirement | str]:
    from packaging.utils import canonicalize_name

    joined: dict[tuple[str, str], Requirement | str] = {}
    for line in lines:
        new = requirement_of(line)
        if new is None or _OF_ONE.search(line):  # with its hashes, a line is about one file
            joined.setdefault((line, ""), line)
            continue
        key = canonicalize_name(new.name), str(new.marker or "")
        old = joined.get(key)
        if old is None or isinstance(old, str):
            joined[key] = new
            continue
        if (old.url or new.url) and old.url != new.url:
            raise InvalidInputError(what, line, f"It is asked for as {str(old)!r}, too. Name one of them.")
        _refuse_contradiction(old, new, what)
        new.extras |= old.extras
        new.specifier &= old.specifier
        joined[key] = new
    return joined


def _refuse_contradiction(old: Requirement, new: Requirement, what: str) -> None:
    both = old.specifier & new.specifier
    pinned = [each.version for each in both if each.operator == "==" and not each.version.endswith(".*")]
    if pinned and not any(both.contains(version, prereleases=True) for version in pinned):
        rule = f"It is asked for as {str(old)!r}, too, and no version is both. Name one of them."
        raise InvalidInputError(what, str(new), rule)


# What a file is read by: the name it is given by and the folder of the file that includes it, to its text and path.
_Read: TypeAlias = Callable[[str, Path], tuple[str, Path]]


class _Source:
    """Reads lines, and the files that they include."""

    def __init__(self, what: str, read: _Read) -> None:
        self.what = what
        self._read = read
        self._open: list[Path] = []
        self._count = 0

    def file(self, name: str, base: Path, *, constraint: bool = False) -> Iterator[tuple[str, bool]]:
        text, path = self._read(name, base)
        if path in self._open:
            raise InvalidInputError(self.what, name, "The file includes itself. Take the -r or -c out.")
        self._open.append(path)
        yield from self.lines(text.splitlines(), path.parent, constraint=constraint)
        self._open.pop()

    def lines(self, lines: Iterable[str], base: Path, *, constraint: bool = False) -> Iterator[tuple[str, bool]]:
        """Give each requirement, and whether it is a constraint."""
        for line in _continued(lines):
            text = _COMMENT.sub("", line).strip()
            self._count += 1
            if self._count > _MAX_LINES:
                raise LimitExceededError(f"the {self.what}", self._count, _MAX_LINES, unit="lines")
            nested = _NESTED.fullmatch(text)
            if nested is not None:
                yield from self.file(nested["file"], base, constraint=constraint or nested["flag"] in _CONSTRAINT)
            elif text:
                yield _checked(text, self.what), constraint


_CONSTRAINT = ("-c", "--constraint")


def _gather(lines: Iterator[tuple[str, bool]]) -> Requirements:
    found = Requirements()
    for line, constraint in lines:
        (found.constraints if constraint else found.requirements).append(line)
    return found


def _continued(lines: Iterable[str]) -> Iterator[str]:
    """Join a line that ends with a backslash with the next."""
    begun = ""
    for line in lines:
        text = line.strip()
        if text.endswith("\\"):
            begun += f"{text[:-1]} "
            continue
        yield begun + text
        begun = ""
    yield begun


def _checked(line: str, what: str) -> str:
    if _UNWRITABLE.search(line):
        raise InvalidInputError(what, line, "A requirement is one line without control characters.")
    if line.startswith("-"):
        if _OPTION.fullmatch(line):
            return line
        raise InvalidInputError(what, line, "pip has no such option in a file of requirements.")
    if requirement_of(line) is None and not _PLACE.search(line):
        raise InvalidInputError(
            what, line, "It is no requirement. Write a name and versions such as 'numpy>=2,<3', a URL or a path."
        )
    return line


def _read_local(name: str, base: Path) -> tuple[str, Path]:
    """Read a file of the user's own."""
    path = Path(os.path.abspath(base / name))
    try:
        if not path.is_file():
            raise LocalFileNotFoundError(str(path))
        if path.stat().st_size > _MAX_BYTES:
            raise LimitExceededError(f"the file {name!r}", path.stat().st_size, _MAX_BYTES, unit="bytes")
        return path.read_text(encoding="utf-8-sig"), path
    except OSError as exc:
        if isinstance(exc, LocalFileNotFoundError):
            raise
        raise InvalidInputError("the requirements file", str(path), f"It cannot be read: {exc.strerror}.") from exc
    except UnicodeDecodeError as exc:
        raise InvalidInputError("the requirements file", str(path), "It is not UTF-8.") from exc
