"""`models compare`: what differs between versions."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest

from nbflow.errors import AliasNotFoundError, ModelVersionNotFoundError
from nbflow.verbs.model_columns import requirement_table

if TYPE_CHECKING:
    from nbflow import Client
    from nbflow.entities import ModelVersion

Verb = Callable[..., str]
Lines = Callable[..., list[list[str]]]
Document = Callable[..., Any]


def test_a_pipe_gets_what_differs(lines: Lines, fraud: list[ModelVersion]) -> None:
    assert lines("models", "compare", "fraud", "1", "2") == [
        ["version", "1", "2", ""],
        ["run_id", fraud[0].run_id, fraud[1].run_id, ""],
        ["metrics.auc", "0.75", "0.875", "2"],
        ["params.depth", "0", "1", ""],
        ["signature.inputs.b", "", "double (required)", ""],
        ["requirements.numpy", "==2.1.0", "==2.2.0", ""],
        ["requirements.polars", "", "any version", ""],
    ]


@pytest.mark.usefixtures("fraud")
def test_what_is_the_same_is_shown_when_asked_for(lines: Lines) -> None:
    names = [line[0] for line in lines("models", "compare", "fraud", "1", "2", "--all")]

    assert {"params.same", "flavors.python_function", "signature.inputs.a", "signature.params.threshold"} <= set(names)


@pytest.mark.usefixtures("fraud")
def test_versions_are_named_by_aliases_too(document: Document) -> None:
    found = document("models", "compare", "fraud", "@champion", "latest")

    assert [(each["version"], each["aliases"], each["run_name"]) for each in found["versions"]] == [
        (1, ["champion"], "run 0"),
        (2, [], "run 1"),
    ]
    assert found["metrics"] == {"auc": {"values": [0.75, 0.875], "mode": "max", "best": [2]}}
    assert found["params"] == {"depth": ["0", "1"]}
    assert found["signature"] == {"inputs.b": [None, "double (required)"]}
    assert found["requirements"] == {"numpy": ["==2.1.0", "==2.2.0"], "polars": [None, "any version"]}


@pytest.mark.usefixtures("fraud")
def test_a_person_sees_the_best_values_marked(drawn: Verb) -> None:
    text = re.sub(r"\x1b\[[0-9;]*m", "", drawn("models", "compare", "fraud", "1", "2"))

    assert re.search(r"version 1 +version 2", text)
    assert re.search(r"aliases +champion +–", text)  # noqa: RUF001 (an en dash, as in printed tables)
    assert re.search(r"metrics.auc ↑ +0.75 +★ 0.875", text)


@pytest.mark.usefixtures("fraud")
def test_what_evaluations_found_is_compared(document: Document, lines: Lines, client: Client) -> None:
    for version, recall in ((1, 0.75), (2, 0.5)):
        client.log_evaluation("fraud", version, {"recall": recall})

    found = document("models", "compare", "fraud", "1", "2")["evaluated"]

    assert found == {"recall": {"values": [0.75, 0.5], "mode": "max", "best": [1]}}
    assert ["evaluated.recall", "0.75", "0.5", "1"] in lines("models", "compare", "fraud", "1", "2")


def test_versions_that_are_the_same_do_not_differ(drawn: Verb, client: Client, fraud: list[ModelVersion]) -> None:
    client.register_model(fraud[0].source, "fraud")

    assert "The 2 versions of model fraud do not differ" in drawn("models", "compare", "fraud", "1", "3")


def test_requirements_that_are_not_known_are_no_difference(
    document: Document, drawn: Verb, client: Client, fraud: list[ModelVersion]
) -> None:
    client.register_model(fraud[1].source, "fraud")
    shutil.rmtree(Path(client.get_run(fraud[0].run_id or "").info.artifact_uri))

    found = document("models", "compare", "fraud", "1", "2", "3")

    assert found["requirements"] == {}
    assert found["metrics"]["auc"]["values"] == [0.75, 0.875, 0.875]
    assert found["signature"]["inputs.b"] == [None, "double (required)", "double (required)"]
    assert "The files of version 1 of fraud are not there" in drawn("models", "compare", "fraud", "1", "2")


@pytest.mark.usefixtures("fraud")
@pytest.mark.parametrize(
    ("args", "text"),
    [
        (["fraud", "1"], "two versions"),
        (["fraud", "1", "champion"], "same version"),
        (["fraud/1", "1", "2"], "name of the model"),
    ],
)
def test_a_mistake_in_what_was_typed_is_told(verb: Verb, args: list[str], text: str) -> None:
    with pytest.raises(click.UsageError, match=text):
        verb("models", "compare", *args)


@pytest.mark.usefixtures("fraud")
def test_a_version_that_is_not_there_is_told(verb: Verb) -> None:
    with pytest.raises(ModelVersionNotFoundError):
        verb("models", "compare", "fraud", "1", "7")
    with pytest.raises(AliasNotFoundError):
        verb("models", "compare", "fraud", "1", "nope")


def test_any_requirement_stands_in_the_table() -> None:
    table = requirement_table(["Scikit_Learn[x]==1.5", "numpy", "numpy>2; python_version > '3.12'", "./local.whl"])

    assert table == {
        "scikit-learn": "[x]==1.5",
        "numpy": "any version, >2; python_version > '3.12'",
        "./local.whl": "needed",
    }
