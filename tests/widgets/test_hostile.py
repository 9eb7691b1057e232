"""Every text of a store is somebody's: none of it becomes an element, an attribute, an address or code."""

from __future__ import annotations

import base64
import json
import re
import warnings
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import nbflow
from nbflow.display import bundle
from nbflow.widgets.limits import MAX_SAVED_BYTES
from nbflow.widgets.live.data import drawn
from nbflow.widgets.live.run import LiveRun
from nbflow.widgets.live.widget import Live
from nbflow.widgets.view import View
from tests.widgets.hostile import BROKEN, EVIL, MARK, displays

KINDS = ("runs", "named runs", "run", "named run", "compare", "named compare", "live", "model", "info", "form")
ELEMENTS = frozenset(
    re.findall(
        r"\w+",
        """
        a b bdi br caption code details div em h1 h2 h3 h4 i img li ol p pre s small span strong style summary table
        tbody td th thead tr ul
        """,
    )
)
ATTRIBUTES = frozenset(
    re.findall(
        r"[\w-]+",
        """
        align alt aria-hidden aria-label class colspan dir height href lang nowrap open rel role rowspan scope src style
        tabindex title width
        """,
    )
)
SHAPES = frozenset(re.findall(r"\w+", "a clipPath defs g line linearGradient path polyline rect stop svg text tspan"))
# All that we write into `style` ourselves.
STYLE = re.compile(r"(?:(?:color:#[0-9a-f]{3,8}|max-width:100%|height:auto|[a-z-]+:[-\w.%# ]+);?)*")
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Reader(HTMLParser):
    """Reads a page as a browser does, and keeps what is no text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.comments: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Give what each display puts into a notebook."""
    with warnings.catch_warnings(action="ignore"):
        shown = displays(tmp_path_factory.mktemp("hostile") / "nbruns")
        store = nbflow.Client().tracking_uri
        shown["live"] = Live([LiveRun(store, shown["live"])])
    nbflow.set_tracking_uri("")
    return {
        kind: each.bundle()[0] if isinstance(each, View) else bundle(each)
        for kind, each in shown.items()
        if kind in KINDS
    }


@pytest.mark.parametrize("kind", KINDS)
def test_the_static_page_has_our_elements_alone(bundles: dict[str, dict[str, Any]], kind: str) -> None:
    harmless(bundles[kind]["text/html"])


@pytest.mark.parametrize("kind", KINDS)
def test_what_they_wrote_can_be_read(bundles: dict[str, dict[str, Any]], kind: str) -> None:
    shown = bundles[kind]

    assert "&lt;img src=x" in shown["text/html"] or kind == "live"
    assert "<img src=x" in shown["text/plain"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_plain_text_turns_and_moves_nothing(bundles: dict[str, dict[str, Any]], kind: str) -> None:
    assert not UNSEEN.search(bundles[kind]["text/plain"])


@pytest.mark.parametrize("kind", KINDS)
def test_the_data_are_json_of_limited_size(bundles: dict[str, dict[str, Any]], kind: str) -> None:
    payloads = {name: data for name, data in bundles[kind].items() if name.startswith("application/vnd.nbflow.")}

    (payload,) = payloads.values()
    text = json.dumps(payload, allow_nan=False, ensure_ascii=False)
    assert len(text.encode("utf-8")) < MAX_SAVED_BYTES + 10_000
    assert payload["data"] is not None
    data = json.loads(payload["data"]) if isinstance(payload["data"], str) else payload["data"]
    assert MARK in json.dumps(data)


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_notebook_of_them_is_written_and_converted(
    bundles: dict[str, dict[str, Any]], kind: str, tmp_path: Path
) -> None:
    import nbformat
    from bs4 import BeautifulSoup

    from nbflow.export import NbflowHTMLExporter

    v4 = nbformat.v4
    cell = v4.new_code_cell("x", outputs=[v4.new_output("display_data", data=bundles[kind])])
    nbformat.write(v4.new_notebook(cells=[cell]), tmp_path / "a.ipynb")
    page, _ = NbflowHTMLExporter().from_filename(str(tmp_path / "a.ipynb"))

    harmless(str(BeautifulSoup(page, "html.parser").select_one(".output_html")))


def test_names_in_a_live_display_are_text(client: nbflow.Client) -> None:
    run_id = client.create_run("0").run_id
    client.log_metric(run_id, "loss", 1.0)
    data = Live([LiveRun(client.tracking_uri, run_id)])._data()
    for metric in data["metrics"]:
        metric["key"] = EVIL
    data["notice"] = EVIL
    data["runs"][0] |= {"name": BROKEN, "params": [[EVIL, EVIL]], "error": {"type": EVIL, "message": BROKEN}}

    harmless(drawn(data)["text/html"])


def test_a_charts_picture_and_specification_are_without_code(tmp_path: Path) -> None:
    from nbflow.charts import chart_bundle

    with warnings.catch_warnings(action="ignore"):
        chart = displays(tmp_path / "nbruns")["chart"]
    shown = chart_bundle(chart)

    harmless_svg(shown["image/svg+xml"])
    spec = shown["application/vnd.vegalite.v6+json"]
    assert all(MARK not in each for each in expressions(spec))


def harmless(html: str) -> None:
    read = Reader(html)
    assert {tag for tag, _ in read.tags} <= ELEMENTS
    assert {name for _, attributes in read.tags for name in attributes} <= ATTRIBUTES
    assert all(MARK not in comment for comment in read.comments)
    for tag, attributes in read.tags:
        for name in ("class", "role", "scope", "rel", "id"):
            assert re.fullmatch(r"[\w -]*", attributes.get(name, "")), (tag, attributes)
        assert STYLE.fullmatch(attributes.get("style", "")), (tag, attributes)
        assert re.match(r"https?://", attributes.get("href", "https://")), (tag, attributes)
        if tag == "img":
            kind, _, data = attributes["src"].partition(";base64,")
            assert kind in ("data:image/svg+xml", "data:image/png", "data:image/jpeg")
            if kind == "data:image/svg+xml":
                harmless_svg(base64.b64decode(data).decode("utf-8"))
    assert not UNSEEN.search(html)


def harmless_svg(svg: str) -> None:
    for element in ET.fromstring(svg).iter():  # noqa: S314 - made here
        tag = element.tag.rpartition("}")[2]
        assert tag in SHAPES
        for name, value in element.attrib.items():
            local = name.rpartition("}")[2].lower()
            assert not local.startswith("on")
            assert local != "href" or re.match(r"https?://|#", value)
            assert local in ("aria-label", "aria-roledescription") or MARK not in value


def expressions(part: Any, key: str = "") -> list[str]:
    """Give all texts of a specification that Vega evaluates."""
    if isinstance(part, dict):
        return [each for name, value in part.items() if name != "datasets" for each in expressions(value, name)]
    if isinstance(part, list):
        return [each for value in part for each in expressions(value, key)]
    evaluated = {"expr", "calculate", "filter", "test", "signal", "labelExpr", "update"}
    return [part] if isinstance(part, str) and key in evaluated else []
