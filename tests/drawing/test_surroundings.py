from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from nbflow import Client, set_tracking_uri
from nbflow.drawing.pages import run_bundle
from nbflow.drawing.pages_text import run_text
from nbflow.drawing.surroundings import Surroundings, look_around

if TYPE_CHECKING:
    from nbflow.entities import Run

Parse = Callable[[str], Any]


@pytest.fixture
def experiment(client: Client) -> str:
    return client.create_experiment("iris")


def start(client: Client, experiment: str, parent: Run | None = None) -> Run:
    tags = {} if parent is None else {"mlflow.parentRunId": parent.run_id}
    return client.create_run(experiment, tags=tags, run_name="child" if parent else "keen-fox")


def files(root: Path) -> Iterator[tuple[str, int]]:
    for path in sorted(root.rglob("*")):
        yield str(path), path.stat().st_mtime_ns


def test_names_stand_beside_the_ids(client: Client, experiment: str, parse: Parse) -> None:
    parent = start(client, experiment)
    run = start(client, experiment, parent)

    bundle = run_bundle(run)

    facts = dict(parse(bundle["text/html"]).one("table", "nbflow-facts").rows())
    assert facts["experiment"] == f"iris ({experiment})"
    assert facts["parent run"] == f"keen-fox ({parent.run_id})"
    assert f"iris ({experiment})" in bundle["text/plain"]
    assert f"keen-fox ({parent.run_id})" in bundle["text/plain"]


def test_a_long_name_leaves_the_id_whole(client: Client) -> None:
    experiment = client.create_experiment("x" * 500)

    assert f"({experiment})" in run_text(start(client, experiment))


def test_a_run_of_another_place_is_found_in_the_store_in_use(tmp_path: Path, client: Client) -> None:
    set_tracking_uri(client.tracking_uri)
    experiment = client.create_experiment("far", artifact_location=str(tmp_path / "far"))

    assert look_around(start(client, experiment)).experiment == "far"


def test_artifacts_are_listed_with_their_sizes(client: Client, experiment: str, parse: Parse) -> None:
    run = start(client, experiment)
    client.log_text(run.run_id, "x" * 1500, "a.txt")
    client.log_text(run.run_id, "x", "plots/b.txt")

    bundle = run_bundle(run)

    (table,) = [each for each in parse(bundle["text/html"]).all("table") if "Artifacts" in each.text]
    assert table.rows() == [["file", "size"], ["a.txt", "1.5 kB"], ["plots/", "–"]]  # noqa: RUF001
    assert "Artifacts\n  a.txt   1.5 kB\n  plots/  –" in bundle["text/plain"]  # noqa: RUF001


def test_many_artifacts_are_cut_and_counted(client: Client, experiment: str, parse: Parse) -> None:
    run = start(client, experiment)
    for i in range(25):
        client.log_text(run.run_id, "x", f"{i:02}.txt")

    bundle = run_bundle(run)

    for drawn in (parse(bundle["text/html"]).text, bundle["text/plain"]):
        assert "19.txt" in drawn
        assert "20.txt" not in drawn
        assert "… and 5 more" in drawn


def test_the_path_of_the_artifacts_is_whole(client: Client, experiment: str) -> None:
    run = start(client, experiment)
    deep = "/" + "/".join(f"folder-{i}" for i in range(50))
    far = replace(run, info=replace(run.info, artifact_uri=deep))

    assert run.info.artifact_uri in run_text(run)
    assert deep in run_text(far)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "artifacts",
        "/",
        "/a/artifacts",
        "s3://bucket/{id}/artifacts",
        "//server/share/1/{id}/artifacts",
        "\\\\server\\share\\{id}\\artifacts",
        "file://server/1/{id}/artifacts",
        "file:///1/{id}/artifacts",
        "/nowhere/1/{id}/artifacts",
        "/no\0where/1/{id}/artifacts",
        "/\ud800/1/{id}/artifacts",
    ],
)
def test_what_cannot_be_found_is_left_out(uri: str, tmp_path: Path, client: Client, experiment: str) -> None:
    set_tracking_uri(tmp_path / "other")
    run = start(client, experiment)
    lost = replace(run, info=replace(run.info, artifact_uri=uri.replace("{id}", run.run_id)))

    assert look_around(lost) == Surroundings()
    assert run_bundle(lost)["text/html"]
    assert f"experiment  {experiment}\n" in run_text(lost)


def test_a_damaged_store_does_not_stop_the_page(client: Client, experiment: str) -> None:
    run = start(client, experiment)
    for path in Path(client.tracking_uri).glob("*.json"):
        path.write_text("{")

    assert run.run_id in run_text(run)


def test_looking_writes_nothing(tmp_path: Path, client: Client, experiment: str) -> None:
    run = start(client, experiment)
    client.log_text(run.run_id, "x", "a.txt")
    client.set_terminated(run.run_id)
    before = list(files(tmp_path))

    run_bundle(client.get_run(run.run_id))

    assert list(files(tmp_path)) == before
