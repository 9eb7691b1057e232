"""A chart as an SVG: what is seen of it on paper, on the web and without a kernel. Nothing is fetched for it."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from nbflow.artifact_store.foreign import installed
from nbflow.charts.parts import STILL
from nbflow.charts.theme import themed

__all__ = ["MAX_SVG", "converter", "safe_svg", "spec_of", "static_png", "static_svg", "still_of"]

MAX_SVG = 400_000  # bytes
# To draw what is larger takes seconds, and nobody sees so much.
_MAX_SPEC = 4_000_000
_CACHED = 32
_VERSION = re.compile(r"vega-lite/v(\d+)\.?(\d*)")
_TAG = re.compile(r"<(a|image|use)\b[^>]*>")
_REFERENCE = re.compile(r"""\s(?:xlink:)?href=("[^"]*"|'[^']*')""")
_SAFE = {
    "a": re.compile(r"https?://", re.IGNORECASE),
    "image": re.compile(r"data:image/(?:png|jpeg|gif|webp)[;,]", re.IGNORECASE),
    "use": re.compile(r"#"),
}


def static_svg(chart: Any, limit: int = MAX_SVG) -> str | None:
    """Draw a chart as SVG.

    With a transparent background and colours that can be read on a light and on a dark page, where the chart says
    nothing else. The network is never asked: a chart whose data are elsewhere is not drawn. Addresses are taken out of
    the result, but for links to `http` and `https`, and for images that are in it.

    Parameters
    ----------
    chart
        An Altair chart, or a Vega-Lite specification.
    limit
        The most bytes of the SVG.

    Returns
    -------
    svg : str or None
        None where `vl-convert-python` is not installed, or the chart is too large or cannot be drawn. The last 32 are
        remembered.
    """
    spec = still_of(chart)
    if spec is None:
        return None
    svg = _svg(spec)
    return svg if svg is not None and len(svg.encode()) <= limit else None


def static_png(chart: Any, limit: int = MAX_SVG) -> bytes | None:
    """Draw a chart as PNG, on white: for what has too many marks to be an SVG. See `static_svg`."""
    spec = still_of(chart)
    if spec is None:
        return None
    try:
        png: bytes = converter().vegalite_to_png(_on_white(spec), _version(spec), scale=1.5, allowed_base_urls=[])
    except ValueError:
        return None
    return png if len(png) <= limit else None


def spec_of(chart: Any) -> dict[str, Any]:
    """Give the specification of a chart, with all its rows: Altair refuses more than 5,000."""
    if isinstance(chart, Mapping):
        return dict(chart)
    import altair as alt

    with alt.data_transformers.enable("default", max_rows=None):
        spec: dict[str, Any] = chart.to_dict()
    return spec


def still_of(chart: Any) -> str | None:
    """Give the specification that is drawn where nobody can point at anything, as JSON; None where none can be."""
    if not installed("vl_convert"):
        return None
    spec = themed(spec_of(chart))
    if _asks(spec):
        return None
    if isinstance(spec.get("params"), list):
        spec["params"] = [{**each, "value": True} if _is_still(each) else each for each in spec["params"]]
    try:
        text = json.dumps(spec, allow_nan=False, default=str)
    except (TypeError, ValueError, RecursionError):
        return None
    return text if len(text) <= _MAX_SPEC else None


def safe_svg(svg: str) -> str:
    """Take addresses out of an SVG which, where it stands in a page, would be asked or followed."""
    return _TAG.sub(lambda tag: _REFERENCE.sub(lambda found: _kept(tag[1], found), tag[0]), svg)


def converter() -> Any:
    """Give the module that draws."""
    import vl_convert

    return vl_convert


@lru_cache(maxsize=_CACHED)
def _svg(spec: str) -> str | None:
    try:
        with warnings.catch_warnings(action="ignore"):
            svg: str = converter().vegalite_to_svg(spec, _version(spec), allowed_base_urls=[])
    except ValueError:  # whatever JavaScript raises
        return None
    return safe_svg(svg)


def _version(spec: str) -> str | None:
    """Choose the newest Vega-Lite of the chart's major version; None, the newest of all, where there is none."""
    found = _VERSION.search(str(json.loads(spec).get("$schema")))
    versions = [each for each in converter().get_vegalite_versions() if found and each.split(".")[0] == found[1]]
    return max(versions, key=lambda each: [int(part) for part in each.split(".")], default=None)


def _on_white(spec: str) -> str:
    whole = json.loads(spec)
    whole.setdefault("background", "white")
    return json.dumps(whole)


def _is_still(param: Any) -> bool:
    return isinstance(param, Mapping) and param.get("name") == STILL


def _asks(spec: Any) -> bool:
    """Tell whether a chart's data, or those of a part of it, are elsewhere: on the network, or in a file."""
    return any(isinstance(part.get("data"), Mapping) and "url" in part["data"] for part in _parts(spec))


def _parts(spec: Any) -> Iterator[Mapping[str, Any]]:
    pending = [spec]
    while pending:
        part = pending.pop()
        if isinstance(part, Mapping):
            yield part
            # Rows are no parts, and there may be very many.
            pending += [value for key, value in part.items() if key not in ("datasets", "values", "config")]
        elif isinstance(part, list):
            pending += part


def _kept(tag: str, found: re.Match[str]) -> str:
    return found[0] if _SAFE[tag].match(found[1][1:-1]) else ""
