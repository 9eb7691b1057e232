"""The environment of a model: written as callers ask for it, read from anywhere, compared with what is installed."""

from __future__ import annotations

import platform
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml

from nbflow.errors import InvalidInputError, LocalFileNotFoundError, ModelFormatError, UnsupportedValueError
from nbflow.mlmodel.environment import (
    Mismatch,
    Wanted,
    mismatches,
    python_mismatch,
    read_conda,
    read_python,
    read_requirements,
    wanted,
    write_environment,
)
from nbflow.mlmodel.requirements import Requirements

CONDA: dict[str, Any] = {
    "name": "mine",
    "channels": ["conda-forge", "mine"],
    "dependencies": ["python=3.12.1", "gcc", {"pip": ["numpy>=2", "-e ./mine"]}],
}


def contents(folder: Path) -> dict[str, Any]:
    return {
        path.name: path.read_text() if path.suffix == ".txt" else yaml.safe_load(path.read_text())
        for path in folder.iterdir()
    }


# What callers ask for


def test_what_is_found_is_taken_where_nothing_is_said() -> None:
    assert wanted() == Wanted()
    assert wanted().with_found(["numpy==2.4.6"]) == Requirements(["numpy==2.4.6"])


def test_all_that_is_named_is_all() -> None:
    asked = wanted(["numpy", "numpy>=2"])

    assert asked.complete
    assert asked.with_found(["scipy==1"]) == Requirements(["numpy>=2"])


def test_no_requirements_can_be_named() -> None:
    assert wanted([]).complete
    assert wanted([]).with_found(["scipy==1"]) == Requirements()


def test_extras_come_on_top(tmp_path: Path) -> None:
    (tmp_path / "limits.txt").write_text("six<2\n")

    asked = wanted(extra_pip_requirements=["numpy<3", "mine", "-c limits.txt"])

    assert not asked.complete
    assert asked.with_found(["numpy==2.4.6", "scipy==1"]) == Requirements(["numpy<3", "scipy==1", "mine"], ["six<2"])


@pytest.mark.parametrize(
    "arguments",
    [
        {"pip_requirements": ["a"], "extra_pip_requirements": ["b"]},
        {"pip_requirements": ["a"], "conda_env": CONDA},
        {"extra_pip_requirements": [], "conda_env": CONDA},
    ],
)
def test_only_one_way_of_saying_it_is_taken(arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError, match="Only one of"):
        wanted(**arguments)


@pytest.mark.parametrize("argument", ["pip_requirements", "extra_pip_requirements"])
@pytest.mark.parametrize("lines", [["a==1", "a==2"], ["a=1"], [5], 5])
def test_what_is_wrong_is_told_at_once_by_the_arguments_name(argument: str, lines: Any) -> None:
    with pytest.raises(InvalidInputError, match=argument):
        wanted(**{argument: lines})


@pytest.mark.parametrize(
    "conda",
    [
        5,
        ["numpy"],
        {"dependencies": "numpy"},
        {"dependencies": [5]},
        {"dependencies": [{"conda": []}]},
        {"dependencies": [{"pip": "numpy"}]},
        {"dependencies": [{"pip": [5]}]},
        {"dependencies": [{"pip": ["a=1"]}]},
        {"dependencies": [], "name": object()},
    ],
)
def test_a_conda_environment_that_is_none_is_refused(conda: Any) -> None:
    with pytest.raises(InvalidInputError, match="conda_env"):
        wanted(conda_env=conda)


def test_a_conda_environment_may_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "env.yaml").write_text(yaml.safe_dump(CONDA))

    assert wanted(conda_env="env.yaml") == wanted(conda_env=tmp_path / "env.yaml") == wanted(conda_env=CONDA)
    with pytest.raises(LocalFileNotFoundError):
        wanted(conda_env="absent.yaml")
    (tmp_path / "broken.yaml").write_text("{")
    with pytest.raises(InvalidInputError, match="conda_env"):
        wanted(conda_env="broken.yaml")


# What is written


def test_the_files_say_what_is_needed(tmp_path: Path) -> None:
    env = write_environment(tmp_path, Requirements(["numpy==2.4.6", "pandas"], ["six<2"]))

    found = contents(tmp_path)
    python = platform.python_version()
    assert env == {"conda": "conda.yaml", "virtualenv": "python_env.yaml"}
    assert found["requirements.txt"] == "numpy==2.4.6\npandas\n-c constraints.txt\n"
    assert found["constraints.txt"] == "six<2\n"
    assert found["python_env.yaml"]["python"] == python
    assert found["python_env.yaml"]["dependencies"] == ["-r requirements.txt"]
    assert [line.partition("==")[0] for line in found["python_env.yaml"]["build_dependencies"]] == [
        "pip",
        "setuptools",
        "wheel",
    ]
    assert found["conda.yaml"]["channels"] == ["conda-forge"]
    assert found["conda.yaml"]["dependencies"][0] == f"python={python}"
    assert found["conda.yaml"]["dependencies"][-1] == {"pip": ["numpy==2.4.6", "pandas", "-c constraints.txt"]}


def test_without_constraints_there_is_no_file_of_them(tmp_path: Path) -> None:
    write_environment(tmp_path, Requirements())

    assert sorted(contents(tmp_path)) == ["conda.yaml", "python_env.yaml", "requirements.txt"]
    assert (tmp_path / "requirements.txt").read_text() == ""


def test_a_conda_environment_is_written_as_it_is(tmp_path: Path) -> None:
    asked = wanted(conda_env=CONDA)

    write_environment(tmp_path, asked.with_found(["scipy"]), asked.conda)

    found = contents(tmp_path)
    assert found["conda.yaml"] == CONDA
    assert found["requirements.txt"] == "numpy>=2\n-e ./mine\n"
    assert found["python_env.yaml"]["python"] == "3.12.1"


@pytest.mark.parametrize("python", ["python", "python>=3.12", "python ==3.12.1", "pythonic=1"])
def test_a_conda_environment_need_not_say_which_python(python: str, tmp_path: Path) -> None:
    write_environment(tmp_path, Requirements(), {"dependencies": [python]})

    written = contents(tmp_path)["python_env.yaml"]["python"]
    assert written in (platform.python_version(), "3.12", "3.12.1")


def test_what_is_written_is_read(tmp_path: Path) -> None:
    requirements = Requirements(["numpy==2.4.6", "x @ https://h/x.whl"], ["six<2"])

    write_environment(tmp_path, requirements)

    assert read_requirements(tmp_path) == requirements
    assert read_python(tmp_path) == platform.python_version()
    assert read_conda(tmp_path) == contents(tmp_path)["conda.yaml"]


# What is read


def test_a_model_without_these_files_says_nothing(tmp_path: Path) -> None:
    assert read_requirements(tmp_path) == Requirements()
    assert read_python(tmp_path) is None
    assert read_conda(tmp_path) is None


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("python: 3.11", "3.11"),
        ("python: 3.14.0rc1", "3.14.0rc1"),
        ("python: 3", "3"),
        ("dependencies: []", None),
        ("python: null", None),
    ],
)
def test_the_python_of_a_model_is_a_version(text: str, version: str | None, tmp_path: Path) -> None:
    (tmp_path / "python_env.yaml").write_text(text)

    assert read_python(tmp_path) == version


@pytest.mark.parametrize(
    "text", ["[1]", "", "python: [3]", "python: '; rm'", "python: {}", "python: true", "{", "python: ''"]
)
def test_a_python_environment_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "python_env.yaml").write_text(text)

    with pytest.raises(ModelFormatError, match=r"python_env\.yaml"):
        read_python(tmp_path)


@pytest.mark.parametrize("text", ["[1]", "", "dependencies: [5]", "dependencies: x", "{"])
def test_a_conda_file_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "conda.yaml").write_text(text)

    with pytest.raises(ModelFormatError, match=r"conda\.yaml"):
        read_conda(tmp_path)


@pytest.mark.parametrize("name", ["requirements.txt", "python_env.yaml", "conda.yaml"])
def test_a_link_out_of_the_folder_is_not_read(name: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("python: 3\n")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / name).symlink_to("../secret")
    read: Any = {"requirements.txt": read_requirements, "python_env.yaml": read_python, "conda.yaml": read_conda}[name]

    with pytest.raises(ModelFormatError, match="symlink"):
        read(tmp_path / "model")


# What is compared


def test_what_is_installed_as_it_is_asked_for_is_no_mismatch() -> None:
    version = metadata.version("numpy")

    lines = ["numpy", f"NumPy=={version}", "numpy>=1; python_version>'3'", "pyyaml", "PyYAML", "jupyter_nbflow"]

    assert mismatches(lines) == []


def test_what_is_missing_or_of_another_version_is_named() -> None:
    found = mismatches(["numpy<1", "no-such-package==1", "pandas", "no_such.other"])

    assert found == [
        Mismatch("numpy", "numpy<1", metadata.version("numpy")),
        Mismatch("no-such-package", "no-such-package==1"),
        Mismatch("no_such.other", "no_such.other"),
    ]
    assert str(found[0]) == f"numpy (current: {metadata.version('numpy')}, required: numpy<1)"
    assert str(found[1]) == "no-such-package (current: uninstalled, required: no-such-package==1)"


def test_what_does_not_concern_this_python_or_has_no_name_is_passed_over() -> None:
    lines = ["numpy<1; python_version<'3'", "x; extra == 'more'", "./x.whl", "-e ./x", "--pre", "-c constraints.txt"]

    assert mismatches(["numpy; os_name ~= 'posix'", "pandas; platform_version ~= '1'"]) == []
    assert mismatches([*lines, "git+https://host/x", "no requirement at all"]) == []


def test_another_distribution_of_the_same_module_will_do() -> None:
    """A build for other hardware has another name: xgboost-cpu, for one, brings the module xgboost."""
    version = metadata.version("scikit-learn")

    assert mismatches([f"sklearn=={version}"]) == []
    assert mismatches(["sklearn<0.1"]) == [Mismatch("sklearn", "sklearn<0.1", version)]


def test_another_python_is_a_mismatch_only_where_its_minor_version_differs() -> None:
    here = platform.python_version()
    major, minor, *_ = here.split(".")

    assert python_mismatch(here) is python_mismatch(f"{major}.{minor}.99") is python_mismatch(None) is None
    assert python_mismatch("2.7.18") == Mismatch("python", "2.7.18", here)


def test_metadata_of_other_types_are_refused_by_name() -> None:
    with pytest.raises(UnsupportedValueError, match="conda_env"):
        wanted(conda_env={"dependencies": [], "extra": {1, 2}})
