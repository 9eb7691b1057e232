"""A registered version is loaded as it was logged: of whatever flavor, a file that was changed since is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

import nbflow
from nbflow.errors import ModelChangedError


@pytest.fixture
def folder() -> Path:
    """Give the folder of version 1 of `m`, a model whose files run no code."""
    x = np.array([[0.0], [1.0], [2.0]])
    with nbflow.start_run():
        info = nbflow.sklearn.log_model(
            LinearRegression().fit(x, [0.0, 2.0, 4.0]), "model", input_example=x, registered_model_name="m"
        )
    return nbflow.Client().find_model(info.model_uri).folder


def other_model(tmp_path: Path) -> bytes:
    nbflow.sklearn.save_model(LinearRegression().fit([[0.0], [1.0]], [7.0, 7.0]), tmp_path / "other")
    return (tmp_path / "other" / "model.skops").read_bytes()


def predicted(*, trust: bool | None = None) -> float:
    return float(nbflow.pyfunc.load_model("models:/m/1", trust=trust).predict(np.array([[3.0]]))[0])


def test_a_version_is_loaded_as_long_as_its_files_are_what_they_were(folder: Path) -> None:
    for name in ("requirements.txt", "README.md", "notes.txt"):
        (folder / name).write_text("# of another mind")

    assert predicted() == predicted() == pytest.approx(6.0)


@pytest.mark.parametrize("name", ["model.skops", "MLmodel"])
def test_a_file_that_was_changed_is_named(folder: Path, tmp_path: Path, name: str) -> None:
    predicted()  # what was found then counts no more
    changed = other_model(tmp_path) if name == "model.skops" else (folder / name).read_bytes() + b"\n"
    (folder / name).write_bytes(changed)

    for load in (nbflow.pyfunc.load_model, nbflow.sklearn.load_model):
        with pytest.raises(ModelChangedError, match=f"'{name}' changed since"):
            load("models:/m/1")


def test_a_file_that_is_gone_is_named(folder: Path) -> None:
    (folder / "model.skops").unlink()

    with pytest.raises(ModelChangedError, match=r"model\.skops"):
        predicted()


def test_who_knows_better_loads_what_is_there(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "model.skops").write_bytes(other_model(tmp_path))

    assert predicted(trust=True) == pytest.approx(7.0)
    monkeypatch.setenv("NBFLOW_TRUST", str(folder))
    assert predicted() == pytest.approx(7.0)


def test_a_model_of_a_run_that_is_not_registered_may_be_mended(tmp_path: Path) -> None:
    with nbflow.start_run():
        info = nbflow.sklearn.log_model(LinearRegression().fit([[0.0], [1.0]], [0.0, 1.0]), "model")
    place = nbflow.Client().find_model(info.model_uri).folder / "model.skops"
    place.write_bytes(other_model(tmp_path))

    assert nbflow.sklearn.load_model(info.model_uri).predict([[3.0]])[0] == pytest.approx(7.0)


def test_a_version_of_a_folder_from_elsewhere_has_no_record(tmp_path: Path) -> None:
    other_model(tmp_path)
    nbflow.register_model(str(tmp_path / "other"), "m")

    assert predicted() == pytest.approx(7.0)
