"""The files of a registered version stay what they were, whichever way somebody writes to its run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import nbflow
from nbflow.errors import InvalidInputError, UntrustedModelError
from nbflow.mlmodel.document import Model

if TYPE_CHECKING:
    from nbflow import Client

Write = Callable[["Client", str, Path], Any]


def a_model(folder: Path) -> Model:
    folder.mkdir(parents=True)
    (folder / "data.txt").write_text("as it was")
    model = Model()
    model.add_flavor("python_function", loader_module="x")
    model.save(folder)
    return model


@pytest.fixture
def run_id(client: Client) -> str:
    """Give a run with two models; `models/best` is version 1 of `m`, registered by a URI that is not the plainest."""
    run_id = client.create_run("0").info.run_id
    client.log_model(run_id, "models/best", a_model)
    client.log_model(run_id, "other", a_model)
    client.create_registered_model("m")
    client.create_model_version("m", f"runs:/{run_id}/models/best/")
    return run_id


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Give a folder that has a file where the model has one."""
    (tmp_path / "tree" / "models" / "best").mkdir(parents=True)
    (tmp_path / "tree" / "models" / "best" / "data.txt").write_text("changed")
    return tmp_path / "tree"


WRITES: dict[str, Write] = {
    "text": lambda client, run_id, _: client.log_text(run_id, "changed", "models/best/data.txt"),
    "new file": lambda client, run_id, _: client.log_text(run_id, "changed", "models/best/code/new.py"),
    "file": lambda client, run_id, tree: client.log_artifact(run_id, tree / "models/best/data.txt", "models/best"),
    "folder": lambda client, run_id, tree: client.log_artifact(run_id, tree / "models"),
    "all": lambda client, run_id, tree: client.log_artifacts(run_id, tree),
    "into it": lambda client, run_id, tree: client.log_artifacts(run_id, tree / "models", "models/best/extra"),
    "model": lambda client, run_id, _: client.log_model(run_id, "models/best", a_model),
    "model above": lambda client, run_id, _: client.log_model(run_id, "models", a_model),
    "model below": lambda client, run_id, _: client.log_model(run_id, "models/best/sub", a_model),
}


@pytest.mark.parametrize("trashed", [False, True])
@pytest.mark.parametrize("way", WRITES)
def test_nothing_is_written_into_a_registered_model(
    client: Client, run_id: str, tree: Path, way: str, trashed: bool
) -> None:
    before = [(info.path, info.file_size) for info in client.walk_artifacts(run_id)]
    if trashed:
        client.delete_model_version("m", 1)

    with pytest.raises(InvalidInputError, match="stays what it was"):
        WRITES[way](client, run_id, tree)

    assert [(info.path, info.file_size) for info in client.walk_artifacts(run_id)] == before
    assert client.read_artifact(run_id, "models/best/data.txt") == b"as it was"


def test_beside_it_all_goes_on(client: Client, run_id: str, tree: Path) -> None:
    client.log_text(run_id, "x", "models/best.txt")
    client.log_text(run_id, "x", "other/data.txt")
    client.log_artifacts(run_id, tree / "models" / "best")
    client.log_artifacts(run_id, tree, "models")
    client.log_model(run_id, "other", a_model)

    assert client.read_artifact(run_id, "models/models/best/data.txt") == b"changed"


class Constant(nbflow.pyfunc.PythonModel):
    def predict(self, context: Any, model_input: Any, params: Any = None) -> Any:
        return [1]


def test_a_signature_vouches_for_nothing_that_somebody_changed_in_the_mlmodel_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "some_loader.py").write_text("def _load_pyfunc(path):\n    raise SystemExit('it ran')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with nbflow.start_run() as run:
        info = nbflow.pyfunc.log_model(python_model=Constant(), name="model", pip_requirements=[])
    client = nbflow.Client()
    text = client.read_artifact(run.run_id, "model/MLmodel").decode()
    client.log_text(run.run_id, text.replace("mlflow.pyfunc.model", "some_loader"), "model/MLmodel")

    nbflow.models.set_signature(info.model_uri, nbflow.models.infer_signature(np.zeros((1, 1))))

    with pytest.raises(UntrustedModelError, match="MLmodel"):
        nbflow.pyfunc.load_model(info.model_uri)


def test_registering_a_folder_copies_nothing_that_a_symlink_in_it_leads_to(client: Client, tmp_path: Path) -> None:
    a_model(tmp_path / "model")
    (tmp_path / "secret").write_text("secret")
    try:
        (tmp_path / "model" / "link").symlink_to(tmp_path / "secret")
    except OSError:
        pytest.skip("no symlinks here")

    client.register_model(tmp_path / "model", "m")

    copied = Path(client.get_model_version_download_uri("m", 1))
    assert sorted(path.name for path in copied.iterdir()) == ["MLmodel", "data.txt"]
