from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nbflow.provenance.notebook import in_notebook, notebook_path

PretendKernel = Callable[..., dict[str, Any]]


def test_a_script_is_no_notebook_whatever_it_inherits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    monkeypatch.setenv("JPY_SESSION_NAME", "/books/a.ipynb")  # as for `!python train.py` in a cell

    assert not in_notebook()
    assert notebook_path() is None


def test_ipython_in_a_terminal_is_no_notebook(tmp_path: Path, pretend_kernel: PretendKernel) -> None:
    pretend_kernel(start=tmp_path, kernel=None)

    assert not in_notebook()
    assert notebook_path() is None


def test_an_ipython_that_is_only_half_imported_is_no_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "IPython", type(sys)("IPython"))

    assert not in_notebook()


def test_a_kernel_that_nobody_told(tmp_path: Path, pretend_kernel: PretendKernel) -> None:
    pretend_kernel(start=tmp_path)

    assert in_notebook()
    assert notebook_path() is None


def test_jupyter_tells_folder_and_name(
    tmp_path: Path, pretend_kernel: PretendKernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_kernel(start=tmp_path)
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "a b é.ipynb"))

    assert notebook_path() == str(tmp_path / "a b é.ipynb")


def test_a_path_relative_to_the_server_is_found_where_the_kernel_started(
    tmp_path: Path, pretend_kernel: PretendKernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    books = tmp_path / "server root" / "books"
    books.mkdir(parents=True)
    pretend_kernel(start=books)
    monkeypatch.setenv("JPY_SESSION_NAME", "books/a.ipynb")

    assert notebook_path() == str(books / "a.ipynb")


def test_a_text_notebook_is_one_if_the_file_is_there(
    tmp_path: Path, pretend_kernel: PretendKernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_kernel(start=tmp_path)
    (tmp_path / "a.md").touch()
    monkeypatch.setenv("JPY_SESSION_NAME", "a.md")

    assert notebook_path() == str(tmp_path / "a.md")


@pytest.mark.parametrize(
    "session", ["/books/Console 1", "console-1-9d1e0c5e-5d24", "9d1e0c5e-5d24-4b8c-9d51-3f0e6d1f4c11", "/books/", ""]
)
def test_a_console_has_no_notebook(
    tmp_path: Path, pretend_kernel: PretendKernel, monkeypatch: pytest.MonkeyPatch, session: str
) -> None:
    pretend_kernel(start=tmp_path)
    monkeypatch.setenv("JPY_SESSION_NAME", session)

    assert in_notebook()
    assert notebook_path() is None


def test_vs_code_goes_first_and_the_environment_last(
    tmp_path: Path, pretend_kernel: PretendKernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = pretend_kernel(start=tmp_path)
    found = []

    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "jupyter.ipynb"))
    found.append(notebook_path())
    monkeypatch.setenv("IPYNB_FILE", "told.ipynb")
    found.append(notebook_path())
    names["PAPERMILL_INPUT_PATH"] = "s3://books/in.ipynb"
    found.append(notebook_path())
    names["__vsc_ipynb_file__"] = str(tmp_path / "code.ipynb")
    found.append(notebook_path())

    assert found == [
        str(tmp_path / "jupyter.ipynb"),
        str(tmp_path / "told.ipynb"),
        "s3://books/in.ipynb",
        str(tmp_path / "code.ipynb"),
    ]


@pytest.mark.parametrize("value", [None, 7, "", " ", ["a.ipynb"]])
def test_a_variable_of_that_name_may_hold_anything(
    tmp_path: Path, pretend_kernel: PretendKernel, value: object
) -> None:
    pretend_kernel(start=tmp_path)["__vsc_ipynb_file__"] = value

    assert notebook_path() is None


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="only Linux tells another process's environment")
def test_a_name_handed_down_by_an_outer_notebook_does_not_count(
    tmp_path: Path, pretend_kernel: PretendKernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_kernel(start=tmp_path)
    outer, own = str(tmp_path / "outer.ipynb"), str(tmp_path / "own.ipynb")
    wait = [sys.executable, "-c", "print(flush=True); input()"]
    pipe = subprocess.PIPE
    with subprocess.Popen(wait, env=os.environ | {"JPY_SESSION_NAME": outer}, stdin=pipe, stdout=pipe) as launcher:
        assert launcher.stdout is not None
        launcher.stdout.readline()  # from here on its environment is its own
        monkeypatch.setenv("JPY_PARENT_PID", str(launcher.pid))

        monkeypatch.setenv("JPY_SESSION_NAME", outer)
        handed_down = notebook_path()
        monkeypatch.setenv("JPY_SESSION_NAME", own)
        set_for_it = notebook_path()

        launcher.communicate(b"\n")

    assert handed_down is None
    assert set_for_it == own
