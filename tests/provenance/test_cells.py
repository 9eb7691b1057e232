"""Places in cells, by a real IPython: in a terminal's shell, and in a kernel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from nbflow.provenance.cells import cell_count

# Run first: prints the place of each error, and whether the traceback starts in the code that ran the cell.
REPORT = """
from nbflow.provenance import context_tags, describe_exception
from nbflow.provenance.notebook import notebook_path
def report(self, etype, exc, tb, tb_offset=None):
    error = describe_exception(exc)
    print(error.where, "interactiveshell.py" in error.traceback.split("File")[1])
get_ipython().set_custom_exc((Exception,), report)
"""

# Each cell, with its place of the error. They count from 2.
CELLS = [
    ("def fail():\n    x = 1\n    raise ValueError('no')", ""),
    ("1\n\nfail()", "cell 2:3"),
    ("import json\njson.loads('{')", "cell 4:2"),
    ("%%time\nx = 1\n1 / 0", "cell 5:1"),
    ("exec('1 / 0')", "cell 6:1"),
    ("import asyncio\nasync def later():\n    await asyncio.sleep(0)\n    1 / 0\nawait later()", "cell 7:4"),
    ("import os\n\n\nos.remove('no such file')", "cell 8:4"),
    ("import os\n\n\nos.remove('no such file')", "cell 9:4"),
    ("try:\n    None.x\nexcept AttributeError as exc:\n    raise LookupError from exc", "cell 10:4"),
    ("import helper", "helper.py:2"),
]
EXPECTED = ["", *(f"{place} False" if place else "" for _, place in CELLS)]


def last_line(text: str, folder: Path) -> str:
    """Take what the report printed, after what a magic did."""
    return text.strip().rpartition("\n")[2].removeprefix(f"{folder}{os.sep}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder with a module that fails."""
    (tmp_path / "helper.py").write_text("\nlist(map(int, 'a'))\n")
    return tmp_path


def test_in_a_shell(folder: Path) -> None:
    script = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
shell = InteractiveShell.instance()
printed = []
for cell in json.load(sys.stdin):
    with capture_output() as captured:
        shell.run_cell(cell, store_history=True)
    printed.append(captured.stdout)
json.dump(printed, sys.stdout)
"""
    cells = [REPORT, *(cell for cell, _ in CELLS)]

    run = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, input=json.dumps(cells), capture_output=True, text=True, check=True
    )

    printed = json.loads(run.stdout)
    assert [last_line(text, folder) for text in printed] == EXPECTED


def test_in_a_kernel(folder: Path) -> None:
    tells = "print(notebook_path(), *(context_tags()[f'mlflow.source.{key}'] for key in ('name', 'type')), sep='\\n')"
    sources = [REPORT, *(cell for cell, _ in CELLS), tells]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    path = str(folder / "a b.ipynb")
    client = NotebookClient(notebook, timeout=60, allow_errors=True, resources={"metadata": {"path": str(folder)}})

    client.execute(env=os.environ | {"JPY_SESSION_NAME": path})

    printed = ["".join(output.get("text", "") for output in cell.outputs).strip() for cell in notebook.cells]
    assert [last_line(text, folder) for text in printed[:-1]] == EXPECTED
    assert printed[-1].splitlines() == [path, path, "NOTEBOOK"]


@pytest.mark.parametrize(
    ("filename", "count"),
    [("<ipython-input-12-0123456789ab>", 12), ("<string>", None), ("train.py", None), ("", None)],
)
def test_outside_ipython_only_the_name_tells(monkeypatch: pytest.MonkeyPatch, filename: str, count: int | None) -> None:
    monkeypatch.delitem(sys.modules, "IPython", raising=False)

    assert cell_count(filename) == count
