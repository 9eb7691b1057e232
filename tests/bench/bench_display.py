"""Showing runs: the bundle that a cell's value becomes, and what an open table is sent when it asks for all."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from tests.bench.report import Row, Section, Target
from tests.bench.timing import Contender, Sample, Stage

__all__ = ["measure"]

_SIZES = {10_000: 0.3, 100_000: 2.0}
_COLUMNS = 30


def frame(n_runs: int) -> Any:
    """Make a frame as a search gives it: 15 metrics, 12 params of which four are texts, and three tags."""
    import numpy as np

    from nbflow.tracking.frame import RunFrame

    rng = np.random.default_rng(0)
    columns: dict[str, Any] = {
        "run_id": [f"{i * 7919:032x}" for i in range(n_runs)],
        "experiment_id": ["0"] * n_runs,
        "status": ["FINISHED"] * n_runs,
        "artifact_uri": [f"/store/0/{i * 7919:032x}/artifacts" for i in range(n_runs)],
        "start_time": [1_700_000_000_000 + i * 1000 for i in range(n_runs)],
        "end_time": [1_700_000_050_000 + i * 1001 for i in range(n_runs)],
    }
    columns |= {f"metrics.metric_{i}": rng.random(n_runs) for i in range(15)}
    columns |= {f"params.number_{i}": [f"{value / 100}" for value in rng.integers(0, 500, n_runs)] for i in range(8)}
    columns |= {f"params.text_{i}": [f"choice {value}" for value in rng.integers(0, 20, n_runs)] for i in range(4)}
    columns |= {
        "tags.mlflow.runName": [f"brave-otter-{i}" for i in range(n_runs)],
        "tags.mlflow.user": ["ann"] * n_runs,
    }
    columns |= {"tags.kind": ["a", "b"] * (n_runs // 2)}
    assert (
        len(columns) - len(("run_id", "artifact_uri", "experiment_id", "status", "start_time", "end_time")) == _COLUMNS
    )
    return RunFrame.from_columns(columns, "nowhere")


def nbflow_display(n_runs: int) -> Sample:
    """Make the bundle, and the message of it."""
    runs = frame(n_runs)

    def sample(_: Any) -> list[float]:
        began = time.perf_counter()
        json.dumps(runs._repr_mimebundle_(), ensure_ascii=False).encode()
        return [time.perf_counter() - began]

    sample(None)
    return sample


def pandas_display(n_runs: int) -> Sample:
    """Let pandas show the same frame: the first and last rows and columns of it, as HTML and text."""
    import pandas as pd

    runs = pd.DataFrame(frame(n_runs))

    def sample(_: Any) -> list[float]:
        began = time.perf_counter()
        repr(runs)
        runs._repr_html_()  # type: ignore[operator] # pandas-stubs know nothing of it
        return [time.perf_counter() - began]

    sample(None)
    return sample


def nbflow_answer(n_runs: int) -> Sample:
    """Give all rows and columns to an open table, and the message of it."""
    from nbflow.widgets.run_table.widget import RunTable
    from nbflow.widgets.wire import encode

    table = RunTable(frame(n_runs))

    def sample(_: Any) -> list[float]:
        began = time.perf_counter()
        message, _buffers = encode(table._data())
        json.dumps(message, ensure_ascii=False).encode()
        return [time.perf_counter() - began]

    sample(None)
    return sample


def measure(_: Path) -> Section:
    """Measure."""
    rows = []
    for n_runs, at_most_s in _SIZES.items():
        options = {"n_runs": n_runs}
        contenders = [
            Contender("nbflow: text, HTML, data of a table", nbflow_display, options, "nbflow"),
            Contender("pandas: text, HTML", pandas_display, options),
        ]
        with Stage(contenders) as stage:
            rows.append(Row(f"display of {n_runs:,} × {_COLUMNS}", stage.compare(10), Target(at_most_s=at_most_s)))  # noqa: RUF001
        with Stage([Contender("nbflow", nbflow_answer, options, "nbflow")]) as stage:
            rows.append(Row(f"all of {n_runs:,} × {_COLUMNS}, when asked for", stage.compare(10)))  # noqa: RUF001
    note = (
        "In the kernel, without the widget's own connection, which takes some milliseconds more. The notebook keeps up "
        "to 1 MB of a table; a live one asks for all of it."
    )
    return Section("Showing runs", note, rows)
