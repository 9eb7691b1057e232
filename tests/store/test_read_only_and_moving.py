"""Reading changes nothing: a store can be read-only, moved, copied; what is no store of ours is left as it is."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import nbflow
from nbflow import Client
from nbflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag
from nbflow.errors import ExperimentNotFoundError, NewerFormatError, NotAStoreError, RunNotFoundError

if TYPE_CHECKING:
    Another = Callable[[Path], Client]
    Exact = Callable[[object], object]

RUN = "0198c2f0a1b27c3d8e4f5061728394a5"


@pytest.fixture
def store(tmp_path: Path, another: Another) -> Path:
    """Make a store with some of everything, and close it."""
    client = another(tmp_path / "home" / "s")
    experiment_id = client.create_experiment("Ünï / 1", tags={"team": "a"})
    trashed = client.create_experiment("trashed")
    for home in ("0", experiment_id, trashed):
        for i in range(3):
            run_id = client.create_run(home, run_name=f"r{i}").info.run_id
            client.log_batch(
                run_id,
                [Metric("loss", 1 / (i + 1), i + 1, step) for step in range(5)] + [Metric("nan", math.nan, 1)],
                [Param("lr", f"0.{i}")],
                [RunTag("t", str(i))],
            )
            client.log_text(run_id, f"text {i}", "notes/a.txt")
            client.log_inputs(run_id, [DatasetInput(Dataset("d", "1", "local", "{}"), (InputTag("k", "v"),))])
            client.set_terminated(run_id)
    client.delete_run(run_id)
    client.delete_experiment(trashed)
    client._store.close()
    return tmp_path / "home" / "s"


def everything(client: Client) -> list[Any]:
    """Use whatever reads."""
    experiments = client.search_experiments(view_type=3, order_by=["name"])
    ids = [experiment.experiment_id for experiment in experiments]
    runs = client.search_runs(ids, "metrics.loss < 1 OR NOT params.lr = 0.1", 3, order_by=["metrics.loss DESC"])
    frame = client.search_frame(None, run_view_type=3, order_by=["start_time"])
    return [
        experiments,
        [client.get_experiment_by_name(experiment.name) for experiment in experiments],
        runs,
        [client.get_run(run.run_id) for run in runs],
        [client.get_metric_history(run.run_id, key) for run in runs for key in run.metrics],
        [client.list_artifacts(run.run_id, "notes") for run in runs],
        [client.read_artifact(run.run_id, "notes/a.txt") for run in runs],
        frame.to_csv(),
    ]


def told(root: Path, client: Client, exact: Exact) -> str:
    """Give all that a client tells as text that does not say where the store lies."""
    return json.dumps(exact(everything(client)), default=repr, ensure_ascii=False).replace(str(root), "STORE")


def look(root: Path) -> list[tuple[str, int, int, int, bytes]]:
    """List every file and folder with whatever changes when something is written."""
    return [
        (str(path), stat.st_mtime_ns, stat.st_ctime_ns, stat.st_mode, path.read_bytes() if path.is_file() else b"")
        for path in [root, *sorted(root.rglob("*"))]
        for stat in [path.lstat()]
    ]


def test_reading_writes_nothing(store: Path, another: Another) -> None:
    before = look(store.parent)

    for client in (another(store), another(store)):
        everything(client)
        frame = client.search_frame(None)
        shown: list[Any] = [frame, frame.best("metrics.loss", "min"), *client.search_experiments()]
        assert all("text/html" in each._repr_mimebundle_() for each in shown)

    assert look(store.parent) == before


READ_ONLY = """
import sys
import nbflow

client = nbflow.Client(sys.argv[1])
try:
    open(sys.argv[1] + "/probe", "w")
    raise SystemExit("it can be written to")
except OSError:
    pass
frame = client.search_frame(None, "metrics.loss > 0", order_by=["metrics.loss"])
assert len(frame) == 6, frame
assert "r1" in frame._repr_html_()
nbflow.set_tracking_uri(sys.argv[1])
assert len(nbflow.search_runs(search_all_experiments=True)) == 6
run = client.get_run(frame["run_id"][0])
assert client.get_metric_history(run.run_id, "loss")[0].step == 0
assert "text/html" in run._repr_mimebundle_()
assert len(client.search_experiments(view_type=3)) == 3
print("done")
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs the mounts of Linux")
def test_a_store_on_a_read_only_disk_can_be_searched_and_shown(
    store: Path, mounted: Callable[[str, Path, list[str]], list[str]]
) -> None:
    command = mounted('-o bind,ro "$0"', store, [sys.executable, "-c", READ_ONLY, str(store)])

    run = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (run.stdout, run.stderr) == ("done\n", "")


def test_a_store_without_a_place_for_its_index_can_be_searched(
    store: Path, another: Another, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBFLOW_CACHE_DIR", str(store / "store.json" / "below a file"))

    assert len(another(store).search_runs(["0"], "metrics.loss > 0")) == 3


def test_moving_a_store_changes_nothing(store: Path, tmp_path: Path, another: Another, exact: Exact) -> None:
    before = told(store, another(store), exact)
    moved = tmp_path / "elsewhere" / "ünï & co"
    moved.parent.mkdir()

    store.rename(moved)

    assert told(moved, another(moved), exact) == before
    moved.rename(store)
    assert told(store, another(store), exact) == before


def test_a_copy_is_the_same_store(store: Path, tmp_path: Path, another: Another, exact: Exact) -> None:
    before = told(store, another(store), exact)

    shutil.copytree(store, tmp_path / "copy")

    assert told(tmp_path / "copy", another(tmp_path / "copy"), exact) == before


def test_a_zipped_store_is_the_same_store(store: Path, tmp_path: Path, another: Another, exact: Exact) -> None:
    before = told(store, another(store), exact)

    archive = shutil.make_archive(str(tmp_path / "sent"), "zip", store)
    shutil.unpack_archive(archive, tmp_path / "received")

    assert told(tmp_path / "received", another(tmp_path / "received"), exact) == before


def test_a_store_reached_by_a_symlink_is_the_same_store(
    store: Path, tmp_path: Path, another: Another, exact: Exact
) -> None:
    link = tmp_path / "link"
    link.symlink_to(store)

    assert told(link, another(link), exact) == told(store, another(store), exact)


def test_a_moved_store_is_logged_to_where_it_is(store: Path, tmp_path: Path, another: Another) -> None:
    moved = tmp_path / "moved"
    store.rename(moved)

    run_id = another(moved).create_run("0").info.run_id

    assert (moved / "0" / run_id).is_dir()
    assert not store.exists()


# What is no store of ours


def start_run(uri: str) -> None:
    nbflow.set_tracking_uri(uri)
    nbflow.start_run()


WRITES: dict[str, Callable[[Client], object]] = {
    "run": lambda client: client.create_run("0"),
    "experiment": lambda client: client.create_experiment("x"),
    "log": lambda client: client.log_metric(RUN, "m", 1.0),
    "tag": lambda client: client.set_experiment_tag("0", "k", "v"),
    "rename": lambda client: client.rename_experiment("0", "x"),
    "delete": lambda client: client.delete_run(RUN),
    "artifact": lambda client: client.log_text(RUN, "text", "a.txt"),
    "fluent": lambda client: start_run(client.tracking_uri),
}
READS: dict[str, Callable[[Client], object]] = {
    "read search": lambda client: client.search_runs(["0"]),
    "read frame": lambda client: client.search_frame(None),
    "read run": lambda client: client.get_run(RUN),
    "read experiments": lambda client: client.search_experiments(),
    "read experiment": lambda client: client.get_experiment("0"),
    "read by name": lambda client: client.get_experiment_by_name("x"),
    "read history": lambda client: client.get_metric_history(RUN, "m"),
    "read artifacts": lambda client: client.list_artifacts(RUN),
}
CALLS = [pytest.param(call, id=name) for name, call in {**WRITES, **READS}.items()]


@pytest.mark.parametrize("call", CALLS)
def test_a_newer_format_is_refused_and_untouched(
    store: Path, another: Another, call: Callable[[Client], object]
) -> None:
    (store / "store.json").write_text('{"format": 2, "new": [1, 2]}\n')
    before = look(store)

    with pytest.raises(NewerFormatError, match="is a store of format 2; this nbflow knows format 1") as caught:
        call(another(store))

    assert (caught.value.found, caught.value.known) == (2, 1)
    assert nbflow.active_run() is None
    assert look(store) == before


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"x"', '{"form": 1}', "\udcff", '{"format": 1'])
def test_a_store_that_does_not_say_its_format_is_refused_and_untouched(
    tmp_path: Path, text: str, call: Callable[[Client], object]
) -> None:
    (tmp_path / "0" / RUN / "log").mkdir(parents=True)
    (tmp_path / "store.json").write_text(text, errors="surrogateescape")
    before = look(tmp_path)

    with pytest.raises(NotAStoreError, match="does not say its format"):
        call(Client(tmp_path))

    assert look(tmp_path) == before


@pytest.mark.parametrize("call", CALLS)
def test_a_folder_with_something_else_is_refused_and_untouched(
    tmp_path: Path, call: Callable[[Client], object]
) -> None:
    (tmp_path / "thesis.tex").write_text("text")
    before = look(tmp_path)

    with pytest.raises(NotAStoreError, match="is not empty"):
        call(Client(tmp_path))

    assert look(tmp_path) == before


@pytest.mark.parametrize("call", CALLS)
def test_what_mlflow_made_is_named_refused_and_untouched(tmp_path: Path, call: Callable[[Client], object]) -> None:
    (tmp_path / "mlruns" / "0" / RUN).mkdir(parents=True)
    (tmp_path / "mlruns" / "0" / "meta.yaml").write_text("name: Default\n")
    before = look(tmp_path)

    with pytest.raises(NotAStoreError, match="MLflow"):
        call(Client(tmp_path / "mlruns"))

    assert look(tmp_path) == before


@pytest.mark.parametrize("made", [True, False], ids=["empty", "missing"])
def test_where_nothing_is_everything_reads_as_empty_and_nothing_is_made(tmp_path: Path, made: bool) -> None:
    root = tmp_path / "a" / "s"
    if made:
        root.mkdir(parents=True)
    before = look(tmp_path)
    client = Client(root)

    assert client.search_runs(["0"]) == []
    assert len(client.search_frame(None)) == 0
    assert client.search_experiments(view_type=3) == []
    assert client.get_experiment_by_name("Default") is None
    with pytest.raises(RunNotFoundError):
        client.get_run(RUN)
    with pytest.raises(ExperimentNotFoundError):
        client.get_experiment("0")
    with pytest.raises(RunNotFoundError):
        client.log_metric(RUN, "m", 1.0)
    with pytest.raises(ExperimentNotFoundError):
        client.set_experiment_tag("0", "k", "v")
    with pytest.raises(ExperimentNotFoundError):
        client.rename_experiment("0", "x")
    assert look(tmp_path) == before


def test_a_store_that_was_deleted_and_made_anew_is_searched_anew(tmp_path: Path, another: Another) -> None:
    client = another(tmp_path / "s")
    client.create_run("0", run_name="old")
    assert [run.name for run in client.search_runs(["0"])] == ["old"]

    shutil.rmtree(tmp_path / "s")
    assert client.search_runs(["0"]) == []
    client.create_run("0", run_name="new")

    for each in (client, another(tmp_path / "s")):
        assert [run.name for run in each.search_runs(["0"])] == ["new"]


def test_an_older_copy_put_in_its_place_is_searched_as_it_is(store: Path, tmp_path: Path, another: Another) -> None:
    """A backup that is brought back has the times that it had."""
    shutil.copytree(store, tmp_path / "backup")
    client = another(store)
    (first, *_) = client.search_runs(["0"])
    client.set_tag(first.run_id, "later", "v")
    client.create_run("0", run_name="later")
    assert len(client.search_runs(["0"])) == 4

    shutil.rmtree(store)
    (tmp_path / "backup").rename(store)

    for each in (client, another(store)):
        assert len(each.search_runs(["0"])) == 3
        assert each.search_runs(["0"], "tags.later = 'v'") == []
    client.set_tag(first.run_id, "again", "v")
    assert another(store).get_run(first.run_id).tags["again"] == "v"
    os.utime(store)
