"""The exporter: nbconvert's, with a page of our own, which is told to fetch nothing."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from traitlets import default
from traitlets.config import Config

__all__ = ["NbflowHTMLExporter"]

# What a reader can see without a script, the best first. Widgets are drawn by code from elsewhere, so they are left
# out: whatever has one has a text or a table too.
_SHOWN = [
    "text/html",
    "text/markdown",
    "image/svg+xml",
    "image/png",
    "image/jpeg",
    "text/latex",
    "text/plain",
]
_PICTURES = ("image/svg+xml", "image/png")
_CHART = "application/vnd.vegalite."
_MAIN = "<main>"
# What leads a page elsewhere, or has a host looked up, whatever its policy says.
_LEADING_AWAY = re.compile(r"<(meta|link|base)\b", re.IGNORECASE)


class NbflowHTMLExporter(HTMLExporter):
    """Exports one HTML page with the tables and charts that the notebook has kept, for light and dark screens.

    It loads neither MathJax, require.js nor widgets: formulas and Mermaid diagrams stand there as they were written. A
    policy in the page keeps what others put into outputs from asking a host for anything.

    Parameters
    ----------
    config
        nbconvert's settings.
    **options
        Single ones, `exclude_input=True`.
    """

    export_from_notebook = "nbflow HTML"

    def __init__(self, config: Config | None = None, **options: Any) -> None:
        super().__init__(config=config, **options)  # type: ignore[no-untyped-call]

    @default("template_name")
    def _template_name_default(self) -> str:
        return "nbflow-html"

    @default("extra_template_basedirs")
    def _extra_template_basedirs_default(self) -> list[str]:
        return [str(Path(__file__).parent / "templates")]  # not the current folder, which may be anybody's

    @property
    def default_config(self) -> Config:
        """Give nbconvert's settings, with our choice of what is shown."""
        config: Config = super().default_config.copy()
        config.merge(Config({"NbConvertBase": {"display_data_priority": _SHOWN}}))
        return config

    def from_notebook_node(  # type: ignore[override] # as HTMLExporter's own
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Convert a notebook.

        Parameters
        ----------
        nb
            The notebook; it is left as it is.
        resources
            nbconvert's.
        **kw
            Passed on.

        Returns
        -------
        page : str
            The HTML.
        resources : dict
            nbconvert's.
        """
        nb = copy.deepcopy(nb)
        nb.metadata.pop("widgets", None)
        for cell in nb.cells:
            for output in cell.get("outputs", ()):
                _prepare(output)
        page, resources = super().from_notebook_node(nb, resources, **kw)
        head, main, body = page.partition(_MAIN)
        return head + main + _LEADING_AWAY.sub(r"&lt;\1", body), resources


def _prepare(output: NotebookNode) -> None:
    """Show a chart by its picture, which is named by its text, and not by HTML that would load what draws it."""
    data = output.get("data")
    if not isinstance(data, dict) or not any(each.startswith(_CHART) for each in data):
        return
    pictures = [each for each in _PICTURES if each in data]
    if pictures:
        data.pop("text/html", None)
    for picture in pictures:
        said = output.metadata.setdefault(picture, NotebookNode())
        said.setdefault("alt", _text(data.get("text/plain", "Chart")))


def _text(value: Any) -> str:
    return "".join(value) if isinstance(value, list) else str(value)
