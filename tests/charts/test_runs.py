"""Charts with a mark for each run: dots, bars, lines through params, boxes, maps."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import altair as alt
import pytest

from nbflow import Client, RunFrame, charts
from nbflow.errors import ColumnNotFoundError, InvalidInputError, UnsupportedValueError

Fixture = Callable[..., Any]


def test_a_dot_for_each_run(runs: RunFrame, draw: Fixture) -> None:
    drawn = draw(charts.scatter(runs, "rate", "accuracy", "optimizer", log="x"))

    assert drawn.marks("symbol") == len(runs)
    assert {"rate", "accuracy", "optimizer", "adam", "sgd"} <= set(drawn.said.splitlines())
    assert drawn.rows[0] | {"c4": ""} == {
        "c0": 0.001,
        "c1": runs["metrics.accuracy"][0],
        "c2": "adam",
        "c3": "run-00",
    } | {"c4": ""}


@pytest.mark.parametrize(("x", "y"), [("optimizer", "loss"), ("start_time", "duration"), ("rate", "optimizer")])
@pytest.mark.parametrize("color", [None, "accuracy", "end_time", "seed"])
def test_dots_take_any_column(runs: RunFrame, draw: Fixture, x: str, y: str, color: str | None) -> None:
    assert draw(charts.scatter(runs, x, y, color)).marks("symbol") == len(runs)


def test_runs_without_a_value_are_left_out_and_counted(log_run: Fixture, find: Fixture, draw: Fixture) -> None:
    log_run("a", {"p": 1}, {"m": 1})
    log_run("b", {"p": 2}, {"m": math.inf})
    log_run("c", {}, {"m": 1})
    log_run("d", {"p": 3}, {"m": math.nan})

    drawn = draw(charts.scatter(find(), "p", "m"))

    assert drawn.marks("symbol") == 1
    assert "3 runs left out (NaN, infinite, or none)" in drawn.said


def test_many_runs_are_chosen_evenly() -> None:
    import pandas as pd

    runs = pd.DataFrame({"run_id": [f"{n:032x}" for n in range(20_000)], "metrics.m": range(20_000)})

    spec = charts.scatter(runs, "m", "m").to_dict()

    (rows,) = spec["datasets"].values()
    assert (len(rows), rows[0]["c0"], rows[-1]["c0"]) == (5_000, 0, 19_999)
    assert spec["title"]["subtitle"] == ["5,000 of 20,000 runs, evenly chosen"]


@pytest.mark.parametrize(("metric", "best"), [("accuracy", "run-11"), ("loss", "run-02")])
def test_bars_begin_with_the_best(runs: RunFrame, draw: Fixture, metric: str, best: str) -> None:
    drawn = draw(charts.bars(runs, metric, "optimizer"))

    assert drawn.marks("rect") == len(runs)
    assert drawn.rows[0]["c1"] == best
    assert drawn.said.index(best) < drawn.said.index("run-05")


def test_only_the_best_of_many_have_bars(log_run: Fixture, find: Fixture, draw: Fixture) -> None:
    for n in range(60):
        log_run(f"r{n}", {}, {"accuracy": n})

    drawn = draw(charts.bars(find(), "accuracy"))

    assert drawn.marks("rect") == 50
    assert "the best 50 of 60 runs" in drawn.said
    assert "r9\n" not in drawn.said


def test_names_that_several_runs_have_are_told_apart(log_run: Fixture, find: Fixture, draw: Fixture) -> None:
    ids = [log_run("same", {}, {"accuracy": n}) for n in range(2)]

    drawn = draw(charts.bars(find(), "accuracy"))

    assert {row["c1"] for row in drawn.rows} == {f"same · {run_id[-8:]}" for run_id in ids}


def test_parallel_axes_have_their_names_and_values(runs: RunFrame, draw: Fixture) -> None:
    drawn = draw(charts.parallel(runs, ["rate", "optimizer", "seed"], "accuracy"))

    assert drawn.marks("line") == len(runs)
    assert {"rate", "optimizer", "seed", "accuracy", "0.001", "0.01", "0.1", "adam", "sgd"} <= set(
        drawn.said.splitlines()
    )


def test_parallel_tells_long_values_apart_that_begin_alike(log_run: Fixture, find: Fixture, draw: Fixture) -> None:
    for size in (24, 32):
        log_run(f"r{size}", {"augment": f"flip(p=0.5), crop(size={size}), cutout(n=1)"}, {"m": size})

    drawn = draw(charts.parallel(find(), ["augment"], "m"))

    assert {"…size=24), cutout…", "…size=32), cutout…"} <= set(drawn.said.splitlines())


def test_parallel_leaves_out_labels_that_would_lie_on_others(log_run: Fixture, find: Fixture, draw: Fixture) -> None:
    for n, size in enumerate((16, 17, 18, 300, 511, 512)):
        log_run(f"r{n}", {"size": size}, {"m": n})

    said = draw(charts.parallel(find(), ["size"], "m")).said.splitlines()

    assert {"16", "300", "512"} <= set(said)
    assert not {"17", "18", "511"} & set(said)


def test_parallel_takes_the_params_that_differ(runs: RunFrame, log_run: Fixture, find: Fixture, draw: Fixture) -> None:
    log_run("more", {"rate": 1, "optimizer": "adam"}, {"accuracy": 1})

    drawn = draw(charts.parallel(find(), metric="accuracy"))

    assert {"rate", "optimizer", "seed"} <= set(drawn.said.splitlines())
    assert drawn.marks("line") == len(runs) + 1


def test_boxes_have_the_quartiles(log_run: Fixture, find: Fixture, draw: Fixture) -> None:
    for n, value in enumerate([1, 2, 3, 4, 100]):
        log_run(f"r{n}", {"p": "a"}, {"m": value})
    log_run("other", {"p": "b"}, {"m": 5})

    drawn = draw(charts.box(find(), "p", "m"))

    (a,) = (row for row in drawn.rows if row["c0"] == "a" and "c1" in row)
    assert [a[f"c{n}"] for n in range(1, 7)] == [1, 2, 3, 4, 4, 5]
    assert drawn.marks("symbol") == 6


def test_a_param_of_many_numbers_is_put_into_groups(log_run: Fixture, find: Fixture, draw: Fixture) -> None:
    for n in range(40):
        log_run(f"r{n}", {"p": n}, {"m": n})

    drawn = draw(charts.box(find(), "p", "m"))

    boxes = [row for row in drawn.rows if "c6" in row]
    assert [box["c6"] for box in boxes] == [5] * 8
    assert boxes[0]["c0"] == "0 to 4.88"


def test_a_param_of_many_texts_shows_the_most_frequent(log_run: Fixture, find: Fixture, draw: Fixture) -> None:
    for n in range(45):
        log_run(f"r{n}", {"p": f"t{max(n, 10)}"}, {"m": n})

    drawn = draw(charts.box(find(), "p", "m"))

    assert "the 30 most frequent of 35 values" in drawn.said
    assert "t10" in drawn.said


def test_a_map_has_steps_of_height_and_the_runs(log_run: Fixture, find: Fixture, draw: Fixture) -> None:
    for n in range(25):
        log_run(f"r{n}", {"a": n % 5, "b": 10.0 ** (n // 5)}, {"m": n % 5 + n // 5})

    drawn = draw(charts.contour(find(), "a", "b", "m"))

    assert drawn.marks("symbol") == 25
    cells = [row for row in drawn.rows if "c3" in row and "c5" not in row]
    assert 100 < len(cells) < 1_500
    assert len({row["c4"] for row in cells}) == 10
    assert all(0 <= row["c0"] < row["c1"] <= 4 and 1 <= row["c2"] < row["c3"] <= 10_000 for row in cells)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ([{"a": n, "b": n % 2} for n in range(4)], "Too few runs: 4 different places"),
        ([{"a": n, "b": 2 * n} for n in range(9)], "All runs lie on one line"),
        ([{"a": n, "b": 1} for n in range(9)], "All runs lie on one line"),
        ([{"a": n, "b": "x"} for n in range(9)], "A map needs numbers, which b does not have"),
    ],
)
def test_a_map_that_cannot_be_drawn_is_a_word(
    log_run: Fixture, find: Fixture, draw: Fixture, params: list[dict[str, Any]], words: str
) -> None:
    for n, each in enumerate(params):
        log_run(f"r{n}", each, {"m": n})

    assert words in draw(charts.contour(find(), "a", "b", "m")).said


CHARTS: dict[str, Callable[[Any], Any]] = {
    "bars": lambda runs: charts.bars(runs, "m"),
    "box": lambda runs: charts.box(runs, "p", "m"),
    "contour": lambda runs: charts.contour(runs, "p", "m", "m"),
    "importance": lambda runs: charts.importance(runs, "m"),
    "lines": lambda runs: charts.lines(runs, "m"),
    "parallel": lambda runs: charts.parallel(runs, ["p"], "m"),
    "scatter": lambda runs: charts.scatter(runs, "p", "m"),
}


@pytest.mark.parametrize("name", CHARTS)
def test_no_runs_are_a_word(client: Client, draw: Fixture, name: str) -> None:
    assert "There are no runs." in draw(CHARTS[name](client.search_frame(["0"]))).said


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("value", [1.5, math.nan, math.inf, 0.0])
def test_one_run_is_drawn_or_a_word(log_run: Fixture, find: Fixture, draw: Fixture, name: str, value: float) -> None:
    log_run("alone", {"p": 1}, {"m": value})

    assert draw(CHARTS[name](find())).said


@pytest.mark.parametrize("name", CHARTS)
def test_what_is_not_there_is_an_error(runs: RunFrame, name: str) -> None:
    with pytest.raises(ColumnNotFoundError):
        CHARTS[name](runs)


@pytest.mark.parametrize("name", CHARTS)
def test_what_is_no_table_is_an_error(name: str) -> None:
    with pytest.raises(UnsupportedValueError):
        CHARTS[name]("runs")


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("largest", [1e308, 1e-300, 1e15])
def test_extreme_numbers_are_drawn(log_run: Fixture, find: Fixture, draw: Fixture, name: str, largest: float) -> None:
    for n in range(12):
        log_run(f"r{n}", {"p": n * largest / 12}, {"m": (-1) ** n * largest / (n + 1)})

    assert draw(CHARTS[name](find())).said


def test_columns_that_were_added_can_be_drawn(runs: RunFrame, draw: Fixture) -> None:
    runs["my own"] = range(len(runs))

    assert draw(charts.scatter(runs, "my own", "accuracy")).marks("symbol") == len(runs)


def test_a_name_says_what_is_meant(log_run: Fixture, find: Fixture) -> None:
    log_run("a", {"loss": 7}, {"loss": 1})

    (rows,) = charts.scatter(find(), "params.loss", "loss").to_dict()["datasets"].values()

    assert (rows[0]["c0"], rows[0]["c1"]) == (7, 1)


def test_wrong_axes_are_told(runs: RunFrame) -> None:
    with pytest.raises(InvalidInputError, match="log"):
        charts.scatter(runs, "rate", "loss", log="z")


def test_charts_compose(runs: RunFrame, draw: Fixture) -> None:
    lines, dots = runs.chart.lines("loss"), runs.chart.scatter("rate", "accuracy", "optimizer")
    limit = alt.Chart(alt.InlineData(values=[{"y": 0.5}])).mark_rule().encode(y="y:Q")

    drawn = draw(((lines + limit) | dots) & (runs.chart.bars("loss", "rate") | runs.chart.box("rate", "loss")))

    assert {"run-00", "adam", "loss by rate"} <= set(drawn.said.splitlines())
    assert isinstance(lines.properties(width=900), alt.LayerChart)


def test_the_repr_names_the_charts(runs: RunFrame) -> None:
    assert repr(runs.chart).startswith("charts of 12 runs: .bars(), .box()")
