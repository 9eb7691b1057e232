"""Lines: which points, over what, and what is said of those that are not there."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nbflow import Client, RunFrame, charts
from nbflow.errors import ColumnNotFoundError, InvalidInputError, UnsupportedValueError

Fixture = Callable[..., Any]


def test_a_line_for_each_run_with_its_name(runs: RunFrame, draw: Fixture) -> None:
    drawn = draw(charts.lines(runs, "loss"))

    assert drawn.marks("line") == len(runs)
    assert "run-00" in drawn.said
    assert {row["c2"] for row in drawn.rows} == {f"run-{n:02}" for n in range(12)}
    assert drawn.rows[0]["c0"] == list(range(20))
    assert drawn.rows[0]["c1"] == pytest.approx([math.exp(-step / 100) + 0.1 for step in range(20)])


def test_the_property_and_the_function_are_the_same(runs: RunFrame) -> None:
    by_property, by_function = (chart.to_dict() for chart in (runs.chart.lines("loss"), charts.lines(runs, "loss")))

    assert by_property["datasets"] == by_function["datasets"]
    assert by_property["title"] == by_function["title"]


@pytest.mark.parametrize(
    ("x", "title", "first", "last"),
    [
        ("step", "step", 0, 19),
        ("relative", "seconds since the run's start", 0, 19),
        ("time", "time", 1_790_000_000_000, 1_790_000_019_000),
    ],
)
def test_what_x_is(runs: RunFrame, draw: Fixture, x: str, title: str, first: float, last: float) -> None:
    drawn = draw(charts.lines(runs.head(1), "loss", x=x))

    assert title in drawn.said
    assert (drawn.rows[0]["c0"][0], drawn.rows[0]["c0"][-1]) == (first, last)


def test_over_another_metric_points_of_one_step_are_paired(log_run: Fixture, find: Fixture, draw: Fixture) -> None:
    log_run("a", {}, {"loss": [3, 2, 1, 0.5], "epoch": [1, 0.5, 2]})

    drawn = draw(charts.lines(find(), "loss", x="epoch"))

    (row,) = drawn.rows
    assert (row["c0"], row["c1"]) == ([1, 0.5, 2], [3, 2, 1])


def test_points_that_were_logged_late_stand_at_their_step(client: Client, find: Fixture, draw: Fixture) -> None:
    run = client.create_run("0")
    for step in (0, 2, 1):
        client.log_metric(run.run_id, "loss", 10 - step, step=step, timestamp=1000 + step)

    (row,) = draw(charts.lines(find(), "loss")).rows

    assert (row["c0"], row["c1"]) == ([0, 1, 2], [10, 9, 8])


def test_a_long_series_is_reduced_and_says_so(log_run: Fixture, find: Fixture, draw: Fixture) -> None:
    values = np.sin(np.arange(20_000) / 50)
    values[7_777] = 5
    log_run("long", {}, {"loss": values})

    drawn = draw(charts.lines(find(), "loss"))

    (row,) = drawn.rows
    assert len(row["c0"]) <= 500
    assert (max(row["c1"]), row["c0"][row["c1"].index(5)]) == (5, 7_777)
    assert "of 20,000 points" in drawn.said
    assert "5\n" in drawn.said or "5.0" in drawn.said


def test_all_points_are_there_when_asked_for(log_run: Fixture, find: Fixture) -> None:
    log_run("long", {}, {"loss": list(range(6_000))})

    spec = charts.lines(find(), "loss", points=None).to_dict()

    (rows,) = spec["datasets"].values()
    assert rows[0]["c1"] == list(range(6_000))
    assert "points" not in json.dumps(spec["title"])


def test_many_lines_share_what_a_notebook_can_bear(log_run: Fixture, find: Fixture) -> None:
    for n in range(120):
        log_run(f"r{n}", {}, {"loss": list(range(300))})

    spec = charts.lines(find(), "loss").to_dict()

    assert len(json.dumps(spec)) < 1_000_000
    assert sum(len(row["c1"]) for rows in spec["datasets"].values() for row in rows) <= 20_000


def test_more_lines_than_can_be_seen_are_the_first_ones(log_run: Fixture, find: Fixture, draw: Fixture) -> None:
    for n in range(203):
        log_run(f"r{n}", {}, {"loss": [n, 1]})

    drawn = draw(charts.lines(find(), "loss"))

    assert drawn.marks("line") == 200
    assert "the first 200 of 203 lines" in drawn.said


def test_smoothing_shows_both_lines(runs: RunFrame, draw: Fixture) -> None:
    drawn = draw(charts.lines(runs.head(2), "loss", smooth=0.8))

    assert drawn.marks("line") == 4
    assert "smoothed by 0.8" in drawn.said
    assert drawn.rows[0]["c5"][0] == pytest.approx(drawn.rows[0]["c1"][0])
    assert drawn.rows[0]["c5"] != drawn.rows[0]["c1"]


def test_a_band_is_the_mean_of_runs_that_differ_in_their_seed(log_run: Fixture, find: Fixture, draw: Fixture) -> None:
    for rate in (0.1, 0.2):
        for seed in range(3):
            log_run(f"r{rate}-{seed}", {"rate": rate, "seed": seed}, {"loss": [seed, seed + 1]})

    drawn = draw(charts.lines(find(), "loss", band="seed"))

    assert (drawn.marks("line"), drawn.marks("area")) == (2, 2)
    assert {row["c2"] for row in drawn.rows} == {"rate=0.1", "rate=0.2"}
    row = drawn.rows[0]
    assert row["c8"] == [3, 3]
    for name, values in (("c1", [1, 2]), ("c6", [0, 1]), ("c7", [2, 3])):
        assert row[name] == pytest.approx(values)
    assert "mean ± std of runs that differ in seed only" in drawn.said


def test_a_band_over_steps_that_differ_is_interpolated(client: Client, find: Fixture, draw: Fixture) -> None:
    for steps in ((0, 10), (0, 5, 10, 20)):
        run = client.create_run("0")
        client.log_param(run.run_id, "seed", len(steps))
        for step in steps:
            client.log_metric(run.run_id, "loss", float(step), step=step, timestamp=step)

    (row,) = draw(charts.lines(find(), "loss", band="seed")).rows

    assert (row["c0"], row["c1"], row["c8"]) == ([0, 5, 10, 20], [0, 5, 10, 20], [2, 2, 2, 1])


@pytest.mark.parametrize("x", ["time", "accuracy"])
def test_a_band_needs_an_x_that_runs_share(runs: RunFrame, x: str) -> None:
    with pytest.raises(InvalidInputError, match="With a band"):
        charts.lines(runs, "loss", band="seed", x=x)


def test_several_metrics_are_told_apart(runs: RunFrame, draw: Fixture) -> None:
    one = draw(charts.lines(runs.head(1), ["loss", "accuracy"]))
    two = draw(charts.lines(runs.head(2), ["loss", "accuracy", "loss"]))

    assert one.marks("line") == 2
    assert two.marks("line") == 4
    assert "stroke-dasharray" in two.svg
    assert {"loss", "accuracy"} <= set(one.said.splitlines())


@pytest.mark.parametrize("color", ["rate", "optimizer", "accuracy", "start_time", "tags.mlflow.runName", "status"])
def test_lines_are_coloured_by_anything(runs: RunFrame, draw: Fixture, color: str) -> None:
    drawn = draw(charts.lines(runs, "loss", color=color))

    assert drawn.marks("line") == len(runs)
    assert color.removeprefix("tags.") in drawn.said


def test_points_that_are_not_finite_are_left_out_and_counted(log_run: Fixture, find: Fixture, draw: Fixture) -> None:
    log_run("a", {}, {"loss": [1, math.nan, 2, math.inf, -math.inf, 3]})

    drawn = draw(charts.lines(find(), "loss"))

    assert drawn.rows[0]["c1"] == [1, 2, 3]
    assert "3 points left out (NaN or infinite)" in drawn.said


def test_a_metric_that_became_nan_still_has_a_line(log_run: Fixture, find: Fixture, draw: Fixture) -> None:
    log_run("a", {}, {"loss": [1, 2, math.nan]})
    log_run("b", {}, {"loss": [1, 2, 3]})

    assert draw(charts.lines(find(), "loss")).marks("line") == 2


def test_a_logarithmic_axis_leaves_out_what_it_cannot_show(log_run: Fixture, find: Fixture, draw: Fixture) -> None:
    log_run("a", {}, {"loss": [0, -1, 10, 1000]})

    drawn = draw(charts.lines(find(), "loss", log=True))

    assert drawn.rows[0]["c1"] == [10, 1000]
    assert "2 points at or below 0 left out" in drawn.said


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([math.nan, math.inf], "All points are NaN or infinite."),
        ([-1, 0], "No point is above 0"),
    ],
)
def test_where_nothing_can_be_drawn_a_word_stands(
    log_run: Fixture, find: Fixture, draw: Fixture, values: list[float], words: str
) -> None:
    log_run("a", {}, {"loss": values})

    assert words in draw(charts.lines(find(), "loss", log=True)).said


def test_no_runs_are_a_word(client: Client, draw: Fixture) -> None:
    assert "There are no runs." in draw(charts.lines(client.search_frame(["0"]), "loss")).said


def test_one_point_is_a_dot(log_run: Fixture, find: Fixture, draw: Fixture) -> None:
    log_run("a", {}, {"loss": 0.5})

    assert draw(charts.lines(find(), "loss")).marks("symbol") == 1


@pytest.mark.parametrize("scale", [1e308, 1e-308, 5e-324])
def test_the_largest_and_the_smallest_numbers_are_drawn(
    log_run: Fixture, find: Fixture, draw: Fixture, scale: float
) -> None:
    log_run("a", {}, {"loss": [scale, scale / 2, scale]})

    assert draw(charts.lines(find(), "loss", smooth=0.5)).marks("line") == 2


def test_a_run_that_is_gone_is_left_out_and_told(client: Client, runs: RunFrame, draw: Fixture) -> None:
    (folder,) = list(client_root(client).rglob(runs["run_id"][0]))
    shutil.rmtree(folder)

    drawn = draw(charts.lines(runs, "loss"))

    assert drawn.marks("line") == len(runs) - 1
    assert "1 line left out: the run is no longer in the store" in drawn.said


def client_root(client: Client) -> Any:
    from pathlib import Path

    return Path(client.tracking_uri)


def test_a_metric_that_is_not_there_is_an_error_with_near_names(runs: RunFrame) -> None:
    with pytest.raises(ColumnNotFoundError, match="Did you mean 'loss'"):
        charts.lines(runs, "los")
    with pytest.raises(ColumnNotFoundError, match="Did you mean 'seed'"):
        charts.lines(runs, "loss", band="sed")
    with pytest.raises(ColumnNotFoundError, match="metric 'stap'"):
        charts.lines(runs, "loss", x="stap")


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ({"smooth": 1}, InvalidInputError),
        ({"smooth": math.nan}, InvalidInputError),
        ({"smooth": "0.5"}, InvalidInputError),
        ({"points": 3}, InvalidInputError),
        ({"points": True}, InvalidInputError),
        ({"log": "z"}, InvalidInputError),
        ({"x": 3}, UnsupportedValueError),
        ({"color": 3}, UnsupportedValueError),
    ],
)
def test_wrong_arguments_are_told(runs: RunFrame, words: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        charts.lines(runs, "loss", **words)


@pytest.mark.parametrize("runs", [None, "loss", [1]])
def test_what_is_no_table_of_runs_is_told(runs: Any) -> None:
    with pytest.raises(UnsupportedValueError, match="search_runs"):
        charts.lines(runs, "loss")


@pytest.mark.parametrize("metric", [3, [], [3], None])
def test_what_is_no_name_is_told(runs: RunFrame, metric: Any) -> None:
    with pytest.raises(UnsupportedValueError):
        charts.lines(runs, metric)


def test_a_frame_without_ids_is_told(runs: RunFrame) -> None:
    with pytest.raises(InvalidInputError, match="run_id"):
        charts.lines(runs.drop(columns="run_id"), "loss")
