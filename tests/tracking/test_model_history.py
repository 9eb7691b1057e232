"""Comments, approvals and evaluations; and the history of a model, from its logs alone."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nbflow.errors import (
    AliasPolicyError,
    InvalidInputError,
    InvalidNameError,
    ModelVersionNotFoundError,
    RegisteredModelNotFoundError,
)

if TYPE_CHECKING:
    from nbflow import Client

As = Callable[[str], "Client"]


@pytest.fixture
def as_user(client: Client, monkeypatch: pytest.MonkeyPatch) -> As:
    """Give what makes the client somebody's. Ann registered versions 1 and 2 of `m`."""

    def become(user: str) -> Client:
        monkeypatch.setenv("NBFLOW_USER", user)
        return client

    become("ann").create_registered_model("m")
    for i in range(2):
        client.create_model_version("m", f"s3://bucket/{i}")
    return become


def told(client: Client, name: str = "m", version: int | None = None) -> list[tuple[str, str]]:
    return [(entry.user, entry.text) for entry in client.model_history(name, version)]


BEGINNING = [
    ("ann", "created as m"),
    ("ann", "version 1 registered from s3://bucket/0"),
    ("ann", "version 2 registered from s3://bucket/1"),
]


def test_everything_that_happened_is_told_in_order(as_user: As) -> None:
    as_user("ann").request_approval("m", 2, "champion", "please\nlook")
    as_user("bob").add_comment("m", 2, "nice")
    as_user("eve").reject("m", 2, "biased")
    as_user("eve").approve("m", 2)
    as_user("boss").set_alias_policy("m", "champion", 1, "metrics.f1 > 0.5")
    as_user("ci").log_evaluation("m", 2, {"f1": 0.75, "auc": 1}, "test.csv")
    as_user("max").set_registered_model_alias("m", "champion", 2)
    client = as_user("max")
    client.log_evaluation("m", 1, {"f1": 1})
    as_user("bob").approve("m", 1, "also good")
    client = as_user("max")
    client.set_registered_model_alias("m", "champion", 1)
    client.delete_registered_model_alias("m", "champion")
    client.delete_alias_policy("m", "champion")
    client.set_registered_model_tag("m", "team", "a")
    client.delete_registered_model_tag("m", "team")
    client.set_model_version_tag("m", 1, "k", "v")
    client.update_model_version("m", 1, "good")
    client.update_registered_model("m", "")
    client.delete_model_version("m", 1)
    client.restore_model_version("m", 1)
    client.rename_registered_model("m", "n")
    client.delete_registered_model("n")
    client.restore_registered_model("n")

    assert told(client, "n") == [
        *BEGINNING,
        ("ann", "version 2: approval asked for alias champion: please look"),
        ("bob", "version 2: commented: nice"),
        ("eve", "version 2: rejected: biased"),
        ("eve", "version 2: approved"),
        ("boss", "alias champion needs 1 approval and metrics.f1 > 0.5"),
        ("ci", "version 2: evaluated on test.csv: auc 1, f1 0.75"),
        ("max", "alias champion set to 2"),
        ("max", "version 1: evaluated: f1 1"),
        ("bob", "version 1: approved: also good"),
        ("max", "alias champion set to 1 (was 2)"),
        ("max", "alias champion deleted (was 1)"),
        ("max", "alias champion needs nothing any more"),
        ("max", "tag team set to a"),
        ("max", "tag team deleted"),
        ("max", "version 1: tag k set to v"),
        ("max", "version 1: described: good"),
        ("max", "description deleted"),
        ("max", "version 1: deleted"),
        ("max", "version 1: restored"),
        ("max", "renamed to n (was m)"),
        ("max", "deleted"),
        ("max", "restored"),
    ]


def test_an_entry_says_when_and_what_was_done(as_user: As) -> None:
    client = as_user("bob")
    client.add_comment("m", 2, "nice")

    entries = client.model_history("m")

    assert [entry.action for entry in entries] == ["created", "registered", "registered", "commented"]
    assert [entry.version for entry in entries] == [None, 1, 2, 2]
    times = [entry.timestamp for entry in entries]
    assert times == sorted(times)
    assert times[1] == client.get_model_version("m", 1).creation_timestamp


def test_the_history_of_a_version_is_what_is_about_it(as_user: As) -> None:
    client = as_user("max")
    client.set_registered_model_alias("m", "champion", 1)
    client.set_registered_model_alias("m", "champion", 2)
    client.set_registered_model_alias("m", "other", 2)

    assert told(client, version=1) == [
        BEGINNING[1],
        ("max", "alias champion set to 1"),
        ("max", "alias champion set to 2 (was 1)"),
    ]


@pytest.mark.filterwarnings("ignore:.*is deprecated:FutureWarning")
def test_stages_are_told_with_what_they_were(as_user: As) -> None:
    client = as_user("max")
    client.transition_model_version_stage("m", 1, "staging")
    client.transition_model_version_stage("m", 1, "Production")

    assert told(client)[-2:] == [
        ("max", "version 1: stage Staging (was None)"),
        ("max", "version 1: stage Production (was Staging)"),
    ]


def test_what_was_refused_is_not_told(as_user: As) -> None:
    as_user("boss").set_alias_policy("m", "champion", 1)
    before = told(as_user("ann"))

    with pytest.raises(AliasPolicyError):
        as_user("ann").set_registered_model_alias("m", "champion", 1)

    assert told(as_user("ann")) == before


def test_it_is_read_from_the_logs_alone(as_user: As, tmp_path: Path) -> None:
    from nbflow import Client

    client = as_user("bob")
    client.approve("m", 1)
    shutil.copytree(client.tracking_uri, tmp_path / "copy")

    assert Client(tmp_path / "copy").model_history("m") == client.model_history("m")


def test_what_is_in_the_trash_has_its_history(as_user: As) -> None:
    client = as_user("max")
    client.delete_model_version("m", 1)
    assert told(client, version=1)[-1] == ("max", "version 1: deleted")

    client.delete_registered_model("m")

    assert told(client)[-1] == ("max", "deleted")


def test_what_is_not_there_has_none(as_user: As) -> None:
    with pytest.raises(RegisteredModelNotFoundError):
        as_user("ann").model_history("other")
    with pytest.raises(ModelVersionNotFoundError):
        as_user("ann").model_history("m", 9)


def test_a_policy_that_came_with_the_name_is_told(as_user: As) -> None:
    as_user("boss").set_alias_policy("m", "champion", 2)
    client = as_user("ann")
    client.rename_registered_model("m", "n")
    client.create_registered_model("m")

    assert told(client) == [("ann", "alias champion needs 2 approvals"), ("ann", "created as m")]


# What can be said


@pytest.mark.parametrize("text", ["", "  \n", None, 5, "lone \udcff", "x" * 1_000_001])
def test_a_comment_says_something_that_a_file_can_hold(as_user: As, text: Any) -> None:
    with pytest.raises(InvalidInputError):
        as_user("ann").add_comment("m", 1, text)

    assert told(as_user("ann")) == BEGINNING


def test_approval_is_asked_for_what_can_be_an_alias(as_user: As) -> None:
    with pytest.raises(InvalidNameError):
        as_user("ann").request_approval("m", 1, "latest")
    as_user("ann").request_approval("m", 1)

    assert told(as_user("ann"))[-1] == ("ann", "version 1: approval asked")


@pytest.mark.parametrize("metrics", [{}, {"a": "x"}, {"a\nb": 1}, [("a", 1)], {"a": [1, 2]}, {1: 1}])
def test_an_evaluation_is_numbers_with_names(as_user: As, metrics: Any) -> None:
    with pytest.raises(InvalidInputError):
        as_user("ann").log_evaluation("m", 1, metrics)

    assert told(as_user("ann")) == BEGINNING


def test_nothing_is_said_of_a_version_that_is_not_there(as_user: As) -> None:
    client = as_user("ann")
    client.delete_model_version("m", 2)

    calls: list[tuple[Callable[..., object], tuple[Any, ...]]] = [
        (client.add_comment, ("x",)),
        (client.request_approval, ()),
        (client.approve, ()),
        (client.reject, ()),
        (client.log_evaluation, ({"a": 1},)),
    ]
    for version in (2, 9):
        for call, more in calls:
            with pytest.raises(ModelVersionNotFoundError):
                call("m", version, *more)


def test_a_user_whose_name_no_file_can_hold_is_written_with_question_marks(as_user: As) -> None:
    as_user("bob\udcff").add_comment("m", 1, "x")

    assert told(as_user("ann"))[-1] == ("bob?", "version 1: commented: x")
