"""Registered models: created, found, renamed, deleted, restored, and their names given again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nbflow import Client
from nbflow.errors import (
    InvalidFilterError,
    InvalidInputError,
    InvalidNameError,
    NbflowError,
    RegisteredModelExistsError,
    RegisteredModelNotFoundError,
    UnsupportedValueError,
)
from tests.clock import next_millisecond


@pytest.fixture
def model(client: Client) -> str:
    """Give the name of a model with three versions."""
    client.create_registered_model("iris", {"team": "a"}, "of flowers")
    for i in range(3):
        client.create_model_version("iris", f"s3://bucket/{i}")
    return "iris"


def test_a_name_that_is_nearly_right_is_told(client: Client, model: str) -> None:
    client.create_registered_model("iriss")
    client.delete_registered_model("iriss")

    with pytest.raises(RegisteredModelNotFoundError, match=f"Did you mean '{model}'[?] Client"):
        client.find_model("models:/irsi/1")


# Creating


def test_a_new_model_is_what_was_said(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBFLOW_USER", "ann")

    made = client.create_registered_model("Iris Forest", {"n": 1}, "of flowers")

    assert made == client.get_registered_model("Iris Forest")
    assert (made.name, made.description, made.tags, made.user_id) == ("Iris Forest", "of flowers", {"n": "1"}, "ann")
    assert (made.aliases, made.latest_versions, made.lifecycle_stage) == ({}, (), "active")
    assert made.creation_timestamp == made.last_updated_timestamp > 0


def test_it_makes_the_store_if_there_is_none(tmp_path: Path) -> None:
    Client(tmp_path / "new").create_registered_model("m")

    assert (tmp_path / "new" / "store.json").is_file()


def test_a_name_that_is_taken_is_refused(client: Client, model: str) -> None:
    with pytest.raises(RegisteredModelExistsError) as caught:
        client.create_registered_model(model)

    assert caught.value.error_code == "RESOURCE_ALREADY_EXISTS"


def test_names_that_differ_in_case_alone_are_two(client: Client, model: str) -> None:
    client.create_registered_model("Iris")

    assert client.get_registered_model(model).latest_versions
    assert not client.get_registered_model("Iris").latest_versions


@pytest.mark.parametrize("name", ["", "a/b", "a:b", "..", "a\nb"])
def test_a_name_that_no_uri_could_have_is_refused(client: Client, name: str) -> None:
    with pytest.raises(InvalidNameError):
        client.create_registered_model(name)


@pytest.mark.parametrize(
    "more",
    [
        {"tags": {"a\nb": "v"}},
        {"tags": {"k": "v" * 100_001}},
        {"tags": [("k", "v")]},
        {"tags": {"k": "lone \udcff"}},
        {"description": 5},
        {"description": "lone \udcff"},
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_made(client: Client, more: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        client.create_registered_model("m", **more)

    assert client.search_registered_models() == []


def test_a_hostile_name_stays_in_its_folder(client: Client) -> None:
    name = "..\\..\\<b>%2e%2e\u202e\u2028"

    client.create_registered_model(name)

    (folder,) = (Path(client.tracking_uri) / "models").iterdir()
    assert folder.name.isascii()
    assert client.get_registered_model(name).name == name


# Finding


@pytest.mark.parametrize("method", ["get_registered_model", "delete_registered_model", "restore_registered_model"])
def test_what_is_not_there_is_not_found(client: Client, method: str) -> None:
    with pytest.raises(RegisteredModelNotFoundError) as caught:
        getattr(client, method)("nowhere")

    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"


def test_nothing_is_found_where_there_is_no_store(tmp_path: Path) -> None:
    client = Client(tmp_path / "none")

    assert client.search_registered_models() == []
    assert client.search_model_versions() == []
    with pytest.raises(RegisteredModelNotFoundError):
        client.get_registered_model("m")
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("filter_string", "names"),
    [
        (None, ["Iris", "prod", "test"]),
        ("name = 'prod'", ["prod"]),
        ("name != 'prod'", ["Iris", "test"]),
        ("name LIKE '%r%'", ["Iris", "prod"]),
        ("name ILIKE 'IRIS'", ["Iris"]),
        ("name IN ('Iris', 'test')", ["Iris", "test"]),
        ("tags.team = 'a'", ["Iris"]),
        ("tag.team != 'a'", ["prod"]),
        ("tags.n > 9", ["prod"]),
        ("NOT tags.team = 'a'", ["prod", "test"]),
        ("aliases = 'champion'", ["Iris"]),
        ("aliases LIKE 'c%'", ["Iris", "prod"]),
        ("aliases IS NULL", ["test"]),
        ("NOT aliases = 'champion' AND aliases IS NOT NULL", ["prod"]),
        ("user_id = 'nobody'", []),
        ("creation_timestamp > '2020-01-01'", ["Iris", "prod", "test"]),
        ("tags.`mlflow.prompt.is_prompt` != 'true'", ["Iris", "prod", "test"]),
        ("name = 'prod' AND tags.`mlflow.prompt.is_prompt` != 'true'", ["prod"]),
    ],
)
def test_models_are_searched_by_what_they_are(client: Client, filter_string: str | None, names: list[str]) -> None:
    client.create_registered_model("Iris", {"team": "a"})
    client.create_registered_model("prod", {"team": "b", "n": 10})
    client.create_registered_model("test")
    for name, alias in (("Iris", "champion"), ("Iris", "old"), ("prod", "challenger")):
        version = client.create_model_version(name, "s3://bucket/m").version
        client.set_registered_model_alias(name, alias, version)

    assert [found.name for found in client.search_registered_models(filter_string)] == names


def test_they_come_in_the_order_that_is_asked_for_page_by_page(client: Client) -> None:
    for name in ("b", "c", "a"):
        client.create_registered_model(name)
    next_millisecond()
    client.update_registered_model("b", "changed last")

    by_name = client.search_registered_models(order_by=["name DESC"])
    first = client.search_registered_models(max_results=2, order_by=["timestamp DESC"])
    second = client.search_registered_models(max_results=2, order_by=["timestamp DESC"], page_token=first.token)

    assert [each.name for each in by_name] == ["c", "b", "a"]
    assert first[0].name == "b"
    assert sorted(each.name for each in [*first, *second]) == ["a", "b", "c"]
    assert second.token is None


@pytest.mark.parametrize("wrong", ["metrics.f1 > 1", "nonsense = 'x'", "name > 'a'", "creation_timestamp = 'x'"])
def test_a_wrong_filter_says_where(client: Client, wrong: str) -> None:
    with pytest.raises(InvalidFilterError):
        client.search_registered_models(wrong)


@pytest.mark.parametrize("wrong", [{"max_results": 0}, {"page_token": "x"}, {"view_type": 4}, {"max_results": 50_001}])
def test_other_wrong_arguments_are_refused(client: Client, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        client.search_registered_models(**wrong)


# Changing


def test_a_description_and_tags_change(client: Client, model: str) -> None:
    client.update_registered_model(model, "better")
    client.set_registered_model_tag(model, "team", 2)
    client.set_registered_model_tag(model, "new", None)
    client.delete_registered_model_tag(model, "team")
    client.delete_registered_model_tag(model, "never set")

    found = client.get_registered_model(model)
    assert (found.description, found.tags) == ("better", {"new": "None"})
    assert client.update_registered_model(model).description == ""


def test_a_change_of_a_version_is_one_of_its_model(client: Client, model: str) -> None:
    before = client.get_registered_model(model).last_updated_timestamp

    version = client.update_model_version(model, 1, "x")

    assert client.get_registered_model(model).last_updated_timestamp == version.last_updated_timestamp >= before


# Renaming


def test_all_goes_with_a_new_name(client: Client, model: str) -> None:
    client.set_registered_model_alias(model, "champion", 2)
    before = client.get_registered_model(model)

    renamed = client.rename_registered_model(model, "flowers")

    assert (renamed.name, renamed.tags, renamed.aliases) == ("flowers", before.tags, {"champion": 2})
    assert [version.name for version in client.search_model_versions("name = 'flowers'")] == ["flowers"] * 3
    assert client.get_model_version_by_alias("flowers", "champion").version == 2
    with pytest.raises(RegisteredModelNotFoundError):
        client.get_registered_model(model)


def test_a_name_that_was_given_up_can_be_given_again(client: Client, model: str) -> None:
    client.rename_registered_model(model, "flowers")

    client.create_registered_model(model)

    assert client.get_registered_model(model).latest_versions == ()
    assert client.create_model_version(model, "s3://bucket/x").version == 1
    assert len(client.search_model_versions("name = 'flowers'")) == 3


def test_a_model_may_go_back_to_its_name_and_to_one_that_another_had(client: Client, model: str) -> None:
    client.create_registered_model("b")
    client.rename_registered_model(model, "c")
    client.rename_registered_model("b", model)
    client.rename_registered_model("c", "b")

    assert client.get_registered_model("b").description == "of flowers"
    assert client.get_registered_model(model).description == ""
    client.rename_registered_model("b", "d")
    client.rename_registered_model("d", "b")
    assert client.get_registered_model("b").description == "of flowers"


def test_a_name_that_is_taken_or_none_is_no_new_name(client: Client, model: str) -> None:
    client.create_registered_model("other")

    with pytest.raises(RegisteredModelExistsError):
        client.rename_registered_model(model, "other")
    with pytest.raises(InvalidNameError):
        client.rename_registered_model(model, "")
    assert client.rename_registered_model(model, model).name == model


# The trash


def test_a_deleted_model_and_its_versions_are_not_found(client: Client, model: str) -> None:
    client.delete_registered_model(model)

    with pytest.raises(RegisteredModelNotFoundError, match="trash"):
        client.get_registered_model(model)
    with pytest.raises(RegisteredModelNotFoundError):
        client.get_model_version(model, 1)
    with pytest.raises(RegisteredModelNotFoundError):
        client.delete_registered_model(model)
    assert client.search_registered_models() == []
    assert client.search_model_versions() == []
    (deleted,) = client.search_registered_models(view_type=2)
    assert (deleted.name, deleted.lifecycle_stage) == (model, "deleted")
    assert {version.lifecycle_stage for version in client.search_model_versions(view_type=3)} == {"deleted"}


def test_a_restored_model_is_as_it_was(client: Client, model: str) -> None:
    client.set_registered_model_alias(model, "champion", 2)
    before = client.get_registered_model(model)
    client.delete_registered_model(model)

    restored = client.restore_registered_model(model)

    assert restored.aliases == before.aliases
    assert restored.latest_versions == before.latest_versions
    assert client.create_model_version(model, "s3://bucket/x").version == 4


def test_a_name_in_the_trash_can_be_given_again(client: Client, model: str) -> None:
    client.delete_registered_model(model)

    client.create_registered_model(model, description="new")

    assert client.get_registered_model(model).description == "new"
    assert client.create_model_version(model, "s3://bucket/x").version == 1
    with pytest.raises(RegisteredModelExistsError):
        client.restore_registered_model(model)
    client.rename_registered_model(model, "newer")
    assert client.restore_registered_model(model).description == "of flowers"


def test_of_several_deleted_ones_the_last_comes_back(client: Client) -> None:
    for description in ("first", "second", "third"):
        client.create_registered_model("m", description=description)
        client.delete_registered_model("m")

    assert client.restore_registered_model("m").description == "third"
    client.rename_registered_model("m", "x")
    assert client.restore_registered_model("m").description == "second"
    with pytest.raises(RegisteredModelNotFoundError, match="none in the trash"):
        client.restore_registered_model("x")


@pytest.mark.parametrize("name", [None, 5, b"m"])
def test_a_name_that_is_no_text_is_refused_everywhere(client: Client, name: Any) -> None:
    for call in (client.get_registered_model, client.delete_registered_model, client.create_registered_model):
        with pytest.raises(UnsupportedValueError):
            call(name)


def test_a_store_with_hundreds_of_models_is_searched_in_no_time(client: Client) -> None:
    """Nothing that was read is read again: a search takes a look at each log."""
    for i in range(200):
        client.create_registered_model(f"m{i:03}")

    for call in (client.search_registered_models, client.search_registered_models):
        found = call("name LIKE 'm1%'", 50_000)

        assert len(found) == 100
    assert client.get_registered_model("m199").name == "m199"


def test_every_error_is_one_of_nbflow(client: Client, model: str) -> None:
    for version in (99, "x"):
        with pytest.raises(NbflowError):
            client.get_model_version(model, version)
