"""Run by tests: MLflow loads what nbflow saved of each library, and saves the same models its own way.

Its arguments: the folder of nbflow's models, the folder for its own, and the file for what it found.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import mlflow
import numpy as np

OPTIONS: dict[str, dict[str, Any]] = {
    "lightgbm pickle": {"serialization_format": "cloudpickle"},
    "pytorch layers": {"serialization_format": "pickle"},
    "pytorch script": {"serialization_format": "pickle"},
    "xgboost json": {"model_format": "json"},
}


def load_and_save(ours: Path, theirs: Path) -> dict[str, Any]:
    document = mlflow.models.Model.load(str(ours))
    flavor = next(name for name in document.flavors if name != "python_function")
    library = importlib.import_module(f"mlflow.{flavor}")
    own = library.load_model(str(ours))
    model = mlflow.pyfunc.load_model(str(ours), suppress_warnings=True)
    example = model.input_example
    found = {"class": type(own).__name__, "ours": told(model, example)}
    if ours.name != "pytorch program":  # that cannot be exported once more
        kept = {"input_example": example, "pip_requirements": ["numpy"]} | OPTIONS.get(ours.name, {})
        library.save_model(own, str(theirs), **kept)
        found["theirs"] = told(mlflow.pyfunc.load_model(str(theirs), suppress_warnings=True), example)
    if ours.name == "pytorch layers":
        array = example.to_numpy(dtype=np.float32)
        program = theirs.with_name("pytorch program")
        library.save_model(own, str(program), input_example=array, pip_requirements=["numpy"])
        found["program"] = told(mlflow.pyfunc.load_model(str(program), suppress_warnings=True), array)
    return found


def told(model: Any, example: Any) -> dict[str, Any]:
    signature = model.metadata.signature
    return {
        "signature": None if signature is None else signature.to_dict(),
        "predicted": plain(model.predict(example)),
    }


def plain(predicted: Any) -> Any:
    if isinstance(predicted, dict):
        return {name: plain(value) for name, value in predicted.items()}
    return np.asarray(predicted).tolist()


if __name__ == "__main__":
    ours, theirs, answer = map(Path, sys.argv[1:])
    theirs.mkdir()
    found = {path.name: load_and_save(path, theirs / path.name) for path in sorted(ours.iterdir())}
    answer.write_text(json.dumps(found))
