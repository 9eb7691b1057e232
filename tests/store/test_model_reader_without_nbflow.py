"""The format of registered models is open: plain Python reads what nbflow wrote."""

from __future__ import annotations

import ast
import runpy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from nbflow import Client

READER = Path(__file__).with_name("plain_model_reader.py")

Another = Callable[[Path], "Client"]


@pytest.fixture
def store(tmp_path: Path, another: Another) -> Client:
    """Make a store in which much happened to models, on two machines."""
    client = another(tmp_path / "s")
    for name in ("Größe 1", "b", "gone"):
        client.create_registered_model(name, {"a": 1, "b": 2})
        for i in range(3):
            client.create_model_version(name, f"s3://{name}/{i}", tags={"i": i, "k": "v"})
    client.set_registered_model_alias("b", "champion", 1)
    shutil.copytree(tmp_path / "s", tmp_path / "t")
    other = another(tmp_path / "t")
    other.create_model_version("b", "s3://other/3")
    other.set_registered_model_alias("b", "other", 4)
    client.create_model_version("b", "s3://b/3")
    client.delete_registered_model_tag("b", "a")
    client.set_registered_model_alias("b", "champion", 2)
    client.set_registered_model_alias("b", "dropped", 3)
    client.delete_registered_model_alias("b", "dropped")
    client.set_model_version_tag("b", 1, "i", "changed")
    client.delete_model_version_tag("b", 2, "k")
    client.delete_model_version("b", 3)
    client._store.models.version("b", 1).stage("Production", "ann")
    client.merge(other.tracking_uri)
    client.rename_registered_model("b", "c")
    client.create_registered_model("b")
    client.delete_registered_model("gone")
    return client


def read(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = runpy.run_path(str(READER))["read_models"](Path(client.tracking_uri))
    return found


def test_it_reads_what_the_client_reads(store: Client) -> None:
    found = read(store)

    models = store.search_registered_models()
    assert sorted(found) == sorted(model.name for model in models) == ["Größe 1", "b", "c"]
    for model in models:
        said = found[model.name]
        assert (said["tags"], said["aliases"]) == (model.tags, model.aliases)
        live = {number: version for number, version in said["versions"].items() if not version["deleted"]}
        versions = {version.version: version for version in store.search_model_versions(f"name = '{model.name}'")}
        assert live.keys() == versions.keys()
        for number, version in versions.items():
            told = live[number]
            assert (told["source"], told["tags"], told["stage"]) == (
                version.source,
                version.tags,
                version.current_stage,
            )
    assert found["c"]["aliases"] == {"champion": 2, "other": 5}


def test_it_uses_the_standard_library_alone() -> None:
    tree = ast.parse(READER.read_text("utf-8"))

    imported = {
        (node.module or "").partition(".")[0] if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert imported <= {"__future__", "json", "pathlib", "typing"}
