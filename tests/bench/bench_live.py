"""What a live display costs the training that it shows, in a real kernel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.bench.report import Row, Section, Target
from tests.bench.timing import Contender, Sample, Stage

__all__ = ["measure"]

_SETUP = """
import time
import numpy as np
import nbflow
nbflow.set_tracking_uri({store!r})
square = np.random.default_rng(0).random((160, 160))

def in_numpy(end):
    while time.perf_counter() < end:
        square @ square

def in_python(end):
    while time.perf_counter() < end:
        sum(range(50))

def work(kind, n_units):
    # As much as was measured to take a millisecond: what another thread takes away makes it longer.
    if kind == "numpy":
        for _ in range(n_units):
            square @ square
    else:
        for _ in range(n_units):
            sum(range(50))

def units(kind):
    began = time.perf_counter()
    work(kind, 2000)
    return max(1, int(2000 * 0.001 / (time.perf_counter() - began)))

n_units = units({kind!r})
"""
_TRAIN = """
with nbflow.start_run():
    display = nbflow.live() if {live} else None
    cpu, own, began = time.process_time(), time.thread_time(), time.perf_counter()
    for step in range({n_steps}):
        work({kind!r}, n_units)
        nbflow.log_metric("loss", 1 / (step + 1), step=step)
        nbflow.log_metric("accuracy", 1 - 1 / (step + 1), step=step)
    took = time.perf_counter() - began
    others = time.process_time() - cpu - (time.thread_time() - own)
print(took / {n_steps}, others / took)
"""
_STEPS = 3000
_KINDS = {"numpy": "NumPy, matrices of 160 × 160", "python": "Python alone, which needs the interpreter's lock"}  # noqa: RUF001


def training(folder: str, kind: str, live: bool) -> Sample:
    """Train for some seconds: steps of a millisecond's work, each of which logs two metrics."""
    from tests.magics.conftest import Kernel

    place = Path(folder)
    place.mkdir(parents=True)
    kernel = Kernel(place)
    assert kernel.run(_SETUP.format(store=str(place / "nbruns"), kind=kind)).status == "ok"
    code = _TRAIN.format(live=live, n_steps=_STEPS, kind=kind)

    def sample(_: Any) -> list[float]:
        ran = kernel.run(code)
        assert ran.status == "ok", ran
        return [float(ran.stdout.split()[0])]

    sample(None)
    return sample


def measure(folder: Path) -> Section:
    """Measure."""
    rows = []
    for kind, what in _KINDS.items():
        contenders = [
            Contender("without", training, {"folder": str(folder / f"{kind}-without"), "kind": kind, "live": False}, "floor"),
            Contender("with nbflow.live()", training, {"folder": str(folder / f"{kind}-live"), "kind": kind, "live": True}, "nbflow"),
        ]
        with Stage(contenders) as stage:
            rows.append(Row(f"a step of {what}", stage.compare(8), Target(times=1.02)))
    note = (
        "Steps of a millisecond's work, each of which logs two metrics, 2,000 points a second in all; the display is "
        "drawn four times a second. In a kernel, with somebody who reads what it sends."
    )
    return Section("Live display", note, rows)
