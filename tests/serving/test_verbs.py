"""`nbflow models predict`, `prepare-env` and `generate-dockerfile`, as they are typed."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pandas as pd
import pytest

from nbflow.errors import InvalidInputError, InvalidRequestError, NotFoundError, PredictionError, UntrustedModelError
from nbflow.verbs.models_env import generate_dockerfile, prepare_env
from nbflow.verbs.models_predict import predict_model
from nbflow.verbs.models_serve import _example, serve_model
from nbflow.verbs.options import VerbGroup
from nbflow.verbs.session import Session

if TYPE_CHECKING:
    from nbflow import Client

models = VerbGroup("models", commands=[serve_model, predict_model, prepare_env, generate_dockerfile])

FRAME = [{"type": "double", "name": name, "required": True} for name in ("a", "b")]


def total(data: Any) -> Any:
    print("a word of the model's own")
    return data.sum(axis=1)


@pytest.fixture
def verb(client: Client, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Give what runs a verb on the store, and gives what it wrote."""

    def call(*args: object) -> str:
        capsys.readouterr()
        given = ["--store", client.tracking_uri, *map(str, args)]
        with models.make_context("models", given, obj=Session()) as context:
            assert not models.invoke(context)
        return capsys.readouterr().out

    return call


@pytest.fixture
def folder(saved: Callable[..., Path]) -> Path:
    """Give a model that adds two columns."""
    from nbflow.mlmodel import infer_signature

    frame = pd.DataFrame({"a": [1.0], "b": [2.0]})
    return saved(total, signature=infer_signature(frame, frame.sum(axis=1)), input_example=frame)


@pytest.mark.parametrize(
    ("name", "content", "options"),
    [
        ("in.json", b'{"dataframe_split": {"columns": ["a", "b"], "data": [[1, 2]]}}', []),
        ("in.csv", b"a,b\n1,2\n", []),
        ("in.txt", b"a,b\n1,2\n", ["-t", "csv"]),
        ("in.parquet", None, []),
    ],
)
def test_a_file_is_read_as_it_ends_or_as_is_said(
    name: str, content: bytes | None, options: list[str], folder: Path, verb: Callable[..., str]
) -> None:
    if content is None:
        pd.DataFrame({"a": [1.0], "b": [2.0]}).to_parquet(name)
    else:
        Path(name).write_bytes(content)

    answer = verb("predict", "-m", folder, "--trust", "-i", name, *options)

    assert json.loads(answer) == {"predictions": [{"0": 3.0}]}


def test_predictions_go_into_a_file(folder: Path, verb: Callable[..., str]) -> None:
    Path("in.csv").write_text("a,b\n1,2\n", encoding="utf-8")

    answer = verb("predict", "-m", folder, "--trust", "-i", "in.csv", "-o", "out.json")

    assert answer == "out.json\n"
    assert Path("out.json").read_text(encoding="utf-8") == '{"predictions": [{"0": 3.0}]}\n'


def test_a_pipe_is_read(folder: Path, verb: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a,b\n1,2\n3,4\n")))

    answer = verb("predict", "-m", folder, "--trust", "-t", "csv")

    assert json.loads(answer) == {"predictions": [{"0": 3.0}, {"0": 7.0}]}


def test_a_notebook_has_no_pipe(folder: Path, verb: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())

    with pytest.raises(click.UsageError, match="--input-path"):
        verb("predict", "-m", folder, "--trust")


def test_a_model_of_the_store_needs_no_trust(client: Client, verb: Callable[..., str]) -> None:
    from nbflow.flavors.saving import save_model

    run = client.create_run("0")
    client.log_model(
        run.run_id, "adder", lambda path: save_model("python_function", total, path, pip_requirements=["numpy"])
    )
    Path("in.csv").write_text("a,b\n1,2\n", encoding="utf-8")

    answer = verb("predict", "-m", f"runs:/{run.run_id}/adder", "-i", "in.csv")

    assert json.loads(answer) == {"predictions": [{"0": 3.0}]}


def test_what_is_wrong_is_told(folder: Path, verb: Callable[..., str]) -> None:
    Path("in.json").write_text("[]", encoding="utf-8")
    Path("in.csv").write_text("a\n1\n", encoding="utf-8")

    with pytest.raises(UntrustedModelError):
        verb("predict", "-m", folder, "-i", "in.json")
    with pytest.raises(InvalidRequestError, match="Received a list"):
        verb("predict", "-m", folder, "--trust", "-i", "in.json")
    with pytest.raises(InvalidInputError, match=r"missing inputs \['b'\]"):
        verb("predict", "-m", folder, "--trust", "-i", "in.csv")
    with pytest.raises(InvalidInputError, match="No such file"):
        verb("predict", "-m", folder, "--trust", "-i", "absent.csv")
    with pytest.raises(InvalidInputError, match="no folder"):  # before anything is predicted
        verb("predict", "-m", folder, "--trust", "-i", "in.csv", "-o", "no/folder/out.json")
    with pytest.raises(NotFoundError):
        verb("predict", "-m", "absent", "-i", "in.csv")


def test_a_model_that_fails_is_told(saved: Callable[..., Path], verb: Callable[..., str]) -> None:
    def broken(_data: Any) -> None:
        raise ValueError("no luck")

    Path("in.json").write_text('{"inputs": [1]}', encoding="utf-8")

    with pytest.raises(PredictionError, match=r"ValueError: no luck\."):
        verb("predict", "-m", saved(broken), "--trust", "-i", "in.json")


def test_an_image_folder_is_written(folder: Path, verb: Callable[..., str], tmp_path: Path) -> None:
    answer = json.loads(verb("generate-dockerfile", "-m", folder, "--trust", "-d", "image", "--json"))

    assert answer == {"path": str(tmp_path / "image")}
    assert {"Dockerfile", "model", "requirements.txt"} <= {path.name for path in Path("image").iterdir()}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [(1, """'{"dataframe_split": {"columns": ["a"], "data": [["it'"'"'s\\u001b"]]}}'"""), (1000, "@")],
)
def test_the_example_to_try_is_the_models_own(rows: int, expected: str, saved: Callable[..., Path]) -> None:
    from nbflow.mlmodel.document import Model

    made = saved(len, input_example=pd.DataFrame({"a": ["it's\x1b"] * rows}), signature=False)

    command = _example("http://127.0.0.1:5000", Model.load(made), made)

    assert command.startswith("curl http://127.0.0.1:5000/invocations -H 'Content-Type: application/json' -d ")
    assert expected in command
    assert len(command) < 2000


def test_a_model_without_an_example_can_be_tried_too(saved: Callable[..., Path]) -> None:
    from nbflow.mlmodel.document import Model

    made = saved(len)

    assert "dataframe_split" in _example("http://127.0.0.1:5000", Model.load(made), made)
