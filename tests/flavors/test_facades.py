"""`nbflow.<flavor>`: `log_model`, `save_model` and `load_model` take MLflow's arguments, and each reaches its place."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
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
from sklearn.linear_model import LinearRegression

import nbflow
from nbflow.errors import (
    FlavorNotFoundError,
    InvalidInputError,
    ModelExistsError,
    ModelNotFoundError,
    UnsupportedValueError,
)

TABLE = pd.DataFrame(np.random.default_rng(0).random((40, 2)), columns=["a", "b"])
TARGET = TABLE["a"] + 2 * TABLE["b"]
ARRAY = TABLE.to_numpy(np.float32)
# What issue 3 asks of every flavor, by MLflow's names.
SAVING = {
    "signature",
    "input_example",
    "pip_requirements",
    "extra_pip_requirements",
    "code_paths",
    "metadata",
    "conda_env",
}
LOGGING = SAVING | {"name", "artifact_path", "registered_model_name", "run_id", "step"}


def _boosted() -> Any:
    return xgboost.XGBRegressor(n_estimators=2).fit(TABLE, TARGET)


def _leaves() -> Any:
    return lightgbm.train({"objective": "regression", "verbose": -1}, lightgbm.Dataset(TABLE, TARGET), 2)


def _network() -> Any:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: the extra pytorch brings it")
    return torch.nn.Linear(2, 1).eval()


def _graph() -> Any:
    weights = onnx.numpy_helper.from_array(np.array([[1], [2]], dtype=np.float32), "W")
    places = [onnx.helper.make_tensor_value_info(*each) for each in (("X", 1, [None, 2]), ("Y", 1, [None, 1]))]
    node = onnx.helper.make_node("MatMul", ["X", "W"], ["Y"])
    graph = onnx.helper.make_graph([node], "graph", places[:1], places[1:], [weights])
    return onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)


# For each flavor: a model, data that it takes, an option of its own, and where that is found in the MLmodel file.
FLAVORS: dict[str, tuple[Callable[[], Any], Any, dict[str, Any]]] = {
    "lightgbm": (_leaves, TABLE, {}),
    "onnx": (_graph, ARRAY, {"onnx_execution_providers": ["CPUExecutionProvider"]}),
    "pytorch": (_network, ARRAY, {}),
    "sklearn": (lambda: LinearRegression().fit(TABLE, TARGET), TABLE, {"serialization_format": "cloudpickle"}),
    "statsmodels": (lambda: sm.OLS(TARGET, TABLE).fit(), TABLE, {"remove_data": False}),
    "xgboost": (_boosted, TABLE, {"model_format": "json"}),
}


def facade(flavor: str) -> Any:
    return importlib.import_module(f"nbflow.{flavor}")


def predicted(uri: Any, data: Any) -> Any:
    given = nbflow.pyfunc.load_model(uri).predict(data)
    return given["Y"] if isinstance(given, dict) else given  # in ONNX, what comes out has a name


@pytest.mark.parametrize("flavor", [*FLAVORS, "pyfunc"])
def test_every_flavor_has_the_arguments_that_all_have(flavor: str) -> None:
    verbs = ("log_model", "save_model", "load_model")
    arguments = {verb: set(inspect.signature(getattr(facade(flavor), verb)).parameters) for verb in verbs}

    assert arguments["log_model"] >= LOGGING
    assert arguments["save_model"] >= SAVING | {"path"}
    assert arguments["load_model"] >= {"model_uri", "dst_path", "trust"}
    own = arguments["log_model"] - LOGGING
    assert own == arguments["save_model"] - SAVING - {"path"}, "what one flavor knows is the same for both"


@pytest.mark.parametrize("flavor", FLAVORS)
def test_a_model_is_logged_by_position_and_loaded_by_each_kind_of_uri(flavor: str, tmp_path: Path) -> None:
    make, data, options = FLAVORS[flavor]
    model = make()
    (tmp_path / "helping.py").write_text("VALUE = 1")

    with nbflow.start_run():
        info = facade(flavor).log_model(
            model,
            "my_model",
            input_example=data[:2],
            registered_model_name="Line",
            pip_requirements=["numpy"],
            code_paths=["helping.py"],
            metadata={"team": "red"},
            step=3,
            **options,
        )
    nbflow.Client().set_registered_model_alias("Line", "champion", 1)

    expected = predicted(info.model_uri, data)
    folder = Path(nbflow.get_run(info.run_id).info.artifact_uri, "my_model")
    for uri in (info.model_uri, "models:/Line/1", "models:/Line@champion", folder):
        np.testing.assert_array_equal(predicted(uri, data), expected)
        assert type(facade(flavor).load_model(uri)).__name__ == type(model).__name__
    found = nbflow.models.get_model_info("models:/Line@champion")
    assert found.metadata == {"team": "red"}
    assert found.signature is not None
    assert (folder / "requirements.txt").read_text().split() == ["numpy"]
    assert (folder / "code" / "helping.py").is_file()
    (output,) = nbflow.get_run(info.run_id).outputs.model_outputs
    assert output.step == 3
    assert all(found.flavors[flavor].get(name, value) == value for name, value in options.items())


@pytest.mark.parametrize("flavor", FLAVORS)
def test_a_model_is_saved_to_a_folder_and_copied_when_it_is_loaded(flavor: str, tmp_path: Path) -> None:
    make, data, options = FLAVORS[flavor]
    signature = nbflow.models.infer_signature(data)

    facade(flavor).save_model(make(), "saved", signature=signature, conda_env={"name": "mine"}, **options)

    assert nbflow.models.get_model_info("saved").signature == signature
    assert nbflow.models.validate("saved") == []
    facade(flavor).load_model("saved", dst_path=tmp_path / "copy", trust=True)
    assert (tmp_path / "copy" / "MLmodel").is_file()
    with pytest.raises(ModelExistsError):
        facade(flavor).save_model(make(), "saved", pip_requirements=["numpy"])


@pytest.mark.parametrize("flavor", FLAVORS)
def test_what_is_of_another_flavor_or_of_none_is_told(flavor: str) -> None:
    nbflow.pyfunc.save_model("saved", python_model=lambda model_input: model_input, pip_requirements=["numpy"])

    with pytest.raises(FlavorNotFoundError, match="python_function"):
        facade(flavor).load_model("saved", trust=True)
    with pytest.raises(ModelNotFoundError):
        facade(flavor).load_model("nowhere")
    with pytest.raises(UnsupportedValueError, match=r"(?i)model"):
        facade(flavor).log_model({"weights": 1}, "my_model", pip_requirements=["numpy"])


def test_a_function_is_logged_with_its_artifacts_settings_and_example() -> None:
    Path("rate.txt").write_text("3")

    class Rate(nbflow.pyfunc.PythonModel):
        def load_context(self, context: Any) -> None:
            self.rate = float(Path(context.artifacts["rate"]).read_text()) * context.model_config["scale"]

        def predict(self, context: Any, model_input: Any, params: Any = None) -> Any:
            return model_input["a"] * self.rate

    with nbflow.start_run():
        info = nbflow.pyfunc.log_model(
            "my_model",
            python_model=Rate(),
            artifacts={"rate": "rate.txt"},
            model_config={"scale": 2.0},
            input_example=TABLE[:2],
            registered_model_name="Rate",
            pip_requirements=["numpy"],
        )

    loaded = nbflow.pyfunc.load_model("models:/Rate/1")
    pd.testing.assert_series_equal(loaded.predict(TABLE), TABLE["a"] * 6)
    tuned = nbflow.pyfunc.load_model(info.model_uri, model_config={"scale": 1.0})
    pd.testing.assert_series_equal(tuned.predict(TABLE), TABLE["a"] * 3)
    assert info.signature is not None


def test_an_artifact_of_a_model_may_be_one_of_a_run() -> None:
    with nbflow.start_run() as run:
        nbflow.log_text("3", "rate.txt")

    nbflow.pyfunc.save_model(
        "saved",
        python_model=lambda model_input: model_input,
        artifacts={"rate": f"runs:/{run.run_id}/rate.txt"},
        pip_requirements=["numpy"],
    )

    assert Path("saved/artifacts/rate.txt").read_text() == "3"


def test_artifacts_that_are_no_dictionary_are_told() -> None:
    with pytest.raises(UnsupportedValueError, match="a dictionary of names to paths"):
        nbflow.pyfunc.save_model("saved", python_model=lambda model_input: model_input, artifacts=["rate.txt"])  # type: ignore[arg-type]


def test_any_flavor_is_reached_by_its_name() -> None:
    model = LinearRegression().fit(TABLE, TARGET)

    with nbflow.start_run():
        info = nbflow.models.log_model("sklearn", model, "my_model", pip_requirements=["numpy"])
    nbflow.models.save_model("sklearn", model, "saved", pip_requirements=["numpy"])

    for uri in (info.model_uri, "saved"):
        np.testing.assert_array_equal(nbflow.models.load_model("sklearn", uri).coef_, model.coef_)
        np.testing.assert_array_equal(nbflow.models.predict(uri, TABLE), model.predict(TABLE))
    with pytest.raises(InvalidInputError, match="Did you mean 'sklearn'"):
        nbflow.models.log_model("sklern", model, "other")


@pytest.mark.parametrize("names", [{}, {"name": "one", "artifact_path": "two"}])
def test_a_model_has_one_name(names: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError, match="one name"):
        nbflow.sklearn.log_model(LinearRegression(), **names)


def test_mlflows_older_name_of_the_name_is_taken() -> None:
    with nbflow.start_run() as run:
        info = nbflow.sklearn.log_model(LinearRegression(), artifact_path="old", pip_requirements=["numpy"])

    assert info.model_uri == f"runs:/{run.run_id}/old"


def test_the_file_that_says_what_a_model_needs_is_found() -> None:
    nbflow.sklearn.save_model(LinearRegression(), "saved", pip_requirements=["numpy"])

    assert Path(nbflow.pyfunc.get_model_dependencies("saved")).read_text().split() == ["numpy"]
    assert "numpy" in Path(nbflow.pyfunc.get_model_dependencies("saved", format="conda")).read_text()
    with pytest.raises(InvalidInputError, match="'pip' or 'conda'"):
        nbflow.pyfunc.get_model_dependencies("saved", format="npm")
