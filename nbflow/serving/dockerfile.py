"""The files that an image of a model is built from: a Dockerfile, the model, and what it needs. Nothing is built here.

The image runs the server as a user without rights, holds no password and no address of an index, and trusts the
model's folder, which nothing in it can change.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from nbflow._version import __version__
from nbflow.errors import ModelExistsError, StoreWriteError
from nbflow.mlmodel.files import inside
from nbflow.mlmodel.requirements import requirement_of
from nbflow.names import temporary_name
from nbflow.serving.needs import Needs, needs_of
from nbflow.serving.own_wheel import own_requirement

if TYPE_CHECKING:
    from nbflow.mlmodel.trust import Trust

__all__ = ["dockerfile_text", "write_image_folder"]

_PORT = 8080
_MODEL = "/opt/model"
_NBFLOW = "/opt/nbflow"
# Debian's packages that wheels expect to be there, by what asks for them.
_SYSTEM = {"lightgbm": "libgomp1", "xgboost": "libgomp1", "xgboost-cpu": "libgomp1"}
_GIT = re.compile(r"(?:^|[@\s])git\+")
_HEALTH = f"import urllib.request; urllib.request.urlopen('http://127.0.0.1:{_PORT}/ping', timeout=4).read()"


def write_image_folder(model: Path, trust: Trust, target: Path) -> Path:
    """Write the folder that `docker build` takes.

    Parameters
    ----------
    model
        The model's folder.
    trust
        What is known of where it comes from: the image runs its code.
    target
        Where it goes: it is not there yet, or empty.

    Returns
    -------
    target : Path
        The folder, with all that is in it.

    Raises
    ------
    ModelExistsError
        If something is at the target.
    ModelFormatError
        If the model's files are not what they must be, or lead out of its folder.
    UntrustedModelError
        If nothing vouches for the model.
    StoreWriteError
        If the disk refuses.
    """
    if os.path.lexists(target) and not (target.is_dir() and not any(target.iterdir())):
        raise ModelExistsError(str(target))
    needs = needs_of(model, trust)
    trust.check(model, ["."])
    for name in _links(model):
        inside(model, name)
    folder = target.with_name(temporary_name())
    try:
        folder.mkdir(parents=True)
        _copy(model, folder / "model")
        requirement = own_requirement(folder)
        wheel = "" if "==" in requirement else Path(requirement).name
        lines = [f"{_MODEL}/{line}" if line in needs.files else line for line in needs.requirements]
        _write(folder / "requirements.txt", [*lines, f"{_NBFLOW}/{wheel}" if wheel else requirement])
        _write(folder / "constraints.txt", needs.constraints)
        (folder / "Dockerfile").write_text(dockerfile_text(needs, wheel), encoding="utf-8")
        if target.is_dir():
            target.rmdir()
        folder.rename(target)
    except OSError as exc:
        raise StoreWriteError(str(target), exc.errno, exc.strerror or str(exc)) from exc
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return target


def dockerfile_text(needs: Needs, wheel: str = "") -> str:
    """Write the Dockerfile.

    Parameters
    ----------
    needs
        What the model needs.
    wheel
        The name of nbflow's wheel beside it; `""` for an nbflow that an index has.
    """
    system = sorted({package for line in needs.requirements for package in _system_packages(line)})
    copied = ["requirements.txt", "constraints.txt", *([wheel] if wheel else [])]
    install = ["pip", "install", "--no-cache-dir", "-r", "requirements.txt", "-c", "constraints.txt"]
    serve = ["nbflow", "models", "serve", "-m", _MODEL, "--host", "0.0.0.0", "--port", str(_PORT)]  # noqa: S104
    parts = [
        f"# Written by nbflow {__version__}. Build it with: docker build -t NAME FOLDER",
        f"FROM python:{needs.python}-slim",
        "ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_ROOT_USER_ACTION=ignore",
        _install_system(system),
        "RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin nbflow",
        f"WORKDIR {_NBFLOW}",
        f"COPY {json.dumps([*copied, './'])}",
        # What changes least comes first: a new model with the same needs is built in a moment.
        *(f"COPY {json.dumps([f'model/{name}', f'{_MODEL}/{name}'])}" for name in needs.files),
        f"RUN {json.dumps(install)}",
        f"COPY model {_MODEL}",
        f"ENV NBFLOW_TRUST={_MODEL}",
        "USER 10001",
        "WORKDIR /home/nbflow",
        f"EXPOSE {_PORT}",
        f"HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD {json.dumps(['python', '-c', _HEALTH])}",
        f"ENTRYPOINT {json.dumps(serve)}",
        f"CMD {json.dumps(['--workers', '1'])}",
    ]
    return "".join(f"{part}\n" for part in parts if part)


def _install_system(packages: list[str]) -> str:
    if not packages:
        return ""
    install = f"apt-get install --yes --no-install-recommends {' '.join(packages)}"
    return f"RUN apt-get update && {install} && rm -rf /var/lib/apt/lists/*"


def _system_packages(line: str) -> list[str]:
    from packaging.utils import canonicalize_name

    requirement = requirement_of(line)
    found = [] if requirement is None else [_SYSTEM.get(canonicalize_name(requirement.name), "")]
    return [package for package in [*found, "git" if _GIT.search(line) else ""] if package]


def _links(model: Path) -> list[str]:
    return [path.relative_to(model).as_posix() for path in model.rglob("*") if path.is_symlink()]


def _copy(model: Path, target: Path) -> None:
    """Copy the model, so that a user who may not write it can read it."""
    shutil.copytree(model, target, copy_function=shutil.copyfile)
    for path in (target, *target.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _write(path: Path, lines: list[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
