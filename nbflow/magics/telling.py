"""What the magics say: lines that are safe in a terminal, and errors without the frames of nbflow."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from IPython.core.error import UsageError

from nbflow.drawing.html import visible
from nbflow.errors import NbflowError

__all__ = ["say", "short_errors", "usage_error", "warn"]


def say(text: str) -> None:
    """Print a text. What a terminal would obey is written out, and what it has no character for."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(visible(text, keep_lines=True).encode(encoding, "backslashreplace").decode(encoding))  # noqa: T201


def warn(text: str) -> None:
    """Warn of something about a cell; also where the same was said of another cell before."""
    # The usual registry would show it once in a session. No frame of the user's is below: the cell has ended.
    warnings.warn_explicit(visible(text, keep_lines=True), UserWarning, "%%nbflow", 1)


def usage_error(text: str) -> UsageError:
    """Make the error that IPython shows as one line, without a traceback."""
    return UsageError(visible(text, keep_lines=True))


@contextmanager
def short_errors() -> Iterator[None]:
    """Let errors about what was typed show as what they say: where they came from in nbflow is nobody's concern.

    Raises
    ------
    UsageError
        IPython's, for what click reports.
    NbflowError
        As it was, but that its traceback is shown as one line.
    """
    try:
        yield
    except click.ClickException as exc:
        raise usage_error(exc.format_message() + _usage(getattr(exc, "ctx", None))) from None
    except NbflowError as exc:
        line = f"{type(exc).__name__}: {visible(str(exc), keep_lines=True)}"
        shown: Any = exc
        shown._render_traceback_ = lambda: [line]  # what IPython asks an exception for
        raise


def _usage(context: click.Context | None) -> str:
    if context is None:
        return ""
    if context.command_path == "nbflow":
        return "\n%nbflow help lists the verbs."
    return "\n" + context.get_usage().replace("Usage: nbflow ", "Usage: %nbflow ", 1)
