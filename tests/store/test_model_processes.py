"""Many processes in one registry at once, and `kill -9`: a number is given once, a version is whole or not there."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.errors import ModelVersionNotFoundError, NbflowError

if TYPE_CHECKING:
    from nbflow import Client

Another = Callable[[Path], "Client"]

KILLS = 25
SEED = int(os.environ.get("NBFLOW_KILL_SEED", "20240229"))

# What each process begins with: it says that it is ready, and hears when to begin.
PREAMBLE = """
import json, os, sys, time
import nbflow
from nbflow import errors
from nbflow.store.models import ModelFacts

number, root = int(sys.argv[1]), sys.argv[2]
client = nbflow.Client(root)
print("ready", flush=True)
begin = float(sys.stdin.readline())

def meet(moment):
    time.sleep(max(begin + moment * 0.02 - time.time(), 0))

def outcome(function, *args):
    try:
        return function(*args)
    except errors.NbflowError as exc:
        return type(exc).__name__

results = []
"""


def together(n: int, script: str, root: Path) -> list[list[Any]]:
    """Run a script in n processes, and give what each has put into its `results`."""
    command = [sys.executable, "-c", f"{PREAMBLE}\n{script}\nprint(json.dumps(results))"]
    processes = [
        subprocess.Popen([*command, str(i), str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for i in range(n)
    ]
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        begin = time.time() + 0.1
        for process in processes:
            assert process.stdin is not None
            process.stdin.write(f"{begin}\n")
            process.stdin.flush()
        answers = [process.communicate(timeout=120)[0] for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    assert [process.returncode for process in processes] == [0] * n
    return [json.loads(answer) for answer in answers]


def test_eight_processes_register_versions_of_one_model_at_once(tmp_path: Path, another: Another) -> None:
    another(tmp_path / "s").create_registered_model("m")
    script = """
meet(0)
for i in range(5):
    version = client.create_model_version("m", f"s3://bucket/{number}/{i}", tags={"of": number})
    results.append([version.version, version.source])
"""

    results = together(8, script, tmp_path / "s")

    numbers = [version for result in results for version, _ in result]
    assert sorted(numbers) == list(range(1, 41))
    found = {version.version: version.source for version in another(tmp_path / "s").search_model_versions()}
    assert found == {version: source for result in results for version, source in result}
    assert another(tmp_path / "s").doctor().findings == ()


def test_they_also_make_the_store_and_the_model_at_once(tmp_path: Path, another: Another) -> None:
    script = """
meet(0)
made = client._register("m", source=f"s3://bucket/{number}", run_id=None, facts=ModelFacts())
results.append(made.version)
"""

    results = together(8, script, tmp_path / "s")

    assert sorted(version for (version,) in results) == list(range(1, 9))
    (model,) = another(tmp_path / "s").search_registered_models(view_type=3)
    assert model.name == "m"


def test_of_many_that_create_one_model_one_succeeds(tmp_path: Path, another: Another) -> None:
    script = """
for i in range(5):
    meet(i)
    made = outcome(client.create_registered_model, f"m {i}")
    results.append(made if isinstance(made, str) else "made")
"""

    results = together(8, script, tmp_path / "s")

    for i in range(5):
        assert Counter(result[i] for result in results) == {"made": 1, "RegisteredModelExistsError": 7}
    assert len(another(tmp_path / "s").search_registered_models(view_type=3)) == 5


def test_of_many_that_want_one_name_one_gets_it(tmp_path: Path, another: Another) -> None:
    """Half of the processes rename a model to the name, a quarter create one, a quarter restore one."""
    client = another(tmp_path / "s")
    for i in range(5):
        for number in range(8):
            if number % 4 == 3:
                client.create_registered_model(f"wanted {i}")
                client.delete_registered_model(f"wanted {i}")
            else:
                client.create_registered_model(f"{number}.{i}")
    script = """
for i in range(5):
    meet(i)
    name = f"wanted {i}"
    if number % 4 == 3:
        said = outcome(client.restore_registered_model, name)
    elif number % 4 == 1:
        said = outcome(client.create_registered_model, name)
    else:
        said = outcome(client.rename_registered_model, f"{number}.{i}", name)
    results.append(said if isinstance(said, str) else "got it")
"""

    results = together(8, script, tmp_path / "s")

    names = Counter(model.name for model in another(tmp_path / "s").search_registered_models(max_results=None))
    for i in range(5):
        said = Counter(result[i] for result in results)
        assert names[f"wanted {i}"] >= 1
        # Who restores looks, and then writes: at the same moment another may take the name. `doctor` tells of it.
        assert said["got it"] >= 1
        takers = [results[number][i] for number in range(8) if number % 4 != 3]
        assert Counter(takers)["got it"] <= 1


def test_an_alias_moved_by_many_stands_for_one_version(tmp_path: Path, another: Another) -> None:
    client = another(tmp_path / "s")
    client.create_registered_model("m")
    for i in range(8):
        client.create_model_version("m", f"s3://bucket/{i}")
    script = """
for i in range(10):
    meet(i / 2)
    client.set_registered_model_alias("m", "champion", number + 1)
"""

    together(8, script, tmp_path / "s")

    readers = [another(tmp_path / "s") for _ in range(2)]
    (said,) = {reader.get_model_version_by_alias("m", "champion").version for reader in readers}
    moves = [entry for entry in client.model_history("m") if entry.action == "alias set"]
    assert len(moves) == 80
    assert moves[-1].version == said


def test_threads_register_versions_of_one_model_at_once(client: Client) -> None:
    client.create_registered_model("m")
    numbers: list[int] = []

    def register() -> None:
        numbers.extend(client.create_model_version("m", "s3://bucket/m").version for _ in range(5))

    threads = [threading.Thread(target=register) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(numbers) == list(range(1, 41))


# Registers without end, and says so once the call has returned. `files` is long enough to be written in pieces.
REGISTRAR = """
import json, os, sys
import nbflow
from nbflow.store.models import ModelFacts

client = nbflow.Client(sys.argv[1])
sys.stdin.readline()

def put(place):
    place.mkdir()
    for i in range(5):
        (place / f"{i}.bin").write_bytes(b"x" * 20_000)

i = 0
while True:
    i += 1
    facts = ModelFacts(files={f"file {n}": "ab" * 32 for n in range(300)})
    made = client._register(
        "m", source=f"s3://bucket/{i}", run_id=None, facts=facts, tags={"i": i}, description="d" * i,
        put=put if i % 2 else None,
    )
    client.set_registered_model_alias("m", "newest", made.version)
    os.write(1, f"{made.version}\\n".encode())
"""


def test_a_kill_leaves_no_half_version(tmp_path: Path, another: Another) -> None:
    rng = random.Random(SEED)
    script = tmp_path / "registrar.py"
    script.write_text(REGISTRAR, encoding="utf-8")
    root = tmp_path / "s"
    following = start(script, root)
    acknowledged: set[int] = set()
    for _ in range(KILLS):
        process, following = following, start(script, root)
        acknowledged |= kill_at_some_moment(process, rng)

        check(another(root), acknowledged)
    following.kill()
    following.communicate()
    assert len(acknowledged) > KILLS / 2


def start(script: Path, root: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-E", str(script), str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


def kill_at_some_moment(process: subprocess.Popen[bytes], rng: random.Random) -> set[int]:
    assert process.stdin is not None
    assert process.stdout is not None
    wait_for, delay_s = rng.choice([0, 1, 1, 2]), rng.random() * rng.choice([0.001, 0.01, 0.03])
    process.stdin.write(b"\n")
    process.stdin.flush()
    lines = [process.stdout.readline() for _ in range(wait_for)]
    time.sleep(delay_s if wait_for else delay_s * 5)
    process.kill()
    whole = (b"".join(lines) + process.stdout.read()).rpartition(b"\n")[0]
    process.communicate()
    return set(map(int, whole.split()))


def check(client: Client, acknowledged: set[int]) -> None:
    """What was acknowledged is there; what is there is whole; what is not, is no version."""
    versions = {version.version: version for version in client.search_model_versions()}
    assert acknowledged <= versions.keys()
    for version in versions.values():
        i = int(version.tags["i"])
        assert (version.source, version.description) == (f"s3://bucket/{i}", "d" * i)
        assert len(version.files) == 300
        place = Path(client.get_model_version_download_uri("m", version.version)) if i % 2 else None
        if place is not None:
            assert [file.stat().st_size for file in sorted(place.iterdir())] == [20_000] * 5
    models = Path(client.tracking_uri) / "models" / "m"
    for number in (int(folder.name) for folder in models.glob("[0-9]*")):
        if number not in versions:
            try:
                client.get_model_version("m", number)
            except ModelVersionNotFoundError:
                continue
            raise AssertionError(number)
    # At worst a number without a version, a folder without a model, and the torn end of a line.
    if client._store.check():
        kinds = {finding.kind for finding in client.doctor().findings}
        assert kinds <= {"not_registered", "not_created", "torn_tail"}
    try:
        newest = client.get_model_version_by_alias("m", "newest").version
    except NbflowError:
        assert len(acknowledged) == 0
    else:
        assert newest in versions
