"""Where things lie in a store, and how ids are made (pure but for the clock and the random source)."""

from __future__ import annotations

import hashlib
import os
import re
import time
from pathlib import Path

from msgspec import Struct

__all__ = [
    "ACCESS",
    "ARTIFACTS",
    "DEFAULT_EXPERIMENT",
    "HIGHEST_VERSION",
    "LOG",
    "MODELS",
    "MODEL_FOLDER_PATTERN",
    "STORE_FILE",
    "Layout",
    "experiment_id_for",
    "is_experiment_id",
    "is_model_folder",
    "is_run_id",
    "is_version_folder",
    "model_folder_for",
    "new_run_id",
    "new_writer_name",
]

STORE_FILE = "store.json"
LOG = "log"
ARTIFACTS = "artifacts"
MODELS = "models"
ACCESS = "access"
DEFAULT_EXPERIMENT = "Default"
HIGHEST_VERSION = 10**9

_RUN_ID = re.compile(r"[0-9a-f]{32}")
# What `experiment_id_for` makes, and what an SQL integer holds.
_EXPERIMENT_ID = re.compile(r"0|[1-9][0-9]{0,17}")
_LOWEST_ID = 10**17

# What `model_folder_for` makes. Not `*.gc`, which is on its way out, nor what begins with a dot.
MODEL_FOLDER_PATTERN = r"^(?!\.)(?!.*\.gc\Z)[A-Za-z0-9._+%~\-]{1,140}\Z"
_MODEL_FOLDER = re.compile(MODEL_FOLDER_PATTERN)
_VERSION = re.compile(r"[1-9][0-9]{0,9}")
_SAFE = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._-")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|\Z)")
_LONGEST = 100
_CUT = 80


class Layout(Struct, frozen=True):
    """The paths of one store."""

    root: Path

    @property
    def store_file(self) -> Path:
        """The file that makes a directory a store."""
        return self.root / STORE_FILE

    @property
    def access(self) -> Path:
        """The folder of what is granted on the whole store."""
        return self.root / ACCESS

    @property
    def models(self) -> Path:
        """The folder of the registered models."""
        return self.root / MODELS

    def model(self, folder: str) -> Path:
        """Give a registered model's folder."""
        return self.root / MODELS / folder

    def version(self, folder: str, version: int) -> Path:
        """Give the folder of a model's version."""
        return self.root / MODELS / folder / str(version)

    def version_artifacts(self, folder: str, version: int) -> Path:
        """Give the place of a version's files, when they are no run's."""
        return self.version(folder, version) / ARTIFACTS

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


def is_model_folder(name: str) -> bool:
    """Tell whether a folder of the models' can be a model."""
    return _MODEL_FOLDER.fullmatch(name) is not None


def is_version_folder(name: str) -> bool:
    """Tell whether a folder of a model can be a version."""
    return _VERSION.fullmatch(name) is not None and int(name) <= HIGHEST_VERSION


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


def model_folder_for(name: str, generation: int) -> str:
    """Derive the name of a model's folder from the model's name.

    Parameters
    ----------
    name
        The name at creation.
    generation
        How many deleted or renamed models had the name before: 0, 1, 2 ...

    Returns
    -------
    folder : str
        The name, as far as every file system can have it: capitals are written `+a`, since some do not tell them from
        `a`, and all but letters, digits and `. _ -` as the bytes of UTF-8 (`%c3%bc`). Then `~` and the generation,
        but for the first.
    """
    folder = "".join(map(_quoted, name))
    if folder.startswith(".") or _RESERVED.match(folder):  # hidden; or, on Windows, a device
        folder = f"%{ord(folder[0]):02x}{folder[1:]}"
    if folder.endswith((".", ".gc")):
        head, _, tail = folder.rpartition(".")
        folder = f"{head}%2e{tail}"
    if len(folder) > _LONGEST:
        start = folder[:_CUT]
        broken = max(start.rfind("%", _CUT - 2), start.rfind("+", _CUT - 1))
        folder = f"{start[:broken] if broken >= 0 else start}~{hashlib.sha256(name.encode()).hexdigest()[:16]}"
    return f"{folder}~{generation}" if generation else folder


def _quoted(character: str) -> str:
    if character in _SAFE:
        return character
    if "A" <= character <= "Z":
        return f"+{character.lower()}"
    return "".join(f"%{byte:02x}" for byte in character.encode())


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
