"""`models list` and the verbs that change what is registered."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click
import pytest

from nbflow.errors import (
    InvalidFilterError,
    InvalidNameError,
    RegisteredModelExistsError,
    RegisteredModelNotFoundError,
)
from nbflow.verbs.session import Session
from tests.clock import next_millisecond

if TYPE_CHECKING:
    from nbflow import Client
    from nbflow.entities import ModelVersion

Verb = Callable[..., str]
Lines = Callable[..., list[list[str]]]
Document = Callable[..., Any]
HOSTILE = '[bold red]x \u202etxt.exe it\'s "q" @b'  # as far as a model can be called so


# list


@pytest.mark.usefixtures("fraud")
def test_a_pipe_gets_name_versions_aliases_and_the_last_change(lines: Lines, client: Client) -> None:
    next_millisecond()  # the last changed comes first
    client.create_registered_model("other")

    other, fraud = lines("models", "list")

    assert fraud[:3] == ["fraud", "2", "champion=1"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", fraud[3])
    assert other[:3] == ["other", "0", ""]


@pytest.mark.usefixtures("fraud")
def test_without_a_verb_models_are_listed(lines: Lines) -> None:
    assert lines("models") == lines("models", "list")
    assert lines("models", "name LIKE 'x%'") == []
    assert [line[0] for line in lines("models", "aliases = 'champion'")] == ["fraud"]
    with pytest.raises(InvalidFilterError):
        lines("models", "name >> 1")


@pytest.mark.usefixtures("fraud")
def test_models_are_ordered_and_limited(verb: Verb, lines: Lines, client: Client) -> None:
    client.create_registered_model("a")

    assert [line[0] for line in lines("models", "-o", "name")] == ["a", "fraud"]
    assert [line[0] for line in lines("models", "-o", "name", "-n", "1")] == ["a"]
    assert len(lines("models", "--limit", "0")) == 2
    assert "--limit 0" not in verb("models", "list")


@pytest.mark.usefixtures("fraud")
def test_a_program_gets_documents(document: Document) -> None:
    (fraud,) = document("models")

    assert (fraud["name"], fraud["n_versions"], fraud["aliases"]) == ("fraud", 2, {"champion": 1})
    assert [version["version"] for version in fraud["latest_versions"]] == [2]


@pytest.mark.usefixtures("fraud")
def test_a_person_sees_a_table(drawn: Verb) -> None:
    text = drawn("models")

    assert re.search(r"fraud +2 +champion 1 +\d{4}-\d\d-\d\d \d\d:\d\d", text)


@pytest.mark.usefixtures("fraud")
@pytest.mark.parametrize("width", [30, 44, 80])
def test_a_narrow_terminal_gets_lines_that_fit(drawn: Verb, client: Client, width: int) -> None:
    client.create_registered_model("a-model-with-a-name-that-is-longer-than-any-terminal-is-wide")

    for args in (
        ["models"],
        ["models", "show", "fraud"],
        ["models", "show", "fraud/1"],
        ["models", "history", "fraud"],
    ):
        text = re.sub(r"\x1b\[[0-9;]*m", "", drawn(*args, width=width))
        assert max(map(len, text.splitlines())) <= width


def test_that_there_are_none_is_said_and_makes_no_store(
    verb: Verb, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    from nbflow.verbs import invoke

    assert invoke(["models", "--store", client.tracking_uri]) == 0

    assert "No registered models. There is no store" in capsys.readouterr().err
    assert verb("models", "list", "--json") == "[]\n"


# The trash


@pytest.mark.usefixtures("fraud")
def test_a_model_goes_into_the_trash_and_comes_out(verb: Verb, lines: Lines, document: Document) -> None:
    assert document("models", "delete", "fraud") == {
        "name": "fraud",
        "version": None,
        "lifecycle_stage": "deleted",
        "removed_aliases": [],
    }
    assert lines("models") == []
    assert [line[:2] for line in lines("models", "list", "--deleted")] == [["fraud", "2"]]
    with pytest.raises(RegisteredModelNotFoundError, match="trash"):
        verb("models", "show", "fraud")

    assert lines("models", "restore", "fraud") == [["fraud"]]
    assert [line[:3] for line in lines("models")] == [["fraud", "2", "champion=1"]]


@pytest.mark.usefixtures("fraud")
def test_a_version_goes_into_the_trash_and_comes_out(
    verb: Verb, lines: Lines, document: Document, drawn: Verb, client: Client
) -> None:
    assert lines("models", "delete", "fraud@champion") == [["fraud", "1"]]

    assert [line[:3] for line in lines("models")] == [["fraud", "1", ""]]
    assert lines("models", "list", "--deleted") == []
    assert "And 1 version of other models" in drawn("models", "list", "--deleted")
    assert ["versions.1", "deleted"] in lines("models", "show", "fraud")
    assert "1 (in the trash)" in drawn("models", "show", "fraud")
    verb("models", "restore", "fraud/1")
    assert [each["lifecycle_stage"] for each in document("models", "show", "fraud")["versions"]] == ["active", "active"]
    assert client.get_model_version("fraud", 1).aliases == ()


@pytest.mark.usefixtures("fraud")
def test_versions_of_namesakes_in_the_trash_are_told_apart(lines: Lines, document: Document, client: Client) -> None:
    next_millisecond()  # by their times
    client.delete_registered_model("fraud")
    client.create_registered_model("fraud")
    for i in range(2):
        client.create_model_version("fraud", f"s3://bucket/{i}")
    client.delete_model_version("fraud", 2)

    versions = document("models", "show", "fraud")["versions"]

    assert [(each["version"], each["source"], each["lifecycle_stage"]) for each in versions] == [
        (1, "s3://bucket/0", "active"),
        (2, "s3://bucket/1", "deleted"),
    ]
    assert [line[:2] for line in lines("models", "list", "--deleted")] == [["fraud", ""]]
    client.delete_registered_model("fraud")
    assert [line[:2] for line in lines("models", "list", "--deleted")] == [["fraud", ""]] * 2


@pytest.mark.usefixtures("fraud")
def test_the_aliases_that_go_with_a_version_are_told(document: Document, client: Client) -> None:
    from click.testing import CliRunner

    from nbflow.verbs import group

    client.set_registered_model_alias("fraud", "backup", 2)

    result = CliRunner().invoke(group, ["--store", client.tracking_uri, "models", "delete", "fraud/1"])

    assert result.stdout == "fraud\t1\n"
    assert result.stderr == "Its alias was taken away: champion.\n"
    assert document("models", "delete", "fraud/2")["removed_aliases"] == ["backup"]


class Asked(Session):
    """A session with somebody to ask."""

    @property
    def interactive(self) -> bool:
        """Yes."""
        return True


@pytest.mark.usefixtures("fraud")
@pytest.mark.parametrize(("answer", "stage"), [("y", "deleted"), ("n", "active")])
def test_who_can_be_asked_is_asked(client: Client, answer: str, stage: str) -> None:
    from click.testing import CliRunner

    from nbflow.verbs import group

    args = ["--store", client.tracking_uri, "models", "delete", "fraud"]
    result = CliRunner().invoke(group, args, input=f"{answer}\n", obj=Asked())

    assert "Move model fraud with 2 versions (1 alias: champion) into the trash?" in result.output
    assert [each.lifecycle_stage for each in client.search_registered_models(view_type=3)] == [stage]


@pytest.mark.usefixtures("fraud")
def test_nobody_is_asked_who_says_yes(client: Client) -> None:
    from click.testing import CliRunner

    from nbflow.verbs import group

    result = CliRunner().invoke(
        group, ["--store", client.tracking_uri, "models", "delete", "fraud/1", "--yes"], obj=Asked()
    )

    assert result.exit_code == 0
    assert "?" not in result.output
    assert [version.version for version in client.search_model_versions("name = 'fraud'")] == [2]


# Changes


def test_a_models_life(verb: Verb, lines: Lines, document: Document, client: Client, fraud: list[ModelVersion]) -> None:
    uri = f"runs:/{fraud[0].run_id}/model"
    assert lines("models", "register", uri, "new", "--tag", "k=v=w", "--description", "the first") == [["new", "1"]]
    assert document("models", "register", "fraud@champion", "new")["source"] == "models:/fraud/1"
    verb("models", "rename", "new", "newer")
    verb("models", "describe", "newer", "what it is")
    verb("models", "describe", "newer/2", "the second")
    verb("models", "tag", "newer", "team=risk", "n=1", "--remove", "n")
    verb("models", "tag", "newer/1", "stage=tryout", "--remove", "k")

    model, version = client.get_registered_model("newer"), client.get_model_version("newer", 1)
    assert (model.description, model.tags) == ("what it is", {"team": "risk"})
    assert (version.description, version.tags) == ("the first", {"stage": "tryout"})
    assert client.get_model_version("newer", 2).description == "the second"
    verb("models", "describe", "newer", "")
    assert client.get_registered_model("newer").description == ""


@pytest.mark.usefixtures("fraud")
def test_what_was_changed_is_told_to_a_person(drawn: Verb, client: Client) -> None:
    (version, _) = client.search_model_versions("name = 'fraud'", order_by=["version_number ASC"])
    assert "Registered version 3 of fraud." in drawn("models", "register", version.source, "fraud")
    assert "Model fraud: 1 tag set, 1 tag removed." in drawn("models", "tag", "fraud", "a=b", "--remove", "c")
    assert "Described version 2 of fraud." in drawn("models", "describe", "fraud/2", "x")
    assert "Took the description away from version 2 of fraud." in drawn("models", "describe", "fraud/2", "")
    assert "Moved version 2 of fraud into the trash." in drawn("models", "delete", "fraud/2")
    assert "Moved version 2 of fraud out of the trash." in drawn("models", "restore", "fraud/2")
    assert "Renamed model fraud to scam." in drawn("models", "rename", "fraud", "scam")


@pytest.mark.usefixtures("fraud")
@pytest.mark.parametrize(
    "args",
    [
        ["tag", "fraud"],
        ["tag", "fraud", "novalue"],
        ["tag", "fraud", "=v"],
        ["rename", "fraud/1", "x"],
        ["register", "fraud", "x"],
        ["register", "fraud/x", "x"],
        ["describe", "fraud/1.5", "x"],
    ],
)
def test_a_mistake_in_what_was_typed_is_told(verb: Verb, args: list[str]) -> None:
    with pytest.raises(click.UsageError):
        verb("models", *args)


@pytest.mark.usefixtures("fraud")
def test_errors_are_those_of_the_client(verb: Verb, client: Client) -> None:
    client.create_registered_model("taken")

    with pytest.raises(RegisteredModelNotFoundError, match="Did you mean 'fraud'"):
        verb("models", "describe", "frod", "x")
    with pytest.raises(RegisteredModelExistsError):
        verb("models", "rename", "fraud", "taken")
    with pytest.raises(InvalidNameError):
        verb("models", "rename", "fraud", "a/b")
    with pytest.raises(RegisteredModelNotFoundError, match="none in the trash"):
        verb("models", "restore", "fraud")


@pytest.mark.usefixtures("fraud")
def test_any_name_is_shown_as_what_it_is(verb: Verb, lines: Lines, drawn: Verb) -> None:
    name, safe = HOSTILE, HOSTILE.replace("\u202e", "\\u202e")
    said = drawn("models", "rename", "fraud", name)
    texts = [said, drawn("models"), drawn("models", "show", name), drawn("models", "show", f"{name}/1")]
    texts += [drawn("models", "history", name), drawn("models", "compare", name, "1", "2")]

    for text in texts:
        assert "\u202e" not in text
    for text in texts[:4]:
        assert safe in re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert "\u202e" not in verb("models") + verb("models", "show", name)
    assert lines("models", "delete", f"{name}@champion") == [[safe, "1"]]


@pytest.mark.usefixtures("fraud")
def test_what_somebody_wrote_moves_no_cursor(verb: Verb, drawn: Verb, client: Client, hostile: str) -> None:
    client.update_registered_model("fraud", hostile)
    client.update_model_version("fraud", 1, hostile)
    client.set_model_version_tag("fraud", 1, "k", hostile)
    client.add_comment("fraud", 1, hostile)
    client.approve("fraud", 1, hostile)

    for args in (["show", "fraud"], ["show", "fraud/1"], ["history", "fraud"]):
        for text in (drawn("models", *args), verb("models", *args), verb("models", *args, "--json")):
            assert "\x1b[2J" not in text
            assert "\u202e" not in text
            assert "bold red" in text
