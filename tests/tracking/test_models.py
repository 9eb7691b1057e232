"""Models of runs: logged whole or not at all, found by every kind of URI, registered, and trusted where known."""

from __future__ import annotations

import errno
import os
import pickle
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from typing import Any

import fsspec
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

import nbflow
from nbflow.errors import (
    AliasNotFoundError,
    InvalidInputError,
    InvalidPathError,
    InvalidUriError,
    ModelNotFoundError,
    ModelVersionNotFoundError,
    RegisteredModelNotFoundError,
    RunNotFoundError,
    StoreWriteError,
    UnsupportedValueError,
    UntrustedModelError,
)

FRAME = pd.DataFrame({"a": [0.0, 1.0, 2.0], "b": [1.0, 0.0, 1.0]})
TARGET = np.array([1.0, 3.0, 5.5])
QUICK: dict[str, Any] = {"pip_requirements": ["scikit-learn"]}  # nothing to be found out in another process


def fitted() -> LinearRegression:
    return LinearRegression().fit(FRAME, TARGET)


def logged(name: str = "model", **more: Any) -> Any:
    with nbflow.start_run():
        return nbflow.sklearn.log_model(fitted(), name, **QUICK, **more)


def test_a_model_is_found_by_every_kind_of_uri(tmp_path: Path) -> None:
    info = logged("my_model", registered_model_name="Line")
    client = nbflow.Client()
    client.set_registered_model_alias("Line", "champion", 1)
    folder = Path(client.get_run(info.run_id).info.artifact_uri) / "my_model"
    shutil.copytree(folder, tmp_path / "elsewhere")
    expected = fitted().predict(FRAME)
    for uri in (
        info.model_uri,
        f"runs:/{info.run_id}/my_model",
        "models:/Line/1",
        "models:/Line@champion",
        "models:/Line/latest",
        folder,
        os.path.relpath(folder),
        folder.as_uri(),
        tmp_path / "elsewhere",
        (tmp_path / "elsewhere").as_uri(),
    ):
        assert nbflow.pyfunc.load_model(uri).predict(FRAME) == pytest.approx(expected), uri
        assert nbflow.sklearn.load_model(uri).predict(FRAME) == pytest.approx(expected), uri


def test_a_model_is_found_at_an_fsspec_url() -> None:
    import fsspec

    nbflow.sklearn.save_model(fitted(), "here", **QUICK)
    fsspec.filesystem("memory").put("here", "/models/line", recursive=True)
    loaded = nbflow.pyfunc.load_model("memory://models/line")
    assert loaded.predict(FRAME) == pytest.approx(fitted().predict(FRAME))


def test_a_run_whose_artifacts_are_elsewhere_keeps_its_models_there() -> None:
    nbflow.set_experiment(experiment_id=nbflow.create_experiment("far", artifact_location="memory://far"))
    info = logged(registered_model_name="Far")
    assert nbflow.pyfunc.load_model(info.model_uri).predict(FRAME) == pytest.approx(fitted().predict(FRAME))
    assert nbflow.pyfunc.load_model("models:/Far/1").predict(FRAME) == pytest.approx(fitted().predict(FRAME))


def test_the_second_argument_is_the_name_and_a_run_is_started() -> None:
    info = nbflow.sklearn.log_model(fitted(), "my_model", **QUICK)
    run = nbflow.active_run()
    assert run is not None
    assert info.run_id == run.run_id
    (output,) = run.record.outputs.model_outputs
    assert (output.path, output.model_uuid, output.flavors) == (
        "my_model", info.model_uuid, ("python_function", "sklearn")
    )  # fmt: skip
    assert set(output.files) >= {"MLmodel", "model.skops", "requirements.txt"}


def test_an_info_says_what_a_model_is() -> None:
    info = logged(input_example=FRAME.head(1), metadata={"team": "red"}, registered_model_name="Line")
    assert info.registered_model_version == 1
    for uri in (info.model_uri, "models:/Line/1"):
        found = nbflow.models.get_model_info(uri)
        assert found.model_uuid == info.model_uuid
        assert found.metadata == {"team": "red"}
        assert found.signature == info.signature
        assert found.signature is not None
        assert found.signature.inputs is not None
        assert found.signature.inputs.input_names() == ["a", "b"]


def test_a_model_logged_again_replaces_the_first() -> None:
    with nbflow.start_run() as run:
        nbflow.sklearn.log_model(fitted(), "model", metadata={"n": 1}, **QUICK)
        nbflow.sklearn.log_model(fitted(), "model", metadata={"n": 2}, **QUICK)
        uri = f"runs:/{run.run_id}/model"
    assert nbflow.models.get_model_info(uri).metadata == {"n": 2}
    assert len(nbflow.get_run(run.run_id).outputs.model_outputs) == 1


def test_a_registered_model_cannot_be_replaced() -> None:
    with nbflow.start_run() as run:
        nbflow.sklearn.log_model(fitted(), "model", metadata={"n": 1}, registered_model_name="Line", **QUICK)
        with pytest.raises(InvalidInputError, match="registered as Line 1"):
            nbflow.sklearn.log_model(fitted(), "model", metadata={"n": 2}, **QUICK)
        with pytest.raises(InvalidInputError, match="stays what it was"):
            nbflow.models.set_signature(f"runs:/{run.run_id}/model", nbflow.models.infer_signature(FRAME))
    assert nbflow.models.get_model_info("models:/Line/1").metadata == {"n": 1}


@pytest.mark.parametrize(("registered", "name"), [("a/b", "a"), ("a", "a/b"), ("a/b", "a/b/c"), ("a/b/c", "a")])
def test_nor_is_one_changed_by_what_lies_above_or_below_it(registered: str, name: str) -> None:
    with nbflow.start_run() as run:
        nbflow.sklearn.log_model(fitted(), registered, registered_model_name="Line", **QUICK)
        files = nbflow.Client().list_artifacts(run.run_id, registered)
        with pytest.raises(InvalidInputError, match="registered as Line 1"):
            nbflow.sklearn.log_model(fitted(), name, **QUICK)
        nbflow.sklearn.log_model(fitted(), f"{registered}-2", **QUICK)
    assert nbflow.Client().list_artifacts(run.run_id, registered) == files


@pytest.mark.parametrize("where", ["here", "memory"])
def test_other_artifacts_are_not_deleted_for_a_model(where: str, tmp_path: Path) -> None:
    place = str(tmp_path / "place") if where == "here" else f"memory://{tmp_path.name}"
    client = nbflow.Client()
    with nbflow.start_run(experiment_id=client.create_experiment(f"at {where}", artifact_location=place)) as run:
        nbflow.log_text("mine", "report/notes.txt")
        nbflow.log_text("mine", "report.txt")
        for name in ("report", "report.txt"):
            with pytest.raises(InvalidPathError, match="Use another name"):
                nbflow.sklearn.log_model(fitted(), name, **QUICK)
    assert client.read_artifact(run.run_id, "report/notes.txt") == b"mine"
    assert client.read_artifact(run.run_id, "report.txt") == b"mine"


def test_an_upload_that_breaks_off_leaves_nothing_and_can_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = type(fsspec.filesystem("memory"))
    put_file, left = memory.put_file, [2]

    def put_two_files(self: Any, *args: Any, **more: Any) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        put_file(self, *args, **more)

    client = nbflow.Client()
    elsewhere = client.create_experiment("elsewhere", artifact_location=f"memory://{tmp_path.name}")
    with nbflow.start_run(experiment_id=elsewhere) as run:
        with monkeypatch.context() as patched:
            patched.setattr(memory, "put_file", put_two_files)
            with pytest.raises(StoreWriteError):
                nbflow.sklearn.log_model(fitted(), "model", registered_model_name="Line", **QUICK)
        assert client.walk_artifacts(run.run_id) == []
        assert client.search_model_versions() == []
        info = nbflow.sklearn.log_model(fitted(), "model", registered_model_name="Line", **QUICK)
    assert info.registered_model_version == 1
    assert nbflow.pyfunc.load_model("models:/Line/1").predict(FRAME) == pytest.approx(fitted().predict(FRAME))


def test_threads_that_log_one_name_at_once_leave_one_whole_model() -> None:
    failed: list[Exception] = []

    def log(slope: float) -> None:
        try:
            nbflow.sklearn.log_model(LinearRegression().fit(FRAME, slope * TARGET), "same", run_id=run.run_id, **QUICK)
        except Exception as exc:  # noqa: BLE001 - asserted below
            failed.append(exc)

    with nbflow.start_run() as run:
        threads = [threading.Thread(target=log, args=(n + 1.0,)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failed == []
    assert nbflow.sklearn.load_model(f"runs:/{run.run_id}/same").predict(FRAME).shape == (3,)
    assert [path.name for path in Path(nbflow.get_run(run.run_id).info.artifact_uri).iterdir()] == ["same"]


def test_a_model_that_cannot_be_saved_leaves_the_older_one() -> None:
    with nbflow.start_run() as run:
        nbflow.sklearn.log_model(fitted(), "model", **QUICK)
        with pytest.raises(InvalidInputError):
            nbflow.sklearn.log_model(42, "model", **QUICK)
        uri = f"runs:/{run.run_id}/model"
    assert nbflow.pyfunc.load_model(uri).predict(FRAME) == pytest.approx(fitted().predict(FRAME))
    names = {path.name for path in Path(nbflow.get_run(run.run_id).info.artifact_uri).iterdir()}
    assert names == {"model"}


@pytest.mark.parametrize("name", ["../model", "/model", "a/../../b", "", "a//b"])
def test_a_name_that_climbs_out_is_refused_before_a_run_starts(name: str) -> None:
    with pytest.raises((InvalidPathError, InvalidInputError)):
        nbflow.sklearn.log_model(fitted(), name, **QUICK)
    assert nbflow.active_run() is None


def test_a_signature_can_be_given_later() -> None:
    info = logged()
    assert info.signature is None
    signature = nbflow.models.infer_signature(FRAME, TARGET)
    nbflow.models.set_signature(info.model_uri, signature)
    assert nbflow.pyfunc.load_model(info.model_uri).metadata.signature == signature
    nbflow.sklearn.save_model(fitted(), "folder", **QUICK)
    nbflow.models.set_signature("folder", signature)
    assert nbflow.models.get_model_info("folder").signature == signature


def test_a_folder_from_outside_is_copied_into_the_store() -> None:
    nbflow.sklearn.save_model(fitted(), "outside", **QUICK)
    nbflow.register_model("outside", "Line", tags={"from": "a colleague"})
    shutil.rmtree("outside")
    loaded = nbflow.pyfunc.load_model("models:/Line/1")
    assert loaded.predict(FRAME) == pytest.approx(fitted().predict(FRAME))
    assert nbflow.Client().get_model_version("Line", 1).tags == {"from": "a colleague"}


def test_what_is_no_model_is_not_registered() -> None:
    with nbflow.start_run() as run:
        nbflow.log_text("no model", "thing/readme.txt")
    with pytest.raises(ModelNotFoundError, match="MLmodel"):
        nbflow.register_model(f"runs:/{run.run_id}/thing", "Line")
    assert nbflow.search_registered_models() == []


@pytest.mark.parametrize(
    ("uri", "error"),
    [
        ("runs:/0123456789abcdef0123456789abcdef/model", RunNotFoundError),
        ("runs:/short/model", InvalidUriError),
        ("models:/Line", InvalidUriError),
        ("models:/Line/2", ModelVersionNotFoundError),
        ("models:/Line@nobody", AliasNotFoundError),
        ("models:/Nothing/1", RegisteredModelNotFoundError),
        ("nothing/here", ModelNotFoundError),
        ("", InvalidUriError),
        ("memory://nothing/here", ModelNotFoundError),
    ],
)
def test_a_uri_that_leads_nowhere_is_told(uri: str, error: type[Exception]) -> None:
    logged(registered_model_name="Line")
    with pytest.raises(error):
        nbflow.pyfunc.load_model(uri)


def test_the_place_that_is_told_is_not_that_of_a_copy() -> None:
    with pytest.raises(ModelNotFoundError, match="memory://nothing/here"):
        nbflow.pyfunc.load_model("memory://nothing/here")
    with pytest.raises(ModelNotFoundError, match="memory://nothing"):
        nbflow.pyfunc.load_model("memory://nothing")


def test_the_models_that_a_run_has_are_told() -> None:
    run_id = logged("my_model").run_id

    for uri in (f"runs:/{run_id}/my_modl", f"runs:/{run_id}"):
        with pytest.raises(ModelNotFoundError, match=f"The models of this run are runs:/{run_id}/my_model$"):
            nbflow.pyfunc.load_model(uri)


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("Line", "models:/Line@champion"),
        ("Line@champion", "models:/Line@champion"),
        ("Line/1", "models:/Line/1"),
        ("Bare", "models:/Bare@latest"),
    ],
)
def test_a_path_that_is_called_as_a_registered_model_is_told(client: nbflow.Client, path: str, uri: str) -> None:
    for name in ("Line", "Bare"):
        client.create_registered_model(name)
    client.create_model_version("Line", "s3://bucket/model")
    client.set_registered_model_alias("Line", "champion", 1)

    with pytest.raises(ModelNotFoundError, match=f"URIs such as {uri}$"):
        nbflow.pyfunc.load_model(path)
    with pytest.raises(ModelNotFoundError, match="A model is a folder"):
        nbflow.pyfunc.load_model("other")


class Careful:
    """What a pickle from elsewhere could do."""

    def __reduce__(self) -> Any:
        return os.mkdir, ("harm",)


@pytest.fixture
def hostile() -> Path:
    """A folder that somebody sent, whose pickle makes a folder when it is loaded."""
    folder = Path("sent")
    nbflow.sklearn.save_model(fitted(), folder, serialization_format="pickle", **QUICK)
    (folder / "model.pkl").write_bytes(pickle.dumps(Careful()))
    return folder


def test_a_pickle_from_elsewhere_is_not_loaded(hostile: Path) -> None:
    for load in (nbflow.pyfunc.load_model, nbflow.sklearn.load_model):
        with pytest.raises(UntrustedModelError, match="trust=True"):
            load(hostile)
    assert not Path("harm").exists()
    nbflow.register_model(hostile, "Sent")
    with nbflow.start_run() as run:
        nbflow.log_artifacts(hostile, "model")
    for uri, reason in (("models:/Sent/1", "registered from elsewhere"), (f"runs:/{run.run_id}/model", "No store")):
        with pytest.raises(UntrustedModelError, match=reason):
            nbflow.pyfunc.load_model(uri)
    assert not Path("harm").exists()


def test_a_pickle_is_loaded_when_the_user_says_so(hostile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nbflow.sklearn.save_model(fitted(), "mine", serialization_format="cloudpickle", **QUICK)
    assert nbflow.sklearn.load_model("mine", trust=True).predict(FRAME) == pytest.approx(fitted().predict(FRAME))
    monkeypatch.setenv("NBFLOW_TRUST", os.path.abspath("mine"))
    nbflow.sklearn.load_model("mine")
    with pytest.raises(UntrustedModelError):
        nbflow.sklearn.load_model(hostile)


@pytest.mark.parametrize("trust", ["no", "False", 0, 1, [True]])
def test_what_is_no_yes_and_no_no_is_not_taken_for_a_yes(hostile: Path, trust: Any) -> None:
    with pytest.raises(UnsupportedValueError, match="True or False"):
        nbflow.sklearn.load_model(hostile, trust=trust)
    assert not Path("harm").exists()


def test_a_pickle_that_the_store_wrote_is_loaded_until_somebody_changes_it() -> None:
    info = logged(serialization_format="cloudpickle", registered_model_name="Line")
    folder = Path(nbflow.get_run(info.run_id).info.artifact_uri) / "model"
    for uri in (info.model_uri, "models:/Line/1", folder):
        assert nbflow.sklearn.load_model(uri).coef_ == pytest.approx(fitted().coef_)
    (folder / "model.pkl").write_bytes(pickle.dumps(Careful()))
    for uri in (info.model_uri, "models:/Line/1", folder):
        with pytest.raises(UntrustedModelError, match="not what the store wrote"):
            nbflow.sklearn.load_model(uri)
    nbflow.Client().copy_model_version("models:/Line/1", "Copy")
    with pytest.raises(UntrustedModelError):
        nbflow.sklearn.load_model("models:/Copy/1")
    assert not Path("harm").exists()


def test_giving_a_signature_does_not_vouch_for_changed_files() -> None:
    info = logged(serialization_format="cloudpickle")
    folder = Path(nbflow.get_run(info.run_id).info.artifact_uri) / "model"
    (folder / "model.pkl").write_bytes(pickle.dumps(Careful()))
    nbflow.models.set_signature(info.model_uri, nbflow.models.infer_signature(FRAME))
    with pytest.raises(UntrustedModelError):
        nbflow.sklearn.load_model(info.model_uri)
    assert not Path("harm").exists()


def test_a_model_within_a_model_is_known_by_the_outer_one() -> None:
    class Outer(nbflow.pyfunc.PythonModel):
        def load_context(self, context: Any) -> None:
            self.inner = nbflow.sklearn.load_model(context.artifacts["inner"])

        def predict(self, context: Any, model_input: Any, params: Any = None) -> Any:
            return self.inner.predict(model_input)

    nbflow.sklearn.save_model(fitted(), "inner", serialization_format="cloudpickle", **QUICK)
    with nbflow.start_run():
        info = nbflow.pyfunc.log_model("outer", Outer(), artifacts={"inner": "inner"}, pip_requirements=[])
    loaded = nbflow.pyfunc.load_model(info.model_uri)
    assert loaded.predict(FRAME) == pytest.approx(fitted().predict(FRAME))


def test_models_move_with_their_store() -> None:
    info = logged(serialization_format="cloudpickle", registered_model_name="Line")
    nbflow.sklearn.save_model(fitted(), "outside", **QUICK)
    nbflow.register_model("outside", "Line")
    Path("nbruns").rename("moved")
    nbflow.set_tracking_uri("moved")
    for uri in (info.model_uri, "models:/Line/1", "models:/Line/2"):
        assert nbflow.pyfunc.load_model(uri).predict(FRAME) == pytest.approx(fitted().predict(FRAME))


_LOGGING = """
    import sys
    import numpy as np, nbflow
    from sklearn.linear_model import LinearRegression
    model = LinearRegression().fit(np.eye(3), np.arange(3.0))
    model.ballast = np.zeros(2_000_000)  # so that writing takes a while
    nbflow.set_experiment("kill")
    run = nbflow.start_run()
    print(run.run_id, flush=True)
    for i in range(1000):
        nbflow.sklearn.log_model(
            model, f"model-{i % 3}" if i % 2 else "same", pip_requirements=["scikit-learn"],
            registered_model_name="Kill" if i % 2 else None, serialization_format="cloudpickle",
        )
        print("logged", flush=True)
        if i % 2:
            break
"""


def test_killed_at_any_moment_no_half_model_can_be_loaded() -> None:
    rounds = 8
    started = subprocess.Popen([sys.executable, "-c", textwrap.dedent(_LOGGING)], stdout=subprocess.PIPE, text=True)
    before = time.monotonic()
    out, _ = started.communicate()
    assert out.count("logged") == 2
    whole = time.monotonic() - before
    for n in range(rounds):
        process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(_LOGGING)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        run_id = process.stdout.readline().strip()
        time.sleep(whole * 0.3 * n / rounds)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        run = nbflow.get_run(run_id)
        for folder in Path(run.info.artifact_uri).glob("[!.]*/MLmodel"):  # with a dot: what was being written
            loaded = nbflow.sklearn.load_model(folder.parent, trust=True)
            assert loaded.predict(np.eye(3)) == pytest.approx(np.arange(3.0))
        for output in run.outputs.model_outputs:
            assert nbflow.sklearn.load_model(f"runs:/{run_id}/{output.path}").ballast.shape == (2_000_000,)
    versions = nbflow.search_model_versions(filter_string="name = 'Kill'")
    for version in versions:
        assert nbflow.sklearn.load_model(f"models:/Kill/{version.version}").ballast.shape == (2_000_000,)
    assert versions
