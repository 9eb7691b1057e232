"""The same script against MLflow's registry and against nbflow's: what is answered, found and refused.

Skipped where MLflow is not installed (the extra `test` brings it).
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import textwrap
from typing import Any

import pytest

if importlib.util.find_spec("mlflow") is None:
    pytest.skip("MLflow, to compare with, is not installed", allow_module_level=True)

# `client` is a client, `say` notes an answer, or that there was an error and its code.
SCRIPT = """
import json, warnings

warnings.simplefilter("ignore")
answers = []

def shown(value):
    if isinstance(value, list):
        return [shown(each) for each in value]
    if value is None or isinstance(value, (str, int, dict)):
        return value
    fields = {"name": value.name, "description": value.description or "", "tags": dict(value.tags)}
    if hasattr(value, "latest_versions"):
        aliases = {alias: int(version) for alias, version in value.aliases.items()}
        versions = sorted([int(each.version), each.current_stage] for each in value.latest_versions or [])
        return fields | {"aliases": aliases, "latest": versions}
    return fields | {
        "version": int(value.version), "stage": value.current_stage, "source": value.source, "status": value.status,
        "aliases": sorted(value.aliases), "run_id": value.run_id or None, "run_link": value.run_link or None,
    }

def say(method, *args, **kwargs):
    try:
        answers.append([method, shown(getattr(client, method)(*args, **kwargs))])
    except Exception as exc:
        answers.append([method, type(exc).__name__ if not hasattr(exc, "error_code") else exc.error_code])

def search(method, *args, **kwargs):
    try:
        found = getattr(client, method)(*args, **kwargs)
        names = [f"{each.name} {getattr(each, 'version', '')}" for each in found]
        answers.append([args, kwargs, names, bool(found.token)])
    except Exception as exc:
        answers.append([args, kwargs, getattr(exc, "error_code", type(exc).__name__)])

say("create_registered_model", "a", {"team": 1, "x": "y"}, "first")
say("create_registered_model", "a")
say("create_registered_model", "b")
say("create_registered_model", "Größe 1")
for bad in ("", " ", "x/y", "x:y", ".."):
    say("create_registered_model", bad)
say("get_registered_model", "a")
say("get_registered_model", "nowhere")
say("update_registered_model", "a", "second")
say("update_registered_model", "b", None)
say("set_registered_model_tag", "a", "n", 5)
say("delete_registered_model_tag", "a", "x")
say("delete_registered_model_tag", "a", "x")
say("set_registered_model_tag", "nowhere", "n", 5)

for i in range(4):
    say("create_model_version", "a", f"s3://bucket/{i}", tags={"i": i}, description=f"no {i}", run_link="https://x")
say("create_model_version", "b", "s3://bucket/b")
say("create_model_version", "nowhere", "s3://bucket/b")
say("get_model_version", "a", "2")
say("get_model_version", "a", "9")
say("get_model_version", "a", "abc")
say("get_model_version", "nowhere", "1")
say("update_model_version", "a", "2", "changed")
say("set_model_version_tag", "a", "2", "k", 1)
say("set_model_version_tag", "a", "9", "k", 1)
say("set_model_version_tag", "a", "2", "k", 1, "None")
say("delete_model_version_tag", "a", "2", "i")
say("delete_model_version_tag", "a", "2", "i")
say("get_model_version", "a", "2")
say("get_model_version_download_uri", "a", "2")

say("set_registered_model_alias", "a", "champion", "1")
say("set_registered_model_alias", "a", "champion", "2")
say("set_registered_model_alias", "a", "old", "1")
for bad in ("latest", "v3", "V12", "x y", "x.y", "", "x/y"):
    say("set_registered_model_alias", "a", bad, "1")
say("set_registered_model_alias", "a", "champion", "9")
say("set_registered_model_alias", "nowhere", "champion", "1")
say("get_model_version_by_alias", "a", "champion")
say("get_model_version_by_alias", "a", "nowhere")
say("get_model_version_by_alias", "a", "latest")
say("get_model_version_by_alias", "nowhere", "champion")
say("delete_registered_model_alias", "a", "old")
say("delete_registered_model_alias", "a", "old")
say("get_registered_model", "a")

say("transition_model_version_stage", "a", "1", "production")
say("transition_model_version_stage", "a", "2", "Staging")
say("transition_model_version_stage", "a", "3", "Production", archive_existing_versions=True)
say("transition_model_version_stage", "a", "3", "Foo")
say("get_latest_versions", "a")
say("get_latest_versions", "a", ["production", "Staging"])
say("get_latest_versions", "a", ["Foo"])
say("get_latest_versions", "nowhere")
say("get_model_version_stages", "a", "1")
say("set_model_version_tag", "a", key="by", value="stage", stage="Production")
say("get_model_version", "a", "3")

say("copy_model_version", "models:/a/2", "c")
say("copy_model_version", "models:/a@champion", "c")
say("copy_model_version", "models:/a/2", "b")
say("get_model_version_download_uri", "c", "1")

for text in (
    None, "name = 'a'", "name != 'a'", "name LIKE '%'", "name ILIKE 'A'", "name IN ('a', 'b')", "tags.team = '1'",
    "tags.team != '2'", "tags.nowhere = 'x'", "foo = 'a'", "name > 'a'", "tags.n = '5' AND name = 'a'",
):
    search("search_registered_models", filter_string=text)
for order in (["name DESC"], ["name"], ["foo"]):
    search("search_registered_models", order_by=order)
search("search_registered_models", max_results=2)

by_number = ["name ASC", "version_number ASC"]
for text in (
    None, "name = 'a'", "name LIKE 'a%'", "version_number > 2", "version_number = 1", "name IN ('b', 'c')",
    "source_path = 's3://bucket/1'", "source_path LIKE 'models:%'", "tags.i = '3'", "tags.i != '3'",
    "tags.nowhere = 'x'", "run_id = 'x'", "foo = 'a'", "version_number LIKE '1'", "name = 'a' AND version_number < 3",
):
    search("search_model_versions", filter_string=text, order_by=by_number)
for order in (["name DESC", "version_number ASC"], ["version_number DESC", "name DESC"], ["foo"]):
    search("search_model_versions", order_by=order)
search("search_model_versions", max_results=3, order_by=by_number)

say("delete_model_version", "a", "4")
say("delete_model_version", "a", "4")
say("delete_model_version", "a", "2")
say("get_model_version", "a", "2")
say("get_model_version_by_alias", "a", "champion")
say("get_model_version_by_alias", "a", "latest")
say("create_model_version", "a", "s3://bucket/new")
say("get_model_version_download_uri", "c", "2")

say("set_registered_model_alias", "a", "champion", "1")
client.rename_registered_model("a", "renamed")
say("get_registered_model", "renamed")
say("get_registered_model", "a")
say("get_model_version_by_alias", "renamed", "champion")
for new in ("b", "x/y"):
    try:
        client.rename_registered_model("renamed", new)
        answers.append("renamed")
    except Exception as exc:
        answers.append(exc.error_code)
say("create_registered_model", "a")
say("create_model_version", "a", "s3://bucket/again")

client.delete_registered_model("renamed")
say("get_registered_model", "renamed")
say("get_model_version", "renamed", "1")
say("create_registered_model", "renamed")
say("create_model_version", "renamed", "s3://bucket/again")
say("get_registered_model", "renamed")
search("search_model_versions", order_by=by_number)
print(json.dumps(answers))
"""

CLIENTS = {
    "mlflow": """
        import mlflow
        client = mlflow.MlflowClient("sqlite:///mlflow.db", "sqlite:///mlflow.db")
    """,
    "nbflow": """
        import nbflow
        client = nbflow.Client("nbruns")
    """,
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """Run the script with both, side by side, and give what each answered."""
    folder = tmp_path_factory.mktemp("parity")
    environment = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
    running = {
        name: subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(begin) + SCRIPT],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name, begin in CLIENTS.items()
    }
    said = {}
    for name, process in running.items():
        out, err = process.communicate(timeout=240)
        assert process.returncode == 0, err
        said[name] = json.loads(out.splitlines()[-1])
    return said


# MLflow gives these mistakes of the caller its code for a fault of its own.
SERVER_FAULT = {"INTERNAL_ERROR": "INVALID_PARAMETER_VALUE"}


def test_both_answer_the_same(answers: dict[str, list[Any]]) -> None:
    pairs = list(zip(answers["mlflow"], answers["nbflow"], strict=True))

    differing = [(theirs, ours) for theirs, ours in pairs if not agree(theirs, ours)]
    assert differing == []
    assert len(pairs) > 100
    assert sum(isinstance(ours[-1], dict) for _, ours in pairs) > 30  # not only errors


def agree(theirs: Any, ours: Any) -> bool:
    if theirs == ours:
        return True
    if isinstance(theirs, list) and theirs[0] == ours[0] and theirs[-1] in SERVER_FAULT:
        return bool(ours[-1] == SERVER_FAULT[theirs[-1]])
    return False
