"""Markdown in which somebody's text stays text: no markup, no link, no HTML of it takes effect (pure)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nbflow.drawing.html import cut, visible

__all__ = ["code_fence", "code_span", "md_lines", "md_table", "md_text"]

# What CommonMark, GitHub and Hugging Face read as markup wherever it stands. A backslash takes it away.
_MARKUP = re.compile(r"[\\`*_\[\]<>#|~&$!{}^]")
# What GitHub makes links of, though nothing marks it.
_LINK = re.compile(r"(?<=:)//|(?<=www)\.", re.IGNORECASE)
# What is markup at the beginning of a line: lists, underlined headings, definitions.
_AT_START = re.compile(r"^(?:([-+=:])|(\d+)([.)]))")
_BACKTICKS = re.compile("`+")
_LINES_LENGTH = 5_000


def md_text(text: str, limit: int = 240) -> str:
    """Write somebody's text on one line.

    Parameters
    ----------
    text
        Anything.
    limit
        The most characters shown.
    """
    shown = _MARKUP.sub(r"\\\g<0>", cut(visible(text), limit))
    return _LINK.sub(lambda found: "".join(f"\\{character}" for character in found[0]), shown)


def md_lines(text: str) -> str:
    """Write somebody's text as paragraphs: lines stay lines, and blank ones part paragraphs."""
    written = []
    for line in visible(cut(text.strip(), _LINES_LENGTH), keep_lines=True).split("\n"):
        # By more than three blanks, a line would be code.
        shown = md_text(line.strip(), _LINES_LENGTH)
        written.append(_AT_START.sub(lambda found: f"{found[2] or ''}\\{found[1] or found[3]}", shown))
    # Two blanks at its end keep a line from running into the next.
    return re.sub(r"\n{3,}", "\n\n", "\n".join(f"{line}  " if line else "" for line in written)).strip()


def md_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table of cells that are Markdown already; `""` where there are no rows."""
    if not rows:
        return ""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def code_span(text: str, limit: int = 500) -> str:
    """Write a text as code within a line."""
    shown = cut(visible(text), limit).replace("|", "\\|")  # a table would be parted there, also in code
    ticks = "`" * (1 + max((len(run) for run in _BACKTICKS.findall(shown)), default=0))
    pad = " " if shown[:1] == "`" or shown[-1:] == "`" or not shown.strip() else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def code_fence(text: str, language: str = "") -> str:
    """Write a text as a block of code, whatever is in it."""
    shown = visible(text, keep_lines=True)
    ticks = "`" * max(3, 1 + max((len(run) for run in _BACKTICKS.findall(shown)), default=0))
    return f"{ticks}{language}\n{shown}\n{ticks}"
