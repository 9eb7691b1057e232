"""What it takes until a fresh Python has imported the library, and until it has a run."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.bench.report import Row, Section, Target
from tests.bench.timing import Contender, Sample, Stage, environment

__all__ = ["measure"]

_MLFLOW = "import mlflow\nmlflow.set_tracking_uri({uri!r})\nmlflow.start_run()"
_TENSORBOARD = "from tensorboardX import SummaryWriter\nSummaryWriter({folder!r})"
_SAY_SO = "import os\nos.write(1, b'.')\n"


def until_done(code: str, folder: str) -> Sample:
    """Time a Python that runs some code, from its start until the code is through; how it ends is left out."""
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    env = environment(folder) | {"NBFLOW_TRACKING_URI": str(place / "nbruns")}
    del env["PYTHONPATH"]

    def sample(_: Any) -> list[float]:
        command = [sys.executable, "-c", f"{code}\n{_SAY_SO}"]
        began = time.perf_counter()
        with subprocess.Popen(
            command, cwd=place, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
        ) as process:
            assert process.stdout is not None
            said = process.stdout.read(1)
            took = time.perf_counter() - began
            process.stdout.read()
        if said != b".":
            subprocess.run(command, cwd=place, env=env, check=True, stdout=sys.stderr)
        return [took]

    sample(None)  # compiles the modules, and makes stores and databases
    return sample


def in_repository(code: str, folder: str) -> Sample:
    """As `until_done`, in a git repository of one commit."""
    Path(folder).mkdir(parents=True)
    (Path(folder) / "train.py").write_text(code)
    git = shutil.which("git") or "git"
    identity = ["-c", "user.name=bench", "-c", "user.email=bench@example.invalid"]
    for command in (["init", "--quiet"], ["add", "train.py"], [*identity, "commit", "--quiet", "--message", "bench"]):
        subprocess.run([git, *command], cwd=folder, check=True)
    return until_done(code, folder)


def _peer(package: str, code: str, folder: str) -> Sample:
    __import__(package)  # or else it is absent
    return until_done(code, folder)


def mlflow(code: str, folder: str) -> Sample:
    """As `until_done`, when mlflow is installed."""
    return _peer("mlflow", code, folder)


def tensorboard(code: str, folder: str) -> Sample:
    """As `until_done`, when tensorboardX is installed."""
    return _peer("tensorboardX", code, folder)


def measure(folder: Path) -> Section:
    """Measure imports, alone and with a run started."""
    place = folder / "import"
    python = Contender("python -c pass", until_done, {"code": "pass", "folder": str(place / "python")}, "floor")
    rows = []
    with Stage([python, *_importing(place)]) as stage:
        rows.append(Row("import", stage.compare(30)))
    with Stage([python, *_starting(place)]) as stage:
        rows.append(Row("import, then start a run", stage.compare(30), Target(more_s=0.080)))
    return Section("Import", "From the start of a new Python until the code is through; modules compiled.", rows)


def _importing(place: Path) -> list[Contender]:
    makers = {"nbflow": until_done, "mlflow": mlflow, "tensorboardX": tensorboard}
    return [
        Contender(
            f"import {name}",
            make,
            {"code": f"import {name}", "folder": str(place / name)},
            "nbflow" if name == "nbflow" else "peer",
            every=1 if name == "nbflow" else 5,
        )
        for name, make in makers.items()
    ]


def _starting(place: Path) -> list[Contender]:
    code = "import nbflow\nnbflow.start_run()"
    options = {"code": code, "folder": str(place / "nbflow")}
    contenders = [Contender("import nbflow; start_run()", until_done, options, "nbflow")]
    if shutil.which("git"):
        options = {"code": code, "folder": str(place / "repository")}
        contenders.append(Contender("the same, in a git repository", in_repository, options, "nbflow"))
    for store, uri in (("SQLite", f"sqlite:///{place}/mlflow/mlflow.db"), ("files", str(place / "mlflow" / "mlruns"))):
        options = {"code": _MLFLOW.format(uri=uri), "folder": str(place / "mlflow")}
        contenders.append(Contender(f"import mlflow; start_run(), {store}", mlflow, options, every=5))
    log = str(place / "tensorboardX" / "log")
    options = {"code": _TENSORBOARD.format(folder=log), "folder": str(place / "tensorboardX")}
    contenders.append(Contender("import tensorboardX; SummaryWriter()", tensorboard, options, every=5))
    return contenders
