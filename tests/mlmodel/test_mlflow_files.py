"""The files of a model are MLflow's: it reads ours, we read its own, and examples are the same to the letter."""

from __future__ import annotations

import datetime as dt
import json
import warnings
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from nbflow.errors import NbflowError
from nbflow.mlmodel.document import Model
from nbflow.mlmodel.environment import (
    mismatches,
    read_conda,
    read_python,
    read_requirements,
    wanted,
    write_environment,
)
from nbflow.mlmodel.example import encode_example, load_example, load_example_params, load_serving_example, save_example
from nbflow.mlmodel.infer import infer_signature
from nbflow.mlmodel.validate import validate

sparse = pytest.importorskip("scipy.sparse")

TABLE = pd.DataFrame({"a": [1.5, 2.5], "b": ["x", "y"]})


@pytest.fixture(scope="module")
def mlflow() -> Any:
    """Give what of MLflow reads and writes the files of a model."""
    with warnings.catch_warnings(action="ignore"):
        pytest.importorskip("mlflow", reason="mlflow, which nbflow is compared with, is not installed")
        from mlflow import pyfunc
        from mlflow.models import Model as Theirs
        from mlflow.models import infer_signature as infer
        from mlflow.models.utils import _Example, _read_example
        from mlflow.utils.environment import _PythonEnv

    return SimpleNamespace(
        Model=Theirs,
        Example=_Example,
        read_example=_read_example,
        pyfunc=pyfunc,
        infer_signature=infer,
        PythonEnv=_PythonEnv,
    )


# Examples

EXAMPLES: dict[str, Any] = {
    "table": pd.DataFrame(
        {
            "float": [1.5, float("nan")],
            "text": ["x", None],
            "int": [1, 2],
            "time": pd.to_datetime(["2026-01-01", "2026-02-03"]),
            "zone": pd.to_datetime(["2026-01-01T00:00:00+00:00"] * 2),
            "day": [dt.date(2026, 1, 1)] * 2,
            "bytes": [b"ab", b"\xff"],
            "nullable": pd.array([1, None], dtype="Int64"),
            "flag": [True, False],
            "category": pd.Categorical(["u", "v"]),
            "list": [[1, 2], [3]],
            "dictionary": [{"x": 1}, {"x": 2}],
            "small": np.array([1, 2], "int8"),
            "half": np.array([1.5, 2], "float32"),
        }
    ),
    "numbered table": pd.DataFrame([[1, 2], [3, 4]]),
    "other columns": pd.DataFrame([[1, 2], [3, 4]], columns=[5, 6], index=["r", "s"]),
    "no rows": pd.DataFrame({"a": []}),
    "no columns": pd.DataFrame(),
    "missing time": pd.DataFrame({"a": [pd.Timestamp("2026-01-01"), pd.NaT]}),
    "doubles": np.array([[1.0, np.nan], [2, np.inf]]),
    "floats": np.array([1.5, 2], "float32"),
    "ints": np.array([1, 2]),
    "words": np.array(["a", "b"]),
    "bytes array": np.array([b"a", b"b"]),
    "flags": np.array([True, False]),
    "objects": np.array(["a", None], dtype=object),
    "days": np.array(["2026-01-01"], "datetime64[D]"),
    "nanoseconds": np.array(["2026-01-01"], "datetime64[ns]"),
    "no dimension": np.array(3.5),
    "complex": np.array([1j]),
    "named arrays": {"a": np.array([1.0, 2]), "b": np.array(["x"])},
    "array and scalar": {"a": np.array([1.0]), "b": 1},
    "dictionary": {"a": 1, "b": [1, 2], "c": {"d": None}},
    "numpy's scalars": {"a": np.float32(1.5), "b": [np.int64(1), np.bool_(True)]},
    "chat": {"messages": [{"role": "user", "content": "hi"}]},
    "completion": {"prompt": "x", "inputs": 5},
    "empty dictionary": {},
    "list": [1, 2, 3],
    "records": [{"a": 1}, {"a": 2}],
    "array in a list": [np.array([1])],
    "bytes in a list": [b"ab"],
    "rows": sparse.csr_matrix([[1.0, 0], [0, 2.0]]),
    "columns": sparse.csc_matrix([[1.0, 0], [0, np.nan]]),
    "coordinates": sparse.coo_matrix([[1.0, 0]]),
    "text": "täxt\ud800",
    "int": 5,
    "float": 1.5,
    "bytes": b"ab",
    "flag": True,
    "nothing": None,
    "numpy's float": np.float64(2.5),
    "moment": dt.datetime(2026, 1, 1, 2, 3, 4, 5),  # noqa: DTZ001 - so meant
    "timestamp": pd.Timestamp("2026-01-01"),
    "day": dt.date(2026, 1, 1),
    "nan": float("nan"),
    "series": pd.Series([1, 2]),
    "triple": (1, 2, 3),
    "set": {1},
    "table and params": (pd.DataFrame({"a": [1]}), {"t": 0.5, "n": [1, 2]}),
    "chat and params": ({"messages": [1]}, {"t": 1}),
    "dictionary and params": ({"inputs": [1]}, {"t": 1}),
}


@pytest.mark.parametrize("example", [pytest.param(example, id=name) for name, example in EXAMPLES.items()])
def test_an_example_is_kept_as_mlflow_keeps_it(example: Any, mlflow: Any) -> None:
    theirs = attempt(lambda: mlflow.Example(example), Exception)
    ours = attempt(lambda: encode_example(example), NbflowError)

    assert (ours is None) == (theirs is None)
    if ours is not None:
        assert ours.info == theirs.info
        assert ours.text == theirs.json_input_example
        assert ours.serving == theirs.json_serving_input


def attempt(make: Callable[[], Any], refusal: type[Exception]) -> Any:
    with warnings.catch_warnings(action="ignore"):
        try:
            return make()
        except refusal:
            return None


@pytest.mark.parametrize(
    "example",
    [pytest.param(EXAMPLES[name], id=name) for name in ("doubles", "floats", "named arrays", "dictionary", "rows")]
    + [pytest.param(TABLE, id="table"), pytest.param((TABLE, {"t": 1}), id="with params")],
)
def test_mlflow_reads_our_example_as_we_do(example: Any, mlflow: Any, tmp_path: Path) -> None:
    data, params = example if isinstance(example, tuple) else (example, None)
    model = Model(signature=None if sparse.issparse(data) else infer_signature(data, params=params))
    model.saved_input_example_info = save_example(tmp_path, example)
    model.save(tmp_path)

    theirs = mlflow.read_example(mlflow.Model.load(str(tmp_path)), str(tmp_path))

    ours = load_example(tmp_path, model.saved_input_example_info, model.get_input_schema())
    assert_same(ours, theirs)


def assert_same(ours: Any, theirs: Any) -> None:
    assert type(ours) is type(theirs)
    if isinstance(ours, pd.DataFrame):
        pd.testing.assert_frame_equal(ours, theirs)
    elif isinstance(ours, dict):
        assert list(ours) == list(theirs)
        for name, value in ours.items():
            assert_same(value, theirs[name])
    elif sparse.issparse(ours):
        assert (ours != theirs).nnz == 0
    elif isinstance(ours, np.ndarray):
        np.testing.assert_array_equal(ours, theirs)
        assert ours.dtype == theirs.dtype
    else:
        assert ours == theirs


# The MLmodel file


def test_mlflow_reads_our_file(mlflow: Any, tmp_path: Path) -> None:
    signature = infer_signature(TABLE, np.array([1.5]), {"q": [1, 2]})
    model = Model(
        run_id="1" * 32, artifact_path="m", signature=signature, metadata={"é\u2028": [1, None]}, model_size_bytes=5
    ).add_flavor("python_function", loader_module="mlflow.sklearn")
    model.saved_input_example_info = save_example(tmp_path, TABLE)
    model.save(tmp_path)

    theirs = mlflow.Model.load(str(tmp_path))

    assert theirs.signature.to_dict() == signature.to_dict()
    assert theirs.flavors == model.flavors
    assert theirs.metadata == model.metadata
    assert theirs.saved_input_example_info == model.saved_input_example_info
    assert (theirs.model_uuid, theirs.utc_time_created, theirs.model_size_bytes) == (
        model.model_uuid,
        model.utc_time_created,
        5,
    )
    assert theirs.mlflow_version is None
    assert theirs.nbflow_version == model.nbflow_version
    # What it writes in turn is ours again.
    rewritten = Model.from_dict(yaml.safe_load(theirs.to_yaml()))
    assert (rewritten.flavors, rewritten.metadata, rewritten.signature) == (model.flavors, model.metadata, signature)


@pytest.fixture(scope="module")
def their_model(mlflow: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a model that MLflow saved, with all kinds of files."""
    folder = tmp_path_factory.mktemp("theirs")
    (folder / "weight.txt").write_text("3")
    (folder / "limits.txt").write_text("numpy<100\n")
    (folder / "steps.py").write_text("DOUBLE = 2\n")
    with warnings.catch_warnings(record=True, action="ignore"):  # it undoes filters, to be heard

        class Echo(mlflow.pyfunc.PythonModel):  # type: ignore[misc] # whatever MLflow has
            def predict(self, context: Any, model_input: Any, params: Any = None) -> Any:
                return model_input

        mlflow.pyfunc.save_model(
            folder / "model",
            python_model=Echo(),
            artifacts={"weight": str(folder / "weight.txt")},
            code_paths=[str(folder / "steps.py")],
            pip_requirements=["pandas", "numpy>=1 ; python_version>'3'", f"-c {folder / 'limits.txt'}"],
            input_example=(TABLE, {"q": 1}),
            signature=mlflow.infer_signature(TABLE, TABLE, {"q": 1}),
            metadata={"owner": "ü"},
            model_config={"z": 1},
        )
    return folder / "model"


def test_we_read_their_file(their_model: Path, mlflow: Any) -> None:
    ours, theirs = Model.load(their_model), mlflow.Model.load(str(their_model))

    for name in ("model_uuid", "utc_time_created", "mlflow_version", "flavors", "metadata", "model_size_bytes"):
        assert getattr(ours, name) == getattr(theirs, name)
    assert ours.saved_input_example_info == theirs.saved_input_example_info
    assert ours.signature is not None
    assert ours.signature.to_dict() == theirs.signature.to_dict()
    assert ours.nbflow_version is None


def test_what_they_wrote_is_written_again_as_it_was(their_model: Path) -> None:
    before = yaml.safe_load((their_model / "MLmodel").read_text())

    after = yaml.safe_load(Model.load(their_model).to_yaml())

    # They write null for what is not there, and so do we for what we do not know.
    assert after == {key: value for key, value in before.items() if value is not None or key != "model_id"}


def test_their_example_and_environment_are_read(their_model: Path) -> None:
    model = Model.load(their_model)
    info = model.saved_input_example_info

    pd.testing.assert_frame_equal(load_example(their_model, info, model.get_input_schema()), TABLE)
    assert load_example_params(their_model, info) == {"q": 1}
    assert json.loads(load_serving_example(their_model, info) or "")["params"] == {"q": 1}
    found = read_requirements(their_model)
    assert found.requirements[0].startswith("mlflow==")
    assert found.requirements[1:] == ["pandas", 'numpy>=1; python_version > "3"']
    assert found.constraints == ["numpy<100"]
    assert mismatches(found.requirements) == []
    assert read_python(their_model) == model.flavors["python_function"]["python_version"]
    assert (read_conda(their_model) or {})["channels"] == ["conda-forge"]


def test_nothing_is_wrong_with_their_model(their_model: Path) -> None:
    assert validate(their_model) == []


# The environment


def test_the_environment_is_what_mlflow_writes(their_model: Path, mlflow: Any, tmp_path: Path) -> None:
    (tmp_path / "limits.txt").write_text("numpy<100\n")
    names = (their_model / "requirements.txt").read_text().splitlines()[:-1]
    (tmp_path / "model").mkdir()

    env = write_environment(tmp_path / "model", wanted([*names, "-c limits.txt"]).with_found([]))

    assert env == Model.load(their_model).flavors["python_function"]["env"]
    for name in ("requirements.txt", "constraints.txt"):
        assert (tmp_path / "model" / name).read_text().splitlines() == (their_model / name).read_text().splitlines()
    python_env = mlflow.PythonEnv.from_yaml(str(tmp_path / "model" / "python_env.yaml"))
    assert python_env.to_dict() == mlflow.PythonEnv.from_yaml(str(their_model / "python_env.yaml")).to_dict()
    ours, theirs = read_conda(tmp_path / "model"), read_conda(their_model)
    assert ours is not None
    assert ours | {"name": "mlflow-env"} == theirs
