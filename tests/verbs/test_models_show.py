"""`models show`: a registered model, a version, a model that is not registered."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nbflow.errors import (
    AliasNotFoundError,
    ModelFormatError,
    ModelNotFoundError,
    ModelVersionNotFoundError,
    RegisteredModelNotFoundError,
)

if TYPE_CHECKING:
    from nbflow import Client
    from nbflow.entities import ModelVersion

Verb = Callable[..., str]
Lines = Callable[..., list[list[str]]]
Document = Callable[..., Any]


def plain(text: str) -> str:
    """Take the colours and the distances between columns away."""
    return re.sub(r" +", " ", re.sub(r"\x1b\[[0-9;]*m", "", text))


# A registered model


@pytest.fixture
def policies(client: Client, fraud: list[ModelVersion]) -> list[ModelVersion]:
    """Say what some aliases ask for."""
    client.set_alias_policy("fraud", "champion", 2, "metrics.auc > 0.5")
    client.set_registered_model_tag("fraud", "team", "risk")
    return fraud


@pytest.mark.usefixtures("policies")
def test_a_pipe_gets_a_registered_model_as_names_and_values(lines: Lines, fraud: list[ModelVersion]) -> None:
    shown = dict(lines("models", "show", "fraud"))

    assert shown["user"] == "ann"
    assert shown["n_versions"] == "2"
    assert shown["aliases.champion"] == "1"
    assert shown["policies.champion"] == "2 approvals and metrics.auc > 0.5"
    assert shown["tags.team"] == "risk"
    assert shown["versions.2"] == fraud[1].source


@pytest.mark.usefixtures("policies")
def test_a_program_gets_a_registered_model_with_its_versions(document: Document) -> None:
    shown = document("models", "show", "fraud")

    assert shown["n_versions"] == 2
    assert [version["version"] for version in shown["versions"]] == [2, 1]
    assert shown["policies"] == [{"alias": "champion", "approvals": 2, "require": "metrics.auc > 0.5"}]


@pytest.mark.usefixtures("policies")
def test_a_person_sees_versions_with_the_best_metric_marked(drawn: Verb) -> None:
    text = plain(drawn("models", "show", "fraud"))

    assert "champion 2 approvals and metrics.auc > 0.5" in text
    assert re.search(
        r"version registered \(UTC\) by auc ↑\n2 [-0-9: ]+ ann ★ 0.875\n1 \(champion\) [-0-9: ]+ ann 0.75", text
    )


def test_a_model_without_versions_says_so(drawn: Verb, client: Client) -> None:
    client.create_registered_model("empty")

    assert "No versions yet." in drawn("models", "show", "empty")


# A version


def test_a_pipe_gets_a_version_as_names_and_values(lines: Lines, client: Client, fraud: list[ModelVersion]) -> None:
    client.approve("fraud", 1)
    client.log_evaluation("fraud", 1, {"f1": 0.5})

    shown = dict(lines("models", "show", "fraud@champion"))

    assert (shown["version"], shown["aliases"], shown["user"]) == ("1", "champion", "ann")
    assert (shown["source"], shown["run_id"]) == (fraud[0].source, fraud[0].run_id)
    assert shown["flavors"] == "python_function"
    assert (shown["metrics.auc"], shown["evaluated.f1"]) == ("0.75", "0.5")
    assert shown["signature.inputs.a"] == "double (required)"
    assert shown["signature.outputs.0"] == "long (required)"
    assert shown["signature.params.threshold"] == "double (default: 0.5)"
    assert shown["verdicts.bob"] == "approved"
    assert (shown["python"], shown["requirements.numpy"]) == ("3.12.1", "==2.1.0")
    assert shown["files.weights.bin"] == "5"


@pytest.mark.usefixtures("fraud")
def test_a_program_gets_a_version_with_its_files_and_its_run(document: Document, client: Client) -> None:
    client.reject("fraud", 1, "no")

    shown = document("models", "show", "models:/fraud/1")

    assert (shown["model_uri"], shown["run_name"]) == ("models:/fraud/1", "run 0")
    assert shown["schema"]["inputs"] == [{"type": "double", "name": "a", "required": True}]
    assert shown["schema"]["params"][0]["name"] == "threshold"
    assert shown["model"]["mlmodel"]["flavors"]["python_function"]["loader_module"] == "somebodys"
    assert shown["model"]["requirements"] == ["numpy==2.1.0"]
    assert {"path": "weights.bin", "is_dir": False, "file_size": 5} in shown["model"]["files"]
    assert [(each["user"], each["action"]) for each in shown["verdicts"]] == [("bob", "rejected")]


@pytest.mark.usefixtures("fraud")
def test_a_person_sees_what_is_known_of_a_version(drawn: Verb, client: Client) -> None:
    client.request_approval("fraud", 2, "champion", "please")
    client.approve("fraud", 2, "fine")
    client.reject("fraud", 2, "biased")
    client.set_alias_policy("fraud", "champion", 1)

    text = plain(drawn("models", "show", "fraud/latest"))

    assert "Version 2 of fraud" in text
    assert re.search(r"run run 1 \([0-9a-f]{32}\)", text)
    assert "Inputs\n a double (required)\n b double (required)" in text
    assert "Metrics at registration\n auc 0.875" in text
    assert "bob approval asked for alias champion: please\n bob rejected: biased\n" in text
    assert "fine" not in text
    assert "champion 1 approval" in text
    assert "weights.bin 5 B" in text


def test_a_version_whose_files_and_run_are_gone_is_shown_all_the_same(
    lines: Lines, document: Document, drawn: Verb, client: Client, fraud: list[ModelVersion]
) -> None:
    shutil.rmtree(Path(client.get_run(fraud[0].run_id or "").info.artifact_uri).parent)

    shown = dict(lines("models", "show", "fraud/1"))
    assert shown["metrics.auc"] == "0.75"
    assert shown["signature.inputs.a"] == "double (required)"  # what the registry kept
    found = document("models", "show", "fraud/1")
    assert (found["model"]["mlmodel"], found["run_name"]) == (None, None)
    assert found["model"]["trouble"]
    assert found["schema"]["inputs"] == [{"type": "double", "name": "a", "required": True}]
    text = plain(drawn("models", "show", "fraud/1"))
    assert "Its files are not there to be looked at" in text
    assert "which is not here" in text


def test_a_version_whose_mlmodel_file_is_broken_is_shown_all_the_same(
    drawn: Verb, client: Client, fraud: list[ModelVersion]
) -> None:
    place = Path(client.get_run(fraud[0].run_id or "").info.artifact_uri) / "model" / "MLmodel"
    place.write_text("flavors: [")

    assert "Version 1 of fraud" in drawn("models", "show", "fraud/1")
    with pytest.raises(ModelFormatError):
        drawn("models", "show", str(place.parent))


# Any other model


def test_a_model_of_a_run_and_in_a_folder(
    lines: Lines, document: Document, drawn: Verb, client: Client, fraud: list[ModelVersion]
) -> None:
    uri = fraud[0].source
    folder = Path(client.get_run(fraud[0].run_id or "").info.artifact_uri) / "model"
    shutil.copytree(folder, "copied")

    of_run, copied = dict(lines("models", "show", uri)), dict(lines("models", "show", "copied"))
    assert (of_run["run_id"], of_run["metrics.auc"]) == (fraud[0].run_id, "0.75")
    assert (copied["run_id"], copied["signature.inputs.a"]) == ("", "double (required)")
    assert "metrics.auc" not in copied
    assert document("models", "show", str(folder))["run_id"] == fraud[0].run_id
    text = plain(drawn("models", "show", uri))
    assert "Metrics of its run\n auc 0.75" in text
    assert "written by nbflow" in text


@pytest.mark.usefixtures("fraud")
def test_what_is_registered_comes_before_a_folder_of_that_name(drawn: Verb) -> None:
    Path("fraud").mkdir()

    assert "Registered model fraud" in drawn("models", "show", "fraud")
    with pytest.raises(ModelNotFoundError):
        drawn("models", "show", "./fraud")


def test_what_yaml_has_and_json_has_not_is_written_as_text(document: Document, tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / "MLmodel").write_text(
        "flavors: {}\nutc_time_created: 2024-01-02 03:04:05\nmetadata:\n  when: 2024-01-02\n  nan: .nan\n  1: one\n",
        encoding="utf-8",
    )

    found = document("models", "show", str(folder))["model"]["mlmodel"]

    assert found["metadata"] == {"when": "2024-01-02", "nan": "NaN", "1": "one"}
    assert found["utc_time_created"].startswith("2024-01-02 03:04:05")


@pytest.mark.usefixtures("fraud")
@pytest.mark.parametrize(
    ("ref", "error"),
    [
        ("nope", RegisteredModelNotFoundError),
        ("nope/1", RegisteredModelNotFoundError),
        ("fraud/3", ModelVersionNotFoundError),
        ("fraud@nope", AliasNotFoundError),
        ("./nope", ModelNotFoundError),
    ],
)
def test_what_is_not_there_is_told(verb: Verb, ref: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        verb("models", "show", ref)
