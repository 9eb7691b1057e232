"""The cell magic `%%nbflow run`.

The body is no text that the magic executes: it is the cell. An input transformer turns the first line into a call
that starts the run, and leaves the lines below as they are, so that magics, top-level `await`, the last expression's
display, line numbers and tracebacks are those of any cell. The run ends when IPython says that the cell has.
"""

from __future__ import annotations

import ast
import asyncio
import re
import sys
from typing import TYPE_CHECKING, Any

from IPython.core.inputtransformer2 import cell_magic, classic_prompt, ipython_prompt, leading_indent

from nbflow.magics.arguments import parse_arguments
from nbflow.magics.cell_run import CellRun
from nbflow.magics.telling import short_errors, usage_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbflow.magics.arguments import Arguments

__all__ = ["CellMagic", "body_as_cell"]

_FIRST_LINE = re.compile(r"%%nbflow[ \t]+(?P<line>run(?:[ \t].*)?)\r?\n")
# What IPython does with a text that a cell magic gives back to it to be run.
_BODY: tuple[Any, ...] = (leading_indent, classic_prompt, ipython_prompt, cell_magic)
_FUTURE = re.compile(r"[ \t]*from[ \t]+__future__[ \t]")


class CellMagic:
    """What `%%nbflow` does in one shell.

    Parameters
    ----------
    shell
        The IPython shell.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._source: str | None = None
        self._running: list[CellRun] = []

    def magic(self, line: str, cell: str | None) -> None:
        """Run the cell as a run.

        %%nbflow run [NAME] [--experiment NAME] [--param KEY=VALUE]... [--tag KEY=VALUE]... [--nested] [--log-vars A,B]
                     [--no-live]

        The run has the params and tags given, what the cell prints (stdout.txt), the figures it shows (figures/), and
        its exception if it fails. Variables named by --log-vars are logged when the cell has ended: numbers as
        metrics; bools, short texts, dates and None as params; tables, figures, dicts, lists, arrays and long texts as
        artifacts. NAME and values are quoted as in a shell; $variable and {expression} are replaced.

        In a notebook its metrics are drawn below the cell while it runs, and stay there; not with --no-live.
        """
        verb, _, rest = line.strip().partition(" ")
        with short_errors():
            if verb != "run":
                told = f"%%nbflow {verb} is not a cell magic." if verb else "%%nbflow needs a verb."
                raise usage_error(f"{told} Write %%nbflow run [NAME] above the code of a run, or %nbflow help.")
            arguments = parse_arguments(rest)
            if cell is not None:
                self._run_text(arguments, cell)
                return
            self._running.append(CellRun(self._shell, arguments, self._source))

    def load(self) -> None:
        """Be told when cells begin and end."""
        for event, callback in self._callbacks():
            self._shell.events.register(event, callback)

    def unload(self) -> None:
        """Be told no more, and end what is running."""
        for event, callback in self._callbacks():
            self._shell.events.unregister(event, callback)
        self._end(0, None)

    def _callbacks(self) -> list[tuple[str, Callable[..., None]]]:
        return [
            ("pre_execute", self._before_execution),
            ("pre_run_cell", self._before_cell),
            ("post_execute", self._after_execution),
            ("post_run_cell", self._after_cell),
        ]

    def _before_execution(self) -> None:
        self._source = None

    def _before_cell(self, info: Any) -> None:
        # Comes after _before_execution, but not for what is executed silently, as the cells of `%run other.ipynb`.
        self._source = str(info.raw_cell)

    def _after_execution(self) -> None:
        if self._running and self._running[-1].source is None:
            self._end(len(self._running) - 1, _error_of(self._shell.last_execution_result))

    def _after_cell(self, result: Any) -> None:
        """End the run that the cell was, if it was one, and those within that are open."""
        source = None if result is None else str(result.info.raw_cell)
        for i, run in enumerate(self._running):
            if source is None or run.source == source:
                self._end(i, _error_of(result))
                return

    def _end(self, first: int, error: BaseException | None) -> None:
        ended, self._running[first:] = self._running[first:], []
        # A terminal prints tracebacks, a kernel sends them.
        shown = getattr(self._shell, "kernel", None) is None
        for run in reversed(ended):
            run.end(error, shown=shown)

    def _run_text(self, arguments: Arguments, text: str) -> None:
        """Run a body that came as a text: from a notebook turned into a script, or from within another magic."""
        run = CellRun(self._shell, arguments, None)
        try:
            _execute(self._shell, text)
        except BaseException as exc:
            run.end(exc, shown=False)
            raise
        run.end(None, shown=False)


def _error_of(result: Any) -> BaseException | None:
    if result is None:  # a cell that awaits, and was cancelled
        return asyncio.CancelledError()
    error: BaseException | None = result.error_before_exec or result.error_in_exec
    return error


def body_as_cell(lines: list[str]) -> list[str]:
    """Turn a cell that begins with `%%nbflow run` into a call and the cell below it.

    Parameters
    ----------
    lines
        Any cell, with line ends.

    Returns
    -------
    lines : list of str
        As many lines, unless the body is a cell magic itself. Other cells as they are.
    """
    first = _FIRST_LINE.fullmatch(lines[0]) if lines else None
    body = lines[1:]
    n_blank = next((i for i, line in enumerate(body) if line.strip()), None)
    # A future statement must be the first one of what is compiled: that body is left to the magic, as a text.
    if first is None or n_blank is None or any(_FUTURE.match(line) for line in body):
        return lines
    blank, body = body[:n_blank], body[n_blank:]
    for transform in _BODY:
        body = transform(body)
    return [f"get_ipython().run_cell_magic('nbflow', {first['line']!r}, None)\n", *blank, *body]


# Asked whether a cell is complete, a terminal must see the %%: it goes on reading lines until a blank one.
body_as_cell.has_side_effects = True  # type: ignore[attr-defined]


def _execute(shell: Any, text: str) -> None:
    """Execute a text in the user's namespace and show its last expression; a top-level `await` cannot be."""
    code = shell.transform_cell(text)
    name = shell.compile.cache(code, shell.execution_count)
    nodes = shell.compile.ast_parse(code, name).body
    last = [nodes.pop()] if nodes and isinstance(nodes[-1], ast.Expr) else []
    exec(shell.compile(ast.Module(nodes, []), name, "exec"), shell.user_ns)  # noqa: S102 (the user's own code)
    if last:
        exec(shell.compile(ast.Interactive(last), name, "single"), shell.user_ns)  # noqa: S102 (as above)
    inline = sys.modules.get("matplotlib_inline.backend_inline")
    if inline is not None:
        inline.flush_figures()  # IPython would, but after the run has ended
