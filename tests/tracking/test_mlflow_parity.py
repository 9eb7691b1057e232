"""The same script against MLflow and against nbflow: what a search finds, in which order, and in which columns.

Skipped where MLflow is not installed (the extra `bench` brings it).
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

if importlib.util.find_spec("mlflow") is None:
    pytest.skip("MLflow, to compare with, is not installed", allow_module_level=True)

FILTERS = [
    "",
    "metrics.acc > 0.5",
    "metrics.acc >= 0.5",
    "metrics.acc < 0.5",
    "metrics.acc <= 0.9",
    "metrics.acc = 0.9",
    "metrics.acc != 0.9",
    "metrics.acc > -1e9",
    "metrics.acc < 1e9",
    "metric.acc != 12345",
    "metrics.nowhere = 1",
    "metrics.nowhere != 1",
    "metrics.`a b` > .4",
    'metrics."a b" > 0',
    "metrics.big > 1e300",
    "metrics.big < -1e300",
    "params.lr = '0.1'",
    "params.lr != '0.1'",
    "param.lr LIKE '0.%'",
    "parameters.lr ILIKE '0.%'",
    "params.opt = 'Adam'",
    "params.opt LIKE 'a%'",
    "params.opt ILIKE 'a%'",
    "params.opt LIKE '%d_m'",
    "params.opt IS NULL",
    "params.opt IS NOT NULL",
    "params.nowhere = 'x'",
    "params.nowhere != 'x'",
    "params.nowhere IS NULL",
    "params.empty = ''",
    "params.`größe` = 'ü'",
    "params.path LIKE 'C:%'",
    'params.quote = "it\'s"',
    "tags.team = 'a'",
    "tags.team != 'a'",
    "tag.team IS NULL",
    "tags.team IS NOT NULL AND params.opt IS NULL",
    "tags.`x.y z` = '1'",
    "tags.mlflow.runName = 'r3'",
    "tags.mlflow.runName LIKE 'r%'",
    "run_name = 'r3'",
    "attributes.run_name LIKE 'r_'",
    "attribute.`run name` = 'r1'",
    "attr.`Run name` != 'r1'",
    "status = 'FINISHED'",
    "attributes.status != 'FINISHED'",
    "status LIKE 'F%'",
    "user_id = 'me'",
    "user_id != 'me'",
    "start_time > 1003",
    "attributes.start_time <= 1003",
    "attributes.created = 1003",
    "end_time > 2003",
    "end_time != 2003",
    "dataset.name = 'iris'",
    "datasets.name LIKE 'I%'",
    "dataset.name ILIKE 'I%'",
    "dataset.name IN ('iris', 'other')",
    "dataset.context = 'train'",
    "dataset.digest != 'd1'",
    "metrics.acc > 0.5 AND params.lr = '0.1'",
    "metrics.acc > 0.5 and tags.team = 'a' AND status = 'FINISHED'",
    "   metrics.acc>0.5   AND   params.lr='0.1'  ",
    "artifact_uri LIKE '%artifacts'",
    "params.opt = 'adam' AND metrics.acc != 0",
]

ORDERS: list[list[str]] = [
    [],
    ["metrics.acc ASC"],
    ["metrics.acc DESC"],
    ["metrics.acc"],
    ["metrics.big ASC"],
    ["metrics.big DESC"],
    ["metrics.nowhere DESC"],
    ["metrics.`a b` desc"],
    ["params.lr"],
    ["params.lr DESC"],
    ["params.opt DESC", "metrics.acc ASC"],
    ["tags.team ASC", "start_time ASC"],
    ["tags.nowhere"],
    ["start_time"],
    ["start_time DESC"],
    ["attributes.end_time DESC"],
    ["attribute.created ASC"],
    ["status", "run_name"],
    ["run_name DESC"],
    ["tags.mlflow.runName"],
    ["tags.team", "params.lr DESC", "metrics.acc DESC"],
    ["user_id", "start_time"],
]

WRONG = [
    "metrics.acc",
    "metrics.acc >",
    "metrics.acc > 'x'",
    "metrics.acc LIKE 1",
    "params.lr = 1e",
    "params.lr = x",
    "0.5 < metrics.acc",
    "bogus.x = 'y'",
    "foo = 'x'",
    "status > 'FINISHED'",
    "metrics.acc > 0.5 AND",
    "params.lr = '0.1",
    "status IS NULL",
]

SCRIPT = r"""
import importlib, json, logging, math, os, sys, warnings

name, place, asked = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
flow = importlib.import_module(name)
entities = importlib.import_module(name + ".entities")
flow.set_tracking_uri(place)
client = flow.Client() if name == "nbflow" else flow.MlflowClient()
experiment = flow.create_experiment("parity", artifact_location=os.path.abspath("artifacts"))
nan, inf = math.nan, math.inf
rows = [
    # metrics, params, tags, status, datasets
    ({"acc": 0.9, "a b": 1}, {"lr": "0.1", "opt": "Adam"}, {"team": "a"}, "FINISHED", [("iris", "d1", "train")]),
    ({"acc": 0.5, "big": 1e308}, {"lr": "0.01", "opt": "adam"}, {"team": "b"}, "FAILED", [("other", "d2", "test")]),
    ({"acc": nan, "big": nan}, {"lr": "10", "empty": ""}, {}, "FINISHED", []),
    ({"big": -1e308}, {"opt": "sgd", "größe": "ü"}, {"team": "a", "x.y z": "1"}, None, [("Iris", "d3", "train")]),
    ({}, {}, {"team": ""}, "KILLED", []),
    ({"acc": 0.9, "a b": 0.5}, {"lr": "0.1", "path": "C:\\x"}, {"team": "B"}, "FINISHED", []),
    ({"acc": -3, "big": 0}, {"quote": "it's", "lr": "1"}, {"team": "c"}, "FINISHED", [("iris", "d1", "test")]),
    ({"acc": 0.5}, {"opt": "ADAM"}, {"team": "a"}, "FAILED", []),
    ({"acc": 0, "big": 5}, {"lr": "2", "opt": None}, {}, "FINISHED", []),
]
for number, (metrics, params, tags, status, datasets) in enumerate(rows):
    start = 1000 + number  # all different: MLflow's run ids, which break ties, are random
    user = {"mlflow.user": "me" if number % 2 else "you"}
    run = client.create_run(experiment, start_time=start, tags={**tags, **user}, run_name=f"r{number}")
    run_id = run.info.run_id
    client.log_batch(
        run_id,
        metrics=[entities.Metric(key, value, 50, 0) for key, value in metrics.items()],
        params=[entities.Param(key, str(value)) for key, value in params.items()],
    )
    # A history, whose latest value is the one that counts.
    for key, value in metrics.items():
        client.log_metric(run_id, key, 77.0, timestamp=99, step=-1)
    client.log_inputs(run_id, [
        entities.DatasetInput(
            dataset=entities.Dataset(name=name_, digest=digest, source_type="local", source="{}"),
            tags=[entities.InputTag("mlflow.data.context", context)],
        )
        for name_, digest, context in datasets
    ])
    if status:
        client.set_terminated(run_id, status, end_time=start + 1000)
deleted = client.create_run(experiment, start_time=1, run_name="deleted")
client.set_terminated(deleted.info.run_id, end_time=2)
client.delete_run(deleted.info.run_id)

def names(frame):
    return frame["tags.mlflow.runName"].tolist() if len(frame) else []

answer = {"filters": {}, "orders": [], "views": [], "wrong": {}, "pages": []}
for text in asked["filters"]:
    answer["filters"][text] = names(flow.search_runs([experiment], text))
for order in asked["orders"]:
    answer["orders"].append(names(flow.search_runs([experiment], order_by=order)))
for view in (1, 2, 3):
    answer["views"].append(names(flow.search_runs([experiment], run_view_type=view)))
for text in asked["wrong"]:
    try:
        flow.search_runs([experiment], text)
    except Exception as error:
        answer["wrong"][text] = error.error_code
    else:
        answer["wrong"][text] = None
token = None
while True:
    page = client.search_runs([experiment], "metrics.acc < 100", 1, 3, ["metrics.acc"], token)
    answer["pages"].append([run.info.run_name for run in page])
    token = page.token
    if not token:
        break
answer["top"] = names(flow.search_runs([experiment], max_results=2))

frame = flow.search_runs([experiment])
answer["base"] = [str(column) for column in frame.columns[:6]]
kinds = [column.partition(".")[0] for column in frame.columns[6:]]
answer["kinds"] = [kind for at, kind in enumerate(kinds) if at == 0 or kinds[at - 1] != kind]
answer["columns"] = sorted(frame.columns)
answer["dtypes"] = {str(column): str(dtype) for column, dtype in frame.dtypes.items()}
answer["index"] = [type(frame.index).__name__, frame.index.tolist()]
plain = frame.drop(columns=["run_id", "experiment_id", "artifact_uri"])
answer["values"] = {
    column: [None if value is None or value != value else str(value) for value in plain[column].tolist()]
    for column in plain.columns
}
empty = flow.search_runs([experiment], "metrics.acc > 1e9")
answer["empty"] = [str(column) for column in empty.columns]
(first, *_) = client.search_runs([experiment], order_by=["start_time"])
answer["record"] = {
    "info": [first.info.run_name, first.info.status, first.info.start_time, first.info.end_time,
             first.info.lifecycle_stage, first.info.user_id],
    "data": [sorted(first.data.metrics.items()), sorted(first.data.params.items()), sorted(first.data.tags.items())],
    "inputs": [[used.dataset.name, used.dataset.digest, [[tag.key, tag.value] for tag in used.tags]]
               for used in first.inputs.dataset_inputs],
}
answer["history"] = [[p.key, p.value, p.timestamp, p.step] for p in client.get_metric_history(first.info.run_id, "acc")]
print(json.dumps(answer))
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Run the script against both, and give what each of them says."""
    return {
        name: answer(name, place, tmp_path_factory.mktemp(name))
        for name, place in (("mlflow", "sqlite:///mlflow.db"), ("nbflow", "nbruns"))
    }


def answer(name: str, place: str, folder: Path) -> dict[str, Any]:
    asked = json.dumps({"filters": FILTERS, "orders": ORDERS, "wrong": WRONG})
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MLFLOW_", "NBFLOW_"))}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, name, place, asked],
        cwd=folder,
        env={**environment, "NBFLOW_CACHE_DIR": str(folder / "cache"), "MLFLOW_DISABLE_TELEMETRY": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


@pytest.mark.parametrize("text", FILTERS)
def test_a_filter_finds_the_same_runs_in_the_same_order(text: str, answers: dict[str, dict[str, Any]]) -> None:
    assert answers["nbflow"]["filters"][text] == answers["mlflow"]["filters"][text]


@pytest.mark.parametrize("number", range(len(ORDERS)), ids=[", ".join(order) for order in ORDERS])
def test_an_order_is_the_same(number: int, answers: dict[str, dict[str, Any]]) -> None:
    assert answers["nbflow"]["orders"][number] == answers["mlflow"]["orders"][number]


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_filter_is_refused_with_the_same_code(text: str, answers: dict[str, dict[str, Any]]) -> None:
    theirs = answers["mlflow"]["wrong"][text]

    # A dangling AND passes there by accident.
    assert answers["nbflow"]["wrong"][text] == (theirs or "INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize(
    "part",
    ["views", "pages", "top", "base", "kinds", "columns", "dtypes", "index", "values", "empty", "record", "history"],
)
def test_what_is_given_is_the_same(part: str, answers: dict[str, dict[str, Any]]) -> None:
    assert answers["nbflow"][part] == answers["mlflow"][part]
