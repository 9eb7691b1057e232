"""What only a process has: `--version`, completion for shells, and errors as an exit status.

The exit status is 0; 1 for what could not be done (or for problems that a verb found), 2 for what was typed wrong (or a
store that cannot be used), 130 after Ctrl-C.
"""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any

import click

from nbflow._version import __version__
from nbflow.cli.completion import completion
from nbflow.drawing.html import visible
from nbflow.errors import NbflowError
from nbflow.verbs import group
from nbflow.verbs.documents import to_json
from nbflow.verbs.options import VerbGroup
from nbflow.verbs.remedies import message

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Door", "main"]

FAILED, WRONG, INTERRUPTED = 1, 2, 130


class Door(VerbGroup):
    """The group that a process calls."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a verb, and end the process with its status.

        Parameters
        ----------
        args
            What follows the program's name; None takes the process's own.
        prog_name, complete_var, **extra
            As `click.Command.main` has them.
        standalone_mode
            Whether to end the process; else errors are raised and the status is returned.
        """
        given = sys.argv[1:] if args is None else list(args)
        if not standalone_mode:
            return super().main(given, prog_name, complete_var, standalone_mode=False, **extra)
        _write_what_cannot_be_encoded()
        try:
            status = super().main(given, prog_name or "nbflow", complete_var, standalone_mode=False, **extra)
        except click.ClickException as exc:
            status = exc.exit_code
            _complain(given, "INVALID_PARAMETER_VALUE", exc.format_message(), exc)
        except click.Abort as exc:
            status = INTERRUPTED if isinstance(exc.__cause__, KeyboardInterrupt) else FAILED
            click.echo("Aborted.", err=True)
        except NbflowError as exc:
            status = FAILED
            _complain(given, exc.error_code, message(exc))
        except OSError as exc:
            # Not ours: a file of the user's, a directory without permission. What it says is clear enough.
            status = FAILED
            _complain(given, "INTERNAL_ERROR", str(exc))
        sys.exit(int(status or 0))


def _complain(args: Sequence[str], code: str, text: str, shown: click.ClickException | None = None) -> None:
    options = args[: args.index("--")] if "--" in args else args
    if "--json" in options:
        click.echo(to_json({"error_code": code, "message": text}), nl=False, err=True)
    elif shown is not None:
        shown.show()
    else:
        click.echo(f"Error: {visible(text, keep_lines=True)}", err=True)


def _write_what_cannot_be_encoded() -> None:
    """Have what the terminal's encoding lacks written as an escape, not raised as an error in the middle of a table."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


main = Door(
    group.name,
    commands=[*group.commands.values(), completion],
    help=group.help,
)
main = click.version_option(__version__, prog_name="nbflow", message="%(prog)s %(version)s")(main)
