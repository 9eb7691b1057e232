"""A form of parameters, as a plain table: the names, what was filled in, what may be, and the help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow.drawing.format import MISSING
from nbflow.drawing.sheet import Cell, Sheet, Table
from nbflow.drawing.sheet_html import sheet_html
from nbflow.drawing.sheet_text import sheet_text
from nbflow.parameters import rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nbflow.parameters import Parameter

__all__ = ["form_bundle"]


def form_bundle(name: str, about: str, parameters: Iterable[Parameter], shown: Mapping[str, str]) -> dict[str, str]:
    """Draw a form.

    Parameters
    ----------
    name, about
        What it is for.
    parameters
        Its fields.
    shown
        What stands in them, by the parameters' names; a field that is not named is empty.

    Returns
    -------
    bundle : dict of str to str
        `text/html` and `text/plain`, which say the same.
    """
    parameters = tuple(parameters)
    helped = any(each.help for each in parameters)
    rows = [
        (
            Cell(each.name),
            _value(each, shown.get(each.name)),
            Cell(rule(each), tone="soft"),
            *([Cell(each.help)] if helped else []),
        )
        for each in parameters
    ]
    head = ("parameter", "value", "is", *(["help"] if helped else []))
    table = Table("", head, rows, "form.values")
    return _bundle(Sheet("Parameters", name, about=about, parts=(table,) if rows else ()))


def _value(parameter: Parameter, shown: str | None) -> Cell:
    if shown is not None and (shown or not parameter.required):
        return Cell(shown)
    return Cell("none given: it needs one", tone="bad") if parameter.required else Cell(MISSING)


def _bundle(sheet: Sheet) -> dict[str, str]:
    return {"text/plain": sheet_text(sheet), "text/html": sheet_html(sheet)}
