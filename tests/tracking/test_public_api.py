"""The functions of nbflow take what MLflow's take, by the same names in the same places."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from typing import Any

import pytest

import nbflow
from nbflow import Client, artifacts, data

# MLflow 3.17.2's signatures, of the functions that nbflow has.
MLFLOW = """
active_run()
create_experiment(name, artifact_location=None, tags=None, trace_location=None)
delete_experiment(experiment_id)
delete_experiment_tag(key)
delete_run(run_id)
delete_tag(key)
disable_system_metrics_logging()
enable_system_metrics_logging()
end_run(status='FINISHED')
get_artifact_uri(artifact_path=None)
get_experiment(experiment_id)
get_experiment_by_name(name)
get_parent_run(run_id)
get_run(run_id)
get_tracking_uri()
is_tracking_uri_set()
last_active_run()
load_table(artifact_file, run_ids=None, extra_columns=None)
log_artifact(local_path, artifact_path=None, run_id=None)
log_artifacts(local_dir, artifact_path=None, run_id=None)
log_dict(dictionary, artifact_file, run_id=None)
log_figure(figure, artifact_file, *, save_kwargs=None)
log_image(image, artifact_file=None, key=None, step=None, timestamp=None, synchronous=False)
log_input(dataset=None, context=None, tags=None, model=None)
log_inputs(datasets=None, contexts=None, tags_list=None, models=None)
log_metric(key, value, step=None, synchronous=None, timestamp=None, run_id=None, model_id=None, dataset=None)
log_metrics(metrics, step=None, synchronous=None, run_id=None, timestamp=None, model_id=None, dataset=None)
log_param(key, value, synchronous=None)
log_params(params, synchronous=None, run_id=None)
log_table(data, artifact_file, run_id=None)
log_text(text, artifact_file, run_id=None)
restore_experiment(experiment_id)
restore_run(run_id)
search_experiments(view_type=1, max_results=None, filter_string=None, order_by=None)
search_runs(experiment_ids=None, filter_string='', run_view_type=1, max_results=100000, order_by=None, output_format='pandas', search_all_experiments=False, experiment_names=None)
set_experiment(experiment_name=None, experiment_id=None, trace_location=None)
set_experiment_tag(key, value)
set_experiment_tags(tags)
set_tag(key, value, synchronous=None)
set_tags(tags, synchronous=None)
set_tracking_uri(uri)
start_run(run_id=None, experiment_id=None, run_name=None, nested=False, parent_run_id=None, tags=None, description=None, log_system_metrics=None)
"""  # noqa: E501 - as MLflow prints them

MLFLOW_CLIENT = """
copy_model_version(src_model_uri, dst_name)
create_experiment(name, artifact_location=None, tags=None)
create_model_version(name, source, run_id=None, tags=None, run_link=None, description=None, await_creation_for=300, model_id=None)
create_registered_model(name, tags=None, description=None, deployment_job_id=None)
create_run(experiment_id, start_time=None, tags=None, run_name=None)
delete_experiment(experiment_id)
delete_experiment_tag(experiment_id, key)
delete_model_version(name, version)
delete_model_version_tag(name, version=None, key=None, stage=None)
delete_registered_model(name)
delete_registered_model_alias(name, alias)
delete_registered_model_tag(name, key)
delete_run(run_id)
delete_tag(run_id, key)
download_artifacts(run_id, path, dst_path=None)
get_experiment(experiment_id)
get_experiment_by_name(name)
get_latest_versions(name, stages=None)
get_metric_history(run_id, key)
get_model_version(name, version)
get_model_version_by_alias(name, alias)
get_model_version_download_uri(name, version)
get_model_version_stages(name, version)
get_parent_run(run_id)
get_registered_model(name)
get_run(run_id)
list_artifacts(run_id, path=None)
load_table(experiment_id, artifact_file, run_ids=None, extra_columns=None)
log_artifact(run_id, local_path, artifact_path=None)
log_artifacts(run_id, local_dir, artifact_path=None)
log_batch(run_id, metrics=(), params=(), tags=(), synchronous=None)
log_dict(run_id, dictionary, artifact_file)
log_figure(run_id, figure, artifact_file, *, save_kwargs=None)
log_image(run_id, image, artifact_file=None, key=None, step=None, timestamp=None, synchronous=None)
log_inputs(run_id, datasets=None, models=None)
log_metric(run_id, key, value, timestamp=None, step=None, synchronous=None, dataset_name=None, dataset_digest=None, model_id=None)
log_param(run_id, key, value, synchronous=None)
log_table(run_id, data, artifact_file)
log_text(run_id, text, artifact_file)
rename_experiment(experiment_id, new_name)
rename_registered_model(name, new_name)
restore_experiment(experiment_id)
restore_run(run_id)
search_experiments(view_type=1, max_results=1000, filter_string=None, order_by=None, page_token=None)
search_model_versions(filter_string=None, max_results=10000, order_by=None, page_token=None)
search_registered_models(filter_string=None, max_results=100, order_by=None, page_token=None)
search_runs(experiment_ids, filter_string='', run_view_type=1, max_results=1000, order_by=None, page_token=None)
set_experiment_tag(experiment_id, key, value)
set_model_version_tag(name, version=None, key=None, value=None, stage=None)
set_registered_model_alias(name, alias, version)
set_registered_model_tag(name, key, value)
set_tag(run_id, key, value, synchronous=None)
set_terminated(run_id, status=None, end_time=None)
transition_model_version_stage(name, version, stage, archive_existing_versions=False)
update_model_version(name, version, description=None)
update_registered_model(name, description=None, deployment_job_id=None)
update_run(run_id, status=None, name=None)
"""  # noqa: E501 - as MLflow prints them

MLFLOW_ARTIFACTS = """
download_artifacts(artifact_uri=None, run_id=None, artifact_path=None, dst_path=None, tracking_uri=None, registry_uri=None)
list_artifacts(artifact_uri=None, run_id=None, artifact_path=None, tracking_uri=None)
load_dict(artifact_uri)
load_image(artifact_uri)
load_text(artifact_uri)
"""  # noqa: E501 - as MLflow prints them

MLFLOW_DATA = """
from_numpy(features, source=None, targets=None, name=None, digest=None)
from_pandas(df, source=None, targets=None, name=None, digest=None, predictions=None)
"""

# What nbflow does not take, and why. All of it stands last in its function, so that no other argument changes its
# place; but `dataset` of metrics, which is given by name.
OMITTED = {
    "trace_location": "nbflow has no tracing",
    "deployment_job_id": "nbflow deploys nothing to Databricks",
    "registry_uri": "the registry is the store's own",
    "model": "models and metrics of models are not part of tracking yet",
    "models": "models and metrics of models are not part of tracking yet",
    "model_id": "models and metrics of models are not part of tracking yet",
    "dataset_name": "a metric names no data set; log_inputs does",
    "dataset_digest": "a metric names no data set; log_inputs does",
}
BY_NAME = {"log_metric": {"dataset"}, "log_metrics": {"dataset"}}

CASES = [
    pytest.param(owner, line, id=f"{prefix}{line.partition('(')[0]}")
    for owner, prefix, table in (
        (nbflow, "", MLFLOW),
        (Client, "Client.", MLFLOW_CLIENT),
        (artifacts, "artifacts.", MLFLOW_ARTIFACTS),
        (data, "data.", MLFLOW_DATA),
    )
    for line in table.strip().splitlines()
]


def signature(line: str) -> tuple[str, dict[str, object], set[str]]:
    """Read a line of a table: the name, the parameters with their defaults, and which of them go by name only."""
    function = ast.parse(f"def {line}: ...").body[0]
    assert isinstance(function, ast.FunctionDef)
    taken = function.args
    defaults: list[object] = [inspect.Parameter.empty] * (len(taken.args) - len(taken.defaults))
    defaults += [ast.literal_eval(default) for default in taken.defaults]
    by_name = {a.arg: ast.literal_eval(d) for a, d in zip(taken.kwonlyargs, taken.kw_defaults, strict=True) if d}
    parameters = dict(zip([a.arg for a in taken.args], defaults, strict=True))
    return function.name, {**parameters, **by_name}, set(by_name)


@pytest.mark.parametrize(("owner", "line"), CASES)
def test_arguments_of_mlflow_are_taken_in_its_places(owner: Any, line: str) -> None:
    name, theirs, only_by_name = signature(line)

    ours = dict(inspect.signature(getattr(owner, name)).parameters)
    ours.pop("self", None)
    only_by_name |= BY_NAME.get(name, set())
    wanted = [each for each in theirs if each not in OMITTED and each not in only_by_name]
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.POSITIONAL_ONLY)
    positional = [each for each, parameter in ours.items() if parameter.kind in kinds]
    assert positional[: len(wanted)] == wanted
    assert {each for each in theirs if each not in OMITTED} <= set(ours)
    # What is ours alone can be left out.
    extra = [parameter for each, parameter in ours.items() if each not in theirs]
    assert [parameter.name for parameter in extra if parameter.default is inspect.Parameter.empty] == []


@pytest.mark.parametrize(("owner", "line"), CASES)
def test_what_is_left_out_means_the_same(owner: Any, line: str) -> None:
    name, theirs, _ = signature(line)
    ours = inspect.signature(getattr(owner, name)).parameters

    different = {
        each: (ours[each].default, default)
        for each, default in theirs.items()
        if each in ours and ours[each].default != default
    }

    # These must be given here, or mean nothing: all is complete when a call returns.
    for each in ("dataset", "datasets", "synchronous", "path"):
        different.pop(each, None)
    assert different == {}


def test_every_function_of_tracking_is_there() -> None:
    wanted = """
        set_tracking_uri get_tracking_uri set_experiment create_experiment get_experiment get_experiment_by_name
        search_experiments rename_experiment delete_experiment restore_experiment set_experiment_tag
        set_experiment_tags delete_experiment_tag start_run end_run active_run last_active_run get_run get_parent_run
        delete_run restore_run log_param log_params log_metric log_metrics set_tag set_tags delete_tag log_input
        log_inputs log_artifact log_artifacts log_text log_dict log_figure log_image log_table load_table
        get_artifact_uri get_metric_history search_runs Client
    """.split()  # noqa: SIM905 - read as prose

    assert set(wanted) <= set(nbflow.__all__)
    assert [name for name in wanted if not callable(getattr(nbflow, name))] == []


def test_the_fluent_functions_are_as_documented_as_their_methods() -> None:
    without = [
        name for name in nbflow.__all__ if callable(found := getattr(nbflow, name)) and not inspect.getdoc(found)
    ]

    assert without == []


# Calls that MLflow's scripts make, argument by argument


@pytest.mark.parametrize(
    "call",
    [
        lambda: nbflow.log_metric("m", 1.0, 0, None, 17, None),
        lambda: nbflow.log_metrics({"m": 1.0}, 0, None, None, 17),
        lambda: nbflow.log_param("p", 1, None),
        lambda: nbflow.log_params({"p": 1}, None, None),
        lambda: nbflow.set_tag("t", 1, None),
        lambda: nbflow.set_tags({"t": 1}, None),
    ],
)
@pytest.mark.usefixtures("run")
def test_every_place_can_be_filled(call: Callable[[], object]) -> None:
    call()


@pytest.mark.parametrize(
    "call",
    [
        lambda: nbflow.log_metric("m", 1.0, synchronous=False),
        lambda: nbflow.log_metrics({"m": 1.0}, synchronous=False),
        lambda: nbflow.log_param("p", 1, synchronous=False),
        lambda: nbflow.log_params({"p": 1}, synchronous=False),
        lambda: nbflow.set_tag("t", 1, synchronous=False),
        lambda: nbflow.set_tags({"t": 1}, synchronous=False),
    ],
)
def test_what_is_not_waited_for_is_done_all_the_same(call: Callable[[], Any], run: nbflow.ActiveRun) -> None:
    operations = call()

    assert run.metrics.get("m") == 1.0 or run.params.get("p") == "1" or run.tags.get("t") == "1"
    assert operations.wait() is None


@pytest.mark.parametrize("synchronous", [None, True])
def test_a_call_that_waits_gives_what_it_always_gave(synchronous: bool | None, run: nbflow.ActiveRun) -> None:
    client = nbflow.Client()

    assert nbflow.log_param("p", 1, synchronous) == 1
    assert nbflow.log_metric("m", 1, synchronous=synchronous) is None
    assert nbflow.set_tag("t", 1, synchronous) is None
    assert client.log_param(run.run_id, "q", 1, synchronous) == 1
    assert client.log_batch(run.run_id, synchronous=synchronous) is None


def test_the_client_does_not_wait_either(run: nbflow.ActiveRun) -> None:
    client = nbflow.Client()

    for operations in (
        client.log_metric(run.run_id, "m", 1.0, synchronous=False),
        client.log_param(run.run_id, "p", 1, synchronous=False),
        client.set_tag(run.run_id, "t", 1, synchronous=False),
        client.log_batch(run.run_id, synchronous=False),
    ):
        assert operations is not None
        operations.wait()

    assert (run.metrics, run.params, run.tags["t"]) == ({"m": 1.0}, {"p": "1"}, "1")
