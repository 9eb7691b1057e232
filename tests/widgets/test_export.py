"""What stays of an executed notebook outside of Jupyter: on plain pages, on GitHub, and on our own page."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import bleach
import nbformat
import pytest
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter

from nbflow.export import NbflowHTMLExporter
from nbflow.widgets.limits import MAX_SAVED_BYTES
from tests.widgets.everything import DISPLAYS, executed

# What each display says in words, on any page.
SAID = {
    "runs": ["4 runs", "keen-fox-0", "keen-fox-3", "accuracy", "0.9800", "solver = lbfgs"],
    "run": ["Run keen-fox-3", "finished", "accuracy", "lbfgs", "loss"],
    "compare": ["Comparison of 4 runs", "keen-fox-0", "baseline", "0.1550", "better"],
    "live": ["watched", "live-loss", "0.05"],
    "model": ["flowers", "petal length (cm)", "double", "accuracy", "0.98"],
    "form": ["train", "Train a forest.", "depth", "7", "log-loss"],
    "chart": [],
}
PICTURES = {"runs": 0, "run": 1, "compare": 3, "live": 1, "model": 3, "form": 0, "chart": 1}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

# GitHub's own lists of what may stand in a page (jch/html-pipeline): no style, script, svg or class, and images have
# addresses of the web. `bdi` is not among them, so it goes and its text stays.
TAGS = frozenset(
    re.findall(
        r"\w+",
        """
    a abbr b bdo blockquote br caption cite code dd del details dfn div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr
    i img ins kbd li mark ol p picture pre q rp rt ruby s samp small source span strike strong sub summary sup table
    tbody td tfoot th thead time tr tt ul var wbr
    """,
    )
)
ATTRIBUTES = {
    "*": re.findall(
        r"\w+", "align alt border colspan dir height hspace label lang nowrap open rowspan scope title valign width"
    ),
    "a": ["href"],
    "img": ["src"],
}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return executed(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def notebook(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def on_github(html: str) -> BeautifulSoup:
    soup = BeautifulSoup(html, "html.parser")
    for element in soup(["script", "style"]):
        element.decompose()
    cleaned = bleach.clean(str(soup), tags=TAGS, attributes=ATTRIBUTES, protocols=["http", "https"], strip=True)
    return BeautifulSoup(cleaned, "html.parser")


def text_of(soup: Any) -> str:
    return " ".join(soup.get_text(" ").split()).replace("\u00a0", " ")


def outputs(notebook: Any) -> dict[str, Any]:
    """Give the output that shows each of our displays."""
    shown = {}
    for cell in notebook.cells:
        kind = next((kind for kind, code in DISPLAYS.items() if code == cell.source), None)
        if kind is not None:
            (shown[kind],) = (output for output in cell.outputs if "data" in output)
    return shown


def the_output(soup: BeautifulSoup) -> Any:
    return soup.select_one(".jp-OutputArea-output")


def says(soup: Any, kind: str) -> None:
    """Check that a display's words are there, in a page that has all of them."""
    text = text_of(soup)
    assert [word for word in SAID[kind] if word not in text] == []


def test_each_display_is_one_output_without_the_widget_key_and_within_its_limit(notebook: Any) -> None:
    shown = outputs(notebook)

    assert set(shown) == set(DISPLAYS)
    for kind, output in shown.items():
        assert WIDGET_VIEW not in output.data, kind
        sizes = {each: len(json.dumps(data)) for each, data in output.data.items()}
        assert all(size < MAX_SAVED_BYTES for size in sizes.values()), (kind, sizes)
        assert len(output.data["text/plain"]) < 20_000, kind


@pytest.mark.parametrize("kind", DISPLAYS)
def test_a_display_stays_on_a_plain_page(notebook: Any, kind: str) -> None:
    page, _ = HTMLExporter().from_notebook_node(only(notebook, kind))

    soup = BeautifulSoup(page, "html.parser")
    assert "model not found" not in page
    assert not soup.select(f"script[type='{WIDGET_VIEW}']")
    shown = the_output(soup)
    says(shown, kind)
    assert len(shown.select("img")) >= PICTURES[kind]
    assert all(image["alt"] for image in shown.select("img"))


@pytest.mark.parametrize("kind", [kind for kind in DISPLAYS if kind != "chart"])
def test_a_display_stays_on_github(notebook: Any, kind: str) -> None:
    soup = on_github(outputs(notebook)[kind].data["text/html"])

    says(soup, kind)
    assert soup.select("table td")
    assert all(image["alt"] for image in soup.select("img"))
    assert "{" not in soup.get_text()  # no rule of a style sheet is left to be read
    assert not soup.select("[style], [class], [src^='data:']")


def test_on_github_a_runs_picture_is_told_in_figures(notebook: Any) -> None:
    soup = on_github(outputs(notebook)["run"].data["text/html"])

    assert [image["alt"] for image in soup.select("img") if str(image["alt"]).startswith("loss, from 0.303")]


@pytest.mark.parametrize("kind", [kind for kind in DISPLAYS if kind != "chart"])
def test_nbconverts_strict_sanitizer_leaves_the_words(notebook: Any, kind: str) -> None:
    page, _ = HTMLExporter(sanitize_html=True).from_notebook_node(only(notebook, kind))

    # It writes out the tags that it does not know.
    shown = the_output(BeautifulSoup(re.sub(r"&lt;/?bdi&gt;", "", page), "html.parser"))
    says(shown, kind)
    assert not shown.select("style, script")


# ---------------------------------------------------------------- our own page


def test_our_page_has_each_display_though_the_state_of_widgets_is_saved(notebook: Any) -> None:
    assert "widgets" in notebook.metadata

    page, _ = NbflowHTMLExporter().from_notebook_node(notebook)

    soup = BeautifulSoup(page, "html.parser")
    for kind in DISPLAYS:
        says(soup, kind)
    assert len(soup.select("img")) >= sum(PICTURES.values())
    assert {str(image["src"]).partition(";")[0] for image in soup.select("img")} == {"data:image/svg+xml"}
    assert soup.select_one("img[alt='Chart: Loss of four runs']")
    assert "IntSlider(value=42)" in text_of(soup)
    assert soup.select("script, link, iframe, object, embed, [src^='http'], [srcset]") == []
    assert "url(" not in page
    assert len(page) < MAX_SAVED_BYTES


def test_our_page_leaves_the_notebook_as_it_is(notebook: Any) -> None:
    before = nbformat.writes(notebook)

    NbflowHTMLExporter().from_notebook_node(notebook)

    assert nbformat.writes(notebook) == before


def test_options_of_nbconvert_work(notebook: Any) -> None:
    page, _ = NbflowHTMLExporter(exclude_input=True).from_notebook_node(notebook)

    soup = BeautifulSoup(page, "html.parser")
    assert not soup.select(".input_area")
    says(soup, "runs")


def test_the_templates_are_not_taken_from_the_current_folder(tmp_path: Path) -> None:
    (tmp_path / "nbflow-html").mkdir()
    (tmp_path / "nbflow-html" / "index.html.j2").write_text("somebody else's")

    page, _ = NbflowHTMLExporter().from_notebook_node(a_notebook({"text/plain": "mine"}))

    assert "mine" in page
    assert "somebody else's" not in page


def test_a_chart_is_its_picture_and_not_what_would_load_libraries() -> None:
    loader = "<script src='https://cdn.example/vega.js'></script>"
    chart = {
        "application/vnd.vegalite.v6+json": {},
        "text/html": loader,
        "image/svg+xml": "<svg/>",
        "text/plain": "Chart: <b>",
    }

    soup = converted(chart)

    assert [image["alt"] for image in soup.select("img")] == ["Chart: <b>"]
    assert not soup.select("script")


def test_code_for_the_page_is_left_out_where_there_is_something_else_to_see() -> None:
    soup = converted(
        {"application/javascript": "window.did = 1", WIDGET_VIEW: {"model_id": "0"}, "text/plain": "a widget"}
    )

    assert "a widget" in text_of(soup)
    assert not soup.select("script")


def test_what_an_svg_holds_runs_nowhere() -> None:
    soup = converted({"image/svg+xml": "<svg onload='window.did = 1'><script>1</script></svg>"})

    assert soup.select("main svg, main script") == []
    assert len(soup.select("main img")) == 1


def test_the_name_of_a_notebook_is_text(tmp_path: Path) -> None:
    path = tmp_path / "a<script>1<script>.ipynb"
    nbformat.write(a_notebook({"text/plain": "x"}), path)

    page, _ = NbflowHTMLExporter().from_filename(str(path))

    soup = BeautifulSoup(page, "html.parser")
    assert soup.title is not None
    assert soup.title.string == "a<script>1<script>"
    assert not soup.select("script")


def test_formulas_and_diagrams_are_text_as_written(notebook: Any) -> None:
    page, _ = NbflowHTMLExporter().from_notebook_node(notebook)

    text = text_of(BeautifulSoup(page, "html.parser"))
    assert "graph LR; a --> b" in text
    assert re.search(r"\$e\^\{i\\pi\} = -1\$", text)


def only(notebook: Any, kind: str) -> Any:
    """Give a notebook with one of the displays, and with all that was saved beside the cells."""
    cells = [nbformat.v4.new_code_cell("x", outputs=[outputs(notebook)[kind]])]
    return nbformat.v4.new_notebook(cells=cells, metadata=notebook.metadata)


def a_notebook(data: dict[str, Any]) -> Any:
    output = nbformat.v4.new_output("display_data", data=data)
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", outputs=[output])])


def converted(data: dict[str, Any]) -> BeautifulSoup:
    page, _ = NbflowHTMLExporter().from_notebook_node(a_notebook(data))
    return BeautifulSoup(page, "html.parser")
