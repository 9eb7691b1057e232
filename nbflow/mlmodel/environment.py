"""The environment that a model needs: `requirements.txt`, `python_env.yaml` and `conda.yaml`, written and compared."""

from __future__ import annotations

import importlib.util
import os
import platform
import re
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct

from nbflow.errors import InvalidInputError, LocalFileNotFoundError, ModelFormatError, UnsupportedValueError
from nbflow.mlmodel.distributions import installed_version, pinned
from nbflow.mlmodel.files import inside, read_text, write_text
from nbflow.mlmodel.requirements import Given, Requirements, merge, parse, parse_file, requirement_of
from nbflow.mlmodel.yamlfile import plain, read_yaml, yaml_text

if TYPE_CHECKING:
    from packaging.requirements import Requirement

__all__ = [
    "CONDA",
    "CONSTRAINTS",
    "PYTHON_ENV",
    "REQUIREMENTS",
    "CondaGiven",
    "Mismatch",
    "Wanted",
    "mismatches",
    "python_mismatch",
    "read_conda",
    "read_python",
    "read_requirements",
    "wanted",
    "write_environment",
]

CONDA = "conda.yaml"
CONSTRAINTS = "constraints.txt"
PYTHON_ENV = "python_env.yaml"
REQUIREMENTS = "requirements.txt"

CondaGiven: TypeAlias = Mapping[str, Any] | str | os.PathLike[str] | None
"""What `conda.yaml` says, or the path of such a file; None for none."""

_MAX_BYTES = 1 << 20
_BUILD = ("pip", "setuptools", "wheel")
_PYTHON = re.compile(r"python\s*(?:[=<>!~]=?|===?)?\s*(?P<version>\d[\w.]*)?")
_VERSION = re.compile(r"\d+(\.\d+)*\w*")


class Wanted(Struct, frozen=True):
    """What a caller of `save_model` says of the model's environment, checked.

    Parameters
    ----------
    pip
        From `pip_requirements`, or from what `conda_env` says of pip: all that is to be installed.
    extra
        From `extra_pip_requirements`: what comes on top of what is found.
    conda
        The content of `conda_env`.
    complete
        Whether nothing need be found, since the caller has named all.
    """

    pip: Requirements = Requirements()
    extra: Requirements = Requirements()
    conda: dict[str, Any] | None = None
    complete: bool = False

    def with_found(self, found: Iterable[str]) -> Requirements:
        """Join it with what is found.

        Parameters
        ----------
        found
            Requirements of what the model imports; not looked at where the caller has named all.

        Raises
        ------
        InvalidInputError
            If no version can be what two of the caller's lines ask for.
        """
        if self.complete:
            # What conda.yaml says is the user's own, word for word.
            merged = self.pip.requirements if self.conda is not None else merge(self.pip.requirements)
            return Requirements(merged, merge(self.pip.constraints))
        merged = merge(found, self.extra.requirements, "extra_pip_requirements")
        return Requirements(merged, merge(self.extra.constraints, what="extra_pip_requirements"))


def wanted(
    pip_requirements: Given = None, extra_pip_requirements: Given = None, conda_env: CondaGiven = None
) -> Wanted:
    """Check what a caller says of a model's environment, before anything is written.

    Parameters
    ----------
    pip_requirements
        All that is to be installed: a list, or the path of a file.
    extra_pip_requirements
        What is to be installed besides what is found.
    conda_env
        The content of a `conda.yaml`, or the path of one.

    Raises
    ------
    InvalidInputError
        If more than one of them is given, or one of them is not what it must be.
    LocalFileNotFoundError
        If a file is not there.
    """
    given = {
        "conda_env": conda_env,
        "pip_requirements": pip_requirements,
        "extra_pip_requirements": extra_pip_requirements,
    }
    named = [name for name, value in given.items() if value is not None]
    if len(named) > 1:
        raise InvalidInputError(named[1], given[named[1]], f"Only one of {', '.join(given)} can be given.")
    if conda_env is not None:
        conda = _conda(conda_env)
        return Wanted(pip=parse(_pip_lines(conda), "conda_env"), conda=conda, complete=True)
    if pip_requirements is not None:
        pip = parse(pip_requirements, "pip_requirements")
        merge(pip.requirements)  # what contradicts itself is told now
        return Wanted(pip=pip, complete=True)
    extra = parse(extra_pip_requirements, "extra_pip_requirements")
    merge(extra.requirements, what="extra_pip_requirements")
    return Wanted(extra=extra)


def write_environment(
    folder: str | os.PathLike[str], requirements: Requirements, conda: Mapping[str, Any] | None = None
) -> dict[str, str]:
    """Write the environment files of a model.

    Parameters
    ----------
    folder
        The model's folder.
    requirements
        What is to be installed.
    conda
        What `conda.yaml` is to say; None makes it of the requirements and of the Python that runs this.

    Returns
    -------
    env : dict of str to str
        The entry `env` of `python_function` in the MLmodel file.

    Raises
    ------
    StoreWriteError
        If the disk refuses.
    """
    root = Path(folder)
    lines = list(requirements.requirements)
    if requirements.constraints:
        write_text(root / CONSTRAINTS, _lines(requirements.constraints))
        lines.append(f"-c {CONSTRAINTS}")
    write_text(root / REQUIREMENTS, _lines(lines))
    python = (conda and _python_of(conda)) or platform.python_version()
    build = [pinned(name) for name in _BUILD]
    env = {"python": python, "build_dependencies": build, "dependencies": [f"-r {REQUIREMENTS}"]}
    write_text(root / PYTHON_ENV, yaml_text(env, sort_keys=False))
    pip = installed_version("pip")
    own = {
        "name": "nbflow-env",
        "channels": ["conda-forge"],
        "dependencies": [f"python={python}", f"pip<={pip}" if pip else "pip", {"pip": lines}],
    }
    write_text(root / CONDA, yaml_text(own if conda is None else dict(conda)))
    return {"conda": CONDA, "virtualenv": PYTHON_ENV}


def read_requirements(folder: str | os.PathLike[str]) -> Requirements:
    """Read what a model needs from its `requirements.txt`; nothing where it has none.

    Raises
    ------
    ModelFormatError
        If it does not parse, or leads out of the folder.
    StoreReadError
        If it cannot be read.
    """
    root = Path(folder)
    return parse_file(root, REQUIREMENTS) if os.path.lexists(root / REQUIREMENTS) else Requirements()


def read_python(folder: str | os.PathLike[str]) -> str | None:
    """Read which Python a model was made with from its `python_env.yaml`; None where it does not say.

    Returns
    -------
    version : str or None
        Such as `"3.11.7"`.

    Raises
    ------
    ModelFormatError
        If the file does not parse, or leads out of the folder.
    StoreReadError
        If it cannot be read.
    """
    path, env = _read_dictionary(folder, PYTHON_ENV, "'python' and 'dependencies'")
    version = None if env is None else env.get("python")
    if version is None:
        return None
    # `python: 3.11` is a number to YAML.
    text = str(version) if isinstance(version, str | int | float) else ""
    if not _VERSION.fullmatch(text):
        raise ModelFormatError(str(path), f"Its entry python is {version!r:.80}, where a version must be.")
    return text


def read_conda(folder: str | os.PathLike[str]) -> dict[str, Any] | None:
    """Read the `conda.yaml` of a model; None where it has none.

    Raises
    ------
    ModelFormatError
        If it is not what it must be, or leads out of the folder.
    StoreReadError
        If it cannot be read.
    """
    path, conda = _read_dictionary(folder, CONDA, "'dependencies'")
    if conda is None:
        return None
    try:
        _dependencies(conda)
    except InvalidInputError as exc:
        raise ModelFormatError(str(path), f"{exc.value!r:.100} is in it. {exc.rule}") from exc
    return conda


class Mismatch(Struct, frozen=True):
    """A requirement that what is installed does not meet.

    Parameters
    ----------
    package
        The package.
    required
        The requirement, as it is written.
    installed
        The version that is installed; None when it is not.
    """

    package: str
    required: str
    installed: str | None = None

    def __str__(self) -> str:
        return f"{self.package} (current: {self.installed or 'uninstalled'}, required: {self.required})"


def mismatches(requirements: Iterable[str]) -> list[Mismatch]:
    """Compare requirements with what is installed here.

    Parameters
    ----------
    requirements
        Lines of a requirements file. Paths, options, and URLs without a name are passed over: what they would install
        is not known.

    Returns
    -------
    found : list of Mismatch
        In the order of the lines; empty when all is as it must be.
    """
    found = []
    for line in requirements:
        need = requirement_of(line)
        if need is None or not _concerns_this_python(need):
            continue
        installed = installed_version(need.name) or _version_of_module(need.name)
        if installed is None or not _meets(installed, need):
            found.append(Mismatch(need.name, line, installed))
    return found


def python_mismatch(recorded: str | None) -> Mismatch | None:
    """Compare the Python that a model was made with with this one; None where both are of one minor version.

    Parameters
    ----------
    recorded
        The entry `python_version` of `python_function`, or what `read_python` gave.
    """
    here = platform.python_version()
    if recorded is None or recorded.split(".")[:2] == here.split(".")[:2]:
        return None
    return Mismatch("python", recorded, here)


def _concerns_this_python(need: Requirement) -> bool:
    from packaging.markers import UndefinedComparison, UndefinedEnvironmentName

    try:
        return need.marker is None or need.marker.evaluate({"extra": ""})
    except (UndefinedComparison, UndefinedEnvironmentName):  # what nobody can tell may well be so
        return True


def _meets(installed: str, need: Requirement) -> bool:
    from packaging.version import InvalidVersion

    try:
        # The label of a local build says nothing of the version: 2.1.0+cpu is what ==2.1.0 asks for.
        return need.specifier.contains(installed, prereleases=True)
    except InvalidVersion:
        return not need.specifier


def _version_of_module(name: str) -> str | None:
    """Find the version of what brings a module of this name, where no distribution is called so: xgboost-cpu."""
    module = re.sub(r"[-_.]+", "_", name)
    try:
        if importlib.util.find_spec(module) is None:
            return None
    except (ImportError, ValueError):  # what is in sys.modules without a spec
        return None
    versions = map(installed_version, metadata.packages_distributions().get(module, ()))
    return next((version for version in versions if version), None)


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _conda(given: Mapping[str, Any] | str | os.PathLike[str]) -> dict[str, Any]:
    content: Any = given
    if isinstance(given, str | os.PathLike):
        path = Path(given)
        if not path.is_file():
            raise LocalFileNotFoundError(str(path))
        try:
            content = read_yaml(read_text(path, _MAX_BYTES), str(path))
        except ModelFormatError as exc:
            raise InvalidInputError("conda_env", str(path), exc.reason) from exc
    if not isinstance(content, Mapping):
        raise UnsupportedValueError("conda_env", content, "it is a dictionary such as conda.yaml holds, or its path.")
    conda: dict[str, Any] = plain(dict(content), "conda_env")
    _python_of(conda)
    return conda


def _dependencies(conda: Mapping[str, Any]) -> list[Any]:
    dependencies = conda.get("dependencies") or []
    if not isinstance(dependencies, list):
        raise InvalidInputError("conda_env", dependencies, "Its 'dependencies' are a list.")
    for each in dependencies:
        lines = each.get("pip") if isinstance(each, dict) else None
        if not isinstance(each, str) and not (isinstance(lines, list) and all(isinstance(line, str) for line in lines)):
            raise InvalidInputError("conda_env", each, 'A dependency is a text, or {"pip": [...]}.')
    return dependencies


def _pip_lines(conda: Mapping[str, Any]) -> list[str]:
    return [line for each in _dependencies(conda) if isinstance(each, dict) for line in each["pip"]]


def _read_dictionary(folder: str | os.PathLike[str], name: str, entries: str) -> tuple[Path, dict[str, Any] | None]:
    """Read a file of YAML in a model's folder: where it is, and what it says; None where it is not there."""
    if not os.path.lexists(Path(folder) / name):
        return Path(folder, name), None
    path = inside(folder, name)
    given = read_yaml(read_text(path, _MAX_BYTES), str(path))
    if not isinstance(given, dict):
        raise ModelFormatError(str(path), f"It must be a dictionary with {entries}.")
    return path, given


def _python_of(conda: Mapping[str, Any]) -> str | None:
    for each in _dependencies(conda):
        named = _PYTHON.fullmatch(each) if isinstance(each, str) else None
        if named is not None:
            return named["version"]
    return None
