"""What is wrong with a model folder: found without loading the model."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from nbflow.errors import ModelNotFoundError
from nbflow.mlmodel.document import Model
from nbflow.mlmodel.environment import wanted, write_environment
from nbflow.mlmodel.example import save_example
from nbflow.mlmodel.infer import infer_signature
from nbflow.mlmodel.validate import validate

posix_only = pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
TABLE = pd.DataFrame({"a": [1.5, 2.5], "b": ["x", "y"]})


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Give the folder of a model with which nothing is wrong."""
    folder = tmp_path / "model"
    for name in ("code", "artifacts"):
        (folder / name).mkdir(parents=True)
    (folder / "artifacts" / "weight.txt").write_text("3")
    (folder / "code" / "steps.py").write_text("raise SystemExit('it was imported')")
    (folder / "model.skops").write_bytes(b"never read")
    document = Model(signature=infer_signature(TABLE, np.array([1, 2]), {"q": 1}))
    document.saved_input_example_info = save_example(folder, (TABLE, {"q": 2}))
    env = write_environment(folder, wanted(["numpy", "pandas>=2"]).with_found([]))
    document.add_flavor("sklearn", pickled_model="model.skops", code="code", sklearn_version="1.9")
    document.add_flavor(
        "python_function",
        loader_module="mlflow.sklearn",
        model_path="model.skops",
        code="code",
        data=None,
        env=env,
        artifacts={"weight": {"path": "artifacts/weight.txt", "uri": "/home/me/weight.txt"}},
        config={"data": "no path"},
    )
    document.save(folder)
    return folder


def change(folder: Path, **entries: Any) -> None:
    """Write other entries into an MLmodel file, as anybody can."""
    path = folder / "MLmodel"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | entries))


def kinds(folder: Path) -> list[tuple[str, str]]:
    return [(finding.kind, finding.path) for finding in validate(folder)]


def test_nothing_is_wrong_with_a_whole_model(model: Path) -> None:
    assert validate(model) == []


def test_nothing_is_wrong_with_the_smallest_model_that_mlflow_loads(tmp_path: Path) -> None:
    (tmp_path / "MLmodel").write_text(
        "flavors: {python_function: {loader_module: mlflow.sklearn, model_path: model.pkl, env: conda.yaml}}"
    )
    (tmp_path / "model.pkl").touch()
    (tmp_path / "conda.yaml").write_text("{}")

    assert validate(tmp_path) == []


def test_a_folder_without_a_model_is_none(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError):
        validate(tmp_path)
    with pytest.raises(ModelNotFoundError):
        validate(tmp_path / "absent")


@pytest.mark.parametrize(
    "name",
    [
        "model.skops",
        "code/steps.py",
        "artifacts/weight.txt",
        "conda.yaml",
        "python_env.yaml",
        "input_example.json",
        "serving_input_example.json",
    ],
)
def test_a_missing_file_is_named(name: str, model: Path) -> None:
    (model / name).unlink()
    missing = name
    if name == "code/steps.py":
        (model / "code").rmdir()
        missing = "code"

    found = [finding for finding in validate(model) if finding.kind == "missing_file"]

    assert {finding.path for finding in found} == {missing}
    assert len(kinds(model)) == len(found)


def test_the_entry_that_names_a_missing_file_is_told(model: Path) -> None:
    (model / "artifacts" / "weight.txt").unlink()

    assert "flavors.python_function.artifacts.weight" in validate(model)[0].detail


@pytest.mark.parametrize("text", ["{", "[1]", "flavors: []", "a: &a [*a]"])
def test_a_broken_document_is_told_and_the_rest_looked_at(text: str, model: Path) -> None:
    (model / "MLmodel").write_text(text)
    (model / "requirements.txt").write_text("numpy=2")

    assert kinds(model) == [("broken", "MLmodel"), ("environment", "requirements.txt")]


def test_a_model_that_nothing_can_load_is_told(model: Path) -> None:
    change(model, flavors={})

    assert kinds(model) == [("no_flavor", "MLmodel")]


@pytest.mark.parametrize("signature", [{"inputs": "["}, {"inputs": '[{"type": "future"}]'}, {}, "text"])
def test_a_signature_that_does_not_parse_is_told_and_the_rest_looked_at(signature: Any, model: Path) -> None:
    change(model, signature=signature)
    (model / "model.skops").unlink()

    assert kinds(model) == [("signature", "MLmodel"), ("missing_file", "model.skops")]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("input_example.json", "{", "JSON"),
        ("input_example.json", "[1]", "params"),
        ("input_example.json", '{"inputs": {"data": [[1.5, "x"]], "columns": ["a", "c"]}, "params": {}}', "'b'"),
        ("input_example.json", '{"inputs": {"data": [["x", "x"]], "columns": ["a", "b"]}, "params": {}}', "column a"),
        ("input_example.json", '{"inputs": {"data": [[1, "x"]], "columns": ["a", "b"]}, "params": {"q": "x"}}', "'q'"),
        ("input_example.json", '{"inputs": {"data": [[1, "x"]], "columns": ["a", "b"]}, "params": {"w": 1}}', "'w'"),
        ("serving_input_example.json", "{", "JSON"),
        ("serving_input_example.json", "[" * 100_000, "JSON"),
    ],
)
def test_an_example_that_does_not_fit_is_told(name: str, text: str, told: str, model: Path) -> None:
    (model / name).write_text(text)

    (finding,) = validate(model)

    assert (finding.kind, finding.path) == ("example", name)
    assert told in finding.detail


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requirements.txt", "numpy=2"),
        ("requirements.txt", "-r ../secret"),
        ("requirements.txt", "-c absent.txt"),
        ("python_env.yaml", "python: [3]"),
        ("conda.yaml", "dependencies: 5"),
    ],
)
def test_an_environment_that_does_not_parse_is_told(name: str, text: str, model: Path) -> None:
    (model / name).write_text(text)

    assert kinds(model) == [("environment", name)]


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "code/../../secret", 5, ["model.skops"]])
@pytest.mark.parametrize(
    "entry",
    [
        lambda path: {"flavors": {"sklearn": {"pickled_model": path}}},
        lambda path: {"flavors": {"python_function": {"code": path}}},
        lambda path: {"flavors": {"python_function": {"model_code_path": path}}},
        lambda path: {"flavors": {"python_function": {"data": path}}},
        lambda path: {"flavors": {"python_function": {"env": path}}},
        lambda path: {"flavors": {"python_function": {"env": {"virtualenv": path}}}},
        lambda path: {"flavors": {"python_function": {"artifacts": {"w": {"path": path}}}}},
    ],
)
def test_a_path_that_leads_out_is_told(path: Any, entry: Callable[[Any], dict[str, Any]], model: Path) -> None:
    (model.parent / "secret").write_text("outside")
    change(model, **entry(path))

    assert kinds(model) == [("outside", "MLmodel")]


@pytest.mark.parametrize("key", ["artifact_path", "serving_input_path"])
def test_an_example_that_lies_outside_is_told_and_not_read(key: str, model: Path) -> None:
    (model.parent / "secret").write_text("not JSON")
    info = yaml.safe_load((model / "MLmodel").read_text())["saved_input_example_info"]
    change(model, saved_input_example_info=info | {key: "../secret"})

    found = validate(model)

    assert found[0].kind == "outside"
    assert all("JSON" not in finding.detail for finding in found)


@posix_only
def test_links_that_lead_out_or_nowhere_are_told(model: Path) -> None:
    (model.parent / "secret").mkdir()
    (model / "out").symlink_to("../secret")
    (model / "code" / "out").symlink_to("/etc/passwd")
    (model / "nowhere").symlink_to("absent")
    (model / "fine").symlink_to("model.skops")

    assert sorted(kinds(model)) == [("missing_file", "nowhere"), ("outside", "code/out"), ("outside", "out")]


def test_what_is_wrong_at_once_is_all_told(model: Path) -> None:
    (model / "requirements.txt").write_text("numpy=2")
    (model / "input_example.json").write_text("{")
    (model / "model.skops").unlink()

    assert {kind for kind, _ in kinds(model)} == {"environment", "example", "missing_file"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5) | st.sampled_from(["..", ".", "MLmodel"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["python_function", "env", "artifacts", "path", "code", "data", "type", "inputs"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(["flavors", "signature", "saved_input_example_info", "metadata"]), json_values, max_size=4
    )
)
def test_whatever_stands_in_the_document_is_found_fault_with_and_no_more(document: dict[str, Any]) -> None:
    Path("MLmodel").write_text(yaml.safe_dump(document))

    assert all(finding.detail for finding in validate("."))
