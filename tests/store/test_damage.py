"""What somebody, or a failing disk, leaves in a store hides nothing else in it."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from nbflow import Client

GARBAGE = bytes(range(1, 256)) * 2
HEADER = struct.pack("<8sI20x", b"nbflowM\x01", 32)


def lines(*events: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)


class To(str):
    """Where a symlink leads."""

    __slots__ = ()


# What is put into the folder of a log: bytes make a file, None a folder.
MESSES: dict[str, Mapping[str, bytes | To | None]] = {
    "garbage for a log": {"x.jsonl": GARBAGE + b"\n" + GARBAGE},
    "a symlink to nowhere": {"x.jsonl": To("nowhere")},
    "a symlink to itself": {"x.jsonl": To("x.jsonl")},
    "a folder for a log": {"x.jsonl": None},
    "an empty log": {"x.jsonl": b""},
    "other files": {".DS_Store": GARBAGE, "x.metrics": GARBAGE, "x": GARBAGE, "y.jsonl.tmp": GARBAGE},
    "points without a header": {"x.jsonl": b"", "x.metrics": GARBAGE},
    "half a header": {"x.jsonl": b"", "x.metrics": HEADER[:10]},
    "points of no metric": {"x.jsonl": b"", "x.metrics": HEADER + GARBAGE},
    "a folder for points": {"x.jsonl": b"", "x.metrics": None},
    "points that are nowhere": {"x.jsonl": b"", "x.metrics": To("nowhere")},
    "news of no run": {"x.jsonl": lines({"kind": "changed", "t": 9, "run_id": "f" * 32})},
    "news of elsewhere": {"x.jsonl": lines({"kind": "changed", "t": 9, "run_id": "../.."})},
    "a claim of nobody": {"x.jsonl": lines({"kind": "claimed", "t": 9, "experiment_id": "77"})},
    "a claim for itself": {"x.jsonl": lines({"kind": "claimed", "t": 9, "experiment_id": "0"})},
    "a claim of elsewhere": {"x.jsonl": lines({"kind": "claimed", "t": 9, "experiment_id": "../../0"})},
    "a time that no database holds": {"x.jsonl": lines({"kind": "ended", "t": 9, "status": "FAILED", "time": 2**63})},
    "a clock at its end": {"x.jsonl": lines({"kind": "tag", "t": 2**53, "key": "k", "value": "v"})},
    "a status of its own": {"x.jsonl": lines({"kind": "ended", "t": 9, "status": "<b>?</b>", "time": -(2**63)})},
}


def make(mess: Mapping[str, bytes | To | None], folder: Path) -> None:
    for name, content in mess.items():
        if content is None:
            (folder / name).mkdir()
        elif isinstance(content, bytes):
            (folder / name).write_bytes(content)
        else:
            (folder / name).symlink_to(content)


@pytest.mark.parametrize("where", ["run", "experiment"])
@pytest.mark.parametrize("mess", MESSES)
@pytest.mark.parametrize("known", [True, False], ids=["known to the index", "new"])
def test_damage_hides_nothing_else(
    tmp_path: Path, another: Callable[[Path], Client], mess: str, where: str, known: bool
) -> None:
    client = Client(tmp_path)
    bad, good = client.create_run("0", run_name="bad"), client.create_run("0", run_name="good")
    client.log_metric(good.run_id, "m", 1.0)
    if known:
        client.search_runs(["0"])
    else:
        client = another(tmp_path)

    make(MESSES[mess], (tmp_path / "0" if where == "experiment" else tmp_path / "0" / bad.run_id) / "log")

    for _ in range(2):
        assert [run.name for run in client.search_runs(["0"], "metrics.m = 1")] == ["good"]
        assert set(client.search_frame(None)["tags.mlflow.runName"]) == {"good", "bad"}
        assert [experiment.name for experiment in client.search_experiments()] == ["Default"]
        assert client.get_experiment_by_name("Default") is not None
        assert client.get_run(bad.run_id).name == "bad"
    client.set_tag(bad.run_id, "still", "works")
    assert another(tmp_path).get_run(bad.run_id).tags["still"] == "works"


@pytest.mark.parametrize("name", ["99999999999999999999999", "007", "١٢٣", "5", "models", ".git", "lost+found"])
@pytest.mark.parametrize("is_dir", [True, False], ids=["folder", "file"])
def test_what_lies_beside_the_experiments_is_left_alone(tmp_path: Path, name: str, is_dir: bool) -> None:
    client = Client(tmp_path)
    run_id = client.create_run("0").info.run_id
    if is_dir:
        make({"f" * 32: None, "log": None, "0" * 31: None, "1" * 32: GARBAGE}, make_folder(tmp_path / name))
    else:
        (tmp_path / name).write_bytes(GARBAGE)

    assert client.search_frame(None)["run_id"].tolist() == [run_id]
    assert [experiment.experiment_id for experiment in client.search_experiments()] == ["0"]
    assert client.get_run(run_id).run_id == run_id


def make_folder(path: Path) -> Path:
    path.mkdir()
    return path


@pytest.mark.parametrize("first", ["original", "copy"])
@pytest.mark.parametrize("known", [True, False], ids=["known to the index", "new"])
def test_a_run_that_was_copied_into_another_experiment_is_one_run(
    tmp_path: Path, another: Callable[[Path], Client], known: bool, first: str
) -> None:
    client = Client(tmp_path)
    experiment_id = client.create_experiment("x")
    home, other = ("0", experiment_id) if first == "original" else (experiment_id, "0")
    run_id = client.create_run(home).info.run_id
    if known:
        client.search_runs(["0"])

    shutil.copytree(tmp_path / home / run_id, tmp_path / other / run_id)

    client = another(tmp_path)
    assert client.search_frame(None)["run_id"].tolist() == [run_id]
    assert client.search_runs(["0", experiment_id]) == [client.get_run(run_id)]


@pytest.mark.parametrize("known", [True, False], ids=["known to the index", "new"])
def test_a_run_that_was_moved_into_another_experiment_by_hand_is_there(
    tmp_path: Path, another: Callable[[Path], Client], known: bool
) -> None:
    client = Client(tmp_path)
    experiment_id = client.create_experiment("x")
    run_id = client.create_run("0").info.run_id
    another(tmp_path).set_tag(run_id, "news", "of it, in the log of its first home")
    if known:
        client.search_runs(["0"])

    (tmp_path / "0" / run_id).rename(tmp_path / experiment_id / run_id)

    assert client.search_frame(None)["run_id"].tolist() == [run_id]
    assert client.get_run(run_id).tags["news"]
    (tmp_path / experiment_id / run_id).rename(tmp_path / "0" / run_id)
    assert client.search_frame(None)["run_id"].tolist() == [run_id]


def test_of_two_copies_of_a_run_one_may_go(tmp_path: Path) -> None:
    client = Client(tmp_path)
    experiment_id = client.create_experiment("x")
    run_id = client.create_run("0").info.run_id
    client.set_terminated(run_id)
    shutil.copytree(tmp_path / "0" / run_id, tmp_path / experiment_id / run_id)
    assert len(client.search_frame(None)) == 1

    shutil.rmtree(tmp_path / "0" / run_id)

    assert client.get_run(run_id).status == "FINISHED"
    assert client.search_frame(None)["run_id"].tolist() == [run_id]


AS_SOMEBODY_ELSE = """
import os, sys
from nbflow import Client

def names(root):
    client = Client(root)
    runs = client.search_runs(["0"], "attributes.start_time > 0", order_by=["params.x"])
    return [run.name for run in runs] + [each.name for each in client.search_experiments()]

names(sys.argv[2])  # imports what somebody else cannot read, where the interpreter is root's own
if os.getuid() == 0:
    os.setuid(65534)
print(*names(sys.argv[1]))
"""


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="needs the permissions of POSIX")
@pytest.mark.parametrize("what", ["0/{run}", "0/{run}/log", "0/{run}/log/*", "{experiment}", "{experiment}/log/*"])
def test_what_others_keep_to_themselves_hides_nothing_else(tmp_path: Path, what: str) -> None:
    """On a shared disk, with a umask of 077."""
    Client(tmp_path / "warm").create_run("0")
    client = Client(tmp_path / "s")
    experiment_id = client.create_experiment("own")
    private, _ = client.create_run("0", run_name="private"), client.create_run("0", run_name="shared")
    for folder in [*tmp_path.parents, tmp_path]:
        if folder.stat().st_uid == os.getuid() and folder.is_relative_to(tempfile.gettempdir()):
            folder.chmod(0o755)
    hidden = list((tmp_path / "s").glob(what.format(run=private.run_id, experiment=experiment_id)))
    for path in hidden:
        path.chmod(0)
    os.environ["NBFLOW_CACHE_DIR"] = str(tmp_path / "none")  # nobody's: it cannot be made

    run = subprocess.run(
        [sys.executable, "-c", AS_SOMEBODY_ELSE, str(tmp_path / "s"), str(tmp_path / "warm")],
        capture_output=True,
        text=True,
        check=False,
    )

    for path in hidden:
        path.chmod(0o755)
    assert run.stderr == ""
    assert hidden
    assert set(run.stdout.split()) == {"shared", "Default", "private" if what.startswith("{experiment}") else "own"}


@pytest.mark.parametrize("make_odd", [lambda p: p.symlink_to("nowhere"), lambda p: p.mkdir()], ids=["link", "folder"])
def test_a_history_is_read_past_what_is_no_log(tmp_path: Path, make_odd: Callable[[Path], None]) -> None:
    client = Client(tmp_path)
    run_id = client.create_run("0").info.run_id
    client.log_metric(run_id, "a", 1.0)
    make_odd(tmp_path / "0" / run_id / "log" / "zz.jsonl")

    assert [point.value for point in client.get_metric_history(run_id, "a")] == [1.0]
