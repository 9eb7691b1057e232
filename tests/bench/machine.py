"""What the figures were measured on, and how."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sqlite3
import tempfile
import time
from pathlib import Path

__all__ = ["METHOD", "facts", "load"]

METHOD = (
    "Made by `make bench`. Everything is measured in one run on one machine, each contender in a process of its own, "
    "in many short rounds that take turns, so that whatever else the machine does hits all alike. The floor is the "
    "raw operation without nbflow. *Median* and *least* are over all rounds; ratios are of medians, with those of the "
    "least figures in parentheses; a target is judged by medians. Ratios carry over to other machines, absolute times "
    "do not. On a machine that is not quiet the medians go up, and the least figures say more."
)

_LIBRARIES = ("numpy", "pandas", "pyarrow", "msgspec", "duckdb", "mlflow", "tensorboardX")


def facts(folder: str | None) -> list[tuple[str, str]]:
    """Describe the machine and the versions; `folder` is where the stores are put."""
    found = []
    for name in _LIBRARIES:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            found.append(f"{name} not installed")
    return [
        ("date", time.strftime("%Y-%m-%d")),
        ("processor", f"{_processor()}, {os.cpu_count()} cores"),
        ("system", f"{platform.system()} {platform.machine()}, stores on {_file_system(folder)}"),
        ("Python", f"{platform.python_version()}, SQLite {sqlite3.sqlite_version}"),
        ("libraries", ", ".join(found)),
    ]


def load() -> str:
    """Say how busy the machine was in the last minute."""
    return f"{os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else "unknown"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"


def _file_system(folder: str | None) -> str:
    import psutil

    place = Path(folder or tempfile.gettempdir()).resolve()
    mounts = [each for each in psutil.disk_partitions(all=True) if place.is_relative_to(each.mountpoint)]
    return max(mounts, key=lambda each: len(each.mountpoint)).fstype if mounts else "unknown"
