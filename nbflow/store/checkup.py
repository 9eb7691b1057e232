"""What a check of a store finds: the shapes of it, and what the files of any log show."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct, field

from nbflow.store import points
from nbflow.store.fold import ExperimentState
from nbflow.store.layout import LOG
from nbflow.store.model_fold import ModelState, VersionState
from nbflow.store.reader import LogShrankError
from nbflow.store.stamps import FileCursor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from nbflow.store.reader import News
    from nbflow.store.stamps import Folded

__all__ = ["Checkup", "Finding", "Seen", "read_log"]


class Finding(Struct, frozen=True):
    """Something that a check found.

    Parameters
    ----------
    kind
        `torn_tail`, `damaged_line`, `damaged_header`, `undeclared_key`, `missing_points`, `missing_log`,
        `unreadable`, `not_started`, `not_created`, `param_conflict`, `missing_parent`, `missing_experiment`,
        `run_twice`, `same_name`, `leftover`, `dead_run`, `not_registered`, `version_conflict`, `missing_source` or
        `alias_target`.
    path
        Where, relative to the store.
    detail
        What exactly. Names in it are somebody's text.
    count
        How many such things are there.
    problem
        Whether something is wrong, not only worth knowing.
    """

    kind: str
    path: str
    detail: str
    count: int = 1
    problem: bool = True


class Checkup(Struct, frozen=True):
    """What a check of a store looked at and found. Numbers are of whole things."""

    store: str
    n_experiments: int
    n_runs: int
    n_events: int
    n_points: int
    findings: tuple[Finding, ...] = ()
    n_models: int = 0
    n_versions: int = 0

    @property
    def n_problems(self) -> int:
        """How many of the findings are problems."""
        return sum(finding.problem for finding in self.findings)

    @property
    def counts(self) -> dict[str, int]:
        """How many findings there are of each kind."""
        return dict(Counter(finding.kind for finding in self.findings))


class Seen(Struct):
    """What was seen of one folder: of a run what is compared with others, for the whole state of each is too much."""

    path: str
    findings: list[Finding] = field(default_factory=list)
    n_events: int = 0
    n_points: int = 0
    experiment: ExperimentState | None = None
    run_id: str = ""
    owner: str = ""
    parent: str | None = None
    model: ModelState | None = None
    versions: list[VersionState] = field(default_factory=list)

    def add(self, kind: str, detail: str, *, name: str = "", count: int = 1, problem: bool = True) -> None:
        """Note something that was found, in the folder or in a file of its log."""
        path = f"{self.path}/{LOG}/{name}" if name else self.path
        self.findings.append(Finding(kind, path, detail, count, problem))


def read_log(seen: Seen, folder: Path, news: Callable[[], Iterator[News]], state: Folded) -> None:
    """Fold a log into a state, and note what its files show."""
    log = folder / LOG
    try:
        # Before the reading: what has come since then is no torn end.
        sizes = {entry.name: _size(entry) for entry in os.scandir(log)} if log.is_dir() else {}
        for each in news():
            state.take(each)
            _note_damage(seen, log, each, state.files[each.writer])
    except (OSError, LogShrankError) as exc:
        if folder.is_dir():  # else it was removed meanwhile
            seen.add("unreadable", getattr(exc, "strerror", None) or "its log became shorter while it was read")
        return
    seen.n_events = sum(cursor.lines for cursor in state.files.values())
    _note_tails(seen, sizes, state.files)


def _note_damage(seen: Seen, log: Path, news: News, cursor: FileCursor) -> None:
    undeclared, bad_lines = cursor.damaged - news.damaged, news.damaged
    if bad_lines and news.points_end and not _has_header(log / f"{news.writer}.metrics"):
        bad_lines -= 1
        seen.add("damaged_header", "does not begin as a .metrics file does", name=f"{news.writer}.metrics")
    if bad_lines:
        seen.add("damaged_line", f"{bad_lines} lines are no events", name=f"{news.writer}.jsonl", count=bad_lines)
    if undeclared:
        detail = f"{undeclared} records have a key that was never declared"
        seen.add("undeclared_key", detail, name=f"{news.writer}.metrics", count=undeclared)


def _has_header(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(points.MAGIC)) == points.MAGIC


def _size(entry: os.DirEntry[str]) -> int | None:
    """Give a file's size; None for what readers pass over: a folder, a broken symlink, what they may not read."""
    readable = entry.is_file() and os.access(entry, os.R_OK)
    return entry.stat().st_size if readable else None


def _note_tails(seen: Seen, sizes: Mapping[str, int | None], files: Mapping[str, FileCursor]) -> None:
    nothing = FileCursor()
    for name, size in sorted(sizes.items()):
        writer, dot, ending = name.rpartition(".")
        cursor = files.get(writer, nothing)
        if not dot or ending not in ("jsonl", "metrics"):
            continue
        if ending == "metrics" and f"{writer}.jsonl" not in sizes:
            seen.add("missing_log", "has no .jsonl beside it, which would name its keys", name=name)
            continue
        if size is None:
            seen.add("unreadable", "is no file, or one that may not be read", name=name)
            continue
        torn = size - (cursor.events if ending == "jsonl" else cursor.points)
        if torn > 0:
            what = "line" if ending == "jsonl" else "record"
            seen.add("torn_tail", f"ends with {torn} bytes of a {what} that was never finished", name=name)
