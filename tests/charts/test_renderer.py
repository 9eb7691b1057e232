"""The renderer that `%load_ext nbflow` gives to Altair."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import altair as alt
import pytest

from nbflow.charts import chart_bundle, renderer
from nbflow.magics.figures import figure_of

WORD = "Altair charts are drawn without a network; alt.renderers.enable('default') switches that off."


@pytest.fixture(autouse=True)
def renderers() -> Iterator[Any]:
    """Give Altair's renderers as they are at first, and leave them so."""
    renderer.disable()
    alt.renderers.enable("default")
    yield alt.renderers
    renderer.disable()
    alt.renderers.enable("default")


def chart(n: int = 3) -> Any:
    rows = alt.InlineData(values=[{"a": i} for i in range(n)])
    return alt.Chart(rows, title="three points").mark_point().encode(x="a:Q")


def test_a_chart_is_its_specification_and_an_svg() -> None:
    renderer.enable()

    bundle: Any = chart()._repr_mimebundle_()

    assert set(bundle) == {"application/vnd.vegalite.v6+json", "image/svg+xml", "text/plain"}
    assert bundle["application/vnd.vegalite.v6+json"]["mark"] == {"type": "point"}
    assert bundle["image/svg+xml"].startswith("<svg")
    assert bundle["text/plain"] == "Chart: three points"
    assert "http" not in str(bundle).replace("http://www.w3.org/", "").replace("https://vega.github.io/schema", "")


def test_the_mime_type_is_that_of_the_charts_version() -> None:
    spec = {**chart().to_dict(), "$schema": "https://vega.github.io/schema/vega-lite/v5.20.1.json"}

    assert "application/vnd.vegalite.v5+json" in renderer.render(spec)


def test_a_chart_with_too_many_marks_has_a_png() -> None:
    bundle = renderer.render(chart(8_000).to_dict())

    assert "image/svg+xml" not in bundle
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")


def test_the_static_form_can_be_left_out() -> None:
    alt.renderers.register("nbflow", renderer.render)
    alt.renderers.enable("nbflow", svg=False)

    bundle: Any = chart()._repr_mimebundle_()
    assert set(bundle) == {"application/vnd.vegalite.v6+json", "text/plain"}


def test_data_elsewhere_leave_a_word() -> None:
    bundle = renderer.render(alt.Chart("https://example.org/x.csv").mark_point().to_dict())

    assert "its data are elsewhere" in bundle["text/plain"]


def test_a_bundle_is_a_figure_of_a_cell() -> None:
    found = figure_of(chart_bundle(chart()))

    assert found is not None
    assert found[0] == "vl.json"


def test_it_is_taken_back(renderers: Any) -> None:
    renderers.enable("default", embed_options={"actions": False})

    renderer.enable()
    assert renderers.active == "nbflow"
    renderer.disable()

    assert (renderers.active, renderers.options) == ("default", {"embed_options": {"actions": False}})
    assert "nbflow" not in renderers.names()


def test_a_renderer_that_was_chosen_before_is_left_alone(renderers: Any) -> None:
    renderers.enable("svg")

    assert renderer.enable() == ""
    assert renderers.active == "svg"
    renderer.disable()

    assert renderers.active == "svg"


def test_a_renderer_that_was_chosen_since_is_left_alone(renderers: Any) -> None:
    renderer.enable()
    renderers.enable("png")

    renderer.disable()

    assert renderers.active == "png"


def in_a_process(script: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


LOAD = """
import sys
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config
shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
shell.run_line_magic("load_ext", "nbflow")
"""


def test_it_is_said_once_and_altair_is_not_imported_for_it() -> None:
    said = in_a_process(
        LOAD
        + """
print("altair" in sys.modules, "pandas" in sys.modules)
shell.run_line_magic("reload_ext", "nbflow")
import altair as alt
print(alt.renderers.active)
shell.run_line_magic("unload_ext", "nbflow")
print(alt.renderers.active)
"""
    )

    assert said == [WORD, "False False", "nbflow", "default"]


def test_without_the_converter_a_word_says_what_to_install() -> None:
    said = in_a_process(
        """
import sys
sys.modules["vl_convert"] = None
import importlib.util
from nbflow.charts import renderer
import altair as alt
renderer.enable()
chart = alt.Chart(alt.InlineData(values=[{"a": 1}])).mark_point().encode(x="a:Q")
bundle = chart._repr_mimebundle_()
print(sorted(bundle))
print(bundle["text/plain"])
"""
    )

    assert said == [
        "['application/vnd.vegalite.v6+json', 'text/plain']",
        "Chart. pip install vl-convert-python draws it where no JavaScript runs",
    ]
