"""How charts look: colours that most eyes tell apart, and that can be seen on white and on black alike.

A chart's static form cannot know the page it will stand on. So its background is transparent, and what has no colour
of its own (axes, titles, texts) is of a grey that has enough contrast with both.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

__all__ = ["CONFIG", "DASHES", "GREY", "HEIGHT", "PALETTE", "RAMP", "WIDTH", "themed"]

# Okabe's and Ito's colours for all kinds of colour vision, without their black, and with the lightest darkened until
# each has a contrast of 3 at least with white and with black.
PALETTE = ("#1f7fc4", "#d55e00", "#009e73", "#c46a9d", "#c98300", "#3a9bd1", "#8c7ae6", "#8f8f8f")
# When there are more lines than colours, the same again with dashes.
DASHES = ((1, 0), (6, 3), (2, 2))
# For numbers, from low to high: it grows lighter, and its ends differ in hue for every eye.
RAMP = ("#4459a8", "#2f83b0", "#35a594", "#87a945", "#d39a2a")
GREY = "#777777"

WIDTH = 520
HEIGHT = 300

CONFIG: dict[str, Any] = {
    "background": "transparent",
    "axis": {
        "domainColor": GREY,
        "gridColor": GREY,
        "gridOpacity": 0.17,
        "labelColor": GREY,
        "labelSeparation": 5,
        "tickColor": GREY,
        "titleColor": GREY,
        "titleFontWeight": "normal",
        "titlePadding": 8,
    },
    "header": {"labelColor": GREY, "titleColor": GREY},
    "legend": {
        "labelColor": GREY,
        "labelLimit": 220,
        "symbolStrokeWidth": 2,
        "titleColor": GREY,
        "titleFontWeight": "normal",
        "titleLimit": 220,
    },
    "rule": {"color": GREY},
    "text": {"color": GREY},
    "title": {
        "anchor": "start",
        "color": GREY,
        "fontSize": 13,
        "frame": "group",
        "offset": 10,
        "subtitleColor": GREY,
        "subtitleFontSize": 11,
        "subtitlePadding": 5,
    },
    "view": {"stroke": None},
}


def themed(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Put these looks below what a Vega-Lite specification says of its own.

    Parameters
    ----------
    spec
        The specification; what it has in `config` stays as it is. One that has a background of its own has colours
        for it, and gets none of these.

    Returns
    -------
    themed : dict
        A new one.
    """
    own = spec.get("config")
    config = own if isinstance(own, Mapping) else {}
    if "background" in spec or "background" in config:
        return dict(spec)
    return {**spec, "config": _over(copy.deepcopy(CONFIG), config)}


def _over(below: dict[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    for key, value in above.items():
        former = below.get(key)
        below[key] = _over(former, value) if isinstance(former, dict) and isinstance(value, Mapping) else value
    return below
