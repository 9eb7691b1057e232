from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from nbflow.drawing.format import MISSING
from nbflow.drawing.pages import experiment_bundle, run_bundle
from nbflow.entities import (
    Dataset,
    DatasetInput,
    Experiment,
    InputTag,
    Metric,
    Run,
    RunData,
    RunError,
    RunInfo,
    RunInputs,
)

Parse = Callable[[str], Any]

RUN_ID = "019ac386cd613e30d8f16adf91b7584a"
TAGS = {
    "mlflow.user": "ada",
    "mlflow.runName": "keen-fox-12",
    "mlflow.source.name": "train.ipynb",
    "mlflow.source.type": "NOTEBOOK",
    "mlflow.source.git.commit": "9f2c1e7ab34d5566778899aabbccddeeff001122",
    "mlflow.source.git.branch": "main",
    "nbflow.source.git.dirty": "true",
    "mlflow.note.content": "Baseline.\nSee issue 12.",
    "team": "vision",
}


def make_run(**changes: Any) -> Run:
    given = {
        "name": "keen-fox-12",
        "status": "FINISHED",
        "end_time": 1_763_900_192_000,
        "lifecycle_stage": "active",
        "params": {"lr": "0.01"},
        "metrics": (Metric("accuracy", 0.93333333333, 1_763_900_000_000, 5),),
        "tags": TAGS,
        "inputs": (),
        "error": None,
        "run_id": RUN_ID,
        **changes,
    }
    points = given["metrics"]
    return Run(
        RunInfo(
            given["run_id"],
            given["name"],
            "731",
            "ada",
            given["status"],
            1_763_900_000_000,
            given["end_time"],
            f"731/{RUN_ID}/artifacts",
            given["lifecycle_stage"],
        ),
        RunData({point.key: point.value for point in points}, given["params"], given["tags"], points),
        RunInputs(given["inputs"]),
        given["error"],
    )


def make_experiment(**changes: Any) -> Experiment:
    given = {
        "experiment_id": "731",
        "name": "my-experiment",
        "artifact_location": "nbruns/731",
        "creation_time": 1_763_800_000_000,
        "last_update_time": 1_763_900_000_000,
        "tags": {"mlflow.note.content": "Iris.", "team": "vision"},
        **changes,
    }
    return Experiment(**given)


def facts(node: Any) -> dict[str, str]:
    return dict(node.one("table", "nbflow-facts").rows())


def table(node: Any, caption: str) -> list[list[str]]:
    (found,) = [table for table in node.all("table") if any(c.text == caption for c in table.all("caption"))]
    rows: list[list[str]] = found.rows()
    return rows


# ---------------------------------------------------------------- a run


def test_a_run_says_what_it_is(parse: Parse) -> None:
    drawn = parse(run_bundle(make_run())["text/html"])

    assert drawn.one("div", "nbflow-title").text.replace("\u00a0", " ") == "Run keen-fox-12: ✓ finished"
    assert facts(drawn) == {
        "id": RUN_ID,
        "experiment": "731",
        "user": "ada",
        "started": "2025-11-23 12:13 UTC",
        "ended": "2025-11-23 12:16 UTC",
        "duration": "3 min 12 s",
        "source": "train.ipynb (notebook)",
        "git": "9f2c1e7ab34d on main, with changes that were not committed",
        "artifacts": f"731/{RUN_ID}/artifacts",
    }


def test_text_says_the_same(parse: Parse) -> None:
    run = make_run()

    text = run_bundle(run)["text/plain"]

    assert text.startswith("Run keen-fox-12: ✓ finished\n")
    for value in facts(parse(run_bundle(run)["text/html"])).values():
        assert value in text
    for part in ("Baseline.\nSee issue 12.", "lr  0.01", "accuracy  0.933333 at step 5", "team  vision"):
        assert part in text


def test_what_is_not_known_is_left_out(parse: Parse) -> None:
    run = make_run(tags={}, end_time=None, status="RUNNING", params={}, metrics=())

    drawn = parse(run_bundle(run)["text/html"])

    assert list(facts(drawn)) == ["id", "experiment", "user", "started", "artifacts"]
    assert drawn.all("caption") == []
    assert drawn.all("details") == []


def test_a_clean_commit_says_no_more(parse: Parse) -> None:
    run = make_run(tags={**TAGS, "nbflow.source.git.dirty": "false"})

    assert facts(parse(run_bundle(run)["text/html"]))["git"] == "9f2c1e7ab34d on main"


def test_the_code_that_gets_the_run_is_there() -> None:
    bundle = run_bundle(make_run())

    assert f"run = nbflow.get_run(&quot;{RUN_ID}&quot;)" in bundle["text/html"]
    assert f'run = nbflow.get_run("{RUN_ID}")' in bundle["text/plain"]


def test_params_metrics_and_tags_have_tables(parse: Parse) -> None:
    metrics = (Metric("loss", float("nan"), 0, 100_000), Metric("n", 1234.0, 0, 0))

    drawn = parse(run_bundle(make_run(metrics=metrics))["text/html"])

    assert table(drawn, "Params") == [["param", "value"], ["lr", "0.01"]]
    assert table(drawn, "Metrics") == [["metric", "value", "step"], ["loss", "nan", "100,000"], ["n", "1,234", "0"]]
    assert table(drawn, "Tags") == [["tag", "value"], ["team", "vision"]]


def test_a_metric_without_its_point_has_no_step(parse: Parse) -> None:
    run = make_run()
    run.data.metrics["loss"] = 0.5

    assert table(parse(run_bundle(run)["text/html"]), "Metrics")[2] == ["loss", "0.5", MISSING]
    assert "loss      0.5\n" in run_bundle(run)["text/plain"]


def test_all_digits_of_a_metric_are_in_its_tool_tip(parse: Parse) -> None:
    drawn = parse(run_bundle(make_run())["text/html"])

    assert "0.93333333333" in [node.attributes.get("title") for node in drawn.all("bdi")]


def test_tags_set_by_nbflow_are_folded_away(parse: Parse) -> None:
    details = parse(run_bundle(make_run())["text/html"]).one("details")

    assert details.one("summary").text == "7 tags set by nbflow"
    assert "open" not in details.attributes
    assert ["mlflow.user", "ada"] in details.rows()


def test_long_lists_are_cut_and_say_where_all_is(parse: Parse) -> None:
    run = make_run(params={f"p{i}": str(i) for i in range(200)})

    drawn = parse(run_bundle(run)["text/html"])

    assert len(table(drawn, "Params")) == 51
    assert "50 of 200 shown; all are in run.params." in drawn.text
    assert "and 180 more" in run_bundle(run)["text/plain"]


def test_data_sets_are_named_with_their_size(parse: Parse) -> None:
    dataset = Dataset("iris", "a1b2", "local", '{"uri": "iris.csv"}', None, '{"num_rows": 150}')
    run = make_run(inputs=(DatasetInput(dataset, (InputTag("mlflow.data.context", "training"),)),))

    assert table(parse(run_bundle(run)["text/html"]), "Inputs")[1] == [
        "iris",
        "training",
        "150 rows",
        "a1b2",
        "iris.csv",
    ]
    assert "iris  training 150 rows a1b2 iris.csv" in run_bundle(run)["text/plain"]


@pytest.mark.parametrize("odd", ["", "{", "[1]", "null", "[" * 100_000, '{"uri": 5, "num_rows": "x"}', "\ud800"])
def test_a_data_set_with_odd_json_is_drawn(odd: str, parse: Parse) -> None:
    run = make_run(inputs=(DatasetInput(Dataset("iris", "a1b2", "code", odd, odd, odd)),))

    row = table(parse(run_bundle(run)["text/html"]), "Inputs")[1]

    assert row[:4] == ["iris", MISSING, MISSING, "a1b2"]


def test_a_failure_is_said_and_its_traceback_folded_away(parse: Parse) -> None:
    trace = 'Traceback:\n  \x1b[31mFile\x1b[0m "train.py", line 12\nValueError: <five>\n'
    run = make_run(status="FAILED", error=RunError("ValueError", "<five>", trace, "cell 7:12"))

    error = parse(run_bundle(run)["text/html"]).one("details", "nbflow-error")

    assert error.one("summary").text == "ValueError: <five> (cell 7:12)"
    assert error.one("pre").text == 'Traceback:\n  File "train.py", line 12\nValueError: <five>\n'
    assert "ValueError  <five>" in run_bundle(run)["text/plain"]


def test_the_end_of_a_long_traceback_is_kept(parse: Parse) -> None:
    run = make_run(error=RunError("E", "m", "x" * 50_000 + "the end", None))

    trace = parse(run_bundle(run)["text/html"]).one("pre", "nbflow-trace").text

    assert trace.endswith("the end")
    assert "characters are left out" in trace
    assert len(trace) < 10_000


def test_a_run_in_the_trash_says_how_to_get_it_back() -> None:
    bundle = run_bundle(make_run(lifecycle_stage="deleted"))

    assert f'nbflow.restore_run("{RUN_ID}") brings it back' in bundle["text/plain"]
    assert "restore_run" in bundle["text/html"]


# ---------------------------------------------------------------- an experiment


def test_an_experiment_says_what_it_is(parse: Parse) -> None:
    drawn = parse(experiment_bundle(make_experiment())["text/html"])

    assert drawn.one("div", "nbflow-title").text == "Experiment my-experiment"
    assert "Iris." in drawn.text
    assert table(drawn, "Tags") == [["tag", "value"], ["team", "vision"]]
    assert facts(drawn) == {
        "id": "731",
        "created": "2025-11-22 08:26 UTC",
        "changed": "2025-11-23 12:13 UTC",
        "artifacts": "nbruns/731",
    }


def test_an_experiment_says_how_to_list_its_runs() -> None:
    bundle = experiment_bundle(make_experiment())

    assert 'runs = nbflow.search_runs(experiment_ids=["731"])' in bundle["text/plain"]
    assert "nbflow.search_runs" in bundle["text/html"]


def test_an_experiment_in_the_trash_says_how_to_get_it_back() -> None:
    text = experiment_bundle(make_experiment(lifecycle_stage="deleted"))["text/plain"]

    assert 'nbflow.restore_experiment("731") brings it back' in text


# ---------------------------------------------------------------- hostile text


@pytest.mark.parametrize(
    "bad",
    [
        "<img src=x onerror=alert(1)>",
        "</pre></details><script>alert(1)</script>",
        "\"' onmouseover='alert(1)",
        "\u202egnp.exe\x1b[31m\x00",
        "\ud800",
        "x" * 100_000,
        '") ; import os; ("',
    ],
)
def test_hostile_text_stays_text_in_every_field(bad: str, parse: Parse) -> None:
    tags = {f"{key}{bad}" if "." not in key else key: bad for key in TAGS}
    run = make_run(
        name=bad,
        run_id=bad[:100],
        status=bad,
        params={bad: bad},
        metrics=(Metric(bad, 1.0, 0, 0),),
        tags=tags,
        inputs=(DatasetInput(Dataset(bad, bad, bad, bad, bad, bad), (InputTag("mlflow.data.context", bad),)),),
        error=RunError(bad, bad, bad, bad),
        lifecycle_stage="deleted",
    )
    experiment = make_experiment(name=bad, experiment_id=bad[:100], artifact_location=bad, tags=tags)

    for bundle in (run_bundle(run), experiment_bundle(experiment)):
        parse(bundle["text/html"])  # refuses what is not expected
        assert bundle["text/html"].encode()
        assert len(bundle["text/html"]) < 60_000
        assert not any(c in bundle["text/plain"] for c in "\x00\x1b\u202e\ud800")
        assert len(bundle["text/plain"]) < 20_000


# ---------------------------------------------------------------- in a notebook


@pytest.mark.parametrize("thing", [make_run(), make_experiment()], ids=["run", "experiment"])
def test_records_show_themselves_in_ipython(thing: Run | Experiment) -> None:
    from IPython.core.formatters import DisplayFormatter

    data, _ = DisplayFormatter().format(thing)

    assert set(data) >= {"text/html", "text/plain"}
    assert data["text/plain"].startswith(type(thing).__name__)
