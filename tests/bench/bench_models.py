"""Models: what loading adds to the library's own load, and what `predict` through pyfunc adds to the model's own."""

from __future__ import annotations

import time
import warnings
from pathlib import Path
from typing import Any

from tests.bench.report import Row, Section, Target
from tests.bench.timing import AbsentError, Contender, Sample, Stage, ask

__all__ = ["measure"]

_COLUMNS = 10
_CALLS = 200
_AT_MOST_MORE_S = 60e-6
_TREES = 300
_KINDS = {"skops": "a forest, skops", "cloudpickle": "a forest, cloudpickle", "linear": "a linear model, skops"}


def _data() -> tuple[Any, Any]:
    import numpy as np
    import pandas as pd

    values = np.random.default_rng(0).normal(size=(5000, _COLUMNS))
    frame = pd.DataFrame(values, columns=[f"feature {i}" for i in range(_COLUMNS)])
    return frame, (values[:, 0] + values[:, 1] > 0).astype(int)


def make_models(folder: str) -> None:
    """Log a forest in each format, and a linear model."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression

    import nbflow

    frame, target = _data()
    forest = RandomForestClassifier(n_estimators=_TREES, random_state=0).fit(frame, target)
    linear = LogisticRegression().fit(frame, target)
    nbflow.set_tracking_uri(Path(folder) / "store")
    with nbflow.start_run(), warnings.catch_warnings(action="ignore"):
        example = {"input_example": frame.head(1), "pip_requirements": ["scikit-learn"]}
        for kind in ("skops", "cloudpickle"):
            nbflow.sklearn.log_model(forest, kind, serialization_format=kind, registered_model_name=kind, **example)
        nbflow.sklearn.log_model(linear, "linear", registered_model_name="linear", **example)


def make_mlflow(folder: str) -> None:
    """Save the same models with mlflow, for reading them with mlflow."""
    import mlflow.sklearn
    from mlflow.models import infer_signature
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression

    frame, target = _data()
    forest = RandomForestClassifier(n_estimators=_TREES, random_state=0).fit(frame, target)
    signature = infer_signature(frame.head(1), target[:1])
    more = {"signature": signature, "pip_requirements": ["scikit-learn"]}
    mlflow.sklearn.save_model(forest, f"{folder}/mlflow-cloudpickle", serialization_format="cloudpickle", **more)
    linear = LogisticRegression().fit(frame, target)
    mlflow.sklearn.save_model(linear, f"{folder}/mlflow-linear", serialization_format="cloudpickle", **more)


def library_load(folder: str, kind: str) -> Sample:
    """Load the file as its library does."""
    (model,) = Path(folder, "store").glob(f"*/*/artifacts/{kind}")
    if kind != "cloudpickle":
        import skops.io

        (file,) = model.glob("*.skops")
        trusted = skops.io.get_untrusted_types(file=file)

        def load() -> Any:
            return skops.io.load(file, trusted=trusted)
    else:
        import pickle

        (file,) = model.glob("*.pkl")

        def load() -> Any:
            with file.open("rb") as stream:
                return pickle.load(stream)  # noqa: S301 - written above

    return _timed(load)


def nbflow_load(folder: str, kind: str) -> Sample:
    """Load a registered version as the library's own object."""
    import nbflow

    nbflow.set_tracking_uri(Path(folder) / "store")
    return _timed(lambda: nbflow.sklearn.load_model(f"models:/{kind}/1"))


def nbflow_load_pyfunc(folder: str, kind: str) -> Sample:
    """Load a registered version as one that predicts."""
    import nbflow

    nbflow.set_tracking_uri(Path(folder) / "store")
    return _timed(lambda: nbflow.pyfunc.load_model(f"models:/{kind}/1"))


def mlflow_load_pyfunc(folder: str) -> Sample:
    """Load from the folder, which spares mlflow its registry."""
    import mlflow.pyfunc

    return _timed(lambda: mlflow.pyfunc.load_model(f"{folder}/mlflow-cloudpickle"))


def own_predict(folder: str) -> Sample:
    """Let the model itself predict one row."""
    import nbflow

    nbflow.set_tracking_uri(Path(folder) / "store")
    return _predicting(nbflow.sklearn.load_model("models:/linear/1"))


def nbflow_predict(folder: str) -> Sample:
    """Let the model predict through its signature."""
    import nbflow

    nbflow.set_tracking_uri(Path(folder) / "store")
    return _predicting(nbflow.pyfunc.load_model("models:/linear/1"))


def mlflow_predict(folder: str) -> Sample:
    """Let mlflow's model predict through its signature."""
    import mlflow.pyfunc

    return _predicting(mlflow.pyfunc.load_model(f"{folder}/mlflow-linear"))


def _timed(load: Any) -> Sample:
    def sample(_: Any) -> list[float]:
        began = time.perf_counter()
        load()
        return [time.perf_counter() - began]

    sample(None)  # what is imported once is not what loading costs
    return sample


def _predicting(model: Any) -> Sample:
    frame, _ = _data()
    row = frame.head(1)

    def sample(_: Any) -> list[float]:
        began = time.perf_counter()
        for _i in range(_CALLS):
            model.predict(row)
        return [(time.perf_counter() - began) / _CALLS]

    sample(None)
    return sample


def measure(folder: Path) -> Section:
    """Measure."""
    where = {"folder": str(folder)}
    ask(make_models, **where)
    peers = True
    try:
        ask(make_mlflow, **where)
    except AbsentError:
        peers = False
    rows = []
    for kind, title in _KINDS.items():
        options = where | {"kind": kind}
        contenders = [
            Contender("the library's own load", library_load, options, "floor"),
            Contender("nbflow.sklearn.load_model", nbflow_load, options, "nbflow"),
            Contender("nbflow.pyfunc.load_model", nbflow_load_pyfunc, options, "nbflow"),
        ]
        if peers and kind == "cloudpickle":
            contenders.append(Contender("mlflow.pyfunc.load_model", mlflow_load_pyfunc, where))
        with Stage(contenders) as stage:
            # What it costs whatever the model is shows at one that is nothing: no share is asked for there.
            target = None if kind == "linear" else Target(times=1.1)
            rows.append(Row(f"loading {title}", stage.compare(30), target))
    contenders = [
        Contender("the model's own predict", own_predict, where, "floor"),
        Contender("nbflow.pyfunc", nbflow_predict, where, "nbflow"),
    ]
    if peers:
        contenders.append(Contender("mlflow.pyfunc", mlflow_predict, where))
    with Stage(contenders) as stage:
        what = f"predicting one row of {_COLUMNS} columns"
        rows.append(Row(what, stage.compare(30), Target(more_s=_AT_MOST_MORE_S)))
    note = (
        "Of registered versions, named as `models:/<name>/1`: finding them is part of it. A forest of 300 trees, and a "
        "logistic regression that predicts a frame of one row with a signature of ten columns. What does not grow with "
        "the model (finding it, reading its MLmodel file) is what is added to the linear one. Of a pickle the SHA-256 "
        "is taken at the first load, and remembered for the next ones."
    )
    return Section("Models", note, rows)
