from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sklearn import linear_model

from nbflow.errors import (
    FlavorNotFoundError,
    InvalidInputError,
    ModelExistsError,
    ModelNotFoundError,
    StoreWriteError,
    UnsupportedValueError,
)
from nbflow.flavors.loading import load_native, load_pyfunc
from nbflow.flavors.saving import save_model
from nbflow.mlmodel.document import Model
from nbflow.mlmodel.trust import Trust

if TYPE_CHECKING:
    import pandas as pd

Save = Callable[..., tuple[Path, Model]]

MODEL = linear_model.LinearRegression()


def test_a_folder_has_what_every_tool_looks_for(save: Save, table: pd.DataFrame) -> None:
    model = linear_model.LinearRegression().fit(table[["a", "b"]], table.c)

    folder, document = save("sklearn", model, input_example=table[["a", "b"]].head(2), metadata={"team": "red"})

    assert sorted(path.name for path in folder.iterdir()) == [
        "MLmodel",
        "conda.yaml",
        "input_example.json",
        "model.skops",
        "python_env.yaml",
        "requirements.txt",
        "serving_input_example.json",
    ]
    assert Model.load(folder) == document
    assert document.metadata == {"team": "red"}
    assert document.flavors["python_function"]["env"] == {"conda": "conda.yaml", "virtualenv": "python_env.yaml"}
    rest = sum(path.stat().st_size for path in folder.iterdir() if path.name != "MLmodel")
    assert document.model_size_bytes == rest


def test_an_empty_folder_is_filled(save: Save, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()

    folder, _ = save("sklearn", MODEL)

    assert load_native(folder, "sklearn", trusted=Trust()) is not None
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


@pytest.mark.parametrize("kind", ["model", "file", "dangling link"])
def test_nothing_is_overwritten(kind: str, save: Save, tmp_path: Path) -> None:
    if kind == "model":
        save("sklearn", MODEL)
    elif kind == "file":
        (tmp_path / "model").write_text("mine")
    else:
        (tmp_path / "model").symlink_to(tmp_path / "nowhere")
    before = sorted(tmp_path.rglob("*"))

    with pytest.raises(ModelExistsError, match="already exists and is not empty"):
        save("sklearn", MODEL)

    assert sorted(tmp_path.rglob("*")) == before


def test_folders_above_are_made(tmp_path: Path) -> None:
    save_model("sklearn", MODEL, tmp_path / "a" / "b" / "c", pip_requirements=[])

    assert Model.load(tmp_path / "a" / "b" / "c").flavors


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreWriteError, match="file"):
        save_model("sklearn", MODEL, tmp_path / "file" / "model")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"metadata": [1]}, UnsupportedValueError),
        ({"metadata": {"a": object()}}, UnsupportedValueError),
        ({"pip_requirements": 3}, UnsupportedValueError),
        ({"pip_requirements": ["not a requirement!"]}, InvalidInputError),
        ({"extra_pip_requirements": ["pandas"]}, InvalidInputError),
        ({"conda_env": {"dependencies": []}}, InvalidInputError),
        ({"input_example": object()}, UnsupportedValueError),
    ],
)
def test_wrong_arguments_leave_nothing_behind(
    arguments: dict[str, Any], error: type[Exception], save: Save, tmp_path: Path
) -> None:
    with pytest.raises(error):
        save("sklearn", MODEL, **arguments)

    assert list(tmp_path.iterdir()) == []


def test_requirements_are_what_the_user_says(save: Save, tmp_path: Path) -> None:
    (tmp_path / "needs.txt").write_text("numpy>=1  # comment\nscipy\n")
    conda = {"name": "mine", "dependencies": ["python=3.12", {"pip": ["pandas"]}]}

    listed, _ = save("sklearn", MODEL, "listed", pip_requirements=["numpy>=1", "-c limits.txt"][:1])
    from_file, _ = save("sklearn", MODEL, "file", pip_requirements=tmp_path / "needs.txt")
    of_conda, _ = save("sklearn", MODEL, "conda", pip_requirements=None, conda_env=conda)
    extra, _ = save("sklearn", MODEL, "extra", pip_requirements=None, extra_pip_requirements=["my-package>2"])

    assert (listed / "requirements.txt").read_text() == "numpy>=1\n"
    assert (from_file / "requirements.txt").read_text() == "numpy>=1\nscipy\n"
    assert (of_conda / "requirements.txt").read_text() == "pandas\n"
    assert "python=3.12" in (of_conda / "conda.yaml").read_text()
    lines = (extra / "requirements.txt").read_text().splitlines()
    assert "my-package>2" in lines
    assert any(line.startswith("scikit-learn==") for line in lines)


def test_a_folder_that_is_no_model_is_told(tmp_path: Path) -> None:
    for load in (
        lambda: load_native(tmp_path, "sklearn", trusted=Trust()),
        lambda: load_pyfunc(tmp_path, trusted=Trust()),
    ):
        with pytest.raises(ModelNotFoundError):
            load()


def test_a_flavor_that_a_model_has_not_is_told(save: Save) -> None:
    folder, _ = save("python_function", len)

    with pytest.raises(FlavorNotFoundError, match=r"sklearn.*It has 'python_function'"):
        load_native(folder, "sklearn", trusted=Trust(all=True))


def test_a_model_that_cannot_predict_is_told(save: Save, table: pd.DataFrame) -> None:
    from sklearn.preprocessing import StandardScaler

    with pytest.warns(UserWarning, match="has no predict"):
        folder, _ = save("sklearn", StandardScaler().fit(table))

    with pytest.raises(FlavorNotFoundError, match='"python_function" flavor'):
        load_pyfunc(folder, trusted=Trust(all=True))


def test_another_python_is_warned_of_where_something_is_pickled(save: Save) -> None:
    for how, name in (("pickle", "pickled"), ("skops", "safe")):
        folder, document = save("sklearn", MODEL, name, options={"serialization_format": how})
        document.flavors["python_function"]["python_version"] = "2.7.18"
        document.save(folder)

    load_pyfunc(tmp := folder, trusted=Trust())  # skops: whatever the Python
    with pytest.warns(UserWarning, match=r"saved by Python 2\.7\.18"):
        load_pyfunc(tmp.parent / "pickled", trusted=Trust(all=True))


# `kill -9` in the middle

SAVER = """
import sys, itertools
from pathlib import Path
from nbflow.flavors.saving import save_model
from nbflow.flavors.python_model import PythonModel

class Big(PythonModel):
    payload = bytes(3_000_000)
    def predict(self, model_input):
        return len(self.payload)

print("ready", flush=True)
for number in itertools.count():
    save_model("python_function", Big(), Path(sys.argv[1], str(number)), pip_requirements=["numpy"],
               options={"artifacts": {"a": sys.argv[2]}})
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_a_process_that_is_killed_leaves_whole_models_only(tmp_path: Path) -> None:
    artifact = tmp_path / "artifact.bin"
    artifact.write_bytes(os.urandom(2_000_000))
    models = tmp_path / "models"

    # From almost at once, when the first model is on its way, to some models later.
    for number in range(12):
        process = subprocess.Popen(
            [sys.executable, "-c", SAVER, str(models / str(number)), str(artifact)], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.013 * number)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()

    found = [path.parent for path in models.rglob("MLmodel")]
    assert found
    for folder in found:
        assert load_pyfunc(folder, trusted=Trust(all=True)).predict([1]) == 3_000_000
        assert (folder / "artifacts" / "artifact.bin").read_bytes() == artifact.read_bytes()
    # What was under way has a name that nothing takes for a model's.
    others = [path for path in models.glob("*/*") if path not in found]
    assert [path.name for path in others if not path.name.startswith(".nbflow.tmp-")] == []
