"""Vega-Lite charts in JupyterLab: drawn without a network, and unable to do harm."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.browser.notebook_page import App, Notebook

    Open = Callable[..., Notebook]

ROWS = [{"x": 1, "y": 2, "kind": "a"}, {"x": 2, "y": 5, "kind": "b"}, {"x": 3, "y": 3, "kind": "a"}]
SPEC = {
    "data": {"values": ROWS},
    "mark": {"type": "point", "filled": True, "size": 400},
    "encoding": {
        "x": {"field": "x", "type": "quantitative"},
        "y": {"field": "y", "type": "quantitative"},
        "color": {"field": "kind", "type": "nominal"},
    },
}
MARKS = "svg .mark-symbol.role-mark path"


def show(spec: dict[str, Any]) -> str:
    bundle = {"application/vnd.vegalite.v6+json": spec, "text/plain": "a chart"}
    return f"import json\nfrom IPython.display import display\ndisplay(json.loads({json.dumps(bundle)!r}), raw=True)"


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_what_altair_makes_is_drawn(open_notebook: Open, app: App) -> None:
    code = f"import altair as alt\nalt.renderers.enable('mimetype')\nalt.Chart.from_dict({SPEC!r})"

    output = open_notebook(code, app=app).run_cell()

    output.locator(MARKS).first.wait_for()
    assert output.locator(MARKS).count() == len(ROWS)


def test_a_chart_follows_the_theme(open_notebook: Open) -> None:
    notebook = open_notebook(show(SPEC | {"title": "a chart"}))
    output = notebook.run_cell()
    title = output.locator("svg .role-title-text text")
    title.wait_for()
    light = title.get_attribute("fill")

    notebook.set_theme("dark")

    notebook.page.wait_for_function(
        f"() => document.querySelector('svg .role-title-text text').getAttribute('fill') !== '{light}'"
    )
    notebook.screenshot("chart", output)


def test_data_at_an_address_are_not_fetched(open_notebook: Open) -> None:
    spec = SPEC | {"data": {"url": "https://example.org/rows.json"}}

    output = open_notebook(show(spec)).run_cell()

    output.get_by_text("Nothing is loaded from the network").wait_for()


def test_what_is_no_chart_is_said_in_words(open_notebook: Open) -> None:
    output = open_notebook(show({"mark": {"type": "no such mark"}, "encoding": 7})).run_cell()

    output.get_by_text("This chart cannot be drawn").wait_for()


def test_a_tooltip_is_text(open_notebook: Open) -> None:
    hostile = [{"x": 1, "y": 1, "image": "https://example.org/track.png", "say": "<img src=x onerror=window.hurt=1>"}]
    encoding = {
        **{name: {"field": name, "type": "quantitative"} for name in "xy"},
        "tooltip": [{"field": "image"}, {"field": "say"}],
    }
    notebook = open_notebook(show(SPEC | {"data": {"values": hostile}, "encoding": encoding}))
    output = notebook.run_cell()

    output.locator(MARKS).first.hover()

    tooltip = notebook.page.locator(".nbf-tooltip")
    tooltip.get_by_text("<img src=x onerror=window.hurt=1>").wait_for()
    assert tooltip.locator("img").count() == 0
    assert notebook.page.evaluate("window.hurt") is None


@pytest.mark.parametrize(("address", "leads"), [("javascript:window.hurt=1", False), ("https://example.org/", True)])
def test_a_link_leads_to_the_web_or_nowhere(open_notebook: Open, address: str, *, leads: bool) -> None:
    rows = [{"x": 1, "y": 1, "to": address}]
    encoding = {**{name: {"field": name, "type": "quantitative"} for name in "xy"}, "href": {"field": "to"}}
    notebook = open_notebook(show(SPEC | {"data": {"values": rows}, "encoding": encoding}))
    notebook.page.context.route("https://example.org/", lambda route: route.fulfill(body="there"))
    output = notebook.run_cell()
    opened: list[str] = []
    notebook.page.context.on("page", lambda page: opened.append(page.url))

    output.locator(MARKS).first.click()

    notebook.page.wait_for_timeout(1000)
    assert bool(opened) == leads
    assert notebook.page.evaluate("window.hurt") is None
