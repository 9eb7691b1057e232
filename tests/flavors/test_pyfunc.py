from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nbflow.errors import (
    InvalidInputError,
    LocalFileNotFoundError,
    ModelFormatError,
    UnsupportedValueError,
    UntrustedModelError,
)
from nbflow.flavors.loading import load_pyfunc
from nbflow.flavors.pyfunc_model import PyFuncModel
from nbflow.flavors.python_model import PythonModel, PythonModelContext
from nbflow.mlmodel.document import Model
from nbflow.mlmodel.trust import Trust, digests

Save = Callable[..., tuple[Path, Model]]

MINE = Trust(all=True)


class Scaled(PythonModel):
    def load_context(self, context: PythonModelContext) -> None:
        self.factor = float(Path(context.artifacts["factor"]).read_text())
        self.offset = (context.model_config or {}).get("offset", 0)

    def predict(self, context: PythonModelContext, model_input: Any, params: dict[str, Any] | None = None) -> Any:
        return model_input * self.factor + self.offset + (params or {}).get("more", 0)


class Short(PythonModel):
    def predict(self, model_input: Any) -> Any:
        return len(model_input)


class Streaming(PythonModel):
    def predict(self, model_input: Any) -> Any:
        return model_input

    def predict_stream(self, model_input: Any, params: dict[str, Any] | None = None) -> Iterator[Any]:
        yield from str(model_input)


@pytest.fixture
def by_value() -> Iterator[None]:
    """Pickle the classes of this module as those of a notebook are: it cannot be imported by its name."""
    import sys

    import cloudpickle

    module = sys.modules[Scaled.__module__]
    cloudpickle.register_pickle_by_value(module)
    yield
    cloudpickle.unregister_pickle_by_value(module)


pytestmark = pytest.mark.usefixtures("by_value")


@pytest.fixture
def factor(tmp_path: Path) -> Path:
    path = tmp_path / "factor.txt"
    path.write_text("3")
    return path


def test_a_class_gets_its_artifacts_settings_and_params(save: Save, factor: Path, table: pd.DataFrame) -> None:
    folder, document = save(
        "python_function",
        Scaled(),
        input_example=(table.head(2), {"more": 1.0}),
        options={"artifacts": {"factor": factor}, "model_config": {"offset": 10}},
    )
    factor.unlink()

    model = load_pyfunc(folder, trusted=MINE)

    pd.testing.assert_frame_equal(model.predict(table, {"more": 2.0}), table * 3 + 12)
    pd.testing.assert_frame_equal(model.predict(table), table * 3 + 11)  # the example's is the default
    assert model.model_config == {"offset": 10}
    assert document.flavors["python_function"]["artifacts"]["factor"]["path"] == "artifacts/factor.txt"


def test_settings_can_be_others_when_it_is_loaded(save: Save, factor: Path, tmp_path: Path) -> None:
    options = {"artifacts": {"factor": factor}, "model_config": {"offset": 10}}
    folder, _ = save("python_function", Scaled(), options=options)
    (tmp_path / "config.yaml").write_text("offset: 30")

    assert load_pyfunc(folder, trusted=MINE, model_config={"offset": 20}).predict(1) == 23
    assert load_pyfunc(folder, trusted=MINE, model_config=tmp_path / "config.yaml").predict(1) == 33
    with pytest.warns(UserWarning, match=r"has the settings offset: speed .* left out"):
        assert load_pyfunc(folder, trusted=MINE, model_config={"speed": 1}).predict(1) == 13


def test_loading_does_not_change_the_model_that_was_saved(save: Save, factor: Path, table: pd.DataFrame) -> None:
    mine = Scaled()

    save("python_function", mine, input_example=table.head(1), options={"artifacts": {"factor": factor}})

    assert not hasattr(mine, "factor")


def test_artifacts_of_one_name_lie_apart(save: Save, tmp_path: Path) -> None:
    for name, text in (("one", "1"), ("two", "2")):
        (tmp_path / name / "data").mkdir(parents=True)
        (tmp_path / name / "data" / "x.txt").write_text(text)

    artifacts = {"a": tmp_path / "one" / "data", "b": tmp_path / "two" / "data"}
    folder, document = save("python_function", Short(), options={"artifacts": artifacts})

    paths = [info["path"] for info in document.flavors["python_function"]["artifacts"].values()]
    assert [(folder / path / "x.txt").read_text() for path in paths] == ["1", "2"]


@pytest.mark.parametrize(
    ("function", "given", "expected"),
    [
        pytest.param(lambda data: data[1:], "ab", "b", id="of the data"),
        pytest.param(lambda data, scale=2: data * scale, 4, 8, id="with a default"),
        pytest.param(lambda data, params: (data, params), 1, (1, None), id="of data and params"),
        pytest.param(len, "abc", 3, id="of compiled code"),
        pytest.param(np.sqrt, 9.0, 3.0, id="of numpy"),
        pytest.param(Short().predict, [1, 2, 3], 3, id="a method"),
        pytest.param(Short(), [1, 2, 3], 3, id="a model"),
    ],
)
def test_what_can_be_called_is_a_model(function: Any, given: Any, expected: Any, save: Save) -> None:
    folder, _ = save("python_function", function)

    assert load_pyfunc(folder, trusted=MINE).predict(given) == expected


def texts(data: list[str]) -> list[int]:
    return [len(text) for text in data]


def records(data: list[dict[str, str]]) -> list[str]:
    return [record["a"] for record in data]


def test_a_table_becomes_what_an_annotation_asks_for(save: Save) -> None:
    of_texts, _ = save("python_function", texts, "texts", input_example=["one", "three"])
    of_records, _ = save("python_function", records, "records")

    model = load_pyfunc(of_texts, trusted=MINE)
    assert model.predict(["four"]) == [4]
    assert model.predict(pd.DataFrame(["four", "seven"])) == [4, 5]
    assert load_pyfunc(of_records, trusted=MINE).predict(pd.DataFrame({"a": ["x"], "b": ["y"]})) == ["x"]


def test_a_model_that_streams_gives_pieces(save: Save) -> None:
    folder, document = save("python_function", Streaming(), input_example="ab")
    silent, _ = save("python_function", Short(), "silent")

    assert document.flavors["python_function"]["streamable"] is True
    assert list(load_pyfunc(folder, trusted=MINE).predict_stream("xyz")) == ["x", "y", "z"]
    with pytest.raises(InvalidInputError, match="takes one input, and these are 2"):
        load_pyfunc(folder, trusted=MINE).predict_stream(["x", "y"])
    with pytest.raises(InvalidInputError, match="no predict_stream"):
        load_pyfunc(silent, trusted=MINE).predict_stream("x")


def test_the_model_within_can_be_had(save: Save) -> None:
    folder, _ = save("python_function", Short())

    loaded = load_pyfunc(folder, trusted=MINE)

    assert type(loaded.unwrap_python_model()).__name__ == "Short"
    assert loaded.get_raw_model() is loaded.unwrap_python_model()


@pytest.mark.parametrize(
    ("model", "error", "said"),
    [
        (3, UnsupportedValueError, "of type int"),
        (Short, UnsupportedValueError, "make an instance"),
        (PythonModel(), UnsupportedValueError, "defines no predict"),
        (lambda: 0, InvalidInputError, "This one takes nothing"),
        (lambda a, b, c: 0, InvalidInputError, "This one takes a, b, c"),  # noqa: ARG005
        (iter([1]), UnsupportedValueError, "of type list_iterator"),
        ("model.txt", InvalidInputError, "Python script"),
        ("nowhere.py", LocalFileNotFoundError, "nowhere.py"),
        (None, UnsupportedValueError, "of type NoneType"),
    ],
)
def test_what_is_no_model_is_refused(model: Any, error: type[Exception], said: str, save: Save, tmp_path: Path) -> None:
    with pytest.raises(error, match=said):
        save("python_function", model)

    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_pickled_says_what_to_do(save: Save) -> None:
    model = Short()
    model.lock = threading.Lock()  # type: ignore[attr-defined]

    with pytest.raises(InvalidInputError, match=r"lock.*set_model"):
        save("python_function", model)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"artifacts": ["x"]}, UnsupportedValueError),
        ({"artifacts": {1: "x"}}, UnsupportedValueError),
        ({"artifacts": {"a": "nowhere"}}, LocalFileNotFoundError),
        ({"model_config": [1]}, UnsupportedValueError),
        ({"model_config": {1: 2}}, UnsupportedValueError),
        ({"model_config": {"a": {1, 2}}}, UnsupportedValueError),
        ({"model_config": "nowhere.yaml"}, LocalFileNotFoundError),
        ({"artefacts": {}}, InvalidInputError),
        ({"loader_module": "x"}, InvalidInputError),
        ({"data_path": "."}, InvalidInputError),
    ],
    ids=str,
)
def test_wrong_options_are_told(options: dict[str, Any], error: type[Exception], save: Save) -> None:
    with pytest.raises(error):
        save("python_function", Short(), options=options)


def test_a_pickle_from_elsewhere_is_not_opened(save: Save) -> None:
    folder, _ = save("python_function", Short())

    with pytest.raises(UntrustedModelError, match=r"python_model\.pkl"):
        load_pyfunc(folder, trusted=Trust())

    assert load_pyfunc(folder, trusted=Trust(digests(folder))).predict([1]) == 1


# A module that loads


LOADER = """
import json, pathlib
def _load_pyfunc(path, model_config=None):
    class Loaded:
        factor = json.loads(pathlib.Path(path).read_text())["factor"] * (model_config or {}).get("times", 1)
        def predict(self, data):
            return data * self.factor
    return Loaded()
"""


def with_loader(save: Save, tmp_path: Path, **arguments: Any) -> tuple[Path, Model]:
    (tmp_path / "my_loader.py").write_text(LOADER)
    (tmp_path / "numbers.json").write_text('{"factor": 5}')
    options = {"loader_module": "my_loader", "data_path": tmp_path / "numbers.json"}
    more = arguments.pop("options", {})
    return save("python_function", None, options=options | more, code_paths=[tmp_path / "my_loader.py"], **arguments)


def test_a_module_of_the_users_loads_its_data(save: Save, tmp_path: Path, table: pd.DataFrame) -> None:
    folder, document = with_loader(save, tmp_path, input_example=table.head(1), options={"model_config": {"times": 2}})

    assert document.signature is not None
    pd.testing.assert_frame_equal(load_pyfunc(folder, trusted=MINE).predict(table), table * 10)
    assert document.flavors["python_function"]["data"] == "data/numbers.json"


def test_a_module_from_elsewhere_is_not_imported(save: Save, tmp_path: Path) -> None:
    folder, _ = with_loader(save, tmp_path)

    with pytest.raises(UntrustedModelError, match=r"data/numbers\.json.*code/my_loader\.py"):
        load_pyfunc(folder, trusted=Trust())

    written = Trust(digests(folder))
    assert load_pyfunc(folder, trusted=written).predict(1) == 5
    assert load_pyfunc(folder, trusted=written).predict(1) == 5  # loading has left no bytecode


@pytest.mark.parametrize(
    "entry",
    [
        {"python_model": None},
        {"python_model": "../python_model.pkl"},
        {"python_model": "missing.pkl"},
        {"artifacts": ["x"]},
        {"artifacts": {"a": {"path": "/etc/passwd"}}},
        {"loader_module": None},
        {"loader_module": 7},
        {"predict_fn": "nothing"},
        {"config": "x"},
        {"code": "nowhere"},
    ],
    ids=str,
)
def test_an_mlmodel_file_that_says_nonsense_is_told(entry: dict[str, Any], save: Save) -> None:
    folder, document = save("python_function", Short())
    document.flavors["python_function"] |= entry
    document.save(folder)

    with pytest.raises(ModelFormatError):
        load_pyfunc(folder, trusted=MINE)


def test_what_is_unpickled_and_is_no_model_is_told(save: Save) -> None:
    import pickle

    folder, _ = save("python_function", Short())
    (folder / "python_model.pkl").write_bytes(pickle.dumps([1, 2]))

    with pytest.raises(ModelFormatError, match="a list, and no model"):
        load_pyfunc(folder, trusted=MINE)


def test_a_model_that_was_loaded_can_be_saved_again(save: Save, factor: Path) -> None:
    for name, model in (("scaled", Scaled()), ("short", Short()), ("streaming", Streaming()), ("function", len)):
        options = {"artifacts": {"factor": factor}}
        folder, first = save("python_function", model, name, options=options)

        loaded = load_pyfunc(folder, trusted=MINE).unwrap_python_model()
        again, second = save("python_function", loaded, f"{name} again", options=options)

        assert first.flavors == second.flavors
        given = 2 if name == "scaled" else "ab"
        predicted = [load_pyfunc(each, trusted=MINE).predict(given) for each in (folder, again)]
        assert predicted[0] == predicted[1]


def test_it_is_the_same_as_itself_loaded_again(save: Save) -> None:
    folder, _ = save("python_function", Short())

    first, second = load_pyfunc(folder, trusted=MINE), load_pyfunc(folder, trusted=MINE)

    assert isinstance(first, PyFuncModel)
    assert first == second
    assert "mlflow.pyfunc.model" in repr(first)
