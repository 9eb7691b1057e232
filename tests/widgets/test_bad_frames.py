"""Frames that nobody would wish for: each still gives a complete bundle, with data that are JSON."""

from __future__ import annotations

import atexit
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nbflow.tracking.frame import RunFrame
from nbflow.widgets.limits import MAX_SAVED_BYTES, saved_bytes
from nbflow.widgets.run_table.widget import RunTable, frame_bundle
from tests.widgets.conftest import RUNS, cells, saved_data

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "javascript:alert(1)",
    "datum.x + toString()",
    "{{constructor.constructor('alert(1)')()}}",
    "\u202eevil\u2066",
    "😀" * 50,
    "a\x00b\x1b[31m",
    "__proto__",
    "metrics.",
    "x" * 100_000,
    "\ud800",
]


ANY_TYPE: dict[str, Any] = {
    "a": [[1, 2]],
    "b": [{"x": 1}],
    "c": [object()],
    "d": [1 + 2j],
    "e": pd.Categorical(["x"]),
    "f": [pd.Timedelta(1, "D")],
    "g": [None],
}


def one_run(**columns: Any) -> RunFrame:
    run: dict[str, Any] = {
        "run_id": ["0" * 32],
        "experiment_id": ["0"],
        "status": ["FINISHED"],
        "start_time": [1],
        "end_time": [2],
    }
    return RunFrame.from_columns({**run, **columns}, "nowhere")


def bundle_of(runs: pd.DataFrame) -> dict[str, Any]:
    """Show a frame; a display that could not be made would have warned, which is an error in tests."""
    return RunFrame(runs)._repr_mimebundle_() if not isinstance(runs, RunFrame) else runs._repr_mimebundle_()


FRAMES: dict[str, Callable[[], pd.DataFrame]] = {
    "no run": lambda: RunFrame.from_columns({}, "nowhere"),
    "one run": one_run,
    "no metrics": lambda: one_run(**{"params.a": ["1"]}),
    "nothing but ids": lambda: RunFrame(pd.DataFrame({"run_id": ["0" * 32]})),
    "nan and infinity": lambda: one_run(**{"metrics.a": [np.nan], "metrics.b": [np.inf], "metrics.c": [-np.inf]}),
    "5,000 columns": lambda: one_run(**{f"metrics.m{i}": [float(i)] for i in range(5000)}),
    "hostile names": lambda: one_run(
        **{
            f"{kind}.{name}": [1.0 if kind == "metrics" else "1"]
            for kind in ("metrics", "params", "tags")
            for name in HOSTILE
        }
    ),
    "hostile values": lambda: one_run(
        **{f"{kind}.k{i}": [text] for kind in ("params", "tags") for i, text in enumerate(HOSTILE)}
    ),
    "hostile attributes": lambda: one_run(status=[HOSTILE[0]], **{"tags.mlflow.runName": [HOSTILE[1]]}),
    "a parent of itself": lambda: one_run(**{"tags.mlflow.parentRunId": ["0" * 32]}),
    "no times": lambda: one_run(start_time=[None], end_time=[None]),
    "times as text": lambda: one_run().assign(start_time="yesterday", end_time="today"),
    "columns of any type": lambda: one_run().assign(**ANY_TYPE),
    "a column named by a number": lambda: one_run().assign(x=1).rename(columns={"x": 5}),
}


@pytest.mark.parametrize("kind", FRAMES)
def test_every_frame_is_shown(kind: str) -> None:
    frame = FRAMES[kind]()

    bundle = bundle_of(frame)

    assert bundle["text/plain"]
    assert bundle["text/html"].startswith("<")
    data = saved_data(bundle)
    assert {len(cells(column)) for column in data["columns"]} == {len(frame)}
    text = bundle[RUNS]["data"]
    assert not isinstance(text, str) or saved_bytes(text) <= MAX_SAVED_BYTES


def test_columns_with_one_name_are_shown_both() -> None:
    frame = pd.concat([one_run(), one_run()[["status"]]], axis=1)
    frame.columns = pd.Index([*frame.columns[:-1], "status"])

    data = saved_data(frame_bundle(frame))
    assert [column["name"] for column in data["columns"] if column["id"].startswith("status")] == [
        "status",
        "status (2)",
    ]


def test_of_5000_columns_the_notebook_has_a_part_and_says_so() -> None:
    data = saved_data(bundle_of(FRAMES["5,000 columns"]()))

    shown, total = data["reduced"]["columns"]
    assert shown == len(data["columns"]) < total
    assert data["reduced"]["rows"] == [1, 1]


def test_hostile_texts_arrive_as_data_and_never_as_html() -> None:
    bundle = bundle_of(FRAMES["hostile values"]())

    assert "<img src=x" not in bundle["text/html"]
    assert "<script" not in bundle["text/html"]
    values = [cells(column)[0] for column in saved_data(bundle)["columns"]]
    assert {HOSTILE[0], HOSTILE[1], "😀" * 50} <= set(values)


def test_a_frame_whose_store_is_gone_is_shown(runs: RunFrame, tmp_path: Path) -> None:
    (tmp_path / "nbruns").rename(tmp_path / "away")

    bundle = bundle_of(runs)

    assert "run-4" in bundle["text/html"]
    assert len(cells(saved_data(bundle)["columns"][0])) == 5
    assert not (tmp_path / "nbruns").exists()


def test_parts_with_other_rows_and_orders_are_shown(runs: RunFrame) -> None:
    for part in (runs.iloc[::-1], runs.sample(3, random_state=1), runs.iloc[:0], runs.sort_values("metrics.loss")):
        assert len(cells(saved_data(bundle_of(part))["columns"][0])) == len(part)


def test_the_terminal_prints_the_text_alone(runs: RunFrame) -> None:
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    with warnings.catch_warnings(action="ignore"):
        InteractiveShell.clear_instance()
        shell = InteractiveShell.instance(config=config)
    try:
        bundle = runs._repr_mimebundle_()
        assert shell.display_formatter is not None
        formatted, _ = shell.display_formatter.format(runs)
        of_table, _ = shell.display_formatter.format(RunTable(runs))
    finally:
        atexit.unregister(shell.atexit_operations)
        InteractiveShell.clear_instance()

    assert set(bundle) == {"text/plain", "text/html"}
    assert formatted["text/plain"] == of_table["text/plain"] == bundle["text/plain"]
