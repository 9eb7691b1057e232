"""What a page says, before it is drawn: once for HTML, once for text, so that both say the same (pure).

All texts in it are somebody's: whatever draws them escapes them. Kinds, captions and the names of facts are nbflow's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from msgspec import Struct

from nbflow.drawing.facts import Fact

__all__ = ["Block", "Cell", "Columns", "Folded", "Part", "Picture", "Sheet", "Stack", "Table", "cells"]


class Cell(Struct, frozen=True):
    """What stands in one cell of a table.

    Parameters
    ----------
    text
        What is shown.
    tip
        What the tool tip says; None for the text where that is cut.
    tone
        Whether it is good news or bad, or less important; None for neither.
    """

    text: str
    tip: str | None = None
    tone: Literal["bad", "good", "soft"] | None = None


class Table(Struct, frozen=True):
    """Rows and columns; without rows it is not shown.

    Parameters
    ----------
    caption
        Its name.
    head
        The names of the columns, the first of which names the rows.
    rows
        The cells.
    where
        Which code has what is cut off.
    numbers
        Which columns are set to the right.
    first
        How many rows stand in view where not all do; a click shows the others.
    n_rows
        How many rows there are, where `rows` are not all; None where they are.
    """

    caption: str
    head: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    where: str = ""
    numbers: tuple[int, ...] = ()
    first: int | None = None
    n_rows: int | None = None


class Stack(Struct, frozen=True):
    """Tables below each other."""

    tables: tuple[Table, ...]


class Columns(Struct, frozen=True):
    """Tables, or stacks of them, side by side where there is room."""

    tables: tuple[Table | Stack, ...]


class Block(Struct, frozen=True):
    """A text whose lines stay as they are."""

    caption: str
    text: str


class Picture(Struct, frozen=True):
    """An image in the form of SVG, which text leaves out."""

    name: str
    svg: bytes


class Folded(Struct, frozen=True):
    """Lines that a click shows; text has them all the same. Not shown without."""

    summary: str
    lines: tuple[str, ...]


Part: TypeAlias = Table | Columns | Block | Picture | Folded


class Sheet(Struct, frozen=True):
    """A page.

    Parameters
    ----------
    kind
        What is shown: `"Model"`.
    name
        Its name, which is cut where it is long.
    number
        What belongs to the name and is never cut: a version's number.
    badges
        Short marks behind the name: aliases, a stage.
    trash
        The code that takes it out of the trash; None where it is not there.
    about
        What somebody wrote about it.
    facts
        Names and values.
    parts
        What follows them.
    code
        The code by which it is used; `""` where there is none.
    """

    kind: str
    name: str = ""
    number: str = ""
    badges: tuple[str, ...] = ()
    trash: str | None = None
    about: str = ""
    facts: Sequence[Fact] = ()
    parts: tuple[Part, ...] = ()
    code: str = ""


def cells(*texts: str | Cell) -> tuple[Cell, ...]:
    """Make a row of a table."""
    return tuple(text if isinstance(text, Cell) else Cell(text) for text in texts)
