from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nbflow.provenance.source import source, source_dir

PretendKernel = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def outside_ipython(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "IPython", raising=False)


@pytest.mark.parametrize(
    ("argv", "name"),
    [(["seed.py", "--lr", "1"], "seed.py"), (["-c"], "-c"), ([""], "<console>"), ([], "<console>")],
)
def test_a_script_is_named_as_it_was_started(monkeypatch: pytest.MonkeyPatch, argv: list[str], name: str) -> None:
    monkeypatch.setattr(sys, "argv", argv)

    assert source() == (name, "LOCAL")


def test_an_embedded_interpreter_has_no_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(sys, "argv")

    assert source() == ("<console>", "LOCAL")


def test_a_notebook_is_named_by_its_path(
    tmp_path: Path, pretend_kernel: PretendKernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_kernel(start=tmp_path)
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "a.ipynb"))

    assert source() == (str(tmp_path / "a.ipynb"), "NOTEBOOK")


def test_a_kernel_without_a_known_notebook(
    tmp_path: Path, pretend_kernel: PretendKernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_kernel(start=tmp_path)
    monkeypatch.setattr(sys, "argv", ["ipykernel_launcher.py"])

    assert source() == ("ipykernel_launcher.py", "NOTEBOOK")


def test_the_folder_of_a_script_is_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "train.py").touch()
    monkeypatch.setattr(sys, "argv", [str(Path("code") / "train.py")])

    assert source_dir() == tmp_path.resolve() / "code"


def test_the_folder_of_a_notebook_is_its_own(
    tmp_path: Path, pretend_kernel: PretendKernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    books = tmp_path / "books"
    books.mkdir()
    (books / "a.ipynb").touch()
    pretend_kernel(start=books)
    monkeypatch.setenv("JPY_SESSION_NAME", str(books / "a.ipynb"))

    assert source_dir() == books.resolve()


@pytest.mark.parametrize("name", ["-c", "", "gone.py", "a\0b", "x" * 5000])
def test_where_there_is_no_file_it_is_the_working_directory(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(sys, "argv", [name])

    assert source_dir() == Path.cwd()


def test_a_command_of_the_python_installation_works_on_the_working_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [pytest.__file__])

    assert source_dir() == Path.cwd()


@pytest.mark.skipif(sys.platform == "win32", reason="a folder in use cannot be deleted there")
def test_a_deleted_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()

    assert source_dir() is None

    os.chdir(tmp_path)
