"""A notebook that has each of our displays, and what stands around them in a notebook."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import nbformat
from nbclient import NotebookClient

__all__ = ["DISPLAYS", "executed"]

SETUP = """
%load_ext nbflow
import math
import nbflow
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

nbflow.set_tracking_uri("nbruns")
nbflow.set_experiment("flowers")
X, y = load_iris(as_frame=True, return_X_y=True)
for i, c in enumerate((0.01, 0.1, 1.0, 10.0)):
    with nbflow.start_run(run_name=f"keen-fox-{i}"):
        model = LogisticRegression(C=c, max_iter=500).fit(X, y)
        nbflow.log_params({"C": c, "solver": "lbfgs"})
        nbflow.log_metric("accuracy", model.score(X, y))
        for step in range(30):
            nbflow.log_metric("loss", math.exp(-step * (i + 1) / 20) + 0.1 * i, step=step)
        if i == 3:
            nbflow.sklearn.log_model(model, "model", input_example=X.head(2), registered_model_name="flowers")
            nbflow.evaluate(model, X.assign(target=y), targets="target", model_type="classifier")
runs = nbflow.search_runs()
"""
FORM = '''
def train(depth: int = 7, rate: float = 0.25, loss: str = "log-loss"):
    """Train a forest."""

nbflow.form(train)
'''
LIVE = """
with nbflow.start_run(run_name="watched"):
    nbflow.live()
    for step in range(20):
        nbflow.log_metric("live-loss", 1 / (step + 1), step=step)
"""

DISPLAYS = {
    "runs": "runs",
    "run": "nbflow.get_run(runs.run_id[0])",
    "compare": "runs.compare()",
    "live": LIVE,
    "model": 'nbflow.Client().get_model_version("flowers", 1)',
    "form": FORM,
    "chart": 'runs.chart.lines("loss").properties(title="Loss of four runs")',
}
"""The cell of each display, by its kind."""

FOREIGN = "import ipywidgets\nipywidgets.IntSlider(value=42)"
WORDS = """# Flowers

A formula, $e^{i\\pi} = -1$, and a diagram:

```mermaid
graph LR; a --> b
```

| a | b |
|---|---|
| 1 | 2 |
"""


@cache
def executed(base: Path) -> Path:
    """Write the notebook into a folder below `base` and execute it there, once for all tests of a session.

    The state of its widgets is saved, as nbclient does by default.
    """
    folder = base / "flowers"
    folder.mkdir()
    v4 = nbformat.v4
    cells = [v4.new_code_cell(each) for each in (SETUP, *DISPLAYS.values(), FOREIGN)]
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell(WORDS), *cells])
    client = NotebookClient(notebook, timeout=240, kernel_name="python3", resources={"metadata": {"path": str(folder)}})
    apart = {name: str(base / name.lower()) for name in ("NBFLOW_CACHE_DIR", "NBFLOW_CONFIG_DIR", "IPYTHONDIR")}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NBFLOW_", "MLFLOW_", "VSCODE_"))}
    client.execute(env=kept | apart)
    path = folder / "flowers.ipynb"
    nbformat.write(notebook, path)
    return path
