"""From what is typed to a model, and what could be typed: references and their completion."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from click.shell_completion import ShellComplete
from hypothesis import given
from hypothesis import strategies as st

from nbflow.errors import InvalidInputError, InvalidUriError, ModelVersionNotFoundError, RegisteredModelNotFoundError
from nbflow.uris import parse_model_uri
from nbflow.verbs import group
from nbflow.verbs.model_refs import Named, find_any, find_named, find_version, model_and_version, model_uri_of

if TYPE_CHECKING:
    from nbflow import Client

Complete = Callable[..., list[str]]


@pytest.mark.usefixtures("fraud")
@pytest.mark.parametrize(
    ("ref", "named"),
    [
        ("fraud", Named("fraud")),
        ("models:/fraud", Named("fraud")),
        ("fraud/2", Named("fraud", 2)),
        ("fraud/0002", Named("fraud", 2)),
        ("models:/fraud/2", Named("fraud", 2)),
        ("fraud/latest", Named("fraud", alias="latest")),
        ("fraud/Latest", Named("fraud", alias="latest")),
        ("fraud@champion", Named("fraud", alias="champion")),
        ("models:/fraud@champion", Named("fraud", alias="champion")),
        ("models:/fraud/Production", Named("fraud", stage="Production")),
    ],
)
def test_what_names_a_registered_model_or_a_version(client: Client, ref: str, named: Named) -> None:
    assert find_named(client, ref) == named


def test_an_at_sign_may_be_in_a_name(client: Client) -> None:
    client.create_registered_model("a@b")
    client.create_model_version("a@b", "s3://bucket/x")
    client.set_registered_model_alias("a@b", "c", 1)

    assert find_named(client, "a@b") == Named("a@b")
    assert model_and_version(client, "a@b@c") == ("a@b", 1)
    assert model_and_version(client, "a@b/1") == ("a@b", 1)
    client.delete_registered_model("a@b")
    assert find_named(client, "a@b") == Named("a@b")


@pytest.mark.filterwarnings("ignore:transition_model_version_stage:FutureWarning")
@pytest.mark.usefixtures("fraud")
def test_a_stage_is_found_by_its_uri(client: Client) -> None:
    client.transition_model_version_stage("fraud", 1, "Production")

    assert find_version(client, "models:/fraud/Production").version == 1
    assert model_uri_of(client, "models:/fraud/Production") == "models:/fraud/Production"


@pytest.mark.usefixtures("fraud")
@pytest.mark.parametrize("ref", ["fraud/", "fraud/x", "fraud/1/2", "fraud/-1", "fraud/٣", "models:/fraud/1/file"])
def test_what_is_no_version_is_told(client: Client, ref: str) -> None:
    with pytest.raises(click.UsageError):
        find_named(client, ref)


@pytest.mark.usefixtures("fraud")
def test_a_number_that_no_version_has_is_told(client: Client) -> None:
    with pytest.raises(InvalidInputError):
        find_version(client, "fraud/0")
    with pytest.raises(ModelVersionNotFoundError):
        find_version(client, "fraud/999999999")


@pytest.mark.parametrize("ref", ["", "nope", "nope/1", "nope@a", "\udcff", "a" * 5000])
def test_a_model_that_is_not_there_is_told(client: Client, ref: str) -> None:
    with pytest.raises(RegisteredModelNotFoundError, match="nbflow models list"):
        find_any(client, ref)


@pytest.mark.parametrize("ref", ["models:/", "models:", "models:/@a"])
def test_a_broken_uri_is_told(client: Client, ref: str) -> None:
    with pytest.raises(InvalidUriError):
        find_any(client, ref)


@pytest.mark.usefixtures("fraud")
@pytest.mark.parametrize("ref", ["./fraud", "/fraud", "~/fraud", "runs:/x/y", "s3://bucket/m", "C:\\m", "a\\b"])
def test_what_cannot_be_registered_is_no_registered_model(client: Client, ref: str) -> None:
    assert find_any(client, ref) == ref


def test_a_folder_is_found_where_no_model_is_called_so(client: Client) -> None:
    Path("out/model").mkdir(parents=True)

    assert find_any(client, "out") == "out"
    assert find_any(client, "out/model") == "out/model"
    client.create_registered_model("out")
    assert find_any(client, "out") == Named("out")


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="/:"), min_size=1))
def test_the_uri_of_a_version_names_it(name: str) -> None:
    for named in (Named(name, 3), Named(name, alias="champion")):
        uri = parse_model_uri(named.uri)
        assert uri is not None
        assert (uri.name, uri.version, uri.alias) == (named.name, named.version, named.alias)


# Completion


@pytest.fixture
def complete(client: Client) -> Complete:
    """Give what completes a word behind others, as a shell asks for it."""

    def call(*words: str) -> list[str]:
        *before, word = words
        found = ShellComplete(group, {}, "nbflow", "").get_completions(["--store", client.tracking_uri, *before], word)
        return [item.value for item in found]

    return call


@pytest.mark.usefixtures("fraud")
def test_names_versions_and_aliases_are_completed(complete: Complete, client: Client) -> None:
    client.create_registered_model("frame")

    assert complete("models", "show", "fra") == ["frame", "fraud"]
    everything = ["fraud", "fraud/2", "fraud/1", "fraud/latest", "fraud@champion"]
    assert complete("models", "show", "frau") == everything
    assert complete("models", "approve", "fraud/") == everything[1:4]
    assert complete("models", "delete", "fraud@") == everything[4:]
    assert complete("models", "history", "nope") == []
    assert complete("models", "rename", "frau") == ["fraud"]
    assert complete("models", "card", "frau") == everything


@pytest.mark.usefixtures("fraud")
def test_versions_and_aliases_of_the_model_before_are_completed(complete: Complete, client: Client) -> None:
    client.set_alias_policy("fraud", "challenger", 1)

    assert complete("models", "compare", "fraud", "1", "") == ["2", "1", "champion"]
    assert complete("models", "alias", "fraud", "ch") == ["champion", "challenger"]
    assert complete("models", "alias", "fraud", "new", "2") == ["2"]
    assert complete("models", "policy", "fraud", "chal") == ["challenger"]
    assert complete("models", "compare", "nope", "") == []


@pytest.mark.usefixtures("fraud")
def test_what_is_in_the_trash_is_completed(complete: Complete, client: Client) -> None:
    client.create_registered_model("gone")
    client.delete_registered_model("gone")
    client.delete_model_version("fraud", 1)

    assert complete("models", "restore", "") == ["gone", "fraud/1"]
    assert complete("gc", "--model", "") == ["fraud", "gone"]
    assert complete("models", "show", "go") == []


@pytest.mark.usefixtures("fraud")
def test_access_completes_models_and_experiments(complete: Complete) -> None:
    assert complete("access", "list", "--model", "f") == ["fraud"]
    assert complete("access", "grant", "--experiment", "mod") == ["models"]
    assert [each.upper() for each in complete("access", "grant", "user:a", "RE")] == ["READ"]


def test_completing_makes_no_store(complete: Complete, client: Client) -> None:
    assert complete("models", "show", "") == complete("models", "restore", "x") == []
    assert not Path(client.tracking_uri).exists()
