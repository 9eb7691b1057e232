"""The same in IPython's shell of a terminal, where there is no kernel."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest

import nbflow

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbflow import Client
    from nbflow.entities import Run


def runs_of(client: Client) -> list[Run]:
    """Give all runs, in the order they were started."""
    return sorted(client.search_runs(["0"]), key=lambda run: run.run_id)  # finer than milliseconds


def output(client: Client) -> str:
    """Read what the first run's cell printed."""
    return client.read_artifact(runs_of(client)[0].run_id, "stdout.txt").decode()


def test_a_cell_is_a_run(shell: InteractiveShell, client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    result = shell.run_cell("%%nbflow run fit --param a=1\nprint('one')\n20 + 1")

    (run,) = runs_of(client)
    assert result.result == 21
    assert (run.name, run.status, run.params) == ("fit", "FINISHED", {"a": "1"})
    assert output(client).startswith("one\n")
    assert capsys.readouterr().out.splitlines()[-1].startswith("Run fit finished after ")


def test_a_traceback_is_shown_once_and_kept_once(
    shell: InteractiveShell, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    result = shell.run_cell("%%nbflow run\n1 / 0")

    (run,) = runs_of(client)
    assert isinstance(result.error_in_exec, ZeroDivisionError)
    assert run.status == "FAILED"
    assert capsys.readouterr().out.count("ZeroDivisionError: division by zero") == 1
    assert output(client).count("ZeroDivisionError: division by zero") == 1


def test_a_top_level_await_works(shell: InteractiveShell, client: Client) -> None:
    result = shell.run_cell("%%nbflow run\nimport asyncio\nawait asyncio.sleep(0)\n'done'")

    assert result.result == "done"
    assert [run.status for run in runs_of(client)] == ["FINISHED"]
    assert nbflow.active_run() is None


def test_a_run_is_carried_over_a_cell_that_awaits(shell: InteractiveShell) -> None:
    shell.user_ns["nbflow"] = nbflow
    shell.run_cell("import asyncio\nawait asyncio.sleep(0)\nrun = nbflow.start_run()")
    result = shell.run_cell("nbflow.active_run() is run")

    assert result.result is True


def test_a_line_typed_again_ends_the_run_it_left_open(shell: InteractiveShell, client: Client) -> None:
    shell.user_ns["nbflow"] = nbflow
    for _ in range(2):
        shell.run_cell("run = nbflow.start_run()", store_history=True)

    assert [run.status for run in runs_of(client)] == ["KILLED", "RUNNING"]


def test_another_line_gets_the_error(shell: InteractiveShell) -> None:
    shell.user_ns["nbflow"] = nbflow
    shell.run_cell("run = nbflow.start_run()", store_history=True)
    result = shell.run_cell("again = nbflow.start_run()", store_history=True)

    assert isinstance(result.error_in_exec, nbflow.errors.RunActiveError)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("%%nbflow run fit", "incomplete"),
        ("%%nbflow run fit\nx = 1", "incomplete"),
        ("%%nbflow run fit\nx = 1\n\n", "complete"),
        ("%nbflow runs", "complete"),
    ],
)
def test_a_cell_is_read_until_a_blank_line(shell: InteractiveShell, text: str, state: str) -> None:
    assert shell.check_complete(text)[0] == state


def test_a_notebook_turned_into_a_script_runs(shell: InteractiveShell, client: Client) -> None:
    script = "get_ipython().run_cell_magic('nbflow', 'run fit --log-vars x', 'x = %time 2\\nprint(x)\\nx + 1\\n')\n"
    result = shell.run_cell(script)

    (run,) = runs_of(client)
    assert result.success
    assert (run.name, run.status, run.metrics) == ("fit", "FINISHED", {"x": 2.0})
    *_, printed, shown = output(client).splitlines()
    assert printed == "2"
    assert shown.startswith("Out[")
    assert shown.endswith("]: 3")


def test_a_script_of_a_notebook_fails_as_the_notebook_does(
    shell: InteractiveShell, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    result = shell.run_cell("get_ipython().run_cell_magic('nbflow', 'run fit', 'x = 1\\n1 / 0\\n')\nprint('ne' 'xt')\n")

    assert isinstance(result.error_in_exec, ZeroDivisionError)
    assert [run.status for run in runs_of(client)] == ["FAILED"]
    assert output(client).endswith("ZeroDivisionError: division by zero\n")
    written = capsys.readouterr().out
    assert written.count("ZeroDivisionError: division by zero") == 1
    assert "next" not in written


def test_cells_of_a_notebook_that_is_run_by_another_are_runs(
    shell: InteractiveShell, client: Client, tmp_path: Path
) -> None:
    cells = ["%%nbflow run one\nprint(1)", "x = 1", "%%nbflow run two\n1 / 0"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(notebook, tmp_path / "other.ipynb")
    shell.run_cell("%run other.ipynb")

    assert [(run.name, run.status) for run in runs_of(client)] == [("one", "FINISHED"), ("two", "FAILED")]


def test_what_the_terminal_has_no_character_for_is_written_out(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    import io
    import sys

    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", out)
        shell.run_cell("%%nbflow run 'größer'\nx = 1")
    out.flush()

    assert out.buffer.getvalue().startswith(b"Run gr\\xf6\\xdfer finished")
