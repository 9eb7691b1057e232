from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

import nbflow
from nbflow import ActiveRun, Client
from nbflow.data import from_numpy, from_pandas
from nbflow.entities import Dataset, DatasetInput, InputTag
from nbflow.errors import InvalidInputError, LimitExceededError, RunNotFoundError, UnsupportedValueError
from tests.clock import next_millisecond

FRAME = pd.DataFrame({"x": [1.5, 2.5, 3.5], "größe": ["a", "b", "c"], "y": [0, 1, 0]})


def inputs(run: ActiveRun) -> list[tuple[str, dict[str, str]]]:
    return [(used.dataset.name, {tag.key: tag.value for tag in used.tags}) for used in run.inputs.dataset_inputs]


def test_a_frame_is_kept_with_its_name_digest_schema_profile_and_source(run: ActiveRun) -> None:
    dataset = from_pandas(FRAME, source="data/iris.csv", targets="y", name="iris")

    nbflow.log_input(dataset, context="training", tags={"fold": 1})

    (used,) = run.inputs.dataset_inputs
    kept = used.dataset
    assert (kept.name, kept.digest, kept.source_type) == ("iris", dataset.digest, "local")
    assert len(kept.digest) == 8
    assert json.loads(kept.source) == {"uri": "data/iris.csv"}
    assert kept.schema is not None
    columns = json.loads(kept.schema)["mlflow_colspec"]
    assert [(column["name"], column["type"]) for column in columns] == [
        ("x", "double"),
        ("größe", "string"),
        ("y", "long"),
    ]
    assert kept.profile is not None
    assert json.loads(kept.profile) == {"num_rows": 3, "num_elements": 9}
    assert used.tags == (InputTag("mlflow.data.context", "training"), InputTag("fold", "1"))


def test_arrays_are_kept_with_their_shapes(run: ActiveRun) -> None:
    nbflow.log_input(from_numpy(np.zeros((4, 2)), targets=np.zeros(4), name="xy"))

    (used,) = run.inputs.dataset_inputs
    assert used.dataset.schema is not None
    assert json.loads(used.dataset.schema)["mlflow_tensorspec"].keys() == {"features", "targets"}
    assert used.dataset.profile is not None
    assert json.loads(used.dataset.profile)["features_shape"] == [4, 2]


def test_data_without_a_source_come_from_the_code_that_runs(run: ActiveRun) -> None:
    nbflow.log_input(from_pandas(FRAME))

    (used,) = run.inputs.dataset_inputs
    assert (used.dataset.name, used.dataset.source_type) == ("dataset", "code")
    told = json.loads(used.dataset.source)["tags"]
    assert told["mlflow.source.name"] == run.tags["mlflow.source.name"]
    assert told["mlflow.user"] == run.tags["mlflow.user"]


def test_several_data_sets_each_with_its_context(run: ActiveRun) -> None:
    train, test = from_pandas(FRAME, name="train"), from_pandas(FRAME.head(1), name="test")

    nbflow.log_inputs([train, test], ["training", None], [None, {"seed": 3}])

    assert inputs(run) == [("train", {"mlflow.data.context": "training"}), ("test", {"seed": "3"})]


def test_contexts_and_tags_can_be_left_out(run: ActiveRun) -> None:
    nbflow.log_inputs([from_pandas(FRAME, name="a"), from_pandas(FRAME, name="b")])
    nbflow.log_inputs([])

    assert inputs(run) == [("a", {}), ("b", {})]


def test_of_one_name_and_digest_the_first_is_kept(run: ActiveRun) -> None:
    nbflow.log_input(from_pandas(FRAME, name="iris"), context="training")
    nbflow.log_input(from_pandas(FRAME, name="iris"), context="evaluation")
    nbflow.log_input(from_pandas(FRAME.head(2), name="iris"), context="evaluation")

    assert inputs(run) == [
        ("iris", {"mlflow.data.context": "training"}),
        ("iris", {"mlflow.data.context": "evaluation"}),
    ]


def test_of_one_call_too_the_first_is_kept(run: ActiveRun) -> None:
    iris = from_pandas(FRAME, name="iris")

    nbflow.log_inputs([iris, iris], ["training", "evaluation"])

    assert inputs(run) == [("iris", {"mlflow.data.context": "training"})]


def test_a_metric_can_name_what_it_was_computed_on(run: ActiveRun) -> None:
    iris = from_pandas(FRAME, name="iris")

    nbflow.log_metric("accuracy", 0.9, dataset=iris)
    nbflow.log_metrics({"f1": 0.8}, dataset=iris)

    assert run.metrics == {"accuracy": 0.9, "f1": 0.8}
    assert inputs(run) == [("iris", {})]


def test_a_metric_of_another_run_names_its_data_there(run: ActiveRun) -> None:
    other = Client().create_run("0").run_id

    nbflow.log_metric("accuracy", 0.9, run_id=other, dataset=from_pandas(FRAME, name="iris"))

    assert [used.dataset.name for used in nbflow.get_run(other).inputs.dataset_inputs] == ["iris"]
    assert inputs(run) == []


def test_logging_an_input_without_a_run_starts_one() -> None:
    nbflow.log_input(from_pandas(FRAME, name="iris"))

    run = nbflow.active_run()
    assert run is not None
    assert inputs(run) == [("iris", {})]


@pytest.mark.parametrize(
    ("filter_string", "found"),
    [
        ("dataset.name = 'iris'", 1),
        ("datasets.name LIKE 'ir%'", 1),
        ("dataset.context = 'training'", 1),
        ("dataset.digest = 'nope'", 0),
        ("dataset.name IN ('iris', 'x')", 1),
        ("dataset.name = 'other'", 0),
    ],
)
def test_runs_are_found_by_their_data(filter_string: str, found: int, run: ActiveRun) -> None:
    nbflow.log_input(from_pandas(FRAME, name="iris"), context="training")
    next_millisecond()  # it is the last of the list
    Client().create_run("0")

    assert len(nbflow.search_runs(filter_string=filter_string)) == found
    assert run.inputs.dataset_inputs[0] == nbflow.search_runs(output_format="list")[-1].inputs.dataset_inputs[0]


# What is refused


@pytest.mark.parametrize("dataset", [None, FRAME, "iris", {"name": "iris"}, [1]])
def test_what_is_no_data_set_is_refused(dataset: Any, run: ActiveRun) -> None:
    with pytest.raises(UnsupportedValueError, match="from_pandas or from_numpy"):
        nbflow.log_input(dataset)
    with pytest.raises(UnsupportedValueError):
        nbflow.log_inputs([from_pandas(FRAME), dataset])

    assert inputs(run) == []


@pytest.mark.parametrize(
    "arguments",
    [
        {"contexts": ["a"]},
        {"contexts": ["a", "b", "c"]},
        {"tags_list": []},
        {"contexts": ["a", "b"], "tags_list": [None]},
        {"contexts": "ab"},
        {"tags_list": {"a": 1, "b": 2}},
        {"tags_list": [None, {"a//b": 1}]},
        {"tags_list": [None, "text"]},
        {"contexts": [None, "\ud800"]},
    ],
)
def test_of_data_sets_with_a_mistake_none_is_logged(arguments: dict[str, Any], run: ActiveRun) -> None:
    two = [from_pandas(FRAME, name="a"), from_pandas(FRAME, name="b")]

    with pytest.raises(InvalidInputError):
        nbflow.log_inputs(two, **arguments)

    assert inputs(run) == []


@pytest.mark.parametrize("datasets", [None, from_pandas(FRAME), "ab", 5])
def test_data_sets_are_a_list(datasets: Any, run: ActiveRun) -> None:
    with pytest.raises(UnsupportedValueError, match="give a list"):
        nbflow.log_inputs(datasets)

    assert inputs(run) == []


def test_a_data_set_too_large_to_describe_is_refused(run: ActiveRun) -> None:
    wide = pd.DataFrame(np.zeros((1, 20_000)), columns=[f"a rather long name of a column {i}" for i in range(20_000)])

    with pytest.raises(LimitExceededError, match="schema"):
        nbflow.log_input(from_pandas(wide))

    assert inputs(run) == []


# Client


def test_the_client_logs_records(run: ActiveRun) -> None:
    used = DatasetInput(Dataset("iris", "0123abcd", "s3", '{"uri": "s3://b/iris"}'), (InputTag("a", "b"),))

    Client().log_inputs(run.run_id, [used])

    assert run.inputs.dataset_inputs == (used,)


def test_the_client_refuses_what_is_no_record(run: ActiveRun) -> None:
    client = Client()
    good = DatasetInput(Dataset("iris", "0123abcd", "s3", "{}"))

    for wrong in (from_pandas(FRAME), DatasetInput(good.dataset, (InputTag("a//b", "c"),)), None):
        with pytest.raises(InvalidInputError):
            client.log_inputs(run.run_id, [good, wrong])  # type: ignore[list-item]
    with pytest.raises(RunNotFoundError):
        client.log_inputs("f" * 32, [good])

    assert inputs(run) == []
