"""Altair charts of runs: each function gives a chart that its user can change and compose.

`runs.chart.lines("loss")` and `nbflow.charts.lines(runs, "loss")` are the same. Names are imported when they are asked
for: `%load_ext nbflow` needs the renderer only, and that is light.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbflow.charts.bar_chart import bars
    from nbflow.charts.box_plot import box
    from nbflow.charts.contour_map import contour
    from nbflow.charts.importance_chart import importance
    from nbflow.charts.line_chart import lines
    from nbflow.charts.parallel_axes import parallel
    from nbflow.charts.renderer import chart_bundle
    from nbflow.charts.run_charts import RunCharts
    from nbflow.charts.scatter_plot import scatter
    from nbflow.charts.static import static_svg

__all__ = [
    "RunCharts",
    "bars",
    "box",
    "chart_bundle",
    "contour",
    "importance",
    "lines",
    "parallel",
    "scatter",
    "static_svg",
]

_PLACES = {
    "RunCharts": "run_charts",
    "bars": "bar_chart",
    "box": "box_plot",
    "chart_bundle": "renderer",
    "contour": "contour_map",
    "importance": "importance_chart",
    "lines": "line_chart",
    "parallel": "parallel_axes",
    "scatter": "scatter_plot",
    "static_svg": "static",
}


def __getattr__(name: str) -> Any:
    place = _PLACES.get(name)
    if place is None:
        msg = f"module 'nbflow.charts' has no attribute {name!r}"
        raise AttributeError(msg)
    from importlib import import_module

    return getattr(import_module(f"nbflow.charts.{place}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
