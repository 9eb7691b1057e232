from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.util import find_spec
from typing import Any

import altair as alt
import matplotlib as mpl
import pandas as pd
import plotly.graph_objects as go
import pytest
from matplotlib.figure import Figure

from nbflow.artifact_store.media import encode_figure
from nbflow.errors import InvalidPathError, MissingDependencyError, UnsupportedValueError

SIGNATURES = {
    ".png": b"\x89PNG\r\n",
    ".svg": b"<?xml",
    ".pdf": b"%PDF",
    ".jpg": b"\xff\xd8\xff",
    ".jpeg": b"\xff\xd8\xff",
    ".webp": b"RIFF",
    ".eps": b"%!PS",
    ".PNG": b"\x89PNG\r\n",
}


def drawn() -> Figure:
    figure = Figure(figsize=(2, 1))
    figure.subplots().plot([1, 2, 3])
    return figure


def loads_a_script(html: str) -> bool:
    return re.search(r"<(script|link)[^>]*\b(src|href)=", html) is not None


@pytest.mark.parametrize(("suffix", "signature"), SIGNATURES.items())
def test_matplotlib_writes_what_the_extension_says(suffix: str, signature: bytes) -> None:
    assert encode_figure(drawn(), f"plots/figure{suffix}").startswith(signature)


def test_options_are_passed_on() -> None:
    small = encode_figure(drawn(), "a.png", {"dpi": 20})
    large = encode_figure(drawn(), "a.png", {"dpi": 200})

    assert len(large) > len(small)
    assert encode_figure(drawn(), "a.png", {"format": "svg"}).startswith(b"<?xml")


@pytest.mark.parametrize("name", ["figure", "figure.html", "figure.txt", ".png"])
def test_matplotlib_refuses_other_extensions_and_names_its_own(name: str) -> None:
    with pytest.raises(InvalidPathError, match=r"\.pdf, .*\.png"):
        encode_figure(drawn(), name)


def test_a_figure_stays_as_it_is() -> None:
    figure = drawn()
    before = (figure.get_size_inches().tolist(), figure.dpi, mpl.get_backend())

    encode_figure(figure, "a.png", {"dpi": 20})

    assert (figure.get_size_inches().tolist(), figure.dpi, mpl.get_backend()) == before


def test_plotly_html_is_complete_and_asks_nobody() -> None:
    html = encode_figure(go.Figure(go.Scatter(y=[1, 2])), "a.html").decode()

    assert "<html>" in html[:200]
    assert len(html) > 1_000_000
    assert not loads_a_script(html)


def test_plotly_json_is_its_own() -> None:
    figure = go.Figure(go.Scatter(y=[1, 2]))

    assert json.loads(encode_figure(figure, "a.json"))["data"][0]["type"] == "scatter"


@pytest.mark.skipif(find_spec("kaleido") is not None, reason="kaleido is installed")
@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_plotly_images_need_kaleido(suffix: str) -> None:
    with pytest.raises(MissingDependencyError, match="pip install kaleido"):
        encode_figure(go.Figure(), f"a.{suffix}")


def chart(rows: int = 3) -> Any:
    return alt.Chart(pd.DataFrame({"x": range(rows), "y": range(rows)})).mark_line().encode(x="x:Q", y="y:Q")


def test_altair_json_is_the_vega_lite_specification() -> None:
    spec = json.loads(encode_figure(chart(), "a.json"))

    assert "vega-lite" in spec["$schema"]
    assert spec["mark"]["type"] == "line"


def test_altair_charts_of_every_kind_are_charts() -> None:
    for composed in (chart() + chart(), chart() | chart(), chart() & chart(), alt.layer(chart())):
        assert "vega-lite" in json.loads(encode_figure(composed, "a.json"))["$schema"]


def test_altair_keeps_all_rows_and_the_users_limit() -> None:
    before = dict(alt.data_transformers.options)

    spec: dict[str, Any] = json.loads(encode_figure(chart(6000), "a.json"))

    assert len(next(iter(spec["datasets"].values()))) == 6000
    assert alt.data_transformers.options == before


@pytest.mark.skipif(find_spec("vl_convert") is not None, reason="vl-convert-python is installed")
@pytest.mark.parametrize("suffix", ["html", "png", "svg", "pdf"])
def test_other_files_of_altair_need_vl_convert(suffix: str) -> None:
    with pytest.raises(MissingDependencyError, match="pip install vl-convert-python"):
        encode_figure(chart(), f"a.{suffix}")


@pytest.mark.skipif(find_spec("vl_convert") is None, reason="vl-convert-python is not installed")
def test_altair_draws_itself_with_vl_convert() -> None:
    html = encode_figure(chart(), "a.html").decode()

    assert len(html) > 100_000
    assert not loads_a_script(html)
    assert encode_figure(chart(), "a.png").startswith(b"\x89PNG")
    assert encode_figure(chart(), "a.svg").lstrip().startswith(b"<svg")


@pytest.mark.parametrize("name", ["a", "a.txt", "a.gif"])
def test_other_extensions_are_refused(name: str) -> None:
    for figure in (go.Figure(), chart()):
        with pytest.raises(InvalidPathError, match="extension"):
            encode_figure(figure, name)


def test_what_is_no_figure_is_refused() -> None:
    for thing in (drawn().axes[0], "text", None, 3, object(), Figure):
        with pytest.raises(UnsupportedValueError, match="figure"):
            encode_figure(thing, "a.png")


def test_no_plotting_library_is_imported_to_ask() -> None:
    script = (
        "import sys\n"
        "from nbflow.artifact_store.media import encode_figure\n"
        "try: encode_figure(object(), 'a.png')\n"
        "except TypeError: print(*sys.modules)"
    )

    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert {"matplotlib", "plotly", "altair"} & set(run.stdout.split()) == set()
    assert "nbflow" in run.stdout
