"""Where packages come from: what is set for uv, or, where nothing is, what is set for pip.

They are handed over as environment variables, since they may hold passwords: nothing of them is written to a file,
or stands where other users see it.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

__all__ = ["from_pip", "own_variables", "uv_environment"]

_UVS_OWN = ("UV_CONFIG_FILE", "UV_DEFAULT_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_INDEX", "UV_INDEX_URL")
_UVS_KEYS = {"default-index", "extra-index-url", "find-links", "index", "index-url", "no-index"}
# Other environments' variables: what they name would be looked into, or installed into.
_NOT_HANDED_ON = ("CONDA_PREFIX", "PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")
# pip's settings, and uv's variable and what parts its entries.
_SAME = {
    "constraint": ("UV_CONSTRAINT", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "no-index": ("UV_NO_INDEX", " "),
    "trusted-host": ("UV_INSECURE_HOST", " "),
}
_SECTIONS = ("global", "install", ":env:")  # the later one wins
_TIMEOUT_S = 60


def own_variables() -> dict[str, str]:
    """Give this process's environment variables, but for what leads to the packages of another environment."""
    return {name: value for name, value in os.environ.items() if name not in _NOT_HANDED_ON}


def uv_environment() -> dict[str, str]:
    """Give the environment variables that uv is run with."""
    environment = own_variables()
    if not any(environment.get(name) for name in _UVS_OWN) and not any(map(_has_index, _uv_files(environment))):
        environment |= from_pip(_pip_config())
    return environment


def from_pip(lines: Iterable[str]) -> dict[str, str]:
    """Turn what `pip config list` says into variables of uv.

    Parameters
    ----------
    lines
        Such as `global.index-url='https://...'`.

    Returns
    -------
    variables : dict of str to str
        Empty where pip has nothing set, either.
    """
    found: dict[str, dict[str, str]] = {section: {} for section in _SECTIONS}
    for line in lines:
        name, _, value = line.strip().partition("=")
        section, _, key = name.rpartition(".")
        if section in found and key in _SAME:
            found[section][key] = str(_literal(value))
    merged = {key: value for section in _SECTIONS for key, value in found[section].items() if value}
    variables = {}
    for key, value in merged.items():
        variable, between = _SAME[key]
        variables[variable] = between.join(value.split())
    if "UV_INDEX" in variables:
        # uv takes a package from the first index that has it, pip the newest of all.
        variables["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return variables


def _literal(value: str) -> Any:
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return value


def _pip_config() -> list[str]:
    if not sys.executable or importlib.util.find_spec("pip") is None:
        return []
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "config", "list"]
    try:
        done = subprocess.run(  # noqa: S603 - this Python's pip
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return done.stdout.splitlines()


def _uv_files(environment: Mapping[str, str]) -> list[Path]:
    """Name the files that may configure uv."""
    if sys.platform == "win32":
        folders = [environment.get("APPDATA", ""), environment.get("PROGRAMDATA", "")]
    else:
        own = environment.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
        folders = [own, *(environment.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":"), "/etc"]
    return [Path(folder, "uv", "uv.toml") for folder in folders if folder]


def _has_index(file: Path) -> bool:
    try:
        settings = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    pip = settings.get("pip")
    return bool(_UVS_KEYS & (settings.keys() | (pip.keys() if isinstance(pip, dict) else set())))
