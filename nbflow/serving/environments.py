"""An environment of a model's own: made by uv, kept in nbflow's cache, and made once for all that need the same."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from nbflow.config import cache_folder
from nbflow.errors import EnvironmentBuildError, MissingDependencyError, ModelExistsError
from nbflow.names import is_temporary_name, temporary_name
from nbflow.serving.index_settings import own_variables, uv_environment
from nbflow.serving.needs import Needs, needs_of
from nbflow.serving.own_wheel import own_requirement

if TYPE_CHECKING:
    from nbflow.mlmodel.trust import Trust
    from nbflow.serving.serve import Place

__all__ = ["Environment", "prepare"]

_FORMAT = 1
_MARK = "nbflow-environment.json"
_LEFT_OVER_S = 86400
_SHOWN = 4000


class Environment(Struct, frozen=True):
    """An environment.

    Parameters
    ----------
    folder
        Where it is.
    python
        Its Python.
    made
        Whether it was made just now, and not there already.
    """

    folder: Path
    python: Path
    made: bool

    def place(self, place: Place) -> Place:
        """Give the place of a server whose processes are this environment's."""
        return replace(place, python=str(self.python), environment=own_variables())


def prepare(model: Path, trust: Trust, target: Path | None = None) -> Environment:
    """Make the environment of a model, unless it is there.

    It appears whole or not at all, whatever else is making it at the same time.

    Parameters
    ----------
    model
        The model's folder.
    trust
        What is known of where it comes from.
    target
        The environment's folder, which is not there yet; None is one in the cache, which is used again.

    Raises
    ------
    EnvironmentBuildError
        If uv cannot make it.
    ModelExistsError
        If something is at the target.
    ModelFormatError
        If the model's files are not what they must be.
    UntrustedModelError
        If nothing vouches for what would be installed.
    MissingDependencyError
        If there is no uv.
    """
    needs = needs_of(model, trust)
    if target is not None and os.path.lexists(target):
        raise ModelExistsError(str(target))
    above = _cache() if target is None else target.parent
    build = above / temporary_name()
    try:
        build.mkdir(parents=True)
        requirement = own_requirement(build)
        place = target or above / _key(model, needs, requirement)
        if _is_whole(place):
            return Environment(place, _python_of(place), made=False)
        _make(build, model, needs, requirement)
        _put(build / "env", place)
    except OSError as exc:
        raise EnvironmentBuildError(str(target or above), f"{exc.strerror or exc}.") from exc
    finally:
        shutil.rmtree(build, ignore_errors=True)
    return Environment(place, _python_of(place), made=True)


def _cache() -> Path:
    folder = cache_folder() / "environments"
    if folder.is_dir():
        for left in folder.iterdir():  # by a process that was killed while it made one
            if is_temporary_name(left.name) and time.time() - left.stat().st_mtime > _LEFT_OVER_S:
                shutil.rmtree(left, ignore_errors=True)
    return folder


def _key(model: Path, needs: Needs, requirement: str) -> str:
    """Name the environment by what is in it. Of files their content counts, not where they lie."""
    own = hashlib.sha256(Path(requirement).read_bytes()).hexdigest() if "==" not in requirement else requirement
    facts = [
        _FORMAT,
        needs.python,
        platform.python_version(),
        platform.python_implementation(),
        sysconfig.get_platform(),
        sorted(needs.requirements),
        sorted(needs.constraints),
        [hashlib.sha256((model / name).read_bytes()).hexdigest() for name in needs.files],
        own,
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]


def _python_of(environment: Path) -> Path:
    return environment / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def _is_whole(environment: Path) -> bool:
    # The Python that it was made of may be gone.
    return (environment / _MARK).is_file() and _python_of(environment).exists()


def _make(build: Path, model: Path, needs: Needs, requirement: str) -> None:
    environment = build / "env"
    here = ".".join(platform.python_version_tuple()[:2])
    python = sys.executable if needs.python == here and sys.executable else needs.python
    variables = uv_environment()
    _uv(["venv", "--relocatable", "--no-project", "--python", python, str(environment)], build, variables)
    lines = [str(model / line) if line in needs.files else line for line in needs.requirements]
    (build / "requirements.txt").write_text("".join(f"{line}\n" for line in [*lines, requirement]), encoding="utf-8")
    (build / "constraints.txt").write_text("".join(f"{line}\n" for line in needs.constraints), encoding="utf-8")
    install = ["pip", "install", "--python", str(_python_of(environment)), "-r", "requirements.txt"]
    _uv([*install, "-c", "constraints.txt"], build, variables)
    facts = {"format": _FORMAT, "python": needs.python, "made": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())}
    (environment / _MARK).write_text(json.dumps(facts), encoding="utf-8")


def _put(made: Path, place: Path) -> None:
    if place.exists() and not _is_whole(place):
        shutil.rmtree(place)
    try:
        made.rename(place)
    except OSError:
        if not _is_whole(place):  # else another process was quicker, with the same
            raise


def _uv(arguments: list[str], folder: Path, variables: dict[str, str]) -> None:
    """Run uv; where the network is not to be had, once more with what it has kept."""
    first = _run(arguments, folder, variables)
    if first.returncode:
        again = _run([*arguments, "--offline"], folder, variables)
        if again.returncode:
            said = first.stderr.decode(errors="replace").strip()
            raise EnvironmentBuildError(str(folder.parent), f"uv says:\n{said[-_SHOWN:]}")


def _run(arguments: list[str], folder: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    command = [_find_uv(), *arguments, "--no-progress", "--color", "never"]
    return subprocess.run(  # noqa: S603 - uv, with arguments of ours
        command, cwd=folder, env=variables, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )


def _find_uv() -> str:
    try:
        from uv import find_uv_bin

        return str(find_uv_bin())
    except (ImportError, FileNotFoundError) as exc:
        found = shutil.which("uv")
        if found is None:
            raise MissingDependencyError("uv", "Making the environment of a model") from exc
        return found
