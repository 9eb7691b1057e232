"""A model's own modules: they travel with it, come first while it loads, and change nothing for anybody else."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nbflow.errors import InvalidInputError, LocalFileNotFoundError, UnsupportedValueError, UntrustedModelError
from nbflow.flavors.loading import load_pyfunc
from nbflow.flavors.saving import save_model
from nbflow.mlmodel.document import Model
from nbflow.mlmodel.trust import Trust, digests

Save = Callable[..., tuple[Path, Model]]

MINE = Trust(all=True)

SCRIPT = """
import helping
from nbflow.flavors.from_code import set_model
set_model(lambda data: helping.VALUE)
"""

LAZY = """
from nbflow.flavors.from_code import set_model
def predict(data):
    import helping_late
    return helping_late.VALUE
set_model(predict)
"""


def model_with(tmp_path: Path, value: object, script: str = SCRIPT, module: str = "helping.py") -> Path:
    """Save a model whose own module has a value."""
    source = tmp_path / f"source-{value}"
    source.mkdir()
    (source / "model.py").write_text(script)
    (source / module).parent.mkdir(exist_ok=True)
    (source / module).write_text(f"VALUE = {value!r}\n")
    folder = tmp_path / f"model-{value}"
    top = source / Path(module).parts[0]
    save_model("python_function", source / "model.py", folder, code_paths=[top], pip_requirements=[])
    return folder


def test_code_is_copied_and_imported_from_there(tmp_path: Path) -> None:
    folder = model_with(tmp_path, 1)

    assert (folder / "code" / "helping.py").is_file()
    assert load_pyfunc(folder, trusted=MINE).predict(None) == 1


def test_a_package_is_copied_whole_but_for_its_bytecode(tmp_path: Path) -> None:
    script = SCRIPT.replace("import helping\n", "import helping.part as helping\n")
    (tmp_path / "source-1" / "helping" / "__pycache__").mkdir(parents=True)
    source = tmp_path / "source-1"
    (source / "helping" / "__pycache__" / "x.pyc").write_bytes(b"")
    (source / "helping" / "part.py").write_text("VALUE = 1\n")
    (source / "model.py").write_text(script)
    folder = tmp_path / "model"

    save_model("python_function", source / "model.py", folder, code_paths=[source / "helping"], pip_requirements=[])

    assert [path.name for path in (folder / "code").rglob("*")] == ["helping", "part.py"]
    assert load_pyfunc(folder, trusted=MINE).predict(None) == 1


def test_models_with_modules_of_one_name_keep_their_own(tmp_path: Path) -> None:
    folders = [model_with(tmp_path, value) for value in (1, 2, 3)]

    models = [load_pyfunc(folder, trusted=MINE) for folder in folders]

    assert [model.predict(None) for model in models] == [1, 2, 3]


def test_a_module_of_the_notebook_stays_what_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = model_with(tmp_path, "the model's")
    (tmp_path / "helping.py").write_text("VALUE = 'mine'\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    import helping  # type: ignore[import-not-found]

    model = load_pyfunc(folder, trusted=MINE)

    assert model.predict(None) == "the model's"
    assert sys.modules["helping"] is helping
    assert helping.VALUE == "mine"


def test_saving_leaves_no_trace_in_what_can_be_imported(tmp_path: Path) -> None:
    before = list(sys.path)

    model_with(tmp_path, 1)

    assert sys.path == before
    assert "helping" not in sys.modules


def test_what_is_imported_in_the_middle_of_a_prediction_is_found(tmp_path: Path) -> None:
    folder = model_with(tmp_path, 7, LAZY, "helping_late.py")

    model = load_pyfunc(folder, trusted=MINE)

    assert model.predict(None) == 7
    assert sys.path[0] != str(folder / "code")


def test_loading_again_after_the_code_changed_gives_the_new(tmp_path: Path) -> None:
    folder = model_with(tmp_path, 1)
    first = load_pyfunc(folder, trusted=MINE)

    (folder / "code" / "helping.py").write_text("VALUE = 22\n")
    second = load_pyfunc(folder, trusted=MINE)

    assert (first.predict(None), second.predict(None)) == (1, 22)


def test_loading_writes_nothing_into_a_model_and_runs_no_bytecode(tmp_path: Path) -> None:
    folder = model_with(tmp_path, 1)
    before = digests(folder)

    load_pyfunc(folder, trusted=Trust(before))

    assert digests(folder) == before
    # Bytecode that somebody put there, and that Python would take for that of the source.
    import py_compile

    evil = tmp_path / "evil.py"
    evil.write_text("VALUE = 666\n")
    cached = folder / "code" / "__pycache__" / f"helping.{sys.implementation.cache_tag}.pyc"
    py_compile.compile(str(evil), cfile=str(cached), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    for name in [name for name in sys.modules if name.startswith("helping")]:
        del sys.modules[name]
    assert load_pyfunc(folder, trusted=Trust(before)).predict(None) == 1


@pytest.mark.parametrize("name", ["helping.py", "added.py"])
def test_code_from_elsewhere_is_not_imported(name: str, tmp_path: Path) -> None:
    folder = model_with(tmp_path, 1)
    written = Trust(digests(folder))

    (folder / "code" / name).write_text("raise SystemExit")

    for trusted in (Trust(), written):
        with pytest.raises(UntrustedModelError, match=name):
            load_pyfunc(folder, trusted=trusted)


def test_code_behind_a_link_is_not_imported(tmp_path: Path) -> None:
    from nbflow.errors import ModelFormatError

    folder = model_with(tmp_path, 1)
    written = Trust(digests(folder))
    (tmp_path / "outside").mkdir()

    (folder / "code" / "added").symlink_to(tmp_path / "outside")

    with pytest.raises((UntrustedModelError, ModelFormatError), match="added"):
        load_pyfunc(folder, trusted=written)


def test_models_can_be_loaded_in_many_threads(tmp_path: Path) -> None:
    folders = [model_with(tmp_path, value) for value in range(4)]
    found: dict[int, set[Any]] = {value: set() for value in range(4)}
    begin = threading.Barrier(4)

    def load(value: int) -> None:
        begin.wait()
        for _ in range(5):
            found[value].add(load_pyfunc(folders[value], trusted=MINE).predict(None))

    threads = [threading.Thread(target=load, args=(value,)) for value in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == {value: {value} for value in range(4)}


def test_a_folder_that_holds_the_model_is_not_copied_into_itself(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(SCRIPT.replace("import helping", "").replace("helping.VALUE", "1"))

    save_model("python_function", "model.py", "models/one", code_paths=["."], pip_requirements=[])

    copied = [path for path in (tmp_path / "models" / "one" / "code").rglob("*") if path.is_file()]
    assert [path.name for path in copied] == ["model.py"]


@pytest.mark.parametrize(
    ("code_paths", "error"),
    [
        ("helping.py", UnsupportedValueError),
        ([1], UnsupportedValueError),
        (["nowhere.py"], LocalFileNotFoundError),
        ([Path.cwd().anchor], InvalidInputError),
    ],
)
def test_wrong_paths_are_told(code_paths: Any, error: type[Exception], tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(SCRIPT)

    with pytest.raises(error):
        save_model("python_function", "model.py", "saved", code_paths=code_paths, pip_requirements=[])


def test_two_files_of_one_name_are_told(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "helping.py").write_text("VALUE = 1")

    with pytest.raises(InvalidInputError, match="same name"):
        save_model(
            "python_function",
            len,
            "saved",
            code_paths=["one/helping.py", "two/helping.py"],
            pip_requirements=[],
        )
