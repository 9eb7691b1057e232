from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import pandas as pd
import pytest
from onnx import TensorProto, helper, numpy_helper

from nbflow.errors import (
    InvalidInputError,
    MissingDependencyError,
    ModelFormatError,
    SchemaEnforcementError,
    UntrustedModelError,
)
from nbflow.flavors.loading import load_native, load_pyfunc
from nbflow.flavors.saving import save_model
from nbflow.mlmodel.document import Model
from nbflow.mlmodel.trust import Trust

if TYPE_CHECKING:
    from numpy.typing import NDArray

Save = Callable[..., tuple[Path, Model]]

NOWHERE = Trust()  # nothing is known of the model
MINE = Trust(all=True)


def value(name: str, shape: list[int | None]) -> Any:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def made(nodes: list[Any], inputs: list[Any], outputs: list[Any], weights: list[Any]) -> onnx.ModelProto:
    graph = helper.make_graph(nodes, "graph", inputs, outputs, weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def product(columns: int = 1) -> onnx.ModelProto:
    """Make a model that multiplies rows of three numbers by a matrix."""
    weights = numpy_helper.from_array(np.arange(3 * columns, dtype=np.float32).reshape(3, columns), "W")
    node = helper.make_node("MatMul", ["X", "W"], ["Y"])
    return made([node], [value("X", [None, 3])], [value("Y", [None, columns])], [weights])


def sums() -> onnx.ModelProto:
    """Make a model of two inputs and two outputs."""
    nodes = [helper.make_node("Add", ["left", "right"], ["sum"]), helper.make_node("Neg", ["sum"], ["minus"])]
    left, right, total, minus = (value(name, [None]) for name in ("left", "right", "sum", "minus"))
    return made(nodes, [left, right], [total, minus], [])


@pytest.fixture
def array(table: pd.DataFrame) -> NDArray[np.float32]:
    return np.array(table, dtype=np.float32)


def with_entries(folder: Path, **entries: Any) -> Path:
    """Have the MLmodel file of a model say something else; None takes an entry away."""
    document = Model.load(folder)
    document.flavors["onnx"].update(entries)
    document.save(folder)
    return folder


def test_a_model_is_kept_and_predicts_for_an_array(save: Save, array: NDArray[np.float32]) -> None:
    folder, document = save("onnx", product(), input_example=array[:3])

    assert load_native(folder, "onnx", trusted=NOWHERE) == product()
    predicted = load_pyfunc(folder, trusted=NOWHERE).predict(array)
    assert list(predicted) == ["Y"]
    np.testing.assert_allclose(predicted["Y"], array @ [[0], [1], [2]], rtol=1e-6)
    assert document.signature is not None
    assert document.signature.outputs is not None
    assert document.signature.outputs.input_names() == ["Y"]


def test_a_table_gives_a_table(save: Save, table: pd.DataFrame) -> None:
    folder, document = save("onnx", product(), input_example=table.head(3))

    predicted = load_pyfunc(folder, trusted=NOWHERE).predict(table)

    assert isinstance(predicted, pd.DataFrame)
    np.testing.assert_allclose(predicted["Y"], table.b + 2 * table.c, rtol=1e-6)
    assert document.signature is not None


@pytest.mark.parametrize(
    "data",
    [
        pytest.param({"left": np.array([1, 2], np.float32), "right": np.array([3, 4], np.float32)}, id="dictionary"),
        pytest.param({"left": [1.0, 2.0], "right": [3.0, 4.0]}, id="dictionary of lists"),
        pytest.param(pd.DataFrame({"right": [3.0, 4.0], "left": [1.0, 2.0], "more": [0, 0]}), id="table"),
    ],
)
def test_several_inputs_go_by_their_names(data: Any, save: Save) -> None:
    folder, _ = save("onnx", sums())

    predicted = load_pyfunc(folder, trusted=NOWHERE).predict(data)

    np.testing.assert_array_equal(predicted["sum"], [4, 6])
    np.testing.assert_array_equal(predicted["minus"], [-4, -6])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(np.ones(2), "has the inputs left, right: give a dictionary", id="array"),
        pytest.param(pd.DataFrame({"left": [1.0]}), "each is a column", id="table"),
        pytest.param([1.0], "takes a dictionary, an array or a DataFrame", id="list"),
    ],
)
def test_data_that_do_not_say_what_is_what_are_told(data: Any, said: str, save: Save) -> None:
    folder, _ = save("onnx", sums())

    with pytest.raises(InvalidInputError, match=said):
        load_pyfunc(folder, trusted=NOWHERE).predict(data)


def test_double_precision_is_cast_where_the_model_takes_single(save: Save, array: NDArray[np.float32]) -> None:
    folder, _ = save("onnx", product())
    model = load_pyfunc(folder, trusted=NOWHERE)

    predicted = model.predict(array.astype(np.float64))

    np.testing.assert_array_equal(predicted["Y"], model.predict(array)["Y"])


def test_data_that_do_not_fit_are_refused_before_onnxruntime_sees_them(save: Save, array: NDArray[np.float32]) -> None:
    folder, _ = save("onnx", product(), input_example=array[:3])

    with pytest.raises(SchemaEnforcementError, match="Shape of input"):
        load_pyfunc(folder, trusted=NOWHERE).predict(array[:, :2])


def test_weights_can_lie_in_a_file_of_their_own(save: Save, array: NDArray[np.float32]) -> None:
    model, untouched = product(1000), product(1000)

    folder, _ = save("onnx", model, options={"save_as_external_data": True})

    assert model == untouched
    assert (folder / "model.onnx").stat().st_size < (folder / "model.onnx.data").stat().st_size
    loaded = load_native(folder, "onnx", trusted=NOWHERE)
    assert loaded.graph.initializer[0].raw_data == model.graph.initializer[0].raw_data
    assert load_pyfunc(folder, trusted=NOWHERE).predict(array)["Y"].shape == (60, 1000)


def test_weights_outside_of_the_folder_are_not_read(save: Save, tmp_path: Path) -> None:
    folder, _ = save("onnx", product(1000), options={"save_as_external_data": True})
    (folder / "model.onnx.data").rename(tmp_path / "elsewhere")
    model = onnx.load(folder / "model.onnx", load_external_data=False)
    for entry in model.graph.initializer[0].external_data:
        if entry.key == "location":
            entry.value = "../elsewhere"
    (folder / "model.onnx").write_bytes(model.SerializeToString())

    with pytest.raises(ModelFormatError, match="model"):
        load_native(folder, "onnx", trusted=NOWHERE)
    with pytest.raises(ModelFormatError, match="model"):
        load_pyfunc(folder, trusted=NOWHERE)


def test_a_model_whose_weights_are_elsewhere_is_refused(save: Save, tmp_path: Path) -> None:
    onnx.save_model(product(1000), tmp_path / "m.onnx", save_as_external_data=True, location="m.data")
    model = onnx.load(tmp_path / "m.onnx", load_external_data=False)

    with pytest.raises(InvalidInputError, match="onnx finds this wrong"):
        save("onnx", model)


def broken() -> onnx.ModelProto:
    model = product()
    model.graph.node[0].input[1] = "nothing"
    return model


@pytest.mark.parametrize(
    ("model", "said"),
    [
        pytest.param("model.onnx", r"is an onnx\.ModelProto", id="a path"),
        pytest.param(product().graph, r"is an onnx\.ModelProto", id="a graph"),
        pytest.param(onnx.ModelProto(), "onnx finds this wrong", id="nothing"),
        pytest.param(broken(), "onnx finds this wrong", id="a graph with a hole"),
    ],
)
def test_what_is_no_sound_model_is_refused(model: Any, said: str, save: Save, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=said):
        save("onnx", model)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param({"onnx_execution_providers": "CPUExecutionProvider"}, "They are a list of names", id="providers"),
        pytest.param({"onnx_execution_providers": [("CUDAExecutionProvider",)]}, "or pairs", id="a short pair"),
        pytest.param({"onnx_session_options": ["threads"]}, "They are a dictionary", id="settings"),
        pytest.param({"onnx_session_options": {"threads": 1}}, "There is no 'threads'", id="name"),
        pytest.param({"onnx_session_options": {"intra_op_num_threads": -1}}, "is a number", id="threads"),
        pytest.param({"onnx_session_options": {"execution_mode": "fast"}}, "or 'parallel'", id="mode"),
        pytest.param({"onnx_session_options": {"graph_optimization_level": 3}}, "1, 2 or 99", id="level"),
        pytest.param({"onnx_session_options": {"extra_session_config": "x"}}, "is a dictionary", id="more"),
        pytest.param({"providers": []}, "has the options onnx_execution_providers", id="unknown"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any], said: str, save: Save) -> None:
    with pytest.raises(InvalidInputError, match=said):
        save("onnx", product(), options=options)


def test_settings_of_the_session_are_kept_and_used(save: Save, array: NDArray[np.float32]) -> None:
    settings = {
        "intra_op_num_threads": 1,
        "inter_op_num_threads": 1,
        "execution_mode": "sequential",
        "graph_optimization_level": 99,
    }
    options = {"onnx_execution_providers": ["CPUExecutionProvider"], "onnx_session_options": settings}

    folder, document = save("onnx", product(), options=options)

    assert document.flavors["onnx"]["onnx_session_options"] == settings
    assert load_pyfunc(folder, trusted=NOWHERE).predict(array)["Y"].shape == (60, 1)


def test_what_is_to_run_it_and_is_not_here_is_told(save: Save, array: NDArray[np.float32]) -> None:
    folder, _ = save("onnx", product(), options={"onnx_execution_providers": ["DmlExecutionProvider"]})

    with pytest.warns(UserWarning, match=r"is to be run by \['DmlExecutionProvider'\]"):
        model = load_pyfunc(folder, trusted=NOWHERE)

    assert model.predict(array)["Y"].shape == (60, 1)


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param({"providers": [["CPUExecutionProvider", {"some": "setting"}]]}, id="provider with settings"),
        pytest.param({"providers": ["OpenVINOExecutionProvider"]}, id="another provider"),
        pytest.param(
            {"onnx_session_options": {"extra_session_config": {"ep.context_enable": "1"}}}, id="session that writes"
        ),
    ],
)
def test_settings_that_load_libraries_or_write_files_need_trust(entries: dict[str, Any], save: Save) -> None:
    folder = with_entries(save("onnx", product())[0], **entries)

    with pytest.raises(UntrustedModelError, match="MLmodel"):
        load_pyfunc(folder, trusted=NOWHERE)


def test_more_settings_are_used_where_they_are_trusted(save: Save, array: NDArray[np.float32]) -> None:
    settings = {"extra_session_config": {"session.set_denormal_as_zero": "1"}}

    folder, _ = save("onnx", product(), options={"onnx_session_options": settings})

    assert load_pyfunc(folder, trusted=MINE).predict(array)["Y"].shape == (60, 1)


@pytest.mark.parametrize(
    "entries", [{"providers": 3}, {"providers": [[]]}, {"onnx_session_options": {"execution_mode": ["x"]}}]
)
def test_settings_that_are_none_are_told(entries: dict[str, Any], save: Save) -> None:
    folder = with_entries(save("onnx", product())[0], **entries)

    with pytest.raises(ModelFormatError, match="cannot be used"):
        load_pyfunc(folder, trusted=MINE)


def test_mlflows_first_models_said_nothing_of_what_runs_them(save: Save, array: NDArray[np.float32]) -> None:
    folder = with_entries(save("onnx", product())[0], providers=None)

    assert load_pyfunc(folder, trusted=NOWHERE).predict(array)["Y"].shape == (60, 1)


@pytest.mark.parametrize("content", [b"", b"no model", b"\x08\x08"])
def test_a_damaged_file_is_told(content: bytes, save: Save) -> None:
    folder, _ = save("onnx", product())
    (folder / "model.onnx").write_bytes(content)

    with pytest.raises(ModelFormatError, match=r"model\.onnx is no model in ONNX"):
        load_native(folder, "onnx", trusted=NOWHERE)


def test_without_onnxruntime_a_model_is_kept_and_does_not_predict(save: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)

    folder, _ = save("onnx", product())

    assert load_native(folder, "onnx", trusted=NOWHERE) == product()
    with pytest.raises(MissingDependencyError, match=r"jupyter-nbflow\[onnx\]"):
        load_pyfunc(folder, trusted=NOWHERE)


def test_what_it_takes_to_load_it_is_known_without_loading_it(tmp_path: Path) -> None:
    save_model("onnx", product(), tmp_path / "m")

    names = [line.partition("==")[0] for line in (tmp_path / "m" / "requirements.txt").read_text().splitlines()]
    assert names == ["numpy", "onnx", "onnxruntime"]
