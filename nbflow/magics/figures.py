"""A copy of the figures that a cell shows: of every display with an image, a Vega-Lite, a Vega or a plotly chart."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Any

from nbflow.magics.wrapping import Wrappings

__all__ = ["MAX_FIGURES", "FigureCopy", "figure_of"]

MAX_FIGURES = 100_000_000  # bytes

# In the order of preference, for a display that has several forms. The extensions are those JupyterLab draws.
_CHARTS = (
    (re.compile(r"application/vnd\.vegalite\.v\d+[.+]json"), "vl.json"),
    (re.compile(r"application/vnd\.vega\.v\d+[.+]json"), "vg.json"),
    (re.compile(r"application/vnd\.plotly\.v\d+\+json"), "plotly.json"),
)
_IMAGES = {"image/png": "png", "image/svg+xml": "svg", "image/jpeg": "jpg"}
# Altair's usual display is a page that loads Vega-Embed from the network: the chart stands in it as JSON.
_ALTAIR = re.compile(r'<div id="altair-viz-[0-9a-f]+">.*?\}\)\((?=\{)', re.DOTALL)


class FigureCopy:
    """Copies the figures that a shell displays.

    What is updated in place counts once, as it was last; what `clear_output` takes away does not count.

    Parameters
    ----------
    shell
        The IPython shell.
    limit
        The most that is kept, in bytes.
    """

    def __init__(self, shell: Any, limit: int = MAX_FIGURES) -> None:
        self.n_left_out = 0
        self._shell = shell
        self._limit = limit
        self._figures: dict[object, tuple[str, bytes]] = {}
        self._wrappings = Wrappings()

    def start(self) -> None:
        """Begin to copy."""
        self._wrappings.after(self._shell.display_pub, "publish", self._published)
        self._wrappings.after(self._shell.display_pub, "clear_output", self._cleared)
        self._wrappings.after(self._shell.displayhook, "write_format_data", self._published)

    def stop(self) -> None:
        """Copy no more."""
        self._wrappings.undo()

    def files(self) -> dict[str, bytes]:
        """Give the figures, by the name of the file that each makes: `figure-1.png`, `figure-2.vl.json`."""
        return {f"figure-{n}.{kind}": data for n, (kind, data) in enumerate(self._figures.values(), 1)}

    def _published(self, *args: Any, **kwargs: Any) -> None:
        figure = figure_of(kwargs.get("data", args[0] if args else None))
        if figure is None:
            return
        place = (kwargs.get("transient") or {}).get("display_id") or object()
        others = sum(len(data) for key, (_, data) in self._figures.items() if key != place)
        if others + len(figure[1]) > self._limit:
            self.n_left_out += 1
            return
        self._figures[place] = figure

    def _cleared(self, *_args: Any, **_kwargs: Any) -> None:
        self._figures.clear()


def figure_of(bundle: object) -> tuple[str, bytes] | None:
    """Find the figure in a MIME bundle.

    Parameters
    ----------
    bundle
        What is displayed. It may be anybody's; what is no figure, or cannot be read as one, gives None.

    Returns
    -------
    kind : str
        The extension of the file that it makes, such as `"png"`.
    data : bytes
        The content of the file.
    """
    if not isinstance(bundle, Mapping):
        return None
    try:
        for pattern, kind in _CHARTS:
            for mime, content in bundle.items():
                if pattern.fullmatch(str(mime)) and content:
                    return kind, content.encode() if isinstance(content, str) else _json(content)
        for mime, kind in _IMAGES.items():
            if bundle.get(mime):
                return kind, _image(bundle[mime], kind)
        return _altair(bundle.get("text/html"))
    except (TypeError, ValueError, RecursionError, binascii.Error):
        return None


def _image(content: Any, kind: str) -> bytes:
    if not isinstance(content, str):
        return bytes(content)
    if kind == "svg":
        return content.encode("utf-8", "backslashreplace")
    return base64.b64decode("".join(content.split()), validate=True)


def _json(content: Any) -> bytes:
    return json.dumps(content, default=str).encode()


def _altair(page: object) -> tuple[str, bytes] | None:
    found = _ALTAIR.search(page) if isinstance(page, str) else None
    if found is None:
        return None
    chart, _ = json.JSONDecoder().raw_decode(found.string, found.end())
    kind = "vl.json" if "vega-lite" in str(chart.get("$schema")) else "vg.json"
    return kind, _json(chart)
