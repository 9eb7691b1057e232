"""The comparison of runs, as Python makes it: what it says, what it keeps, and what it answers."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any

import pytest

import nbflow
from nbflow.errors import InvalidInputError, RunNotFoundError, UnsupportedValueError
from nbflow.tracking.frame import RunFrame
from nbflow.widgets.comparison.widget import Comparison, compare
from nbflow.widgets.limits import MAX_SAVED_BYTES, json_text, saved_bytes
from tests.widgets.conftest import cells, connected, saved_data

if TYPE_CHECKING:
    from nbflow import Client

COMPARE = "application/vnd.nbflow.compare.v1+json"
HOSTILE = "<img src=x onerror=alert(1)>'\"`${datum.x}\\ a.b/c\u202e"


def saved(comparison: Comparison) -> Any:
    return saved_data(comparison.bundle()[0], COMPARE)


def chart(data: Any, kind: str) -> Any:
    return next(each for each in data["charts"] if each["kind"] == kind)


def row(data: Any, column_id: str) -> Any:
    return next(each for each in data["rows"] if each["id"] == column_id)


def test_runs_are_told_apart_by_letter_and_by_colour(runs: RunFrame) -> None:
    data = saved(runs.compare())

    assert [run["letter"] for run in data["runs"]] == ["A", "B", "C", "D", "E"]
    assert len({run["color"] for run in data["runs"]}) == 5
    assert [run["name"] for run in data["runs"]] == ["run-4", "run-3", "run-2", "run-1", "run-0"]


def test_params_and_metrics_have_a_value_for_each_run(runs: RunFrame) -> None:
    data = saved(runs.compare())

    assert cells(row(data, "params.model")) == ["cnn", "mlp", "cnn", "mlp", "cnn"]
    loss = row(data, "metrics.loss")
    assert loss["best"] == "min"
    assert cells(loss) == [1.0, 2.0, 3.0, 4.0, 5.0]


def test_there_are_the_charts_that_make_sense_for_what_differs(runs: RunFrame) -> None:
    data = saved(runs.compare())

    assert chart(data, "lines")["code"] == 'runs.chart.lines("loss")'
    assert chart(data, "scatter")["code"] == 'runs.chart.scatter("lr", "loss")'
    assert chart(data, "parallel")["code"] == 'runs.chart.parallel(metric="loss")'
    assert chart(data, "bars")["code"] == 'runs.chart.bars("loss")'
    assert "importance" not in {each["kind"] for each in data["charts"]}  # of five runs


def test_the_code_of_each_chart_makes_it(runs: RunFrame) -> None:
    for each in saved(runs.compare())["charts"]:
        made = eval(each["code"], {"runs": runs})  # noqa: S307 - code of ours is what is tested
        assert made.to_dict()


def test_marks_of_runs_take_their_look_from_the_page(runs: RunFrame) -> None:
    data = saved(runs.compare())

    for each in data["charts"]:
        text = json.dumps(each["spec"])
        assert '"nbflow_runs"' in text
        assert "nbflow_faded" in text
        assert each["pick"]["param"] in {param["name"] for param in each["spec"]["params"]}
        assert "nbflow_runs" not in each["spec"]["datasets"]
    assert chart(data, "scatter")["brush"] is not None


def test_lines_say_where_their_points_are(runs: RunFrame) -> None:
    lines = chart(saved(runs.compare()), "lines")
    where = lines["lines"]
    first = lines["spec"]["datasets"][where["data"]][0]

    assert first[where["x"]] == [0, 1, 2]
    assert first[where["y"]] == pytest.approx([1.2, 1.1, 1.0])
    assert where["smooth"] not in first  # the page smooths
    assert first[where["label"]] == "run-4"
    assert not any("smoothed" in note for note in lines["notes"])


def test_the_page_gets_charts_made_of_something_else(runs: RunFrame) -> None:
    _, page = connected(runs.compare())

    made = page.ask("chart", kind="lines", args={"metric": "loss", "x": "relative"})["answer"]

    assert made["code"] == 'runs.chart.lines("loss", x="relative")'
    assert made["lines"]["zoom"]


@pytest.mark.parametrize(
    ("kind", "args"),
    [
        ("pie", {}),
        ("lines", {"metric": "loss", "points": 10**9}),
        ("lines", {}),
        ("scatter", {"x": "nothing", "y": "loss"}),
        ("scatter", {"x": 3, "y": "loss"}),
    ],
)
def test_a_chart_that_cannot_be_is_an_error_in_words(runs: RunFrame, kind: str, args: dict[str, Any]) -> None:
    _, page = connected(runs.compare())

    error = page.ask("chart", kind=kind, args=args)["error"]

    assert error["code"] != "INTERNAL_ERROR"
    assert error["message"]


def test_what_is_zoomed_to_has_all_of_its_points(client: Client) -> None:
    for name in ("a", "b"):
        run = client.create_run("0", run_name=name)
        for step in range(3000):
            client.log_metric(run.run_id, "loss", math.sin(step / 50), step=step)
        client.set_terminated(run.run_id)
    comparison, page = connected(compare(client.search_frame(["0"])))
    assert chart(comparison._data(), "lines")["lines"]["reduced"]

    found = page.ask("points", args={"metric": "loss", "smooth": 0.5}, low=1000.5, high=1100)["answer"]

    assert found["n"] == found["shown"] == 2 * 102
    line = found["lines"]["a"]
    assert line["x"].tolist() == list(range(1000, 1102))  # one more on either side
    assert line["y"].tolist() == pytest.approx([math.sin(step / 50) for step in range(1000, 1102)])
    assert len(line["smooth"]) == 102


def test_what_is_selected_in_the_page_is_selected_in_python(runs: RunFrame) -> None:
    comparison, page = connected(runs.compare())
    ids = list(runs["run_id"])

    page.arrange(selected=[ids[3], ids[1]])

    assert isinstance(comparison.selected, RunFrame)
    assert list(comparison.selected["run_id"]) == [ids[1], ids[3]]


def test_what_is_selected_in_python_is_selected_in_the_page(runs: RunFrame) -> None:
    comparison, page = connected(runs.compare())

    comparison.selected = runs[runs["metrics.loss"] < 3]

    assert page.state["state"]["selected"] == list(runs["run_id"][:2])
    comparison.selected = None
    assert len(comparison.selected) == 0


def test_only_runs_that_are_compared_can_be_selected(runs: RunFrame) -> None:
    with pytest.raises(InvalidInputError, match="among the runs"):
        runs[:2].compare().selected = runs


def test_the_baseline_is_the_first_run_until_another_is_chosen(runs: RunFrame) -> None:
    comparison, page = connected(runs.compare())
    ids = list(runs["run_id"])
    assert comparison.baseline == ids[0]

    page.arrange(baseline=ids[2])
    assert comparison.baseline == ids[2]

    comparison.baseline = ids[1]
    assert page.state["state"]["baseline"] == ids[1]
    assert runs.compare(baseline=ids[3]).state["baseline"] == ids[3]


def test_a_baseline_that_is_not_compared_is_an_error(runs: RunFrame) -> None:
    with pytest.raises(InvalidInputError, match="among the runs"):
        runs[:2].compare(baseline=runs["run_id"][4])


def test_text_and_html_tell_what_differs_and_by_how_much(runs: RunFrame) -> None:
    bundle = runs.compare().bundle()[0]

    assert "A run-4 ✓ (baseline)" in bundle["text/plain"]
    assert re.search(r"^loss +\* 1 ", bundle["text/plain"], re.MULTILINE)
    text = re.sub(r"<[^>]+>", " ", bundle["text/html"])
    assert "▼\u00a0+1\u00a0(+100\u00a0%)\u00a0worse" in text
    assert "★" in text
    assert bundle["text/html"].count('src="data:image/svg+xml;base64,') >= 3


def test_no_runs_is_a_word(client: Client) -> None:
    bundle = compare(client.search_frame(["0"])).bundle()[0]

    assert "No runs to compare" in bundle["text/plain"]
    assert "No runs to compare" in bundle["text/html"]
    assert saved_data(bundle, COMPARE)["runs"] == []


def test_one_run_shows_what_it_has(runs: RunFrame) -> None:
    comparison = runs[:1].compare()

    assert "give two or more" in comparison.bundle()[0]["text/plain"]
    assert "loss" in comparison.bundle()[0]["text/plain"]


def test_runs_without_metrics_have_no_charts(client: Client) -> None:
    for time_ms, value in enumerate(("a", "b"), start=1):
        run = client.create_run("0", start_time=time_ms)  # of one millisecond, the first would come first
        client.log_param(run.run_id, "kind", value)
    data = saved(compare(client.search_frame(["0"])))

    assert data["charts"] == []
    assert cells(row(data, "params.kind")) == ["b", "a"]


def test_of_many_runs_the_first_are_compared(client: Client) -> None:
    frame = RunFrame.from_columns({"run_id": [f"{n:032x}" for n in range(150)]}, str(client.tracking_uri))
    comparison = compare(frame)

    data = saved(comparison)
    assert len(data["runs"]) == 100
    assert data["all"] == 150
    assert data["runs"][27]["letter"] == "AB"
    assert "The first 100 of 150 runs" in comparison.bundle()[0]["text/plain"]


def test_a_run_is_compared_once(runs: RunFrame) -> None:
    import pandas as pd

    twice = pd.concat([runs, runs], ignore_index=True)
    assert len(compare(twice).runs) == 5


def test_thousands_of_rows_fit_the_notebook(runs: RunFrame) -> None:
    many = runs.copy()
    wide = {f"params.{'p' * 40}{n}": [f"{n} {'v' * 60}"] * 4 + ["other"] for n in range(5_000)}
    frame = RunFrame(many.join(type(runs)(wide, index=many.index)))
    frame.attrs = runs.attrs
    comparison = compare(frame)

    payload = comparison.bundle()[0][COMPARE]

    assert saved_bytes(json_text(payload["data"])) < MAX_SAVED_BYTES * 1.3
    data = json.loads(payload["data"])
    shown, of_all = data["reduced"]["rows"]
    assert shown < of_all
    assert chart(data, "lines")


def test_nan_and_infinity_are_kept_apart_from_nothing(client: Client) -> None:
    for value in (math.nan, math.inf, -math.inf, 1.0):
        run = client.create_run("0")
        client.log_metric(run.run_id, "loss", value)
        client.log_param(run.run_id, "scale", value)
    client.create_run("0")
    comparison = compare(client.search_frame(["0"]))

    values = cells(row(saved(comparison), "params.scale"))

    assert sorted(map(str, values)) == ["-inf", "1.0", "None", "inf", "nan"]
    assert "nan" in comparison.bundle()[0]["text/plain"]


def test_hostile_names_and_values_stay_text(client: Client) -> None:
    columns: dict[str, Any] = {
        "run_id": [f"{n:032x}" for n in range(6)],
        "tags.mlflow.runName": [f"{HOSTILE}{n}" for n in range(6)],
        f"metrics.{HOSTILE}": [float(n) for n in range(6)],
        f"params.{HOSTILE}": [f"{HOSTILE}{n % 2}" for n in range(6)],
        "params.a/b.c d": [str(n) for n in range(6)],
    }
    bundle = compare(RunFrame.from_columns(columns, str(client.tracking_uri))).bundle()[0]

    assert "<img src=x" not in bundle["text/html"]
    data = saved_data(bundle, COMPARE)
    assert {each["kind"] for each in data["charts"]} >= {"scatter", "parallel", "bars"}
    for each in data["charts"]:
        tests = re.findall(r'"(?:test|filter|expr)": "([^"]*)"', json.dumps(each["spec"]))
        assert all(HOSTILE[:4] not in test for test in tests)


def test_runs_that_were_deleted_meanwhile_are_shown_as_they_were(runs: RunFrame) -> None:
    import shutil
    from pathlib import Path

    gone = Path(runs["artifact_uri"][0]).parent
    if gone.is_dir():
        shutil.rmtree(gone)

    comparison = runs.compare()

    assert len(saved(comparison)["runs"]) == 5
    assert comparison.bundle()[0]["text/html"]


def test_a_store_that_is_gone_leaves_the_table(runs: RunFrame) -> None:
    import shutil

    shutil.rmtree(runs.attrs["nbflow.store"])
    comparison, page = connected(runs.compare())

    assert cells(row(comparison._data(), "metrics.loss")) == [1.0, 2.0, 3.0, 4.0, 5.0]
    answer = page.ask("chart", kind="lines", args={"metric": "loss"})
    assert answer.get("answer") or answer["error"]["code"] != "INTERNAL_ERROR"


def test_runs_are_given_as_records_or_ids_too(runs: RunFrame, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", str(client.tracking_uri))
    records = [client.get_run(run_id) for run_id in runs["run_id"][:2]]

    assert len(compare(records).runs) == 2
    assert nbflow.compare is compare
    with pytest.raises(UnsupportedValueError):
        compare(3)
    with pytest.raises(RunNotFoundError):
        compare(["0" * 32])


def test_frames_are_still_compared_as_pandas_does(runs: RunFrame) -> None:
    other = runs.copy()
    other.loc[0, "params.model"] = "rnn"

    assert list(runs.compare(other).columns.get_level_values(0).unique()) == ["params.model"]
