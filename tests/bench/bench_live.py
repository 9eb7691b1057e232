"""What a live display costs the training that it shows, in a real kernel."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any

from tests.bench.report import Row, Section, Target
from tests.bench.timing import Contender, Figures

if TYPE_CHECKING:
    from pathlib import Path

    from tests.magics.kernel import Kernel

__all__ = ["measure"]

_SETUP = """
import os, time
os.environ["OPENBLAS_NUM_THREADS"] = "1"
import numpy as np
import nbflow
nbflow.set_tracking_uri({store!r})
square = np.random.default_rng(0).random((160, 160))

def numpy_work(n_units):
    for _ in range(n_units):
        square @ square

def python_work(n_units):
    for _ in range(n_units):
        sum(range(50))

def units(work):
    began = time.perf_counter()
    work(2000)
    return max(1, int(2000 * 0.002 / (time.perf_counter() - began)))

n_units = {{work: units(work) for work in (numpy_work, python_work)}}
"""
_TRAIN = """
with nbflow.start_run():
    display = nbflow.live() if {live} else None
    cpu, own, began = time.process_time(), time.thread_time(), time.perf_counter()
    for step in range({n_steps}):
        {kind}_work(n_units[{kind}_work])
        nbflow.log_metric("loss", 1 / (step + 1), step=step)
        nbflow.log_metric("accuracy", 1 - 1 / (step + 1), step=step)
    took = time.perf_counter() - began
    others = time.process_time() - cpu - (time.thread_time() - own)
print(took / {n_steps}, others / took)
"""
_STEPS = 1000
_ROUNDS = 12
_KINDS = {"numpy": "a product of matrices in NumPy", "python": "Python alone, which needs the interpreter's lock"}


def measure(folder: Path) -> Section:
    """Measure: all in one kernel, in rounds that take turns, since the same work takes another time in another."""
    from tests.magics.kernel import Kernel

    here: Any = measure  # no process of their own makes these samples
    kernel = Kernel(folder)
    try:
        assert kernel.run(_SETUP.format(store=str(folder / "nbruns"))).status == "ok"
        rows, said = [], []
        for kind, what in _KINDS.items():
            without = Figures(Contender("without", here, kind="floor"))
            shown = Figures(Contender("with nbflow.live()", here, kind="nbflow"))
            shares = []
            _train(kernel, kind, live=True)
            for _ in range(_ROUNDS):
                without.seconds.append(_train(kernel, kind, live=False)[0])
                seconds, share = _train(kernel, kind, live=True)
                shown.seconds.append(seconds)
                shares.append(share)
            rows.append(Row(f"a step of {what}", [without, shown], Target(times=1.02)))
            said.append(f"{statistics.median(shares):.1%} beside {what}")
    finally:
        kernel.close()
    note = (
        "Steps of a millisecond's work or two, each of which logs two metrics; the display is drawn four times a "
        "second, in a kernel, with somebody who reads what it sends. Rounds of seconds differ by more than the target "
        "where the machine does anything else; the processor time of all threads but the training's own does not: "
        f"{'; '.join(said)}."
    )
    return Section("Live display", note, rows)


def _train(kernel: Kernel, kind: str, *, live: bool) -> tuple[float, float]:
    """Give the seconds of a step, and the share of the time that other threads worked."""
    ran = kernel.run(_TRAIN.format(live=live, n_steps=_STEPS, kind=kind))
    assert ran.status == "ok", ran
    seconds, share = map(float, ran.stdout.split())
    return seconds, share
