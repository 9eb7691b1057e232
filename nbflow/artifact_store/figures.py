"""Figures of the plotting libraries as files that show themselves without a network."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from typing import Any

from nbflow.artifact_store.foreign import installed, is_a
from nbflow.artifact_store.paths import extension
from nbflow.errors import InvalidPathError, MissingDependencyError, UnsupportedValueError

__all__ = ["encode_figure"]

_PLOTLY_IMAGES = (".jpeg", ".jpg", ".pdf", ".png", ".svg", ".webp")
_ALTAIR_IMAGES = (".pdf", ".png", ".svg")


def encode_figure(figure: object, name: str, save_kwargs: Mapping[str, Any] | None = None) -> bytes:
    """Draw a figure in the format that a file name asks for.

    Parameters
    ----------
    figure
        A matplotlib or plotly figure, or an Altair chart.
    name
        The artifact's name: its extension chooses the format. matplotlib: whatever its canvas can write.
        plotly: `.html` (with plotly.js inside), `.json`, images.
        Altair: `.json` (Vega-Lite), `.html` (with Vega inside), images.
    save_kwargs
        Passed on: to `savefig`, `to_html`, `to_json` or `to_image`, or Altair's `save`.

    Returns
    -------
    data : bytes
        The file's content.

    Raises
    ------
    UnsupportedValueError
        If it is another object.
    InvalidPathError
        If the extension is none that the library can write.
    MissingDependencyError
        If the library needs another package for that format.
    """
    kwargs = dict(save_kwargs or {})
    if is_a(figure, "matplotlib.figure", "Figure"):
        return _matplotlib(figure, name, kwargs)
    if is_a(figure, "plotly.basedatatypes", "BaseFigure"):
        return _plotly(figure, name, kwargs)
    if is_a(figure, "altair", "TopLevelMixin"):
        return _altair(figure, name, kwargs)
    raise UnsupportedValueError(
        "the figure",
        figure,
        "figures are matplotlib's (of axes or a subfigure, pass its .figure), plotly's and Altair's. Save others to "
        "a file yourself, and log it with nbflow.log_artifact.",
    )


def _matplotlib(figure: Any, name: str, kwargs: dict[str, Any]) -> bytes:
    kind = extension(name)
    _check_kind(name, kind, [f".{known}" for known in figure.canvas.get_supported_filetypes()], "matplotlib")
    buffer = io.BytesIO()
    figure.savefig(buffer, **{"format": kind[1:], **kwargs})
    return buffer.getvalue()


def _plotly(figure: Any, name: str, kwargs: dict[str, Any]) -> bytes:
    kind = extension(name)
    _check_kind(name, kind, (".html", ".json", *_PLOTLY_IMAGES), "plotly")
    if kind == ".html":
        return str(figure.to_html(**{"include_plotlyjs": True, "full_html": True, **kwargs})).encode()
    if kind == ".json":
        return str(figure.to_json(**kwargs)).encode()
    if not installed("kaleido"):
        raise MissingDependencyError("kaleido", f"A plotly figure as {kind} (as .html it needs nothing)")
    return bytes(figure.to_image(**{"format": kind[1:], **kwargs}))


def _altair(chart: Any, name: str, kwargs: dict[str, Any]) -> bytes:
    kind = extension(name)
    _check_kind(name, kind, (".html", ".json", *_ALTAIR_IMAGES), "Altair")
    if kind != ".json" and not installed("vl_convert"):
        raise MissingDependencyError("vl-convert-python", f"An Altair chart as {kind} (as .json it needs nothing)")
    options: dict[str, Any] = {"format": kind[1:], "inline": True} if kind == ".html" else {"format": kind[1:]}
    # Altair refuses more than 5,000 rows, and may keep rows beside the chart: here they go into the file.
    with sys.modules["altair"].data_transformers.enable("default", max_rows=None):
        if kind == ".json":
            return str(chart.to_json(**kwargs)).encode()
        binary = kind in (".pdf", ".png")
        buffer: io.BytesIO | io.StringIO = io.BytesIO() if binary else io.StringIO()
        chart.save(buffer, **{**options, **kwargs})
    value = buffer.getvalue()
    return value if isinstance(value, bytes) else value.encode()


def _check_kind(name: str, kind: str, known: Any, library: str) -> None:
    if kind not in known:
        raise InvalidPathError(name, f"{library} writes {', '.join(sorted(known))}: give the name such an extension.")
