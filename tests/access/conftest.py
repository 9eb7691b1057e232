"""What the tests of access share: a store with something of each kind, and a real call of every method of `Client`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nbflow import Client
from nbflow.entities import Dataset, DatasetInput, Metric, Param, RunTag

if TYPE_CHECKING:
    from nbflow.access import Permission
    from nbflow.tracking.permissions import Need

USER = "ada"


class World:
    """A store, the ids of what is in it, and what is granted to one user there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.plain = client = Client(root / "nbruns")
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
        # Nobody is given anything by default: what counts is what a test grants.
        client.set_store_permission("*", "NO_PERMISSIONS")
        self.elsewhere = Client(root / "elsewhere")
        self.elsewhere.create_run("0")
        self.file = root / "note.txt"
        self.file.write_text("a note")

    @property
    def client(self) -> Client:
        """A client of the user."""
        return Client(self.plain.tracking_uri, identity=USER)

    def new_run(self, experiment_id: str, **named: Any) -> str:
        run_id = self.plain.create_run(experiment_id, **named).info.run_id
        self.plain.set_terminated(run_id)
        return run_id

    def arguments(self, method: str) -> dict[str, Any]:
        """Give arguments that the method works with."""
        return ARGUMENTS[method](self)

    def grant(self, need: Need, given: dict[str, Any], permission: Permission) -> None:
        """Give the user a permission on what an argument names."""
        what: Any = given.get(need.argument)
        subject = f"user:{USER}"
        if need.kind == "store":
            self.plain.set_store_permission(subject, permission)
        elif need.kind == "experiment":
            self.plain.set_experiment_permission(what, subject, permission)
        else:
            assert need.kind == "run"
            self.plain.set_experiment_permission(self.plain.get_run(what).info.experiment_id, subject, permission)

    def files(self) -> dict[str, bytes]:
        """Read everything that is in the store."""
        root = Path(self.plain.tracking_uri)
        return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def of_run(**more: Any) -> Callable[[World], dict[str, Any]]:
    return lambda world: {"run_id": world.run, **more}


def of_experiment(**more: Any) -> Callable[[World], dict[str, Any]]:
    return lambda world: {"experiment_id": world.experiment, **more}


def of_nothing(**more: Any) -> Callable[[World], dict[str, Any]]:
    return lambda _world: dict(more)


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
    "count_runs": of_nothing(),
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
    "load_table": of_experiment(artifact_file="table.json"),
    "log_artifact": lambda world: {"run_id": world.run, "local_path": world.file},
    "log_artifacts": lambda world: {"run_id": world.run, "local_dir": Path(world.elsewhere.tracking_uri)},
    "log_bytes": of_run(data=b"abc", artifact_file="a.bin"),
    "log_text": of_run(text="abc", artifact_file="a.txt"),
    "log_dict": of_run(dictionary={"a": 1}, artifact_file="b.json"),
    "log_figure": lambda world: {"run_id": world.run, "figure": a_figure(), "artifact_file": "a.json"},
    "log_image": lambda world: {"run_id": world.run, "image": an_image(), "artifact_file": "a.png"},
    "log_table": of_run(data={"x": [3]}, artifact_file="table.json"),
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
