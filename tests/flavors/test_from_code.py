from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nbflow.errors import ModelFormatError, UnsupportedValueError, UntrustedModelError
from nbflow.flavors.from_code import set_model
from nbflow.flavors.loading import load_pyfunc
from nbflow.mlmodel.document import Model
from nbflow.mlmodel.trust import Trust, digests

Save = Callable[..., tuple[Path, Model]]

MINE = Trust(all=True)

CLASS = """
from nbflow.flavors.from_code import set_model
from nbflow.flavors.python_model import PythonModel

class Adder(PythonModel):
    def load_context(self, context):
        self.more = (context.model_config or {}).get("more", 1)

    def predict(self, model_input):
        return model_input + self.more

set_model(Adder())
"""

FUNCTION = """
from nbflow.flavors.from_code import set_model
set_model(lambda data: data * 2)
"""


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str], Path]:
    def written(text: str) -> Path:
        path = tmp_path / "script.py"
        path.write_text(text)
        return path

    return written


def test_a_script_is_run_each_time_it_is_loaded(save: Save, script: Callable[[str], Path]) -> None:
    folder, document = save("python_function", script(CLASS), options={"model_config": {"more": 5}})

    assert load_pyfunc(folder, trusted=MINE).predict(1) == 6
    assert document.flavors["python_function"]["model_code_path"] == "script.py"

    (folder / "script.py").write_text(CLASS.replace("self.more\n", "self.more * 100\n"))
    assert load_pyfunc(folder, trusted=MINE).predict(1) == 501


def test_a_script_can_set_a_function(save: Save, script: Callable[[str], Path]) -> None:
    folder, document = save("python_function", str(script(FUNCTION)), input_example=[1])

    assert load_pyfunc(folder, trusted=MINE).predict([4]).to_numpy().tolist() == [[8]]
    assert document.signature is not None


def test_a_script_from_elsewhere_is_not_run(save: Save, script: Callable[[str], Path], tmp_path: Path) -> None:
    folder, _ = save("python_function", script(FUNCTION))
    written = Trust(digests(folder))
    mark = tmp_path / "mark"

    assert load_pyfunc(folder, trusted=written).predict(4) == 8
    assert load_pyfunc(folder, trusted=written).predict(4) == 8  # running it has left no bytecode

    (folder / "script.py").write_text(f"open({str(mark)!r}, 'w')\n{FUNCTION}")
    for trusted in (Trust(), written):
        with pytest.raises(UntrustedModelError, match=r"script\.py"):
            load_pyfunc(folder, trusted=trusted)
    assert not mark.exists()


def test_a_script_that_sets_no_model_is_not_saved(save: Save, script: Callable[[str], Path], tmp_path: Path) -> None:
    with pytest.raises(ModelFormatError, match="set_model"):
        save("python_function", script("x = 1"))

    assert [path.name for path in tmp_path.iterdir()] == ["script.py"]


def test_an_error_in_a_script_is_its_own(save: Save, script: Callable[[str], Path], tmp_path: Path) -> None:
    before = set(sys.modules)

    with pytest.raises(ZeroDivisionError) as raised:
        save("python_function", script("1 / 0"))

    assert raised.traceback[-1].path == tmp_path / "script.py"
    assert set(sys.modules) == before


def test_a_failed_load_says_where_it_was(save: Save, script: Callable[[str], Path]) -> None:
    folder, _ = save("python_function", script(FUNCTION), pip_requirements=["numpy==0.0.1"])
    (folder / "script.py").write_text("import no_such_module")

    with pytest.raises(ModuleNotFoundError) as raised:
        load_pyfunc(folder, trusted=MINE)

    (note,) = raised.value.__notes__
    assert str(folder) in note
    assert "numpy==0.0.1" in note


@pytest.mark.parametrize("model", [3, "script.py", int, None], ids=repr)
def test_only_a_model_can_be_set(model: Any) -> None:
    with pytest.raises(UnsupportedValueError, match="PythonModel, or a function"):
        set_model(model)


def test_what_a_script_defines_knows_its_module(save: Save, script: Callable[[str], Path]) -> None:
    folder, _ = save("python_function", script(CLASS))

    model = load_pyfunc(folder, trusted=MINE).unwrap_python_model()

    assert sys.modules[type(model).__module__].Adder is type(model)


def test_the_path_that_mlflow_writes_is_that_of_another_machine(save: Save, script: Callable[[str], Path]) -> None:
    folder, document = save("python_function", script(FUNCTION))

    for written in ("/home/somebody/script.py", "C:\\work\\script.py"):
        document.flavors["python_function"]["model_code_path"] = written
        document.save(folder)
        assert load_pyfunc(folder, trusted=MINE).predict(1) == 2
