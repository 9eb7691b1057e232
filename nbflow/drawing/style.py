"""The frame around everything nbflow draws: its class, and its style sheet."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from nbflow.drawing.html import Html, el, join, visible

__all__ = ["code_block", "page"]


def page(*children: str | None) -> Html:
    """Put a drawing together.

    Parameters
    ----------
    *children
        As for `html.el`.

    Returns
    -------
    page : Html
        One element, with the style sheet in it, for an output of a notebook is saved and shown alone. It reads well
        without.
    """
    return el("div", _style(), join(*children), class_="nbflow")


def code_block(code: str) -> Html:
    """Show code to be copied: a click marks all of it."""
    return el("pre", el("code", visible(code, keep_lines=True), class_="nbflow-code"), class_="nbflow-block")


@cache
def _style() -> Html:
    sheet = files("nbflow.drawing").joinpath("style.css").read_text(encoding="utf-8")
    short = re.sub(r"\s*([{}:;,>])\s*", r"\1", re.sub(r"/\*.*?\*/|\s+", " ", sheet, flags=re.DOTALL)).strip()
    # The comment is for sanitizers that drop the tag and would leave its content to be read: browsers look past it.
    return Html(f"<style><!-- {short} --></style>")
