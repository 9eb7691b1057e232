from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["nbflow.artifact_store", "nbflow.artifact_store.media", "nbflow.data"])
def test_importing_loads_no_heavy_library(module: str) -> None:
    heavy = {"numpy", "pandas", "PIL", "yaml", "fsspec", "pyarrow", "matplotlib", "plotly", "altair"}
    script = f"import sys, {module}; print(*sys.modules)"

    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert heavy & set(run.stdout.split()) == set()
