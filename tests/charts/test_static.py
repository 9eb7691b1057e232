"""A chart as an SVG: complete, small, and made without asking anybody."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import altair as alt
import pytest

from nbflow import RunFrame, charts
from nbflow.charts.theme import GREY

Fixture = Callable[..., Any]


def points(n: int) -> Any:
    rows = alt.InlineData(values=[{"a": i, "b": i * i} for i in range(n)])
    return alt.Chart(rows).mark_point().encode(x="a:Q", y="b:Q")


def test_a_chart_is_an_svg_without_a_background() -> None:
    svg = charts.static_svg(points(3))

    assert svg is not None
    assert svg.startswith("<svg")
    assert 'fill="white"' not in svg
    assert GREY in svg
    assert "http://www.w3.org/2000/svg" in svg


def test_a_specification_will_do() -> None:
    assert charts.static_svg(points(3).to_dict()) is not None


def test_what_the_user_says_of_colours_stays() -> None:
    colored = charts.static_svg(points(3).configure_axis(labelColor="#123456"))
    themed = charts.static_svg(points(3).configure(background="#fedcba"))

    assert colored is not None
    assert "#123456" in colored
    assert themed is not None
    assert "#fedcba" in themed
    assert GREY not in themed


def test_more_than_5_000_rows_are_no_obstacle() -> None:
    import pandas as pd

    line = alt.Chart(pd.DataFrame({"a": range(6_000)})).mark_line().encode(x="a", y="a")

    assert charts.static_svg(line) is not None


def test_what_is_too_large_is_none() -> None:
    assert charts.static_svg(points(2_000), limit=10_000) is None


def test_hidden_points_cost_nothing(log_run: Fixture, find: Fixture) -> None:
    for n in range(20):
        log_run(f"r{n}", {}, {"loss": list(range(400))})

    svg = charts.static_svg(charts.lines(find(), "loss"))

    assert svg is not None
    assert len(svg) < 300_000


def test_data_elsewhere_are_not_fetched(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a\n1\n2\n")
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        image = {"type": "image", "url": f"{url}.png", "width": 5, "height": 5}

        drawn = [
            charts.static_svg(alt.Chart(f"{url}.csv").mark_point().encode(x="a:Q")),
            charts.static_svg(alt.Chart((tmp_path / "x.csv").as_uri()).mark_point().encode(x="a:Q")),
            charts.static_svg(points(1) | alt.Chart(f"{url}.json").mark_point()),
            charts.static_svg({**points(1).to_dict(), "mark": image}),
        ]

        server.setblocking(False)
        with pytest.raises(BlockingIOError):  # nobody came
            server.accept()
    assert drawn[:3] == [None, None, None]
    assert url not in (drawn[3] or "")


@pytest.mark.parametrize("spec", [{}, {"mark": "nonsense"}, {"layer": 3}, {"$schema": 5}])
def test_what_cannot_be_drawn_is_none(spec: dict[str, Any]) -> None:
    assert charts.static_svg(spec) is None


def test_the_same_chart_is_drawn_once(runs: RunFrame) -> None:
    chart = charts.bars(runs, "loss")

    assert charts.static_svg(chart) is charts.static_svg(chart)
