"""What the machine does while a run goes on: a sampler that reads it, and a thread that asks now and then."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

from nbflow.errors import MissingDependencyError
from nbflow.provenance.gpu import find_gpus

__all__ = ["SystemMonitor", "SystemSampler"]

_FIRST_S = 1.0

_T = TypeVar("_T")


class SystemSampler:
    """Reads CPU, memory, disk, network and, where there is one, NVIDIA GPU, under MLflow's names.

    Utilization of the CPU is that since the sample before (at first: since the sampler was made); network traffic adds
    up from when the sampler was made. A megabyte is 10^6 bytes. All of it is the whole machine's, not the process's.

    Parameters
    ----------
    disk
        A path on the disk to report; the root of the system's by default, as in MLflow.

    Raises
    ------
    MissingDependencyError
        If psutil is not installed.
    """

    def __init__(self, disk: str = os.sep) -> None:
        try:
            import psutil
        except ImportError as exc:
            raise MissingDependencyError("psutil", "Logging system metrics") from exc
        self._psutil: Any = psutil
        # What a machine refuses to tell (a sandbox without /proc/net, say) is left out, and the rest reported.
        self._refusals = (OSError, NotImplementedError, psutil.Error)
        self._disk_path = disk
        self._gpus = find_gpus()
        self._cpu_before = (0.0, 0.0)
        self._traffic_before = (0.0, 0.0)
        self._cpu_before = self._read(self._cpu_times) or (0.0, 0.0)
        self._traffic_before = self._read(self._traffic) or (0.0, 0.0)

    def sample(self) -> dict[str, float]:
        """Read everything once.

        Returns
        -------
        values : dict of str to float
            `system/<name>` to value; what cannot be read is absent.
        """
        values: dict[str, float] = {}
        for source in (self._cpu, self._memory, self._disk, self._network):
            values |= self._read(source) or {}
        if self._gpus is not None:
            values |= self._gpus()
        return values

    def _read(self, source: Callable[[], _T | None]) -> _T | None:
        try:
            return source()
        except self._refusals:
            return None

    def _cpu_times(self) -> tuple[float, float]:
        # Not psutil.cpu_percent: that remembers its last call for each thread, and a first call says 0.
        times = self._psutil.cpu_times()
        total = sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)  # part of user and nice
        return total - times.idle - getattr(times, "iowait", 0.0), total

    def _cpu(self) -> dict[str, float]:
        busy_before, total_before = self._cpu_before
        busy, total = self._cpu_before = self._cpu_times()
        passed = total - total_before
        used = 100 * (busy - busy_before) / passed if passed > 0 else 0.0
        return {"system/cpu_utilization_percentage": min(max(used, 0.0), 100.0)}

    def _memory(self) -> dict[str, float]:
        memory = self._psutil.virtual_memory()
        return {
            "system/system_memory_usage_megabytes": memory.used / 1e6,
            "system/system_memory_usage_percentage": float(memory.percent),
        }

    def _disk(self) -> dict[str, float]:
        disk = self._psutil.disk_usage(self._disk_path)
        return {
            "system/disk_usage_percentage": float(disk.percent),
            "system/disk_usage_megabytes": disk.used / 1e6,
            "system/disk_available_megabytes": disk.free / 1e6,
        }

    def _traffic(self) -> tuple[float, float] | None:
        counters = self._psutil.net_io_counters()  # None on a machine without a network card
        return None if counters is None else (counters.bytes_recv / 1e6, counters.bytes_sent / 1e6)

    def _network(self) -> dict[str, float]:
        now = self._traffic()
        if now is None:
            return {}
        received, sent = self._traffic_before
        return {
            "system/network_receive_megabytes": now[0] - received,
            "system/network_transmit_megabytes": now[1] - sent,
        }


class SystemMonitor:
    """Samples from a daemon thread, from when it is made until it is stopped.

    The first sample comes after a second (sooner, if the interval is shorter), so that a short run has one.

    Parameters
    ----------
    sampler
        What is sampled.
    interval_s
        Seconds between two samples.
    emit
        Called in the thread, with the values and how many samples came before: 0, 1, 2 … An error that it or the
        sampler raises is shown as a warning, and nothing more is sampled: the program goes on.
    """

    def __init__(
        self, sampler: SystemSampler, interval_s: float, emit: Callable[[dict[str, float], int], None]
    ) -> None:
        self._sampler = sampler
        self._interval_s = interval_s
        self._emit = emit
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="nbflow-system-metrics", daemon=True)
        self._thread.start()

    def stop(self, timeout_s: float = 2.0) -> None:
        """Stop sampling; safe to call again, and from `emit`.

        Parameters
        ----------
        timeout_s
            How long to wait for a sample that is being taken.
        """
        self._stopped.set()
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout_s)

    def _watch(self) -> None:
        step = 0
        wait_s = min(_FIRST_S, self._interval_s)
        while not self._stopped.wait(wait_s):
            try:
                self._emit(self._sampler.sample(), step)
            except Exception as exc:  # noqa: BLE001 (measuring must not disturb what is measured, whatever goes wrong)
                warnings.warn(f"System metrics stopped: {type(exc).__name__}: {exc}", RuntimeWarning, stacklevel=2)
                return
            step += 1
            wait_s = self._interval_s
