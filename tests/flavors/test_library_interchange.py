"""MLflow loads what is saved here of each library, and what MLflow saves loads here. Both predict the same.

Skipped where MLflow is not installed (the extra `test` brings it); PyTorch's models where PyTorch is not.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import onnx
import pandas as pd
import pytest
import statsmodels.api as sm
import xgboost

from nbflow.errors import MissingDependencyError
from nbflow.flavors.find import find_flavor
from nbflow.flavors.loading import load_native, load_pyfunc
from nbflow.flavors.saving import save_model
from nbflow.mlmodel.document import Model
from nbflow.mlmodel.trust import Trust

if importlib.util.find_spec("mlflow") is None:
    pytest.skip("MLflow, which is to load what nbflow saves, is not installed", allow_module_level=True)

MINE = Trust(all=True)
PROCESS = Path(__file__).with_name("mlflow_libraries_process.py")

TABLE = pd.DataFrame(np.random.default_rng(0).random((40, 3)), columns=["a", "b", "c"])
ARRAY = np.array(TABLE, dtype=np.float32)
CLASSES = np.arange(len(TABLE)) % 2


def product() -> onnx.ModelProto:
    """Make a model that multiplies rows of three numbers by a matrix."""
    weights = onnx.numpy_helper.from_array(np.array([[1], [2], [3]], dtype=np.float32), "W")
    places = [onnx.helper.make_tensor_value_info(*each) for each in (("X", 1, [None, 3]), ("Y", 1, [None, 1]))]
    node = onnx.helper.make_node("MatMul", ["X", "W"], ["Y"])
    graph = onnx.helper.make_graph([node], "graph", places[:1], places[1:], [weights])
    return onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)


def layers() -> Any:
    from torch import nn

    return nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Dropout(), nn.Linear(4, 2)).eval()


def program() -> Any:
    import torch

    rows = {0: torch.export.Dim("rows", min=2)}
    return torch.export.export(layers(), (torch.ones(4, 3),), dynamic_shapes=[rows])


def script() -> Any:
    import torch

    make: Callable[..., Any] = torch.jit.script
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        return make(layers())


# What makes a model, and its input example; flavors' names come first.
MODELS: dict[str, tuple[Callable[[], Any], Any]] = {
    "lightgbm": (lambda: lightgbm.train({"verbose": -1}, lightgbm.Dataset(TABLE, TABLE.a), 3), TABLE),
    "lightgbm classes": (lambda: lightgbm.LGBMClassifier(n_estimators=3, verbose=-1).fit(TABLE, CLASSES), TABLE),
    "lightgbm pickle": (lambda: lightgbm.LGBMRegressor(n_estimators=3, verbose=-1).fit(TABLE, TABLE.a), TABLE),
    "onnx": (product, ARRAY),
    "statsmodels": (lambda: sm.OLS(TABLE.a, TABLE[["b", "c"]]).fit(), TABLE[["b", "c"]]),
    "xgboost": (lambda: xgboost.train({}, xgboost.DMatrix(TABLE, TABLE.a), 3), TABLE),
    "xgboost classes": (lambda: xgboost.XGBClassifier(n_estimators=3).fit(TABLE, CLASSES), TABLE),
    "xgboost json": (lambda: xgboost.XGBRegressor(n_estimators=3).fit(TABLE, TABLE.a), TABLE),
}
OPTIONS: dict[str, dict[str, Any]] = {
    "lightgbm pickle": {"serialization_format": "cloudpickle"},
    "xgboost json": {"model_format": "json"},
}
if importlib.util.find_spec("torch") is not None:
    MODELS |= {
        "pytorch layers": (layers, TABLE),
        "pytorch program": (program, ARRAY),
        "pytorch script": (script, TABLE),
    }


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ours")
    for name, (make, example) in MODELS.items():
        kept: dict[str, Any] = {"input_example": example, "pip_requirements": ["numpy"]}
        save_model(name.partition(" ")[0], make(), folder / name, options=OPTIONS.get(name), **kept)
    return folder


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("theirs") / "models"


@pytest.fixture(scope="module")
def answer(ours: Path, theirs: Path) -> dict[str, Any]:
    """Let MLflow load and save, in one process: importing it takes longer than all the rest."""
    file = theirs.parent / "answer.json"
    run = subprocess.run(
        [sys.executable, "-W", "ignore", str(PROCESS), str(ours), str(theirs), str(file)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"MLFLOW_TRACKING_URI": str(theirs.parent / "nowhere")},
    )
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads(file.read_text())
    if "pytorch layers" in found:
        found["pytorch program"]["theirs"] = found["pytorch layers"]["program"]
    return found


def plain(predicted: Any) -> Any:
    if isinstance(predicted, dict):
        return {name: plain(value) for name, value in predicted.items()}
    return np.asarray(predicted).tolist()


def as_json(signature: dict[str, Any]) -> dict[str, Any]:
    return {name: json.loads(text or "null") for name, text in signature.items()}


@pytest.mark.parametrize("name", MODELS)
def test_mlflow_predicts_as_nbflow_does(name: str, ours: Path, answer: dict[str, Any]) -> None:
    model = load_pyfunc(ours / name, trusted=MINE)

    assert answer[name]["ours"]["predicted"] == plain(model.predict(model.input_example))


@pytest.mark.parametrize("name", [name for name in MODELS if name != "pytorch program"])
def test_mlflow_has_the_librarys_own_object(name: str, ours: Path, answer: dict[str, Any]) -> None:
    own = load_native(ours / name, name.partition(" ")[0], trusted=MINE)

    assert answer[name]["class"] == type(own).__name__


@pytest.mark.parametrize("name", MODELS)
def test_mlflow_reads_the_signature(name: str, ours: Path, answer: dict[str, Any]) -> None:
    signature = Model.load(ours / name).signature

    assert signature is not None
    assert as_json(answer[name]["ours"]["signature"]) == as_json(signature.to_dict())


@pytest.mark.parametrize("name", MODELS)
def test_nbflow_predicts_as_mlflow_does(name: str, theirs: Path, answer: dict[str, Any]) -> None:
    model = load_pyfunc(theirs / name, trusted=MINE)

    assert plain(model.predict(MODELS[name][1])) == answer[name]["theirs"]["predicted"]


@pytest.mark.parametrize("name", [name for name in MODELS if name != "onnx"])  # MLflow makes none for it
def test_both_make_the_same_signature(name: str, ours: Path, theirs: Path, answer: dict[str, Any]) -> None:
    mine, other = Model.load(ours / name).signature, Model.load(theirs / name).signature

    assert answer[name]
    assert mine is not None
    assert other is not None
    assert as_json(mine.to_dict()) == as_json(other.to_dict())


@pytest.mark.parametrize("name", MODELS)
def test_both_write_the_same_entries_and_files(name: str, ours: Path, theirs: Path, answer: dict[str, Any]) -> None:
    mine, other = entries(ours / name), entries(theirs / name)

    assert answer[name]
    assert mine == other
    assert files(ours / name) == files(theirs / name)


def entries(folder: Path) -> dict[str, dict[str, Any]]:
    """Give what the flavors say, without what says nothing, and without how an estimator would be kept."""
    flavors = Model.load(folder).flavors
    left_out = {"skops_trusted_types"}  # MLflow lists more than there is
    if flavors.get("lightgbm", {}).get("data") == "model.lgb":
        left_out.add("serialization_format")
    return {
        name: {key: value for key, value in entry.items() if value is not None and key not in left_out}
        for name, entry in flavors.items()
    }


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("name", ["lightgbm", "lightgbm classes", "onnx", "xgboost", "xgboost classes", "xgboost json"])
def test_what_is_no_pickle_loads_without_trust(name: str, theirs: Path, answer: dict[str, Any]) -> None:
    model = load_pyfunc(theirs / name, trusted=Trust())

    assert plain(model.predict(MODELS[name][1])) == answer[name]["theirs"]["predicted"]


@pytest.mark.skipif("pytorch layers" not in MODELS, reason="PyTorch is not installed")
def test_layers_of_pytorch_load_without_trust(theirs: Path, answer: dict[str, Any]) -> None:
    model = load_pyfunc(theirs / "pytorch layers", trusted=Trust())

    assert plain(model.predict(TABLE)) == answer["pytorch layers"]["theirs"]["predicted"]


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("lightgbm", "lightgbm"),
        ("onnx", "onnx"),
        ("pytorch", "torch"),
        ("statsmodels", "statsmodels"),
        ("xgboost", "xgboost"),
    ],
)
def test_a_library_that_is_not_installed_is_named_with_its_extra(
    name: str, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    importlib.import_module(f"nbflow.flavors.{name}")
    for loaded in [key for key in sys.modules if key.partition(".")[0] == module]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setattr(sys, "path", [])

    with pytest.raises(MissingDependencyError, match=rf"jupyter-nbflow\[{name}\]"):
        find_flavor(name)
