"""Settings: one frozen Struct, read from the environment once and passed down."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Literal

from msgspec import Struct

from nbflow.errors import InvalidInputError

__all__ = ["DEFAULT_STORE", "ENV_STORE", "Settings", "cache_folder", "config_folder", "on_log_error", "trusted_places"]

DEFAULT_STORE = "nbruns"
ENV_STORE = "NBFLOW_TRACKING_URI"

# The colon behind a scheme, and one before a port, part no entries of a list that is parted by colons.
_PLACES = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]+://[^:/]*(?::\d+(?=/|:|$))?[^:]*|[^:]+")


class Settings(Struct, frozen=True):
    """What can be set from outside.

    Parameters
    ----------
    cache_dir
        Where indexes go (`NBFLOW_CACHE_DIR`); None is the user's cache directory.
    heartbeat_s
        How often a live writer says that it is alive, in seconds (`NBFLOW_HEARTBEAT`).
    silent_s
        After how many seconds without a sign of life a run of another machine counts as dead
        (`NBFLOW_SILENT_AFTER`).
    system_metrics_s
        Seconds between two samples of system metrics (`NBFLOW_SYSTEM_METRICS_INTERVAL`).
    """

    cache_dir: Path | None = None
    heartbeat_s: float = 30.0
    silent_s: float = 300.0
    system_metrics_s: float = 10.0

    @classmethod
    def from_environment(cls) -> Settings:
        """Read the settings from `os.environ`.

        Raises
        ------
        InvalidInputError
            If a variable holds something that it cannot.
        """
        cache = os.environ.get("NBFLOW_CACHE_DIR")
        on_log_error()  # read when a call fails; but a wrong value is told now, not hours later
        return cls(
            cache_dir=Path(cache) if cache else None,
            heartbeat_s=_seconds("NBFLOW_HEARTBEAT", 30.0),
            silent_s=_seconds("NBFLOW_SILENT_AFTER", 300.0),
            system_metrics_s=_seconds("NBFLOW_SYSTEM_METRICS_INTERVAL", 10.0),
        )


def on_log_error() -> Literal["raise", "warn"]:
    """Tell what a failed log call does to the code that logs (`NBFLOW_ON_LOG_ERROR`).

    Returns
    -------
    deed : {"raise", "warn"}
        `raise` unless it is set. Read at each call: a training script may set it at any time.

    Raises
    ------
    InvalidInputError
        If the variable holds anything else.
    """
    deed = os.environ.get("NBFLOW_ON_LOG_ERROR") or "raise"
    if deed == "warn":
        return "warn"
    if deed != "raise":
        raise InvalidInputError("NBFLOW_ON_LOG_ERROR", deed, "It is 'raise' or 'warn'.")
    return "raise"


def trusted_places() -> tuple[str, ...] | Literal["all"]:
    """Tell where models come from whose code may run when they are loaded (`NBFLOW_TRUST`).

    Returns
    -------
    places : tuple of str, or "all"
        Folders and beginnings of URLs, as they are written: none unless the variable is set; `"all"` where it is `1`
        or `all`. Read at each call.
    """
    text = os.environ.get("NBFLOW_TRUST") or ""
    if text.strip().lower() in ("1", "all"):
        return "all"
    entries = text.split(os.pathsep) if os.pathsep != ":" else _PLACES.findall(text)
    return tuple(entry for entry in map(str.strip, entries) if entry)


def _seconds(variable: str, default: float) -> float:
    text = os.environ.get(variable)
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not value > 0:
        raise InvalidInputError(variable, text, "It is a number of seconds above 0.")
    return value


def cache_folder() -> Path:
    """Give the folder for what can be made anew: `NBFLOW_CACHE_DIR`, else nbflow's among the user's caches."""
    chosen = os.environ.get("NBFLOW_CACHE_DIR")
    if chosen:
        return Path(chosen)
    import platformdirs

    return Path(platformdirs.user_cache_dir("nbflow"))


def config_folder() -> Path:
    """Give the folder for what the user chose: `NBFLOW_CONFIG_DIR`, else nbflow's among the user's settings."""
    chosen = os.environ.get("NBFLOW_CONFIG_DIR")
    if chosen:
        return Path(chosen)
    import platformdirs

    return Path(platformdirs.user_config_dir("nbflow"))
