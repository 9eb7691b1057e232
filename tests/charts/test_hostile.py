"""Names and values are text, whatever stands in them."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow import Client, charts
from nbflow.charts.static import safe_svg
from nbflow.charts.text import clean, spoken
from nbflow.entities import Metric

Fixture = Callable[..., Any]

# What a store of runs takes as the name of a metric; MLflow refuses some, and other tools write them.
NAMES = [
    "a.b",
    "a/b c",
    "a'b",
    'a"b',
    "a[0]",
    "a]b",
    "a\\b",
    'a\\"b',
    "\\",
    "a:Q",
    "datum.x",
    "{{x}}",
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "&amp;",
    "😀 émoji",
    "مرحبا بالعالم",
    "__proto__",
    "constructor",
    "toString",
    "x" * 300,
    "c0",
    "repeat",
]
WORST = ['a\\"b', "</script><script>alert(1)</script>", "constructor", "x" * 300]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_can_be_drawn_and_is_in_no_field(draw: Fixture, name: str) -> None:
    import pandas as pd

    runs = pd.DataFrame(
        {
            "run_id": [f"{n:032x}" for n in range(12)],
            f"metrics.{name}": [n * n + 1.0 for n in range(12)],
            f"params.{name}": [str(n % 4) for n in range(12)],
            f"tags.{name}": [f"{name}{n % 2}" for n in range(12)],
            "params.other": [str(n % 5) for n in range(12)],
            "tags.mlflow.runName": [f"{name}{n}" for n in range(12)],
        }
    )

    every = [charts.scatter(runs, f"params.{name}", f"metrics.{name}", f"tags.{name}")]
    if name in WORST:  # what the others make of a name does not depend on the name
        every += [
            charts.bars(runs, name, f"tags.{name}"),
            charts.parallel(runs, [f"params.{name}", f"tags.{name}"], name),
            charts.box(runs, f"tags.{name}", name),
            charts.contour(runs, f"params.{name}", "other", f"metrics.{name}"),
            charts.importance(runs, name),
        ]

    for chart in every:
        drawn = draw(chart)
        ET.fromstring(drawn.svg)  # noqa: S314 - made here
        assert all(re.fullmatch(r"c\d+", field) for field in drawn.fields)
        assert clean(name)[:20].strip() in drawn.said.replace("\n", " ")
        assert "<script" not in drawn.svg
        assert "<img" not in drawn.svg


@pytest.mark.parametrize("name", ["a.b", "a/b c", "q\"uo'te", "a[0]\\", "{{datum}}", "<b>x</b>", "😀", "مرحبا"])
def test_lines_of_any_name(client: Client, find: Fixture, draw: Fixture, name: str) -> None:
    try:
        run = client.create_run("0", run_name=name)
        client.log_batch(run.run_id, [Metric(name, float(n), 1000 + n, n) for n in range(40)])
    except ValueError:
        pytest.skip("no store takes such a name")

    for chart in (
        charts.lines(find(), name),
        charts.lines(find(), name, x=name, color="run_name"),
        charts.lines(find(), name, smooth=0.5, x="time"),
    ):
        drawn = draw(chart)
        assert drawn.marks("line")
        assert all(re.fullmatch(r"c\d+", field) for field in drawn.fields)
        assert clean(name) in drawn.said


@pytest.mark.parametrize(
    "value",
    ["<img src=x onerror=alert(1)>", "\x00\x1b[31mred", "a\nb", "\ud800", "datum['x']", "\u202eevil", "\u2028"],
)
def test_values_are_text(draw: Fixture, value: str) -> None:
    import pandas as pd

    runs = pd.DataFrame(
        {
            "run_id": [f"{n:032x}" for n in range(3)],
            "metrics.m": [1.0, 2.0, 3.0],
            "params.p": pd.Series([value, "b", value], dtype=object),
            "tags.mlflow.runName": pd.Series([value] * 3, dtype=object),
        }
    )

    for chart in (
        charts.scatter(runs, "p", "m", "p"),
        charts.bars(runs, "m", "p"),
        charts.box(runs, "p", "m"),
        charts.parallel(runs, "p", "m"),
    ):
        ET.fromstring(draw(chart).svg)  # noqa: S314 - made here


@given(st.text())
def test_a_text_is_one_line_that_an_svg_can_hold(text: str) -> None:
    shown = clean(text, 40)

    assert len(shown.rstrip()) <= 40
    ET.fromstring("<a>" + shown.replace("&", "").replace("<", "") + "</a>")  # noqa: S314 - made here
    assert "\n" not in shown


@given(st.text(alphabet="\\\"'ab{}"))
def test_a_spoken_title_is_one_text_of_an_expression(text: str) -> None:
    # What Vega-Lite makes of the title of a channel.
    expression = '"' + spoken(text).replace('"', '\\"') + '"'

    assert json.loads(expression) == clean(text)


@pytest.mark.parametrize(
    ("tag", "kept"),
    [
        ('<a xlink:href="javascript:alert(1)">', "<a>"),
        ("<a href='data:text/html,x'>", "<a>"),
        ('<a href="https://example.org/">', '<a href="https://example.org/">'),
        ('<image xlink:href="http://example.org/x.png"/>', "<image/>"),
        ('<image href="data:image/svg+xml,x"/>', "<image/>"),
        ('<image href="data:image/png;base64,AA"/>', '<image href="data:image/png;base64,AA"/>'),
        ('<use href="#a"/>', '<use href="#a"/>'),
    ],
)
def test_an_svg_asks_nobody(tag: str, kept: str) -> None:
    assert safe_svg(tag) == kept
