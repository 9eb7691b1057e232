"""Where things lie in a store, and how ids are made (pure but for the clock and the random source)."""

from __future__ import annotations

import hashlib
import os
import re
import time
from pathlib import Path

from msgspec import Struct

__all__ = [
    "ARTIFACTS",
    "DEFAULT_EXPERIMENT",
    "LOG",
    "MODELS",
    "STORE_FILE",
    "Layout",
    "experiment_id_for",
    "is_experiment_id",
    "is_run_id",
    "new_run_id",
    "new_writer_name",
]

STORE_FILE = "store.json"
LOG = "log"
ARTIFACTS = "artifacts"
MODELS = "models"
DEFAULT_EXPERIMENT = "Default"

_RUN_ID = re.compile(r"[0-9a-f]{32}")
# What `experiment_id_for` makes, and what an SQL integer holds.
_EXPERIMENT_ID = re.compile(r"0|[1-9][0-9]{0,17}")
_LOWEST_ID = 10**17


class Layout(Struct, frozen=True):
    """The paths of one store."""

    root: Path

    @property
    def store_file(self) -> Path:
        """The file that makes a directory a store."""
        return self.root / STORE_FILE

    def experiment(self, experiment_id: str) -> Path:
        """Give an experiment's folder."""
        return self.root / experiment_id

    def run(self, experiment_id: str, run_id: str) -> Path:
        """Give a run's folder: under the experiment it was started in."""
        return self.root / experiment_id / run_id


def is_experiment_id(name: str) -> bool:
    """Tell whether a folder of the root can be an experiment."""
    return _EXPERIMENT_ID.fullmatch(name) is not None


def is_run_id(name: str) -> bool:
    """Tell whether a folder of an experiment can be a run."""
    return _RUN_ID.fullmatch(name) is not None


def experiment_id_for(name: str, generation: int) -> str:
    """Derive an experiment's id from its name, so that one name is one experiment on every machine.

    Parameters
    ----------
    name
        The name at creation.
    generation
        How many deleted or renamed experiments had the name before: 0, 1, 2 ...

    Returns
    -------
    experiment_id : str
        `"0"` for the first `Default`, else 18 decimal digits, as MLflow's file store gives.
    """
    if name == DEFAULT_EXPERIMENT and generation == 0:
        return "0"
    seed = name if generation == 0 else f"{name}\0{generation}"
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8])
    return str(_LOWEST_ID + number % (9 * _LOWEST_ID))


def new_run_id(now_ns: int | None = None) -> str:
    """Make a UUIDv7 (RFC 9562, 5.7) as 32 hex digits, so that names sort by start time.

    The 12 bits after the milliseconds hold their fraction (method 3 of section 6.2): ids made in one
    millisecond keep their order too.
    """
    now = time.time_ns() if now_ns is None else now_ns
    ms, rest = divmod(now, 1_000_000)
    fraction = rest * 4096 // 1_000_000
    tail = 0b10 << 62 | int.from_bytes(os.urandom(8)) >> 2
    return f"{ms & 0xFFFFFFFFFFFF:012x}{0x7000 | fraction:04x}{tail:016x}"


def new_writer_name(host: str) -> str:
    """Make the name of a writer: host, pid and a random part; no two are ever the same."""
    safe = re.sub(r"[^A-Za-z0-9]+", "-", host).strip("-")[:40] or "host"
    return f"{safe}-{os.getpid()}-{os.urandom(6).hex()}"
