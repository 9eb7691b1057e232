"""Writing an answer to a file that somebody names, or as it is to the standard output."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nbflow.artifact_store.writing import new_file
from nbflow.errors import InvalidInputError, StoreWriteError

if TYPE_CHECKING:
    from nbflow.verbs.session import Session

__all__ = ["write_file", "write_text"]


def write_file(output: Path, data: bytes) -> None:
    """Write a file whole or not at all, over one of that name.

    Raises
    ------
    InvalidInputError
        If it cannot be written.
    """
    target = Path(os.path.realpath(output))  # what a symlink leads to is written, and the link stays
    try:
        if target.is_symlink() or (output.exists() and not output.is_file()):  # a loop; a pipe or a device
            output.write_bytes(data)
            return
        with new_file(target) as file:
            file.write(data)
    except OSError as exc:
        reason = exc.reason if isinstance(exc, StoreWriteError) else exc.strerror
        raise InvalidInputError("--output", str(output), f"It cannot be written: {reason}.") from exc


def write_text(session: Session, text: str) -> None:
    """Write a text as it is; for a person, without what a terminal would obey."""
    if session.styled:
        from nbflow.verbs.drawing import plain

        session.console.print(plain(text), end="", soft_wrap=True)
        return
    click.echo(text, nl=False)
