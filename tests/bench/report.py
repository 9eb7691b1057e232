"""Figures as tables: in the terminal, and as the page of the documentation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.table import Table

    from tests.bench.timing import Figures

__all__ = ["Row", "Section", "Target", "as_markdown", "as_table", "duration"]

_HEADINGS = ("what", "who", "median", "least", "× floor", "× nbflow", "target", "")  # noqa: RUF001


@dataclass(frozen=True)
class Target:
    """What a row should reach, judged by medians: `times` the floor, `at_most_s`, or `more_s` than the floor."""

    times: float | None = None
    at_most_s: float | None = None
    more_s: float | None = None

    def __str__(self) -> str:
        if self.times is not None:
            return f"≤ {self.times:g} × floor"  # noqa: RUF001
        if self.more_s is not None:
            return f"≤ floor + {self.more_s * 1e3:g} ms"
        return "" if self.at_most_s is None else f"≤ {self.at_most_s * 1e3:g} ms"

    def is_met(self, ours_s: float, floor_s: float | None) -> bool | None:
        """Judge; None when there is nothing to judge by."""
        if self.at_most_s is not None:
            return ours_s <= self.at_most_s
        if floor_s is None:
            return None
        if self.times is not None:
            return ours_s <= self.times * floor_s
        return None if self.more_s is None else ours_s <= floor_s + self.more_s


@dataclass
class Row:
    """One thing, done by all contenders."""

    what: str
    figures: Sequence[Figures]
    target: Target | None = None
    with_memory: bool = False

    def lines(self) -> Iterator[tuple[str, ...]]:
        """Give a line of cells for each contender."""
        measured = [each for each in self.figures if each.seconds]
        floor = next((each for each in measured if each.contender.kind == "floor"), None)
        ours = next((each for each in measured if each.contender.kind == "nbflow" and each.contender.judged), None)
        what = self.what
        for each in self.figures:
            if each.seconds:
                yield (what, self._who(each), *self._numbers(each, floor, ours), *self._verdict(each, floor))
            else:
                yield (what, each.contender.name, each.word or "skipped", "", "", "", "", "")
            what = ""

    def verdicts(self) -> Iterator[bool | None]:
        """Say for each contender that is judged whether it meets the target."""
        floor = next((each for each in self.figures if each.seconds and each.contender.kind == "floor"), None)
        for each in self.figures:
            if self.target is not None and each.seconds and each.contender.kind == "nbflow" and each.contender.judged:
                yield self.target.is_met(each.median, None if floor is None else floor.median)

    def _who(self, each: Figures) -> str:
        memory = f" (at most {each.peak_mb:,.0f} MB of memory)" if self.with_memory and each.peak_mb else ""
        return each.contender.name + memory

    @staticmethod
    def _numbers(each: Figures, floor: Figures | None, ours: Figures | None) -> tuple[str, ...]:
        by_floor = by_ours = ""
        if floor is not None and each is not floor:
            by_floor = f"{_ratio(each.median / floor.median)} ({_ratio(each.least / floor.least)})"
        if ours is not None and each.contender.kind == "peer":
            by_ours = _ratio(each.median / ours.median)
        return duration(each.median), duration(each.least), by_floor, by_ours

    def _verdict(self, each: Figures, floor: Figures | None) -> tuple[str, str]:
        if self.target is None or each.contender.kind != "nbflow" or not each.contender.judged:
            return "", ""
        met = self.target.is_met(each.median, None if floor is None else floor.median)
        return str(self.target), {True: "met", False: "missed", None: "no floor"}[met]


@dataclass
class Section:
    """Rows that belong together."""

    title: str
    note: str
    rows: list[Row] = field(default_factory=list)
    plain: list[tuple[str, str]] = field(default_factory=list)
    """Figures that nothing is measured against."""


def duration(seconds: float) -> str:
    """Write a duration with three digits and its unit."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{_three(seconds / size)} {unit}"
    return f"{_three(seconds * 1e9)} ns"


def _three(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _ratio(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def as_table(section: Section) -> Table:
    """Draw a section for the terminal."""
    from rich.table import Table

    if section.plain and not section.rows:
        table = Table(title=section.title, caption=section.note, title_justify="left", show_header=False)
        for line in section.plain:
            table.add_row(*line)
        return table
    table = Table(title=section.title, caption=section.note, title_justify="left", caption_justify="left")
    for heading in _HEADINGS:
        table.add_column(heading, justify="right" if heading in _HEADINGS[2:6] else "left")
    for row in section.rows:
        for what, who, *cells, verdict in row.lines():
            style = {"met": "green", "missed": "red"}.get(verdict, "")
            table.add_row(what, who, *cells, f"[{style}]{verdict}[/]" if style else verdict)
        table.add_section()
    for what, value in section.plain:
        table.add_row(what, value)
    return table


def as_markdown(section: Section) -> str:
    """Write a section for the documentation."""
    lines = [f"## {section.title}", "", section.note, ""]
    if section.rows:
        lines += [f"| {' | '.join(_HEADINGS)} |", "|---|---|--:|--:|--:|--:|---|---|"]
        for row in section.rows:
            for what, who, *cells, verdict in row.lines():
                mark = f"**{verdict}**" if verdict == "missed" else verdict
                lines.append(f"| {' | '.join([_cell(what), _cell(who), *map(_cell, cells), mark])} |")
    if section.rows and section.plain:
        lines.append("")
    if section.plain:
        lines += ["| what | |", "|---|--:|", *(f"| {_cell(what)} | {value} |" for what, value in section.plain)]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("\n", " ").replace("|", "\\|")
