"""What charts are made of: data, channels, titles with what is to be said, and a word where nothing can be drawn."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from nbflow.charts.text import clean, spoken
from nbflow.charts.theme import GREY, HEIGHT, PALETTE, RAMP, WIDTH

if TYPE_CHECKING:
    import altair as alt

    from nbflow.charts.columns import Column

__all__ = [
    "MOST_LEGEND",
    "NOTHING",
    "STILL",
    "by_ramp",
    "chart_number",
    "color_channel",
    "inline",
    "layered",
    "log_of",
    "scale_of",
    "title",
    "tooltip",
    "unused_name",
    "word_chart",
    "x_channel",
    "y_channel",
]

MOST_LEGEND = 24
# A parameter of charts that is true where nobody can point at anything: what only answers the pointer is left out.
STILL = "nbflow_still"
_NOTE_WIDTH = 90
NOTHING = 1e-290
_EXACT = 2**53
_names = itertools.count(1)


def inline(rows: Sequence[Mapping[str, Any]]) -> alt.InlineData:
    """Give rows as a chart's own data, which Altair's limit of 5,000 rows does not concern."""
    import altair as alt

    return alt.InlineData(values=[dict(row) for row in rows])


def title(text: str, notes: Sequence[str] = ()) -> alt.TitleParams:
    """Give a title, with what is to be said of the chart below it."""
    import altair as alt

    lines: list[str] = []
    for note in filter(None, notes):
        if lines and len(lines[-1]) + len(note) + 3 <= _NOTE_WIDTH:
            lines[-1] = f"{lines[-1]} · {note}"
        else:
            lines.append(note)
    # Said here as well as in the theme, which is there only where nbflow draws.
    words: dict[str, Any] = {"anchor": "start", "frame": "group", "offset": 10}
    if lines:
        words |= {"subtitle": lines, "subtitleColor": GREY, "subtitlePadding": 5}
    return alt.TitleParams(clean(text, 120), **words)


def x_channel(field: str, name: str, *, kind: str = "Q", axis: dict[str, Any] | None = None, **options: Any) -> alt.X:
    """Give the channel x of a field, with a name as its title."""
    import altair as alt

    return alt.X(f"{field}:{kind}", title=spoken(name), axis=_axis(name, axis or {}), **options)


def y_channel(field: str, name: str, *, kind: str = "Q", axis: dict[str, Any] | None = None, **options: Any) -> alt.Y:
    """Give the channel y of a field, with a name as its title."""
    import altair as alt

    return alt.Y(f"{field}:{kind}", title=spoken(name), axis=_axis(name, axis or {}), **options)


def scale_of(*, log: bool = False, padding: int = 0, nice: bool = True) -> alt.Scale:
    """Give the scale of numbers on an axis, which need not begin at 0.

    Parameters
    ----------
    log
        Whether it is logarithmic.
    padding
        Pixels that are left free on either side; instead of ends that are round numbers.
    nice
        Whether the ends are round numbers.
    """
    import altair as alt

    words: dict[str, Any] = {"type": "log", "nice": False} if log else {"zero": False}
    if padding or not nice:
        words["nice"] = False
    return alt.Scale(**words, padding=padding) if padding else alt.Scale(**words)


def color_channel(
    field: str, column: Column | None, name: str, levels: Sequence[Any], *, symbol: str = "circle"
) -> alt.Color:
    """Give the channel of colours.

    Parameters
    ----------
    field
        The field.
    column
        What it holds: many different numbers are told by a ramp. None for the runs themselves.
    name
        The legend's title; empty for none.
    levels
        The texts that occur, in the order of the legend. Too many for a legend have none. For a ramp its two ends.
    symbol
        What stands in the legend: `"circle"`, `"square"` or `"stroke"`.
    """
    import altair as alt

    words: dict[str, Any] = {"title": clean(name) or None, "symbolType": symbol, "symbolOpacity": 1}
    if column is not None and by_ramp(column):
        # Its ends are said: the layer that has the legend may have no data.
        ends: Any = {"domain": list(levels)} | ({"type": "log"} if column.wide else {})
        scale = alt.Scale(range=list(RAMP), **ends)
        kind = "T" if column.type == "time" else "Q"
        return alt.Color(f"{field}:{kind}", title=spoken(name), scale=scale, legend=alt.Legend(title=clean(name)))
    legend = alt.Legend(**words) if len(levels) <= MOST_LEGEND else None
    colors = [PALETTE[n % len(PALETTE)] for n in range(len(levels))]
    scale = alt.Scale(domain=list(levels), range=colors)
    return alt.Color(f"{field}:N", title=spoken(name) or None, scale=scale, legend=legend)


def by_ramp(column: Column) -> bool:
    """Tell whether a column's values are numbers or times of which a ramp tells more than a colour for each."""
    return column.type != "text" and (column.type == "time" or len(column.levels()) > len(PALETTE))


def tooltip(*fields: tuple[str, str, str]) -> list[alt.Tooltip]:
    """Give tooltips: each a field, its type (`"Q"`, `"N"`, `"T"`), and the name that stands before it."""
    import altair as alt

    formats: dict[str, Any] = {"Q": {"format": ".6~g"}, "T": {"format": "%Y-%m-%d %H:%M:%S"}, "N": {}}
    return [alt.Tooltip(f"{field}:{kind}", title=spoken(name), **formats[kind]) for field, kind, name in fields]


def layered(
    *charts: Any, independent: Sequence[str] = (), params: Sequence[Any] = (), **properties: Any
) -> alt.LayerChart:
    """Lay charts over one another, with their title and size.

    Parameters
    ----------
    *charts
        The layers, the lowest first.
    independent
        Channels whose scales the layers do not share, and so charts that are put side by side do not either.
    params
        Parameters of the whole.
    **properties
        Others than width and height, or other values of these.
    """
    import altair as alt

    whole: Any = alt.layer(*charts).properties(**{"width": WIDTH, "height": HEIGHT, **properties})
    whole = whole.resolve_scale(**dict.fromkeys(independent, "independent"))
    return cast("alt.LayerChart", whole.add_params(*params))


def word_chart(text: str, words: str, notes: Sequence[str] = ()) -> alt.Chart:
    """Give a chart that says in words why there is nothing to see."""
    import altair as alt

    chart: Any = alt.Chart(inline([{"c0": clean(words, 200)}]), title=title(text, notes), width=WIDTH, height=60)
    word = chart.mark_text(align="left", x=0, baseline="middle", color=GREY, fontSize=13, limit=WIDTH)
    return cast("alt.Chart", word.encode(text=alt.Text("c0:N")))


def log_of(log: bool | str, channel: str) -> bool:
    """Tell whether an axis is logarithmic: `log` is a bool, for y, or the letters of the axes."""
    return channel == "y" if log is True else isinstance(log, str) and channel in log


def chart_number(value: float) -> float:
    """Give a number as a chart's data hold it: whole ones without a fraction, and what is next to nothing as 0.

    Of numbers below 1e-290 Vega cannot make an axis.
    """
    if abs(value) < NOTHING:
        return 0
    return int(value) if abs(value) < _EXACT and float(value).is_integer() else float(value)


def unused_name(stem: str) -> str:
    """Give a name for a parameter, which must differ from those of the charts that this one is put beside."""
    return f"nbflow_{stem}_{next(_names)}"


def _axis(name: str, options: Mapping[str, Any]) -> alt.Axis:
    import altair as alt

    # The text of an axis is text; that of the channel becomes part of an expression (see text.py).
    return alt.Axis(title=clean(name), **options)
