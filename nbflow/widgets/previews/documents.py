"""Previews of JSON: as a table, a Vega-Lite chart, or text set out in lines (pure)."""

from __future__ import annotations

import json
from typing import Any

from nbflow.widgets.previews.tables import table_of

__all__ = ["json_preview"]

_TEXT_LENGTH = 200_000
_CHART_BYTES = 4_000_000
_PLOTLY_KEYS = frozenset({"config", "data", "frames", "layout"})


def json_preview(data: bytes) -> dict[str, Any]:
    """Show a JSON file.

    Parameters
    ----------
    data
        The file's content.

    Returns
    -------
    preview : dict of str to object
        Of kind `table` for what `log_table` writes, `chart` for a Vega-Lite specification, `plotly` for a figure of
        plotly, which needs its library, else `text`.

    Raises
    ------
    ValueError
        If it is no JSON.
    """
    value = json.loads(data)
    if isinstance(value, dict):
        if _is_vega_lite(value) and len(data) <= _CHART_BYTES:
            return {"kind": "chart", "spec": value}
        if _is_table(value):
            return table_of(value["columns"], value["data"])
        if _is_plotly(value):
            return {
                "kind": "plotly",
                "traces": [str(trace.get("type", "scatter"))[:40] for trace in value["data"][:20]],
            }
    text = json.dumps(value, indent=2, ensure_ascii=False)
    shown = text[:_TEXT_LENGTH].encode("utf-8", "backslashreplace").decode()
    return {"kind": "text", "language": "json", "text": shown, "cut": len(shown) if len(shown) < len(text) else None}


def _is_vega_lite(value: dict[str, Any]) -> bool:
    schema = value.get("$schema")
    return isinstance(schema, str) and "/vega-lite/" in schema


def _is_table(value: dict[str, Any]) -> bool:
    columns, rows = value.get("columns"), value.get("data")
    return isinstance(columns, list) and isinstance(rows, list) and all(isinstance(row, list) for row in rows)


def _is_plotly(value: dict[str, Any]) -> bool:
    traces = value.get("data")
    return (
        value.keys() <= _PLOTLY_KEYS
        and isinstance(value.get("layout"), dict)
        and isinstance(traces, list)
        and all(isinstance(trace, dict) for trace in traces)
    )
