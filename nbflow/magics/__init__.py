"""What `%load_ext nbflow` adds to IPython.

The line magic `%nbflow`, the cell magic `%%nbflow run`, completion, and a renderer of Altair charts that needs no
network.
"""

from __future__ import annotations

from typing import Any

from nbflow.charts import renderer
from nbflow.magics.cell import CellMagic, body_as_cell
from nbflow.magics.complete import matcher
from nbflow.magics.line import line_magic

__all__ = ["load_ipython_extension", "unload_ipython_extension"]

_NAME = "nbflow"


def load_ipython_extension(ipython: Any) -> None:
    """Add the magics to a shell, and show Altair's charts: what `%load_ext nbflow` calls."""
    _take_away(ipython)
    cell = CellMagic(ipython)
    ipython.register_magic_function(line_magic, "line", _NAME)
    ipython.register_magic_function(cell.magic, "cell", _NAME)
    cell.load()
    ipython.input_transformers_cleanup.append(body_as_cell)
    _completer(ipython).append(matcher)
    word = renderer.enable()
    if word:
        print(word)  # noqa: T201 - so that nobody wonders why Altair is not as it was


def unload_ipython_extension(ipython: Any) -> None:
    """Take all of it away, and end the run of a cell that is running: what `%unload_ext nbflow` calls."""
    renderer.disable()
    _take_away(ipython)


def _take_away(ipython: Any) -> None:
    ipython.magics_manager.magics["line"].pop(_NAME, None)
    magic = ipython.magics_manager.magics["cell"].pop(_NAME, None)
    cell = getattr(magic, "__self__", None)
    if not isinstance(cell, CellMagic):
        return
    ipython.input_transformers_cleanup.remove(body_as_cell)
    _completer(ipython).remove(matcher)
    cell.unload()


def _completer(ipython: Any) -> list[Any]:
    matchers: list[Any] = ipython.Completer.custom_matchers
    return matchers
