"""Drawing lines: the line, its band, and the points that answer the pointer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nbflow.charts.parts import (
    MOST_LEGEND,
    STILL,
    by_ramp,
    chart_number,
    color_channel,
    inline,
    layered,
    log_of,
    scale_of,
    tooltip,
    unused_name,
    x_channel,
    y_channel,
)
from nbflow.charts.text import clean
from nbflow.charts.theme import DASHES, GREY, PALETTE
from nbflow.charts.values import color_levels

if TYPE_CHECKING:
    import altair as alt

    from nbflow.charts.line_chart import Line, Lines

__all__ = ["draw_lines"]

# The fields: a name is in none of them.
_X, _Y, _LINE, _COLOR, _METRIC, _SMOOTH, _LOW, _HIGH, _N, _RUN, _ORDER = (f"c{n}" for n in range(11))
_ARRAYS = {"x": _X, "y": _Y, "smooth": _SMOOTH, "low": _LOW, "high": _HIGH, "n": _N, "order": _ORDER}
_DOTTED = 30
# What is left of a line that was not chosen in the legend.
_FAINT = 0.15


def draw_lines(shown: Lines, title: alt.TitleParams) -> alt.LayerChart:
    """Draw lines.

    Parameters
    ----------
    shown
        The lines, at least one.
    title
        The chart's title, with what is to be said.
    """
    import altair as alt

    fields: list[Any] = [_ARRAYS[name] for name in shown.lines[0].arrays]
    base = alt.Chart(inline([_row(line, shown) for line in shown.lines])).transform_flatten(fields)
    chosen = alt.selection_point(name=unused_name("legend"), fields=[_color_field(shown)], bind="legend")
    hover = alt.selection_point(
        name=unused_name("hover"), nearest=True, on="pointerover", clear="pointerout", empty=False
    )
    zoom = alt.selection_interval(name=unused_name("zoom"), bind="scales")
    with_legend = _has_legend(shown)

    def faded(opacity: float) -> Any:
        if not with_legend:
            return alt.value(opacity)
        return alt.condition(chosen, alt.value(opacity), alt.value(opacity * _FAINT))

    # The legend belongs to the last layer, and so do all selections: Altair mixes them up, where charts are put side
    # by side, if several layers have some.
    near_channels = _channels(shown)
    channels = {name: _without_legend(name, channel) for name, channel in near_channels.items()}
    y = _y_of(shown)
    marks = []
    if "low" in shown.lines[0].arrays:
        area = {name: channel for name, channel in channels.items() if name != "strokeDash"}
        marks.append(base.mark_area(aria=False).encode(**area, y=y(_LOW), y2=_HIGH, opacity=faded(0.2)))
    if "smooth" in shown.lines[0].arrays:
        thin = base.mark_line(aria=False, strokeWidth=1)
        marks.append(thin.encode(**channels, y=y(_Y), opacity=faded(0.28)))
    line = base.mark_line(strokeWidth=1.8, strokeJoin="round", **_dots(shown))
    marks.append(line.encode(**channels, y=y(_main(shown)), opacity=faded(_opacity(shown))))
    near = base.transform_filter(f"!{STILL}").mark_point(aria=False, size=70, strokeWidth=2.2)
    shown_near = alt.condition(hover, alt.value(1), alt.value(0))
    near = near.encode(**near_channels, y=y(_main(shown)), opacity=shown_near, tooltip=_tooltip(shown))
    near = near.add_params(hover, zoom, *([chosen] if with_legend else []))
    still = alt.param(name=STILL, value=False)
    return layered(*marks, near, title=title, independent=["color", "strokeDash"], params=[still])


def _row(line: Line, shown: Lines) -> dict[str, Any]:
    row: dict[str, Any] = {
        _ARRAYS[name]: [chart_number(value) for value in array.tolist()] for name, array in line.arrays.items()
    }
    row[_LINE] = line.label
    if line.run_id:
        row[_RUN] = line.run_id
    if len(shown.metrics) > 1:
        row[_METRIC] = clean(line.metric, 40)
    if shown.color is not None:
        row[_COLOR] = line.color
    return row


def _channels(shown: Lines) -> dict[str, Any]:
    """Give the channels that all layers have, but for y."""
    import altair as alt

    several, time = len(shown.metrics) > 1, shown.axis.kind == "time"
    levels, name = _levels(shown)
    x = {"kind": "T"} if time else {"scale": scale_of(log=log_of(shown.log, "x"), nice=False)}
    channels: dict[str, Any] = {
        "x": x_channel(_X, shown.x_title, **x),
        "color": color_channel(_color_field(shown), shown.color, name, levels, symbol="stroke"),
        "detail": [
            alt.Detail(f"{field}:N", title=name)
            for field, name in ((_LINE, "run"), (_METRIC, "metric"))
            if field != _color_field(shown) and (several or field != _METRIC)
        ],
    }
    if "order" in shown.lines[0].arrays:
        channels["order"] = alt.Order(f"{_ORDER}:Q")
    if several and not _by_metric(shown):
        dashes = [list(DASHES[n % len(DASHES)]) for n in range(len(shown.metrics))]
        scale = alt.Scale(domain=[clean(metric, 40) for metric in shown.metrics], range=dashes)
        legend = alt.Legend(title="metric", symbolType="stroke", symbolOpacity=1, symbolStrokeColor=GREY)
        channels["strokeDash"] = alt.StrokeDash(f"{_METRIC}:N", scale=scale, title="metric", legend=legend)
    elif shown.color is None and len(PALETTE) < len(levels) <= MOST_LEGEND:
        dashes = [list(DASHES[n // len(PALETTE) % len(DASHES)]) for n in range(len(levels))]
        of_color = channels["color"].to_dict()
        channels["strokeDash"] = alt.StrokeDash(
            f"{_color_field(shown)}:N",
            scale=alt.Scale(domain=levels, range=dashes),
            legend=alt.Legend(**of_color["legend"]),
            title=of_color["title"],
        )
    return channels


def _y_of(shown: Lines) -> Callable[[str], alt.Y]:
    title = "value" if len(shown.metrics) > 1 else shown.metrics[0]
    scale = scale_of(log=log_of(shown.log, "y"))
    return lambda field: y_channel(field, title, scale=scale)


def _without_legend(name: str, channel: Any) -> Any:
    if name not in ("color", "strokeDash"):
        return channel
    bare = channel.copy()
    bare["legend"] = None
    return bare


def _by_metric(shown: Lines) -> bool:
    """Tell whether colours tell metrics apart: there is one run, or one group, only."""
    return shown.color is None and len(shown.metrics) > 1 and len({line.label for line in shown.lines}) == 1


def _color_field(shown: Lines) -> str:
    return _COLOR if shown.color is not None else _METRIC if _by_metric(shown) else _LINE


def _levels(shown: Lines) -> tuple[list[Any], str]:
    """Give the entries of the legend of colours, and its title."""
    if shown.color is not None:
        return color_levels(shown.color, [line.color for line in shown.lines]), shown.color.name
    if _by_metric(shown):
        return [clean(metric, 40) for metric in shown.metrics], "metric"
    return list(dict.fromkeys(line.label for line in shown.lines)), "" if shown.band else "run"


def _has_legend(shown: Lines) -> bool:
    return not (shown.color is not None and by_ramp(shown.color)) and len(_levels(shown)[0]) <= MOST_LEGEND


def _main(shown: Lines) -> str:
    return _SMOOTH if "smooth" in shown.lines[0].arrays else _Y


def _opacity(shown: Lines) -> float:
    return 1.0 if len(shown.lines) <= MOST_LEGEND else 0.55


def _dots(shown: Lines) -> dict[str, Any]:
    """Show the points where they are few: of one alone there would be no line."""
    import altair as alt

    if max(len(line.arrays["x"]) for line in shown.lines) > _DOTTED:
        return {}
    return {"point": alt.OverlayMarkDef(size=28, filled=True, aria=False)}


def _tooltip(shown: Lines) -> list[alt.Tooltip]:
    arrays = shown.lines[0].arrays
    name = shown.metrics[0] if len(shown.metrics) == 1 else "value"
    fields = [(_LINE, "N", "runs" if shown.band else "run")]
    if len(shown.metrics) > 1:
        fields.append((_METRIC, "N", "metric"))
    if shown.color is not None:
        fields.append((_COLOR, "Q" if by_ramp(shown.color) else "N", shown.color.name))
    fields += [(_X, "T" if shown.axis.kind == "time" else "Q", shown.x_title), (_Y, "Q", name)]
    if "smooth" in arrays:
        fields.append((_SMOOTH, "Q", "smoothed"))
    if "low" in arrays:
        fields += [(_LOW, "Q", "mean - std"), (_HIGH, "Q", "mean + std"), (_N, "Q", "runs there")]
    return tooltip(*fields)
