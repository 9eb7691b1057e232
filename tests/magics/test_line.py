"""The line magic `%nbflow`, in the shell of a terminal."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import nbflow
from nbflow.entities import Experiment, Run
from nbflow.tracking.frame import RunFrame
from tests.clock import next_millisecond

if TYPE_CHECKING:
    from IPython.core.interactiveshell import ExecutionResult, InteractiveShell

ANSI = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(autouse=True)
def two_runs() -> None:
    """Log two runs to look for."""
    nbflow.set_experiment("the usual")
    for name, accuracy in (("first", 0.9), ("second", 0.7)):
        with nbflow.start_run(run_name=name):
            nbflow.log_metric("accuracy", accuracy)
            nbflow.log_param("kind", f"{name} kind")
        next_millisecond()  # the last comes first


def magic(shell: InteractiveShell, line: str) -> Any:
    """Execute a line and give its value."""
    result: ExecutionResult = shell.run_cell(f"%nbflow {line}")
    result.raise_error()
    return result.result


def shown(shell: InteractiveShell, thing: object) -> str:
    """Give the text that a terminal shows."""
    bundle, _ = shell.display_formatter.format(thing)  # type: ignore[union-attr]
    return str(bundle["text/plain"])


def test_runs_gives_the_runs_of_the_experiment_in_use(shell: InteractiveShell) -> None:
    runs = magic(shell, "runs")

    assert isinstance(runs, RunFrame)
    assert list(runs["tags.mlflow.runName"]) == ["second", "first"]


@pytest.mark.parametrize(
    "text",
    [
        "metrics.accuracy > 0.8",
        "params.kind = 'first kind'",
        'params.kind = "first kind" AND metrics.accuracy < 1',
        "(metrics.accuracy > 0.8)",
        "NOT metrics.accuracy < 0.8",
        "metrics.accuracy > $least",
        "metrics.accuracy > {least + 0.1}",
    ],
)
def test_a_filter_is_the_rest_of_the_line(shell: InteractiveShell, text: str) -> None:
    shell.user_ns["least"] = 0.75

    assert list(magic(shell, f"runs {text}")["tags.mlflow.runName"]) == ["first"]


def test_runs_can_be_assigned(shell: InteractiveShell) -> None:
    shell.run_cell("runs = %nbflow runs metrics.accuracy > 0.8")

    assert len(shell.user_ns["runs"]) == 1


def test_a_wrong_filter_is_told_of_in_a_few_lines(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    result = shell.run_cell("%nbflow runs metrics.accuracy >")

    assert isinstance(result.error_in_exec, nbflow.errors.InvalidFilterError)
    assert capsys.readouterr().out.splitlines()[0].startswith("InvalidFilterError: Invalid filter at character")


def test_experiments_are_a_table(shell: InteractiveShell) -> None:
    nbflow.create_experiment("other")
    experiments = magic(shell, "experiments")

    assert experiments[0].name == "other"  # the last comes first; the two others came into being together
    assert {each.name for each in experiments[1:]} == {"the usual", "Default"}
    assert "the usual (in use)" in shown(shell, experiments)
    assert "<table" in experiments._repr_mimebundle_()["text/html"]


def test_experiment_is_the_one_that_runs_go_into(shell: InteractiveShell) -> None:
    chosen = magic(shell, "experiment  a new one ")

    assert isinstance(chosen, Experiment)
    assert chosen.name == "a new one"
    with nbflow.start_run() as run:
        assert run.info.experiment_id == chosen.experiment_id


@pytest.mark.parametrize("name", ["'in quotes'", '"in quotes"', "in quotes"])
def test_the_name_of_an_experiment_may_be_quoted(shell: InteractiveShell, name: str) -> None:
    assert magic(shell, f"experiment {name}").name == "in quotes"


def test_experiment_without_a_name_shows_the_one_in_use(shell: InteractiveShell) -> None:
    assert magic(shell, "experiment").name == "the usual"


@pytest.mark.parametrize("ref", ["first", "'first'", "{runs['run_id'][1]}", "{runs['run_id'][1][:30]}"])
def test_show_finds_a_run(shell: InteractiveShell, ref: str) -> None:
    shell.user_ns["runs"] = nbflow.search_runs()
    run = magic(shell, f"show {ref}")

    assert isinstance(run, Run)
    assert run.name == "first"


def test_show_alone_shows_the_run_that_was_last(shell: InteractiveShell) -> None:
    shell.user_ns["nbflow"] = nbflow
    shell.run_cell("run = nbflow.start_run(run_name='here')")

    assert magic(shell, "show").name == "here"


def test_status_says_what_is_in_use(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    shell.user_ns["nbflow"] = nbflow
    shell.run_cell("run = nbflow.start_run(run_name='outer')")
    shell.run_cell("child = nbflow.start_run(run_name='inner', nested=True)")
    magic(shell, "status")

    said = capsys.readouterr().out
    assert "Experiment in use  the usual" in said
    assert "Active run         outer (running, " in said
    assert "  nested           inner (running, " in said
    assert str(Path.cwd() / "nbruns") in said


@pytest.mark.parametrize("line", ["", "help"])
def test_help_names_the_verbs(shell: InteractiveShell, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    magic(shell, line)

    said = capsys.readouterr().out
    assert all(word in said for word in ("%nbflow runs [FILTER]", "%%nbflow run", "doctor", "merge"))


def test_help_of_a_verb_is_that_of_the_command_line(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    magic(shell, "help runs compare")

    assert "Usage: nbflow runs compare" in capsys.readouterr().out


@pytest.mark.parametrize("line", ["doctor", "runs compare first second", "runs --json", "experiments list"])
def test_the_verbs_of_the_command_line_write_to_the_output(
    shell: InteractiveShell, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert magic(shell, line) is None
    assert capsys.readouterr().out.strip()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("nonsense", "No such command 'nonsense'."),
        ("runs lst", "No such command 'lst'."),
        ("runs compare --nonsense", "No such option"),
        ("doctor 'open", "No closing quotation"),
        ("run fit", "%%nbflow run is a cell magic"),
    ],
)
def test_what_is_not_understood_is_told_in_a_line(
    shell: InteractiveShell, line: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    result = shell.run_cell(f"%nbflow {line}")

    assert type(result.error_in_exec).__name__ == "UsageError"
    written = capsys.readouterr()
    assert written.err.startswith(f"UsageError: {told}")
    assert "Traceback" not in written.out + written.err


def test_an_error_keeps_its_class(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    result = shell.run_cell("%nbflow show nobody")

    assert isinstance(result.error_in_exec, nbflow.errors.RunNotFoundError)
    assert capsys.readouterr().out.startswith("RunNotFoundError: No run 'nobody' exists in this store.")


@pytest.mark.parametrize(
    "line", ["show {name}", "experiment {name}", "runs {name}", "{name}", "runs show {name}", "show", "status"]
)
def test_names_cannot_steer_a_terminal(shell: InteractiveShell, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    name = "evil\x1b]0;title\x07\x1b[2J\u202e"
    shell.user_ns |= {"nbflow": nbflow, "name": name}
    shell.run_cell("run = nbflow.start_run(run_name=name)")
    shell.run_cell(f"%nbflow {line}")

    written = capsys.readouterr()
    said = ANSI.sub("", written.out + written.err)
    assert not {"\x1b", "\x07", "\u202e"} & set(said)


def test_unloading_takes_the_magics_away(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run_cell("%unload_ext nbflow")
    result = shell.run_cell("%nbflow help")

    assert "not found" in capsys.readouterr().err
    assert result.error_in_exec is not None
    shell.run_cell("%load_ext nbflow")
    assert shell.run_cell("%nbflow help").success


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('"metrics.accuracy > 0.8"', ["first"]),
        ("'metrics.accuracy > 0.8'", ["first"]),
        ("\"params.kind = 'first kind'\"", ["first"]),
        ("-n 1", ["second"]),
        ("list -n 1", ["second"]),
        ("--order-by 'metrics.accuracy DESC'", ["first", "second"]),
        ("-n 5 'metrics.accuracy > 0.8'", ["first"]),
        ("-e other", ["elsewhere"]),
        ("--all-experiments", ["elsewhere", "second", "first"]),
        ("--deleted", ["gone"]),
        ("list", ["second", "first"]),
    ],
)
def test_runs_takes_quotes_and_options_that_select(shell: InteractiveShell, text: str, names: list[str]) -> None:
    with nbflow.start_run(run_name="gone") as run:
        pass
    nbflow.delete_run(run.info.run_id)
    other = nbflow.create_experiment("other")
    with nbflow.start_run(run_name="elsewhere", experiment_id=other):
        pass

    runs = magic(shell, f"runs {text}")

    assert isinstance(runs, RunFrame)
    assert list(runs["tags.mlflow.runName"]) == names


def test_a_json_document_is_text(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    for line in ("runs -n 1 --json", "show first --json"):
        assert magic(shell, line) is None
        assert json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("line", ["runs -c name", "runs compare first second", "runs delete first", "doctor", "status"])
def test_text_in_a_cell_has_no_escape_codes(
    shell: InteractiveShell, line: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # as JupyterLab has it for its kernels
    magic(shell, line)

    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("help run", "Usage: %%nbflow run"),
        ("help show", "%nbflow show [RUN]"),
        ("help experiment", "use an experiment"),
    ],
)
def test_help_explains_what_only_a_notebook_has(
    shell: InteractiveShell, line: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    magic(shell, line)

    assert told in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "usage"), [("nonsense", "%nbflow help"), ("runs lst", "%nbflow runs"), ("help nope", "%nbflow help")]
)
def test_usage_is_that_of_the_magic(
    shell: InteractiveShell, line: str, usage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.run_cell(f"%nbflow {line}")

    said = capsys.readouterr().err
    assert usage in said
    assert "Usage: nbflow" not in said
