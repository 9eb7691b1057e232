"""How Altair shows charts after `%load_ext nbflow`: with no network, live where somebody can draw, and else as SVG.

Altair's own renderer gives a page that loads its libraries from the network. This one gives the specification, which
nbflow's part in JupyterLab draws, and an SVG, for all that cannot.
"""

from __future__ import annotations

import base64
import re
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from nbflow.artifact_store.foreign import installed
from nbflow.autologging.importing import ImportWatch
from nbflow.charts.static import static_png, static_svg
from nbflow.charts.theme import themed

__all__ = ["NAME", "chart_bundle", "disable", "enable", "render"]

NAME = "nbflow"
_WORD = "Altair charts are drawn without a network; alt.renderers.enable('default') switches that off."

_MODULE = "altair.vegalite"
_MAJOR = re.compile(r"vega-lite/v(\d+)")
_NO_CONVERTER = "pip install vl-convert-python draws it where no JavaScript runs"
_NOT_DRAWN = "It is too large to be drawn where no JavaScript runs, or its data are elsewhere."


class _State:
    """What this process did to Altair's renderers."""

    def __init__(self) -> None:
        self.watch = ImportWatch(_MODULE.__eq__, self.imported)
        self.former: tuple[str, dict[str, Any]] | None = None
        self.told = False

    def imported(self, _module: ModuleType) -> None:
        """Enable the renderer in an Altair that has just been imported."""
        self.watch.remove()
        self.enable()

    def enable(self) -> bool:
        """Enable the renderer, if the user has not chosen one."""
        registry = _registry()
        if registry is None or registry.active != "default":
            return False
        self.former = (registry.active, dict(registry.options))
        registry.register(NAME, render)
        registry.enable(NAME)
        return True


_state = _State()


def enable() -> str:
    """Show Altair's charts with nbflow's renderer: at once, or as soon as Altair is imported (which takes a second).

    A renderer that the user has chosen is left alone.

    Returns
    -------
    word : str
        What the user is to be told; empty when that was told before, or nothing was done.
    """
    if _state.former is not None or _state.watch in sys.meta_path or not installed("altair"):
        return ""
    if _registry() is None:
        _state.watch.install()
    elif not _state.enable():
        return ""
    told, _state.told = _state.told, True
    return "" if told else _WORD


def disable() -> None:
    """Give back the renderer that was there before; one that the user has chosen since is left alone."""
    _state.watch.remove()
    registry, former = _registry(), _state.former
    _state.former = None
    if registry is None or former is None:
        return
    if registry.active == NAME:
        registry.enable(former[0], **former[1])
    registry.register(NAME, None)


def chart_bundle(chart: Any) -> dict[str, Any]:
    """Give what a chart shows, as `render` does, whatever renderer is in use.

    Parameters
    ----------
    chart
        An Altair chart.

    Returns
    -------
    bundle : dict of str to object
    """
    from nbflow.charts.static import spec_of

    return render(spec_of(chart))


def render(spec: Mapping[str, Any], **options: Any) -> dict[str, Any]:
    """Give a chart's specification as a MIME bundle: what Altair calls to show a chart.

    Parameters
    ----------
    spec
        The Vega-Lite specification.
    **options
        What `alt.renderers.enable("nbflow", ...)` was given: `svg=False` leaves the static form out.

    Returns
    -------
    bundle : dict of str to object
        `application/vnd.vegalite.v6+json` (with the chart's own major version), `text/plain`, and the static form:
        `image/svg+xml`, or `image/png` where that would be too large.
    """
    found = _MAJOR.search(str(spec.get("$schema", "")))
    looks = themed(spec)
    bundle: dict[str, Any] = {f"application/vnd.vegalite.v{found[1] if found else 6}+json": looks}
    word = f"Chart{_title(spec)}"
    if options.get("svg", True):
        svg = static_svg(spec)
        png = None if svg is not None else static_png(spec)
        if svg is not None:
            bundle["image/svg+xml"] = svg
        elif png is not None:
            bundle["image/png"] = base64.b64encode(png).decode()
        else:
            word = f"{word}. {_NOT_DRAWN if installed('vl_convert') else _NO_CONVERTER}"
    bundle["text/plain"] = word
    return bundle


def _registry() -> Any:
    return getattr(sys.modules.get(_MODULE), "renderers", None)


def _title(spec: Mapping[str, Any]) -> str:
    title = spec.get("title")
    text = title.get("text") if isinstance(title, Mapping) else title
    lines = text if isinstance(text, list) else [text]
    words = " ".join(line for line in lines if isinstance(line, str))
    return f": {words}" if words else ""
