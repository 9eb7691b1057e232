"""Charts of runs made ready for a page where runs are selected: what is selected there fades all others here.

An Altair chart is its user's to change; in the comparison the page changes it. So its specification is looked through:
wherever the rows of a part stand for runs, as a field of theirs holds the label of one, the part takes colour and
fading from a data set of its own, `nbflow_runs`, which the page fills.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from msgspec import Struct

__all__ = ["RUNS", "Brushed", "brushed"]

RUNS = "nbflow_runs"
"""The data set with a row for each run: `label`, and what is in `nbflow_color`, `nbflow_faded` and `nbflow_letter`."""

_COLOR, _FADED, _LETTER = "nbflow_color", "nbflow_faded", "nbflow_letter"
_PICK, _BRUSH, _VIEW = "nbflow_pick", "nbflow_brush", "nbflow_runs_view"
_FAINT = 0.12
_MOST_COLORS = 24  # of more runs, colours tell nothing
_MOST_LETTERS = 40
# A wheel turned over a chart scrolls the page; with a key held it zooms.
_ZOOM = "wheel![event.ctrlKey || event.metaKey || event.shiftKey]"


class Brushed(Struct, kw_only=True):
    """A specification that answers to a selection of runs, with what the page must know of it.

    Parameters
    ----------
    spec
        Without title and width, which the page gives it.
    title, notes
        What stood above the chart.
    words
        What the chart says where there is nothing to draw; then there is no `spec`.
    pick
        The parameter by which a run is clicked, and the field of its label; None where runs are no marks.
    brush
        The parameter of an area drawn over marks, the data set in which it lies, and the field of the label.
    zoom
        The parameter that is bound to the scales.
    """

    spec: dict[str, Any] | None
    title: str
    notes: list[str]
    words: str = ""
    pick: dict[str, str] | None = None
    brush: dict[str, str] | None = None
    zoom: str | None = None


def brushed(spec: dict[str, Any], labels: Sequence[str], *, can_zoom: bool) -> Brushed:
    """Make a chart's specification answer to a selection of runs.

    Parameters
    ----------
    spec
        As Altair gives it. It is changed.
    labels
        What the runs are called in it, each differently.
    can_zoom
        Whether its axes can be zoomed; if not, an area can be drawn over the marks instead.
    """
    title, notes = _title(spec.pop("title", None))
    words = _words(spec)
    if words is not None:
        return Brushed(spec=None, title=title, notes=notes, words=words)
    for name in ("$schema", "config", "width"):
        spec.pop(name, None)
    spec["config"] = {"axis": {"labelSeparation": 6}}
    made = Brushed(spec=spec, title=title, notes=notes)
    fields = _label_fields(spec.get("datasets", {}), set(labels))
    legends = _without_legends(spec, made, can_zoom=can_zoom)
    parts = list(_parts(spec, spec.get("data")))
    letters: list[dict[str, Any]] = []
    for part, data in parts:
        field = fields.get(data)
        if field is None:
            continue
        _answer(part, field, legends, n_runs=len(labels))
        if _is_dots(part) and not can_zoom and len(labels) <= _MOST_LETTERS:
            letters.append(_letters(part))
    of_runs = [(part, data, fields[data]) for part, data in parts if data in fields and _can_be_picked(part)]
    if of_runs:
        _add_params(spec, made, of_runs, can_zoom=can_zoom)
    spec["layer"] = [*spec.get("layer", []), *letters]
    return made


def _title(title: Any) -> tuple[str, list[str]]:
    if not isinstance(title, Mapping):
        return str(title or ""), []
    notes = title.get("subtitle") or []
    return str(title.get("text", "")), [notes] if isinstance(notes, str) else [str(note) for note in notes]


def _words(spec: Mapping[str, Any]) -> str | None:
    """Give what a chart says that draws nothing but words."""
    mark = spec.get("mark")
    if not isinstance(mark, Mapping) or mark.get("type") != "text":
        return None
    rows = spec["datasets"].get(spec["data"]["name"]) if "name" in spec["data"] else spec["data"].get("values")
    return " ".join(str(value) for row in rows or () for value in row.values())


def _label_fields(
    datasets: Mapping[str, Sequence[Mapping[str, Any]]], labels: AbstractSet[str]
) -> dict[str | None, str]:
    """Find for each data set the field that says which run a row is of."""
    found: dict[str | None, str] = {}
    for name, rows in datasets.items():
        for field in rows[0] if rows else ():
            if all(isinstance(row.get(field), str) and row[field] in labels for row in rows):
                found[name] = field
                break
    return found


def _without_legends(spec: dict[str, Any], made: Brushed, *, can_zoom: bool) -> set[str]:
    """Take away what selects within the chart alone; give the names of those parameters."""
    kept, gone = [], set()
    for param in spec.get("params", []):
        bind = param.get("bind")
        if bind == "scales" and can_zoom:
            param["select"] = {**param["select"], "zoom": _ZOOM}
            made.zoom = param["name"]
        elif bind in ("legend", "scales"):
            gone.add(param["name"])
            continue
        kept.append(param)
    spec["params"] = kept
    return gone


def _parts(part: dict[str, Any], data: Any) -> Iterator[tuple[dict[str, Any], str | None]]:
    data = part.get("data", data)
    if "mark" in part:
        yield part, data.get("name") if isinstance(data, Mapping) else None
    for inner in part.get("layer", []):
        yield from _parts(inner, data)


def _answer(part: dict[str, Any], field: str, gone: set[str], *, n_runs: int) -> None:
    """Have a part fade what is not selected, and colour runs as the page does."""
    encoding = part.setdefault("encoding", {})
    mark = part["mark"] if isinstance(part["mark"], dict) else {"type": part["mark"]}
    part["mark"] = mark
    opacity = encoding.get("opacity") or {"value": mark.get("opacity", 1)}
    condition = opacity.get("condition")
    conditions = [condition] if isinstance(condition, Mapping) else list(condition or ())
    value = opacity.get("value", 1)
    for each in conditions:
        if each.get("param") in gone:
            value = each.get("value", value)
    conditions = [each for each in conditions if each.get("param") not in gone]
    if value:  # what only the pointer shows is not seen anyhow
        conditions.append({"test": f"datum.{_FADED}", "value": value * _FAINT})
    if conditions:
        encoding["opacity"] = {"condition": conditions, "value": value}
    _color(encoding, mark, field, n_runs)
    look_up = {"lookup": field, "from": {"data": {"name": RUNS}, "key": "label", "fields": [_COLOR, _FADED, _LETTER]}}
    part["transform"] = [look_up, *part.get("transform", [])]


def _color(encoding: dict[str, Any], mark: Mapping[str, Any], field: str, n_runs: int) -> None:
    dashes = encoding.get("strokeDash")
    if isinstance(dashes, dict) and dashes.get("field") == field:
        dashes["legend"] = None
    color = encoding.get("color", {"value": None})
    by_run = color.get("field") == field
    plain = "value" in color and "fill" not in encoding and mark["type"] != "text" and n_runs <= _MOST_COLORS
    if by_run or plain:
        encoding["color"] = {"field": _COLOR, "type": "nominal", "scale": None, "legend": None}


def _is_dots(part: Mapping[str, Any]) -> bool:
    return part["mark"]["type"] == "point" and "xOffset" not in part["encoding"] and "opacity" in part["encoding"]


def _letters(dots: Mapping[str, Any]) -> dict[str, Any]:
    """Write the letter of each run beside its dot."""
    encoding = {name: dots["encoding"][name] for name in ("x", "y", "opacity")}
    mark = {"type": "text", "align": "left", "dx": 7, "dy": -5, "fontSize": 10, "aria": False}
    letters = {"mark": mark, "encoding": {**encoding, "text": {"field": _LETTER, "type": "nominal"}}}
    return letters | {"transform": dots["transform"]} | ({"data": dots["data"]} if "data" in dots else {})


def _can_be_picked(part: Mapping[str, Any]) -> bool:
    return part["mark"]["type"] in ("bar", "line", "point")


def _add_params(
    spec: dict[str, Any], made: Brushed, of_runs: Sequence[tuple[dict[str, Any], str | None, str]], *, can_zoom: bool
) -> None:
    # Of lines, the last part with its points, of which always the nearest is meant.
    part, data, field = of_runs[-1]
    view = part.setdefault("name", _VIEW)
    select: dict[str, Any] = {"type": "point", "fields": [field], "on": "click", "toggle": False, "clear": False}
    if can_zoom:
        select["nearest"] = True
    spec["params"].append({"name": _PICK, "select": select, "views": [view]})
    made.pick = {"param": _PICK, "field": field}
    if _is_dots(part) and not can_zoom and data is not None:
        spec["params"].append({"name": _BRUSH, "select": {"type": "interval", "clear": "dblclick"}, "views": [view]})
        made.brush = {"param": _BRUSH, "field": field, "data": data}
