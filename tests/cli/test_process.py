"""`nbflow` as a process: its exit status, its two streams, how soon it answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import nbflow

if TYPE_CHECKING:
    from nbflow import Client
    from nbflow.entities import Run

PROGRAM = [sys.executable, "-c", "from nbflow.cli import main; main()"]
ANSWER_S = 0.25


def nbflow_process(*args: str, **kwargs: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*PROGRAM, *args], capture_output=True, text=True, encoding="utf-8", check=False, **kwargs)


@pytest.fixture
def run(client: Client) -> Run:
    created = client.create_run(client.create_experiment("vision"), run_name="ü [red]\u202e")
    client.log_metric(created.run_id, "loss", 0.5)
    client.set_terminated(created.run_id)
    return client.get_run(created.run_id)


def test_the_version() -> None:
    answer = nbflow_process("--version")

    assert (answer.returncode, answer.stdout, answer.stderr) == (0, f"nbflow {nbflow.__version__}\n", "")


@pytest.mark.parametrize("args", [["--version"], ["--help"], ["runs", "list", "--help"], ["models", "--help"]])
def test_it_answers_at_once(args: list[str]) -> None:
    times_s = []
    for _ in range(5):  # the best of several: the budget is the program's, not that of a busy machine
        began = time.perf_counter()
        assert nbflow_process(*args).returncode == 0
        times_s.append(time.perf_counter() - began)

    assert min(times_s) <= ANSWER_S


@pytest.mark.parametrize(
    "args",
    [
        ["--version"],
        ["--help"],
        ["runs", "--store", "nbruns"],
        ["models", "list"],
        ["models", "approve", "m/1"],
        ["models", "history", "m"],
        ["access", "list"],
    ],
)
@pytest.mark.usefixtures("run")
def test_a_quick_verb_loads_nothing_heavy(client: Client, args: list[str]) -> None:
    client.create_registered_model("m")
    client.create_model_version("m", "s3://bucket/m")
    code = "import sys\nfrom nbflow.cli import main\ntry: main()\nfinally: print(*sys.modules, file=sys.stderr)"
    process = subprocess.run([sys.executable, "-c", code, *args], capture_output=True, text=True, check=True)

    loaded = {name.partition(".")[0] for name in process.stderr.split()}
    assert (
        loaded & {"pandas", "numpy", "sklearn", "rich", "IPython", "pyarrow", "fsspec", "starlette", "uvicorn"} == set()
    )


def test_a_pipe_gets_lines(run: Run) -> None:
    answer = nbflow_process("runs")

    assert answer.returncode == 0
    assert answer.stdout.split("\t")[:2] == [run.run_id, "ü [red]\\u202e"]
    assert answer.stderr == ""


def test_an_encoding_that_lacks_characters_gets_escapes(client: Client, run: Run) -> None:
    client.update_run(run.run_id, name="a ☃")

    answer = nbflow_process("runs", env={**os.environ, "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"})

    assert answer.returncode == 0
    assert "a \\u2603" in answer.stdout


@pytest.mark.usefixtures("run")
def test_an_error_is_one_message_and_status_1() -> None:
    answer = nbflow_process("runs", "show", "nope")

    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith("Error: No run 'nope' exists")
    assert "Traceback" not in answer.stderr


def test_an_error_for_a_program_is_a_document(run: Run) -> None:
    answer = nbflow_process("runs", "show", run.run_id[:2], "--json")

    assert (answer.returncode, answer.stdout) == (1, "")
    error = json.loads(answer.stderr)
    assert set(error) == {"error_code", "message"}
    assert error["error_code"] == "RESOURCE_DOES_NOT_EXIST"


@pytest.mark.parametrize("args", [["nope"], ["runs", "lst"], ["runs", "show"], ["gc", "--older-than", "soon"]])
def test_a_mistake_in_what_was_typed_is_status_2(args: list[str]) -> None:
    plain, with_json = nbflow_process(*args), nbflow_process(*args, "--json")

    assert (plain.returncode, plain.stdout) == (2, "")
    assert "Usage: nbflow" in plain.stderr
    assert (with_json.returncode, with_json.stdout) == (2, "")
    assert json.loads(with_json.stderr)["error_code"] == "INVALID_PARAMETER_VALUE"


@pytest.mark.usefixtures("run")
def test_a_wrong_filter_shows_the_place() -> None:
    answer = nbflow_process("runs", "metrics.loss >> 1")

    assert answer.returncode == 1
    assert "\n  metrics.loss >> 1\n               ^" in answer.stderr


def test_a_file_that_is_in_the_way_is_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("…")

    answer = nbflow_process("runs", "--store", "file")

    assert answer.returncode == 1
    assert "it is a file" in answer.stderr


def test_doctor_says_by_its_status_how_a_store_is(run: Run) -> None:
    well = nbflow_process("doctor").returncode
    (log,) = (Path(run.info.artifact_uri).parent / "log").glob("*.jsonl")
    log.write_bytes(log.read_bytes() + b"{")

    assert well == 0
    assert nbflow_process("doctor").returncode == 1
    assert nbflow_process("doctor", "--store", "nothing").returncode == 2


def test_a_reader_that_goes_away_is_no_error(client: Client) -> None:
    experiment_id = client.create_experiment("many")
    for _ in range(300):
        client.create_run(experiment_id, run_name="x" * 1000)

    with subprocess.Popen([*PROGRAM, "runs", "-n", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        errors = process.stderr.read()

    assert b"Traceback" not in errors


@pytest.mark.skipif(os.name == "nt", reason="signals are others there")
@pytest.mark.usefixtures("tmp_path")
def test_an_interrupt_is_status_130() -> None:
    code = (
        "import os, signal\nfrom nbflow import Client\nfrom nbflow.cli import main\n"
        "Client.doctor = lambda self, progress: os.kill(os.getpid(), signal.SIGINT)\nmain()"
    )
    process = subprocess.run([sys.executable, "-c", code, "doctor"], capture_output=True, text=True, check=False)

    assert process.returncode == 130
    assert "Traceback" not in process.stderr


def test_it_is_installed_under_its_name() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["scripts"]["nbflow"] == "nbflow.cli:main"


@pytest.mark.parametrize(
    ("args", "remedy"),
    [
        (["runs", "show", "nope"], "`nbflow runs list` lists those that are there."),
        (["experiments", "show", "nope"], "`nbflow experiments list` lists those that are there."),
        (["runs", "list", "-e", "nope", "--json"], "`nbflow experiments list` lists those that are there."),
        (["models", "show", "nope"], "`nbflow models list` lists those that are there."),
    ],
)
@pytest.mark.usefixtures("run")
def test_an_error_gives_the_remedies_of_the_command_line(args: list[str], remedy: str) -> None:
    answer = nbflow_process(*args)

    assert answer.returncode == 1
    assert remedy in answer.stderr
    assert "nbflow.search" not in answer.stderr


def test_h_is_help() -> None:
    for args in ([], ["runs"], ["runs", "list"], ["gc"]):
        assert nbflow_process(*args, "-h").stdout == nbflow_process(*args, "--help").stdout
