"""`runs.chart`: the charts of a table of runs, as its methods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nbflow.charts.bar_chart import bars
from nbflow.charts.box_plot import box
from nbflow.charts.contour_map import contour
from nbflow.charts.importance_chart import importance
from nbflow.charts.line_chart import LINE_POINTS, lines
from nbflow.charts.parallel_axes import parallel
from nbflow.charts.scatter_plot import scatter

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

__all__ = ["RunCharts"]


class RunCharts:
    """Charts of runs: each gives an Altair chart, to change and to compose.

    `runs.chart.lines("loss")` is `nbflow.charts.lines(runs, "loss")`; what the arguments mean is said there.

    Parameters
    ----------
    runs
        The runs, as `nbflow.search_runs()` gives them.
    """

    def __init__(self, runs: pd.DataFrame) -> None:
        self._runs = runs

    def __repr__(self) -> str:
        names = [name for name in dir(self) if not name.startswith("_")]
        return f"charts of {len(self._runs):,} runs: {', '.join(f'.{name}()' for name in names)}"

    def lines(
        self,
        metric: str | Sequence[str],
        *,
        x: str = "step",
        smooth: float = 0.0,
        log: bool | str = False,
        band: str | None = None,
        color: str | None = None,
        points: int | None = LINE_POINTS,
    ) -> alt.Chart | alt.LayerChart:
        """Draw how a metric went in each run: see `nbflow.charts.lines`."""
        return lines(self._runs, metric, x=x, smooth=smooth, log=log, band=band, color=color, points=points)

    def scatter(
        self, x: str, y: str, color: str | None = None, *, log: bool | str = False
    ) -> alt.Chart | alt.LayerChart:
        """Draw a dot for each run: see `nbflow.charts.scatter`."""
        return scatter(self._runs, x, y, color, log=log)

    def bars(self, metric: str, color: str | None = None) -> alt.Chart | alt.LayerChart:
        """Draw a bar for each run, the best first: see `nbflow.charts.bars`."""
        return bars(self._runs, metric, color)

    def parallel(
        self, params: str | Sequence[str] | None = None, metric: str | None = None
    ) -> alt.Chart | alt.LayerChart:
        """Draw each run as a line through its params: see `nbflow.charts.parallel`."""
        return parallel(self._runs, params, metric)

    def box(self, param: str, metric: str, *, log: bool = False) -> alt.Chart | alt.LayerChart:
        """Draw how a metric is spread for each value of a param: see `nbflow.charts.box`."""
        return box(self._runs, param, metric, log=log)

    def contour(self, x: str, y: str, z: str) -> alt.Chart | alt.LayerChart:
        """Draw a metric over two params as a map: see `nbflow.charts.contour`."""
        return contour(self._runs, x, y, z)

    def importance(self, metric: str, params: str | Sequence[str] | None = None) -> alt.Chart | alt.LayerChart:
        """Draw which params matter for a metric: see `nbflow.charts.importance`."""
        return importance(self._runs, metric, params)
