from __future__ import annotations

import importlib
import pickle
import warnings
import zipfile
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from nbflow.errors import InvalidInputError, ModelFormatError, SchemaEnforcementError, UntrustedModelError
from nbflow.flavors.loading import load_native, load_pyfunc
from nbflow.flavors.saving import save_model
from nbflow.mlmodel.document import Model
from nbflow.mlmodel.infer import infer_signature
from nbflow.mlmodel.trust import Trust, digests

# Any: where PyTorch is not installed, there are no types either.
torch: Any = pytest.importorskip("torch", reason="PyTorch, whose models are saved here, is not installed")
nn: Any = torch.nn

if TYPE_CHECKING:
    from numpy.typing import NDArray

Save = Callable[..., tuple[Path, Model]]

NOWHERE = Trust()  # nothing is known of the model
MINE = Trust(all=True)

NET = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.line = nn.Linear(3, 1)

    def forward(self, x):
        return self.line(x)
"""


class Scaled(nn.Module):  # type: ignore[misc] # see above
    """Takes a param, and holds what is no layer."""

    def __init__(self) -> None:
        super().__init__()
        self.line = nn.Linear(3, 2)
        self.note = {"made": "here"}

    def forward(self, x: Any, scale: float = 1.0) -> Any:
        return self.line(x) * scale


class Pair(nn.Module):  # type: ignore[misc]
    def forward(self, x: Any) -> tuple[Any, Any]:
        return x, x


class Trap:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.mark,)


@pytest.fixture
def layers() -> Any:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Dropout(0.5), nn.Linear(4, 1))


@pytest.fixture
def array(table: pd.DataFrame) -> NDArray[np.float32]:
    return np.array(table, dtype=np.float32)


def evaluated(model: Any, array: NDArray[np.float32]) -> NDArray[np.float32]:
    """Predict in evaluation mode with a copy, so that the model's own mode is left alone."""
    with torch.no_grad():
        return np.asarray(deepcopy(model).eval()(torch.from_numpy(array.copy())))


def scripted(model: Any) -> Any:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "`torch.jit.script` is deprecated", DeprecationWarning)
        return torch.jit.script(model)


def exported(model: Any) -> Any:
    rows = torch.export.Dim("rows", min=2)
    return torch.export.export(model.eval(), (torch.ones(4, 3),), dynamic_shapes=[{0: rows}])


def test_layers_of_pytorchs_own_load_from_anywhere(
    save: Save, layers: Any, table: pd.DataFrame, array: NDArray[np.float32]
) -> None:
    folder, _ = save("pytorch", layers, input_example=table.head(3))

    loaded = load_native(folder, "pytorch", trusted=NOWHERE)
    assert not loaded.training
    np.testing.assert_array_equal(evaluated(loaded, array), evaluated(layers, array))
    predicted = load_pyfunc(folder, trusted=NOWHERE).predict(table)
    np.testing.assert_array_equal(predicted.to_numpy(), evaluated(layers, array))


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        pytest.param(nn.LSTM(3, 4, 2), (5, 3), id="lstm"),
        pytest.param(nn.TransformerEncoderLayer(4, 2), (5, 2, 4), id="transformer"),
        pytest.param(nn.TransformerEncoderLayer(4, 2, activation="gelu"), (5, 2, 4), id="transformer with gelu"),
        pytest.param(nn.Sequential(nn.Conv2d(1, 2, 3), nn.MaxPool2d(2), nn.Flatten()), (2, 1, 8, 8), id="convolution"),
        pytest.param(nn.Sequential(nn.Linear(3, 2, dtype=torch.float64), nn.Softmax(1)), (5, 3), id="double"),
    ],
)
def test_layers_of_every_kind_load_from_anywhere(model: Any, shape: tuple[int, ...], save: Save) -> None:
    data = torch.rand(shape, dtype=next(model.parameters()).dtype)

    folder, _ = save("pytorch", model)

    loaded = load_native(folder, "pytorch", trusted=NOWHERE)
    expected, given = model.eval()(data), loaded(data)
    if isinstance(expected, tuple):
        expected, given = expected[0], given[0]
    torch.testing.assert_close(given, expected, rtol=0, atol=0)


def test_a_class_of_a_notebook_is_kept_with_it_and_needs_trust(
    save: Save, table: pd.DataFrame, array: NDArray[np.float32]
) -> None:
    local: dict[str, Any] = {"__name__": "__main__"}
    exec(NET, local)  # noqa: S102 - as a cell of a notebook does
    model = local["Net"]()

    folder, document = save("pytorch", model, input_example=table.head(3))

    with pytest.raises(UntrustedModelError, match=r"data/model\.pth"):
        load_native(folder, "pytorch", trusted=NOWHERE)
    with pytest.raises(UntrustedModelError, match=r"data/model\.pth"):
        load_pyfunc(folder, trusted=NOWHERE)
    with torch.no_grad():
        expected = model(torch.from_numpy(array)).numpy()
    predicted = load_pyfunc(folder, trusted=Trust(digests(folder))).predict(table)
    np.testing.assert_array_equal(predicted.to_numpy(), expected)
    assert document.flavors["python_function"]["pickle_module_name"] == "mlflow.pytorch.pickle_module"


def test_a_class_in_a_file_is_loaded_from_its_code(save: Save, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "small_net.py"
    source.write_text(NET)
    monkeypatch.syspath_prepend(str(tmp_path))
    model = importlib.import_module("small_net").Net()

    folder, _ = save("pytorch", model, code_paths=[source])

    assert (folder / "code" / "small_net.py").is_file()
    assert type(load_native(folder, "pytorch", trusted=MINE)).__name__ == "Net"


def test_a_scripted_model_is_kept_and_needs_trust(
    save: Save, layers: Any, table: pd.DataFrame, array: NDArray[np.float32]
) -> None:
    folder, _ = save("pytorch", scripted(layers), input_example=table.head(3))

    with pytest.raises(UntrustedModelError, match=r"data/model\.pth"):
        load_native(folder, "pytorch", trusted=NOWHERE)
    assert isinstance(load_native(folder, "pytorch", trusted=MINE), torch.jit.ScriptModule)
    predicted = load_pyfunc(folder, trusted=MINE).predict(table)
    np.testing.assert_allclose(predicted.to_numpy(), evaluated(layers, array), rtol=1e-6)


def test_an_exported_program_is_kept_and_needs_trust(save: Save, layers: Any, array: NDArray[np.float32]) -> None:
    folder, document = save("pytorch", exported(layers), input_example=array[:3])

    assert document.signature is not None
    assert (folder / "data" / "model.pt2").is_file()
    with pytest.raises(UntrustedModelError, match=r"data/model\.pt2"):
        load_native(folder, "pytorch", trusted=NOWHERE)
    predicted = load_pyfunc(folder, trusted=MINE).predict(array)
    np.testing.assert_allclose(predicted, evaluated(layers, array), rtol=1e-6)


def test_a_table_gives_a_table_of_its_rows_and_an_array_an_array(
    save: Save, layers: Any, table: pd.DataFrame, array: NDArray[np.float32]
) -> None:
    folder, _ = save("pytorch", layers)
    model = load_pyfunc(folder, trusted=NOWHERE)

    rows = model.predict(table.set_axis(range(100, 160)))

    assert isinstance(rows, pd.DataFrame)
    assert list(rows.index) == list(range(100, 160))
    assert isinstance(model.predict(array), np.ndarray)


def test_memory_that_cannot_be_written_is_no_trouble(save: Save, layers: Any, array: NDArray[np.float32]) -> None:
    folder, _ = save("pytorch", layers)
    model, expected = load_pyfunc(folder, trusted=NOWHERE), evaluated(layers, array)
    frozen = array.copy()
    frozen.flags.writeable = False

    np.testing.assert_array_equal(model.predict(frozen), expected)
    np.testing.assert_array_equal(model.predict(array[::-1]), expected[::-1])


def test_the_users_model_is_as_it_was_after_saving(save: Save, layers: Any, table: pd.DataFrame) -> None:
    layers.train()
    frozen = next(part for part in layers.modules() if isinstance(part, nn.BatchNorm1d)).eval()
    state = {name: value.clone() for name, value in layers.state_dict().items()}

    folder, _ = save("pytorch", layers, input_example=table.head(5))

    assert [part.training for part in layers.modules() if part is not frozen] == [True] * 5
    assert not frozen.training
    loaded = load_native(folder, "pytorch", trusted=NOWHERE)
    for name, value in layers.state_dict().items():
        assert torch.equal(value, state[name])
        assert torch.equal(loaded.state_dict()[name], value)


def test_params_of_the_signature_reach_the_model(save: Save, table: pd.DataFrame) -> None:
    signature = infer_signature(table, params={"scale": 1.0})

    folder, _ = save("pytorch", Scaled(), signature=signature)

    model = load_pyfunc(folder, trusted=MINE)
    pd.testing.assert_frame_equal(model.predict(table, params={"scale": 2.0}), 2 * model.predict(table))


def test_the_device_is_chosen_at_loading(save: Save, layers: Any, array: NDArray[np.float32]) -> None:
    folder, _ = save("pytorch", layers, signature=infer_signature(array, params={"device": "cpu"}))

    assert load_pyfunc(folder, trusted=NOWHERE, model_config={"device": "cpu"}).model_config == {"device": "cpu"}
    with pytest.raises(InvalidInputError, match="PyTorch cannot use it here"):
        load_pyfunc(folder, trusted=NOWHERE, model_config={"device": "no_such_thing"})
    with pytest.raises(InvalidInputError, match="chosen when the model is loaded"):
        load_pyfunc(folder, trusted=NOWHERE).predict(array)


def test_a_program_runs_where_it_was_exported_for(save: Save, layers: Any) -> None:
    folder, _ = save("pytorch", exported(layers))

    with pytest.raises(InvalidInputError, match="exported for cpu"):
        load_pyfunc(folder, trusted=MINE, model_config={"device": "meta"})


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param([[1.0, 2.0, 3.0]], "takes a DataFrame or an array", id="list"),
        pytest.param({"a": [1.0]}, "takes a DataFrame or an array", id="dictionary"),
    ],
)
def test_what_is_no_table_or_array_is_told(data: Any, said: str, save: Save, layers: Any) -> None:
    folder, _ = save("pytorch", layers)

    with pytest.raises(InvalidInputError, match=said):
        load_pyfunc(folder, trusted=NOWHERE).predict(data)


def test_a_model_that_gives_several_tensors_is_told(save: Save, array: NDArray[np.float32]) -> None:
    folder, _ = save("pytorch", Pair())

    with pytest.raises(InvalidInputError, match="gives a tuple, where one tensor"):
        load_pyfunc(folder, trusted=MINE).predict(array)


def test_data_that_do_not_fit_are_refused_before_pytorch_sees_them(
    save: Save, layers: Any, array: NDArray[np.float32]
) -> None:
    folder, _ = save("pytorch", layers, input_example=array[:3])
    model = load_pyfunc(folder, trusted=NOWHERE)

    with pytest.raises(SchemaEnforcementError, match="float64"):
        model.predict(array.astype(np.float64))
    with pytest.raises(SchemaEnforcementError, match="Shape of input"):
        model.predict(array[:, :2])


@pytest.mark.parametrize(
    ("model", "said"),
    [
        pytest.param(nn.Linear, "This is a class: make an instance", id="a class"),
        pytest.param(nn.Linear(1, 1).state_dict(), "Load the state into a module", id="a state"),
        pytest.param(np.ones(2), "a model of PyTorch is a torch.nn.Module", id="an array"),
    ],
)
def test_what_is_no_module_is_refused(model: Any, said: str, save: Save, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=said):
        save("pytorch", model)

    assert list(tmp_path.iterdir()) == []


def test_a_module_that_cannot_be_pickled_is_refused(save: Save, layers: Any) -> None:
    layers.reader = (number for number in range(3))

    with pytest.raises(InvalidInputError, match="cannot be pickled"):
        save("pytorch", layers)


def test_there_are_no_options(save: Save, layers: Any) -> None:
    with pytest.raises(InvalidInputError, match="export_model"):
        save("pytorch", layers, options={"export_model": True})


# What comes from elsewhere


def test_a_trap_among_layers_does_not_go_off(save: Save, layers: Any, tmp_path: Path) -> None:
    folder, _ = save("pytorch", layers)
    mark = tmp_path / "mark"
    layers.trap = Trap(mark)
    torch.save(layers, folder / "data" / "model.pth")

    with pytest.raises(UntrustedModelError, match=r"data/model\.pth"):
        load_pyfunc(folder, trusted=NOWHERE)

    assert not mark.exists()


@pytest.mark.parametrize("name", ["model.pt2", "other.pt2"])
def test_what_is_checked_as_layers_is_not_read_as_a_program(name: str, save: Save, layers: Any) -> None:
    folder, document = save("pytorch", layers)
    (folder / "data" / "model.pth").rename(folder / name)
    document.flavors["pytorch"]["model_data"] = name
    document.save(folder)

    if name == "model.pt2":
        with pytest.raises(UntrustedModelError, match=r"model\.pt2"):
            load_native(folder, "pytorch", trusted=NOWHERE)
    else:
        assert isinstance(load_native(folder, "pytorch", trusted=NOWHERE), nn.Sequential)


def test_a_module_to_unpickle_with_is_not_imported_untrusted(
    save: Save, layers: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "trap_pickle.py").write_text("import pathlib\npathlib.Path(__file__).with_suffix('.mark').touch()\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    own, _ = save("pytorch", layers, "own")
    other, _ = save("pytorch", Scaled(), "other")
    for folder in (own, other):
        (folder / "data" / "pickle_module_info.txt").write_text("trap_pickle")

    load_native(own, "pytorch", trusted=NOWHERE)
    with pytest.raises(UntrustedModelError, match="pickle_module_info"):
        load_native(other, "pytorch", trusted=NOWHERE)

    assert not (tmp_path / "trap_pickle.mark").exists()


def test_a_module_to_unpickle_with_that_is_missing_is_told(save: Save) -> None:
    folder, _ = save("pytorch", Scaled())
    (folder / "data" / "pickle_module_info.txt").write_text("no_such_pickle\n")

    with pytest.raises(ModelFormatError, match="no_such_pickle"):
        load_native(folder, "pytorch", trusted=MINE)


def test_what_mlflow_wrote_at_first_is_loaded(save: Save, layers: Any, array: NDArray[np.float32]) -> None:
    folder, document = save("pytorch", layers)
    (folder / "data" / "pickle_module_info.txt").unlink()
    (folder / "data" / "model.pth").rename(folder / "model.pth")
    document.flavors["pytorch"]["model_data"] = "model.pth"
    document.flavors["python_function"].pop("config")
    document.save(folder)

    np.testing.assert_array_equal(load_pyfunc(folder, trusted=NOWHERE).predict(array), evaluated(layers, array))


def test_a_file_of_pytorchs_first_format_is_loaded_where_it_is_trusted(save: Save, layers: Any) -> None:
    folder, _ = save("pytorch", layers)
    torch.save(layers, folder / "data" / "model.pth", _use_new_zipfile_serialization=False)

    assert isinstance(load_native(folder, "pytorch", trusted=MINE), nn.Sequential)
    with pytest.raises(UntrustedModelError):
        load_native(folder, "pytorch", trusted=NOWHERE)


@pytest.mark.parametrize("content", [b"", b"no model", pickle.dumps([1])])
def test_a_damaged_file_is_told(content: bytes, save: Save, layers: Any) -> None:
    folder, _ = save("pytorch", layers)
    (folder / "data" / "model.pth").write_bytes(content)

    with pytest.raises(ModelFormatError, match="damaged"):
        load_native(folder, "pytorch", trusted=MINE)


def test_a_file_that_was_cut_off_is_told(save: Save, layers: Any) -> None:
    folder, _ = save("pytorch", layers)
    file = folder / "data" / "model.pth"
    file.write_bytes(file.read_bytes()[:-200])

    with pytest.raises(ModelFormatError, match="damaged"):
        load_native(folder, "pytorch", trusted=MINE)


def test_what_is_in_a_file_has_to_be_a_module(save: Save, layers: Any) -> None:
    folder, _ = save("pytorch", layers)
    torch.save(layers.state_dict(), folder / "data" / "model.pth")

    with pytest.raises(ModelFormatError, match="is a OrderedDict, and no module"):
        load_native(folder, "pytorch", trusted=NOWHERE)


def test_a_folder_without_a_model_is_told(save: Save, layers: Any) -> None:
    folder, _ = save("pytorch", layers)
    (folder / "data" / "model.pth").unlink()

    with pytest.raises(ModelFormatError, match="has no model in it"):
        load_native(folder, "pytorch", trusted=MINE)


def test_what_it_takes_to_load_layers_is_known_without_loading_them(layers: Any, tmp_path: Path) -> None:
    save_model("pytorch", layers, tmp_path / "m")

    names = [line.partition("==")[0] for line in (tmp_path / "m" / "requirements.txt").read_text().splitlines()]
    assert names == ["cloudpickle", "numpy", "torch"]
    assert zipfile.is_zipfile(tmp_path / "m" / "data" / "model.pth")
