"""NVIDIA GPUs, read through `nvidia-ml-py` where that is installed and there is one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["find_gpus"]


def find_gpus() -> Callable[[], dict[str, float]] | None:
    """Find the GPUs of this machine.

    Returns
    -------
    read : callable or None
        Gives `system/gpu_<i>_<reading>` to value for what each GPU can tell: utilization and memory in percent, memory
        in megabytes, power in watts and in percent of its limit. None without the package, the driver, or a GPU.
    """
    try:
        import pynvml
    except ImportError:
        return None
    try:
        pynvml.nvmlInit()
        gpus = [pynvml.nvmlDeviceGetHandleByIndex(i) for i in range(pynvml.nvmlDeviceGetCount())]
    except pynvml.NVMLError:
        return None
    if not gpus:
        return None

    def read() -> dict[str, float]:
        values = {}
        for i, gpu in enumerate(gpus):
            for reading in (_memory, _utilization, _power):
                try:
                    found = reading(pynvml, gpu)
                except pynvml.NVMLError:  # many GPUs lack one of the sensors
                    continue
                values.update({f"system/gpu_{i}_{name}": value for name, value in found.items()})
        return values

    return read


def _memory(nvml: Any, gpu: Any) -> dict[str, float]:
    info = nvml.nvmlDeviceGetMemoryInfo(gpu)
    return {
        "memory_usage_megabytes": info.used / 1e6,
        "memory_usage_percentage": 100 * info.used / info.total if info.total else 0.0,
    }


def _utilization(nvml: Any, gpu: Any) -> dict[str, float]:
    return {"utilization_percentage": float(nvml.nvmlDeviceGetUtilizationRates(gpu).gpu)}


def _power(nvml: Any, gpu: Any) -> dict[str, float]:
    used_mw = nvml.nvmlDeviceGetPowerUsage(gpu)
    limit_mw = nvml.nvmlDeviceGetEnforcedPowerLimit(gpu)
    return {
        "power_usage_watts": used_mw / 1e3,
        "power_usage_percentage": 100 * used_mw / limit_mw if limit_mw else 0.0,
    }
