"""Run by tests: MLflow, where nbflow cannot be imported, loads what nbflow saved, and saves models of its own.

Its arguments: the folder of nbflow's models, the folder for its own, and the file for what it found.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


class NoNbflow:
    """Makes every import of nbflow fail, as where it is not installed."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> None:  # noqa: ARG004 - what Python calls
        if name.partition(".")[0] == "nbflow":
            raise ModuleNotFoundError(f"{name} is kept out of this process", name=name)


sys.meta_path.insert(0, NoNbflow())

import mlflow  # noqa: E402 - only now
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from mlflow.models import infer_signature  # noqa: E402
from mlflow.pyfunc.model import PythonModel  # noqa: E402
from sklearn.ensemble import RandomForestClassifier  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402

SCRIPT = """
from mlflow.models import set_model
import their_steps

def predict(model_input):
    return their_steps.double(model_input)

set_model(predict)
"""

TABLE = pd.DataFrame({"a": [0.1, 0.9, 0.4, 0.7], "b": [1.0, 2.0, 3.0, 4.0]})
LABELS = [0, 1, 0, 1]


class Weighted(PythonModel):
    def load_context(self, context: Any) -> None:
        self.weight = json.loads(Path(context.artifacts["weight"]).read_text())

    def predict(self, context: Any, model_input: Any, params: Any = None) -> Any:
        return model_input * self.weight * context.model_config["times"] + (params or {}).get("more", 0)


def load_ours(folder: Path) -> dict[str, Any]:
    found = {}
    for path in sorted(folder.iterdir()):
        if not (path / "MLmodel").is_file():
            continue
        model = mlflow.pyfunc.load_model(str(path), suppress_warnings=True)
        signature = model.metadata.signature
        found[path.name] = {
            "signature": None if signature is None else signature.to_dict(),
            "predicted": plain(model.predict(model.input_example)),
        }
        if "sklearn" in model.metadata.flavors:
            own = mlflow.sklearn.load_model(str(path))
            found[path.name]["own"] = plain(
                getattr(own, model.metadata.flavors["python_function"]["predict_fn"])(TABLE)
            )
    return found


def save_theirs(folder: Path) -> dict[str, Any]:
    forest = RandomForestClassifier(3, random_state=0).fit(TABLE, LABELS)
    line = LogisticRegression().fit(TABLE, LABELS)
    kept: dict[str, Any] = {"pip_requirements": ["numpy"], "input_example": TABLE}
    trees = ["sklearn.tree._tree.Tree"]
    mlflow.sklearn.save_model(forest, folder / "forest", skops_trusted_types=trees, **kept)
    mlflow.sklearn.save_model(forest, folder / "pickle", serialization_format="cloudpickle", **kept)
    mlflow.sklearn.save_model(line, folder / "proba", pyfunc_predict_fn="predict_proba", **kept)
    weight = folder.parent / "weight.json"
    weight.write_text("3.0")
    signature = infer_signature(TABLE, TABLE, {"more": 1.0})
    mlflow.pyfunc.save_model(
        folder / "class",
        python_model=Weighted(),
        artifacts={"weight": str(weight)},
        model_config={"times": 2},
        signature=signature,
        **kept,
    )
    mlflow.pyfunc.save_model(folder / "function", python_model=lambda model_input: model_input + 1, **kept)
    script, steps = folder.parent / "their_script.py", folder.parent / "their_steps.py"
    script.write_text(SCRIPT)
    steps.write_text("def double(x):\n    return x * 2\n")
    sys.path.insert(0, str(folder.parent))
    mlflow.pyfunc.save_model(folder / "script", python_model=str(script), code_paths=[str(steps)], **kept)
    found = {}
    for path in folder.iterdir():
        model = mlflow.pyfunc.load_model(str(path), suppress_warnings=True)
        found[path.name] = {"signature": model.metadata.signature.to_dict(), "predicted": plain(model.predict(TABLE))}
    return found


def plain(predicted: Any) -> Any:
    return np.asarray(predicted).tolist()


if __name__ == "__main__":
    ours, theirs, answer = map(Path, sys.argv[1:])
    theirs.mkdir()
    answer.write_text(json.dumps({"ours": load_ours(ours), "theirs": save_theirs(theirs)}))
