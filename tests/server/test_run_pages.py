"""The page of a run over HTTP: what is on it, the course of its metrics, its files as lists and previews."""

from __future__ import annotations

import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nbflow.entities import Metric, Param
from nbflow.provenance.user import user_name
from nbflow.server.api.run_pages import _where
from nbflow.server.encoding import BUFFERS
from tests.server.asking import Ask, Refused

if TYPE_CHECKING:
    from nbflow import Client

KERNEL = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"


@pytest.fixture
def run_id(client: Client) -> str:
    run_id = client.create_run("0", run_name="first").run_id
    points = [Metric("loss", 1 / (step + 1), 1_000 + step, step) for step in range(50)]
    client.log_batch(run_id, points, [Param("lr", "0.1")])
    client.log_text(run_id, "a,b\n1,2\n", "tables/a.csv")
    return run_id


@pytest.fixture
def page(store_id: str, run_id: str) -> str:
    return f"/stores/{store_id}/runs/{run_id}"


QUESTIONS = [
    ("", {}),
    ("/history", {"key": "loss"}),
    ("/artifacts", {}),
    ("/preview", {"path": "tables/a.csv"}),
]


async def test_the_page_has_what_was_logged(ask: Ask, page: str) -> None:
    found = await ask("GET", page)

    assert found["run"]["name"] == "first"
    assert found["params"] == [["lr", "0.1"]]
    (loss,) = found["metrics"]
    assert (loss["key"], loss["step"], loss["n"]) == ("loss", 49, 50)
    assert loss["series"]["step"] == list(range(50))
    assert list(found["artifacts"]["folders"]) == ["", "tables"]
    assert (found["permission"], found["experiment_id"], found["server"]) == ("MANAGE", "0", True)


async def test_numbers_come_as_buffers_where_that_is_wanted(
    ask: Ask, page: str, jp_auth_header: dict[str, str]
) -> None:
    asked = {**jp_auth_header, "Accept": BUFFERS}

    found = await ask("GET", f"{page}/history", query={"key": "loss"}, headers=asked, whole=True)

    assert found.headers["Content-Type"] == BUFFERS
    (length,) = struct.unpack_from("<I", found.body)
    (size,) = struct.unpack_from("<I", found.body, 4 + length)
    assert size == 50 * 4  # steps, which fit into 32 bits
    assert np.frombuffer(found.body, "<i4", 50, 8 + length).tolist() == list(range(50))


@pytest.mark.parametrize(
    ("query", "steps"),
    [
        ({}, list(range(50))),
        ({"low": 10, "high": 12}, [10, 11, 12]),
        ({"axis": "step", "low": 47.5}, [48, 49]),
        ({"low": 100}, []),
    ],
)
async def test_a_stretch_of_a_metric(ask: Ask, page: str, query: dict[str, Any], steps: list[int]) -> None:
    found = await ask("GET", f"{page}/history", query={"key": "loss", **query})

    assert (found["step"], found["n"]) == (steps, len(steps))
    assert len(found["value"]) == len(found["time"]) == len(steps)


async def test_a_long_metric_comes_in_as_many_points_as_are_wanted(ask: Ask, client: Client, page: str) -> None:
    run_id = page.rpartition("/")[2]
    client.log_batch(run_id, [Metric("long", float(np.sin(at)), 1_000 + at, at) for at in range(5_000)])

    found = await ask("GET", f"{page}/history", query={"key": "long", "points": 100})

    assert found["n"] == 5_000
    assert 50 <= len(found["step"]) <= 100


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"key": "loss", "axis": "colour"},
        {"key": "loss", "low": "nan"},
        {"key": "loss", "high": "inf"},
        {"key": "loss", "low": "a"},
        {"key": "loss", "points": "2.5"},
        {"key": "loss", "more": "1"},
    ],
)
async def test_a_stretch_that_is_none(ask: Ask, page: str, query: dict[str, Any]) -> None:
    with pytest.raises(Refused) as caught:
        await ask("GET", f"{page}/history", query=query)

    assert caught.value.status == 400


async def test_a_metric_that_is_not_there(ask: Ask, page: str) -> None:
    found = await ask("GET", f"{page}/history", query={"key": "none"})

    assert (found["n"], found["value"]) == (0, [])


async def test_folders_and_files(ask: Ask, page: str) -> None:
    top = await ask("GET", f"{page}/artifacts")
    deep = await ask("GET", f"{page}/artifacts", query={"path": "tables"})

    assert top["entries"] == [{"path": "tables", "is_dir": True, "size": None}]
    assert deep["entries"] == [{"path": "tables/a.csv", "is_dir": False, "size": 8}]


async def test_a_preview(ask: Ask, page: str) -> None:
    found = await ask("GET", f"{page}/preview", query={"path": "tables/a.csv"})

    assert (found["kind"], found["columns"], found["rows"]) == ("table", ["a", "b"], [["1", "2"]])


async def test_a_preview_of_what_is_too_large_is_not_read(ask: Ask, client: Client, page: str) -> None:
    run_id = page.rpartition("/")[2]
    client.log_bytes(run_id, b"", "large.txt")
    with (Path(client.get_run(run_id).info.artifact_uri) / "large.txt").open("r+b") as file:
        file.truncate(40_000_000)

    found = await ask("GET", f"{page}/preview", query={"path": "large.txt"})

    assert (found["kind"], found["size"]) == ("none", 40_000_000)
    assert "too large" in found["why"]


@pytest.mark.parametrize(("path", "status"), [("none.csv", 404), ("tables", 400), ("", 400)])
async def test_a_preview_of_what_is_no_file(ask: Ask, page: str, path: str, status: int) -> None:
    with pytest.raises(Refused) as caught:
        await ask("GET", f"{page}/preview", query={"path": path})

    assert caught.value.status == status


# ---------------------------------------------------------------- where it came from


def a_run_of(client: Client, source: Path | str, kind: str = "NOTEBOOK", **tags: str) -> str:
    said = {"mlflow.source.name": str(source), "mlflow.source.type": kind}
    return client.create_run("0", tags=said | {name.replace("_", ".", 2): text for name, text in tags.items()}).run_id


@pytest.fixture
def where(ask: Ask, store_id: str) -> Any:
    async def asked(run_id: str) -> Any:
        return (await ask("GET", f"/stores/{store_id}/runs/{run_id}"))["where"]

    return asked


async def test_a_notebook_of_the_server_is_found_again(where: Any, client: Client, jp_root_dir: Path) -> None:
    run_id = a_run_of(
        client,
        jp_root_dir / "deep" / "a b.ipynb",
        nbflow_source_cell_id="c1",
        nbflow_source_kernel_id=KERNEL,
    )

    assert await where(run_id) == {"notebook": "deep/a b.ipynb", "cell_id": "c1", "kernel_id": KERNEL}


@pytest.mark.skipif(sys.platform == "win32", reason="making symlinks takes a privilege there")
def test_a_notebook_is_found_by_the_servers_folder_and_by_where_that_leads(client: Client, tmp_path: Path) -> None:
    root = tmp_path.resolve() / "books"
    root.mkdir()
    (tmp_path / "way").symlink_to(root)

    for notebook in (root / "a.ipynb", tmp_path / "way" / "a.ipynb"):
        found = _where(client.get_run(a_run_of(client, notebook)), tmp_path / "way")
        assert found == {"notebook": "a.ipynb", "cell_id": None, "kernel_id": None}


@pytest.mark.skipif(sys.platform == "win32", reason="making symlinks takes a privilege there")
async def test_a_path_that_a_run_names_is_not_followed(
    where: Any, client: Client, jp_root_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "way").symlink_to(jp_root_dir)  # it might be a disk that hangs

    assert await where(a_run_of(client, tmp_path / "way" / "a.ipynb")) is None


@pytest.mark.parametrize("name", ["../a.ipynb", "deep/../../a.ipynb", "lib/ipykernel_launcher.py"])
async def test_what_is_no_notebook_of_the_server(where: Any, client: Client, jp_root_dir: Path, name: str) -> None:
    assert await where(a_run_of(client, jp_root_dir / name)) is None


@pytest.mark.parametrize("source", ["a.ipynb", "s3://books/a.ipynb", "<console>", ""])
async def test_a_source_that_is_no_path(where: Any, client: Client, source: str) -> None:
    assert await where(a_run_of(client, source)) is None


async def test_a_script_is_no_notebook(where: Any, client: Client, jp_root_dir: Path) -> None:
    assert await where(a_run_of(client, jp_root_dir / "train.py", "LOCAL")) is None


# ---------------------------------------------------------------- who is refused


@pytest.mark.parametrize(("question", "query"), QUESTIONS)
async def test_nobody_is_told_anything(ask: Ask, page: str, question: str, query: Any) -> None:
    with pytest.raises(Refused) as caught:
        await ask("GET", f"{page}{question}", query=query, headers={})

    assert (caught.value.status, caught.value.code) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize(("question", "query"), QUESTIONS)
async def test_who_may_not_see_a_run_is_told_that_there_is_none(
    ask: Ask, client: Client, page: str, question: str, query: Any
) -> None:
    client.set_experiment_permission("0", f"user:{user_name()}", "NO_PERMISSIONS")

    with pytest.raises(Refused) as caught:
        await ask("GET", f"{page}{question}", query=query)

    assert (caught.value.status, caught.value.code) == (404, "RESOURCE_DOES_NOT_EXIST")


@pytest.mark.parametrize(("question", "query"), QUESTIONS)
async def test_a_run_that_is_not_there(ask: Ask, store_id: str, page: str, question: str, query: Any) -> None:
    assert page

    for run_id, status in (("0" * 32, 404), ("none", 400), ("a%00b", 400), ("%2E%2E", 400)):
        with pytest.raises(Refused) as caught:
            await ask("GET", f"/stores/{store_id}/runs/{run_id}{question}", query=query)
        assert caught.value.status == status


async def test_who_may_only_read_is_told_so(ask: Ask, client: Client, page: str) -> None:
    client.set_experiment_permission("0", f"user:{user_name()}", "READ")

    assert (await ask("GET", page))["permission"] == "READ"


async def test_names_of_what_may_not_be_seen_are_left_out(ask: Ask, client: Client, page: str) -> None:
    run_id = page.rpartition("/")[2]
    hidden = client.create_experiment("hidden")
    parent = client.create_run(hidden, run_name="secret parent")
    client.set_tag(run_id, "mlflow.parentRunId", parent.run_id)
    client.set_experiment_permission(hidden, f"user:{user_name()}", "NO_PERMISSIONS")

    found = await ask("GET", page, whole=True)

    assert b"secret parent" not in found.body
