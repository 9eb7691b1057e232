"""`%nbflow models`: what the command line does, and models to look at and work with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from IPython.core.error import UsageError

import nbflow
from nbflow.entities import ModelVersion, RegisteredModel
from nbflow.errors import InvalidFilterError, RegisteredModelNotFoundError
from nbflow.magics.models import reference_in
from nbflow.mlmodel.document import Model, ModelInfo

if TYPE_CHECKING:
    from IPython.core.interactiveshell import ExecutionResult, InteractiveShell


@pytest.fixture(autouse=True)
def fraud() -> None:
    """Register two versions of a model, one of which is `champion`."""
    client = nbflow.Client()
    client.create_registered_model("fraud detection", {"team": "risk"})
    for i in range(2):
        client.create_model_version("fraud detection", f"s3://bucket/{i}")
    client.set_registered_model_alias("fraud detection", "champion", 1)


def magic(shell: InteractiveShell, line: str) -> Any:
    """Execute a line and give its value."""
    result: ExecutionResult = shell.run_cell(f"%nbflow {line}")
    result.raise_error()
    return result.result


@pytest.mark.parametrize(
    "line",
    [
        "models",
        "models list",
        "models tags.team = 'risk'",
        "models \"tags.team = 'risk'\"",
        "models name LIKE 'fraud%' AND aliases = 'champion'",
        "models -n 5",
        "models list \"name = 'fraud detection'\"",
    ],
)
def test_models_are_listed(shell: InteractiveShell, capsys: pytest.CaptureFixture[str], line: str) -> None:
    magic(shell, line)

    out = capsys.readouterr().out
    assert "fraud detection" in out
    assert "champion 1" in out


def test_a_filter_that_finds_nothing(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    magic(shell, "models tags.team = 'other'")

    assert "No registered models." in capsys.readouterr().out


def test_show_gives_a_registered_model_or_a_version(shell: InteractiveShell) -> None:
    model = magic(shell, "models show 'fraud detection'")
    version = magic(shell, "models show 'fraud detection@champion'")

    assert isinstance(model, RegisteredModel)
    assert model.name == "fraud detection"
    assert isinstance(version, ModelVersion)
    assert version.version == 1
    shell.user_ns["n"] = 2
    shell.run_cell("shown = %nbflow models show 'fraud detection/{n}'")
    assert shell.user_ns["shown"].source == "s3://bucket/1"


def test_show_gives_what_the_files_of_a_model_say(shell: InteractiveShell) -> None:
    Path("saved").mkdir()
    Model(flavors={"somebodys": {}}).save("saved")

    info = magic(shell, "models show saved")

    assert isinstance(info, ModelInfo)
    assert list(info.flavors) == ["somebodys"]


def test_show_with_options_is_what_the_command_line_does(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    assert magic(shell, "models show 'fraud detection/1' --json") is None

    assert '"version": 1' in capsys.readouterr().out


def test_other_verbs_are_what_the_command_line_does(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    magic(shell, "models alias 'fraud detection' champion 2")
    magic(shell, "models delete 'fraud detection/1'")
    magic(shell, "models history 'fraud detection'")

    out = capsys.readouterr().out
    assert "Alias champion of model fraud detection is version 2 (was 1)." in out
    assert "version 1: deleted" in out


def test_what_is_wrong_is_told_in_a_line(shell: InteractiveShell) -> None:
    assert isinstance(shell.run_cell("%nbflow models show nope").error_in_exec, RegisteredModelNotFoundError)
    assert isinstance(shell.run_cell("%nbflow models name >> 1").error_in_exec, InvalidFilterError)
    for line in ("models shwo", "models show", "models show 'fraud detection/x'", "models approve 'open"):
        assert isinstance(shell.run_cell(f"%nbflow {line}").error_in_exec, UsageError)


def test_help_tells_of_models(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    magic(shell, "help")
    magic(shell, "help models")

    out = capsys.readouterr().out
    assert "%nbflow models [FILTER]" in out
    assert "request-approval" in out


@pytest.mark.parametrize(
    ("rest", "ref"),
    [
        ("show a", "a"),
        ("  show   'a b/1' ", "a b/1"),
        ("show", None),
        ("show --json a", None),
        ("show --help", None),
        ("show 'a", None),
        ("list a", None),
        ("", None),
    ],
)
def test_which_model_is_to_be_shown(rest: str, ref: str | None) -> None:
    assert reference_in(rest) == ref


@pytest.mark.parametrize(("line", "meant"), [("models alis champion 2", "alias"), ("runs shwo abc", "show")])
def test_a_verb_with_a_slip_in_it_is_no_filter(shell: InteractiveShell, line: str, meant: str) -> None:
    with pytest.raises(UsageError, match=f"Did you mean.*{meant}"):
        magic(shell, line)


def test_a_name_like_a_verb_that_is_compared_is_a_filter(shell: InteractiveShell) -> None:
    with pytest.raises(InvalidFilterError, match="aliass"):
        magic(shell, "models aliass = 'champion'")
