"""The cells of tables, set to one side in whatever shows them (pure).

Where the style sheet is dropped, GitHub still honours `align`, and JupyterLab `style`; by themselves, the one centres
heads and the other sets everything to the right.
"""

from __future__ import annotations

from nbflow.drawing.html import Html, el

__all__ = ["left", "right"]


def left(tag: str, *children: str | None, class_: str | None = None, **attributes: str | None) -> Html:
    """Make a cell set to the left, as text is.

    Parameters
    ----------
    tag
        `"td"`, `"th"` or `"caption"`.
    *children
        What it holds, as for `html.el`.
    class_
        Its classes.
    **attributes
        Its other attributes.

    Returns
    -------
    cell : Html
        The element.
    """
    align = None if tag == "td" else "left"
    return el(tag, *children, align=align, style="text-align:left", class_=class_, **attributes)


def right(tag: str, *children: str | None, class_: str | None = None, **attributes: str | None) -> Html:
    """Make a cell set to the right, as numbers are.

    Parameters
    ----------
    tag
        `"td"` or `"th"`.
    *children
        What it holds, as for `html.el`.
    class_
        Its classes.
    **attributes
        Its other attributes.

    Returns
    -------
    cell : Html
        The element.
    """
    return el(tag, *children, align="right", class_=f"nbflow-num {class_ or ''}".strip(), **attributes)
