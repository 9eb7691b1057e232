"""What the tests of access share: a store with something of each kind, and a real call of every method of `Client`."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nbflow import Client
from nbflow.entities import Dataset, DatasetInput, Metric, Param, RunTag

if TYPE_CHECKING:
    from nbflow.access import Permission
    from nbflow.mlmodel.document import Model
    from nbflow.mlmodel.signature import ModelSignature
    from nbflow.tracking.permissions import Need

USER = "ada"


class World:
    """A store, the ids of what is in it, and what is granted to one user there."""

    root: Path
    plain: Client
    elsewhere: Client
    file: Path
    experiment: str
    run: str
    child: str

    def __init__(self, root: Path) -> None:
        self.move(root)
        client = self.plain
        self.experiment = client.create_experiment("theirs", tags={"team": "vision"})
        self.other = client.create_experiment("another")
        self.trashed = client.create_experiment("thrown away")
        self.run = self.new_run(self.experiment, run_name="first")
        self.child = self.new_run(self.experiment, tags={"mlflow.parentRunId": self.run})
        self.deleted_run = self.new_run(self.experiment)
        client.log_batch(self.run, [Metric("loss", 0.5, 1, 1)], [Param("lr", "0.1")], [RunTag("colour", "red")])
        client.log_dict(self.run, {"a": 1}, "conf/a.json")
        client.log_table(self.run, {"x": [1, 2]}, "table.json")
        client.delete_run(self.deleted_run)
        client.delete_experiment(self.trashed)
        client.set_experiment_permission(self.experiment, "user:bob", "READ")
        client.set_store_permission("user:bob", "READ")
        self.add_models()
        # Nobody is given anything by default: what counts is what a test grants.
        client.set_store_permission("*", "NO_PERMISSIONS")
        self.elsewhere.create_run("0")
        self.file.write_text("a note")

    def move(self, root: Path) -> None:
        self.root = root
        self.plain = Client(root / "nbruns")
        self.elsewhere = Client(root / "elsewhere")
        self.file = root / "note.txt"

    def add_models(self) -> None:
        client = self.plain
        client.log_model(self.run, "model", a_model)
        client.create_registered_model("net", {"team": "vision"})
        client.register_model(f"runs:/{self.run}/model", "net", tags={"kind": "small"})
        client.copy_model_version("models:/net/1", "net")
        client.delete_model_version("net", 2)
        client.set_registered_model_alias("net", "prod", 1)
        client.set_alias_policy("net", "champion", approvals=1)
        client.set_registered_model_permission("net", "user:bob", "READ")
        client.create_registered_model("thrown away")
        client.delete_registered_model("thrown away")

    @property
    def client(self) -> Client:
        """A client of the user."""
        return Client(self.plain.tracking_uri, identity=USER)

    def new_run(self, experiment_id: str, **named: Any) -> str:
        run_id = self.plain.create_run(experiment_id, **named).info.run_id
        self.plain.set_terminated(run_id)
        return run_id

    def unregistered(self) -> str:
        self.plain.log_model(self.run, "draft", a_model)
        return f"runs:/{self.run}/draft"

    def another_model(self) -> str:
        self.plain.create_registered_model("another")
        return "another"

    def arguments(self, method: str, need: Need | None = None) -> dict[str, Any]:
        """Give arguments that the method works with; `need` is one that must be among its."""
        if method == "get_permission" and need is not None and need.kind == "model":
            return {"identity": "bob", "name": "net"}
        return ARGUMENTS[method](self)

    def resource(self, need: Need, given: dict[str, Any]) -> tuple[str, str]:
        """Say what an argument names: an experiment or a registered model, or that it is the store as a whole."""
        what = str(given.get(need.argument))
        if need.kind == "source":
            scheme, _, what = what.partition(":/")
            what = what.partition("/")[0]
            if scheme == "models":
                return "model", what
        if need.kind in ("run", "source"):
            return "experiment", self.plain.get_run(what).info.experiment_id
        if need.kind == "experiment":
            return "experiment", what
        if need.kind == "store" or (need.kind == "new_model" and what not in ("net", "another")):
            return "store", ""
        return "model", what

    def grant(self, resource: tuple[str, str], permission: Permission | str) -> None:
        """Give the user a permission on a resource."""
        kind, what = resource
        subject = f"user:{USER}"
        if kind == "store":
            self.plain.set_store_permission(subject, permission)
        elif kind == "experiment":
            self.plain.set_experiment_permission(what, subject, permission)
        else:
            self.plain.set_registered_model_permission(what, subject, permission)

    def files(self) -> dict[str, bytes]:
        """Read everything that is in the store."""
        root = Path(self.plain.tracking_uri)
        return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture(scope="session")
def first_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("world"))


@pytest.fixture
def world(first_world: World, tmp_path: Path) -> World:
    """Give a store of the test's own: a copy, for making one takes a while."""
    shutil.copytree(first_world.root, tmp_path, dirs_exist_ok=True)
    mine = copy.copy(first_world)
    mine.move(tmp_path)
    return mine


def of_run(**more: Any) -> Callable[[World], dict[str, Any]]:
    return lambda world: {"run_id": world.run, **more}


def of_experiment(**more: Any) -> Callable[[World], dict[str, Any]]:
    return lambda world: {"experiment_id": world.experiment, **more}


def of_model(**more: Any) -> Callable[[World], dict[str, Any]]:
    return lambda _world: {"name": "net", **more}


def of_version(**more: Any) -> Callable[[World], dict[str, Any]]:
    return lambda _world: {"name": "net", "version": 1, **more}


def of_nothing(**more: Any) -> Callable[[World], dict[str, Any]]:
    return lambda _world: dict(more)


def a_model(folder: Path) -> Model:
    from nbflow.mlmodel.document import Model

    folder.mkdir()
    (folder / "weights.bin").write_bytes(b"weights")
    model = Model()
    model.add_flavor("python_function", loader_module="loader")
    model.save(folder)
    return model


def a_signature() -> ModelSignature:
    from nbflow.mlmodel.signature import ModelSignature
    from nbflow.mlmodel.types import ColSpec, Schema

    return ModelSignature(Schema([ColSpec("double", "x")]))


def a_figure() -> Any:
    import altair as alt

    return alt.Chart(alt.InlineData([{"x": 1}])).mark_point().encode(x="x:Q")


def an_image() -> Any:
    import numpy as np

    return np.zeros((2, 2))


ARGUMENTS: dict[str, Callable[[World], dict[str, Any]]] = {
    "create_experiment": lambda world: {"name": "a new one", "artifact_location": str(world.root / "place")},
    "get_experiment": of_experiment(),
    "get_experiment_by_name": of_nothing(name="theirs"),
    "search_experiments": of_nothing(),
    "rename_experiment": of_experiment(new_name="ours"),
    "set_experiment_tag": of_experiment(key="a", value="b"),
    "set_experiment_tags": of_experiment(tags={"a": "b"}),
    "delete_experiment_tag": of_experiment(key="team"),
    "delete_experiment": of_experiment(),
    "restore_experiment": lambda world: {"experiment_id": world.trashed},
    "create_run": of_experiment(run_name="new"),
    "get_run": of_run(),
    "get_parent_run": lambda world: {"run_id": world.child},
    "get_metric_history": of_run(key="loss"),
    "get_metric_arrays": of_run(key="loss"),
    "search_runs": of_nothing(experiment_ids=None),
    "search_frame": of_nothing(experiment_ids=None),
    "search_columns": of_nothing(experiment_ids=None, columns=["run_id"]),
    "search_run_ids": of_nothing(),
    "search_revision": of_nothing(),
    "running_runs": of_nothing(),
    "count_runs": of_nothing(),
    "count_by_experiment": of_nothing(),
    "set_terminated": of_run(status="FAILED"),
    "update_run": of_run(name="second"),
    "log_param": of_run(key="depth", value=3),
    "log_metric": of_run(key="loss", value=0.25),
    "set_tag": of_run(key="colour", value="blue"),
    "delete_tag": of_run(key="colour"),
    "log_batch": of_run(metrics=[Metric("loss", 0.1, 2, 2)], params=[Param("a", "b")], tags=[RunTag("c", "d")]),
    "log_inputs": of_run(datasets=[DatasetInput(Dataset("iris", "abc", "local", "{}"))]),
    "move_run": lambda world: {"run_id": world.run, "experiment_id": world.other},
    "delete_run": of_run(),
    "restore_run": lambda world: {"run_id": world.deleted_run},
    "list_artifacts": of_run(path="conf"),
    "walk_artifacts": of_run(),
    "download_artifacts": lambda world: {"run_id": world.run, "path": "conf", "dst_path": str(world.root)},
    "read_artifact": of_run(path="conf/a.json"),
    "open_artifact": of_run(path="conf/a.json"),
    "load_table": of_experiment(artifact_file="table.json"),
    "log_artifact": lambda world: {"run_id": world.run, "local_path": world.file},
    "log_artifacts": lambda world: {"run_id": world.run, "local_dir": Path(world.elsewhere.tracking_uri)},
    "log_bytes": of_run(data=b"abc", artifact_file="a.bin"),
    "log_text": of_run(text="abc", artifact_file="a.txt"),
    "log_dict": of_run(dictionary={"a": 1}, artifact_file="b.json"),
    "log_figure": lambda world: {"run_id": world.run, "figure": a_figure(), "artifact_file": "a.json"},
    "log_image": lambda world: {"run_id": world.run, "image": an_image(), "artifact_file": "a.png"},
    "log_table": of_run(data={"x": [3]}, artifact_file="table.json"),
    "log_model": of_run(name="another", save=a_model),
    "find_model": lambda world: {"model_uri": f"runs:/{world.run}/model"},
    "get_model_info": of_nothing(model_uri="models:/net/1"),
    "set_model_signature": lambda world: {"model_uri": world.unregistered(), "signature": a_signature()},
    "register_model": lambda world: {"model_uri": f"runs:/{world.run}/model", "name": "net"},
    "create_registered_model": of_nothing(name="new"),
    "get_registered_model": of_model(),
    "search_registered_models": of_nothing(),
    "update_registered_model": of_model(description="finds things"),
    "rename_registered_model": of_model(new_name="network"),
    "set_registered_model_tag": of_model(key="a", value="b"),
    "delete_registered_model_tag": of_model(key="team"),
    "delete_registered_model": of_model(),
    "restore_registered_model": of_nothing(name="thrown away"),
    "create_model_version": lambda world: {
        "name": "net",
        "source": f"runs:/{world.run}/model",
        "run_id": world.run,
    },
    "copy_model_version": lambda world: {"src_model_uri": "models:/net/1", "dst_name": world.another_model()},
    "get_model_version": of_version(),
    "get_model_version_by_alias": of_model(alias="prod"),
    "get_model_version_download_uri": of_version(),
    "get_model_version_stages": of_version(),
    "get_latest_versions": of_model(),
    "search_model_versions": of_nothing(),
    "update_model_version": of_version(description="a good one"),
    "set_model_version_tag": of_version(key="a", value="b"),
    "delete_model_version_tag": of_version(key="kind"),
    "transition_model_version_stage": of_version(stage="Staging"),
    "delete_model_version": of_version(),
    "restore_model_version": of_model(version=2),
    "set_registered_model_alias": of_version(alias="best"),
    "delete_registered_model_alias": of_model(alias="prod"),
    "get_alias_policies": of_model(),
    "set_alias_policy": of_model(alias="best", approvals=1),
    "delete_alias_policy": of_model(alias="champion"),
    "model_history": of_model(),
    "add_comment": of_version(text="good"),
    "request_approval": of_version(),
    "approve": of_version(),
    "reject": of_version(),
    "log_evaluation": of_version(metrics={"auc": 0.9}),
    "set_registered_model_permission": of_model(subject="group:lab", permission="READ"),
    "delete_registered_model_permission": of_model(subject="user:bob"),
    "list_registered_model_permissions": of_model(),
    "doctor": of_nothing(),
    "gc": of_nothing(),
    "merge": lambda world: {"source": world.elsewhere.tracking_uri},
    "set_experiment_permission": of_experiment(subject="group:lab", permission="READ"),
    "delete_experiment_permission": of_experiment(subject="user:bob"),
    "list_experiment_permissions": of_experiment(),
    "set_store_permission": of_nothing(subject="group:lab", permission="READ"),
    "delete_store_permission": of_nothing(subject="user:bob"),
    "list_store_permissions": of_nothing(),
    "get_permission": of_experiment(identity="bob"),
}
