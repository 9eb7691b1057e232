"""Whole notebooks: the first user's, and one that fails."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

if TYPE_CHECKING:
    from nbflow import Client
    from tests.magics.kernel import Kernel

IMPORTS = """
import pandas as pd
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
import nbflow

iris = load_iris()
X = pd.DataFrame(iris.data, columns=iris.feature_names)
clf = RandomForestClassifier(max_depth=7, random_state=0).fit(X, iris.target)
"""

TRACK = """
nbflow.set_experiment("my-experiment")
with nbflow.start_run():
    nbflow.log_param("learning_rate", 0.01)
    nbflow.log_metric("accuracy", 0.93)
"""

FIND = """
experiment = nbflow.get_experiment_by_name("my-experiment")
runs = nbflow.search_runs(experiment_ids=[experiment.experiment_id])
run_id = runs["run_id"][0]
"""

CREATE_OR_SET = """
try:
    nbflow.create_experiment("my-experiment")
except Exception:
    nbflow.set_experiment("my-experiment")
else:
    nbflow.set_experiment("my-experiment")
"""


def test_the_first_users_afternoon(kernel: Kernel, tmp_path: Path) -> None:
    kernel.run("nbflow.set_tracking_uri('')")  # as nobody has set one
    for code in (IMPORTS, TRACK, CREATE_OR_SET, FIND):
        ran = kernel.run(code)
        assert (ran.status, ran.stdout, ran.stderr) == ("ok", "", "")
    path = kernel.run('print("nbruns/{}/{}".format(experiment.experiment_id, run_id))').stdout.strip()
    table = kernel.run("display(runs)").result
    page = kernel.run("display(nbflow.get_run(run_id))").result

    assert (tmp_path / path).is_dir()
    assert "learning_rate" in table["text/plain"]
    assert table["text/html"].startswith("<div")
    assert "<script" not in table["text/html"]
    assert "accuracy" in page["text/plain"]
    assert "accuracy" in page["text/html"]


def test_a_failing_cell_stops_the_notebook(tmp_path: Path, client: Client) -> None:
    cells = [
        "%load_ext nbflow",
        "%%nbflow run first\nprint('one')",
        "%%nbflow run second\nprint('two')\n1 / 0",
        "%%nbflow run third\nprint('three')",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])

    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        NotebookClient(notebook, kernel_name="python3", timeout=60).execute(cwd=str(tmp_path))

    runs = sorted(client.search_runs(["0"]), key=lambda run: run.run_id)
    assert [(run.name, run.status) for run in runs] == [
        ("first", "FINISHED"),
        ("second", "FAILED"),
    ]
    failed = notebook.cells[2].outputs
    assert [output.output_type for output in failed].count("error") == 1
    assert failed[0].text.startswith("two\n")
