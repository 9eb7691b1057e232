"""MLflow loads what is saved here, where nbflow is not installed; what MLflow saves loads here. Both predict the same.

Skipped where MLflow is not installed (the extra `test` brings it).
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

import numpy as np
import pandas as pd
import pytest
from sklearn import ensemble, linear_model, pipeline, preprocessing, svm
from sklearn.model_selection import GridSearchCV

from nbflow.flavors.loading import load_native, load_pyfunc
from nbflow.flavors.python_model import PythonModel, PythonModelContext
from nbflow.flavors.saving import save_model
from nbflow.mlmodel.document import Model
from nbflow.mlmodel.trust import Trust

if importlib.util.find_spec("mlflow") is None:
    pytest.skip("MLflow, which is to load what nbflow saves, is not installed", allow_module_level=True)

MINE = Trust(all=True)

TABLE = pd.DataFrame({"a": [0.1, 0.9, 0.4, 0.7], "b": [1.0, 2.0, 3.0, 4.0]})
LABELS = [0, 1, 0, 1]

PROCESS = Path(__file__).with_name("mlflow_process.py")

SCRIPT = """
from mlflow.models import set_model
import our_steps
set_model(our_steps.triple)
"""


class Weighted(PythonModel):
    def load_context(self, context: PythonModelContext) -> None:
        self.weight = float(Path(context.artifacts["weight"]).read_text())

    def predict(self, context: PythonModelContext, model_input: Any, params: dict[str, Any] | None = None) -> Any:
        times = (context.model_config or {})["times"]
        return model_input * self.weight * times + (params or {}).get("more", 0)


class Short(PythonModel):
    def predict(self, model_input: Any) -> Any:
        return model_input.sum(axis=1)


def lengths(data: list[str]) -> list[int]:
    return [len(text) for text in data]


def forest() -> Any:
    return ensemble.RandomForestClassifier(3, random_state=0)


def save_ours(folder: Path) -> None:
    """Save models of every kind, as a notebook does: its classes are of no module that can be imported."""
    kept: dict[str, Any] = {"pip_requirements": ["numpy"]}
    estimators = {
        "forest": forest(),
        "boosting": ensemble.HistGradientBoostingClassifier(max_iter=3),
        "pipeline": pipeline.make_pipeline(preprocessing.StandardScaler(), svm.SVC()),
        "search": GridSearchCV(forest(), {"max_depth": [1, 2]}, cv=2),
        "pickle": forest(),
    }
    for name, model in estimators.items():
        options: dict[str, Any] = {"serialization_format": "cloudpickle"} if name == "pickle" else {}
        save_model("sklearn", model.fit(TABLE, LABELS), folder / name, input_example=TABLE, options=options, **kept)
    proba = {"pyfunc_predict_fn": "predict_proba"}
    line = linear_model.LogisticRegression().fit(TABLE, LABELS)
    save_model("sklearn", line, folder / "proba", input_example=TABLE, options=proba, **kept)
    (folder / "weight.txt").write_text("3.0")
    options = {"artifacts": {"weight": folder / "weight.txt"}, "model_config": {"times": 2}}
    example = (TABLE, {"more": 1.0})
    save_model("python_function", Weighted(), folder / "class", input_example=example, options=options, **kept)
    save_model("python_function", Short(), folder / "short", input_example=TABLE, **kept)
    save_model("python_function", lengths, folder / "function", input_example=["a", "bcd"], **kept)
    (folder / "our_script.py").write_text(SCRIPT)
    (folder / "our_steps.py").write_text("def triple(model_input):\n    return model_input * 3\n")
    code = [folder / "our_steps.py"]
    save_model(
        "python_function", folder / "our_script.py", folder / "script", input_example=TABLE, code_paths=code, **kept
    )


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import cloudpickle

    folder = tmp_path_factory.mktemp("ours")
    here = sys.modules[Weighted.__module__]
    cloudpickle.register_pickle_by_value(here)
    try:
        with warnings.catch_warnings(action="ignore"):  # the script imports MLflow
            save_ours(folder)
    finally:
        cloudpickle.unregister_pickle_by_value(here)
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
    return found


def plain(predicted: Any) -> Any:
    return np.asarray(predicted).tolist()


OURS = ["boosting", "class", "forest", "function", "pickle", "pipeline", "proba", "script", "search", "short"]
THEIRS = ["class", "forest", "function", "pickle", "proba", "script"]


@pytest.mark.parametrize("name", OURS)
def test_mlflow_predicts_as_nbflow_does(name: str, ours: Path, answer: dict[str, Any]) -> None:
    model = load_pyfunc(ours / name, trusted=MINE)

    assert answer["ours"][name]["predicted"] == plain(model.predict(model.input_example))


@pytest.mark.parametrize("name", ["boosting", "forest", "pickle", "pipeline", "proba", "search"])
def test_mlflow_has_the_librarys_own_object(name: str, ours: Path, answer: dict[str, Any]) -> None:
    model = load_native(ours / name, "sklearn", trusted=MINE)

    predict = model.predict_proba if name == "proba" else model.predict
    assert answer["ours"][name]["own"] == plain(predict(TABLE))


@pytest.mark.parametrize("name", OURS)
def test_mlflow_reads_the_signature(name: str, ours: Path, answer: dict[str, Any]) -> None:
    signature = Model.load(ours / name).signature

    assert signature is not None
    assert same_json(answer["ours"][name]["signature"], signature.to_dict())


@pytest.mark.parametrize("name", THEIRS)
def test_nbflow_predicts_as_mlflow_does(name: str, theirs: Path, answer: dict[str, Any]) -> None:
    with warnings.catch_warnings(action="ignore"):  # MLflow's classes import MLflow
        model = load_pyfunc(theirs / name, trusted=MINE)

    assert plain(model.predict(TABLE)) == answer["theirs"][name]["predicted"]


@pytest.mark.parametrize("name", THEIRS)
def test_nbflow_reads_the_signature(name: str, theirs: Path, answer: dict[str, Any]) -> None:
    signature = Model.load(theirs / name).signature

    assert signature is not None
    assert same_json(signature.to_dict(), answer["theirs"][name]["signature"])


@pytest.mark.parametrize("name", ["forest", "proba"])
def test_a_skops_file_of_mlflows_loads_without_trust(name: str, theirs: Path, answer: dict[str, Any]) -> None:
    model = load_pyfunc(theirs / name, trusted=Trust())

    assert plain(model.predict(TABLE)) == answer["theirs"][name]["predicted"]


@pytest.mark.parametrize(
    ("name", "make"),
    [("forest", forest), ("proba", linear_model.LogisticRegression)],
)
def test_the_same_model_has_the_same_entries(
    name: str, make: Callable[[], Any], theirs: Path, answer: dict[str, Any], tmp_path: Path
) -> None:
    assert answer["theirs"][name]
    options = {"pyfunc_predict_fn": "predict_proba"} if name == "proba" else {}
    kept: dict[str, Any] = {"pip_requirements": ["numpy"], "input_example": TABLE}
    mine = save_model("sklearn", make().fit(TABLE, LABELS), tmp_path / "m", options=options, **kept)

    other = Model.load(theirs / name)

    assert entries(mine) == entries(other)
    if name == "forest":  # for `predict_proba` MLflow writes what `predict` gives
        assert mine.signature == other.signature
    assert mine.get_input_schema() == other.get_input_schema()
    assert mine.saved_input_example_info == other.saved_input_example_info


def entries(document: Model) -> dict[str, dict[str, Any]]:
    """Give what the flavors say, without what says nothing."""
    return {
        name: {key: value for key, value in entry.items() if value is not None}
        for name, entry in document.flavors.items()
    }


def same_json(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return {name: json.loads(text or "null") for name, text in one.items()} == {
        name: json.loads(text or "null") for name, text in other.items()
    }


def test_a_script_that_names_nbflow_is_loaded_by_mlflow_where_both_are(tmp_path: Path) -> None:
    script = tmp_path / "both.py"
    script.write_text(
        "from nbflow.flavors.from_code import set_model\n"
        "from nbflow.flavors.python_model import PythonModel\n"
        "class Adder(PythonModel):\n"
        "    def predict(self, context, model_input, params=None):\n"
        "        return model_input + context.model_config['more']\n"
        "set_model(Adder())\n"
    )
    options = {"model_config": {"more": 5}}
    save_model("python_function", script, tmp_path / "model", pip_requirements=["numpy"], options=options)

    with warnings.catch_warnings(action="ignore"):
        import mlflow.pyfunc

        loaded = mlflow.pyfunc.load_model(str(tmp_path / "model"), suppress_warnings=True)

    assert loaded.predict(2) == 7
