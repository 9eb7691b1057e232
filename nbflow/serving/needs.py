"""What a model's environment is made of: which Python, and which packages, for nbflow to serve it."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from nbflow.errors import ModelFormatError, UntrustedModelError
from nbflow.flavors.find import flavor_of_loader
from nbflow.flavors.protocol import PYTHON_FUNCTION
from nbflow.flavors.telling import warn_user
from nbflow.mlmodel.document import Model
from nbflow.mlmodel.environment import CONSTRAINTS, REQUIREMENTS, read_python, read_requirements
from nbflow.mlmodel.files import inside
from nbflow.mlmodel.requirements import requirement_of

if TYPE_CHECKING:
    from nbflow.mlmodel.trust import Trust

__all__ = ["Needs", "needs_of"]

_MLFLOW = {"mlflow", "mlflow-skinny", "mlflow-tracing"}
_OLDEST = (3, 11)


class Needs(Struct, frozen=True):
    """What a model needs.

    Parameters
    ----------
    python
        The Python: `"3.11"`.
    requirements
        Lines of a requirements file. A path of a file of the model's is relative to its folder.
    constraints
        Lines of a constraints file.
    files
        Which of the requirements are such paths.
    """

    python: str
    requirements: list[str]
    constraints: list[str]
    files: list[str]


def needs_of(folder: Path, trust: Trust) -> Needs:
    """Read what a model needs.

    Parameters
    ----------
    folder
        Its folder.
    trust
        What is known of where it comes from: what is installed runs code, as a pickle does.

    Raises
    ------
    ModelNotFoundError
        If the folder holds no model.
    ModelFormatError
        If its files are not what they must be.
    UntrustedModelError
        If nothing vouches for what it would have installed.
    """
    document = Model.load(folder)
    if (folder / REQUIREMENTS).exists():
        _check(folder, trust)
    found = read_requirements(folder)
    lines = [line for line in found.requirements if not (_is_mlflow(line) and _does_without_mlflow(document))]
    files = [line for line in lines if _is_file(folder, line)]
    return Needs(_python(read_python(folder)), lines, found.constraints, files)


def _check(folder: Path, trust: Trust) -> None:
    try:
        trust.check(folder, _files(folder))
    except UntrustedModelError as exc:
        reason = f"What it names would be installed, and runs. {exc.reason}"
        raise UntrustedModelError(exc.path, exc.files, reason, exc.remedy) from exc


def _files(folder: Path) -> list[str]:
    """Name the files that say what is installed; the whole folder where they name others."""
    names = [name for name in (REQUIREMENTS, CONSTRAINTS) if (folder / name).exists()]
    lines = [line.strip() for name in names for line in inside(folder, name).read_text("utf-8", "replace").splitlines()]
    others = [line for line in lines if line.startswith(("-", ".")) and line != f"-c {CONSTRAINTS}"]
    return ["."] if others or any(_is_file(folder, line) for line in lines) else names


def _is_file(folder: Path, line: str) -> bool:
    """Tell whether a requirement is a file of the model's, such as a wheel."""
    if line.startswith("-") or requirement_of(line) is not None:
        return False
    try:
        return inside(folder, line).is_file()
    except ModelFormatError:
        return False


def _is_mlflow(line: str) -> bool:
    from packaging.utils import canonicalize_name

    requirement = requirement_of(line)
    return requirement is not None and canonicalize_name(requirement.name) in _MLFLOW


def _does_without_mlflow(document: Model) -> bool:
    """Tell whether MLflow stands in the requirements only because it always does.

    What MLflow pickles of a model of one's own needs it, and so may code that comes with a model.
    """
    entry = document.flavors.get(PYTHON_FUNCTION, {})
    loader = entry.get("loader_module")
    flavor = flavor_of_loader(loader) if isinstance(loader, str) else None
    return bool(document.mlflow_version) and flavor not in (None, PYTHON_FUNCTION) and not entry.get("code")


def _python(recorded: str | None) -> str:
    here = ".".join(platform.python_version_tuple()[:2])
    if recorded is None:
        return here
    parts = [int(part) for part in recorded.split(".")[:2] if part.isdecimal()]
    if len(parts) < len(_OLDEST):
        return here
    if tuple(parts) < _OLDEST:
        warn_user(
            f"The model was made by Python {recorded}, which nbflow does not run on: Python {here} takes its place."
        )
        return here
    return ".".join(map(str, parts))
