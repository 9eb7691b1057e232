"""The charts of a comparison as pictures, for readers that draw nothing themselves."""

from __future__ import annotations

import base64
import time
from collections.abc import MutableMapping, Sequence
from typing import TYPE_CHECKING

from nbflow.drawing.html import Html, cut, el, visible
from nbflow.drawing.surroundings import FAILED

if TYPE_CHECKING:
    from nbflow.widgets.comparison.charts import Chart

__all__ = ["DRAWING_S", "pictures"]

DRAWING_S = 3.0
"""As long a display waits for its pictures; what takes longer comes later."""

_BYTES = 400_000  # of all together
_ONE = 150_000
_AT_ONCE = 2  # are drawn however long it takes
_NAME_LENGTH = 80


def pictures(charts: Sequence[Chart], known: MutableMapping[str, str | None], seconds: float = DRAWING_S) -> list[Html]:
    """Draw the first chart of each kind.

    Parameters
    ----------
    charts
        All.
    known
        Pictures that were made before, in Base64, None where one cannot be; the new ones are put into it.
    seconds
        As long it may take.

    Returns
    -------
    drawn : list of Html
        As many as there is room and time for.
    """
    end = time.monotonic() + seconds
    drawn: list[Html] = []
    kinds: set[str] = set()
    left = _BYTES
    for chart in charts:
        if chart.plan.kind in kinds or chart.data["words"]:
            continue
        kinds.add(chart.plan.kind)
        if chart.plan.key not in known:
            if time.monotonic() > end and len(drawn) >= _AT_ONCE:
                continue
            known[chart.plan.key] = _picture(chart)
        picture = known[chart.plan.key]
        if picture is not None and len(picture) <= left:
            left -= len(picture)
            label = cut(visible(chart.data["title"]), _NAME_LENGTH)
            image = el("img", src=f"data:image/svg+xml;base64,{picture}", alt=label, style="max-width:100%;height:auto")
            drawn.append(el("div", Html(image.removesuffix("</img>"))))  # it has no end tag
    return drawn


def _picture(chart: Chart) -> str | None:
    from nbflow.charts import static_svg

    try:
        svg = static_svg(chart.draw(), _ONE)
    except FAILED:
        return None
    return None if svg is None else base64.b64encode(svg.encode()).decode("ascii")
