"""What a model needs, found by loading it in a process of its own."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nbflow.flavors.found_imports import requirements_of
from nbflow.flavors.importers import needed_modules, watch_imports
from nbflow.flavors.saving import save_model
from nbflow.mlmodel.document import Model

if TYPE_CHECKING:
    import pandas as pd


def needs(folder: Path) -> list[str]:
    return [line.partition("==")[0] for line in (folder / "requirements.txt").read_text().splitlines()]


def script(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "model.py"
    path.write_text(text)
    return path


def test_what_loading_and_predicting_import_is_found(tmp_path: Path) -> None:
    text = """
import yaml
import joblib
from nbflow.flavors.from_code import set_model

def predict(data):
    import rich
    print(yaml.safe_dump("a model may print"))
    return data

set_model(predict)
"""

    save_model("python_function", script(tmp_path, text), tmp_path / "model", input_example=[1])

    # joblib at loading, rich in the prediction; the script is nbflow's.
    assert {"cloudpickle", "joblib", "rich", "jupyter-nbflow"} <= set(needs(tmp_path / "model"))
    assert not {"scikit-learn", "skops", "mlflow", "pytest"} & set(needs(tmp_path / "model"))


def test_a_pickle_needs_what_its_classes_need_and_no_tools(
    tmp_path: Path, table: pd.DataFrame, labels: pd.Series[int]
) -> None:
    from sklearn.linear_model import LogisticRegression

    options = {"serialization_format": "cloudpickle"}
    model = LogisticRegression().fit(table, labels)

    save_model("sklearn", model, tmp_path / "model", input_example=table.head(1), options=options)

    found = set(needs(tmp_path / "model"))
    assert {"cloudpickle", "numpy", "pandas", "scikit-learn", "scipy"} <= found
    # scikit-learn and pandas try to import these, and do without; the last is what nbflow itself is made of.
    assert not {"charset-normalizer", "jupyter-nbflow", "matplotlib", "psutil", "pytest", "rich", "pyyaml"} & found


def test_modules_that_no_package_brings_are_warned_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_steps.py").write_text("def double(x):\n    return x * 2\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    text = "import my_steps\nfrom nbflow.flavors.from_code import set_model\nset_model(my_steps.double)\n"

    with pytest.warns(UserWarning, match=r"not installed packages: my_steps \(.*code_paths"):
        save_model("python_function", script(tmp_path, text), tmp_path / "model")
    save_model("python_function", tmp_path / "model.py", tmp_path / "whole", code_paths=["my_steps.py"])

    assert needs(tmp_path / "whole") == needs(tmp_path / "model")


def job(tmp_path: Path, **changes: Any) -> dict[str, Any]:
    """Give what the process is told of a model, that of a function unless changed."""
    folder = tmp_path / "model"
    document = save_model("python_function", len, folder, pip_requirements=[], input_example=["a"])
    assert isinstance(document, Model)
    return {
        "folder": str(folder),
        "flavor": "python_function",
        "config": document.flavors["python_function"],
        "code": None,
        "example": document.saved_input_example_info,
        "signature": None,
    } | changes


def test_a_model_that_does_not_load_there_is_kept_with_what_its_flavor_knows(tmp_path: Path) -> None:
    described = job(tmp_path)
    (tmp_path / "model" / "python_model.pkl").write_bytes(b"nonsense")

    with pytest.warns(UserWarning, match=r"no pickle, or damaged.*give pip_requirements"):
        found = requirements_of(described, ["cloudpickle==3.1"])

    assert found == ["cloudpickle==3.1"]


def test_a_model_that_takes_too_long_is_kept(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="longer than 0 seconds"):
        assert requirements_of(job(tmp_path), ["a"], timeout_s=0.01) == ["a"]


def test_without_a_python_to_start_the_model_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    described = job(tmp_path)

    for executable, said in (("", "no Python"), (str(tmp_path / "nowhere"), "could not be started")):
        monkeypatch.setattr(sys, "executable", executable)
        with pytest.warns(UserWarning, match=said):
            assert requirements_of(described, ["a"]) == ["a"]


def test_a_model_that_only_predicts_here_is_warned_of(tmp_path: Path) -> None:
    described = job(tmp_path)
    (tmp_path / "model" / "input_example.json").write_text(json.dumps(7))

    with pytest.warns(UserWarning, match=r"does not predict for the input example: TypeError"):
        found = requirements_of(described, ["cloudpickle==3.1"])

    assert "cloudpickle==3.1" in found


def test_who_imports_what_is_noted() -> None:
    space = {"__name__": "library.part"}

    with watch_imports() as importers:
        exec("import colorsys, json.decoder", space)  # noqa: S102 - as a library does

    assert importers["colorsys"] == importers["json"] == {"library"}


def test_a_tool_counts_when_the_models_own_code_asks_for_it() -> None:
    importers = {"rich": {"pandas"}, "tqdm": {"pandas", "my_steps"}, "scipy": {"sklearn"}}

    found = needed_modules(["rich", "rich.table", "tqdm", "scipy"], importers, {"my_steps"})

    assert found == ["scipy", "tqdm"]
