"""Which params matter for a metric, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nbflow.charts.arguments import names_of
from nbflow.charts.columns import Column, check_runs, column_names, find_column
from nbflow.charts.parts import inline, layered, title, tooltip, word_chart, x_channel
from nbflow.charts.text import clean, count, distinct
from nbflow.charts.theme import GREY, PALETTE
from nbflow.charts.values import drawable, evenly, left_out

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

__all__ = ["importance"]

_MOST_RUNS = 1_000
_MOST_PARAMS = 30
_ROW_HEIGHT = 24
_DOUBTFUL = 0.1
_PARAM, _MEAN, _LOW, _HIGH, _STD = (f"c{n}" for n in range(5))


def importance(
    runs: pd.DataFrame, metric: str, params: str | Sequence[str] | None = None
) -> alt.Chart | alt.LayerChart:
    """Draw which params matter for a metric.

    A small random forest learns to predict the metric's rank from the params. The bar of a param is how much of R² is
    lost, for runs that the forest was not fitted to, when the values of this param are shuffled; the line through its
    end is one standard error on either side: with few runs it is long. Of params that always change together each alone
    may seem to matter little.

    Parameters
    ----------
    runs
        The runs, as `nbflow.search_runs()` gives them; 10 at least with a finite value, or the chart is a word that
        says so. Of more than 1,000 so many are taken, evenly chosen.
    metric
        The metric, by its latest value; or an attribute that is a number: `"duration"`.
    params
        Which params to look at; None for all that differ, 30 at most. Texts are categories. A param that a run does not
        have is missing there, which the forest takes as it is.

    Returns
    -------
    chart : LayerChart
        To change and to compose.

    Raises
    ------
    ColumnNotFoundError
        If the frame has no such metric or param.
    UnsupportedValueError
        If `runs` is no frame of runs, or a name is no text.
    """
    from nbflow.charts.forest import FEWEST_RUNS, importances

    check_runs(runs)
    text = f"What matters for {clean(metric, 80)}"
    if not len(runs):
        return word_chart(text, "There are no runs.")
    of_metric = find_column(runs, metric, ("metric", "attribute"))
    columns = _params(runs, params)
    if of_metric.type != "number":
        return word_chart(text, "Its values are no numbers.")
    drawn = drawable(of_metric)
    rows = evenly(np.flatnonzero(drawn), _MOST_RUNS)
    notes = [left_out([of_metric], drawn)]
    if len(rows) < FEWEST_RUNS:
        some = count(len(rows), "run has", "runs have")
        return word_chart(text, f"Too few runs to tell: {some} a finite value, and it takes {FEWEST_RUNS}.", notes)
    target = of_metric.data[rows]
    if (target == target[0]).all():
        return word_chart(text, "The metric is the same in all runs.", notes)
    coded = [(column, _code(column, rows)) for column in columns]
    telling = [(column, codes) for column, codes in coded if _may_matter(column, codes)]
    if not telling:
        return word_chart(text, "No param differs between runs that could be compared.", notes)
    if len(telling) > _MOST_PARAMS:
        notes.append(f"the first {_MOST_PARAMS} of {len(telling)} params")
        telling = telling[:_MOST_PARAMS]
    found = importances(np.column_stack([codes for _, codes in telling]), target)
    notes = [f"{count(len(rows), 'run')}: params predict the metric's rank with R² {found.score:.2f}", *notes]
    if found.score < _DOUBTFUL:
        notes.append("hardly better than a guess: do not build on this")
    names = distinct([column.name for column, _ in telling], [str(n) for n in range(len(telling))], 60)
    return _draw(names, found.mean, found.std, title(text, notes))


def _params(runs: pd.DataFrame, params: str | Sequence[str] | None) -> list[Column]:
    if params is None:
        return [find_column(runs, name, ("param",)) for name in column_names(runs, "param")]
    return [find_column(runs, name, ("param", "tag", "attribute")) for name in names_of(params, "param")]


def _code(column: Column, rows: Any) -> Any:
    """Give a column as numbers: texts by their place in the alphabet, which a forest parts where it wants."""
    if column.type != "text":
        return np.asarray(column.data, float)[rows]
    texts = [column.data[row] for row in rows]
    place = {level: n for n, level in enumerate(sorted({text for text in texts if text is not None}))}
    return np.array([np.nan if text is None else place[text] for text in texts], float)


def _may_matter(column: Column, codes: Any) -> bool:
    there = codes[~np.isnan(codes)]
    different = len(np.unique(there))
    if different + (len(there) < len(codes)) < 2:  # noqa: PLR2004 - two, or there is nothing to compare
        return False
    # A text that is another in every run is a name, and tells the runs apart, not what they do.
    return column.type != "text" or different < len(codes)


def _draw(names: list[str], mean: Any, std: Any, heading: alt.TitleParams) -> alt.LayerChart:
    import altair as alt

    order = np.argsort(-mean, kind="stable")
    rows = [
        {_PARAM: names[n], _MEAN: float(mean[n]), _STD: float(std[n]), _LOW: float(mean[n] - std[n])}
        | {_HIGH: float(mean[n] + std[n])}
        for n in order.tolist()
    ]
    y = alt.Y(f"{_PARAM}:N", sort=[row[_PARAM] for row in rows], title=None, axis=alt.Axis(labelLimit=220))
    base = alt.Chart(inline(rows)).encode(y=y)
    tips = tooltip((_PARAM, "N", "param"), (_MEAN, "Q", "importance"), (_STD, "Q", "standard error"))
    name = "loss of R² when the param is shuffled"
    marks = base.mark_bar(color=PALETTE[0], cornerRadiusEnd=2, height={"band": 0.66})
    marks = marks.encode(x=x_channel(_MEAN, name), tooltip=tips)
    errors = base.mark_rule(color=GREY, strokeWidth=1.6, aria=False).encode(x=x_channel(_LOW, name), x2=f"{_HIGH}:Q")
    caps = [
        base.mark_tick(color=GREY, thickness=1.6, height=8, aria=False).encode(x=x_channel(field, name))
        for field in (_LOW, _HIGH)
    ]
    height = max(len(rows) * _ROW_HEIGHT, 48)
    return layered(marks, errors, *caps, title=heading, height=height)
