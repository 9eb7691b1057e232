"""What every verb works with: the store, and how its answer is written.

An answer goes to one of three readers: a program that asked for JSON, a pipe that wants lines with tabs, or a person.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from nbflow.drawing.html import visible
from nbflow.verbs.documents import to_json
from nbflow.verbs.lines import to_lines
from nbflow.verbs.remedies import message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from rich.console import Console, RenderableType

    from nbflow.errors import NbflowError
    from nbflow.tracking.client import Client
    from nbflow.verbs.lines import Cell

__all__ = ["Session"]


class Session:
    """What one call of a verb works with.

    Parameters
    ----------
    console
        Where a person reads the answer; None is the standard output, if that is a terminal.
    """

    def __init__(self, console: Console | None = None) -> None:
        self.store: str | None = None
        self.json = False
        self._console = console

    @property
    def client(self) -> Client:
        """A client of the store."""
        from nbflow.tracking.client import Client

        return Client(self.store)

    @property
    def styled(self) -> bool:
        """Whether a person reads the answer, and not a program or a pipe."""
        return not self.json and (self._console is not None or sys.stdout.isatty())

    @property
    def interactive(self) -> bool:
        """Whether somebody can be asked."""
        return self.styled and self._console is None and sys.stdin is not None and sys.stdin.isatty()

    @property
    def console(self) -> Console:
        """Where a person reads the answer."""
        if self._console is None:
            from rich.console import Console

            self._console = Console(highlight=False)
        return self._console

    def answer(
        self,
        document: Callable[[], object],
        lines: Callable[[], Iterable[Sequence[Cell]]],
        drawing: Callable[[], RenderableType],
    ) -> None:
        """Write the answer for whoever reads it.

        Parameters
        ----------
        document
            Makes what becomes JSON.
        lines
            Makes the lines of a pipe, each of several cells.
        drawing
            Makes what a person sees, or `""`; names in it are `rich.text.Text`, or went through `visible`.
        """
        if self.json:
            self._write(to_json(document()))
        elif self.styled:
            drawn = drawing()
            if drawn != "":
                self.console.print(drawn, highlight=False, markup=False, emoji=False)
        else:
            self._write(to_lines(lines()))

    def note(self, text: str) -> None:
        """Say something beside the answer: under it to a person, on the standard error for a pipe, never in JSON."""
        if self.styled:
            self.console.print(visible(text), style="dim", highlight=False, markup=False, emoji=False)
        elif not self.json:
            click.echo(visible(text), err=True)

    def nothing(self, text: str) -> None:
        """Say that a search found nothing, and where there is no store at all, that."""
        client = self.client
        if self.json or client.search_experiments(3, 1):
            self.note(text)
            return
        told = f"{text} There is no store at {client.tracking_uri}."
        if self._console is None:
            click.echo(visible(told), err=True)
        else:
            self.note(told)

    def fail(self, error: NbflowError) -> None:
        """Say on the standard error what went wrong."""
        if self.json:
            click.echo(to_json({"error_code": error.error_code, "message": message(error)}), nl=False, err=True)
        else:
            click.echo(f"Error: {visible(message(error), keep_lines=True)}", err=True)

    @contextmanager
    def progress(self, what: str, *, in_bytes: bool = False) -> Iterator[Callable[[int, int], None] | None]:
        """Show how far something is, on a terminal.

        Parameters
        ----------
        what
            What is being done.
        in_bytes
            Whether it is counted in bytes.

        Yields
        ------
        advance : callable or None
            To be called with how much is done and how much there is; None where nobody sees it.
        """
        if self._console is not None or sys.stderr is None or not sys.stderr.isatty():
            yield None
            return
        from nbflow.verbs.bars import bar

        with bar(what, in_bytes=in_bytes) as advance:
            yield advance

    def _write(self, text: str) -> None:
        click.echo(text, nl=False, file=None if self._console is None else self._console.file)
