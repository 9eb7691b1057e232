"""What matters is found, what does not is not, and little is said of few runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nbflow import RunFrame, charts
from nbflow.charts.forest import importances

Fixture = Callable[..., Any]


def test_a_column_that_decides_is_told_from_noise() -> None:
    random = np.random.default_rng(1)
    table = random.random((120, 3))

    found = importances(table, np.exp(8 * table[:, 1]))

    assert found.mean.argmax() == 1
    assert found.mean[1] > 5 * found.std[1]
    assert np.abs(found.mean[[0, 2]]).max() < 0.1
    assert found.score > 0.8


def test_noise_predicts_nothing() -> None:
    random = np.random.default_rng(1)

    found = importances(random.random((60, 2)), random.random(60))

    assert found.score < 0.1
    assert (np.abs(found.mean) < 3 * found.std + 0.05).all()


def test_it_is_the_same_each_time() -> None:
    table = np.random.default_rng(2).random((20, 2))

    first, second = (importances(table, table[:, 0]) for _ in range(2))

    assert (first.mean.tolist(), first.std.tolist()) == (second.mean.tolist(), second.std.tolist())


def test_few_runs_are_less_sure_than_many() -> None:
    random = np.random.default_rng(3)
    many = random.random((200, 2))
    target = many[:, 0] + random.normal(0, 0.2, 200)

    few = importances(many[:12], target[:12])
    all_of_them = importances(many, target)

    assert few.std[0] > all_of_them.std[0]


@pytest.fixture
def searched(log_run: Fixture, find: Fixture) -> RunFrame:
    random = np.random.default_rng(0)
    for n in range(40):
        optimizer = ("adam", "sgd", "lion")[n % 3]
        params = {"optimizer": optimizer, "width": int(random.integers(1, 100)), "note": f"run {n}", "fixed": 1}
        if n % 4:
            params["warmup"] = n % 7
        log_run(f"r{n}", params, {"accuracy": {"adam": 0.9, "sgd": 0.7, "lion": 0.8}[optimizer] + n / 10_000})
    runs: RunFrame = find()
    return runs


def test_texts_matter_and_missing_values_are_handled(searched: RunFrame, draw: Fixture) -> None:
    drawn = draw(charts.importance(searched, "accuracy"))

    rows = [row for row in drawn.rows if "c1" in row]
    assert rows[0]["c0"] == "optimizer"
    assert rows[0]["c2"] < rows[0]["c1"] < rows[0]["c3"]
    assert {row["c0"] for row in rows} == {"optimizer", "width", "warmup"}
    assert "40 runs: params predict the metric's rank with R²" in drawn.said


def test_params_are_chosen(searched: RunFrame, draw: Fixture) -> None:
    drawn = draw(charts.importance(searched, "accuracy", ["width"]))

    assert {row["c0"] for row in drawn.rows} == {"width"}
    assert "hardly better than a guess" in drawn.said


def test_few_runs_are_a_word(searched: RunFrame, draw: Fixture) -> None:
    drawn = draw(charts.importance(searched.head(9), "accuracy"))

    assert "Too few runs to tell: 9 runs have a finite value, and it takes 10." in drawn.said


def test_a_metric_that_never_changes_is_a_word(log_run: Fixture, find: Fixture, draw: Fixture) -> None:
    for n in range(12):
        log_run(f"r{n}", {"p": n}, {"m": 1})

    assert "The metric is the same in all runs." in draw(charts.importance(find(), "m")).said


def test_params_that_never_change_are_a_word(log_run: Fixture, find: Fixture, draw: Fixture) -> None:
    for n in range(12):
        log_run(f"r{n}", {"p": 1}, {"m": n})

    assert "No param differs" in draw(charts.importance(find(), "m")).said
