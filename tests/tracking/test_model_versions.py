"""Versions of registered models: where they come from, what they keep, how they are found, copied and deleted."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nbflow.entities import ModelOutput
from nbflow.errors import (
    AliasNotFoundError,
    InvalidFilterError,
    InvalidInputError,
    InvalidUriError,
    ModelVersionNotFoundError,
    NbflowError,
    RegisteredModelNotFoundError,
    RunNotFoundError,
)
from nbflow.store.models import ModelFacts
from tests.clock import next_millisecond

if TYPE_CHECKING:
    from nbflow import Client
    from nbflow.entities import ModelVersion

LOGGED = ModelOutput("models/best", "1" * 32, ("sklearn", "python_function"), files={"MLmodel": "ab"}, size_bytes=7)


@pytest.fixture
def run_id(client: Client) -> str:
    """Give a run that logged a model and a metric, in a store with a registered model `iris`."""
    run_id = client.create_run("0").info.run_id
    client.log_text(run_id, "flavors: {}", "models/best/MLmodel")
    client._store.run_log(run_id).log_model(LOGGED)
    client.log_metric(run_id, "f1", 0.9)
    client.set_terminated(run_id)
    client.create_registered_model("iris")
    return run_id


# What a version is


def test_a_version_keeps_what_its_run_knew_and_who_registered_it(
    client: Client, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBFLOW_USER", "ann")

    made = client.create_model_version(
        "iris", f"runs:/{run_id}/models/best", tags={"n": 1}, run_link="https://x", description="good"
    )

    assert made == client.get_model_version("iris", "1")
    assert (made.name, made.version, made.status, made.current_stage) == ("iris", 1, "READY", "None")
    assert (made.source, made.run_id, made.run_link) == (f"runs:/{run_id}/models/best", run_id, "https://x")
    assert (made.description, made.tags, made.user_id) == ("good", {"n": "1"}, "ann")
    assert (made.flavors, made.files, made.size_bytes) == (LOGGED.flavors, LOGGED.files, 7)
    assert (made.model_uuid, made.metrics, made.aliases) == (LOGGED.model_uuid, {"f1": 0.9}, ())
    assert made.creation_timestamp == made.last_updated_timestamp > 0


def test_it_keeps_the_metrics_of_then(client: Client, run_id: str) -> None:
    client.create_model_version("iris", f"runs:/{run_id}/models/best")

    client.log_metric(run_id, "f1", 0.1, step=1)

    assert client.get_model_version("iris", 1).metrics == {"f1": 0.9}


def test_metrics_that_are_no_finite_numbers_are_kept(client: Client, run_id: str) -> None:
    client.log_metric(run_id, "f1", float("nan"), step=1)
    client.log_metric(run_id, "loss", float("-inf"))

    metrics = client.create_model_version("iris", f"runs:/{run_id}/models/best").metrics

    assert repr(metrics) == "{'f1': nan, 'loss': -inf}"


def test_numbers_count_up_and_deleted_ones_stay_used(client: Client) -> None:
    client.create_registered_model("m")
    assert [client.create_model_version("m", "s3://b/x").version for _ in range(3)] == [1, 2, 3]

    client.delete_model_version("m", 3)

    assert client.create_model_version("m", "s3://b/x").version == 4


# Sources


def test_a_folder_of_a_run_is_registered_as_the_runs(client: Client, run_id: str) -> None:
    """What a store says holds also when it is moved."""
    folder = Path(client.get_run(run_id).info.artifact_uri) / "models" / "best"

    for source, given in ((str(folder), None), (folder.as_uri(), run_id), (os.path.relpath(folder), run_id)):
        made = client.create_model_version("iris", source, given)

        assert (made.source, made.run_id, made.files) == (f"runs:/{run_id}/models/best", run_id, LOGGED.files)


def test_so_is_one_of_a_run_whose_artifacts_are_elsewhere(client: Client, tmp_path: Path) -> None:
    experiment_id = client.create_experiment("elsewhere", tmp_path / "far")
    run_id = client.create_run(experiment_id).info.run_id
    client.log_text(run_id, "x", "m/MLmodel")
    client.create_registered_model("m")

    made = client.create_model_version("m", f"{client.get_run(run_id).info.artifact_uri}/m", run_id)

    assert made.source == f"runs:/{run_id}/m"
    assert client.get_model_version_download_uri("m", 1) == str(tmp_path / "far" / run_id / "artifacts" / "m")


@pytest.mark.parametrize(
    "source",
    [
        "",
        " ",
        "/etc",
        "file:///etc",
        "relative/folder",
        "https://example.org/model",
        "s3://bucket/../other",
        "runs:/nonsense/m",
        "models:/iris",
        "models:/m-0123456789abcdef0123456789abcdef",
        "models:/other/1/part",
        5,
    ],
)
@pytest.mark.usefixtures("run_id")
def test_what_names_no_model_is_refused_and_takes_no_number(client: Client, source: Any) -> None:
    with pytest.raises(InvalidInputError):
        client.create_model_version("iris", source)

    assert client.create_model_version("iris", "s3://bucket/m").version == 1


@pytest.mark.usefixtures("run_id")
def test_a_run_that_is_not_there_is_refused(client: Client) -> None:
    with pytest.raises(RunNotFoundError):
        client.create_model_version("iris", f"runs:/{'0' * 32}/m")
    with pytest.raises(RunNotFoundError):
        client.create_model_version("iris", "s3://bucket/m", "0" * 32)


def test_a_source_of_another_run_is_refused(client: Client, run_id: str) -> None:
    other = client.create_run("0").info.run_id

    with pytest.raises(InvalidInputError, match="Leave run_id out"):
        client.create_model_version("iris", f"runs:/{run_id}/models/best", other)


def test_a_model_that_is_not_there_gets_no_version(client: Client, run_id: str) -> None:
    with pytest.raises(RegisteredModelNotFoundError):
        client.create_model_version("other", f"runs:/{run_id}/models/best")


# Where the files are


def test_the_files_of_a_version_are_found(client: Client, run_id: str) -> None:
    client.create_model_version("iris", f"runs:/{run_id}/models/best")
    client.create_model_version("iris", "s3://bucket/m")

    place = client.get_model_version_download_uri("iris", 1)

    assert (Path(place) / "MLmodel").is_file()
    assert client.get_model_version_download_uri("iris", "2") == "s3://bucket/m"


def test_a_version_may_have_files_of_its_own(client: Client, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "MLmodel").write_text("flavors: {}")

    made = client._register(
        "m",
        source=str(tmp_path / "model"),
        run_id=None,
        facts=ModelFacts(signature={"inputs": "[]", "outputs": None, "params": None}, files={"MLmodel": "ab"}),
        put=lambda place: shutil.copytree(tmp_path / "model", place),
    )

    place = Path(client.get_model_version_download_uri("m", 1))
    assert place.is_relative_to(client.tracking_uri)
    assert (place / "MLmodel").read_text() == "flavors: {}"
    assert made.signature == {"inputs": "[]", "outputs": None, "params": None}
    assert client.get_model_version("m", 1) == made


def test_files_that_broke_off_half_way_make_no_version(client: Client) -> None:
    def put(place: Path) -> None:
        place.mkdir()
        (place / "half").write_text("x")
        raise ConnectionError

    with pytest.raises(ConnectionError):
        client._register("m", source="s3://b/m", run_id=None, facts=ModelFacts(), put=put)

    assert client.search_model_versions() == []
    assert client.create_model_version("m", "s3://b/m").version == 2
    assert not list((Path(client.tracking_uri) / "models" / "m" / "1").iterdir())


def test_a_model_that_is_removed_while_a_version_is_registered_is_not_found(client: Client) -> None:
    def put(place: Path) -> None:
        place.mkdir()
        client.delete_registered_model("m")
        client.gc()

    with pytest.raises(NbflowError):
        client._register("m", source="s3://b/m", run_id=None, facts=ModelFacts(), put=put)

    assert client.search_model_versions(view_type=3) == []


def test_a_version_that_was_removed_a_moment_ago_is_not_found(client: Client) -> None:
    client.create_registered_model("m")
    client.create_model_version("m", "s3://b/m")
    model, log = client._version("m", 1)
    client.delete_registered_model("m")
    client.gc()

    with pytest.raises(ModelVersionNotFoundError):
        client._record(model, log.refresh())


def test_beyond_the_highest_number_nothing_is_registered(client: Client) -> None:
    client.create_registered_model("m")
    (Path(client.tracking_uri) / "models" / "m" / "999999999").mkdir()

    assert client.create_model_version("m", "s3://b/m").version == 10**9
    with pytest.raises(InvalidInputError, match="1,000,000,000, is taken"):
        client.create_model_version("m", "s3://b/m")
    assert [version.version for version in client.search_model_versions()] == [10**9]


# Copies


def test_a_copy_is_a_version_of_the_other_model(client: Client, run_id: str) -> None:
    client.create_model_version("iris", f"runs:/{run_id}/models/best", tags={"k": "v"}, description="good")
    client.set_registered_model_alias("iris", "champion", 1)

    copy = client.copy_model_version("models:/iris@champion", "prod")

    original = client.get_model_version("iris", 1)
    assert (copy.name, copy.version, copy.source, copy.aliases) == ("prod", 1, "models:/iris/1", ())
    for field in ("run_id", "tags", "description", "metrics", "files", "flavors", "model_uuid", "size_bytes"):
        assert getattr(copy, field) == getattr(original, field)
    assert client.copy_model_version("models:/iris/1", "prod").version == 2
    assert client.copy_model_version("models:/prod/latest", "prod").source == "models:/prod/2"


def test_a_copy_outlives_what_it_was_copied_from(client: Client, run_id: str) -> None:
    client.create_model_version("iris", f"runs:/{run_id}/models/best")
    client.copy_model_version("models:/iris/1", "prod")
    place = client.get_model_version_download_uri("prod", 1)

    client.delete_model_version("iris", 1)
    client.gc()

    assert client.get_model_version_download_uri("prod", 1) == place


def test_a_copy_of_a_version_with_files_of_its_own_has_them_too(client: Client) -> None:
    def put(place: Path) -> None:
        place.mkdir()
        (place / "MLmodel").write_text("x")

    client._register("m", source="/somewhere", run_id=None, facts=ModelFacts(), put=put)
    client.copy_model_version("models:/m/1", "prod")
    client.delete_registered_model("m")
    client.gc()

    assert (Path(client.get_model_version_download_uri("prod", 1)) / "MLmodel").read_text() == "x"


def test_a_name_with_signs_that_mean_something_in_a_uri_can_be_copied(client: Client) -> None:
    client.create_registered_model("50% a@b")
    client.create_model_version("50% a@b", "s3://b/m")

    copy = client.copy_model_version("models:/50%25 a%40b/1", "prod")

    assert copy.source == "models:/50%25 a%40b/1"
    assert client.copy_model_version(copy.source, "prod").version == 2


def test_a_name_that_looks_like_a_path_can_be_copied(client: Client) -> None:
    client.create_registered_model("..\\x")
    client.create_model_version("..\\x", "s3://b/m")

    assert client.copy_model_version("models:/..\\x/1", "prod").source == "models:/..\\x/1"


@pytest.mark.parametrize("uri", ["runs:/x/m", "s3://b/m", "/tmp/m", "models:/iris", "models:/iris/1/part", None])  # noqa: S108
@pytest.mark.usefixtures("run_id")
def test_only_versions_are_copied(client: Client, uri: Any) -> None:
    with pytest.raises(InvalidInputError):
        client.copy_model_version(uri, "prod")

    assert [model.name for model in client.search_registered_models()] == ["iris"]


@pytest.mark.usefixtures("run_id")
def test_what_is_not_there_is_not_copied_and_makes_no_model(client: Client) -> None:
    for uri, error in (
        ("models:/iris/7", ModelVersionNotFoundError),
        ("models:/iris@no", AliasNotFoundError),
        ("models:/iris/Production", ModelVersionNotFoundError),
        ("models:/other/1", RegisteredModelNotFoundError),
    ):
        with pytest.raises(error):
            client.copy_model_version(uri, "prod")
    assert [model.name for model in client.search_registered_models()] == ["iris"]


# Changing


def test_a_description_and_tags_change(client: Client) -> None:
    client.create_registered_model("m")
    client.create_model_version("m", "s3://b/m", tags={"a": 1, "b": 2}, description="old")

    client.update_model_version("m", 1, "new")
    client.set_model_version_tag("m", "1", "a", "changed")
    client.set_model_version_tag("m", 1, "c", 3)
    client.delete_model_version_tag("m", 1, "b")
    client.delete_model_version_tag("m", 1, "never set")

    found = client.get_model_version("m", 1)
    assert (found.description, found.tags) == ("new", {"a": "changed", "c": "3"})
    assert client.update_model_version("m", 1, "").description == ""
    with pytest.raises(InvalidInputError):
        client.update_model_version("m", 1)


def test_a_tag_may_be_set_by_stage_but_not_by_both(client: Client) -> None:
    client.create_registered_model("m")
    client.create_model_version("m", "s3://b/m")
    client.set_model_version_tag("m", key="k", value="v", stage="none")

    assert client.get_model_version("m", 1).tags == {"k": "v"}
    for wrong in ({"version": 1, "stage": "None"}, {}):
        with pytest.raises(InvalidInputError, match="not both"):
            client.set_model_version_tag("m", key="k", value="v", **wrong)  # type: ignore[arg-type]
    client.delete_model_version_tag("m", key="k", stage="None")
    assert client.get_model_version("m", 1).tags == {}


# The trash


def test_a_deleted_version_is_not_found_and_its_aliases_are_gone(client: Client) -> None:
    client.create_registered_model("m")
    for _ in range(2):
        client.create_model_version("m", "s3://b/m")
    client.set_registered_model_alias("m", "champion", 2)
    client.delete_model_version("m", 2)

    with pytest.raises(ModelVersionNotFoundError, match="trash"):
        client.get_model_version("m", 2)
    with pytest.raises(AliasNotFoundError):
        client.get_model_version_by_alias("m", "champion")
    assert client.get_model_version_by_alias("m", "latest").version == 1
    assert [version.version for version in client.search_model_versions()] == [1]
    assert [version.version for version in client.search_model_versions(view_type=2)] == [2]
    with pytest.raises(ModelVersionNotFoundError):
        client.delete_model_version("m", 2)


def test_a_restored_version_is_as_it_was_but_for_aliases(client: Client) -> None:
    client.create_registered_model("m")
    before = client.create_model_version("m", "s3://b/m", tags={"k": "v"})
    client.set_registered_model_alias("m", "champion", 1)
    client.delete_model_version("m", 1)

    restored = client.restore_model_version("m", 1)

    assert (restored.tags, restored.source, restored.aliases) == (before.tags, before.source, ())
    assert client.get_model_version("m", 1) == restored
    with pytest.raises(ModelVersionNotFoundError):
        client.restore_model_version("m", 1)


@pytest.mark.parametrize("version", [9, "9"])
@pytest.mark.usefixtures("run_id")
def test_a_version_that_is_not_there_is_not_found(client: Client, version: Any) -> None:
    for call in (client.get_model_version, client.delete_model_version, client.restore_model_version):
        with pytest.raises(ModelVersionNotFoundError) as caught:
            call("iris", version)
        assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"


@pytest.mark.parametrize("version", ["abc", "1.5", 0, -1, None, "../1"])
@pytest.mark.usefixtures("run_id")
def test_what_is_no_number_is_refused(client: Client, version: Any) -> None:
    with pytest.raises(InvalidInputError):
        client.get_model_version("iris", version)


# Searching


@pytest.fixture
def searched(client: Client, run_id: str) -> Client:
    """Give a store with three versions of `iris` and one of `prod`."""
    client.create_model_version("iris", f"runs:/{run_id}/models/best", tags={"env": "a"})
    client.create_model_version("iris", "s3://bucket/2", tags={"env": "b"})
    client.create_model_version("iris", "s3://bucket/3")
    client.set_registered_model_alias("iris", "champion", 2)
    client.copy_model_version("models:/iris/1", "prod")
    return client


@pytest.mark.parametrize(
    ("filter_string", "found"),
    [
        ("", "iris 1, iris 2, iris 3, prod 1"),
        ("name = 'iris'", "iris 1, iris 2, iris 3"),
        ("name = 'nowhere'", ""),
        ("name LIKE 'p%'", "prod 1"),
        ("name IN ('prod', 'x')", "prod 1"),
        ("version_number = 1", "iris 1, prod 1"),
        ("version_number >= '2' AND name = 'iris'", "iris 2, iris 3"),
        ("run_id IS NULL", "iris 2, iris 3"),
        ("run_id = '{run_id}'", "iris 1, prod 1"),
        ("run_id IN ('{run_id}')", "iris 1, prod 1"),
        ("source_path LIKE 's3:%'", "iris 2, iris 3"),
        ("source_path = 'models:/iris/1'", "prod 1"),
        ("tags.env = 'a'", "iris 1, prod 1"),
        ("tags.env != 'a'", "iris 2"),
        ("metrics.f1 > 0.8", "iris 1, prod 1"),
        ("metrics.f1 > 0.95", ""),
        ("aliases = 'champion'", "iris 2"),
        ("aliases IS NULL OR version_number = 2", "iris 1, iris 2, iris 3, prod 1"),
        ("tags.`mlflow.prompt.is_prompt` != 'true' AND name = 'prod'", "prod 1"),
        (
            "creation_timestamp > 0 AND last_updated_timestamp > '2020-01-01' AND user_id != ''",
            "iris 1, iris 2, iris 3, prod 1",
        ),
    ],
)
def test_versions_are_searched_by_what_they_are(searched: Client, run_id: str, filter_string: str, found: str) -> None:
    versions = searched.search_model_versions(filter_string.format(run_id=run_id), order_by=["name", "version_number"])

    assert ", ".join(f"{version.name} {version.version}" for version in versions) == found


def test_the_last_changed_comes_first_and_pages_follow_each_other(searched: Client) -> None:
    next_millisecond()
    searched.update_model_version("iris", 1, "changed")

    pages: list[ModelVersion] = []
    token = None
    while True:
        page = searched.search_model_versions(max_results=1, page_token=token)
        pages += page
        token = page.token
        if token is None:
            break

    assert (pages[0].name, pages[0].version) == ("iris", 1)
    assert pages == searched.search_model_versions()
    times = [version.last_updated_timestamp for version in pages]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize("wrong", ["params.x = '1'", "version_number = 'x'", "status = 'READY'"])
def test_a_wrong_filter_says_where(client: Client, wrong: str) -> None:
    with pytest.raises(InvalidFilterError):
        client.search_model_versions(wrong)


def test_a_store_that_is_read_by_another_process_tells_the_same(searched: Client, python: Callable[..., str]) -> None:
    said = python(f"""
        import nbflow
        client = nbflow.Client({searched.tracking_uri!r})
        print(client.search_model_versions(), client.search_registered_models())
    """)

    assert said == f"{searched.search_model_versions()} {searched.search_registered_models()}"


def test_a_symlink_is_no_source(client: Client, tmp_path: Path) -> None:
    client.create_registered_model("m")
    (tmp_path / "elsewhere").mkdir()

    with pytest.raises(InvalidUriError):
        client.create_model_version("m", str(tmp_path / "elsewhere"))
