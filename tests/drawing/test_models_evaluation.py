from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import altair as alt
import pandas as pd
import pytest

from nbflow import set_tracking_uri
from nbflow.drawing.evaluation_page import evaluation_bundle, evaluation_text
from nbflow.evaluation import EvaluationResult, MetricThreshold, evaluate

Parse = Callable[[str], Any]


def table(node: Any, caption: str) -> list[list[str]]:
    (found,) = [table for table in node.all("table") if any(c.text == caption for c in table.all("caption"))]
    rows: list[list[str]] = found.rows()
    return rows


def chart() -> Any:
    return alt.Chart(pd.DataFrame({"a": [1, 2]})).mark_point().encode(x="a:Q")


def test_metrics_have_a_table(parse: Parse) -> None:
    result = EvaluationResult({"accuracy_score": 0.93333333333, "example_count": 1500.0}, run_id="a" * 32)

    bundle = evaluation_bundle(result)

    drawn = parse(bundle["text/html"])
    assert drawn.one("div", "nbflow-title").text == "Evaluation"
    assert "a" * 32 in drawn.text
    assert table(drawn, "Metrics") == [["metric", "value"], ["accuracy_score", "0.933333"], ["example_count", "1,500"]]
    assert "accuracy_score  0.933333" in bundle["text/plain"]


def test_a_baseline_stands_beside_them_with_the_change(parse: Parse) -> None:
    result = EvaluationResult(
        {"accuracy_score": 0.9, "log_loss": 0.3, "example_count": 10.0, "roc_auc": float("nan"), "new": 1.0},
        {"accuracy_score": 0.8, "log_loss": 0.2, "example_count": 10.0, "roc_auc": 0.5},
    )

    rows = table(parse(evaluation_bundle(result)["text/html"]), "Metrics")

    assert rows[0] == ["metric", "value", "baseline", "change"]
    assert [row[3] for row in rows[1:]] == ["+0.1 better", "+0.1 worse", "0", "–", "–"]  # noqa: RUF001
    assert rows[5][2] == "–"  # noqa: RUF001


def test_what_was_asked_of_a_metric_stands_beside_it(parse: Parse) -> None:
    result = EvaluationResult(
        {"accuracy_score": 0.95, "log_loss": 0.1, "f1_score": 0.9},
        thresholds={
            "accuracy_score": MetricThreshold(0.9, min_relative_change=0.05),
            "log_loss": MetricThreshold(0.5, min_absolute_change=0.01),
        },
    )

    rows = table(parse(evaluation_bundle(result)["text/html"]), "Metrics")

    assert [row[2] for row in rows] == [
        "must be",
        "✓ ≥ 0.9, better by 0.05 of the baseline's",
        "✓ ≤ 0.5, better by 0.01",
        "",
    ]


def test_charts_and_tables_are_named_with_what_shows_them(parse: Parse) -> None:
    result = EvaluationResult(
        {}, charts={"roc_curve": object()}, tables={"importance": pd.DataFrame()}, artifacts={"roc_curve": "e/roc.json"}
    )

    bundle = evaluation_bundle(result)

    drawn = parse(bundle["text/html"])
    assert table(drawn, "Charts")[1] == ["roc_curve", 'result.charts["roc_curve"]', "e/roc.json"]
    assert table(drawn, "Tables")[1][:2] == ["importance", 'result.tables["importance"]']
    assert bundle["text/plain"].endswith('  result.charts["roc_curve"]')


@pytest.mark.skipif(find_spec("vl_convert") is not None, reason="vl-convert-python is installed")
def test_without_what_draws_them_charts_have_no_pictures(parse: Parse) -> None:
    drawn = parse(evaluation_bundle(EvaluationResult({}, charts={"c": chart()}))["text/html"])

    assert drawn.all("img") == []
    assert "pip install vl-convert-python" in drawn.text


@pytest.mark.skipif(find_spec("vl_convert") is None, reason="vl-convert-python is not installed")
def test_with_what_draws_them_charts_have_pictures(parse: Parse) -> None:
    result = EvaluationResult({}, charts={"<c>": chart(), "no chart": object()})

    (picture,) = parse(evaluation_bundle(result)["text/html"]).all("img")

    assert picture.attributes["alt"] == "<c>"


@pytest.mark.skipif(find_spec("vl_convert") is None, reason="vl-convert-python is not installed")
def test_a_chart_with_a_picture_needs_no_code(parse: Parse) -> None:
    result = EvaluationResult({}, charts={"c": chart()}, artifacts={"c": "evaluation/c.json"})

    bundle = evaluation_bundle(result)

    drawn = parse(bundle["text/html"])
    assert table(drawn, "Charts") == [["chart", "artifact"], ["c", "evaluation/c.json"]]
    assert "result.charts" not in drawn.text
    assert "pip install" not in drawn.text
    assert bundle["text/plain"].endswith('  result.charts["c"]')


def test_what_was_judged_is_said(parse: Parse) -> None:
    bundle = evaluation_bundle(EvaluationResult({}, model="models:/fraud/3", dataset="held out (abc)"))

    drawn = parse(bundle["text/html"])
    assert drawn.one("table", "nbflow-facts").rows() == [["model", "models:/fraud/3"], ["data", "held out (abc)"]]
    assert "held out (abc)" in bundle["text/plain"]


def test_an_evaluation_keeps_what_was_asked_of_it(client: Any) -> None:
    set_tracking_uri(client.tracking_uri)
    frame = pd.DataFrame({"truth": [1.0, 2.0, 3.0], "guess": [1.0, 2.0, 3.5]})

    result = evaluate(
        data=frame,
        targets="truth",
        predictions="guess",
        model_type="regressor",
        thresholds={"mean_absolute_error": 0.2},
        charts=False,
    )

    assert "✓ ≤ 0.2" in evaluation_text(result)
    assert result._repr_mimebundle_()["text/plain"].startswith("Evaluation\n")
