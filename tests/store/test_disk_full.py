"""A disk that is full or read-only: the call raises, what was acknowledged stays, and later it works again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from nbflow import Client
from nbflow.errors import NotAStoreError, StoreWriteError

# Runs in a process of its own, on a disk that gets full: logs until it is refused, looks, makes room, and goes on.
SCRIPT = """
import errno, os, signal, struct, sys
from pathlib import Path
import nbflow
from nbflow.config import Settings
from nbflow.entities import Metric
from nbflow.errors import NbflowError, StoreWriteError
from nbflow.store.filestore import FileStore

what, how, root = sys.argv[1], sys.argv[2], Path(sys.argv[3]) / "s"
filler = root.parent / "filler"


def full():
    if how == "limit":
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        largest = max(path.stat().st_size for path in root.rglob("*") if path.is_file())
        limit = largest + 77 if what in ENDLESS else 15
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        return
    with filler.open("wb", buffering=0) as file:
        for size in (4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError as exc:
                assert exc.errno == errno.ENOSPC


def room():
    if how == "limit":
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    else:
        filler.unlink()


def fresh():
    client = nbflow.Client.__new__(nbflow.Client)
    client._store = FileStore(root, Settings.from_environment())
    return client


def lacks(check, client):
    try:
        return not check(client)
    except (NbflowError, KeyError):
        return True


nbflow.set_tracking_uri(root)
client = nbflow.Client(root)
run = nbflow.start_run()
run_id = run.run_id
nbflow.log_param("before", "v")
nbflow.set_tag("t", 0)
nbflow.log_metric("loss", -1.0, step=-1)
experiment = client.create_experiment("e")
mine = [client.create_run("0").run_id for _ in range(20)]
others = [other.create_run("0").run_id for other in [fresh()] for _ in range(20)]
started = [run_id, *mine, *others]


def history(key, step):
    return lambda c: [p.value for p in c.get_metric_history(run_id, key) if p.step == step]


def param(n):
    nbflow.log_param(f"p{n}", "v" * 20)
    return lambda c: c.get_run(run_id).params[f"p{n}"] == "v" * 20

def tag(n):
    nbflow.set_tag(f"t{n}", n)
    return lambda c: c.get_run(run_id).tags[f"t{n}"] == str(n)

def metric(n):
    nbflow.log_metric("loss", n / 3, step=n)
    return lambda c: history("loss", n)(c) == [n / 3]

def new_metric(n):
    nbflow.log_metric(f"m{n}", n / 3, step=n)
    return lambda c: c.get_run(run_id).metrics[f"m{n}"] == n / 3

def metrics(n):
    nbflow.log_metrics({"a": n, "b": n}, step=n)
    return lambda c: history("a", n)(c) == history("b", n)(c) == [n]

def batch(n):
    client.log_batch(run_id, [Metric("many", i, 1, n) for i in range(50)])
    return lambda c: len(history("many", n)(c)) == 50

def first_metric(n):
    client.log_metric(mine[n], "m", n, 1)
    return lambda c: c.get_run(mine[n]).metrics["m"] == n

def artifact(n):
    client.log_text(run_id, f"{n}" * 300, f"{n}.txt")
    return lambda c: c.read_artifact(run_id, f"{n}.txt") == (f"{n}" * 300).encode()

def start(n):
    started.append(client.create_run("0", run_name=f"r{n}").run_id)
    return lambda c: c.get_run(started[-1]).name == f"r{n}"

def fluent_start(n):
    with nbflow.start_run(nested=True, run_name=f"r{n}") as nested:
        started.append(nested.run_id)
    return lambda c: c.get_run(started[-1]).status == "FINISHED"

def end(n):
    client.set_terminated(others[n])
    return lambda c: c.get_run(others[n]).status == "FINISHED"

def delete(n):
    client.delete_run(others[n])
    return lambda c: c.get_run(others[n]).info.lifecycle_stage == "deleted"

def move(n):
    client.move_run(others[n], experiment)
    return lambda c: c.get_run(others[n]).info.experiment_id == experiment

def new_experiment(n):
    client.create_experiment(f"new {n}")
    return lambda c: c.get_experiment_by_name(f"new {n}") is not None

def rename(n):
    client.rename_experiment(experiment, f"renamed {n}")
    return lambda c: c.get_experiment(experiment).name == f"renamed {n}"

def experiment_tag(n):
    client.set_experiment_tag(experiment, f"t{n}", n)
    return lambda c: c.get_experiment(experiment).tags[f"t{n}"] == str(n)

ENDLESS = {"param", "tag", "metric", "new_metric", "metrics", "batch", "experiment_tag"}
act = globals()[what]
full()
checks = []
try:
    for n in range(20 if what not in ENDLESS else 10_000):
        checks.append(act(n))
except StoreWriteError as exc:
    assert exc.errno in (errno.ENOSPC, errno.EFBIG), exc
    assert str(root) in str(exc)
else:
    raise AssertionError("the disk never got full")
for _ in range(2):  # it is refused each time, and does no harm
    try:
        act(n)
    except StoreWriteError:
        continue
    assert what == "rename"  # the name was there already, only its reservation was refused

for c in (client, fresh()):
    assert c.get_run(run_id).params["before"] == "v"
    assert all(check(c) for check in checks)
if how == "limit":
    room()
for file in root.rglob("*/log/*"):
    data = file.read_bytes()
    assert file.suffix == ".jsonl" or data[:8] in (b"", b"nbflowM\\x01"), file
    assert data.endswith(b"\\n") or not data if file.suffix == ".jsonl" else len(data) % 32 == 0, file
assert {r.run_id for r in fresh().search_runs(["0", experiment], run_view_type=3)} >= set(started)
if how != "limit":
    room()

check = act(n)
for c in (client, fresh()):
    assert all(check(c) for check in [*checks, check])
nbflow.log_metric("loss", 5.0, step=-5)
nbflow.end_run()
assert fresh().get_run(run_id).status == "FINISHED"
assert history("loss", -5)(fresh()) == [5.0]
assert fresh().search_runs(["0"], f"run_id = '{run_id}'") == [fresh().get_run(run_id)]
shown = fresh().search_runs(["0", experiment], run_view_type=3)
assert sorted(r.run_id for r in shown) == sorted(started)
for file in root.rglob("*/log/*.metrics"):
    assert file.read_bytes()[:8] == b"nbflowM\\x01", file
print("done")
"""
DEEDS = (
    "param",
    "tag",
    "metric",
    "new_metric",
    "metrics",
    "batch",
    "first_metric",
    "artifact",
    "start",
    "fluent_start",
    "end",
    "delete",
    "move",
    "new_experiment",
    "rename",
    "experiment_tag",
)
Mounted = Callable[[str, Path, list[str]], list[str]]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit of POSIX")
@pytest.mark.parametrize("what", DEEDS)
def test_a_file_that_cannot_grow(tmp_path: Path, what: str) -> None:
    """The limit cuts a write at any byte."""
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, what, "limit", str(tmp_path)], capture_output=True, text=True, check=False
    )

    assert (run.stdout, run.stderr) == ("done\n", "")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs the tmpfs of Linux")
@pytest.mark.parametrize("what", DEEDS)
def test_a_disk_without_room(tmp_path: Path, mounted: Mounted, what: str) -> None:
    command = [sys.executable, "-c", SCRIPT, what, "tmpfs", str(tmp_path)]

    run = subprocess.run(
        mounted("-t tmpfs -o size=512k none", tmp_path, command), capture_output=True, text=True, check=False
    )

    assert (run.stdout, run.stderr) == ("done\n", "")


# A torn record that cannot be taken back: the file only lets itself be appended to.
TORN = """
import os, resource, signal, subprocess, sys
from pathlib import Path
import nbflow
from nbflow.errors import StoreWriteError

nbflow.set_tracking_uri(sys.argv[1])
run = nbflow.start_run()
nbflow.log_metric("loss", 1.0, step=1)
(file,) = Path(sys.argv[1]).rglob("*.metrics")
subprocess.run(["chattr", "+a", str(file)], check=True)
try:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size + 10, resource.RLIM_INFINITY))
    try:
        {log}
        raise AssertionError("nothing was refused")
    except StoreWriteError:
        pass
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert file.stat().st_size % 32 == 10
    with Path("victim").open("w+b", buffering=0) as victim:
        nbflow.log_metric("loss", 3.0, step=3)
        nbflow.log_metrics({{"loss": 4.0, "new": 4.0}}, step=4)
        assert victim.read() == b""
    nbflow.end_run()
    points = nbflow.get_metric_history(run.run_id, "loss")
    assert [(point.step, point.value) for point in points] == [(1, 1.0), (3, 3.0), (4, 4.0)], points
finally:
    subprocess.run(["chattr", "-a", str(file)], check=True)
print("done")
"""


@pytest.mark.parametrize(
    "log", ['nbflow.log_metric("loss", 2.0, step=2)', 'nbflow.log_metrics({"loss": 2.0}, step=2)'], ids=["one", "many"]
)
def test_nothing_follows_a_torn_record(tmp_path: Path, log: str) -> None:
    (tmp_path / "probe").touch()
    chattr = shutil.which("chattr")
    if chattr is None or subprocess.run([chattr, "+a", "probe"], capture_output=True, check=False).returncode:
        pytest.skip("not allowed to make a file that can only be appended to")
    subprocess.run([chattr, "-a", "probe"], check=True)

    run = subprocess.run(
        [sys.executable, "-c", TORN.format(log=log), str(tmp_path / "s")], capture_output=True, text=True, check=False
    )

    assert (run.stdout, run.stderr) == ("done\n", "")


# A disk that is read-only


READ_ONLY = """
import errno, subprocess, sys
from pathlib import Path
import nbflow
from nbflow.entities import Metric
from nbflow.errors import StoreWriteError

folder = Path(sys.argv[1])
client = nbflow.Client(folder / "s")
run_id, deleted = (client.create_run("0").info.run_id for _ in range(2))
client.delete_run(deleted)
experiment, trashed = (client.create_experiment(name) for name in ("e", "trashed"))
client.delete_experiment(trashed)
client.log_metric(run_id, "m", 1.0, 1)
client._store.close()
subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)

before = sorted((path, path.stat()) for path in folder.rglob("*"))
nbflow.set_tracking_uri(folder / "s")
deeds = (
    lambda: client.create_run("0"),
    lambda: nbflow.start_run(),
    lambda: client.log_param(run_id, "p", 1),
    lambda: client.log_metric(run_id, "m", 2.0),
    lambda: client.log_batch(run_id, [Metric("n", 2.0, 1)]),
    lambda: client.set_tag(run_id, "t", 1),
    lambda: client.log_text(run_id, "text", "a/b.txt"),
    lambda: client.set_terminated(run_id),
    lambda: client.delete_run(run_id),
    lambda: client.restore_run(deleted),
    lambda: client.move_run(run_id, experiment),
    lambda: client.create_experiment("new"),
    lambda: client.rename_experiment(experiment, "new"),
    lambda: client.set_experiment_tag(experiment, "t", 1),
    lambda: client.delete_experiment(experiment),
    lambda: client.restore_experiment(trashed),
    lambda: nbflow.Client(folder / "another").create_run("0"),
    lambda: nbflow.Client(folder / "an" / "other").create_experiment("x"),
)
for number, deed in enumerate(deeds):
    try:
        deed()
    except StoreWriteError as exc:
        assert exc.errno == errno.EROFS, exc
        assert str(folder) in str(exc)
        continue
    raise AssertionError(f"deed {number} was not refused")

assert nbflow.active_run() is None
assert sorted((path, path.stat()) for path in folder.rglob("*")) == before
run = client.get_run(run_id)
assert (run.metrics, run.params, run.status) == ({"m": 1.0}, {}, "RUNNING")
assert [found.run_id for found in client.search_runs(["0"], "metrics.m = 1")] == [run_id]
assert {each.name for each in client.search_experiments()} == {"Default", "e"}
subprocess.run(["mount", "-o", "remount,rw", str(folder)], check=True)
client.set_terminated(run_id)
assert client.get_run(run_id).status == "FINISHED"
print("done")
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs the tmpfs of Linux")
def test_a_read_only_disk_refuses_each_call_and_is_read(tmp_path: Path, mounted: Mounted) -> None:
    command = [sys.executable, "-c", READ_ONLY, str(tmp_path)]

    run = subprocess.run(
        mounted("-t tmpfs -o size=1m none", tmp_path, command), capture_output=True, text=True, check=False
    )

    assert (run.stdout, run.stderr) == ("done\n", "")


# A disk that is somebody else's


OTHERS = """
import errno, os, sys
import nbflow
from nbflow.errors import NbflowError, StoreWriteError

def outcome(deed):
    try:
        deed()
    except StoreWriteError as exc:
        return exc.errno == errno.EACCES
    return False

def deeds(root):
    client = nbflow.Client(root)
    run = client.search_runs(["0"])[0].run_id
    yield lambda: client.create_run("0")
    yield lambda: client.log_metric(run, "m", 1.0)
    yield lambda: client.log_param(run, "p", 1)
    yield lambda: client.set_terminated(run)
    yield lambda: client.log_text(run, "text", "a.txt")
    yield lambda: client.create_experiment("new")
    yield lambda: client.set_experiment_tag("0", "t", 1)
    yield lambda: nbflow.Client(root + "/../another").create_run("0")

[outcome(deed) for deed in deeds(sys.argv[2])]  # imports what somebody else cannot read
if os.getuid() == 0:
    os.setuid(65534)
print(*[outcome(deed) for deed in deeds(sys.argv[1])])
"""


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="needs the permissions of POSIX")
def test_a_store_of_somebody_else_refuses_each_call(tmp_path: Path) -> None:
    others = tmp_path / "others"
    for root in (others / "s", tmp_path / "warm"):
        Client(root).create_run("0")
    for folder in [*tmp_path.parents, tmp_path]:
        if folder.stat().st_uid == os.getuid() and folder.is_relative_to(tempfile.gettempdir()):
            folder.chmod(0o755)
    theirs = [path for path in [others, *others.rglob("*")] if path.is_dir()]
    for folder in theirs:
        folder.chmod(0o555)
    os.environ["NBFLOW_CACHE_DIR"] = str(tmp_path / "none")

    run = subprocess.run(
        [sys.executable, "-c", OTHERS, str(others / "s"), str(tmp_path / "warm")],
        capture_output=True,
        text=True,
        check=False,
    )

    for folder in theirs:
        folder.chmod(0o755)
    assert (run.stderr, run.stdout.split()) == ("", ["True"] * 8)


# Places where no store can be


def test_below_a_file_there_is_nothing_to_read_and_no_place_to_write(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    client = Client(tmp_path / "file" / "s")

    assert client.search_runs(["0"]) == []
    assert client.search_experiments() == []
    for deed in (lambda: client.create_run("0"), lambda: client.create_experiment("x")):
        with pytest.raises(StoreWriteError, match="file"):
            deed()
    assert (tmp_path / "file").read_text() == "text"


def test_a_file_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("text")
    client = Client(tmp_path / "s")

    for deed in (lambda: client.search_runs(["0"]), lambda: client.create_run("0"), client.search_experiments):
        with pytest.raises(NotAStoreError, match="it is a file"):
            deed()
    assert (tmp_path / "s").read_text() == "text"


def test_a_disk_that_comes_back_is_logged_to_again(tmp_path: Path) -> None:
    client = Client(tmp_path / "s")
    run_id = client.create_run("0").info.run_id
    (tmp_path / "s").rename(tmp_path / "away")
    os.utime(tmp_path)

    with pytest.raises((StoreWriteError, LookupError)):
        client.set_tag(run_id, "t", "lost")
    (tmp_path / "away").rename(tmp_path / "s")
    client.set_tag(run_id, "t", "kept")

    assert client.get_run(run_id).tags["t"] == "kept"
