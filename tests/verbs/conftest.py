"""What the tests of the verbs share: a store with runs, and calls that give what was written."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from nbflow.verbs import invoke

if TYPE_CHECKING:
    from nbflow import Client
    from nbflow.entities import ModelVersion, Run
    from nbflow.mlmodel.document import Model

HOSTILE = "[bold red]x[/] \x1b[2J\r\n\u202etxt.exe"


@pytest.fixture
def hostile() -> str:
    """Give a name with markup, with what clears a terminal, with line ends, with what turns the reading direction."""
    return HOSTILE


@pytest.fixture
def runs(client: Client) -> list[Run]:
    """Give three runs of the experiment `vision`, with params and metrics, the last one failed."""
    experiment_id = client.create_experiment("vision")
    made = []
    for i, (name, status) in enumerate([("first", "FINISHED"), ("second", "FINISHED"), ("third", "FAILED")]):
        run = client.create_run(experiment_id, start_time=1_700_000_000_000 + i, run_name=name)
        client.log_param(run.run_id, "lr", 10.0**-i)
        client.log_param(run.run_id, "same", "s")
        client.log_metric(run.run_id, "loss", [0.5, 0.25, float("nan")][i])
        client.log_metric(run.run_id, "acc", [0.5, 0.75, float("inf")][i])
        client.set_terminated(run.run_id, status, 1_700_000_001_500 + i)
        made.append(client.get_run(run.run_id))
    return made


@pytest.fixture
def verb(client: Client, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Give what runs a verb on the store as in a pipe, and gives its output; a status other than 0 must be told."""

    def call(*args: str, status: int = 0) -> str:
        capsys.readouterr()
        assert invoke(["--store", client.tracking_uri, *args]) == status
        return capsys.readouterr().out

    return call


@pytest.fixture
def lines(verb: Callable[..., str]) -> Callable[..., list[list[str]]]:
    """Give what runs a verb as in a pipe, and gives its lines, each as its cells."""
    return lambda *args, **kwargs: [line.split("\t") for line in verb(*args, **kwargs).splitlines()]


@pytest.fixture
def document(verb: Callable[..., str]) -> Callable[..., Any]:
    """Give what runs a verb with --json, and gives its document."""
    return lambda *args, **kwargs: json.loads(verb(*args, "--json", **kwargs))


@pytest.fixture
def drawn(client: Client) -> Callable[..., str]:
    """Give what runs a verb for a person who looks at a terminal, of 120 columns or so, and gives what is shown."""

    def call(*args: str, status: int = 0, width: int = 120) -> str:
        console = Console(file=StringIO(), force_terminal=True, width=width, color_system="truecolor")
        assert invoke(["--store", client.tracking_uri, *args], console=console) == status
        assert isinstance(console.file, StringIO)
        return console.file.getvalue()

    return call


def put_model(folder: Path, columns: Sequence[str] = ("a",), requirements: str = "numpy==2.1.0\n") -> Model:
    """Write the folder of a model that takes columns of numbers, as much of it as no library is needed for."""
    from nbflow.mlmodel.document import Model
    from nbflow.mlmodel.param_schema import ParamSchema, ParamSpec
    from nbflow.mlmodel.schema import ColSpec, Schema
    from nbflow.mlmodel.signature import ModelSignature

    folder.mkdir()
    (folder / "requirements.txt").write_text(requirements, encoding="utf-8")
    (folder / "python_env.yaml").write_text("python: 3.12.1\ndependencies:\n- -r requirements.txt\n", encoding="utf-8")
    (folder / "weights.bin").write_bytes(b"12345")
    signature = ModelSignature(
        Schema([ColSpec("double", name) for name in columns]),
        Schema([ColSpec("long")]),
        ParamSchema([ParamSpec("threshold", "double", 0.5)]),
    )
    flavors: dict[str, dict[str, Any]] = {"python_function": {"loader_module": "somebodys", "data": "weights.bin"}}
    model = Model(flavors=flavors, signature=signature, model_size_bytes=5)
    model.save(folder)
    return model


@pytest.fixture
def fraud(client: Client, monkeypatch: pytest.MonkeyPatch) -> list[ModelVersion]:
    """Give two versions of the registered model `fraud`, both ann's, of two runs; version 1 is `champion`.

    What is done next is done by bob.
    """
    monkeypatch.setenv("NBFLOW_USER", "ann")
    experiment_id = client.create_experiment("models")
    versions = []
    for i, (columns, requirements) in enumerate([(("a",), "numpy==2.1.0\n"), (("a", "b"), "numpy==2.2.0\npolars\n")]):
        run = client.create_run(experiment_id, run_name=f"run {i}")
        client.log_param(run.run_id, "depth", i)
        client.log_param(run.run_id, "same", "s")
        client.log_metric(run.run_id, "auc", 0.75 + i / 8)
        client.log_model(run.run_id, "model", partial(put_model, columns=columns, requirements=requirements))
        client.set_terminated(run.run_id)
        versions.append(client.register_model(f"runs:/{run.run_id}/model", "fraud"))
    client.set_registered_model_alias("fraud", "champion", 1)
    monkeypatch.setenv("NBFLOW_USER", "bob")
    return versions
