from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from nbflow.errors import MissingDependencyError
from nbflow.provenance import SystemMonitor, SystemSampler

KEYS = {
    "system/cpu_utilization_percentage",
    "system/system_memory_usage_megabytes",
    "system/system_memory_usage_percentage",
    "system/disk_usage_percentage",
    "system/disk_usage_megabytes",
    "system/disk_available_megabytes",
    "system/network_receive_megabytes",
    "system/network_transmit_megabytes",
}
SOON_S = 10.0  # how long a loaded machine may take; none of the tests waits that long on one that is not

# A stand-in for nvidia-ml-py: one GPU that tells all, one without a sensor for its power.
NVML = '''
from types import SimpleNamespace

class NVMLError(Exception):
    """As in the real one."""

def nvmlInit(): pass
def nvmlDeviceGetCount(): return 2
def nvmlDeviceGetHandleByIndex(i): return i
def nvmlDeviceGetMemoryInfo(gpu): return SimpleNamespace(used=2_000_000_000, total=8_000_000_000)
def nvmlDeviceGetUtilizationRates(gpu): return SimpleNamespace(gpu=40 + gpu, memory=0)
def nvmlDeviceGetPowerUsage(gpu):
    if gpu == 1:
        raise NVMLError("Not Supported")
    return 75_000
def nvmlDeviceGetEnforcedPowerLimit(gpu): return 300_000
'''
NO_DRIVER = """
class NVMLError(Exception): pass
def nvmlInit(): raise NVMLError("Driver Not Loaded")
"""


@pytest.fixture
def without_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put a module named `pynvml` where imports find it first."""

    def write(source: str) -> None:
        monkeypatch.setitem(sys.modules, "pynvml", None)  # so that what is imported now goes away after the test
        monkeypatch.delitem(sys.modules, "pynvml")
        (tmp_path / "pynvml.py").write_text(source)
        monkeypatch.syspath_prepend(tmp_path)

    return write


@pytest.mark.usefixtures("without_gpu")
def test_what_is_read() -> None:
    values = SystemSampler().sample()

    assert values.keys() == KEYS
    assert all(type(value) is float and value >= 0 for value in values.values())
    assert all(value <= 100 for key, value in values.items() if key.endswith("_percentage"))


@pytest.mark.usefixtures("without_gpu")
def test_a_busy_cpu_is_seen_from_any_thread() -> None:
    found: list[float] = []
    sampler = SystemSampler()
    until = time.process_time() + 0.1
    while time.process_time() < until:
        pass
    thread = threading.Thread(target=lambda: found.append(sampler.sample()["system/cpu_utilization_percentage"]))

    thread.start()
    thread.join()

    assert found[0] > 0


@pytest.mark.usefixtures("without_gpu")
def test_the_disk_can_be_chosen(tmp_path: Path) -> None:
    usage = psutil.disk_usage(str(tmp_path))

    found = SystemSampler(str(tmp_path)).sample()["system/disk_usage_megabytes"]

    assert found == pytest.approx(usage.used / 1e6, rel=0.1)


@pytest.mark.usefixtures("without_gpu")
def test_what_the_machine_refuses_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise psutil.AccessDenied

    monkeypatch.setattr(psutil, "net_io_counters", refuse)

    values = SystemSampler(str(tmp_path / "no such disk")).sample()

    assert values.keys() == {key for key in KEYS if "network" not in key and "disk" not in key}


@pytest.mark.usefixtures("without_gpu")
def test_a_machine_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "net_io_counters", lambda: None)

    values = SystemSampler().sample()

    assert values.keys() == {key for key in KEYS if "network" not in key}


def test_without_psutil(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psutil", None)

    with pytest.raises(MissingDependencyError, match="pip install psutil"):
        SystemSampler()


def test_gpus(install: Callable[[str], None]) -> None:
    install(NVML)

    values = SystemSampler().sample()

    assert {key: value for key, value in values.items() if "gpu" in key} == {
        "system/gpu_0_memory_usage_megabytes": 2000.0,
        "system/gpu_0_memory_usage_percentage": 25.0,
        "system/gpu_0_utilization_percentage": 40.0,
        "system/gpu_0_power_usage_watts": 75.0,
        "system/gpu_0_power_usage_percentage": 25.0,
        "system/gpu_1_memory_usage_megabytes": 2000.0,
        "system/gpu_1_memory_usage_percentage": 25.0,
        "system/gpu_1_utilization_percentage": 41.0,
    }


def test_the_package_without_a_driver(install: Callable[[str], None]) -> None:
    install(NO_DRIVER)

    assert SystemSampler().sample().keys() == KEYS


class FixedSampler(SystemSampler):
    """Reads nothing, so that the thread alone is tested."""

    def __init__(self) -> None:
        self.taken = 0

    def sample(self) -> dict[str, float]:
        self.taken += 1
        return {"system/n": float(self.taken)}


class Received:
    """Collects what is emitted, and lets a test wait for so many."""

    def __init__(self, wanted: int) -> None:
        self.values: list[tuple[dict[str, float], int]] = []
        self.wanted = wanted
        self.enough = threading.Event()

    def __call__(self, values: dict[str, float], step: int) -> None:
        self.values.append((values, step))
        if len(self.values) >= self.wanted:
            self.enough.set()


def test_samples_come_with_their_steps() -> None:
    received = Received(3)
    monitor = SystemMonitor(FixedSampler(), 0.01, received)

    assert received.enough.wait(SOON_S)
    monitor.stop()

    assert received.values[:3] == [({"system/n": 1.0}, 0), ({"system/n": 2.0}, 1), ({"system/n": 3.0}, 2)]


def test_the_first_sample_does_not_wait_for_a_long_interval() -> None:
    received = Received(1)
    monitor = SystemMonitor(FixedSampler(), 3600, received)

    assert received.enough.wait(SOON_S)
    monitor.stop()


def test_stopping_does_not_wait_for_the_interval() -> None:
    monitor = SystemMonitor(FixedSampler(), 3600, Received(1))
    began = time.monotonic()

    monitor.stop()
    monitor.stop()

    assert time.monotonic() - began < SOON_S
    assert not monitor_threads()


def test_after_stopping_nothing_is_emitted() -> None:
    received = Received(1)
    monitor = SystemMonitor(FixedSampler(), 0.01, received)
    assert received.enough.wait(SOON_S)

    monitor.stop()
    count = len(received.values)
    time.sleep(0.05)

    assert len(received.values) == count


def test_stopping_from_inside() -> None:
    done = threading.Event()
    monitors: list[SystemMonitor] = []
    made = threading.Event()

    def emit(_values: dict[str, float], _step: int) -> None:
        made.wait(SOON_S)
        monitors[0].stop()
        done.set()

    monitors.append(SystemMonitor(FixedSampler(), 0.01, emit))
    made.set()

    assert done.wait(SOON_S)
    monitors[0].stop()
    assert not monitor_threads()


def test_a_slow_emit_does_not_hold_up_stopping() -> None:
    inside, release = threading.Event(), threading.Event()

    def emit(_values: dict[str, float], _step: int) -> None:
        inside.set()
        release.wait(SOON_S)

    monitor = SystemMonitor(FixedSampler(), 0.01, emit)
    assert inside.wait(SOON_S)
    began = time.monotonic()

    monitor.stop(timeout_s=0.05)

    assert time.monotonic() - began < SOON_S / 2
    release.set()
    monitor.stop(timeout_s=SOON_S)


def test_an_error_ends_the_sampling_and_nothing_else() -> None:
    calls = []

    def emit(_values: dict[str, float], step: int) -> None:
        calls.append(step)
        msg = "disk full"
        raise OSError(msg)

    def watch() -> None:
        monitor = SystemMonitor(FixedSampler(), 0.01, emit)
        wait_until(lambda: not monitor_threads())
        monitor.stop()

    with pytest.warns(RuntimeWarning, match="System metrics stopped: OSError: disk full") as warned:
        watch()

    assert calls == [0]
    assert len(warned) == 1


def test_the_thread_does_not_keep_the_program_alive() -> None:
    monitor = SystemMonitor(FixedSampler(), 3600, Received(1))

    (thread,) = monitor_threads()
    monitor.stop()

    assert thread.daemon


def monitor_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "nbflow-system-metrics"]


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON_S
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.005)
