"""What watching the machine costs: CPU time of one sample, and the share of a core at the default interval."""

from __future__ import annotations

import statistics
import threading
import time

from nbflow.config import Settings
from nbflow.provenance import SystemMonitor, SystemSampler

__all__ = ["measure"]

SAMPLES = 200
INTERVAL_S = 0.02


def measure() -> list[tuple[str, float, str]]:
    """Measure.

    Returns
    -------
    rows : list of (what, value, unit)
        Medians and shares; CPU times are those of this process.
    """
    began = time.process_time()
    sampler = SystemSampler()
    making_ms = (time.process_time() - began) * 1e3
    sample_us = statistics.median(_cpu_s(sampler) for _ in range(SAMPLES)) * 1e6
    thread_us = _in_thread_s(sampler) * 1e6
    interval_s = Settings().system_metrics_s
    return [
        ("make the sampler, importing psutil", making_ms, "ms CPU"),
        ("one sample", sample_us, "µs CPU"),
        ("one sample, from the thread", thread_us, "µs CPU"),
        (f"share of one core, every {interval_s:g} s", thread_us / 1e6 / interval_s * 100, "%"),
    ]


def _cpu_s(sampler: SystemSampler) -> float:
    began = time.process_time()
    sampler.sample()
    return time.process_time() - began


def _in_thread_s(sampler: SystemSampler) -> float:
    """Give the CPU seconds for each sample while a monitor runs and nothing else does, its waking up included."""
    count = 0
    enough = threading.Event()

    def emit(_values: dict[str, float], step: int) -> None:
        nonlocal count
        count = step + 1
        if count >= SAMPLES // 4:
            enough.set()

    began = time.process_time()
    monitor = SystemMonitor(sampler, INTERVAL_S, emit)
    enough.wait(60)
    monitor.stop()
    return (time.process_time() - began) / count


if __name__ == "__main__":
    for what, value, unit in measure():
        print(f"{what:<40} {value:>10.4g} {unit}")
