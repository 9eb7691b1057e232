"""Charts of a run's metrics without a script: small SVG pictures, for readers that draw nothing themselves (pure).

A picture knows nothing of the page it stands on, light or dark: its background is the page's, and its colours are ones
that both can bear.
"""

from __future__ import annotations

import base64
import math
from typing import Any

from nbflow.drawing.format import count, number
from nbflow.drawing.html import Html, cut, el, user_text, visible
from nbflow.widgets.run_page.series import finite_points

__all__ = ["charts_block", "line_svg"]

_WIDTH, _HEIGHT = 260, 110
_LEFT, _RIGHT, _TOP, _BOTTOM = 6, 6, 8, 16
_POINTS = 120
_CHARTS, _BYTES = 12, 120_000
_LINE, _TEXT, _GRID = "#3d8bdf", "#808890", "#8080804d"
_NAME_LENGTH = 32


def charts_block(metrics: list[dict[str, Any]]) -> Html | None:
    """Draw the metrics that have a history, one small chart each.

    Parameters
    ----------
    metrics
        As of `metrics_data`.

    Returns
    -------
    block : Html or None
        The first 12; None where there are none.
    """
    drawn: list[Html] = []
    left = _BYTES
    having = [metric for metric in metrics if "series" in metric and not metric["system"]]
    for metric in having[:_CHARTS]:
        svg = line_svg(metric["series"])
        if svg is None:
            continue
        picture = base64.b64encode(svg.encode()).decode("ascii")
        left -= len(picture)
        if left < 0:
            break
        drawn.append(_figure(metric, picture))
    if not drawn:
        return None
    more = len(having) - len(drawn)
    return el(
        "div",
        el("div", el("b", "Charts"), class_="nbflow-caption"),
        el("div", *drawn, class_="nbflow-columns"),
        el("div", f"… and of {count(more, 'other metric')}", class_="nbflow-notes") if more else None,
    )


def line_svg(series: dict[str, Any]) -> str | None:
    """Draw a series over its steps; None where fewer than two of its points are finite.

    Parameters
    ----------
    series
        With `step` and `value`, arrays of shape (n_points,).
    """
    from nbflow.charts.reduce import least_and_greatest

    steps, values = finite_points(series)
    if len(values) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    kept = least_and_greatest(values, _POINTS)
    xs, ys = steps[kept].tolist(), values[kept].tolist()
    low, high = min(ys), max(ys)
    points = " ".join(
        f"{_place(x, xs[0], xs[-1], _LEFT, _WIDTH - _RIGHT):.1f},{_place(y, low, high, _HEIGHT - _BOTTOM, _TOP):.1f}"
        for x, y in zip(xs, ys, strict=True)
    )
    bottom = _HEIGHT - _BOTTOM
    # The numbers go through `number`: nothing of somebody's text is in the picture.
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}">'
        f'<path d="M{_LEFT} {_TOP}H{_WIDTH - _RIGHT}M{_LEFT} {bottom}H{_WIDTH - _RIGHT}" stroke="{_GRID}"/>'
        f'<polyline points="{points}" fill="none" stroke="{_LINE}" stroke-width="1.6" stroke-linejoin="round"/>'
        f'<g font-family="system-ui,sans-serif" font-size="10" fill="{_TEXT}">'
        f'<text x="{_LEFT}" y="{_HEIGHT - 4}">step {number(xs[0])}</text>'
        f'<text x="{_WIDTH - _RIGHT}" y="{_HEIGHT - 4}" text-anchor="end">{number(xs[-1])}</text>'
        "</g></svg>"
    )


def _figure(metric: dict[str, Any], picture: str) -> Html:
    extent = f"{_said(metric.get('min'))} to {_said(metric.get('max'))}"  # what the axis would say
    label = f"{cut(visible(metric['key']), _NAME_LENGTH)}, from {extent}"
    return el(
        "div",
        el("div", user_text(metric["key"], _NAME_LENGTH), el("span", f" {extent}", class_="nbflow-soft")),
        el("img", src=f"data:image/svg+xml;base64,{picture}", alt=label),
    )


def _said(value: float | None) -> str:
    return "nan" if value is None else number(value)


def _place(value: float, low: float, high: float, start: float, end: float) -> float:
    share = (value / 2 - low / 2) / (high / 2 - low / 2) if high > low else 0.5  # halves cannot overflow
    return start + (end - start) * (share if math.isfinite(share) else 0.5)
